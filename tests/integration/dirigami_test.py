"""A second editor is configuration only: what conf/examples/dirigami.yaml says, on children whom we made up."""

import http.client
import json

from links_test import DECISIONS
from records_test import records
from site_of import SOURCE, Site, free_port, main, push_headers

DATA = SOURCE / "tests/data/dirigami"
LOT = {path.name: path.read_bytes() for path in sorted((DATA / "lot").iterdir())}
USAGERS = [json.loads(path.read_text("utf-8")) for path in sorted((DATA / "api").glob("*.json"))]
DUI, CD = "urn:charmille:dui:990042103:dirigami", "urn:charmille:cd:99"
# Written of these children, and no business of a department that follows their measures.
UNSAID = ["allée des Charmilles", "0639980708", "639980708", "lieu d'accueil", "Arachide", "boulangerie", "gendarmerie", "114039945002787"]


def example(first, last=None):
    """The lines of the example from the key `first` up to the key `last`."""
    text = (SOURCE / "conf/examples/dirigami.yaml").read_text("utf-8")
    return text[text.index(f"\n  {first}:"):text.index(f"\n  {last}:") + 1 if last else None]


def site(decisions=False):
    """A gateway with the endpoints and routes of the example; only folders and partners have other names."""
    endpoints = example("dirigami-depot", "departement-depot").replace("partner: dirigami", "partner: dui")
    for folder, name in (("depot", "in"), ("archives", "archive"), ("rejets", "reject")):
        endpoints = endpoints.replace(f"/srv/charmille/dirigami/{folder}", name)
    endpoints = endpoints.replace("    folder: in\n", "    folder: in\n    stable: 100ms\n")
    routes = example("extraction").replace("departement-depot", "cd99").replace("mode: hold", "mode: live")
    routes = routes.replace("max-change: 20%", "max-change: 100%")
    if decisions:
        endpoints += "  decisions: {adapter: http, partner: cd99, format: json}\n"
        routes += "  decisions: {from: decisions, mapping: cd/decisions, to: []}\n"
    port = free_port()
    gateway = Site(endpoints, routes, listen=f"listen: {{address: 127.0.0.1:{port}, tls: none}}")
    text = gateway.configuration.read_text().replace('finess: ["990001018"]', 'finess: ["990042103", "990042111"]')
    if decisions:
        (gateway.folder / "mappings/cd").mkdir(parents=True)
        (gateway.folder / "mappings/cd/decisions.yaml").write_text(DECISIONS)
        text = text.replace(f"mappings: [{SOURCE}/mappings]", f"mappings: [{SOURCE}/mappings, mappings]")
    gateway.configuration.write_text(text)
    gateway.port = port
    gateway.pushed = 0
    gateway.start()
    return gateway


def push(gateway, *usagers):
    for usager in usagers:
        gateway.pushed += 1
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)
        connection.request("POST", "/v1/endpoints/dirigami-direct?wait=10", json.dumps(usager).encode(), push_headers(gateway.pushed))
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status == 200, (answer.status, text)


def drop(gateway, lot=None):
    lot = lot or LOT
    before = len(gateway.exchanges(direction="in"))
    gateway.drop(lot)
    gateway.settled(before + len(lot))
    wrong = [one for one in gateway.exchanges(direction="in") if one["state"] != "done"]
    assert not wrong, wrong


def held(gateway):
    """The records, by the number that the children have in the software."""
    everyone = {next(one["value"] for one in record["ids"] if one["system"] == DUI): record for record in records(gateway)}
    return dict(sorted(everyone.items()))


def rows(path):
    head, *lines = path.read_text("utf-8").strip().splitlines()
    return [dict(zip(head.split(";"), line.split(";"))) for line in lines]


def copy_of(usager):
    return json.loads(json.dumps(usager))


def both_ways_alike():
    """the lot of CSV files and the pushed JSON of the same children give the same records, but for provenance"""
    with site() as nightly, site() as daily:
        drop(nightly)
        push(daily, *USAGERS)
        daily.settled(len(USAGERS))
        exported, pushed = held(nightly), held(daily)
        assert list(exported) == ["4101", "4102", "4103", "4104", "4105"], list(exported)
        for number, record in exported.items():
            for section in sorted(set(record) | set(pushed[number])):
                assert record.get(section) == pushed[number].get(section), (number, section)
        assert not nightly.get("/v1/links?state=all")["links"], "twins are two, and nobody else is like another"
        assert exported["4102"]["siblings"][0]["ids"] == [{"system": DUI, "value": "4103"}]
        assert "ins" not in exported["4101"] and exported["4103"]["ins"]["matricule"] == "114039945002787"
        for gateway in (nightly, daily):
            gateway.stop()
            gateway.verify()


