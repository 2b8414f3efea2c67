"""The table of the 68 bad files: each dropped into a running gateway, expected against obtained, and what every one of them may not do."""

import hashlib
import http.client
import os
import re
import time

from bad_feeds import BAD, FEEDS, feed_of
from site_of import Site, Skip, free_port, main, push_headers

SHIM = os.environ.get("OUTSIDE_SHIM", "")
BOMBS = ("d01", "d08", "e02", "e04")
MEGABYTE = 1 << 20


class Received(Site):
    """A gateway with one feed, watched: what it opens and whom it calls is noted, once it is ready."""

    def __init__(self, feed):
        super().__init__(feed.endpoints(), feed.routes(), mappings=feed.mappings, **feed.more)
        self.arrived = 0
        self.notes = self.folder / "outside"
        for folder in ("recus", "archive-recus", "reject-recus", "drees"):
            (self.folder / folder).mkdir()
        self.start(environment={"LD_PRELOAD": SHIM, "OUTSIDE_LOG": str(self.notes)} if SHIM else None)
        self.before = self.notes.stat().st_size if SHIM else 0

    def receive(self, name, content):
        """Drops one file; gives its exchange and its report."""
        known = {one["id"] for one in self.exchanges(direction="in")}
        self.drop({name: content}, "recus")
        self.arrived += 1
        self.settled(self.arrived)
        (exchange,) = [one for one in self.exchanges(direction="in") if one["id"] not in known]
        return exchange, self.report(exchange["id"])

    def outside(self):
        """What it wrote outside of its own folder, and what it asked of others, since it was ready."""
        if not SHIM:
            return []
        with self.notes.open("rb") as notes:
            notes.seek(self.before)
            lines = notes.read().decode(errors="replace").splitlines()
        own = (f"write {self.folder}/", "write /dev/", "write /var/tmp/")
        return [line for line in lines if line == "connect" or line == "read /etc/hostname" or ".." in line
                or line.startswith("write ") and not line.startswith(own)]


def remarks(report):
    return {(one["code"], one.get("localId")) for one in report.get("remarks", [])}


def codes(report):
    return sorted({one["code"] for one in report.get("refusals", []) + report.get("remarks", [])})


def outcome(exchange, report, of_the_good_file):
    """The class of expected.tsv. Remarks that the file which the bad ones were made from has too (lost letters, a mother's
    number: data/ase/README.md) are no outcome."""
    if exchange["state"] == "rejected":
        return "REJECT_FILE"
    if exchange.get("refused", 0) > 0:
        return "REJECT_RECORDS"
    return "ACCEPT_WARN" if remarks(report) - of_the_good_file else "ACCEPT"


def check_duties(site, feed, name, content, exchange, report):
    """What holds of every bad file, whatever becomes of it."""
    shown = re.compile(re.escape(name).replace("'", "."))
    assert shown.search(report["file"]), f"{name}: the report is about {report['file']}"
    assert report["sha256"] == hashlib.sha256(content).hexdigest(), f"{name}: another digest"
    for one in report.get("refusals", []):
        assert re.fullmatch(r"CH-[A-Z]+-\d+", one["code"]) and one["code"] in report["text"], f"{name}: {one}"
    leaves = [leaf["leaf"]["ev"] for leaf in site.get(f"/v1/audit?exchange={exchange['id']}&limit=1000")["leaves"]]
    ended = "exchange.rejected" if exchange["state"] == "rejected" else "exchange.translated"
    assert "exchange.received" in leaves and ended in leaves, f"{name}: {leaves}"
    told = report["text"] + site.log.read_text(errors="replace")
    for secret in feed.secrets:
        assert secret not in told.replace(name, ""), f"{name}: {secret} in the report or the log"
    assert not site.outside(), f"{name}: {site.outside()[:5]}"


def check_refused_whole(site, name, content, exchange, report, first=False):
    """Nothing of it reached a record or a partner, and the file is kept as it came, with the report beside it."""
    kept = site.folder / "reject-recus"
    # Both are filed away by the adapter, one after the other, once the outcome stands in the store.
    site.until(lambda: list(kept.glob("*.rapport.txt")), "the report beside the file")
    site.until(lambda: any(one.read_bytes() == content for one in kept.iterdir()), f"{name} kept as it came")
    assert not site.deliveries(), f"{name}: something of a refused file was delivered"
    assert first or not site.get("/v1/records")["records"], f"{name}: something of it was applied"
    assert report["refusals"] and "rien n'a été pris en compte" in report["text"], report["text"]


def judge(feed, name, of_the_good_file):
    """What becomes of one bad file; what it may not do is checked on the way."""
    content = (BAD / name).read_bytes()
    with Received(feed) as site:
        replay = name.startswith("c07_replayed_lot_other")
        if replay:
            site.receive("original.csv", (BAD / "c07_replayed_lot_original.csv").read_bytes())
        exchange, report = site.receive(name, content)
        obtained = outcome(exchange, report, of_the_good_file)
        check_duties(site, feed, name, content, exchange, report)
        if obtained == "REJECT_FILE":
            check_refused_whole(site, name, content, exchange, report, first=replay)
        if replay:
            assert "LOT000200" in report["text"], report["text"]
            _, again = site.receive("again.csv", (BAD / "c07_replayed_lot_original.csv").read_bytes())
            assert again["outcome"] == "already-done", again
        site.stop()
        site.verify()
    return obtained, report


def place_of(fault):
    """"line 4, column 2", as far as there is one."""
    return ", ".join(f"{what} {fault[what]}" for what in ("line", "column") if fault.get(what))


