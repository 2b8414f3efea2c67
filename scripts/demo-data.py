#!/usr/bin/env python3
"""Writes conf/demo/eo: the export of an invented association, in the format of Eo.

Twelve invented children: eight hold decisions of the department 99, four of the department 98, and one of the eight came
from 99 to 98 and holds a decision of each. One more row, of a child admitted the day before, has an impossible date
of birth: it must be refused, alone, with a report. No draw of chance: the same files every time (`--check` compares).

Everything is fictive by construction: departments 98 and 99, FINESS and RPPS numbers with the prefix 99, places of birth with
numbers of communes that were never given, the test authority for the INS; keys are right, so that the checks are real.
"""
import csv
import io
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "conf" / "demo" / "eo"
EXTRACTED = "20250630"
MONTH = "202506"
TEST_AUTHORITY = "1.2.250.1.213.1.4.10"


def luhn(digits):
    """The digits with their Luhn key."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def nir(sex, born, commune, order):
    """(thirteen characters, key) of the number of a person born on dd/mm/yyyy."""
    number = ("1" if sex == "M" else "2") + born[8:10] + born[3:5] + commune + f"{order:03}"
    return number, f"{97 - int(number) % 97:02}"


def uai(digits):
    return digits + "ABCDEFGHJKLMNPRSTUVWXYZ"[int(digits) % 23]


HOUSES = {  # establishment: (name, FINESS)
    "hetraie": ("MECS La Hêtraie", luhn("99004210")),
    "sureau": ("Appartements Le Sureau", luhn("99004211")),
    "passerelle": ("Service de milieu ouvert La Passerelle", luhn("99004212")),
}
EDUCATORS = ("Mme Solveig Aumont", "M. Titouan Brisset", "Mme Fadila Corvaisier")
DOCTORS = (("Dr Ysé Lamballais", luhn("9900007101")), ("Dr Corentin Ozanne", luhn("9900007102")))
SCHOOLS = {
    "école": ("École du Vieux-Lavoir", uai("0998101")),
    "collège": ("Collège Les Ormeaux", uai("0998102")),
    "lycée": ("Lycée professionnel du Canal", uai("0998103")),
    "ime": ("IME Le Petit Pont", uai("0998104")),
}
TOWNS = (("99640", "Saint-Ildut-les-Charmes"), ("99655", "Rœulx-la-Vallée"), ("98120", "Pont-Évrard"))

# Kind of measure: label, nature, ground, who decides. The labels are those of the software.
MEASURES = {
    "placement": ("Jugement en assistance éducative : placement à l'ASE", "Judiciaire", "C. civ. 375-3 3°", "Juge des enfants"),
    "opp": ("Ordonnance de placement provisoire (juge des enfants)", "Judiciaire", "C. civ. 375-5 al.1", "Juge des enfants"),
    "aemo": ("Action éducative en milieu ouvert", "Judiciaire", "C. civ. 375-2", "Juge des enfants"),
    "provisoire": ("Accueil provisoire du mineur", "Administrative", "CASF L222-5 1°", "Président du CD"),
    "majeur": ("Accueil provisoire jeune majeur", "Administrative", "CASF L222-5 5°", "Président du CD"),
}
COURTS = {"99": "Tribunal pour enfants de Rœulx-la-Vallée", "98": "Tribunal pour enfants de Pont-Évrard"}


class Child:
    """One child and what the export says of it; `measures`: (kind, department, start, due, end or "", reason or "")."""

    def __init__(self, number, family, given, sex, born, house, group, measures, *, entered, nir_form="bare", status="Qualifiée",
                 used="", school=None, parents=(), siblings=(), secret="Non", price="198,40", days="P" * 30, note="", health=None,
                 level=""):
        self.id, self.family, self.given, self.sex, self.born = f"C0{number}", family, given, sex, born
        self.house, self.group, self.measures, self.entered, self.used = house, group, measures, entered, used
        self.nir_form, self.status, self.school, self.level, self.parents = nir_form, status, school, level, parents
        self.siblings, self.secret, self.price, self.days, self.note, self.health = siblings, secret, price, days, note, health
        self.number = number
        self.commune = f"39{950 + number % 40}"

    @property
    def called(self):
        return self.given.split(",")[0].split(" ")[0]

    def nir_cells(self):
        if not self.nir_form:
            return "", ""
        number, key = nir("F" if self.sex == "F" else "M", self.born, self.commune, 100 + self.number % 100)
        if self.nir_form == "spaced":
            return " ".join((number[0], number[1:3], number[3:5], number[5:7], number[7:10], number[10:])), key
        return (number + key, "") if self.nir_form == "glued" else (number, key)


MOTHER_AUBREE = ("Mère", "AUBRÉE", "Gwladys", "17/05/1988", "Oui", "4 venelle du Four", 0, "06.00.41.22.10", "", "")
CHILDREN = (
    Child(101, "AUBRÉE", "Lilou, Marthe", "F", "14/03/2014", "hetraie", "Les Alouettes",
          (("opp", "99", "12/01/2024", "12/07/2024", "12/07/2024", "Arrivée à échéance"), ("placement", "99", "12/07/2024", "12/07/2026", "", "")),
          entered="12/01/2024", nir_form="spaced", school="collège", level="6e", parents=(MOTHER_AUBREE,), siblings=(("C0102", "Frère"),),
          days="PPPPPWWPPPPPWWPPPPPWWPPPPPWWPP", health=("O+", "41,2", "149", "aucune connue", "", "Oui", "Suivi orthodontique")),
    Child(102, "AUBRÉE", "Malo", "G", "02/09/2016", "hetraie", "Les Alouettes", (("placement", "99", "12/07/2024", "12/07/2026", "", ""),),
          entered="12/01/2024", school="école", level="CM1", parents=(MOTHER_AUBREE,), siblings=(("C0101", "Sœur"),),
          days="PPPPPWWPPPPPWWPPPPPWWPPPPPWWPP", health=("", "29,8", "133", "arachide", "", "Oui", "PAI à renouveler en septembre")),
    Child(103, "CŒURDOUX", "Naïm", "M", "23/11/2010", "hetraie", "La Grange", (("placement", "99", "03/03/2023", "03/03/2026", "", ""),),
          entered="03/03/2023", nir_form="glued", school="collège", level="3e", secret="OUI",
          parents=(("Père", "CŒURDOUX", "Régis", "30/08/1979", "Oui", "11 quai Haut", 1, "0600412233", "", "Contact suspendu par le JE"),),
          days="PPPPPPPPPPPPFFPPPPPPPPPPPPPPPP", note="Audience fixée ; convocation reçue par l'établissement",
          health=("A+", "56,0", "168", "pénicilline", "", "Non", ""), price="204,10"),
    Child(104, "DE L'ÉTANG", "Sixtine, Anne", "F", "08/06/2018", "hetraie", "Les Alouettes",
          (("provisoire", "99", "15/09/2024", "15/09/2025", "", ""),), entered="15/09/2024", status="Validée", school="école", level="CE1",
          parents=(("Mère", "DE L'ÉTANG", "Clarisse", "02/02/1992", "Oui", "27 bis rue du Lavoir", 0, "06 00 41 30 05", "", ""),),
          health=("", "22,4", "119", "aucune connue", "", "Oui", "")),
    Child(105, "FOURNEAU", "Élouan, Joseph", "M", "29/02/2012", "hetraie", "La Grange",
          (("aemo", "99", "10/10/2022", "10/10/2023", "10/10/2023", "Arrivée à échéance"), ("placement", "99", "10/10/2023", "10/10/2025", "", "")),
          entered="10/10/2023", nir_form="bare", school="ime", level="Institut médico-éducatif",
          parents=(("Père", "FOURNEAU", "Loïc", "19/12/1984", "Oui", "3 impasse des Tanneurs", 0, "06.00.41.77.18", "", ""),),
          days="PPPPPPPHHHHHHPPPPPPPPPPPPPPPPP", health=("", "38,9", "147", "latex", "Traitement du soir remis par l'infirmière", "Oui", "")),
    Child(106, "GUÉRANDAL", "Aïcha", "F", "11/07/2008", "sureau", "Semi-autonomie", (("placement", "99", "01/02/2022", "11/07/2026", "", ""),),
          entered="01/02/2022", school="lycée", level="CAP", price="142,75",
          parents=(("Mère", "GUÉRANDAL", "Naïma", "25/10/1986", "Oui", "8 place du Minage", 1, "0600415566", "Oui", "Adresse NE PAS communiquer à l'autre parent"),),
          days="PPPPPVVVVVVVVVPPPPPPPPPPPPPPPP", note="Contrat d'apprentissage signé ; début le 01/09", health=("B-", "54,3", "163", "aucune connue", "", "Oui", "Porte des lunettes")),
    Child(107, "HOULBRÈQUE", "Tiago", "G", "30/04/2015", "passerelle", "Milieu ouvert", (("aemo", "99", "20/11/2024", "20/11/2025", "", ""),),
          entered="20/11/2024", nir_form="spaced", school="école", level="CM2", days="-" * 30, price="",
          parents=(("Mère", "HOULBRÈQUE", "Inês", "06/06/1990", "Oui", "52 route de la Vallée", 0, "06 00 41 90 12", "", ""),),
          health=("", "33,0", "140", "œuf", "", "Non", "")),
    # Moved: a decision of 99, ended, then one of 98. Each department sees its own, and only that.
    Child(108, "JOUVENEL", "Maëlle, Rose", "F", "19/01/2013", "hetraie", "La Grange",
          (("placement", "99", "05/05/2023", "05/05/2025", "05/05/2025", "Transfert vers un autre département"),
           ("placement", "98", "05/05/2025", "05/05/2027", "", "")), entered="05/05/2023", used="JOUVENEL-ROY", school="collège", level="5e",
          parents=(("Mère", "JOUVENEL", "Estelle", "14/09/1987", "Oui", "6 cours des Halles", 2, "06.00.41.15.90", "", ""),),
          days="PPPPPPPPPPPPPPPPPPPPWWPPPPPPPP", health=("O+", "45,5", "155", "acariens ; pollens", "", "Oui", "")),
    Child(109, "KERVADEC", "Anouk", "F", "27/12/2017", "hetraie", "Les Alouettes", (("placement", "98", "09/12/2023", "09/12/2025", "", ""),),
          entered="09/12/2023", school="école", level="CE2", siblings=(("C0110", "Demi-frère / demi-sœur"),),
          parents=(("Mère", "KERVADEC", "Typhaine", "03/03/1994", "Oui", "19 rue Basse", 2, "0600417788", "", ""),),
          health=("", "24,7", "124", "aucune connue", "", "Oui", "")),
    Child(110, "LE GOËLLEC", "Bastien Yann", "M", "06/10/2011", "hetraie", "La Grange",
          (("opp", "98", "02/02/2025", "02/08/2025", "", ""),), entered="02/02/2025", nir_form="glued", school="collège", level="4e",
          siblings=(("C0109", "Demi-frère / demi-sœur"),), note="Arrivé en urgence ; documents d'identité à réclamer", status="Récupérée",
          parents=(("Mère", "KERVADEC", "Typhaine", "03/03/1994", "Oui", "19 rue Basse", 2, "0600417788", "", ""),),
          days="PPPPPPPPXPPPPPPPPPPPPPPPPPPPPP", health=("", "49,0", "160", "aucune connue", "", "Non", "")),
    Child(111, "MARÉCHAUX", "Yaël", "F", "15/08/2007", "sureau", "Semi-autonomie",
          (("placement", "98", "15/01/2023", "15/08/2025", "", ""),), entered="15/01/2023", school="lycée", level="Bac professionnel", price="142,75",
          parents=(("Tuteur", "MARÉCHAUX", "Odile", "21/04/1958", "Oui", "1 chemin des Carrières", 2, "06 00 41 66 02", "", ""),),
          health=("A+", "58,1", "170", "aucune connue", "", "Oui", "")),
    Child(112, "NOUVELLON", "Zélie, Paule", "F", "04/05/2019", "hetraie", "Les Alouettes", (("provisoire", "98", "01/04/2025", "01/10/2025", "", ""),),
          entered="01/04/2025", nir_form="", status="Provisoire", school="école", level="CP",
          parents=(("Père", "NOUVELLON", "Cédric", "28/11/1989", "Oui", "40 rue des Deux-Ponts", 2, "0600419901", "", ""),),
          health=("", "20,9", "116", "pénicilline", "", "Oui", "")),
)
# The row that must be refused: there is no 31 February.
REFUSED = Child(113, "OBERLÉ", "Nino", "M", "31/02/2016", "hetraie", "Les Alouettes", (), entered="29/06/2025", nir_form="", status="Provisoire")


def users():
    yield ("N° dossier", "Identifiant", "Nom de naissance", "Nom d'usage", "Prénom(s)", "Prénom usuel", "Sexe", "Date de naissance",
           "Lieu de naissance", "Code INSEE", "Nationalité", "N° Sécurité sociale", "Clé", "Statut INS", "Autorité d'affectation INS",
           "Date d'entrée", "Date de sortie", "Motif de sortie", "Établissement", "N° FINESS", "Groupe / Maison", "Référent éducatif", "N° ASE",
           "Prix de journée (€)", "Lieu d'accueil confidentiel", "Observations", "")
    for child in (*CHILDREN, REFUSED):
        number, key = child.nir_cells()
        house, finess = HOUSES[child.house]
        department = child.measures[-1][1] if child.measures else "99"
        yield (f"{child.entered[6:]}-0{child.number}", child.id, child.family, child.used, child.given, child.called, child.sex, child.born,
               f"Commune fictive 39-{child.commune[2:]}", child.commune, "Française", number, key, child.status,
               TEST_AUTHORITY if child.status == "Qualifiée" else "", child.entered, "01/01/1900" if child.number % 3 == 0 else "", "", house,
               finess, child.group, EDUCATORS[child.number % 3], f"{department}A00{child.number}", child.price, child.secret, child.note, "")


def measures():
    yield ("Identifiant", "N° mesure", "Mesure", "Nature", "Fondement", "Décideur", "Juridiction", "Magistrat", "N° RG / cabinet",
           "N° décision département", "Date de décision", "Date de début", "Date d'échéance", "Date de fin réelle", "Motif de fin", "Renouvellement",
           "Lieu tenu secret", "Interdiction de sortie du territoire")
    for child, number, (kind, department, start, due, end, reason) in numbered_measures():
        judicial = MEASURES[kind][1] == "Judiciaire"
        yield (child.id, number, *MEASURES[kind], COURTS[department] if judicial else "", "Mme H. Vauquelin" if judicial else "",
               f"A{start[8:]}/{number[-4:]}" if judicial else "", f"{department}-D7{number[-5:]}", start, start, due, end, reason, "Non",
               "Oui" if child.secret == "OUI" and not end else "", "")


def numbered_measures():
    number = 0
    for child in CHILDREN:
        for measure in child.measures:
            number += 1
            yield child, f"M700{number:03}", measure


def parents():
    yield ("Identifiant", "Lien", "Nom", "Prénom", "Né(e) le", "Autorité parentale", "Adresse", "CP", "Ville", "Téléphone", "Adresse confidentielle",
           "État", "Remarques", "")
    for child in CHILDREN:
        for link, family, given, born, authority, street, town, telephone, secret, remark in child.parents:
            yield child.id, link, family, given, born, authority, street, *TOWNS[town], telephone, secret, "", remark, ""


def siblings():
    yield "Identifiant", "Identifiant frère/sœur", "Nom", "Prénom", "Né(e) le", "Lien", "Accueilli dans l'association", "Lieu de vie"
    known = {child.id: child for child in CHILDREN}
    for child in CHILDREN:
        for other, link in child.siblings:
            sibling = known[other]
            yield child.id, other, sibling.family, sibling.called, sibling.born, link, "Oui", sibling.group


def visits():
    yield "Identifiant", "Bénéficiaire", "Modalité", "Fréquence", "Lieu"
    ways = (("Visite libre", "1 week-end sur 2", ""), ("Visite médiatisée", "1 fois / mois", "Maison des familles"), ("Visite et hébergement", "moitié des vacances", ""))
    for child in CHILDREN:
        for link, *rest in child.parents:
            if link != "Tuteur":
                suspended = "suspendu" in rest[-1]
                yield child.id, link, *(("Suspendu", "1 fois / mois", "") if suspended else ways[child.number % 3])


def deadlines():
    yield "Identifiant", "N° mesure", "Échéance", "Date", "Type de notification", "Destinataire"
    for child, number, (_, _, _, due, end, _) in numbered_measures():
        if not end:
            yield child.id, number, "Fin de mesure", due, "ASE/TE", EDUCATORS[child.number % 3]


def schooling():
    yield ("Identifiant", "Année scolaire", "Niveau", "Établissement scolaire", "UAI", "Régime", "Notification MDPH", "Date notification",
           "Moyenne générale", "Commentaire")
    for child in CHILDREN:
        disabled = child.school == "ime"
        yield (child.id, "2024-2025", child.level, *SCHOOLS[child.school], "Demi-pensionnaire", "Oui" if disabled else "Non",
               "04/09/2023" if disabled else "", f"{10 + child.number % 7},{child.number % 10}0" if child.school in ("collège", "lycée") else "",
               "AESH 12 h" if disabled else "")


def coverage():
    yield ("Identifiant", "Caisse", "Code caisse", "NIR ouvrant droit", "Rang", "C2S", "Complémentaire", "Début de droits", "Fin de droits",
           "Taux (%)")
    for child in CHILDREN:
        yield child.id, "CPAM des Charmes", "99007", "", "1", "Oui", "C2S", "01/01/2025", "31/12/2025", "100"


def health():
    yield ("Identifiant", "Médecin traitant", "N° RPPS", "Groupe sanguin", "Poids (kg)", "Taille (cm)", "Allergies", "Traitement en cours",
           "Vaccinations", "PAI", "Carnet de santé présent", "Autorisation de soins", "Commentaires santé")
    for child in CHILDREN:
        blood, weight, height, allergies, treatment, booklet, comment = child.health
        year = int(child.born[6:]) + 1
        yield (child.id, *DOCTORS[child.number % 2], blood, weight, height, allergies, treatment, f"ROR 15/06/{year}",
               "Oui" if allergies == "arachide" else "Non", booklet, "Autorisation de soins signée", comment)


def transports():
    yield "Identifiant", "Jour", "Heure", "Mode", "Destination", "Distance (km)", "Départ", "Consigne"
    for child in CHILDREN:
        if child.school == "ime":
            yield child.id, "Lundi", "08:15", "taxi conventionné", "IME", "12,5", HOUSES[child.house][0], "Accompagnateur exigé"
        elif child.number % 4 == 0:
            yield child.id, "Mercredi", "14:00", "véhicule de service", "visite médiatisée", "31", HOUSES[child.house][0], ""


def presences():
    yield ("Identifiant", "Nom Prénom", "Groupe", *(f"J{day:02}" for day in range(1, 31)), "Total P")
    for child in CHILDREN:
        yield child.id, f"{child.family} {child.called}", child.group, *child.days, str(child.days.count("P"))


def events():
    yield "Identifiant", "Date", "Nature", "Description", "Autorités informées", "Suites"
    yield "C0103", "13/06/2025", "Disparition / fugue", "Absent au coucher, retour le lendemain soir", "Oui", ""
    yield "C0110", "09/06/2025", "Comportement violent", "Altercation sans blessure ; échange avec le groupe", "Non", ""


def logbook():
    yield "Identifiant", "Date et heure", "Auteur", "Équipe", "Transmission"
    yield "C0101", "21/06/2025 19:30", EDUCATORS[2], "Jour", "Retour de week-end.\r\nA rapporté un bulletin ; \"très bon trimestre\"."
    yield "C0105", "08/06/2025 11:00", EDUCATORS[0], "Jour", "Hospitalisation programmée ; valise préparée."
    yield "C0112", "15/06/2025 21:10", EDUCATORS[1], "Nuit", "A demandé une veilleuse."


KINDS = {"Usagers": users, "Mesures": measures, "Filiation": parents, "Fratrie": siblings, "DroitsVisite": visits, "Echeances": deadlines,
         "Scolarite": schooling, "CouvertureSociale": coverage, "FicheSanitaire": health, "Transport": transports, "Presences": presences,
         "Evenements": events, "CahierLiaison": logbook}


def export():
    """name of the file: its bytes"""
    for kind, rows in KINDS.items():
        text = io.StringIO()
        csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows())
        yield f"EO_{kind}_{MONTH if kind == 'Presences' else EXTRACTED}.csv", text.getvalue().encode("cp1252")


def main():
    if sys.argv[1:] == ["--check"]:
        differ = [name for name, content in export() if not (FOLDER / name).is_file() or (FOLDER / name).read_bytes() != content]
        extra = {path.name for path in FOLDER.iterdir()} - {name for name, _ in export()}
        for name in (*differ, *sorted(extra)):
            print(f"conf/demo/eo/{name}: not what scripts/demo-data.py writes")
        return 1 if differ or extra else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in export():
        (FOLDER / name).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
