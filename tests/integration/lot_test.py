"""A lot, again and changed: what leaves is what changed, and nothing else."""

import json
import re
import time

from site_of import DATA, Site, eo_lot, lot_route, main, sample


def changed(lot, file, old, new):
    name = next(name for name in lot if name.startswith(file))
    text = lot[name].decode("windows-1252")
    assert old in text, f"{old} is not in {name}"
    return {**lot, name: text.replace(old, new, 1).encode("windows-1252")}


def later(lot, day):
    return {re.sub(r"_20260630", f"_202607{day:02}", name): content for name, content in lot.items()}


def rows(path):
    return path.read_text("utf-8").strip().splitlines()[1:]


def again_and_changed():
    """the same lot twice delivers nothing; one cell one change; back one more; a section that may not be seen nothing"""
    lot = sample("small")
    with Site(eo_lot(), lot_route()) as site:
        site.start()
        site.drop(lot)
        site.settled(len(lot))
        first = len(site.deliveries())
        assert first > 0, "the first lot delivered nothing"
        assert all(one["state"] == "delivered" for one in site.deliveries()), site.deliveries()

        site.drop(lot)
        site.settled(2 * len(lot))
        assert len(site.deliveries()) == first, "the same lot delivered something"

        one_cell = changed(later(lot, 1), "EO_Usagers", "30/10/2023;;;MECS", "31/10/2023;;;MECS")
        site.drop(one_cell)
        site.settled(3 * len(lot))
        assert len(site.deliveries()) == first + 1, f"one changed cell: {len(site.deliveries()) - first} deliveries"

        site.drop(later(lot, 2))
        site.settled(4 * len(lot))
        assert len(site.deliveries()) == first + 2, f"changed back: {len(site.deliveries()) - first} deliveries"

        health = changed(later(lot, 3), "EO_FicheSanitaire", "pénicilline", "arachide")
        site.drop(health)
        site.settled(5 * len(lot))
        assert len(site.deliveries()) == first + 2, "a change of health reached the department"
        site.stop()
        site.verify()


def lot_trigger():
    """with the trigger `lot`, the first lot is one file with every child, and one changed cell is one file with one row"""
    lot = sample("small")
    with Site(eo_lot(), lot_route("lot")) as site:
        site.start()
        site.drop(lot)
        site.settled(len(lot))
        files = site.out_files()
        assert len(files) == 1, files
        everyone = rows(files[0])
        assert len(everyone) >= 18, len(everyone)
        site.drop(changed(later(lot, 1), "EO_Usagers", "30/10/2023;;;MECS", "31/10/2023;;;MECS"))
        site.settled(2 * len(lot))
        files = site.out_files()
        assert len(files) == 2, files
        new = rows(files[1])
        assert len(new) == 1 and "31/10/2023" in new[0] and new[0].startswith("Modifié"), new
        site.stop()
        site.verify()


def restart_keeps_what_was_known():
    """after a stop and a start the same lot still delivers nothing"""
    lot = sample("small")
    with Site(eo_lot(), lot_route()) as site:
        site.start()
        site.drop(lot)
        site.settled(len(lot))
        first = len(site.deliveries())
        site.stop()
        site.start()
        site.drop(later(lot, 1))
        site.settled(2 * len(lot))
        assert len(site.deliveries()) == first
        site.stop()
        site.verify()


def restart_keeps_an_incomplete_lot_waiting():
    """a stop between two files of a lot: nothing is imported until the required file is there, then everything is"""
    lot = sample("small")
    last = next(name for name in lot if name.startswith("EO_Usagers"))
    with Site(eo_lot(), lot_route()) as site:
        site.start()
        site.drop({name: content for name, content in lot.items() if name != last})
        site.until(lambda: len(site.exchanges(direction="in")) == len(lot) - 1, "the other files")
        site.stop()
        site.start()
        time.sleep(0.5)
        assert {one["state"] for one in site.exchanges(direction="in")} == {"waiting"}, site.exchanges(direction="in")
        site.drop({last: lot[last]})
        site.settled(len(lot))
        first = len(site.deliveries())
        assert first > 0
        site.drop(later(lot, 1))
        site.settled(2 * len(lot))
        assert len(site.deliveries()) == first, "the first lot was not whole"
        site.stop()
        site.verify()


