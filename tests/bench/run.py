#!/usr/bin/env python3
"""The figures of the limits, one command: tests/bench/run.py [--seconds 60] [--csv-mb 1024] [push lot csv rest growth]

Prints each figure with the machine it was measured on. Build first: scripts/build release."""

import argparse
import json
import os
import platform
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
import grown  # noqa: E402
from site_of import MOVEMENTS, MOVEMENTS_ROUTE, PUSH, SOURCE, TOKEN, Site, Skip, eo_lot, free_port, lot_route, push_route, sample  # noqa: E402

BUILD = SOURCE / "build/release"


def status(pid, field):
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+)", text).group(1))


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    print(f"machine: {os.cpu_count()} cores, {model.group(1) if model else platform.machine()}, "
          f"{int(memory.group(1)) // 2**20} GiB, load {os.getloadavg()[0]:.1f}", flush=True)


def push(arguments):
    """HTTP push -> durable -> mapping -> HTTP POST to a sink, concurrency 16."""
    port, sink_port = free_port(), free_port()
    endpoints = PUSH + f"""
  sink: {{adapter: http, partner: cd99, url: "http://127.0.0.1:{sink_port}/in", format: json}}
"""
    body = json.dumps({
        "finess": "990001018", "identifiant": "B{id}", "dossier": "2026-{id}", "numeroAse": "V{id}", "nomNaissance": "ESSAI",
        "prenoms": ["Test", "Deux"], "prenomUsuel": "Test", "sexe": "F", "dateNaissance": "2015-03-04", "codeInsee": "62969",
        "lieuNaissance": "Commune fictive",
        "sejour": {"etablissement": "MECS Les Trois Tilleuls", "unite": "Le Phare", "dateEntree": "2024-01-02", "lieuSecret": False},
        "mesures": [{"numero": "M{id}", "numeroDepartement": "99-D{id}", "mesure": "Jugement en assistance éducative : placement à l'ASE",
                     "nature": "Judiciaire", "decideur": "Juge des enfants", "dateDecision": "2024-01-01", "dateDebut": "2024-01-02",
                     "dateEcheance": "2026-01-02", "lieuSecret": False}]}, ensure_ascii=False)
    print(f"push: body of {len(body.encode())} bytes, {arguments.seconds} s, concurrency 16")
    sink = subprocess.Popen([BUILD / "tests/bench/bench_sink", str(sink_port)], stdout=subprocess.PIPE, text=True)
    try:
        with Site(endpoints, push_route("endpoint: sink, mapping: departement/placements"), f"listen: {{address: 127.0.0.1:{port}, tls: none}}") as site:
            template = site.folder / "body.json"
            template.write_text(body)
            site.start()
            before = cpu_seconds(site.process.pid)
            load = subprocess.run([BUILD / "tests/bench/bench_load", f"http://127.0.0.1:{port}/v1/endpoints/push", "--body",
                                   str(template), "--token", TOKEN, "--seconds", str(arguments.seconds), "--concurrency", "16"],
                                  capture_output=True, text=True, check=True)
            used = cpu_seconds(site.process.pid) - before
            print(load.stdout.strip())
            accepted = int(re.search(r"accepted[ =:]+(\d+)", load.stdout).group(1))
            started = time.monotonic()
            site.until(lambda: not [one for one in site.exchanges(limit=1000)
                                    if one["state"] in ("received", "processing", "queued", "sending", "deferred")],
                       "everything delivered", 300)
            print(f"backlog drained {time.monotonic() - started:.1f} s after the end")
            print(f"gateway: {used / accepted * 1000:.3f} ms of processor time an exchange, {status(site.process.pid, 'VmRSS') // 1024} MiB")
            site.stop()
            site.verify()
    finally:
        sink.send_signal(signal.SIGTERM)
        out, _ = sink.communicate(timeout=10)
        print("sink:", out.strip())
    print("for comparison, the store alone (raw SQLite: group commit of the same bytes, nothing else):")
    store = subprocess.run([BUILD / "tests/bench/store_bench", "--seconds", "5"], capture_output=True, text=True, check=True)
    print("".join(f"  {line}\n" for line in (store.stdout + store.stderr).splitlines()), end="")


def lot(_):
    """The lot of 2,000 children: drop to durable statements, and to the last delivery."""
    files = sample("medium")
    with Site(eo_lot("0s"), lot_route(file="{delivery}.csv")) as site:
        site.start()
        started = time.monotonic()
        site.drop(files)
        site.until(lambda: [one for one in site.exchanges(direction="in", limit=20) if one["state"] == "done"], "statements", 120)
        statements = time.monotonic() - started
        site.until(lambda: not [one for one in site.exchanges(direction="out", limit=1000)
                                if one["state"] in ("queued", "sending", "deferred")], "deliveries", 120)
        everything = time.monotonic() - started
        print(f"lot of 2,000 children: durable statements {statements:.2f} s, last delivery {everything:.2f} s, "
              f"{len(site.out_files())} files, {status(site.process.pid, 'VmHWM') // 1024} MiB at most")
        site.stop()
        site.verify()


