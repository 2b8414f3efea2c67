"""Several organisations' view: two departments and three DUIs, children whom the test makes up, and what each partner may
have of them worked out from that, not from the gateway."""

import json

from records_test import records
from site_of import SOURCE, Site, main

# What each DUI calls itself: partner, endpoint, establishment.
EO_A, EO_B, DIRIGAMI = "990001018", "990001026", "990042103"
DUIS = {EO_A: "dui", EO_B: "eo-b", DIRIGAMI: "dirigami"}
DEPARTMENTS = ("62", "59")
COPY = 'mapping: test/copie\nfrom: child-record\nto: tree\ntemplate: "{{ %context }}"\n'
# More than the policy that we ship lets go: what holds here holds for any.
GENEROUS = """policy: genereuse
recipient: departement
lines:
  - {sections: [identity, ids, persons, parentalAuthority, siblings, measures, stays, visitRights, school, transport, deadlines,
     ppe, presence, documents, events], documents: [administrative, judicial, social, school, unknown], ground: "CASF L221-1", purpose: essai}
"""
DECISIONS = """
mapping: test/decisions
from: json
to: child-record
template:
  ids: [{system: "urn:charmille:cd:{{ departement }}", value: "{{ numero }}"}]
  identity: {birthName: "{{ nom }}", birthGivenNames: [Test], birthDate: "{{ naissance }}", sex: {code: F}}
  measures:
    - {number: "{{ decision }}", department: "{{ departement }}", type: {code: JAE_ASE}, nature: {code: JUD}, start: "{{ debut }}", end: "{{ fin }}", secretPlace: {code: "no"}}
  stays:
    - {finess: "{{ finess }}", entry: "{{ debut }}", exit: "{{ fin }}", secretPlace: {code: "no"}}
"""


def to(*endpoints):
    return ", ".join(f"{{endpoint: {name}, mapping: test/copie, trigger: change, mode: live, start: everything, "
                     f'file: "{{delivery}}.json"}}' for name in endpoints)


def site():
    """Every DUI feeds both departments, every department feeds every DUI: nothing but the policy keeps them apart."""
    departments, duis = [f"vers-{d}" for d in DEPARTMENTS], [f"vers-{name}" for name in DUIS.values()]
    endpoints, routes = "", ""
    for name in DUIS.values():
        endpoints += f"  de-{name}: {{adapter: file, partner: {name}, folder: in-{name}, archive: archive, reject: reject, stable: 50ms, format: json}}\n"
        mapping = "dirigami/usager-json" if name == "dirigami" else "eo/enfant-json"
        routes += f"  de-{name}: {{from: de-{name}, mapping: {mapping}, to: [{to(*departments)}]}}\n"
        endpoints += f"  vers-{name}: {{adapter: file, partner: {name}, folder: out-{name}, format: json}}\n"
    for d in DEPARTMENTS:
        endpoints += f"  de-{d}: {{adapter: file, partner: cd{d}, folder: in-{d}, archive: archive, reject: reject, stable: 50ms, format: json}}\n"
        endpoints += f"  vers-{d}: {{adapter: file, partner: cd{d}, folder: out-{d}, format: json}}\n"
        routes += f"  de-{d}: {{from: de-{d}, mapping: test/decisions, to: [{to(*duis)}]}}\n"
    partners = "".join(f'  {name}: {{recipient: dui, finess: ["{finess}"]}}\n' for finess, name in DUIS.items() if name != "dui")
    partners += "".join(f'  cd{d}: {{recipient: departement, department: "{d}"}}\n' for d in DEPARTMENTS)
    gateway = Site("\n" + endpoints, "\n" + routes, partners=partners, policies=("dui",), mappings={"test/copie": COPY, "test/decisions": DECISIONS})
    (gateway.folder / "genereuse.yaml").write_text(GENEROUS)
    text = gateway.configuration.read_text().replace(f"{SOURCE}/conf/policies/departement.yaml", "genereuse.yaml")
    gateway.configuration.write_text(text)
    for name in (*DUIS.values(), *DEPARTMENTS):
        for folder in ("in", "out"):
            (gateway.folder / f"{folder}-{name}").mkdir()
    gateway.sent = 0
    gateway.read = set()
    gateway.start()
    return gateway


def give(gateway, source, *children):
    """Children, each a payload of its own, one after the other: what each makes leave has left."""
    for child in children:
        gateway.sent += 1
        gateway.drop({f"{gateway.sent:04}.json": json.dumps(child).encode()}, f"in-{source}")
        gateway.settled(gateway.sent)
    wrong = [one for one in gateway.exchanges(direction="in") if one["state"] != "done" or one.get("refused", 0)]
    assert not wrong, wrong


