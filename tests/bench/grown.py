"""An Eo lot and a department's feed of any size, invented, the same for the same size: for the benches.

children(n) gives (files of the Eo lot by name, the department's record-typed file). Shapes and fill rates are those of an
ordinary establishment: a child has two relatives, two past measures and one that runs, a month of presence; one in four has
a brother or sister; one in five has no N° ASE at the DUI, and is recognised by its INS or by its traits; one place in ten
is secret."""

import random

EO_DATE = "20260630"

USAGERS = ("N° dossier;Identifiant;Nom de naissance;Nom d'usage;Prénom(s);Prénom usuel;Sexe;Date de naissance;Lieu de naissance;Code INSEE;"
           "Nationalité;N° Sécurité sociale;Clé;Statut INS;Autorité d'affectation INS;Date d'entrée;Date de sortie;Motif de sortie;Établissement;"
           "N° FINESS;Groupe / Maison;Référent éducatif;N° ASE;Prix de journée (€);Lieu d'accueil confidentiel;Observations;")
HEADERS = {
    "EO_Usagers": USAGERS,
    "EO_Filiation": "Identifiant;Lien;Nom;Prénom;Né(e) le;Autorité parentale;Adresse;CP;Ville;Téléphone;Adresse confidentielle;État;Remarques;",
    "EO_Fratrie": "Identifiant;Identifiant frère/sœur;Nom;Prénom;Né(e) le;Lien;Accueilli dans l'association;Lieu de vie",
    "EO_CouvertureSociale": "Identifiant;Caisse;Code caisse;NIR ouvrant droit;Rang;C2S;Complémentaire;Début de droits;Fin de droits;Taux (%)",
    "EO_Mesures": "Identifiant;N° mesure;Mesure;Nature;Fondement;Décideur;Juridiction;Magistrat;N° RG / cabinet;N° décision département;Date de "
                  "décision;Date de début;Date d'échéance;Date de fin réelle;Motif de fin;Renouvellement;Lieu tenu secret;Interdiction de sortie du "
                  "territoire",
    "EO_Echeances": "Identifiant;N° mesure;Échéance;Date;Type de notification;Destinataire",
    "EO_Scolarite": "Identifiant;Année scolaire;Niveau;Établissement scolaire;UAI;Régime;Notification MDPH;Date notification;Moyenne générale;"
                    "Commentaire",
    "EO_FicheSanitaire": "Identifiant;Médecin traitant;N° RPPS;Groupe sanguin;Poids (kg);Taille (cm);Allergies;Traitement en cours;Vaccinations;"
                         "PAI;Carnet de santé présent;Autorisation de soins;Commentaires santé",
    "EO_Transport": "Identifiant;Jour;Heure;Mode;Destination;Distance (km);Départ;Consigne",
    "EO_Presences": "Identifiant;Nom Prénom;Groupe;" + ";".join(f"J{day:02}" for day in range(1, 31)) + ";Total P",
    "EO_CahierLiaison": "Identifiant;Date et heure;Auteur;Équipe;Transmission",
    "EO_DroitsVisite": "Identifiant;Bénéficiaire;Modalité;Fréquence;Lieu",
    "EO_Evenements": "Identifiant;Date;Nature;Description;Autorités informées;Suites",
}
NAMES = {name: f"{name}_{'202606' if name == 'EO_Presences' else EO_DATE}.csv" for name in HEADERS}

SYLLABLES = ["ba", "cor", "del", "fan", "gri", "hou", "jal", "kem", "lor", "mar", "nel", "or", "pic", "quel", "ran", "sol", "tou", "val", "wi", "zan"]
GIVEN = ["Adèle", "Bilal", "Chloé", "Driss", "Élise", "Fanta", "Gaël", "Hana", "Inès", "Joris", "Kenza", "Léo", "Maé", "Noé", "Oumar", "Prune"]
FINESS = ["990001018", "990001026", "990001034"]