def to_the_department():
    """the department has each child once; the same told by push is no news, a change is one row, a note is nothing"""
    with site() as gateway:
        drop(gateway)
        [placements] = gateway.out_files()
        told = [(row["N° ASE"], row["N° décision"], row["Nom"], row["Type de mesure"], row["FINESS"], row["Lieu secret"], row["Type"])
                for row in rows(placements)]
        assert sorted(told) == [
            ("A004101", "99-D004111", "KOUROUMA", "TUT", "990042103", "Non", "Nouveau"),
            ("A004102", "99-D004102", "ROCHEBRUNE", "JAE_ASE", "990042103", "Non", "Nouveau"),
            ("A004103", "99-D004103", "ROCHEBRUNE", "JAE_ASE", "990042103", "Non", "Nouveau"),
            ("A004104", "99-D004114", "VALMONT", "JAE_ASE", "990042111", "Oui", "Nouveau"),
            ("A004105", "99-D004105", "DELORME", "AP", "990042103", "Inconnu", "Nouveau"),
            ("A004105", "99-D004105", "DELORME", "AP", "990042111", "Non", "Fin"),
        ], sorted(told)

        push(gateway, *USAGERS)
        gateway.settled(len(LOT) + len(USAGERS))
        assert gateway.out_files() == [placements], "what the night delivered, the day delivered again"

        noted = copy_of(USAGERS[1])
        noted["transmissions"] = [{"horodatage": "2026-07-01T20:00:00+02:00", "auteur": "Mme Popa", "equipe": "Soir", "texte": "Calme."}]
        noted["sante"]["allergies"] = "Pollens"
        push(gateway, noted)
        gateway.settled(len(LOT) + len(USAGERS) + 1)
        assert gateway.out_files() == [placements], "a note or an allergy reached the department"

        left = copy_of(USAGERS[4])
        left["sejours"][1].update(sortie="2026-07-01", motifSortie={"code": "RDF", "libelle": "Retour en famille"})
        push(gateway, left)
        gateway.until(lambda: len(gateway.out_files()) == 2, "the end of the stay")
        [changed] = [path for path in gateway.out_files() if path != placements]
        assert sorted((row["Type"], row["Date de sortie"]) for row in rows(changed)) == [("Fin", "01/07/2026"), ("Fin", "31/08/2025")]
        gateway.stop()
        for path in gateway.out_files():
            text = path.read_text("utf-8")
            assert not [word for word in UNSAID if word in text], path
        log = gateway.log.read_text()
        assert not [word for word in [*UNSAID, "ROCHEBRUNE", "VALMONT"] if word in log]
        gateway.verify()


def presence():
    """half-days become the days of the état de présence; what nobody filled in is unknown, not absent"""
    with site() as gateway:
        drop(gateway)
        before = gateway.out_files()
        gateway.run("extract", "extraction", "--period", "2026-06")
        gateway.until(lambda: len(gateway.out_files()) > len(before), "the extraction")
        [path] = [path for path in gateway.out_files() if path not in before]
        assert path.name == "ETAT_PRESENCE_202606.csv"
        first, *lines, last = path.read_text("iso-8859-15").split()
        assert sorted(lines) == [
            "10;A004101;99-D004111;990042103;202606;28;00;00;00;02;00;30",
            "10;A004102;99-D004102;990042103;202606;25;05;00;00;00;00;30",
            "10;A004103;99-D004103;990042103;202606;21;03;06;00;00;00;29",
            "10;A004104;99-D004114;990042111;202606;28;00;00;00;00;02;28",
            "10;A004105;99-D004105;990042103;202606;24;02;00;04;00;00;29",
        ], sorted(lines)
        assert first.endswith(";CD99;PRES;202606;V1.0") and last.endswith(";000007;000146"), (first, last)
        gateway.stop()


def recognised():
    """a decision of the department finds the child whom DirIgami knows under that number; a former department's names nobody else"""
    with site(decisions=True) as gateway:
        drop(gateway)
        decision = gateway.folder / "decision.json"
        decision.write_text(json.dumps({"numero": "A004105", "famille": "FAM-0777", "nom": "Delorme", "prenoms": ["Théo"], "sexe": "M",
                                        "naissance": "2011-08-24", "insee": "98120", "decisions": ["99-D004199"]}))
        gateway.run("send", "decisions", decision)
        gateway.settled(len(LOT) + 1)
        everyone = held(gateway)
        assert len(everyone) == 5 and len(list(records(gateway))) == 5
        assert [(one["state"], one["rule"]) for one in gateway.get("/v1/links?state=all")["links"]] == [("linked", "identifier")]
        child = everyone["4105"]
        assert {"system": CD + ":famille", "value": "FAM-0777"} in child["ids"]
        assert {"system": "urn:charmille:cd:98", "value": "V00777", "start": "2022-03-01", "end": "2025-06-30"} in child["ids"]
        assert "99-D004199" in [one["number"] for one in child["measures"]]
        gateway.stop()
        gateway.verify()


def one_bad_line():
    """a date that is none sets one child aside, by file, line and column; the four others go on"""
    lot = dict(LOT)
    name = "DirIgami_20260630_Sejours.csv"
    assert b"2024-05-02" in lot[name]
    lot[name] = lot[name].replace(b"2024-05-02", b"2024-05-32")
    with site() as gateway:
        gateway.drop(lot)
        gateway.settled(len(lot))
        assert list(held(gateway)) == ["4101", "4102", "4103", "4105"]
        listed = gateway.run("quarantine", "list").stdout
        assert "CH-PATH-040" in listed and "VALMONT" not in listed and "2024-05-32" not in listed, listed
        drop_again = {file.replace("20260630", "20260701"): content for file, content in LOT.items()}
        gateway.drop(drop_again)
        gateway.settled(2 * len(lot))
        assert len(held(gateway)) == 5
        assert "CH-PATH-040" not in gateway.run("quarantine", "list").stdout
        gateway.stop()
        gateway.verify()


if __name__ == "__main__":
    main(both_ways_alike, to_the_department, presence, recognised, one_bad_line)
