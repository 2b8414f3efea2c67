"""A directory is asked, what it answered is kept, and is told while the directory is away; nothing hostile is believed."""

import datetime
import json
import sqlite3

from directory_peer import KEY, Directory, mailbox, organization, practitioner, role, rpps
from site_of import MOVEMENTS, MOVEMENTS_ROUTE, Site, Unix, main

PEOPLE = [
    practitioner(1, "ESSAI", mailboxes=[mailbox("alix.essai@essai.mssante.fr"), mailbox("cachee@essai.mssante.fr", red=True)]),
    role(11, "p1", "o1", [mailbox("alix.service@essai.mssante.fr")]),
    organization(1, "MAISON DES CHARMES", "990001018", "99999999900010", [mailbox("secretariat@essai.mssante.fr", kind="ORG")]),
    practitioner(2, "SEULE"),
]
MANY = [practitioner(1000 + n, f"NOMBREUX{n:03}") for n in range(120)]


def site(peer, more="", key=KEY, route=MOVEMENTS_ROUTE):
    endpoints = MOVEMENTS + f"""
  annuaire: {{adapter: directory, partner: ans, url: "{peer.base}", api-key: {{file: annuaire.cle}}, timeout: 3s{more}}}
"""
    gateway = Site(endpoints, route, partners="  ans: {}\n")
    secret = gateway.folder / "annuaire.cle"
    secret.write_text(key)
    secret.chmod(0o600)
    return gateway


def ask(gateway, operation, check=True, **parameters):
    """(the answer, the command's result)"""
    options = [word for name, value in parameters.items() for word in (f"--{name.replace('_', '-')}", value)]
    result = gateway.run("query", "annuaire", operation, *options, "--json", check=check)
    return (json.loads(result.stdout) if result.stdout.strip() else None), result


def post(gateway, operation, **parameters):
    """(status, JSON) of the API itself: sooner than a command."""
    connection = Unix(gateway.folder / "state/charmille.sock")
    connection.request("POST", "/v1/queries/annuaire", json.dumps({"operation": operation, "parameters": parameters}))
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def age(gateway, **by):
    """What is kept becomes older by so much: no test waits."""
    database = sqlite3.connect(gateway.folder / "state/directory-annuaire.db", timeout=30)
    passed = datetime.timedelta(**by) // datetime.timedelta(microseconds=1)
    with database:
        database.execute("UPDATE question SET answered = answered - ?1, whole = whole - ?1", (passed,))
    database.close()


def addresses(answer):
    return sorted(one["address"] for one in answer["mailboxes"])


def everything_of_one_person():
    """a professional is found with its structure and its mailboxes; a structure by its numbers; a mailbox by whose it is"""
    with Directory(*PEOPLE) as peer, site(peer) as gateway:
        gateway.start()
        answer, _ = ask(gateway, "professional", rpps=rpps(1))
        (person,) = answer["professionals"]
        assert (person["family"], person["rpps"], answer["source"], answer["stale"]) == ("ESSAI", rpps(1), "directory", False), answer
        assert person["roles"][0]["structure"]["finess"] == "990001018", person
        assert answer["withheld"] == 1 and "cachee" not in json.dumps(answer), answer
        for question in ({"finess": "990001018"}, {"siret": "99999999900010"}, {"name": "charmes", "city": "Lille", "postal_code": "59"}):
            (structure,) = ask(gateway, "structure", **question)[0]["structures"]
            assert structure["name"] == "MAISON DES CHARMES", structure
        assert ask(gateway, "structure", name="charmes", postal_code="75")[0]["structures"] == []
        assert addresses(ask(gateway, "mailbox", rpps=rpps(1))[0]) == ["alix.essai@essai.mssante.fr", "alix.service@essai.mssante.fr"]
        assert addresses(ask(gateway, "mailbox", finess="990001018")[0]) == ["secretariat@essai.mssante.fr"]
        (found,) = ask(gateway, "mailbox", address="alix.service@essai.mssante.fr")[0]["mailboxes"]
        assert (found["professional"]["family"], found["structure"]["name"]) == ("ESSAI", "MAISON DES CHARMES"), found
        hidden, _ = ask(gateway, "mailbox", address="cachee@essai.mssante.fr")
        assert hidden["mailboxes"] == [] and hidden["withheld"] == 1 and "ESSAI" not in json.dumps(hidden), hidden
        text = gateway.run("query", "annuaire", "professional", "--rpps", rpps(1)).stdout
        assert "MAISON DES CHARMES, FINESS 990001018, 59000 LILLE" in text and "liste rouge" in text, text
        gateway.stop()
        kept = b"".join(path.read_bytes() for path in (gateway.folder / "state").glob("directory-annuaire.db*"))
        assert b"MAISON DES CHARMES" in kept and b"cachee" not in kept and b"charmes" not in kept
        log = gateway.log.read_bytes()
        assert not any(word in log for word in (KEY.encode(), rpps(1).encode(), b"essai.mssante.fr")), log


