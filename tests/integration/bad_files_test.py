"""The bad files, each dropped into a running gateway: expected against obtained, and the reports hold no values."""

import re

from site_of import DATA, Site, Skip, format_of, main

COLUMNS = ["N° dossier", "Identifiant", "Nom de naissance", "Prénom(s)", "Sexe", "Date de naissance", "N° Sécurité sociale", "Clé",
           "Statut INS", "Date d'entrée", "Date de sortie", "N° FINESS"]


def endpoint(name, encoding):
    required = ", ".join(f'"{column}"' for column in COLUMNS)
    return f"""
  {name}:
    adapter: file
    partner: dui
    folder: {name}
    archive: archive-{name}
    reject: reject-{name}
    stable: 0s
    format: {{csv: {{encoding: {encoding}, delimiter: ";", columns: {{required: [{required}]}}}}}}
"""


def route(name):
    return f"""
  {name}:
    from: {name}
    mapping: eo/enfants
    vars: {{departement: "99"}}
    to: [{{endpoint: cd99, mapping: departement/placements, trigger: change, mode: live, start: everything}}]
"""


def movements(name, of, mapping):
    """A department's feed, as the example configuration writes it."""
    return f"""
  usagers:
    adapter: file
    partner: cd99
    folder: usagers
    archive: archive-usagers
    reject: reject-usagers
    stable: 0s
{format_of(of)}
""", f"""
  {name}:
    from: usagers
    mapping: {mapping}
    vars: {{departement: "99"}}
    to: []
"""


def remarks(report):
    return {(one["code"], one.get("localId")) for one in report["remarks"]}


def outcome(exchange, report, of_the_good_file):
    """The class of expected.tsv. Remarks that the file which the bad ones were made from has too (lost letters, a mother's
    number: data/ase/README.md) are no outcome."""
    if exchange["state"] == "rejected":
        return "REJECT_FILE"
    if exchange.get("refused", 0) > 0:
        return "REJECT_RECORDS"
    return "ACCEPT_WARN" if remarks(report) - of_the_good_file else "ACCEPT"


def run(site, name, content):
    """Drops one file into a fresh site; gives its exchange and its report."""
    for folder in ("usagers", "archive-usagers", "reject-usagers"):
        (site.folder / folder).mkdir()
    site.start()
    site.drop({name: content}, "usagers")
    site.settled(1)
    exchange = next(one for one in site.exchanges() if one["direction"] == "in")
    return exchange, site.report(exchange["id"])


def bad_files():
    """each a and b file ends as expected.tsv says; the gateway lives on"""
    folder = DATA / "ase" / "bad"
    if not folder.is_dir():
        raise Skip(f"{folder} is absent")
    expected = dict(line.rsplit("\t", 1) for line in (folder / "expected.tsv").read_text().splitlines() if line[:1] in "ab")
    with Site(endpoint("usagers", "windows-1252"), route("usagers")) as site:
        _, good = run(site, "good.csv", (DATA / "ase/small/eo/EO_Usagers_20260630.csv").read_bytes())
    wrong = []
    for name, wanted in expected.items():
        encoding = "utf-8" if name.startswith(("b09", "b10")) else "windows-1252"
        with Site(endpoint("usagers", encoding), route("usagers")) as site:
            exchange, report = run(site, name, (folder / name).read_bytes())
            got = outcome(exchange, report, remarks(good))
            if got != wanted:
                wrong.append(f"{name}: expected {wanted}, obtained {got}: {sorted({one['code'] for one in report['refusals'] + report['remarks']})}")
            if wanted == "REJECT_FILE":
                site.until(lambda: list((site.folder / "reject-usagers").glob("*.rapport.txt")), "the report beside the file")
                assert not site.deliveries(), f"{name}: something of a refused file was delivered"
            # Names of children never reach a report or the log.
            text = report["text"] + site.log.read_text(errors="replace")
            for secret in ("BÉHAGUE", "Célestin", "D'HAËNE", "1170197492607"):
                assert secret not in text, f"{name}: {secret} in the report or the log"
            assert re.search(r"CH-[A-Z]+-\d+", report["text"]) or got.startswith("ACCEPT"), f"{name}: no code in the report"
            site.stop()
            site.verify()
    print(f"{len(expected)} files, {len(expected) - len(wrong)} as expected")
    assert not wrong, "\n".join(wrong)


