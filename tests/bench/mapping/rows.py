"""What the bench of the mapping gives to each engine: rows of 27 columns about invented persons, and the 27 fields that are
made of them, in FHIRPath and in JSONata."""

import random

# (field, FHIRPath, JSONata). A third are plain paths; the others use one or two functions.
FIELDS = [
    ("id", "identifiant", "identifiant"),
    ("file", "dossier", "dossier"),
    ("birthName", "nom_naissance.trim().upper()", "$uppercase($trim(nom_naissance))"),
    ("usedName", "nom_usage.trim().upper()", "$uppercase($trim(nom_usage))"),
    ("givenNames", "prenoms.trim()", "$trim(prenoms)"),
    ("usedGivenName", "prenom_usuel.trim()", "$trim(prenom_usuel)"),
    ("sex", "iif(sexe = 'F', 'female', 'male')", "sexe = 'F' ? 'female' : 'male'"),
    ("birthYear", "naissance.substring(6, 4)", "$substring(naissance, 6, 4)"),
    ("insee", "insee", "insee"),
    ("birthPlace", "commune.trim().upper()", "$uppercase($trim(commune))"),
    ("nationality", "nationalite", "nationalite"),
    ("ins", "nir.trim().substring(0, 13)", "$substring($trim(nir), 0, 13)"),
    ("insKey", "cle.substring(0, 2)", "$substring(cle, 0, 2)"),
    ("insStatus", "statut_ins", "statut_ins"),
    ("finess", "finess", "finess"),
    ("facility", "etablissement.trim().substring(0, 24)", "$substring($trim(etablissement), 0, 24)"),
    ("unit", "groupe", "groupe"),
    ("referent", "referent.trim()", "$trim(referent)"),
    ("aseNumber", "numero_ase.trim().upper()", "$uppercase($trim(numero_ase))"),
    ("entryYear", "entree.substring(6, 4)", "$substring(entree, 6, 4)"),
    ("exit", "iif(sortie != '01/01/1900', sortie)", "sortie != '01/01/1900' ? sortie"),
    ("reason", "motif", "motif"),
    ("secret", "iif(confidentiel.upper() = 'OUI', 'yes', 'no')", "$uppercase(confidentiel) = 'OUI' ? 'yes' : 'no'"),
    ("phone", "telephone.trim()", "$trim(telephone)"),
    ("address", "iif(confidentiel = 'Oui', 'SECRET', adresse)", "confidentiel = 'Oui' ? 'SECRET' : adresse"),
    ("postcode", "code_postal", "code_postal"),
    ("town", "ville.trim().upper()", "$uppercase($trim(ville))"),
]

NAMES = ["Béhague", "Quiévreux", "Ferrière", "Îlot", "Noël-Delcourt", "Ysaÿe", "Le Guénédal", "d'Aubrée", "Çelik", "Œuvrard"]
GIVEN = ["Rayan", "Maïssa", "Jérémie", "Chloé", "Zoë", "Anaïs", "Jean-Baptiste", "Célestin", "Hélène", "Loïc", "Inès", "Gaël"]
PLACES = ["Bois-Réaux", "Hauteclaire", "Saint-Évroult-le-Neuf", "Pont-l'Évêché", "Aÿ-sur-Brême", "Mornières"]
FACILITIES = ["MECS Les Trois Tilleuls", "Foyer de l'enfance Hauteclaire-Mornières", "Service de placement à domicile", "Maison d'Éole"]


def padded(draw, text):
    """As people type: one cell of four begins or ends with blanks."""
    return draw.choice(["", "", "", "  "]) + text + draw.choice(["", "", "", " "])


def date(draw, first, last):
    return f"{draw.randint(1, 28):02}/{draw.randint(1, 12):02}/{draw.randint(first, last)}"


def row(draw, number):
    year, month = draw.randint(2006, 2024), draw.randint(1, 12)
    insee = f"99{draw.randint(1, 999):03}"
    sex = draw.choice("FMG")
    given = draw.sample(GIVEN, draw.randint(1, 3))
    return {
        "identifiant": f"E{number:06}", "dossier": f"{draw.randint(2019, 2026)}-{number}",
        "nom_naissance": padded(draw, draw.choice(NAMES)), "nom_usage": draw.choice(["", "", padded(draw, draw.choice(NAMES))]),
        "prenoms": padded(draw, ", ".join(given)), "prenom_usuel": padded(draw, given[0]), "sexe": sex,
        "naissance": f"{draw.randint(1, 28):02}/{month:02}/{year}", "insee": insee, "commune": padded(draw, draw.choice(PLACES)),
        "nationalite": draw.choice(["Française", "Française", "Étrangère", ""]),
        "nir": padded(draw, f"{2 if sex == 'F' else 1}{year % 100:02}{month:02}{insee}{draw.randint(1, 999):03}"),
        "cle": f"{draw.randint(1, 97):02}", "statut_ins": draw.choice(["Qualifiée", "Récupérée", "Provisoire", ""]),
        "finess": f"99000{draw.randint(1000, 1040)}", "etablissement": padded(draw, draw.choice(FACILITIES)),
        "groupe": draw.choice(["Le Phare", "Les Mésanges", "Unité 3"]),
        "referent": padded(draw, f"{draw.choice(['Mme', 'M.'])} {draw.choice(NAMES)}"), "numero_ase": padded(draw, f"v{draw.randint(10**7, 10**8)}"),
        "entree": date(draw, 2019, 2026), "sortie": draw.choice(["01/01/1900", "", date(draw, 2024, 2026)]),
        "motif": draw.choice(["", "", "Mainlevée", "Arrivée à échéance"]), "confidentiel": draw.choice(["Oui", "OUI", "Non", "Non", ""]),
        "telephone": padded(draw, f"06 39 98 {draw.randint(0, 99):02} {draw.randint(0, 99):02}"),
        "adresse": f"{draw.randint(1, 200)} impasse du Moulin à vent", "code_postal": f"99{draw.randint(100, 999)}",
        "ville": padded(draw, draw.choice(PLACES)),
    }


def csv(count):
    """The same `count` rows each time, as a CSV file; no cell needs quotes, so that a plain split reads it."""
    draw = random.Random(27)
    rows = [row(draw, number) for number in range(1, count + 1)]
    return "".join(";".join(cells) + "\n" for cells in [rows[0], *(each.values() for each in rows)])


def mapping():
    """The fields as a mapping file."""
    fields = "".join(f'  {name}: "{{{{ {fhirpath} }}}}"\n' for name, fhirpath, _ in FIELDS)
    return f"mapping: bench/row\nfrom: csv\nto: tree\nmodel: none\neach: rows\ntemplate:\n{fields}"


def fields_of_peers():
    """The fields for peer.js: a list for fhirpath.js, one expression for JSONata."""
    return {"fhirpath": [[name, fhirpath] for name, fhirpath, _ in FIELDS],
            "jsonata": "{" + ", ".join(f'"{name}": ({jsonata})' for name, _, jsonata in FIELDS) + "}"}