def a_person_gives_a_lot():
    """`charmille send` gives the files of a lot to a drop folder's endpoint, and it says what became of each"""
    lot = sample("small")
    with Site(eo_lot(), lot_route()) as site:
        site.start()
        given = site.folder / "given"
        given.mkdir()
        for name, content in lot.items():
            (given / name).write_bytes(content)
        sent = site.run("send", "eo", *sorted(given.iterdir()), "--reason", "essai")
        assert sent.stdout.count("(échange ") == len(lot), sent.stdout
        site.settled(len(lot))
        assert len(site.deliveries()) > 0
        wrong = given / "EO_Usagers_20260801.csv"
        wrong.write_bytes(b"Identifiant;Identifiant\r\n")
        refused = site.run("send", "eo", wrong, check=False)
        site.until(lambda: any(one["state"] == "rejected" for one in site.exchanges()), "the refusal")
        assert refused.returncode == 0, refused.stdout + refused.stderr
        site.stop()
        site.verify()


PRESENCE_ROUTE = """
  enfants:
    from: eo
    mapping: eo/enfants
    input: EO_Usagers
    vars: {departement: "99", periode: "{month}"}
    to:
      - endpoint: cd99
        mapping: departement/etat-presence
        vars: {departement: "99"}
        trigger: schedule
        schedule: {monthly: 2, at: "06:00"}
        period: previous-month
        mode: live
        format:
          csv:
            encoding: iso-8859-15
            delimiter: ";"
            header: false
            first-line: "00;{first:finess};CD99;PRES;{first:month};V1.0"
            last-line: "99;{first:finess};{lines:6};{sum:billable:6}"
        file: "PRES_{lot}.csv"
"""


def presence():
    """`charmille extract` gives the lines of the état de présence that this export can know"""
    lot = sample("small")
    expected = set((DATA / "ase/small/expected/ETAT_PRESENCE_202606.csv").read_text("iso-8859-15").split())
    with Site(eo_lot(), PRESENCE_ROUTE) as site:
        site.start()
        site.drop(lot)
        site.settled(len(lot))
        assert not site.out_files(), "a schedule sends nothing when a lot comes"
        site.run("extract", "enfants", "--period", "2026-06")
        site.until(site.out_files, "the extraction")
        first, *lines, last = site.out_files()[0].read_text("iso-8859-15").split()
        wrong = [line for line in lines if line not in expected]
        print(f"{len(lines)} of {len(expected) - 2} lines, {len(wrong)} not as expected")
        assert lines and not wrong, wrong
        assert first in expected, first
        billable = sum(int(line.rsplit(";", 1)[1]) for line in lines)
        assert last == f"99;990001018;{len(lines):06};{billable:06}", last
        site.stop()
        site.verify()


def given(site, files, folder="given"):
    """The files on disk, in a folder of their own."""
    folder = site.folder / folder
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return sorted(str(path) for path in folder.iterdir())


def previewed(site, *files):
    """What `charmille send --dry-run` says, and its one route and destination."""
    answer = json.loads(site.run("send", "eo", *files, "--dry-run", "--json", check=False).stdout)
    [route] = answer["routes"]
    [to] = route["destinations"]
    assert route["route"] == "enfants" and to["endpoint"] == "cd99", route
    return answer, route, to