def department_files():
    """each c file of the department's feeds ends as expected.tsv says; a lot's number is taken once"""
    folder = DATA / "ase" / "bad"
    if not folder.is_dir():
        raise Skip(f"{folder} is absent")
    expected = dict(line.rsplit("\t", 1) for line in (folder / "expected.tsv").read_text().splitlines() if line[:1] == "c")
    records = movements("mouvements", "mouvements-99", "departement/mouvements")
    fixed = movements("decisions", "decisions-98", "departement/mouvements-fixe")
    good = {}
    for kind, feed, name in (("csv", records, "CD99_ASE_MVT_20260630.csv"), ("txt", fixed, "CDFIXE_ASE_20260630.txt")):
        with Site(*feed) as site:
            exchange, report = run(site, name, (DATA / "ase/small/cd" / name).read_bytes())
            assert exchange["state"] == "done" and exchange["accepted"] == 20, (exchange, report)
            good[kind] = remarks(report)
    wrong = []
    for name, wanted in expected.items():
        kind = name.rsplit(".", 1)[1]
        with Site(*(records if kind == "csv" else fixed)) as site:
            if name == "c07_replayed_lot_other_content.csv":
                run(site, "original.csv", (folder / "c07_replayed_lot_original.csv").read_bytes())
                site.drop({name: (folder / name).read_bytes()}, "usagers")
                site.settled(2)
                exchange = next(one for one in site.exchanges() if one["direction"] == "in" and one["state"] != "done")
                report = site.report(exchange["id"])
                assert "LOT000200" in report["text"], report["text"]
                site.drop({"again.csv": (folder / "c07_replayed_lot_original.csv").read_bytes()}, "usagers")
                site.settled(3)
                again = site.report(site.exchanges(direction="in")[0]["id"])
                assert again["outcome"] == "already-done", again
            else:
                exchange, report = run(site, name, (folder / name).read_bytes())
            got = outcome(exchange, report, good[kind])
            if got != wanted:
                wrong.append(f"{name}: expected {wanted}, obtained {got}: {sorted({one['code'] for one in report['refusals'] + report['remarks']})}")
            if wanted == "REJECT_FILE":
                assert not site.get("/v1/records")["records"] or name.startswith("c07"), f"{name}: something of it was applied"
            assert re.search(r"CH-[A-Z]+-\d+", report["text"]) or got == "ACCEPT", f"{name}: no code in the report"
            for secret in ("BÉHAGUE", "Maïssa", "1150862969255", "Vermand"):
                assert secret not in report["text"] + site.log.read_text(errors="replace"), f"{name}: {secret} in the report or the log"
            site.stop()
            site.verify()
    print(f"{len(expected)} files, {len(expected) - len(wrong)} as expected")
    assert not wrong, "\n".join(wrong)


def the_same_bad_row_tomorrow():
    """the same bad row tomorrow is one quarantine entry, dated; corrected, it closes itself"""
    folder = DATA / "ase" / "bad"
    if not folder.is_dir():
        raise Skip(f"{folder} is absent")
    bad = (folder / "b12_child_without_local_id.csv").read_bytes()
    dates = (folder / "b03_impossible_dates.csv").read_bytes()
    good = (DATA / "ase/small/eo/EO_Usagers_20260630.csv").read_bytes()
    with Site(endpoint("usagers", "windows-1252"), route("usagers")) as site:
        for each in ("usagers", "archive-usagers", "reject-usagers"):
            (site.folder / each).mkdir()
        site.start()
        site.drop({"monday.csv": dates}, "usagers")
        site.settled(1)
        first = site.get("/v1/quarantine?limit=1000")["quarantine"]
        site.drop({"tuesday.csv": dates}, "usagers")
        site.settled(2)
        second = site.get("/v1/quarantine?limit=1000")["quarantine"]
        assert [one["number"] for one in first] == [one["number"] for one in second], "a second entry for the same row"
        assert all(one["seen"] == 2 for one in second), second
        assert all(one.get("localId") for one in second), second
        site.drop({"wednesday.csv": good}, "usagers")
        site.settled(3)
        assert not site.get("/v1/quarantine?limit=1000")["quarantine"], "corrected rows stay in quarantine"
        site.drop({"thursday.csv": bad}, "usagers")
        site.settled(4)
        assert len(site.get("/v1/quarantine?limit=1000")["quarantine"]) >= 1
        site.stop()
        site.verify()


main(bad_files, department_files, the_same_bad_row_tomorrow)
