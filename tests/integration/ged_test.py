"""The documents of children: taken from an archive with their lot, kept sealed and once, held for a secret place until a person
clears them, given to who may have them."""

import base64
import contextlib
import csv
import hashlib
import io
import json
import sqlite3
import time
import zipfile

import pdfs
from leak_test import plain, tokens
from site_of import DATA, Site, Skip, eo_lot, main, sample

FORMAT = ('{zip: {index: {file: index.csv, csv: {encoding: windows-1252, delimiter: ";"}}, name: Fichier, '
          'sha256: "Empreinte SHA-256", accept: [application/pdf, application/xml]}}')
GED = f'        EO_GED: {{pattern: "EO_GED_{{date:yyyyMMdd}}.zip", format: {FORMAT}}}\n'
KINDS = {"care-team": "equipe-de-soins", "dmp": "dmp", "citizen": "citoyen"}

PIECES = """
  pieces:
    adapter: file
    partner: cd99
    folder: pieces
    format:
      zip:
        index: {file: index.csv, csv: {encoding: windows-1252}}
        name: Fichier
        sha256: "Empreinte SHA-256"
"""

# To whoever may not know the place, with the bytes inside JSON.
CARE = """mapping: test/soins
from: child-record
to: tree
template:
  name: "{{ identity.birthName }}"
  given: "{[ identity.birthGivenNames ]}"
  born: "{{ identity.birthDate }}"
  documents:
    "{% for d in documents %}": {section: "{{ %d.section }}", title: "{{ %d.title }}", sha256: "{{ %d.sha256 }}", content: "{{ %d.content }}"}
"""


def with_ged(lot):
    return lot.replace("      key: date", GED + "      key: date")


def department_site():
    gateway = Site(with_ged(eo_lot()) + PIECES, """
  enfants:
    from: eo
    mapping: eo/enfants
    input: EO_Usagers
    vars: {departement: "99", periode: "{month}"}
    to: [{endpoint: pieces, mapping: departement/pieces, vars: {departement: "99"}, trigger: lot, mode: live, start: everything, file: "PIECES_{sequence}.zip"}]
""")
    (gateway.folder / "pieces").mkdir()
    text = gateway.configuration.read_text()
    gateway.configuration.write_text(text.replace(", release.confidential]", "]"))
    return gateway


def care_site(trigger="change", mode="live"):
    endpoints = "".join(f"""
  vers-{kind}: {{adapter: file, partner: {kind}, folder: out-{kind}, format: json}}
""" for kind in KINDS)
    to = ", ".join(f'{{endpoint: vers-{kind}, mapping: test/soins, trigger: {trigger}, mode: {mode}, start: everything, file: "{{delivery}}.json"}}'
                   for kind in KINDS)
    gateway = Site(with_ged(eo_lot()) + endpoints, f"""
  enfants:
    from: eo
    mapping: eo/enfants
    input: EO_Usagers
    vars: {{departement: "99", periode: "{{month}}"}}
    to: [{to}]
""", partners="".join(f"  {kind}: {{recipient: {kind}}}\n" for kind in KINDS), policies=KINDS.values(), mappings={"test/soins": CARE})
    for kind in KINDS:
        (gateway.folder / f"out-{kind}").mkdir()
    return gateway


def ged_of(size="small"):
    found = list((DATA / "ase" / size / "eo").glob("EO_GED_*.zip"))
    if not found:
        raise Skip("no archive of documents")
    return found[0].read_bytes()