def news(gateway, partner):
    """What reached the partner since it was last asked, oldest first, each as a record."""
    fresh = sorted(path for path in (gateway.folder / f"out-{partner}").glob("*.json") if path not in gateway.read)
    gateway.read.update(fresh)
    return [record for path in fresh for record in json.loads(path.read_text("utf-8"))]


def name_of(number):
    return f"ENFANT{number:03}"


def measure(department, number, start, end=None):
    return {"department": department, "number": f"{department}-D{number:03}-{start[:4]}", "start": start, "end": end}


def made_up():
    """Children: in which establishment each is, and under which decisions of whom. Two in nine have changed department,
    one in nine has no decision that we know of."""
    children = []
    for number in range(36):
        finess = list(DUIS)[number % 3]
        first, second = DEPARTMENTS if number % 2 else DEPARTMENTS[::-1]
        kind = number % 9
        if kind == 8:
            measures = []
        elif kind in (3, 7):
            measures = [measure(first, number, "2022-03-01", "2024-02-28"), measure(second, number, "2024-02-28")]
        else:
            measures = [measure(first, number, "2023-01-10")]
        children.append({"number": number, "finess": finess, "measures": measures, "entry": "2023-01-10"})
    return children


def as_eo(child, unit="A", name=None):
    return {"finess": child["finess"], "identifiant": f"K{child['number']}", "dossier": f"D{child['number']}",
            "nomNaissance": name or name_of(child["number"]), "prenoms": ["Test"], "sexe": "F", "dateNaissance": "2014-05-06",
            "sejour": {"etablissement": "MECS", "unite": unit, "dateEntree": child["entry"], "lieuSecret": False},
            "mesures": [{"numero": f"M{m['number']}", "numeroDepartement": m["number"], "nature": "Judiciaire",
                         "decideur": "Juge des enfants", "mesure": "Jugement en assistance éducative : placement à l'ASE",
                         "lieuSecret": False, "dateDecision": m["start"], "dateDebut": m["start"],
                         **({"dateFin": m["end"], "motifFin": "Transfert vers un autre département"} if m["end"] else {})}
                        for m in child["measures"]]}


def as_dirigami(child, **more):
    def coded(code):
        return {"code": code, "libelle": code}
    return {"idUsager": child["number"], "numeroDossier": f"D{child['number']}",
            "etablissementPrincipal": {"finess": child["finess"], "nom": "MECS"},
            "etatCivil": {"nomNaissance": more.pop("name", name_of(child["number"])), "prenoms": ["Test"], "sexe": coded("F"),
                          "naissance": {"date": "2014-05-06"}},
            "identifiants": [{"type": "ASE", "departement": m["department"], "numero": f"A{m['department']}-{child['number']}"}
                             for m in child["measures"]],
            "mesures": [{"idMesure": f"M{m['number']}", "type": coded("PLASE"), "nature": coded("J"),
                         "decision": {"numero": m["number"], "departement": m["department"], "autorite": coded("JDE"), "date": m["start"]},
                         "periode": {"effet": m["start"], "fin": m["end"]}, "confidentialiteLieu": coded("0"),
                         **({"motifFin": coded("TRF")} if m["end"] else {})} for m in child["measures"]],
            "sejours": more.pop("stays", [{"idSejour": f"S{child['number']}", "etablissement": {"finess": child["finess"], "nom": "MECS"},
                                           "service": "A", "entree": child["entry"], "confidentialiteLieu": coded("0")}]),
            **more}


def stay(name, entry, leaving=None, unit="Nord"):
    return {"idSejour": name, "etablissement": {"finess": DIRIGAMI, "nom": "MECS"}, "service": unit, "entree": entry,
            "sortie": leaving, "confidentialiteLieu": {"code": "0"}}


def month(text, days):
    return {"mois": text, "jours": [{"jour": day, "matin": "PRE", "apresMidi": "PRE"} for day in range(1, days + 1)]}


def give_dui(gateway, *children):
    for child in children:
        give(gateway, DUIS[child["finess"]], as_dirigami(child) if child["finess"] == DIRIGAMI else as_eo(child))


def child_in(record):
    return int(record["identity"]["birthName"].removeprefix("ENFANT"))


def days_of(record):
    """Every day on which something of the record stands, but for the birth of persons."""
    found = []

    def look(node, key=""):
        if isinstance(node, dict):
            for name, value in node.items():
                if name == "presence":
                    found.extend(f"{item['month']}-{i + 1:02}" for item in value for i, day in enumerate(item["days"]) if day != "HORS_MESURE")
                elif not name.startswith("birth"):
                    look(value, name)
        elif isinstance(node, list):
            for value in node:
                look(value, key)
        elif isinstance(node, str) and len(node) == 10 and node[4] == node[7] == "-":
            found.append(node)
    look(record)
    return sorted(found)


