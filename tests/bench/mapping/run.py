#!/usr/bin/env python3
"""The mapping beside its peers from npm, fhirpath.js and JSONata, in one run: tests/bench/mapping/run.py [--ours] [--keep FOLDER]

10,000 rows of 27 columns become records of 27 fields (rows.py). First every engine must make the same 10,000 records;
then the figures are printed. They are never asserted: they depend on the machine. Build first: scripts/build release."""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import rows

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[2]
PEERS = {"fhirpath": "fhirpath@3.18", "jsonata": "jsonata@2.2"}
ROWS, FILES = 10_000, 200
SKIPPED = 77


def skip(text):
    print(f"skipped: {text}")
    sys.exit(SKIPPED)


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} cores, {model.group(1) if model else platform.machine()}, load {os.getloadavg()[0]:.1f} before the run"


def install_peers(folder):
    """The peers in `folder`, beside nothing else; their versions."""
    if not (shutil.which("node") and shutil.which("npm")):
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            skip("node or npm is missing: apt-get install nodejs npm")
        print("installing the Debian packages nodejs and npm", flush=True)
        if subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "nodejs", "npm"], check=False).returncode != 0:
            skip("apt-get install nodejs npm failed")
    installed = subprocess.run(["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--silent", *PEERS.values()], check=False)
    if installed.returncode != 0:
        skip(f"npm install {' '.join(PEERS.values())} failed: is the registry reachable?")
    versions = {"node": subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()}
    for peer in PEERS:
        versions[peer] = json.loads((folder / "node_modules" / peer / "package.json").read_text())["version"]
    return versions


def write_inputs(folder):
    (folder / "rows.csv").write_text(rows.csv(ROWS), encoding="utf-8")
    (folder / "row.yaml").write_text(rows.mapping(), encoding="utf-8")
    (folder / "fields.json").write_text(json.dumps(rows.fields_of_peers()), encoding="utf-8")
    # Variants that share neither names nor literals: of the mapping above, and of our largest one (13 files to a child record).
    large = (SOURCE / "mappings/eo/enfants.yaml").read_text(encoding="utf-8")
    for beside in ("tables", "columns"):
        shutil.copytree(SOURCE / "mappings/eo" / beside, folder / "large" / beside, dirs_exist_ok=True)
    (folder / "small").mkdir(exist_ok=True)
    for number in range(FILES):
        small = rows.mapping().replace("bench/row", f"bench/row-{number}").replace("'Oui'", f"'Oui {number}'").replace("motif", f"motif_{number}")
        (folder / f"small/row-{number}.yaml").write_text(small, encoding="utf-8")
        variant = large.replace("eo/enfants", f"eo/enfants-{number}").replace("urn:charmille:", f"urn:charmille:{number}:")
        (folder / f"large/enfants-{number}.yaml").write_text(variant, encoding="utf-8")


def figure(*command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(str(part) for part in command)}")
    return float(done.stdout)


def check_equal(folder, names):
    """Every engine made the same records, field by field."""
    first, *others = [[json.loads(line) for line in (folder / f"{name}.ndjson").read_text(encoding="utf-8").splitlines()] for name in names]
    if len(first) != ROWS:
        sys.exit(f"{names[0]}: {len(first)} records instead of {ROWS}")
    for name, records in zip(names[1:], others):
        if len(records) != ROWS:
            sys.exit(f"{name}: {len(records)} records instead of {ROWS}")
        for number, (ours, theirs) in enumerate(zip(first, records), 1):
            for field in {*ours, *theirs}:
                if ours.get(field) != theirs.get(field):
                    sys.exit(f"record {number}, field {field}: {names[0]} {ours.get(field)!r}, {name} {theirs.get(field)!r}")
    print(f"first record, the same for all as are the {ROWS} (in {', '.join(names)}):\n{json.dumps(first[0], ensure_ascii=False)}\n")


def line(*cells):
    print(f"{cells[0]:<44}" + "".join(f"{cell:>16}" for cell in cells[1:]))


def rates(*figures):
    return [f"{value:,.0f}" for value in figures]


def print_table(ours, peers):
    """`ours`: figures by name; `peers`: {peer: {"row": records/s, "csv": records/s}}."""
    line("records/s", "ours", "fhirpath.js", "jsonata", "/ fhirpath.js", "/ jsonata")
    for title, kind, name in (("row to record, input parsed, 1 thread", "row", "row"),
                              ("CSV bytes to JSON bytes, ours 2 threads", "csv", "csv2"),
                              ("CSV bytes to JSON bytes, ours 1 thread", "csv", "csv1")):
        theirs = [each[kind] for each in peers.values()]
        line(title, *rates(ours[name], *theirs), *(f"{ours[name] / other:.1f} x" for other in theirs))
    line("aimed at, for the first two", "", "", "", ">= 20 x", ">= 30 x")
    print("peers from CSV to JSON, 1 thread: split at each ';' without quotes or checks, the expressions, JSON.stringify")
    print("measured in processor time of the one thread; ours with 2 threads by the clock, which means little on a busy machine")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--program", type=Path, default=SOURCE / "build/release/tests/bench/mapping_row", help="our side, built")
    parser.add_argument("--ours", action="store_true", help="without the peers: no node, no network")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="work there and leave the files, to profile or to look at")
    arguments = parser.parse_args()
    if not arguments.program.exists():
        sys.exit(f"{arguments.program} is missing: scripts/build release")
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        print(f"machine: {machine()}")
        write_inputs(folder)
        peers = {}
        if not arguments.ours:
            print("versions: " + ", ".join(f"{name} {version}" for name, version in install_peers(folder).items()), flush=True)
            peers = {peer: {kind: figure("node", HERE / "peer.js", folder, peer, kind) for kind in ("row", "csv")} for peer in PEERS}
        ours = {"row": figure(arguments.program, "row", folder), "csv1": figure(arguments.program, "csv", folder, 1),
                "csv2": figure(arguments.program, "csv", folder, 2)}
        loads = {size: figure(arguments.program, "load", folder / size, SOURCE / "schemas") for size in ("small", "large")}
        check_equal(folder, ["ours-row", "ours-csv", *(f"{peer}-{kind}" for peer in peers for kind in ("row", "csv"))])
        if peers:
            print_table(ours, peers)
        else:
            line("records/s: parsed row, CSV 1 and 2 threads", *rates(ours["row"], ours["csv1"], ours["csv2"]))
        line(f"load {FILES} mappings of 27 fields, ms", f"{loads['small']:.0f}", "aim: < 200")
        line(f"load {FILES} variants of eo/enfants, ms", f"{loads['large']:.0f}", "aim: < 200")


if __name__ == "__main__":
    main()
