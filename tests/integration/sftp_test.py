"""Lots taken from, and files put on, a real OpenSSH server, through the whole gateway."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from site_of import PUSH, SOURCE, Site, Skip, eo_lot, lot_route, main, push_route, pushed_child, sample

BED = SOURCE / "tests/testbed"


class Server:
    """sshd as tests/testbed/start-sftp.sh starts it."""

    def __init__(self, **environment):
        if not Path("/usr/sbin/sshd").exists() or not shutil.which("ssh-keygen"):
            raise Skip("openssh-server is not installed")
        self.work = Path(tempfile.mkdtemp(prefix="charmille-sftp-"))
        self.start(**environment)

    def start(self, **environment):
        port = self.text("port")
        subprocess.run([BED / "start-sftp.sh", self.work, *([port] if port else [])], check=True,
                       env={**os.environ, **environment}, timeout=120)

    def text(self, name):
        path = self.path(name)
        return path.read_text().strip() if path.exists() else ""

    def path(self, name):
        return self.work / "sftp" / name

    def endpoint(self, name, partner, folder, more="", fingerprint="host_key.fp", key="client_key"):
        return f"""
  {name}:
    adapter: sftp
    partner: {partner}
    host: 127.0.0.1
    port: {self.text("port")}
    user: {os.environ.get("USER") or "root"}
    host-keys: ["{self.text(fingerprint)}"]
    key: {{file: {self.path(key)}}}
    folder: {folder}
    {more}
