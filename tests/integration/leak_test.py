"""No payload to those who may not know a secret place holds a token of it, nor one of a sibling's in the same place; a
control plants one of each kind and sees it held."""

import base64
import datetime
import json
import re
import unicodedata

from records_test import MOVEMENTS, MOVEMENTS_ROUTE
from site_of import COPY, DATA, DEPOT, Site, eo_lot, free_port, main, push_headers, pushed_child, sample, PUSH

import http.client

KINDS = {"parents": "parents", "school": "ecole", "care-team": "equipe-de-soins", "dmp": "dmp", "citizen": "citoyen"}
EO_ROUTE = """
  enfants:
    from: eo
    mapping: eo/enfants
    input: EO_Usagers
    vars: {departement: "99", periode: "{month}"}
    to: [TO]
"""


def site(sources, routes, mapping=COPY, listen="", schools=()):
    endpoints = "".join(f"""
  vers-{kind}:
    adapter: file
    partner: {kind}
    folder: out-{kind}
    format: json
""" for kind in KINDS)
    to = ", ".join(f'{{endpoint: vers-{kind}, mapping: test/copie, trigger: change, mode: live, start: everything, file: "{{delivery}}.json"}}'
                   for kind in KINDS)
    gateway = Site(sources + endpoints, routes.replace("TO", to), listen=listen, extra="identity: {match-by-traits: true}\n",
                   partners="".join(f"  {kind}: {{recipient: {kind}{f', uai: {json.dumps(sorted(schools))}' if kind == 'school' else ''}}}\n"
                                    for kind in KINDS), policies=KINDS.values(),
                   mappings={"test/copie": mapping})
    for folder in (*(f"out-{kind}" for kind in KINDS), "mouvements", "archive-mouvements", "reject-mouvements"):
        (gateway.folder / folder).mkdir()
    return gateway


def sample_of_this_year(size):
    """The sample, and its schools: they get their pupils of the year that runs."""
    lot = sample(size)
    name = next(one for one in lot if "Scolarite" in one)
    today = datetime.date.today()
    begin = today.year - (today.month < 9)
    lot[name] = lot[name].replace(b"2025-2026", f"{begin}-{begin + 1}".encode())
    return lot, set(re.findall(r";(\d{7}[A-Z]);", lot[name].decode("windows-1252")))


def plain(text):
    folded = unicodedata.normalize("NFD", text.upper())
    return " ".join("".join(c if c.isalnum() else " " for c in folded if not unicodedata.combining(c)).split())


def tokens(size, lot):
    """By DUI identifier: what tells the place of a child whose place is secret, from the export itself."""
    truth = {one["id_dui"]: one for one in map(json.loads, (DATA / "ase" / size / "truth.jsonl").read_text("utf-8").splitlines())}
    by_file = {}
    for name, content in lot.items():
        lines = content.decode("windows-1252").split("\r\n")
        header = lines[0].rstrip(";").split(";")
        by_file[name.split("_")[1]] = [dict(zip(header, line.split(";"))) for line in lines[1:] if line.count(";") >= len(header) - 1]
    secret = {}
    for user in by_file["Usagers"]:
        child = truth.get(user["Identifiant"])
        running = child and child["sortie"] is None
        if not running or not child["lieu_anonyme"]:
            continue
        found = {user["N° FINESS"].replace(" ", ""), user["Établissement"], user["Groupe / Maison"], user["Référent éducatif"]}
        found |= {row["UAI"] for row in by_file["Scolarite"] if row["Identifiant"] == user["Identifiant"]}
        found |= {row["N° RPPS"].replace(" ", "") for row in by_file["FicheSanitaire"] if row["Identifiant"] == user["Identifiant"]}
        secret[user["Identifiant"]] = {plain(one) for one in found if len(plain(one)) > 4}
    siblings = {}
    for one in secret:
        for other in truth[one]["fratrie_ids"]:
            same = truth[other]["finess_et"] == truth[one]["finess_et"] and truth[other]["sortie"] is None
            if same and other not in secret:
                siblings.setdefault(other, set()).update(secret[one] & {plain(truth[one]["finess_et"])} |
                                                         {plain(row["Établissement"]) for row in by_file["Usagers"] if row["Identifiant"] == one})
    return truth, secret, siblings