def pages_are_followed_to_their_bound():
    """120 professionals come in three pages; max-results ends the reading, and the answer says so"""
    with Directory(*MANY) as peer:
        with site(peer) as gateway:
            gateway.start()
            answer, _ = ask(gateway, "professional", family="nombreux")
            assert len(answer["professionals"]) == 120 and answer["complete"], (len(answer["professionals"]), answer["complete"])
            assert len([kind for kind, _ in peer.asked if kind in ("Practitioner", "")]) == 3, peer.asked
            gateway.stop()
        with site(peer, more=", max-results: 70, page: 20") as gateway:
            gateway.start()
            answer, _ = ask(gateway, "professional", family="nombreux")
            assert len(answer["professionals"]) == 70 and not answer["complete"], len(answer["professionals"])
            gateway.stop()


def nothing_is_an_answer_too():
    """who is not found is not found, without a fault; asked again, the directory is left in peace"""
    with Directory(*PEOPLE) as peer, site(peer) as gateway:
        gateway.start()
        answer, _ = ask(gateway, "professional", rpps=rpps(9))
        assert answer["professionals"] == [], answer
        before = len(peer.asked)
        again, _ = ask(gateway, "professional", rpps=rpps(9))
        assert again["professionals"] == [] and again["source"] == "cache" and not again["stale"] and len(peer.asked) == before, again
        assert again["asOf"] == answer["asOf"]
        gateway.stop()


def a_fresh_answer_asks_nothing_and_an_older_one_what_changed():
    """within `fresh` the directory hears nothing; later it is asked for what changed, and what came replaces; later still for all"""
    with Directory(*PEOPLE) as peer, site(peer) as gateway:
        gateway.start()
        ask(gateway, "professional", rpps=rpps(1))
        before = len(peer.asked)
        assert ask(gateway, "professional", rpps=rpps(1))[0]["source"] == "cache" and len(peer.asked) == before
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        peer.resources["p1"] = practitioner(1, "ESSAI", given="Renommée", updated=now)
        peer.resources["o1"] = organization(1, "MAISON NEUVE", "990001018", "99999999900010", updated=now)
        del peer.resources["r11"]  # what is taken away, no change tells
        age(gateway, hours=25)
        answer, _ = ask(gateway, "professional", rpps=rpps(1))
        (person,) = answer["professionals"]
        assert person["given"] == ["Renommée"] and person["roles"][0]["structure"]["name"] == "MAISON NEUVE", person
        delta = peer.asked[before:]
        assert [kind for kind, _ in delta] == ["Practitioner", "PractitionerRole", "Organization"], delta
        assert all(one.get("_lastUpdated", "").startswith("ge") for _, one in delta), delta
        age(gateway, days=8)
        before = len(peer.asked)
        answer, _ = ask(gateway, "professional", rpps=rpps(1))
        assert answer["professionals"][0]["roles"] == [], answer
        assert all("_lastUpdated" not in one for _, one in peer.asked[before:]), peer.asked[before:]
        gateway.stop()


