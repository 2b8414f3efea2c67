"""The order in which feeds arrive does not matter: any interleaving of three Eo lots and three of the department ends in
the same records."""

import json
import os
import random
import re

from records_test import MOVEMENTS, MOVEMENTS_ROUTE, records
from site_of import DATA, Site, Skip, eo_lot, lot_route, main, sample

RUNS = int(os.environ.get("CHARMILLE_INTERLEAVINGS", "5"))


def eo_lots():
    """Three days: as it is; one child moved to another unit, another's measure gone; a third one no longer in the list."""
    first = sample("small")
    lots = {}
    for day in (1, 2, 3):
        lot = {re.sub(r"_20260630", f"_202607{day:02}", name): content for name, content in first.items()}
        users = f"EO_Usagers_202607{day:02}.csv"
        lines = lot[users].decode("windows-1252").splitlines(keepends=True)
        if day >= 2:
            lines[1] = lines[1].replace("MECS Les Trois Tilleuls", "MECS Les Quatre Tilleuls")
            measures = f"EO_Mesures_202607{day:02}.csv"
            kept = lot[measures].decode("windows-1252").splitlines(keepends=True)
            lot[measures] = "".join(kept[:-1]).encode("windows-1252")
        if day == 3:
            gone = next(i for i, line in enumerate(lines) if "E01133" in line)
            del lines[gone]
        lot[users] = "".join(lines).encode("windows-1252")
        lots[f"eo{day}"] = lot
    return lots


def trailer(lines):
    """The last line, with what the lines before it come to."""
    cells = lines[-1].split(";")
    cells[3] = f"{len(lines):08}"
    for place, code in enumerate(("10", "11", "20", "30", "40", "50", "60", "70"), 4):
        cells[place] = f"{sum(line.startswith(code + ';') for line in lines):06}"
    cells[12] = f"{sum(len(line) for line in lines[1:-1]) % 10**9:09}"
    return ";".join(cells)


def movements():
    """Three days of the department: as it is; a decision that ended; a child whom it no longer follows."""
    first = (DATA / "ase/small/cd/CD99_ASE_MVT_20260630.csv").read_bytes().decode("iso-8859-15").split("\r\n")[:-1]
    lots = {}
    for day in (1, 2, 3):
        lines = [line.replace("LOT000123", f"LOT00020{day}") for line in first]
        lines[0] = lines[0].replace("20260630", f"202607{day:02}")
        if day >= 2:
            at = next(i for i, line in enumerate(lines) if line.startswith("20;") and line.split(";")[11] == "99991231")
            cells = lines[at].split(";")
            cells[11], cells[12] = "20260701", "05"
            lines[at] = ";".join(cells)
        if day == 3:
            child = next(line.split(";")[1] for line in reversed(lines) if line.startswith("10;"))
            lines = [line for line in lines if f";{child};" not in line]
        lines[-1] = trailer(lines)
        lots[f"cd{day}"] = {f"CD99_ASE_MVT_202607{day:02}.csv": ("\r\n".join(lines) + "\r\n").encode("iso-8859-15")}
    return lots


def end_of(order, lots):
    with Site(eo_lot(stable="50ms") + MOVEMENTS, lot_route("lot", "shadow") + MOVEMENTS_ROUTE,
              extra="identity: {match-by-traits: true}\n") as site:
        for folder in ("mouvements", "archive-mouvements", "reject-mouvements"):
            (site.folder / folder).mkdir()
        site.start()
        count = 0
        for feed in order:
            count += len(lots[feed])
            site.drop(lots[feed], "in" if feed.startswith("eo") else "mouvements")
            site.settled(count, 60)
        bad = [one for one in site.exchanges(direction="in") if one["state"] != "done"]
        assert not bad, bad
        held = sorted(json.dumps(record, ensure_ascii=False, sort_keys=True) for record in records(site))
        links = sorted((one["state"], one["rule"]) for one in site.get("/v1/links?state=all&limit=1000")["links"])
        site.stop()
        return held, links


def any_order():
    """any interleaving of the feeds ends in the same records and the same links"""
    if not (DATA / "ase/small").is_dir():
        raise Skip("the sample data is absent")
    lots = {**eo_lots(), **movements()}
    feeds = sorted(lots)
    seed = int(os.environ.get("CHARMILLE_SEED", random.randrange(10**6)))
    shuffled = random.Random(seed)
    first = end_of(feeds, lots)
    assert len(first[0]) == 20 and all(state == "linked" for state, _ in first[1]), first[1]
    for run in range(RUNS):
        order = shuffled.sample(feeds, len(feeds))
        got = end_of(order, lots)
        assert got == first, (f"seed {seed}, run {run}: {order}",
                              [pair for pair in zip(got[0], first[0]) if pair[0] != pair[1]][:1], got[1], first[1])
    print(f"{RUNS} interleavings, seed {seed}: the same {len(first[0])} records, {len(first[1])} links")


if __name__ == "__main__":
    main(any_order)