def archive(rows, extra=()):
    """A zip of documents: rows of (child, name, type, section, bytes, or a digest that is not theirs)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        index = "Identifiant;Fichier;Type;Rubrique;Date;Empreinte SHA-256\r\n"
        for child, name, kind, section, content, *digest in rows:
            given = digest[0] if digest else hashlib.sha256(content).hexdigest()
            index += f"{child};{name};{kind};{section};15/06/2026;{given}\r\n"
        packed.writestr("index.csv", index.encode("windows-1252"))
        for _, name, _, _, content, *_ in rows:
            if content is not None and name not in packed.namelist():
                packed.writestr(name, content)
        for name, content in extra:
            packed.writestr(name, content)
    return out.getvalue()


def lot_with(ged, day="20260630"):
    lot = {name.replace("20260630", day): content for name, content in sample("small").items()}
    return {f"EO_GED_{day}.zip": ged, **lot}  # the archive is optional: a lot does not wait for it


def take(gateway, lot, done):
    gateway.drop(lot)
    gateway.settled(done, 120)


def stored(gateway):
    with contextlib.closing(sqlite3.connect(f"file:{gateway.folder}/state/charmille.db?mode=ro", uri=True)) as db:
        return db.execute("SELECT count(*), count(DISTINCT payload) FROM document").fetchone()


def pieces(gateway):
    """Of each archive that the department got, in their order: its rows, each with its bytes."""
    found = []
    for path in sorted((gateway.folder / "pieces").glob("*.zip")):
        with zipfile.ZipFile(path) as packed:
            assert packed.testzip() is None
            rows = list(csv.DictReader(io.StringIO(packed.read("index.csv").decode("windows-1252")), delimiter=";"))
            found.append([(row, packed.read(row["Fichier"])) for row in rows])
            assert sorted(packed.namelist()) == sorted(["index.csv", *(row["Fichier"] for row in rows)])
    return found


def given_judgments(ged):
    with zipfile.ZipFile(io.BytesIO(ged)) as packed:
        rows = csv.DictReader(io.StringIO(packed.read("index.csv").decode("windows-1252")), delimiter=";")
        return {row["Empreinte SHA-256"]: packed.read(row["Fichier"]) for row in rows if row["Rubrique"] == "Judiciaire"}


def documents_reach_their_department():
    """the archive of a lot: kept once and sealed, judgments reach the department byte for byte, the same again does nothing"""
    ged = ged_of()
    judgments = given_judgments(ged)
    with department_site() as gateway:
        gateway.start()
        take(gateway, lot_with(ged), 14)
        assert stored(gateway) == (40, 40), stored(gateway)
        (sent,) = pieces(gateway)
        assert sent and {row["Rubrique"] for row, _ in sent} == {"Judiciaire"}
        for row, content in sent:
            assert content == judgments[row["Empreinte SHA-256"]]
            assert row["Fichier"].isascii() and row["Nom"] not in row["Fichier"]
        print(f"{len(sent)} of {len(judgments)} judgments sent to the one department of their child")
        kept = b"".join(path.read_bytes() for path in (gateway.folder / "state").rglob("*") if path.is_file())
        assert b"TRIBUNAL POUR ENFANTS" not in kept and b"%PDF-" not in kept, "a document lies in clear"
        child = next(one["id"] for one in gateway.get("/v1/records?limit=1000")["records"] if "documents" in one["sections"])
        shown = json.loads(gateway.run("records", "show", child, "--reason", "essai").stdout)
        assert all(set(one) >= {"sha256", "size", "mime"} and "content" not in one for one in shown["documents"]), shown["documents"]
        refused = gateway.run("records", "documents", "list", check=False)
        assert refused.returncode != 0, "the right release.confidential is needed"
        take(gateway, lot_with(ged), 28)
        take(gateway, lot_with(ged, "20260701"), 42)
        assert stored(gateway) == (40, 40) and len(pieces(gateway)) == 1, "the same documents again"
        gateway.stop()
        gateway.start()
        with zipfile.ZipFile(io.BytesIO(ged)) as packed:
            rows = list(csv.DictReader(io.StringIO(packed.read("index.csv").decode("windows-1252")), delimiter=";"))
            changed = sent[0][0]["Empreinte SHA-256"]
            news = [(row["Identifiant"], f"p/{n}.pdf", row["Type"], row["Rubrique"],
                     pdfs.plain("Jugement rectifié") if row["Empreinte SHA-256"] == changed else packed.read(row["Fichier"]))
                    for n, row in enumerate(rows)]
        take(gateway, lot_with(archive(news), "20260702"), 56)
        gateway.until(lambda: stored(gateway) == (41, 41), "what was said before is kept, what is new is beside it")
        last = pieces(gateway)[-1]
        assert [content for _, content in last] == [pdfs.plain("Jugement rectifié")], [row for row, _ in last]
        gateway.verify()
        gateway.stop()


def a_killed_import_loses_no_document():
    """kill -9 while documents are taken: after the restart each is there once, and none is left over"""
    ged = ged_of()
    for wait in (0.05, 0.2, 0.4, 0.8):
        with department_site() as gateway:
            gateway.start()
            gateway.drop(lot_with(ged))
            gateway.until(lambda: len(gateway.exchanges(direction="in")) >= 14, "the files are accepted", 30)
            time.sleep(wait)
            gateway.kill()
            gateway.start()
            gateway.settled(14, 120)
            assert stored(gateway) == (40, 40), (wait, stored(gateway))
            assert len(pieces(gateway)) == 1 and len(pieces(gateway)[0]) > 0
            gateway.verify()
            gateway.stop()


def a_bad_document_waits_alone():
    """a document that is none, or nobody's, waits in quarantine; the rest of the lot is taken"""
    child = json.loads((DATA / "ase/small/truth.jsonl").read_text("utf-8").splitlines()[0])["id_dui"] if (DATA / "ase").is_dir() else None
    if child is None:
        raise Skip("no sample")
    inner = archive([])
    rows = [(child, "bon.pdf", "Jugement", "Judiciaire", pdfs.plain("Jugement")),
            (child, "change.pdf", "Jugement", "Judiciaire", pdfs.plain("Autre"), "0" * 64),
            (child, "absent.pdf", "Jugement", "Judiciaire", None, "1" * 64),
            (child, "archive.pdf", "Jugement", "Judiciaire", inner),
            (child, "programme.pdf", "Jugement", "Judiciaire", b"\x7fELF\x02\x01\x01" + b"\0" * 64),
            (child, "script.pdf", "Jugement", "Judiciaire", pdfs.script()),
            ("E99999", "inconnu.pdf", "Jugement", "Judiciaire", pdfs.plain("Personne"))]
    with department_site() as gateway:
        gateway.start()
        take(gateway, lot_with(archive(rows, [("oublie.pdf", pdfs.plain("Hors index"))])), 14)
        codes = sorted(one["fault"]["code"] for one in gateway.get("/v1/quarantine?limit=1000")["quarantine"])
        assert [code for code in codes if code[:6] in ("CH-ZIP", "CH-DOC", "CH-MAP")] == [
            "CH-DOC-002", "CH-DOC-006", "CH-MAP-040", "CH-ZIP-013", "CH-ZIP-014", "CH-ZIP-016"], codes
        assert stored(gateway) == (1, 1)
        lead = next(one for one in gateway.exchanges(direction="in") if one.get("accepted"))
        report = gateway.report(lead["id"])
        assert "CH-ZIP-017" in {one["code"] for one in report["remarks"]}, report["remarks"]
        assert "oublie" not in json.dumps(report) and "programme.pdf" not in json.dumps(report)
        children = len((DATA / "ase/small/truth.jsonl").read_text("utf-8").splitlines())
        assert lead["accepted"] == children and lead["refused"] == 6, lead
        gateway.stop()


