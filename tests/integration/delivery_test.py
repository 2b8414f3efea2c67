"""What reaches a destination when it fails in between: in order, the last word last, and nothing that it has already."""

import http.server
import json
import threading
import time

from site_of import PUSH, Site, eo_lot, lot_route, main, push_route, pushed_child, sample


class Peer:
    """A partner's HTTP server whose answers the test decides."""

    def __init__(self):
        self.answers, self.got, self.lock = [], [], threading.Lock()
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with peer.lock:
                    answer = peer.answers.pop(0) if peer.answers else 200
                    peer.got.append((answer, self.headers["Idempotency-Key"], json.loads(body)))
                if answer == "cut":  # taken, and no answer: nobody knows
                    self.close_connection = True
                    return
                self.send_response(answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/in"

    def taken(self):
        """The units of the stays that it took, in order."""
        with self.lock:
            return [self.unit(body) for answer, _, body in self.got if answer in (200, "cut")]

    @staticmethod
    def unit(body):
        return body[0]["unite"] if isinstance(body, list) else body["unite"]


def site_with(peer):
    sink = f'\n  sink: {{adapter: http, partner: cd99, url: "{peer.url}", format: json}}\n'
    site = Site(PUSH + sink, push_route("endpoint: sink, mapping: test/unite"))
    folder = site.folder / "mappings/test"
    folder.mkdir(parents=True)
    (folder / "unite.yaml").write_text("""
mapping: test/unite
from: child-record
to: tree
model: none
template:
  enfant: "{{ ids.where(system.endsWith(':eo')).value.first() }}"
  unite: "{{ stays.last().unit }}"
""")
    text = site.configuration.read_text()
    site.configuration.write_text(text.replace("mappings: [", "mappings: [mappings, "))
    return site


def send(site, unit):
    path = site.folder / "child.json"
    path.write_bytes(pushed_child(unit=unit))
    site.run("send", "push", path)


def last_word_last():
    """while one delivery fails, newer content takes its place or waits behind it: the last word arrives last"""
    peer = Peer()
    with site_with(peer) as site:
        site.start()
        peer.answers = [503, 503]
        for unit in ("A", "B", "C"):
            send(site, unit)
        site.until(lambda: peer.taken() and peer.taken()[-1] == "C", "the last word")
        time.sleep(0.5)
        assert peer.taken()[-1] == "C" and peer.taken() == sorted(set(peer.taken())), peer.taken()
        site.stop()
        site.verify()


def back_to_what_was_confirmed():
    """A is confirmed; B is sent and its answer lost; the child is A again: the destination ends with A"""
    peer = Peer()
    with site_with(peer) as site:
        site.start()
        send(site, "A")
        site.until(lambda: peer.taken() == ["A"], "A")
        peer.answers = ["cut", 503, 503, 503]
        send(site, "B")
        site.until(lambda: "B" in peer.taken(), "B, without an answer")
        send(site, "A")
        site.until(lambda: peer.taken()[-1] == "A" and len(peer.taken()) > 1 and not [
            one for one in site.deliveries() if one["state"] in ("queued", "sending", "deferred")], "A again")
        assert peer.taken()[-1] == "A", peer.taken()
        send(site, "A")
        time.sleep(0.5)
        assert peer.taken()[-1] == "A" and peer.taken().count("A") == 2, peer.taken()
        site.stop()
        site.verify()


def replay_brings_back_nothing_older():
    """the newest delivery of a child is sent again under its key; an older one is not"""
    peer = Peer()
    with site_with(peer) as site:
        site.start()
        for unit in ("A", "B"):
            send(site, unit)
            site.until(lambda unit=unit: peer.taken() and peer.taken()[-1] == unit, unit)
        site.settled(2)
        newest, oldest = [one["id"] for one in site.deliveries()]
        refused = site.run("exchanges", "replay", oldest, "--reason", "essai", check=False)
        assert refused.returncode != 0 and "CH-EXC-012" in refused.stdout + refused.stderr, refused.stdout + refused.stderr
        site.run("exchanges", "replay", newest, "--reason", "essai")
        site.until(lambda: peer.taken() == ["A", "B", "B"], "B again")
        keys = [key for _, key, _ in peer.got]
        assert keys[1] == keys[2] and keys[0] != keys[1], keys
        site.stop()


def replay_of_a_lot_is_the_whole_lot():
    """replaying any file of a lot imports the whole of it, and so changes nothing"""
    lot = sample("small")
    with Site(eo_lot(), lot_route()) as site:
        site.start()
        site.drop(lot)
        site.settled(len(lot))
        first = len(site.deliveries())
        sections = {one["id"]: one["sections"] for one in site.get("/v1/records?limit=1000")["records"]}
        for name in ("EO_Presences", "EO_Usagers"):
            one = next(one for one in site.exchanges(direction="in") if one.get("lotFile", one.get("lot-file", "")) == name)
            site.run("exchanges", "replay", one["id"], "--reason", "essai")
            site.settled(len(lot))
            assert len(site.deliveries()) == first, f"{name}: {len(site.deliveries()) - first} deliveries"
            assert {one["id"]: one["sections"] for one in site.get("/v1/records?limit=1000")["records"]} == sections
            assert all(one["state"] == "done" for one in site.exchanges(direction="in"))
        site.stop()
        site.verify()


def corrected_before_the_lot_is_whole():
    """a file that comes twice before its lot is whole: the later one counts"""
    lot = sample("small")
    main_file = next(name for name in lot if name.startswith("EO_Usagers"))
    measures = next(name for name in lot if name.startswith("EO_Mesures"))
    wrong = lot[measures].replace(b"Juge des enfants", b"Juge des infants")
    assert wrong != lot[measures]
    with Site(eo_lot(), lot_route()) as site:
        site.start()
        site.drop({measures: wrong})
        site.until(lambda: len(site.exchanges(direction="in")) == 1, "the wrong one")
        site.drop({name: content for name, content in lot.items() if name != main_file})
        site.until(lambda: len(site.exchanges(direction="in")) == len(lot), "the others")
        site.drop({main_file: lot[main_file]})
        site.settled(len(lot) + 1)
        text = "".join(path.read_text("utf-8") for path in site.out_files())
        assert "infants" not in text
        lead = next(one for one in site.exchanges(direction="in") if one.get("lotFile", one.get("lot-file", "")) == "EO_Usagers")
        report = json.dumps(site.report(lead["id"]), ensure_ascii=False)
        assert "infants" not in report and "CH-REC" not in report.split("remarks")[0], report[:500]
        site.stop()
        site.verify()


main(last_word_last, back_to_what_was_confirmed, replay_brings_back_nothing_older, replay_of_a_lot_is_the_whole_lot,
     corrected_before_the_lot_is_whole)