def the_directory_is_away():
    """the last answer is told with its date, as what it is; without one there is a fault; what is too old is not told"""
    with Directory(*PEOPLE) as peer, site(peer) as gateway:
        gateway.start()
        first, _ = ask(gateway, "mailbox", rpps=rpps(1))
        age(gateway, hours=25)
        peer.instead = (503, "text/plain", b"later")
        answer, _ = ask(gateway, "mailbox", rpps=rpps(1))
        assert answer["stale"] and answer["why"] == "CH-DIR-006" and answer["asOf"] < first["asOf"], answer
        peer.stop()
        answer, _ = ask(gateway, "mailbox", rpps=rpps(1))
        assert answer["stale"] and answer["why"].startswith("CH-NET-") and addresses(answer) == addresses(first), answer
        told = gateway.run("query", "annuaire", "mailbox", "--rpps", rpps(1))
        assert "ne répond pas" in told.stderr and "alix.essai@essai.mssante.fr" in told.stdout, told
        _, refused = ask(gateway, "professional", check=False, rpps=rpps(2))
        assert refused.returncode == 3 and "CH-NET-" in refused.stderr, refused
        age(gateway, days=31)
        _, refused = ask(gateway, "mailbox", check=False, rpps=rpps(1))
        assert refused.returncode == 3 and "CH-NET-" in refused.stderr, refused
        peer.instead = None
        peer.start()
        assert ask(gateway, "mailbox", rpps=rpps(1))[0]["source"] == "directory"
        gateway.stop()
        gateway.verify()


def a_wrong_key_is_a_fault_even_with_an_answer_kept():
    """a key that the directory refuses is told, and is not repeated"""
    with Directory(*PEOPLE) as peer, site(peer, more=", fresh: 0s") as gateway:
        gateway.start()
        ask(gateway, "professional", rpps=rpps(1))
        peer.key = "another"
        _, refused = ask(gateway, "professional", check=False, rpps=rpps(1))
        assert refused.returncode == 1 and "[CH-DIR-005]" in refused.stderr and KEY not in refused.stderr, refused
        gateway.stop()


def what_is_hostile_is_not_believed():
    """a next page elsewhere is not asked for; what is no answer is refused, told from the cache where there is one, and never kept"""
    with Directory(*PEOPLE, *MANY) as peer, Directory(*MANY) as elsewhere, site(peer, more=", fresh: 0s, max-answer: 64KiB") as gateway:
        gateway.start()
        for host in (f"http://127.0.0.1:{elsewhere.port}", f"http://127.0.0.1:{peer.port}@127.0.0.1:{elsewhere.port}", "ftp://127.0.0.1", ""):
            peer.next_host = host or None
            peer.next_path = None if host else "/\\127.0.0.1/"
            status, refused = post(gateway, "professional", family="nombreux")
            assert (status, refused["code"]) == (502, "CH-DIR-009"), (host, refused)
        assert elsewhere.asked == [], elsewhere.asked
        ask(gateway, "professional", rpps=rpps(1))
        bundle = {"resourceType": "Bundle", "type": "searchset"}
        page = json.dumps({**bundle, "entry": [{"resource": organization(7, "FAUX", "990001018", "99999999900010")}]}).encode()
        for instead, code in (((200, "text/html", b"<html>maintenance</html>"), "CH-DIR-008"), ((200, "application/fhir+json", page), "CH-DIR-008"),
                              ((200, "application/fhir+json", b'{"resourceType":"Bundle","type":"collection"}'), "CH-DIR-008"),
                              ((200, "application/fhir+json", b"[" * 5000), "CH-DIR-008"), ((200, "application/fhir+json", b" " * (1 << 20)), "CH-NET-"),
                              ((302, "text/plain", b""), "CH-DIR-007"), ((400, "application/fhir+json", b"{}"), "CH-DIR-007")):
            peer.instead = instead
            status, refused = post(gateway, "professional", rpps=rpps(2))
            assert status >= 400 and refused["code"].startswith(code), (instead[1], refused)
            status, known = post(gateway, "professional", rpps=rpps(1))
            if code == "CH-DIR-007":
                assert status == 422 and known["code"] == code, known
            else:
                assert known["stale"] and known["why"].startswith(code) and known["professionals"][0]["family"] == "ESSAI", known
        peer.instead = None
        assert ask(gateway, "professional", rpps=rpps(2))[0]["professionals"][0]["family"] == "SEULE"
        gateway.stop()