def an_archive_of_refused_rows_says_nothing():
    """an archive of which every row is refused takes no document away; a child that it no longer names loses its own"""
    ged = ged_of()
    with zipfile.ZipFile(io.BytesIO(ged)) as packed:
        rows = list(csv.DictReader(io.StringIO(packed.read("index.csv").decode("windows-1252")), delimiter=";"))
        spoilt = archive([(row["Identifiant"], f"p/{n}.pdf", row["Type"], row["Rubrique"], packed.read(row["Fichier"]), "0" * 64)
                          for n, row in enumerate(rows)])
        kept = rows[0]["Identifiant"]
        fewer = archive([(row["Identifiant"], f"p/{n}.pdf", row["Type"], row["Rubrique"], packed.read(row["Fichier"]))
                         for n, row in enumerate(rows) if row["Identifiant"] == kept])
    def with_documents(gateway):
        return sum("documents" in one["sections"] for one in gateway.get("/v1/records?limit=1000")["records"])
    with department_site() as gateway:
        gateway.start()
        take(gateway, lot_with(ged), 14)
        before = with_documents(gateway)
        assert before > 1
        take(gateway, lot_with(spoilt, "20260701"), 28)
        assert with_documents(gateway) == before, (with_documents(gateway), before)
        assert len(pieces(gateway)) == 1, pieces(gateway)[1:]
        assert len(gateway.get("/v1/quarantine?limit=1000")["quarantine"]) >= len(rows)
        take(gateway, lot_with(fewer, "20260702"), 42)
        assert with_documents(gateway) == 1
        gateway.stop()


def received(gateway, kind, sha256=None):
    """What the recipient got, in the order of the files; only what holds that document when one is asked for."""
    every = []
    for path in sorted((gateway.folder / f"out-{kind}").glob("*.json"), key=lambda one: one.stat().st_mtime_ns):
        for record in json.loads(path.read_text("utf-8")):
            if sha256 is None or any(one["sha256"] == sha256 for one in record.get("documents", [])):
                every.append(record)
    return every


