"""A loss of power at every sync of the whole gateway: drop folder in, HTTP in, files out. What was promised stands afterwards.

The gateway and its partner run under the shim of powerloss/ (README there). For each moment the folder is rebuilt as the machine would
find it, the gateway is started on it, and everything promised by then must reach the department once, with an audit log that verifies.
CHARMILLE_MOMENTS says how many moments are looked at, evenly spread (all: every one)."""

import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
from site_of import (FINAL, PUSH, SOURCE, Site, eo_lot, free_port, lot_route, main, measure_of, push_headers,  # noqa: E402
                     push_route, pushed_child)

SHIM = os.environ["POWERLOSS_SHIM"]
REPLAY = os.environ["POWERLOSS_REPLAY"]
MOMENTS = os.environ.get("CHARMILLE_MOMENTS", "16")
PUSHES = 6


def drive(port, folder):
    """The partner: drops the demonstration's export, durably, and pushes children; notes each promise that it was given."""
    marks = open(os.environ["POWERLOSS_MARKS"], "ab", buffering=0)
    drop = Path(folder) / "in"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def push(number):
        connection.request("POST", "/v1/endpoints/push", pushed_child(number, finess="990042103"), push_headers(number))
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 202, answer.status
        marks.write(f"pushed {number}".encode())

    for number in range(PUSHES // 2):
        push(number)
    inbox = os.open(drop, os.O_RDONLY)
    for path in sorted((SOURCE / "conf/demo/eo").glob("*.csv")):
        with open(drop / ".part", "wb") as out:
            out.write(path.read_bytes())
            out.flush()
            os.fsync(out.fileno())
        os.rename(drop / ".part", drop / path.name)
    os.fsync(inbox)
    marks.write(b"dropped the lot")
    for number in range(PUSHES // 2, PUSHES):
        push(number)
        time.sleep(0.05)


def delivered(site):
    """The lines at the department, without headers: each with the files that hold it."""
    lines = {}
    for path in site.out_files():
        for line in path.read_text("utf-8").splitlines()[1:]:
            lines.setdefault(line, set()).add(path.name)
    return lines


def key(line):
    """What of a line does not depend on when it was made."""
    return ";".join(line.split(";")[1:4])


def quiet(site, promises):
    states = [one["state"] for one in site.exchanges()]
    if any(state not in FINAL and not (state == "waiting" and "dropped the lot" not in promises) for state in states):
        return False
    return not [path for path in (site.folder / "in").iterdir() if not path.name.startswith(".")]


class Ran:
    """One run under the shim, and the folder as it was before."""

    def __init__(self, site, port):
        self.site = site
        self.scratch = Path(tempfile.mkdtemp(prefix="charmille-power-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
        self.base = self.scratch / "base"
        shutil.copytree(site.folder, self.base)
        outside = self.scratch / "notes"
        environment = {"LD_PRELOAD": SHIM, "POWERLOSS_ROOT": str(site.folder), "POWERLOSS_LOG": str(outside),
                       "POWERLOSS_MARKS": str(self.scratch / "marks")}
        site.log = self.scratch / "log"
        site.start(environment=environment)
        subprocess.run([sys.executable, __file__, "drive", str(port), str(site.folder)], check=True, timeout=60,
                       env={**os.environ, **environment})
        site.until(lambda: quiet(site, ["dropped the lot"]), "everything settled", 60)
        site.stop()
        self.expected = delivered(site)
        self.notes = outside
        listing = subprocess.run([REPLAY, outside], capture_output=True, text=True, check=True).stdout
        self.moments = [(int(line.split("\t")[0]), line.split("\t")[1:]) for line in listing.splitlines()]

    def broken(self, moment, promises, *loss):
        """The promises that do not stand after a loss at that moment; starts the gateway on what is left."""
        site = self.site
        shutil.rmtree(site.folder)
        shutil.copytree(self.base, site.folder)
        subprocess.run([REPLAY, self.notes, str(moment), site.folder, *loss], check=True)
        try:
            site.start()
            site.until(lambda: quiet(site, promises), "everything settled", 30)
            known = len([one for one in site.exchanges(direction="in") if one["endpoint"] == "push"])
            site.stop()
            site.verify()
        except (AssertionError, subprocess.SubprocessError) as error:
            if site.process:
                site.kill()
            return [f"the gateway does not come back: {str(error)[:300]}"]
        found = {key(line): files for line, files in delivered(site).items()}
        wanted = {key(line) for line in self.expected if "99-K" not in line} if "dropped the lot" in promises else set()
        for promise in promises:
            if promise.startswith("pushed "):
                wanted |= {key(line) for line in self.expected if measure_of(int(promise[7:])) in line}
        faults = [f"lost: {one}" for one in wanted if one not in found]
        pushed = len([promise for promise in promises if promise.startswith("pushed ")])
        if known < pushed:
            faults.append(f"of {pushed} acknowledged pushes the log of exchanges knows {known}")
        return faults + [f"twice: {one} in {files}" for one, files in found.items() if len(files) > 1]

    def chosen(self):
        if MOMENTS == "all":
            return self.moments
        step = max(1, len(self.moments) // int(MOMENTS))
        return self.moments[step - 1::step]


def power_is_lost():
    """a loss of power at each sync: what was promised stands, and without the syncs it would not"""
    port = free_port()
    routes = lot_route(file="{delivery}.csv") + push_route()
    with Site(eo_lot("0s") + PUSH, routes, f"listen: {{address: 127.0.0.1:{port}, tls: none}}") as site:
        ran = Ran(site, port)
        try:
            promises = ran.moments[-1][1]
            assert len(promises) == PUSHES + 1, promises
            assert len([line for line in ran.expected if "99-K" in line]) == PUSHES and len(ran.expected) > PUSHES, ran.expected
            chosen = ran.chosen()
            for number, (moment, promises) in enumerate(chosen):
                for loss in [(), (f"seed={number}",)]:
                    faults = ran.broken(moment, promises, *loss)
                    assert not faults, f"moment {moment} {loss}: {faults}"
            print(f"{len(chosen)} of {len(ran.moments)} moments, twice each: every promise stands")
            end, promises = ran.moments[-1]
            for loss in ["files=state/charmille.db", "folder=state", "folder=out"]:
                faults = ran.broken(end, promises, loss)
                assert faults, f"without syncs ({loss}) nothing was lost: this test proves nothing"
                print(f"without syncs ({loss}): {len(faults)} broken, as it must be")
        finally:
            shutil.rmtree(ran.scratch, ignore_errors=True)


if sys.argv[1:2] == ["drive"]:
    drive(int(sys.argv[2]), sys.argv[3])
else:
    main(power_is_lost)