def questions_are_audited_without_what_was_asked():
    """each question leaves one leaf: who, which directory, which kind of question; a question refused here is told clearly"""
    with Directory(*PEOPLE) as peer, site(peer) as gateway:
        gateway.start()
        gateway.run("query", "annuaire", "mailbox", "--rpps", rpps(1), "--reason", "courrier de synthèse")
        peer.key = "another"
        ask(gateway, "structure", check=False, finess="990001018")
        for words, code in ((("annuaire", "weather"), "CH-EXC-051"), (("annuair", "mailbox"), "CH-EXC-050"), (("cd99", "mailbox"), "CH-EXC-006"),
                            (("mouvements", "mailbox"), "CH-EXC-006"), (("annuaire", "mailbox"), "CH-DIR-002"),
                            (("annuaire", "mailbox", "--rpps", "12"), "CH-DIR-004"), (("annuaire", "mailbox", "--rpps", rpps(1), "--city", "Lille"), "CH-DIR-003")):
            refused = gateway.run("query", *words, check=False)
            assert refused.returncode != 0 and f"[{code}]" in refused.stderr, (words, refused)
        connection = Unix(gateway.folder / "state/charmille.sock")
        connection.request("POST", "/v1/queries/annuaire", json.dumps({"operation": "mailbox", "parameters": {"rpps": 7}}))
        assert connection.getresponse().status == 400
        told = json.loads(gateway.run("audit", "list", "--event", "exchange.query", "--json").stdout)
        leaves = [json.dumps(one) for one in (told["leaves"] if isinstance(told, dict) else told)]
        assert len(leaves) == 5, leaves  # two that were asked, three that the adapter refused
        assert '"mailbox"' in leaves[-1] and "courrier de synth" in leaves[-1] and '"annuaire"' in leaves[-1], leaves[-1]
        assert "CH-DIR-005" in leaves[-2], leaves[-2]
        everything = "".join(leaves)
        assert rpps(1) not in everything and "990001018" not in everything and "ESSAI" not in everything, everything
        gateway.stop()
        # A question needs no daemon: the command opens the store itself.
        peer.key = KEY
        assert ask(gateway, "professional", rpps=rpps(2))[0]["professionals"][0]["family"] == "SEULE"
        gateway.verify()


def check_refuses_what_cannot_work():
    """a route never sends to a directory; `keep` shorter than `fresh`, and a missing key, are told by check"""
    with Directory() as peer:
        with site(peer) as gateway:
            checked = gateway.run("check", check=False)
            assert checked.returncode == 0 and "endpoints.annuaire" not in checked.stdout + checked.stderr, checked
        route = MOVEMENTS_ROUTE.replace("to: []", "to: [{endpoint: annuaire, mapping: departement/placements, trigger: change, mode: shadow, start: everything, format: json}]")
        gateway = site(peer, route="\n")
        text = gateway.configuration.read_text()
        gateway.configuration.write_text(text.replace("routes:", "routes:" + route, 1))
        checked = gateway.run("check", check=False)
        assert checked.returncode == 2 and "CH-CFG-094" in checked.stdout + checked.stderr, checked
        gateway.close()
        with site(peer, more=", fresh: 2d, keep: 1d") as gateway:
            checked = gateway.run("check", "--world", check=False)
            assert checked.returncode != 0 and "CH-DIR-011" in checked.stdout + checked.stderr, checked


if __name__ == "__main__":
    main(everything_of_one_person, pages_are_followed_to_their_bound, nothing_is_an_answer_too,
         a_fresh_answer_asks_nothing_and_an_older_one_what_changed, the_directory_is_away,
         a_wrong_key_is_a_fault_even_with_an_answer_kept, what_is_hostile_is_not_believed,
         questions_are_audited_without_what_was_asked, check_refuses_what_cannot_work)