def secret_and_open():
    """(child with a secret place, its tokens, sibling there or None, child in the open)"""
    truth, secret, siblings = tokens("small", sample("small"))
    child = next(iter(sorted(secret)))
    sibling = next(iter(sorted(siblings)), None)
    # In the open: nobody of the family hides anything either.
    text = next(content for name, content in sample("small").items() if "Filiation" in name).decode("windows-1252")
    hidden = {row["Identifiant"] for row in csv.DictReader(io.StringIO(text), delimiter=";")
              if row["Adresse confidentielle"] == "Oui" or "communiquer" in (row["Remarques"] or "").lower()}
    free = next(one for one in sorted(truth) if one not in secret and one not in siblings and one not in hidden
                and truth[one]["sortie"] is None and not truth[one]["fratrie_ids"]
                and truth[one]["identite"]["date_naissance"] > "2012")
    return child, secret[child], sibling, free


def digest(content):
    return hashlib.sha256(content).hexdigest()


def a_person_clears_what_a_secret_place_holds():
    """documents of a child with a secret place, or of its sibling there, leave for nobody until a person clears them"""
    child, _, sibling, free = secret_and_open()
    held, open_one, of_sibling = (pdfs.compressed(f"Certificat de vaccination {n}") for n in (1, 2, 3))
    rows = [(child, "a.pdf", "Certificat", "Santé", held), (free, "b.pdf", "Certificat", "Santé", open_one)]
    if sibling:
        rows.append((sibling, "c.pdf", "Certificat", "Santé", of_sibling))
    with care_site() as gateway:
        gateway.start()
        take(gateway, lot_with(archive(rows)), 14)
        for kind in KINDS:
            (got,) = received(gateway, kind, digest(open_one))
            (document,) = got["documents"]
            assert base64.b64decode(document["content"]) == open_one and document["title"] == "b.pdf"
            assert not received(gateway, kind, digest(held)) and not received(gateway, kind, digest(of_sibling))
        listed = json.loads(gateway.run("records", "documents", "list", "--json").stdout)["documents"]
        expected = {digest(held)} | ({digest(of_sibling)} if sibling else set())
        assert {one["sha256"] for one in listed} == expected, listed
        assert all(sorted(one["held"]) == sorted(KINDS) for one in listed)
        told = gateway.run("audit", "list", "--event", "exchange.subjects", "--limit", "1000", "--json").stdout
        assert '"documents"' in told or "documents[]" in told, "what was withheld stands in the audit log"

        before = {kind: len(received(gateway, kind)) for kind in KINDS}
        wrong = gateway.run("records", "documents", "clear", "0" * 64, "--for", "care-team", "--reason", "essai", check=False)
        assert wrong.returncode != 0
        nobody = gateway.run("records", "documents", "clear", digest(held), "--for", "departement", "--reason", "essai", check=False)
        assert nobody.returncode != 0, "a department knows the place: there is nothing to clear"
        gateway.run("records", "documents", "clear", digest(held), "--for", "care-team", "--reason", "relu par Mme Essai")
        gateway.until(lambda: len(received(gateway, "care-team")) == before["care-team"] + 1, "the cleared document leaves", 20)
        (got,) = received(gateway, "care-team", digest(held))
        (document,) = got["documents"]
        assert base64.b64decode(document["content"]) == held and "title" not in document, "a title may tell the place"
        assert not received(gateway, "dmp", digest(held)) and not received(gateway, "citizen", digest(held))
        take(gateway, lot_with(archive(rows), "20260701"), 28)
        assert len(received(gateway, "care-team")) == before["care-team"] + 1, "the next lot sends nothing again"

        gateway.run("records", "documents", "withhold", digest(held), "--for", "care-team", "--reason", "erreur")
        gateway.until(lambda: len(received(gateway, "care-team")) == before["care-team"] + 2, "told anew", 20)
        assert "documents" not in received(gateway, "care-team")[-1]
        acts = gateway.run("audit", "list", "--limit", "1000", "--json").stdout
        assert "admin.clear" in acts and "admin.withhold" in acts
        gateway.verify()
        gateway.stop()