def nothing_leaks():
    """children with a secret place, and their siblings there: no token of it in any payload to five kinds of recipients"""
    for size in ("small", "medium"):
        lot, schools = sample_of_this_year(size)
        truth, secret, siblings = tokens(size, lot)
        with site(eo_lot() + MOVEMENTS, EO_ROUTE + MOVEMENTS_ROUTE, schools=schools) as gateway:
            gateway.start()
            gateway.drop(lot)
            gateway.until(lambda: len([one for one in gateway.exchanges(direction="in") if one["state"] == "done"]) == len(lot)
                          and not gateway.exchanges(state="queued,sending,deferred"), "the whole lot", 150)
            by_name = {}
            for one in truth.values():
                by_name.setdefault((plain(one["identite"]["nom_naissance"]), plain(" ".join(one["identite"]["prenoms"])),
                                    one["identite"]["date_naissance"]), []).append(one["id_dui"])
            looked = leaks = 0
            for kind in KINDS:
                for path in (gateway.folder / f"out-{kind}").glob("*.json"):
                    text = path.read_text("utf-8")
                    record = json.loads(text)
                    record = record[0] if isinstance(record, list) else record
                    identity = record["identity"]
                    who = by_name.get((plain(identity["birthName"]), plain(" ".join(identity["birthGivenNames"])), identity["birthDate"]), [])
                    words = f" {plain(text)} "
                    for child in who:
                        for token in secret.get(child, set()) | siblings.get(child, set()):
                            looked += 1
                            if f" {token} " in words:
                                leaks += 1
                                print(f"{kind}: child {child}, a token of {len(token)} letters, sections {sorted(record)}")
            held = gateway.exchanges(state="parked")
            print(f"{size}: {len(secret)} children with a secret place, {len(siblings)} siblings there; {looked} tokens looked for in "
                  f"{sum(len(list((gateway.folder / f'out-{kind}').glob('*.json'))) for kind in KINDS)} payloads, {leaks} found, {len(held)} held")
            assert secret and looked and not leaks
            assert all(any((gateway.folder / f"out-{kind}").glob("*.json")) for kind in KINDS)
            gateway.stop()


def a_renamed_column_refuses_the_lot():
    """a column that says what is confidential, renamed by the editor, does not read as "no": the whole lot is refused, and why"""
    lot = sample("small")
    name = next(one for one in lot if "Usagers" in one)
    for file, column in ((name, "Lieu d'accueil confidentiel"), (next(one for one in lot if "Mesures" in one), "Lieu tenu secret")):
        with site(eo_lot(), EO_ROUTE, schools=["0990012A"]) as gateway:
            gateway.start()
            changed = dict(lot)
            changed[file] = lot[file].replace(column.encode("windows-1252"), column.replace("Lieu ", "Lieux ").encode("windows-1252"), 1)
            assert changed[file] != lot[file]
            gateway.drop(changed)
            gateway.settled(len(lot))
            assert not gateway.deliveries() and {one["state"] for one in gateway.exchanges()} == {"rejected"}
            reports = lambda: list((gateway.folder / "reject").glob(f"*{name}*.rapport.txt"))
            gateway.until(reports, "the report beside the refused file")
            report = reports()[0].read_text("utf-8")
            assert column in report and column.replace("Lieu ", "Lieux ") in report and file in report, report
            gateway.stop()


FAMILY = """
mapping: test/famille
from: csv
to: child-record
each: rows
template:
  ids:
    - {system: "urn:charmille:dui:990001018:test", value: "{{ Numero }}"}
    - {system: "urn:charmille:cd:99:famille", value: "{{ Famille }}"}
  identity: {birthName: "{{ Nom }}", birthGivenNames: [Test], birthDate: "2014-05-06", sex: {code: F}}
  stays: [{finess: "990001018", establishment: "MECS Les Tilleuls", entry: "2024-01-02", secretPlace: {code: "{{ Secret }}"}}]
  "{% if Frere %}":
    siblings: [{ids: [{system: "urn:charmille:dui:990001018:test", value: "{{ Frere }}"}]}]
"""


def family_site():
    endpoints = DEPOT + """
  vers-parents: {adapter: file, partner: parents, folder: out-parents, format: json}
"""
    routes = """
  enfants:
    from: depot
    mapping: test/famille
    to: [{endpoint: vers-parents, mapping: test/copie, trigger: change, mode: live, start: everything, file: "{delivery}.json"}]
"""
    gateway = Site(endpoints, routes, partners="  parents: {recipient: parents}\n", policies=["parents"],
                   mappings={"test/copie": COPY, "test/famille": FAMILY})
    (gateway.folder / "out-parents").mkdir()
    return gateway