def invented_name(rng):
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 4))).upper()


def nir_of(rng, girl, year, month, insee):
    body = f"{2 if girl else 1}{year % 100:02}{month:02}{insee}{rng.randint(1, 999):03}"
    return body, f"{97 - int(body) % 97:02}"


def day(year, month, of_month):
    return f"{of_month:02}/{month:02}/{year}"


def cd_day(french):
    return french[6:] + french[3:5] + french[:2]


class Child:
    def __init__(self, number, rng, sibling):
        self.number, self.id, self.ase = number, f"G{number:07}", f"V{number:08}"
        self.girl = rng.random() < 0.5
        self.name = sibling.name if sibling else invented_name(rng)
        self.family = sibling.family if sibling else f"F{number:07}"
        self.sibling = sibling
        self.given = rng.choice(GIVEN)
        self.born = (2009 + rng.randint(0, 14), rng.randint(1, 12), rng.randint(1, 28))
        self.insee = f"99{rng.randint(1, 900):03}"
        self.nir, self.key = nir_of(rng, self.girl, self.born[0], self.born[1], self.insee)
        self.qualified = rng.random() < 0.7
        self.knows_ase = rng.random() < 0.8
        self.finess = sibling.finess if sibling else rng.choice(FINESS)
        self.secret = sibling.secret if sibling else rng.random() < 0.1
        self.entry = day(2024, rng.randint(1, 12), rng.randint(1, 28))


def eo_rows(child, rng):
    c, sex = child, "F" if child.girl else "M"
    yield "EO_Usagers", [f"2024-{c.number}", c.id, c.name, "", c.given, c.given, sex, day(*c.born), "Commune fictive", c.insee, "Française",
                         c.nir if c.qualified else "", c.key if c.qualified else "", "Qualifiée" if c.qualified else "Provisoire",
                         "1.2.250.1.213.1.4.10" if c.qualified else "", c.entry, "", "", "MECS d'essai", c.finess, "Groupe A", "Mme Essai",
                         c.ase if c.knows_ase else "", "181,90", "OUI" if c.secret else "N", "", ""]
    for link, born in (("Mère", "04/03/1982"), ("Père", "11/07/1979")):
        yield "EO_Filiation", [c.id, link, c.name, rng.choice(GIVEN), born, "Oui", f"{rng.randint(1, 200)} rue Inventée", "99100", "Villefictive",
                               f"06{rng.randint(10**7, 10**8 - 1)}", "", "", "", ""]
    if c.sibling:
        for one, other in ((c, c.sibling), (c.sibling, c)):
            yield "EO_Fratrie", [one.id, other.id, other.name, other.given, day(*other.born), "Frère", "Oui", "Groupe A"]
    yield "EO_CouvertureSociale", [c.id, "CPAM fictive", "99001", "282032B98126785", "1", "Non", "", "01/01/2025", "31/12/2026", "70,0"]
    for place, (kind, nature, decider, start, due) in enumerate(MEASURES):
        ended = place < len(MEASURES) - 1
        yield "EO_Mesures", [c.id, f"M{c.number:07}{place}", kind, nature, "", decider, "", "", "", f"99-D{c.number:07}{place}", start, start, due,
                             due if ended else "", "Arrivée à échéance" if ended else "", "Non", "OUI" if c.secret and not ended else "", ""]
    yield "EO_Echeances", [c.id, f"M{c.number:07}2", "Fin de mesure", "30/10/2027", "ASE/TE", "Mme Essai"]
    yield "EO_Scolarite", [c.id, "2025-2026", "CM2", "École fictive", "0999911W", "Externe", "Non", "", "10,38", ""]
    yield "EO_FicheSanitaire", [c.id, "Dr Essai", "99000003030", "", "33,8", "115", "aucune connue", "", "DTP-Coq 06/07/2016", "Non", "Oui",
                                "Autorisation de soins signée", ""]
    yield "EO_Transport", [c.id, "Lundi", "07:45", "VSL", "visite médiatisée", "40", "MECS d'essai", ""]
    letters = [rng.choices("PWVIA", (22, 3, 2, 2, 1))[0] for _ in range(30)]
    yield "EO_Presences", [c.id, f"{c.name} {c.given}", "Groupe A", *letters, str(letters.count("P"))]
    yield "EO_CahierLiaison", [c.id, "18/05/2026 18:45", "Mme Essai", "Jour", "Une nuit calme. " * rng.randint(1, 20)]
    yield "EO_DroitsVisite", [c.id, "Mère", "Visite médiatisée", "1 fois / semaine", "Lieu fictif"]
    if rng.random() < 0.3:
        yield "EO_Evenements", [c.id, "16/06/2026", "Comportement violent", "Rien de grave", "Non", ""]