def table_of_68():
    """each of the 68 ends as expected.tsv says; nothing is written outside, nobody is called, no value is told"""
    if not BAD.is_dir():
        raise Skip(f"{BAD} is absent")
    expected = dict(line.rsplit("\t", 1) for line in (BAD / "expected.tsv").read_text().splitlines())
    assert len(expected) == 68
    good = {}
    for kind, feed in FEEDS.items():
        with Received(feed) as site:
            exchange, report = site.receive("bon", feed.good())
            assert exchange["state"] == "done" and exchange["accepted"] == feed.accepted, (kind, exchange, report["text"])
            good[kind] = remarks(report)
            assert not site.outside(), (kind, site.outside())
            assert not SHIM or site.notes.stat().st_size > site.before, "what it opens is not noted"
            site.stop()
    wrong = 0
    for name, wanted in expected.items():
        kind = feed_of(name)
        obtained, report = judge(FEEDS[kind], name, good[kind])
        first = (report.get("refusals") or report.get("remarks") or [{}])[0]
        wrong += obtained != wanted
        print(f"{'ok ' if obtained == wanted else 'NOT'} {name:45} {wanted:15} {obtained:15} {' '.join(codes(report)[:6]):30} {place_of(first)}")
    print(f"{len(expected)} files, {len(expected) - wrong} as expected" + ("" if SHIM else "; what the gateway opens was not watched"))
    assert not wrong, f"{wrong} not as expected"


def used(site):
    """Seconds of work of the gateway so far, and the most memory it has held, in bytes."""
    fields = (site.proc / "stat").read_text().rsplit(")", 1)[1].split()
    peak = next(line for line in (site.proc / "status").read_text().splitlines() if line.startswith("VmHWM"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(peak.split()[1]) * 1024


def bombs():
    """bombs of XML and zip are refused with less than a second of work and less than 64 MB more memory"""
    if not BAD.is_dir():
        raise Skip(f"{BAD} is absent")
    for name in sorted(one.name for one in BAD.iterdir() if one.name.startswith(BOMBS)):
        content = (BAD / name).read_bytes()
        with Received(FEEDS[feed_of(name)]) as site:
            site.proc = type(BAD)(f"/proc/{site.process.pid}")
            (site.proc / "clear_refs").write_text("5")  # the peak begins anew
            seconds, memory = used(site)
            begun = time.monotonic()
            exchange, report = site.receive(name, content)
            wall = time.monotonic() - begun
            seconds_after, memory_after = used(site)
            assert exchange["state"] == "rejected", exchange
            print(f"{name}: {codes(report)[0]}, {seconds_after - seconds:.2f} s of work, {wall:.2f} s in all with the folder's, "
                  f"{(memory_after - memory) / MEGABYTE:.1f} MB more at most")
            assert seconds_after - seconds < 1, "more than a second of work"
            assert memory_after - memory < 64 * MEGABYTE or os.environ.get("CHARMILLE_SANITIZED"), "more than 64 MB more"
            site.stop()


def posted_documents():
    """a PDF that is posted is judged as one that is dropped, and the sender reads why in the answer"""
    if not BAD.is_dir():
        raise Skip(f"{BAD} is absent")
    feed, port = FEEDS["pdf"], free_port()
    endpoints = "\n  pieces: {adapter: http, partner: dui, content-types: [application/pdf], format: document}\n"
    with Site(endpoints, "\n  pieces: {from: pieces, mapping: pieces/document, to: []}\n", mappings=feed.mappings,
              listen=f"listen: {{address: 127.0.0.1:{port}, tls: none}}") as site:
        site.start()
        for number, (name, status, code) in enumerate((("good", 200, None), ("e08", 422, "CH-DOC-002"), ("e09", 422, "CH-DOC-006"),
                                                       ("e10", 422, "CH-DOC-005"))):
            content = feed.good() if name == "good" else next(BAD.glob(f"{name}*")).read_bytes()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("POST", "/v1/endpoints/pieces?wait=10", content, {**push_headers(number), "Content-Type": "application/pdf"})
            answer = connection.getresponse()
            body = answer.read().decode()
            assert answer.status == status, (name, answer.status, body)
            assert code is None or code in body, (name, body)
        site.stop()
        site.verify()


def the_same_bad_row_tomorrow():
    """the same bad row tomorrow is one quarantine entry, dated; corrected, it closes itself"""
    if not BAD.is_dir():
        raise Skip(f"{BAD} is absent")
    bad = (BAD / "b12_child_without_local_id.csv").read_bytes()
    dates = (BAD / "b03_impossible_dates.csv").read_bytes()
    with Received(FEEDS["eo"]) as site:
        site.receive("monday.csv", dates)
        first = site.get("/v1/quarantine?limit=1000")["quarantine"]
        site.receive("tuesday.csv", dates)
        second = site.get("/v1/quarantine?limit=1000")["quarantine"]
        assert [one["number"] for one in first] == [one["number"] for one in second], "a second entry for the same row"
        assert all(one["seen"] == 2 for one in second), second
        assert all(one.get("localId") for one in second), second
        site.receive("wednesday.csv", FEEDS["eo"].good())
        assert not site.get("/v1/quarantine?limit=1000")["quarantine"], "corrected rows stay in quarantine"
        site.receive("thursday.csv", bad)
        assert len(site.get("/v1/quarantine?limit=1000")["quarantine"]) >= 1
        site.stop()
        site.verify()


if __name__ == "__main__":
    main(table_of_68, bombs, posted_documents, the_same_bad_row_tomorrow)