def each_its_own():
    """36 children, 2 departments, 3 DUIs: nobody gets a child, a decision, a number or a stay that is not theirs"""
    children = made_up()
    with site() as gateway:
        give_dui(gateway, *children)
        due = {d: {c["number"] for c in children if any(m["department"] == d for m in c["measures"])} for d in DEPARTMENTS}
        assert due["62"] & due["59"] and due["62"] - due["59"] and due["59"] - due["62"]
        for d, other in (DEPARTMENTS, DEPARTMENTS[::-1]):
            told = news(gateway, d)
            assert {child_in(record) for record in told} == due[d], (d, sorted({child_in(r) for r in told} ^ due[d]))
            for record in told:
                child = children[child_in(record)]
                own = [m["number"] for m in child["measures"] if m["department"] == d]
                assert [m["number"] for m in record["measures"]] == own, record
                assert f'"{other}-D' not in json.dumps(record) and f"urn:charmille:cd:{other}" not in json.dumps(record), record
        for d in DEPARTMENTS:
            for child in children:
                for m in child["measures"]:
                    if m["department"] == d:
                        give(gateway, d, {"departement": d, "numero": f"A{d}-{child['number']}", "nom": name_of(child["number"]),
                                          "naissance": "2014-05-06", "decision": m["number"], "debut": m["start"], "fin": m["end"],
                                          "finess": child["finess"]})
        for finess, name in DUIS.items():
            told = news(gateway, name)
            theirs = {c["number"] for c in children if c["finess"] == finess and c["measures"]}
            assert {child_in(record) for record in told} == theirs, name
            for record in told:
                assert {s["finess"] for s in record["stays"]} == {finess}, record
        gateway.stop()
        gateway.verify()