CSV_ENDPOINT = """
  usagers: {adapter: file, partner: dui, folder: in, archive: archive, reject: reject, stable: 0s,
            max-size: 4GiB, format: {csv: {encoding: utf-8, delimiter: ";"}}}
"""
CSV_ROUTE = """
  usagers:
    from: usagers
    mapping: eo/enfants
    vars: {departement: "99"}
    to: [{endpoint: cd99, mapping: departement/placements, trigger: lot, mode: live, start: everything, file: "P_{sequence}.csv"}]
"""


def csv(arguments):
    """A large CSV without joins through serve: memory."""
    header = sample("small")["EO_Usagers_20260630.csv"].decode("windows-1252").splitlines()[0]
    note = "Texte libre qui ne sort pas. " * 65
    with Site(CSV_ENDPOINT, CSV_ROUTE) as site:
        rows = 0
        path = site.folder / "spool" / "grand.csv"
        with open(path, "w", encoding="utf-8", newline="") as out:
            out.write(header + "\r\n")
            while out.tell() < arguments.csv_mb * 2**20:
                rows += 1
                out.write(f"2026-{rows};G{rows:07};ESSAI;;Test;Test;F;06/08/2015;Commune fictive;62969;Française;;;Provisoire;;30/10/2023;;;"
                          f"MECS;990001018;Le Phare;M. Test;;181,90;N;{note};\r\n")
        size = path.stat().st_size
        site.start()
        started = time.monotonic()
        os.rename(path, site.folder / "in" / "grand.csv")
        site.until(lambda: [one for one in site.exchanges(direction="in") if one["state"] in ("done", "rejected", "parked")], "import", 3600)
        took = time.monotonic() - started
        one = site.exchanges(direction="in")[0]
        print(f"csv of {size / 2**20:.0f} MiB, {rows} rows: {one['state']}, {took:.0f} s, "
              f"{status(site.process.pid, 'VmHWM') // 1024} MiB at most", flush=True)
        site.stop()


def rest(_):
    """Memory at rest, and how soon serve is ready on an empty store."""
    with Site(CSV_ENDPOINT, CSV_ROUTE) as site:
        site.start()
        time.sleep(2)
        ready = re.search(r"ready .*ms=(\d+)", site.log.read_text())
        print(f"at rest: {status(site.process.pid, 'VmRSS') // 1024} MiB; ready after {ready.group(1)} ms")
        site.stop()


def growth(arguments):
    """Both feeds of an invented department, in and matched, at growing sizes: time and memory."""
    for count in arguments.children:
        files, movements = grown.children(count)
        with Site(eo_lot("0s") + MOVEMENTS, lot_route("lot", "shadow") + MOVEMENTS_ROUTE, extra="identity: {match-by-traits: true}\n") as site:
            for folder in ("mouvements", "archive-mouvements", "reject-mouvements"):
                (site.folder / folder).mkdir()
            site.start()
            started = time.monotonic()
            site.drop(files)
            site.drop({"CD99_ASE_MVT_20260630.csv": movements}, "mouvements")
            site.until(lambda: ended(site, len(files) + 1), "both feeds", 1200)
            took = time.monotonic() - started
            used, most = cpu_seconds(site.process.pid), status(site.process.pid, "VmHWM") // 1024
            known, links = count_records(site), len(site.get("/v1/links?state=linked&limit=1")["links"])
            state = sum(path.stat().st_size for path in (site.folder / "state").rglob("*") if path.is_file()) // 2**20
            print(f"growth: {count:6} children, both feeds in and matched {took:6.1f} s ({took / count * 1000:.2f} ms each), "
                  f"{used:.1f} s of processor time, {most} MiB at most, {known} records, store {state} MiB", flush=True)
            assert known == count and links, (known, count)
            site.stop()


def ended(site, files):
    done = site.exchanges(direction="in", limit=files + 5)
    assert not [one for one in done if one["state"] in ("parked", "rejected")], done
    return len([one for one in done if one["state"] == "done"]) == files


def count_records(site):
    total, after = 0, ""
    while True:
        page = site.get(f"/v1/records?limit=1000{after}")
        total += len(page["records"])
        if not page.get("next"):
            return total
        after = f"&after={page['next']}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--csv-mb", type=int, default=1024)
    parser.add_argument("--children", type=int, nargs="+", default=[2000, 5000, 10000, 20000])
    parser.add_argument("what", nargs="*", default=["rest", "lot", "push", "csv", "growth"])
    arguments = parser.parse_args()
    machine()
    for name in arguments.what:
        try:
            {"push": push, "lot": lot, "csv": csv, "rest": rest, "growth": growth}[name](arguments)
        except Skip as reason:
            print(f"{name}: skipped, {reason}")


main()