MEASURES = [("Action éducative à domicile", "Administrative", "Président du CD", "30/10/2021", "30/10/2022"),
            ("Action éducative en milieu ouvert", "Judiciaire", "Juge des enfants", "30/10/2022", "30/10/2024"),
            ("Jugement en assistance éducative : placement à l'ASE", "Judiciaire", "Juge des enfants", "30/10/2024", "30/10/2026")]
TYPES = [("110", "PCD"), ("230", "JE"), ("220", "JE")]


def cd_rows(child, rng):
    c = child
    yield ["10", c.ase, "2" if c.girl else "1", c.name, "", c.given.upper(), f"{c.born[0]}{c.born[1]:02}{c.born[2]:02}", c.insee,
           c.nir if c.qualified else "", c.key if c.qualified else "", c.family, "20", "01" if c.sibling else "00"]
    for link in "12":
        yield ["11", c.ase, link, c.name, rng.choice(GIVEN), "19820304", "O", "1 rue Inventée", "99100", "VILLEFICTIVE", "0767977068", "N"]
    for place, (kind, authority) in enumerate(TYPES):
        _, _, _, start, due = MEASURES[place]
        ended = place < len(TYPES) - 1
        yield ["20", c.ase, f"99-D{c.number:07}{place}", kind, authority, "", "", "", cd_day(start), cd_day(start), cd_day(due),
               cd_day(due) if ended else "99991231", "01" if ended else "", "0", ""]
    yield ["30", c.ase, f"99-D{c.number:07}2", f"P{c.number:06}", "02", c.finess, "MECS d'essai", cd_day(c.entry), "99991231", "N",
           "O" if c.secret else "N", "20975", "100"]
    yield ["50", c.ase, f"99-D{c.number:07}2", "ECH", "20261030", "30"]


def children(count, seed=7):
    rng = random.Random(seed * 1_000_003 + count)
    eo = {name: [header] for name, header in HEADERS.items()}
    cd = [f"60;{finess};MECS d'essai;177;DBL;20200101;20341231;66;18120;20260101" for finess in FINESS]
    before = None
    for number in range(1, count + 1):
        sibling = before if before is not None and before.sibling is None and rng.random() < 0.25 else None
        child = Child(number, rng, sibling)
        for name, cells in eo_rows(child, rng):
            eo[name].append(";".join(cells))
        cd += [";".join(cells) for cells in cd_rows(child, rng)]
        before = child
    files = {NAMES[name]: ("\r\n".join(rows) + "\r\n").encode("windows-1252") for name, rows in eo.items()}
    header = f"00;CD99;ASE;MVT;{EO_DATE};020000;V2.3;LOT{count:06};TOUS"
    counts = ";".join(f"{sum(row.startswith(kind + ';') for row in cd):06}" for kind in ("10", "11", "20", "30", "40", "50", "60", "70"))
    lengths = sum(len(row) for row in cd) % 10**9
    trailer = f"99;CD99;LOT{count:06};{len(cd) + 2:08};{counts};{lengths:09}"
    return files, ("\r\n".join([header, *cd, trailer]) + "\r\n").encode("iso-8859-15")
