"""The yearly extraction for statistics through a running gateway: what is sound leaves, written anew; what is not is refused whole."""

import re
import xml.etree.ElementTree as xml

from bad_feeds import BAD, SMALL, olinpe
from bad_files_test import Received
from site_of import DATA, Skip, main

HEAD = "<DECRET><INTRO><VERSIONXSD>2.01</VERSIONXSD><DATEXPORT>2026-03-02</DATEXPORT></INTRO>"
EVENT = {"NUMDEP": "099", "NUMANONYM": "0123456789abcdef0123456789abcdef01234567", "TYPEV": "1", "SEXE": "2", "ANAIS": "2015", "MNAIS": "08",
         "DECISION": "1", "DATDECPE": "2025-10-30", "DATDEB": "2025-11-02", "NATPDECADM": "14", "LIEUACC": "2"}


def extraction(*events, between=""):
    body = "".join("<DONNEE>" + "".join(f"<{name}>{value}</{name}>" for name, value in {**EVENT, **event}.items()) + "</DONNEE>"
                   for event in events)
    return f"{HEAD}{between}{body}</DECRET>".encode()


def events_of(content):
    """Each event as the variables that have a value."""
    return [{one.tag: one.text for one in event if one.text} for event in xml.fromstring(content).iter("DONNEE")]


def left(site):
    return sorted(path for path in (site.folder / "drees").iterdir() if not path.name.startswith("."))


def rules(report):
    """Code and variable of each rule that was broken, in order."""
    return [(one["code"], re.search("« (.*?) »", one["text"]).group(1) if "«" in one["text"] else "") for one in report["refusals"]]


def sound_ones_leave():
    """the sound extractions leave, each event with the values it had; the same bytes again are done already"""
    if not SMALL.is_dir():
        raise Skip(f"{SMALL} is absent")
    for size in ("small", "medium"):
        content = (DATA / "ase" / size / "olinpe/ONPE-099-20260302_2025.XML").read_bytes()
        with Received(olinpe()) as site:
            exchange, report = site.receive("ONPE.XML", content)
            assert exchange["state"] == "done", report["text"]
            site.until(lambda: left(site), "the extraction")
            (path,) = left(site)
            assert re.fullmatch(r"ONPE-099-\d{8}\.XML", path.name), path
            assert events_of(path.read_bytes()) == events_of(content)
            assert exchange["accepted"] == len(events_of(content))
            assert not site.get("/v1/records")["records"], "an extraction for statistics became records"
            _, again = site.receive("ONPE-encore.XML", content)
            assert again["outcome"] == "already-done" and left(site) == [path], again
            queued = [one["leaf"] for one in site.get("/v1/audit?event=exchange.queued")["leaves"]]
            assert len(queued) == 1 and "L226-3-3" in queued[0]["basis"], queued
            print(f"{size}: {len(events_of(content))} events")
            site.stop()
            site.verify()


def a_person_releases_it():
    """in mode hold nothing leaves until a person says so"""
    with Received(olinpe("hold")) as site:
        site.receive("ONPE.XML", extraction({}))
        (held,) = site.deliveries()
        assert held["state"] == "held" and not left(site), held
        site.run("exchanges", "release", held["id"])
        site.until(lambda: left(site), "the extraction")
        site.stop()
        site.verify()


def what_is_not_read_does_not_leave():
    """a comment or an instruction to a reader does not leave; an element beside the events refuses the whole"""
    with Received(olinpe()) as site:
        exchange, _ = site.receive("ONPE.XML", extraction({}, between="<!-- Camille Essai --><?nom Camille Essai?>"))
        assert exchange["state"] == "done"
        site.until(lambda: left(site), "the extraction")
        (path,) = left(site)
        assert b"Camille" not in path.read_bytes() and events_of(path.read_bytes()) == [EVENT]
        exchange, report = site.receive("ONPE-2.XML", extraction({"SEXE": "1"}, between="<CORRESPONDANCE>Camille Essai</CORRESPONDANCE>"))
        assert exchange["state"] == "rejected" and "CORRESPONDANCE" in report["text"] and "Camille" not in report["text"], report
        exchange, report = site.receive("ONPE-3.XML", extraction({"SEXE": "1"}).replace(b"<DONNEE>", b"<DONNEE ref='Camille'>"))
        assert exchange["state"] == "rejected" and rules(report) == [("CH-OLI-001", "ref")], report
        assert left(site) == [path]
        site.stop()
        site.verify()


def every_broken_rule_is_listed():
    """an extraction with identities, or one that does not hold together, is refused with every rule that it breaks"""
    if not BAD.is_dir():
        raise Skip(f"{BAD} is absent")
    expected = {
        "f01_olinpe_with_direct_identifiers.xml": [("CH-OLI-002", "NOM"), ("CH-OLI-002", "PRENOM"), ("CH-OLI-002", "DATNAIS"),
                                                   ("CH-OLI-010", "SEXE"), ("CH-OLI-010", "ANAIS"), ("CH-OLI-010", "MNAIS"),
                                                   ("CH-OLI-010", "DECISION"), ("CH-OLI-010", "DATDECPE"), ("CH-OLI-010", "DATDEB")],
        "f02_olinpe_incoherent.xml": [("CH-OLI-004", "NUMANONYM"), ("CH-OLI-011", "DATDECPE"), ("CH-OLI-010", "DATDEB"),
                                      ("CH-OLI-012", "MNAIS"), ("CH-OLI-013", "ANSMERE"), ("CH-OLI-010", "NATPDECADM"),
                                      ("CH-OLI-015", "NATDECASSED"), ("CH-OLI-016", "NATDECPLAC"), ("CH-OLI-016", "INSTITPLAC"),
                                      ("CH-OLI-016", "LIEUPLAC"), ("CH-OLI-014", "DATFIN"), ("CH-OLI-014", "MOTFININT")]}
    for name, wanted in expected.items():
        with Received(olinpe()) as site:
            exchange, report = site.receive(name, (BAD / name).read_bytes())
            assert exchange["state"] == "rejected" and rules(report) == wanted, rules(report)
            assert not left(site) and not site.deliveries()
            site.stop()
            site.verify()


if __name__ == "__main__":
    main(sound_ones_leave, a_person_releases_it, what_is_not_read_does_not_leave, every_broken_rule_is_listed)
