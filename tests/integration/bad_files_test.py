"""The bad files, each dropped into a running gateway: expected against obtained, and the reports hold no values."""

import re

from site_of import DATA, Site, Skip, main

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


# The good file that the bad ones were made from has lost letters too (data/ase/README.md): that remark is no outcome.
OF_THE_GOOD_FILE = {"CH-REC-023"}


def outcome(exchange, report):
    if exchange["state"] == "rejected":
        return "REJECT_FILE"
    if exchange.get("refused", 0) > 0:
        return "REJECT_RECORDS"
    return "ACCEPT_WARN" if any(one["code"] not in OF_THE_GOOD_FILE for one in report["remarks"]) else "ACCEPT"


def bad_files():
    """each a and b file ends as expected.tsv says; the gateway lives on"""
    folder = DATA / "ase" / "bad"
    if not folder.is_dir():
        raise Skip(f"{folder} is absent")
    expected = dict(line.rsplit("\t", 1) for line in (folder / "expected.tsv").read_text().splitlines() if line[:1] in "ab")
    wrong = []
    for name, wanted in expected.items():
        encoding = "utf-8" if name.startswith(("b09", "b10")) else "windows-1252"
        with Site(endpoint("usagers", encoding), route("usagers")) as site:
            (site.folder / "usagers").mkdir()
            (site.folder / "archive-usagers").mkdir()
            (site.folder / "reject-usagers").mkdir()
            site.start()
            (site.folder / "usagers" / name).write_bytes((folder / name).read_bytes())
            site.settled(1)
            exchange = next(one for one in site.exchanges() if one["direction"] == "in")
            report = site.report(exchange["id"])
            got = outcome(exchange, report)
            if got != wanted:
                wrong.append(f"{name}: expected {wanted}, obtained {got}: {report['refusals'][:2]} {report['remarks'][:2]}")
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
        (site.folder / "usagers/monday.csv").write_bytes(dates)
        site.settled(1)
        first = site.get("/v1/quarantine?limit=1000")["quarantine"]
        (site.folder / "usagers/tuesday.csv").write_bytes(dates + b"")
        site.settled(2)
        second = site.get("/v1/quarantine?limit=1000")["quarantine"]
        assert [one["number"] for one in first] == [one["number"] for one in second], "a second entry for the same row"
        assert all(one["seen"] == 2 for one in second), second
        assert all(one.get("localId") for one in second), second
        (site.folder / "usagers/wednesday.csv").write_bytes(good)
        site.settled(3)
        assert not site.get("/v1/quarantine?limit=1000")["quarantine"], "corrected rows stay in quarantine"
        (site.folder / "usagers/thursday.csv").write_bytes(bad)
        site.settled(4)
        assert len(site.get("/v1/quarantine?limit=1000")["quarantine"]) >= 1
        site.stop()
        site.verify()


main(bad_files, the_same_bad_row_tomorrow)