def a_child_changes_department():
    """the old department gets the end and nothing after; the new one no former file without a written decision"""
    child = {"number": 500, "finess": DIRIGAMI, "entry": "2023-01-10", "measures": [measure("62", 500, "2023-01-10")]}
    mother = {"lien": {"code": "MER"}, "autoriteParentale": True,
              "personne": {"nom": "MERE", "prenoms": ["Une"], "adresse": {"lignes": ["1 rue A"], "commune": "Ancienneville",
                                                                         "confidentialite": {"code": "0"}}}}
    past = {"calendrier": [month("2026-04", 30), month("2026-05", 31)], "entourage": [mother],
            "scolarites": [{"anneeRentree": 2024, "etablissement": "École d'Avant"}, {"anneeRentree": 2025, "etablissement": "École Présente"}],
            "evenements": [{"idEvenement": "E1", "horodatage": "2026-03-04T10:00:00+01:00", "categorie": {"code": "EI09"}, "recit": "r"}],
            "droitsVisite": [{"lien": {"code": "MER"}, "modalite": {"code": "VL"}, "debut": "2023-01-10", "fin": "2026-05-01"}],
            "documents": [{"idDocument": "DOC1", "titre": "rapport d'avant", "date": "2026-02-02", "rubrique": {"code": "SOC"}}]}
    with site() as gateway:
        give(gateway, "dirigami", as_dirigami(child, stays=[stay("S1", "2023-01-10")], **past))
        [told] = news(gateway, "62")
        assert {"presence", "persons", "school", "events"} <= set(told) and not news(gateway, "59")

        # The transfer: a new decision, a new place in the same house.
        child["measures"][0]["end"] = "2026-05-20"
        child["measures"].append(measure("59", 500, "2026-05-20"))
        stays = [stay("S1", "2023-01-10", "2026-05-20"), stay("S2", "2026-05-20", unit="Sud")]
        give(gateway, "dirigami", as_dirigami(child, stays=stays, **past))
        [end] = news(gateway, "62")
        assert [(m["number"], m["end"], m["endReason"]["code"]) for m in end["measures"]] == [("62-D500-2023", "2026-05-20", "TRD")], end
        assert [(s["id"], s["exit"]) for s in end["stays"]] == [("S1", "2026-05-20")] and max(days_of(end)) == "2026-05-20", end
        assert not {"persons", "school", "visitRights", "parentalAuthority", "ppe"} & set(end), set(end)
        [begin] = news(gateway, "59")
        assert [m["number"] for m in begin["measures"]] == ["59-D500-2026"], begin
        assert "S2" in [s["id"] for s in begin["stays"]] and min(days_of(begin)) == "2026-05-20", days_of(begin)
        assert "events" not in begin and "documents" not in begin and "visitRights" not in begin, set(begin)
        assert "École d'Avant" not in json.dumps(begin, ensure_ascii=False)
        ids = {(one["system"], one["value"]) for record in records(gateway) for one in record["ids"]}
        assert {("urn:charmille:cd:62", "A62-500"), ("urn:charmille:cd:59", "A59-500")} <= ids, ids
        assert ("urn:charmille:cd:59" not in json.dumps(end)) and ("urn:charmille:cd:62" not in json.dumps(begin))

        # Life goes on: a name put right, a new address, a new school, another place, a month of presence.
        moved = json.loads(json.dumps(past))
        moved["entourage"][0]["personne"]["adresse"].update(commune="Nouvelleville")
        moved["scolarites"].append({"anneeRentree": 2026, "etablissement": "École Nouvelle"})
        moved["calendrier"].append(month("2026-06", 30))
        for i, more in enumerate(({"name": "ENFANT500"}, {"name": "CORRIGE"}, {"stays": [*stays[:1], stay("S2", "2026-05-20", "2026-06-30"), stay("S3", "2026-06-30")]})):
            give(gateway, "dirigami", as_dirigami(child, **{"stays": stays, "name": "CORRIGE", **more}, **moved))
        gateway.stop()
        gateway.start()
        assert news(gateway, "62") == [], "the old department heard of a child that it no longer has"
        latest = news(gateway, "59")[-1]
        text = json.dumps(latest, ensure_ascii=False)
        assert "Nouvelleville" in text and "École Nouvelle" in text and "CORRIGE" in text and "S3" in text

        # The former file, on a written decision.
        [record] = gateway.get("/v1/records?limit=10")["records"]
        def transmit(*scope, partner="cd59", check=True):
            return gateway.run("records", "transmit", record["id"], "--to", partner, *scope, "--decision", "2026/ASE/17", "--reason", "L221-3", check=check)
        refused = transmit("--all", partner="dirigami", check=False)
        assert refused.returncode != 0 and "CH-EXC-036" in refused.stderr, refused.stderr
        transmit("--from", "2026-05-01")
        gateway.until(lambda: any((gateway.folder / "out-59").glob("*.json")), "the former file")
        gateway.settled(gateway.sent)
        [since] = news(gateway, "59")
        assert min(day for day in days_of({"presence": since["presence"]})) == "2026-05-01", since["presence"]
        assert "events" not in since and "documents" not in since
        transmit("--all")
        gateway.settled(gateway.sent)
        [whole] = news(gateway, "59")
        assert {"events", "documents"} <= set(whole) and "École d'Avant" in json.dumps(whole, ensure_ascii=False)
        assert [m["number"] for m in whole["measures"]] == ["59-D500-2026"], "the decisions of another department are its own"
        # taken back by whichever of its numbers the child is named
        for one in [row for row in gateway.get("/v1/records?limit=1000")["records"] if row["id"] == record["id"]]:
            for other in one.get("linked", []):
                gateway.run("records", "transmit", other, "--to", "cd59", "--none", "--decision", "2026/ASE/18", "--reason", "erreur")
        transmit("--none")
        gateway.settled(gateway.sent)
        [again] = news(gateway, "59")
        assert min(days_of(again)) == "2026-05-20" and "events" not in again
        assert news(gateway, "62") == []
        listed = gateway.get("/v1/audit?event=admin.transmit")
        assert len(listed["leaves"]) == 3 and "2026/ASE/17" in json.dumps(listed), listed
        gateway.stop()
        gateway.verify()
        assert "CORRIGE" not in gateway.log.read_text() and "2026/ASE/17" not in gateway.log.read_text()


def a_stay_that_goes_on():
    """the child stays where it is under another department: neither learns of the stay what falls in the other's time"""
    child = {"number": 600, "finess": EO_A, "entry": "2024-02-01", "measures": [measure("62", 600, "2024-02-01")]}
    with site() as gateway:
        give(gateway, "dui", as_eo(child))
        news(gateway, "62")
        child["measures"] = [measure("62", 600, "2024-02-01", "2026-01-15"), measure("59", 600, "2026-01-15")]
        give(gateway, "dui", as_eo(child))
        [old], [new] = news(gateway, "62"), news(gateway, "59")
        assert old["stays"] == [{"id": "D600", "finess": EO_A, "establishment": "MECS", "entry": "2024-02-01"}], old["stays"]
        assert "entry" not in new["stays"][0] and new["stays"][0]["unit"] == "A", new["stays"]
        give(gateway, "dui", as_eo(child, unit="B"))
        assert news(gateway, "62") == [] and news(gateway, "59")[0]["stays"][0]["unit"] == "B"
        gateway.stop()


if __name__ == "__main__":
    main(each_its_own, a_child_changes_department, a_stay_that_goes_on)