def a_cleared_document_goes_with_the_next_lot():
    """a recipient that is told lot by lot gets a cleared document with the next one, and a scan of a child in the open at once"""
    child, _, _, free = secret_and_open()
    held, open_scan = pdfs.compressed("Certificat de vaccination"), pdfs.scanned(5)
    rows = [(child, "a.pdf", "Certificat", "Santé", held), (free, "b.pdf", "Certificat", "Santé", open_scan)]
    with care_site("lot") as gateway:
        gateway.start()
        take(gateway, lot_with(archive(rows)), 14)
        assert not [one for one in gateway.deliveries() if one["state"] == "parked"], gateway.deliveries()
        for kind in KINDS:
            assert len(received(gateway, kind, digest(open_scan))) == 1 and not received(gateway, kind, digest(held))
        gateway.run("records", "documents", "clear", digest(held), "--for", "dmp", "--reason", "relu")
        assert not received(gateway, "dmp", digest(held)), "not before its time"
        take(gateway, lot_with(archive(rows), "20260701"), 28)
        assert len(received(gateway, "dmp", digest(held))) == 1 and not received(gateway, "citizen", digest(held))
        assert len(received(gateway, "dmp", digest(open_scan))) == 1, "the other children are not told again"
        gateway.stop()


def plants_are_seen_even_when_cleared():
    """a secret in a cleared document holds it, whatever carries it; what nobody can read goes once cleared; the control passes"""
    child, secret, _, _ = secret_and_open()
    users = next(content for name, content in sample("small").items() if "Usagers" in name).decode("windows-1252")
    place = next(row["Établissement"] for row in csv.DictReader(io.StringIO(users), delimiter=";") if row["Identifiant"] == child)
    assert plain(place) in secret
    inner = base64.b64encode(f"rendez-vous {place} a 14 h, prevenir le groupe et le chauffeur".encode() * 3).decode()
    carriers = {
        "comprimé": (pdfs.compressed(f"Vu ce jour\n{place}"), True),
        "métadonnées": (pdfs.telling("Vu ce jour", place), True),
        "base64 dans XML": (f"<?xml version='1.0'?><note><piece>{inner}</piece></note>".encode(), True),
        "scanné": (pdfs.scanned(3), False),
        "chiffré": (pdfs.encrypted("Vu ce jour"), False),
        "nom de fichier": (pdfs.plain("Bon a partir"), False),
        "témoin": (pdfs.plain("Certificat sans rien"), False),
    }
    for name, (content, planted) in carriers.items():
        with care_site() as gateway:
            gateway.start()
            file = f"Certificat {place}.pdf".replace(";", " ") if name == "nom de fichier" else "document.pdf"
            take(gateway, lot_with(archive([(child, file, "Certificat", "Santé", content)])), 14)
            assert stored(gateway) == (1, 1), name
            assert not [one for one in gateway.deliveries() if one["state"] == "parked"], name
            for kind in KINDS:
                assert not received(gateway, kind, digest(content)), (name, kind)
            gateway.run("records", "documents", "clear", digest(content), "--for", *KINDS, "--reason", "essai")
            gateway.until(lambda: not gateway.exchanges(state="queued,sending,deferred"), "settled", 20)
            parked = [one for one in gateway.deliveries() if one["state"] == "parked"]
            if planted:
                assert len(parked) == len(KINDS), (name, [one["fault"] for one in parked])
                assert {one["fault"]["code"] for one in parked} <= {"CH-POL-010", "CH-POL-012"}, (name, parked)
            else:
                assert not parked, (name, [one["fault"] for one in parked])
            for kind in KINDS:
                got = received(gateway, kind, digest(content))
                assert len(got) == (0 if planted else 1), (name, kind, len(got))
                every = " ".join(path.read_text("utf-8") for path in (gateway.folder / f"out-{kind}").glob("*.json"))
                assert place not in " ".join(json.dumps(one, ensure_ascii=False) for one in got) , (name, kind)
                assert every
            assert place not in gateway.log.read_text(), name
            gateway.stop()
    print(f"{len(carriers)} carriers, for {len(KINDS)} kinds of recipients")


if __name__ == "__main__":
    main(documents_reach_their_department, a_killed_import_loses_no_document, a_bad_document_waits_alone,
         an_archive_of_refused_rows_says_nothing,
         a_person_clears_what_a_secret_place_holds,
         a_cleared_document_goes_with_the_next_lot, plants_are_seen_even_when_cleared)
