"""The feeds that the bad files of data/ase/bad come through, each as a site would declare it, and what may be told of them."""

import zipfile
from dataclasses import dataclass, field

from site_of import DATA, format_of

BAD = DATA / "ase" / "bad"
SMALL = DATA / "ase" / "small"

COLUMNS = ["N° dossier", "Identifiant", "Nom de naissance", "Prénom(s)", "Sexe", "Date de naissance", "N° Sécurité sociale", "Clé",
           "Statut INS", "Date d'entrée", "Date de sortie", "N° FINESS"]

# What a document says of itself. Each stands alone here, under its own digest: this judges documents, it joins none to a child.
DOCUMENTS = """
mapping: pieces/{source}
from: {source}
to: child-record
each: rows
template:
  ids:
    - {{system: "urn:charmille:dui:990001018:eo", value: "{{{{ `{prefix}sha256` }}}}"}}
  documents:
    - mime: "{{{{ `{prefix}media-type` }}}}"
      size: "{{{{ `{prefix}size` }}}}"
      sha256: "{{{{ `{prefix}sha256` }}}}"
"""


def required_columns(encoding):
    required = ", ".join(f'"{column}"' for column in COLUMNS)
    return f'    format: {{csv: {{encoding: {encoding}, delimiter: ";", columns: {{required: [{required}]}}}}}}'


@dataclass
class Feed:
    """`good`: the content of a file that must be taken whole. `secrets`: what stands in the files, and in no report and no log."""
    form: str
    mapping: str
    good: object
    secrets: tuple
    partner: str = "cd99"
    to: str = "[]"
    accepted: int = 20
    variables: str = 'vars: {departement: "99"}'
    mappings: dict = field(default_factory=dict)
    more: dict = field(default_factory=dict)  # of the site's configuration

    def endpoints(self):
        return f"""
  recus:
    adapter: file
    partner: {self.partner}
    folder: recus
    archive: archive-recus
    reject: reject-recus
    stable: 0s
{self.form}
"""

    def routes(self):
        return f"""
  recus:
    from: recus
    mapping: {self.mapping}
    {self.variables}
    to: {self.to}
"""


TO_DEPARTMENT = "[{endpoint: cd99, mapping: departement/placements, trigger: change, mode: live, start: everything}]"
EO_NAMES = ("BÉHAGUE", "Célestin", "D'HAËNE", "1170197492607")
CD_NAMES = ("BÉHAGUE", "Béhague", "Maïssa", "Rayan", "1150862969255", "115086296925563", "Vermand")


def eo(encoding):
    good = {"utf-8": "eo/variants/EO_Usagers_utf8.csv"}.get(encoding, "eo/EO_Usagers_20260630.csv")
    return Feed(required_columns(encoding), "eo/enfants", content(good), EO_NAMES, partner="dui", to=TO_DEPARTMENT)


def documents(source, prefix, form, good, accepted):
    return Feed(f"    format: {form}", f"pieces/{source}", good, ("E01002", "E99999", "evil", "absent", "app.alert"), partner="dui",
                accepted=accepted, variables="vars: {}", mappings={f"pieces/{source}": DOCUMENTS.format(source=source, prefix=prefix)})


def content(path):
    return lambda: (SMALL / path).read_bytes()


def a_document_of_the_archive():
    with zipfile.ZipFile(SMALL / "eo/EO_GED_20260630.zip") as archive:
        return archive.read(next(one for one in archive.namelist() if one.endswith(".pdf")))


@dataclass
class Relayed(Feed):
    """An extraction that leaves again: no route reads it."""

    def endpoints(self):
        return super().endpoints() + """
  drees-depot: {adapter: file, partner: drees, folder: drees}
"""

    def routes(self):
        return " {}"


def olinpe(mode="live"):
    relay = f"relays:\n  olinpe: {{from: recus, extraction: olinpe, to: drees-depot, mode: {mode}, file: 'ONPE-099-{{date}}.XML'}}\n"
    return Relayed(format_of("olinpe-ase", "olinpe"), "", content("olinpe/ONPE-099-20260302_2025.XML"),
                   ("Béhague", "Rayan", "2015-08-06", "cfeb1b235c6ef78d11aa49b98a3fe522aacd1f8f", "15/03/2025"), partner="ase", accepted=18,
                   more={"extra": relay, "partners": "  ase: {}\n  drees: {recipient: statistics}\n", "policies": ("statistiques",)})


GED = ('{zip: {index: {file: index.csv, csv: {encoding: windows-1252, delimiter: ";"}, missing: documents}, '
       'name: Fichier, sha256: "Empreinte SHA-256"}}')

FEEDS = {
    "eo": eo("windows-1252"),
    "eo in UTF-8": eo("utf-8"),
    "cd csv": Feed(format_of("mouvements-99"), "departement/mouvements", content("cd/CD99_ASE_MVT_20260630.csv"), CD_NAMES),
    "cd fixed": Feed(format_of("decisions-98"), "departement/mouvements-fixe", content("cd/CDFIXE_ASE_20260630.txt"), CD_NAMES),
    "cd xml": Feed(format_of("mouvements-974"), "departement/mouvements-xml", content("cd/CD99_ASE_20260630.xml"), CD_NAMES),
    "ged": documents("zip", "document-", GED, content("eo/EO_GED_20260630.zip"), 40),
    "olinpe": olinpe(),
    "pdf": documents("document", "", "document", a_document_of_the_archive, 1),
}


def feed_of(name):
    """The feed that a bad file comes through."""
    if name[0] in "ab":
        return "eo in UTF-8" if name.startswith(("b09", "b10")) else "eo"
    if name[0] == "c":
        return "cd csv" if name.endswith(".csv") else "cd fixed"
    if name[0] == "e":
        return "ged" if name.endswith(".zip") else "pdf"
    return {"d": "cd xml", "f": "olinpe"}[name[0]]
