"""A snapshot with far fewer children than the one before waits for a person; restarts in between change nothing of that."""

from site_of import DEPOT, Site, main

ENFANTS = """
mapping: test/enfants
from: csv
to: child-record
each: rows
template:
  ids: [{system: "urn:charmille:dui:990001018:test", value: "{{ Numero }}"}]
  identity: {birthName: "{{ Nom }}", birthGivenNames: [Test], birthDate: "2014-05-06", sex: {code: F}}
  measures: [{number: "99-{{ Numero }}", department: "99", type: {code: JAE_ASE}, nature: {code: JUD}, start: "2024-01-02", secretPlace: {code: "no"}}]
  stays: [{finess: "990001018", entry: "{{ Entree }}", secretPlace: {code: "no"}}]
"""


def site(coverage="snapshot", more=""):
    endpoints = DEPOT + f"""    lot:
      files: {{Enfants: {{pattern: "ENFANTS_{{date:yyyyMMdd}}.csv", required: true}}}}
      key: date
      complete: {{all: true}}
      coverage: {coverage}
{more}
"""
    routes = """
  enfants:
    from: depot
    mapping: test/enfants
    to: [{endpoint: cd99, mapping: departement/placements, trigger: change, mode: live, start: everything, file: "{delivery}.csv"}]
"""
    gateway = Site(endpoints, routes, mappings={"test/enfants": ENFANTS})
    gateway.days = 0
    gateway.start()
    return gateway


def give(gateway, children, entry=2):
    """The lot of the next day; gives its exchange once nothing moves any more."""
    gateway.days += 1
    lines = ["Numero;Nom;Entree"] + [f"K{number:03};ESSAI{number:03};2024-01-{entry:02}" for number in children]
    gateway.drop({f"ENFANTS_202606{gateway.days:02}.csv": ("\n".join(lines) + "\n").encode()})
    gateway.settled(gateway.days)
    return of_day(gateway, gateway.days)


def of_day(gateway, day):
    [lot] = [one for one in gateway.exchanges(direction="in") if one["lot"] == f"2026-06-{day:02}"]
    return lot


def held(lot):
    return lot["state"] == "held" and lot["fault"]["code"] == "CH-EXC-034"


def released_or_refused():
    """30 children after 40 wait, over a restart too; released they are applied; refused, nothing is and the sender is told"""
    with site() as gateway:
        assert give(gateway, range(40))["state"] == "done"
        first = len(gateway.deliveries())
        assert first == 40

        fewer = give(gateway, range(30), 3)
        assert held(fewer), fewer
        shown = gateway.run("exchanges", "show", fewer["id"]).stdout
        assert "ce lot compte 30 enfant(s), le précédent (2026-06-01) 40 : 10 de moins" in shown, shown
        gateway.stop()
        gateway.start()
        gateway.settled(2)
        assert held(of_day(gateway, 2)) and len(gateway.deliveries()) == first, "a restart applied it"
        gateway.run("exchanges", "release", fewer["id"], "--reason", "vérifié")
        gateway.settled(2)
        assert of_day(gateway, 2)["state"] == "done" and len(gateway.deliveries()) == first + 30
        assert gateway.run("exchanges", "release", fewer["id"], check=False).returncode == 0, "nothing left to release is no fault"
        assert len(gateway.deliveries()) == first + 30

        bad = give(gateway, range(25), 4)
        assert held(bad), bad
        refused = gateway.run("exchanges", "cancel", bad["id"], "--reason", "export coupé")
        assert "refusé" in refused.stdout, refused.stdout
        gateway.settled(3)
        assert of_day(gateway, 3)["state"] == "rejected" and len(gateway.deliveries()) == first + 30
        gateway.until(lambda: any("ENFANTS_20260603" in path.name for path in (gateway.folder / "reject").iterdir()), "the refused file")
        report = gateway.report(bad["id"])["text"]
        assert "refusé par une personne" in report and "25" in report and "30" in report, report
        gateway.stop()
        gateway.start()
        assert of_day(gateway, 3)["state"] == "rejected"

        assert give(gateway, range(26), 5)["state"] == "done", "4 of 30 are fewer than 5"
        gateway.stop()
        gateway.verify()


def a_file_of_titles_alone():
    """no child at all is never "all of them left": it waits, and what is released is not asked for twice, killed or not"""
    with site() as gateway:
        assert give(gateway, range(3))["state"] == "done"
        nobody = give(gateway, [])
        assert held(nobody), nobody
        gateway.run("exchanges", "release", nobody["id"])
        gateway.kill()
        gateway.start()
        gateway.settled(2)
        assert of_day(gateway, 2)["state"] == "done"
        assert len(gateway.deliveries()) == 3 and len(gateway.get("/v1/records")["records"]) == 3
        gateway.stop()
        gateway.verify()


def only_where_it_says_something():
    """a lot of changes is never held for its size, nor a snapshot within its threshold, nor one that grows"""
    with site("delta") as gateway:
        assert give(gateway, range(40))["state"] == "done"
        assert give(gateway, range(2), 3)["state"] == "done"
    with site(more="      max-missing: 30%") as gateway:
        assert give(gateway, range(40))["state"] == "done"
        assert give(gateway, range(28))["state"] == "done"
        assert give(gateway, range(60))["state"] == "done"
        assert held(give(gateway, range(41)))
    with site(more="      max-missing: 2") as gateway:
        assert give(gateway, range(9))["state"] == "done"
        assert give(gateway, range(7))["state"] == "done"
        assert held(give(gateway, range(4)))


if __name__ == "__main__":
    main(released_or_refused, a_file_of_titles_alone, only_where_it_says_something)
