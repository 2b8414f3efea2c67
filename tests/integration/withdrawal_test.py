"""What waits to leave about many children is taken back when one of them may no longer be told of as it says: a place that
became secret, a document that a person withheld."""

import datetime
import json

import pdfs
from ged_test import archive, care_site, digest, lot_with, received, secret_and_open, take
from site_of import COPY, Site, eo_lot, main, sample

BY_LOT = "trigger: lot, start: everything"
BY_SCHEDULE = 'trigger: schedule, schedule: {monthly: 2, at: "06:00"}, period: previous-month'


def site(trigger):
    """The parents get whole records, each collection held for a person."""
    gateway = Site(eo_lot() + """
  vers-parents: {adapter: file, partner: parents, folder: out-parents, format: json}
""", f"""
  enfants:
    from: eo
    mapping: eo/enfants
    input: EO_Usagers
    vars: {{departement: "99", periode: "{{month}}"}}
    to: [{{endpoint: vers-parents, mapping: test/copie, {trigger}, mode: hold, file: "{{delivery}}.json"}}]
""", partners="  parents: {recipient: parents}\n", policies=["parents"], mappings={"test/copie": COPY})
    (gateway.folder / "out-parents").mkdir()
    return gateway


def day(date, hidden=None, moved=None):
    """The lot of a day; `hidden`: whose place is secret from now on; `moved`: who has another group."""
    lot = {name.replace("20260630", date): content for name, content in sample("small").items()}
    name = next(one for one in lot if "Usagers" in one)
    header, *lines = lot[name].decode("windows-1252").split("\r\n")
    columns = header.split(";")
    for i, line in enumerate(lines):
        cells = line.split(";")
        if len(cells) < len(columns):
            continue
        if cells[columns.index("Identifiant")] == hidden:
            cells[columns.index("Lieu d'accueil confidentiel")] = "OUI"
        if cells[columns.index("Identifiant")] == moved:
            cells[columns.index("Groupe / Maison")] = "Le Nouveau Groupe"
        lines[i] = ";".join(cells)
    lot[name] = "\r\n".join([header, *lines]).encode("windows-1252")
    return lot


def is_minor(born):
    day, month, year = map(int, born.split("/"))
    today = datetime.date.today()
    return (today.year - year, today.month, today.day) < (18, month, day)


def names(lot):
    """By identifier: name of birth, first given name, date of birth; of minors, of whom alone parents are told."""
    text = next(content for name, content in lot.items() if "Usagers" in name).decode("windows-1252")
    header, *lines = [line.split(";") for line in text.split("\r\n") if line.count(";") > 20]
    rows = [dict(zip(header, line)) for line in lines]
    rows = [row for row in rows if is_minor(row["Date de naissance"])]
    return {row["Identifiant"]: (row["Nom de naissance"], row["Prénom(s)"].replace(",", " ").split()[0], row["Date de naissance"]) for row in rows}


def told_of(gateway, child):
    """What the parents' payloads say of the child, in the order of the files."""
    name, given, born = names(sample("small"))[child]
    who = (name, given, "-".join(reversed(born.split("/"))))
    found = []
    for path in sorted((gateway.folder / "out-parents").glob("*.json"), key=lambda one: one.stat().st_mtime_ns):
        for record in json.loads(path.read_text("utf-8")):
            one = record["identity"]
            if (one["birthName"], one["birthGivenNames"][0], one["birthDate"]) == who:
                found.append(record)
    return found


def states(gateway):
    return sorted(one["state"] for one in gateway.deliveries())


def release(gateway):
    for one in gateway.deliveries():
        if one["state"] == "held":
            gateway.run("exchanges", "release", one["id"])
    gateway.until(lambda: "held" not in states(gateway) and not gateway.exchanges(state="queued,sending"), "what was held leaves")


def a_lot_that_waits_is_made_anew():
    """a collection that is held when a place becomes secret never leaves; its children are told with the next one, without it"""
    _, _, _, child = secret_and_open()
    with site(BY_LOT) as gateway:
        gateway.start()
        take(gateway, day("20260630"), 13)
        assert states(gateway) == ["held"], states(gateway)
        take(gateway, day("20260701"), 26)
        assert states(gateway) == ["held"], "nothing changed: what waits is still true"
        take(gateway, day("20260702", hidden=child), 39)
        assert states(gateway) == ["held", "superseded"], states(gateway)
        gateway.stop()
        gateway.start()
        release(gateway)
        (told,) = told_of(gateway, child)
        assert not any(one.get("finess") or one.get("establishment") or one.get("unit") for one in told.get("stays", [])), told["stays"]
        for one in names(sample("small")):
            assert len(told_of(gateway, one)) == 1, (one, len(told_of(gateway, one)))
        gateway.verify()
        gateway.stop()


def an_extraction_that_waits_is_made_again():
    """an extraction that is held when a place becomes secret is made again, for its own period"""
    _, _, _, child = secret_and_open()
    with site(BY_SCHEDULE) as gateway:
        gateway.start()
        take(gateway, day("20260630"), 13)
        gateway.run("extract", "enfants", "--period", "2026-05")
        gateway.until(lambda: states(gateway) == ["held"], "the extraction")
        take(gateway, day("20260701", moved=child), 26)
        assert states(gateway) == ["held"], "an extraction is of its moment"
        take(gateway, day("20260702", hidden=child), 39)
        assert states(gateway) == ["superseded"], states(gateway)
        gateway.stop()
        gateway.start()
        gateway.until(lambda: states(gateway) == ["held", "superseded"], "made again")
        assert {one["lot"] for one in gateway.deliveries()} == {"2026-05"}, gateway.deliveries()
        release(gateway)
        (told,) = told_of(gateway, child)
        assert not any(one.get("finess") or one.get("establishment") or one.get("unit") for one in told.get("stays", [])), told["stays"]
        gateway.stop()
        gateway.start()
        gateway.settled(39)
        assert states(gateway) == ["delivered", "superseded"], "made again once"
        gateway.stop()


def a_withheld_document_leaves_with_nothing():
    """a document that a person withholds does not leave with the collection that waits"""
    child, _, _, _ = secret_and_open()
    held = pdfs.compressed("Certificat de vaccination")
    ged = archive([(child, "a.pdf", "Certificat", "Santé", held)])
    with care_site("lot", "hold") as gateway:
        gateway.start()
        take(gateway, lot_with(ged), 14)
        gateway.run("records", "documents", "clear", digest(held), "--for", "dmp", "citizen", "--reason", "relu")
        take(gateway, lot_with(ged, "20260701"), 28)
        gateway.run("records", "documents", "withhold", digest(held), "--for", "dmp", "--reason", "erreur")
        take(gateway, lot_with(ged, "20260702"), 42)
        release(gateway)
        assert received(gateway, "citizen", digest(held)) and not received(gateway, "dmp", digest(held))
        assert received(gateway, "dmp"), "the others are told"
        gateway.stop()


if __name__ == "__main__":
    main(a_lot_that_waits_is_made_anew, an_extraction_that_waits_is_made_again, a_withheld_document_leaves_with_nothing)