def siblings_who_come_together():
    """brothers and sisters of one file, in any order: none tells the other's secret place, none is kept from its own parents"""
    def told(gateway):
        """By name: every place that its parents were told, and the last one."""
        found = {}
        for path in sorted((gateway.folder / "out-parents").glob("*.json"), key=lambda one: one.stat().st_mtime_ns):
            for record in json.loads(path.read_text("utf-8")):
                places = [stay.get("establishment") for stay in record.get("stays", [])]
                found.setdefault(record["identity"]["birthName"], []).append(places[0] if places else None)
        return found
    def rows(*lines):
        return ("Numero;Nom;Famille;Secret;Frere\n" + "\n".join(lines) + "\n").encode()
    files = [
        # a family file alone ties them; the secret one comes last, or first
        (rows("1;AVANT;F1;no;", "2;CACHE;F1;yes;"), {"AVANT", "CACHE"}, set()),
        (rows("1;CACHE;F1;yes;", "2;APRES;F1;no;"), {"APRES", "CACHE"}, set()),
        # one names the other, who is not known yet
        (rows("1;CACHE;F1;yes;2", "2;APRES;F2;no;"), {"APRES", "CACHE"}, set()),
        (rows("1;AVANT;F2;no;", "2;CACHE;F1;yes;1"), {"AVANT", "CACHE"}, set()),
        # nothing is secret, and each names the other
        (rows("1;UN;F1;no;2", "2;DEUX;F1;no;1"), set(), {"UN", "DEUX"}),
    ]
    for file, hidden, shown in files:
        with family_site() as gateway:
            gateway.start()
            gateway.drop({"ENFANTS_1.csv": file})
            gateway.settled(1)
            found = told(gateway)
            for name in hidden:
                assert found.get(name, [None])[-1] is None and "MECS Les Tilleuls" not in found.get(name, []), (file, found)
            for name in shown:
                assert found[name][-1] == "MECS Les Tilleuls", (file, found)
            gateway.stop()
    # one who is known becomes secret in the file that changes the other too
    with family_site() as gateway:
        gateway.start()
        gateway.drop({"ENFANTS_1.csv": rows("1;UN;F1;no;", "2;DEUX;F1;no;")})
        gateway.settled(1)
        gateway.drop({"ENFANTS_2.csv": rows("1;UN;F1;yes;", "2;TROIS;F1;no;")})
        gateway.settled(2)
        found = told(gateway)
        assert found["DEUX"][0] == "MECS Les Tilleuls" and "MECS Les Tilleuls" not in found["TROIS"], found
        gateway.stop()


PLANTS = {
    "texte": "L'enfant vit à la MECS Les Tilleuls, groupe A.",
    "accents": "vu a la mécs lés tilleuls hier",
    "numero": "FINESS 990 001 018",
    "xml": "<a>vu à la <b>MECS Les Tilleuls</b></a>",
    "base64": base64.b64encode(b"<note>rendez-vous MECS Les Tilleuls a 14 h, prevenir le groupe et le chauffeur</note>" * 3).decode(),
}


def planted_ones_are_held():
    """a secret planted in the text of a mapping is held, whatever it is written in, and nothing of it is sent"""
    for name, text in PLANTS.items():
        port = free_port()
        mapping = "mapping: test/copie\nfrom: child-record\nto: tree\ntemplate:\n  identity: \"{{ identity }}\"\n  note: " + json.dumps(text) + "\n"
        routes = """
  push:
    from: push
    mapping: eo/enfant-json
    vars: {departement: "99"}
    to: [TO]
"""
        with site(PUSH, routes, mapping, f"listen: {{address: 127.0.0.1:{port}, tls: none}}", ["0990012A"]) as gateway:
            gateway.start()
            for number, hidden in ((1, True), (2, False)):
                child = json.loads(pushed_child(number))
                child["sejour"].update(etablissement="MECS Les Tilleuls", lieuSecret=hidden)
                child["scolarite"] = [{"uai": "0990012A"}]
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                connection.request("POST", "/v1/endpoints/push?wait=10", json.dumps(child), push_headers(number))
                assert connection.getresponse().status == 200
            gateway.until(lambda: len(gateway.deliveries()) >= 2 * len(KINDS), "every delivery", 20)
            gateway.settled(2)
            sent = {kind: [json.loads(path.read_text()) for path in (gateway.folder / f"out-{kind}").glob("*.json")] for kind in KINDS}
            held = [one for one in gateway.deliveries() if one["state"] == "parked"]
            assert len(held) == len(KINDS), (name, [(one["endpoint"], one["state"]) for one in gateway.deliveries()])
            assert {one["fault"]["code"] for one in held} == {"CH-POL-010"}, (name, held)
            assert all("ESSAI000002" in json.dumps(one) for one in sent.values()) and "ESSAI000001" not in json.dumps(sent), name
            report = json.dumps(held) + gateway.log.read_text()
            assert "Tilleuls" not in report and "990001018" not in report, name
            released = gateway.run("exchanges", "release", held[0]["id"], check=False)
            assert released.returncode != 0, "no right releases what holds a secret"
            gateway.stop()
    print(f"{len(PLANTS)} plants, each held for {len(KINDS)} kinds of recipients")


if __name__ == "__main__":
    main(nothing_leaks, a_renamed_column_refuses_the_lot, siblings_who_come_together, planted_ones_are_held)