def dry_run():
    """`charmille send --dry-run` counts what files would change; nothing is stored or sent"""
    lot = sample("small")

    def counted(site, files):
        answer, route, to = previewed(site, *given(site, files))
        assert answer["alreadyDone"] == (files == site.done), answer
        return [route[key] for key in ("created", "changed", "same", "refused")], [to[key] for key in ("new", "changed", "same")]

    with Site(eo_lot(), lot_route()) as site:
        site.done = None
        stopped = site.run("send", "eo", site.folder / "token", "--dry-run", check=False)
        assert stopped.returncode == 3 and "CH-CLI-018" in stopped.stderr, stopped
        site.start()
        records, at_cd = counted(site, lot)
        assert records == [20, 0, 0, 0] and at_cd[0] > 0 and at_cd[1:] == [0, 0], (records, at_cd)
        assert not site.exchanges() and not site.out_files(), "the dry run stored or sent something"
        site.drop(lot)
        site.settled(len(lot))
        site.done = lot
        delivered = len(site.deliveries())
        assert delivered == at_cd[0], (delivered, at_cd)
        records, at_cd = counted(site, lot)
        assert records == [0, 0, 20, 0] and at_cd == [0, 0, 20], (records, at_cd)
        changes = changed(later(lot, 1), "EO_Usagers", "30/10/2023;;;MECS", "31/10/2023;;;MECS")
        records, at_cd = counted(site, changes)
        assert records[1] >= 1 and at_cd[1] == 1 and at_cd[0] == 0, (records, at_cd)
        refused = site.run("send", "eo", site.folder / "token", "--dry-run", check=False)
        assert refused.returncode == 1 and "CH-EXC-014" in refused.stderr, refused
        assert "EO_Usagers_{date:yyyyMMdd}.csv" in refused.stderr, refused
        two = site.run("send", "eo", *given(site, {**lot, **later(lot, 1)}), "--dry-run", check=False)
        assert two.returncode == 1 and "CH-EXC-015" in two.stderr, two
        told = site.run("send", "eo", *given(site, lot), "--dry-run")
        assert "ce lot est déjà traité" in told.stdout, told
        misspelt = site.run("send", "eeo", site.folder / "token", check=False)
        assert misspelt.returncode == 2 and "CH-CLI-027" in misspelt.stderr, misspelt
        part = site.run("send", "eo", next((site.folder / "given").glob("EO_Mesures*")), "--dry-run", check=False)
        assert part.returncode == 1 and "EO_Usagers" in part.stderr, part
        assert len(site.deliveries()) == delivered
        site.stop()
        site.verify()


def dry_run_sees_what_the_import_does():
    """of two files of one name the later counts; a child that stands on two rows counts once, or is refused"""
    lot = sample("small")
    usagers = next(name for name in lot if name.startswith("EO_Usagers"))
    head, first, *rest = lot[usagers].decode("windows-1252").splitlines(keepends=True)
    empty = {usagers: (head + first).encode("windows-1252")}
    twice = {**lot, usagers: (head + first + first + "".join(rest)).encode("windows-1252")}
    other = {**lot, usagers: (head + first + first.replace("30/10/2023", "31/10/2023") + "".join(rest)).encode("windows-1252")}
    with Site(eo_lot(), lot_route()) as site:
        site.start()

        def children(*files):
            _, route, _ = previewed(site, *files)
            return [route[key] for key in ("created", "changed", "same", "refused")]

        assert children(*given(site, empty, "first"), *given(site, lot)) == [20, 0, 0, 0], "the first of two files counted"
        last = children(*given(site, lot), *given(site, empty, "first"))
        assert last[0] == 1, last
        assert children(*given(site, twice)) == [20, 0, 0, 0]
        refused = children(*given(site, other))
        assert refused == [19, 0, 0, 2], refused
        site.drop(other)
        site.settled(len(lot))
        known = json.loads(site.run("records", "list", "--json").stdout)["records"]
        assert len(known) == 19, len(known)
        site.stop()


def dry_run_tells_what_would_wait():
    """the dry run says that max-change or the mode would hold what the lot makes, and so it is"""
    lot = sample("small")
    for trigger in ("change", "lot"):
        with Site(eo_lot(), lot_route(trigger, more=", max-change: 5")) as site:
            site.start()
            _, _, to = previewed(site, *given(site, lot))
            assert to["held"] and to["maxChange"] == "5" and to["known"] == 0 and to["mode"] == "live", to
            told = site.run("send", "eo", *given(site, lot), "--dry-run")
            assert "retenu" in told.stdout and "max-change" in told.stdout, told
            site.drop(lot)
            site.settled(len(lot))
            assert {one["state"] for one in site.deliveries()} == {"held"}, site.deliveries()
            one_cell = changed(later(lot, 1), "EO_Usagers", "30/10/2023;;;MECS", "31/10/2023;;;MECS")
            _, _, to = previewed(site, *given(site, one_cell))
            assert not to["held"] and to["changed"] + to["new"] == 1, to
            site.stop()
    for mode in ("hold", "shadow"):
        with Site(eo_lot(), lot_route(mode=mode)) as site:
            site.start()
            _, _, to = previewed(site, *given(site, lot))
            assert to["mode"] == mode and not to["held"], to
            assert f"mode {mode}" in site.run("send", "eo", *given(site, lot), "--dry-run").stdout
            site.stop()


main(again_and_changed, lot_trigger, restart_keeps_what_was_known, restart_keeps_an_incomplete_lot_waiting, a_person_gives_a_lot,
     presence, dry_run, dry_run_sees_what_the_import_does, dry_run_tells_what_would_wait)