"""

    def drop(self, files, folder="in"):
        """Puts files {name: bytes}, each by a rename."""
        for name, content in files.items():
            part = self.path(f"data/{folder}/.part")
            part.write_bytes(content)
            os.rename(part, self.path(f"data/{folder}/{name}"))

    def names(self, folder):
        path = self.path(f"data/{folder}")
        return sorted(one.name for one in path.iterdir() if one.is_file()) if path.is_dir() else []

    def sessions(self):
        found = subprocess.run(["pgrep", "-P", self.text("sftp.pid")], capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]

    def stop(self):
        subprocess.run([BED / "stop.sh", self.work], check=True, timeout=60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.work, ignore_errors=True)


def eo_by_sftp(server, more=""):
    """The endpoint `eo` of site_of, over SFTP."""
    lot = eo_lot().partition("    format:")
    return server.endpoint("eo", "dui", "in", f"interval: 300ms\n    stable: 200ms\n    {more}") + lot[1] + lot[2]



def sink(server, more="", **settings):
    return server.endpoint("sink", "cd99", "out", f'format: {{csv: {{encoding: utf-8, delimiter: ";"}}}}\n    timeout: 5s\n    {more}',
                           **settings)


def push_site(endpoint):
    return Site(PUSH + endpoint, push_route("endpoint: sink, mapping: departement/placements, file: '{delivery}.csv'"))


def send(site, number=1, unit="A"):
    path = site.folder / "child.json"
    path.write_bytes(pushed_child(number, unit))
    site.run("send", "push", path)


def whole_way():
    """a lot lies on one server, its placements on another, as from folders"""
    lot = sample("small")
    with Server() as server:
        with Site(eo_by_sftp(server) + sink(server), lot_route("lot", endpoint="sink")) as site:
            site.start()
            server.drop(lot)
            site.settled(len(lot))
            site.until(lambda: server.names("out"), "the placements")
            site.until(lambda: server.names("in") == [], "an empty folder")
            archived = [name for name in server.names("in/archive") if not name.endswith((".txt", ".json"))]
            assert len(archived) == len(lot), archived
            assert len(server.names("out")) == 1 and not server.names("in/reject"), server.names("out")
            by_sftp = server.path("data/out").joinpath(server.names("out")[0]).read_bytes()
            site.stop()
            site.verify()
            secrets = server.path("client_key").read_text().splitlines()[1:-1]
            log = site.log.read_text(errors="replace")
            assert not any(line in log for line in secrets) and "EO_" not in log, "the log tells too much"
    with Site(eo_lot(), lot_route("lot")) as site:
        site.start()
        site.drop(lot)
        site.settled(len(lot))
        site.until(site.out_files, "the placements")
        assert site.out_files()[0].read_bytes() == by_sftp
        site.stop()


def killed_between_commit_and_move():
    """the gateway is killed with accepted files that could not be moved: it moves them at its next start and imports nothing twice"""
    lot = sample("small")
    with Server() as server, Site(eo_by_sftp(server, 'archive: "../out/wall/archive"'), lot_route("lot")) as site:
        wall = server.path("data/out/wall")
        wall.write_bytes(b"")  # a file where the archive's folder should be
        site.start()
        server.drop(lot)
        site.settled(len(lot))
        site.until(lambda: "sftp.not-filed" in site.tail(), "the move that fails")
        site.kill()
        wall.unlink()
        wall.mkdir()
        site.start()
        site.until(lambda: server.names("in") == [], "the moves")
        site.settled(len(lot))
        assert len(site.exchanges(direction="in")) == len(lot)
        assert len(server.names("out/wall/archive")) >= len(lot)
        site.stop()
        site.verify()


def killed_at_random():
    """killed again and again while it takes files: each is imported once"""
    count = 30
    with Server() as server, Site(server.endpoint("push", "dui", "in", "interval: 100ms\n    stable: 50ms\n    format: json"),
                                  push_route()) as site:
        server.drop({f"{number:03}.json": pushed_child(number) for number in range(count)})
        seen = []
        for moment in (0.15, 0.2, 0.25, 0.3):
            site.start()
            time.sleep(moment)
            site.kill()
            seen.append(len(server.names("in/archive")))
        site.start()
        site.settled(count)
        site.until(lambda: server.names("in") == [], "an empty folder")
        inbound = site.exchanges(direction="in")
        assert len(inbound) == count and all(one["state"] == "done" for one in inbound), len(inbound)
        site.until(lambda: len(site.out_files()) == count, "the deliveries")
        assert len(server.names("in/archive")) == count, server.names("in/archive")
        print(f"        archived at each kill: {seen}")
        site.stop()
        site.verify()


def wrong_host_key():
    """a server that shows another key gets nothing, and the delivery waits for a person; with both keys pinned it leaves"""
    with Server() as server, push_site(sink(server, fingerprint="other.fp")) as site:
        site.start()
        send(site)
        site.until(lambda: any(one["state"] in ("held", "parked") for one in site.deliveries()), "the hold")
        one = site.deliveries()[0]
        assert one["fault"]["code"] == "CH-SFTP-001" if isinstance(one.get("fault"), dict) else "CH-SFTP-001" in str(one), one
        assert "Accepted publickey" not in server.text("sshd.log") and server.names("out") == []
        told = site.run("exchanges", "show", one["id"], check=False)
        assert server.text("host_key.fp") in told.stdout + told.stderr, told.stdout + told.stderr
        world = site.run("check", "--world", check=False)
        assert "CH-SFTP-001" in world.stdout + world.stderr and "quelqu'un se fait passer" in world.stdout + world.stderr, world
        site.stop()
        text = site.configuration.read_text()
        site.configuration.write_text(text.replace('host-keys: ["', f'host-keys: ["{server.text("host_key.fp")}", "'))
        site.start()
        site.run("exchanges", "replay", one["id"], "--reason", "clé ajoutée")
        site.until(lambda: len(server.names("out")) == 1, "the delivery")
        site.stop()


def wrong_user_key():
    """a key of ours that the server does not know: held, with its code"""
    with Server() as server, push_site(sink(server, key="other_key")) as site:
        site.start()
        send(site)
        site.until(lambda: "CH-SFTP-003" in str(site.deliveries()), "the refusal")
        site.stop()


def read_only():
    """a server that may only be read: every file is imported once, and a delivery waits for a person"""
    with Server(RO="1") as server:
        source = server.endpoint("push", "dui", "in", "interval: 200ms\n    stable: 100ms\n    format: json")
        with Site(source + sink(server), push_route("endpoint: sink, mapping: departement/placements, file: '{delivery}.csv'")) as site:
            server.drop({"1.json": pushed_child(1)})
            site.start()
            site.until(lambda: "CH-SFTP-005" in str(site.deliveries()), "the refusal")
            time.sleep(1)
            assert len(site.exchanges(direction="in")) == 1
            site.kill()
            site.start()
            time.sleep(1)
            assert len(site.exchanges(direction="in")) == 1 and server.names("in") == ["1.json"]
            site.stop()


def server_dies():
    """the session is killed while deliveries leave, again and again: each arrives once, whole"""
    with Server() as server, push_site(sink(server)) as site:
        site.start()
        count = 12
        for number in range(count):
            send(site, number)
            for pid in server.sessions():
                os.kill(pid, signal.SIGKILL)
        def whole():  # a file on its way has another name
            return [name for name in server.names("out") if not name.startswith(".")]

        site.until(lambda: len(whole()) == count, "the deliveries", 60)
        for name in whole():
            assert server.path("data/out").joinpath(name).read_text("utf-8").count("\n") == 2, name
        server.stop()
        send(site, count)
        time.sleep(1)
        server.start()
        site.until(lambda: len(whole()) == count + 1, "the one that waited", 60)
        site.stop()
        site.verify()


def large_file():
    """a file of 100 MB passes in bounded memory"""
    size = 100 * 1024 * 1024
    with Server() as server, Site(eo_by_sftp(server), lot_route()) as site:
        name = "EO_CahierLiaison_20260630.csv"
        line = b"Identifiant;Texte\r\n"
        server.drop({name: line + (b"E000001;" + b"x" * 1014 + b"\r\n") * (size // 1024)})
        site.start()
        before = memory(site, "VmRSS")
        Path(f"/proc/{site.process.pid}/clear_refs").write_text("5")  # the peak counts from here
        begun = time.monotonic()
        site.until(lambda: len(site.exchanges(direction="in")) == 1, "the large file", 120)
        took = time.monotonic() - begun
        grown = memory(site, "VmHWM") - before
        print(f"        {size >> 20} MiB in {took:.1f} s, {grown >> 20} MiB more memory at most")
        # A sanitizer keeps what was freed.
        assert grown < 48 << 20 or os.environ.get("CHARMILLE_SANITIZED"), f"{grown >> 20} MiB"
        site.stop()


def memory(site, what):
    """Of the gateway, in bytes: VmRSS now, VmHWM at most."""
    for line in Path(f"/proc/{site.process.pid}/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"no {what}")


main(whole_way, killed_between_commit_and_move, killed_at_random, wrong_host_key, wrong_user_key, read_only, server_dies,
     large_file)
