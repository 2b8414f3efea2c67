"""A gateway of its own for a test: configuration, keys, folders and the real binary, in a temporary folder."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(os.environ.get("CHARMILLE_SOURCE", Path(__file__).resolve().parents[2]))
BINARY = Path(os.environ.get("CHARMILLE_BINARY", SOURCE / "build/release/charmille"))
DATA = Path(os.environ.get("CHARMILLE_CONFORMANCE_DATA", SOURCE.parent / "shared/data"))
# A sanitized program is several times as slow.
PATIENCE = 4 if os.environ.get("CHARMILLE_SANITIZED") else 1
TOKEN = "a-token-that-is-long-enough-for-the-test"
FINAL = {"done", "rejected", "parked", "delivered", "held", "shadowed", "superseded", "cancelled"}

EO_FILES = ["Usagers", "Mesures", "Filiation", "Fratrie", "DroitsVisite", "Echeances", "Scolarite", "CouvertureSociale",
            "FicheSanitaire", "Transport", "Evenements", "CahierLiaison"]


def eo_lot(stable="100ms"):
    """The endpoint `eo`: a drop folder for lots of Eo exports."""
    files = "\n".join(
        f'        EO_{name}: {{pattern: "EO_{name}_{{date:yyyyMMdd}}.csv"{", required: true" if name == "Usagers" else ""}}}'
        for name in EO_FILES)
    return f"""
  eo:
    adapter: file
    partner: dui
    folder: in
    archive: archive
    reject: reject
    stable: {stable}
    format: {{csv: {{encoding: windows-1252, delimiter: ";"}}}}
    lot:
      files:
{files}
        EO_Presences: {{pattern: "EO_Presences_{{month:yyyyMM}}.csv"}}
      key: date
      complete: {{all: true, quiet: 2s}}
      coverage: snapshot
      wait: 1h
"""


def lot_route(trigger="change", mode="live", endpoint="cd99", file="P_{sequence}.csv", more=""):
    """The route `enfants`: from the endpoint `eo` to the department's placements; `more` goes into the destination."""
    return f"""
  enfants:
    from: eo
    mapping: eo/enfants
    input: EO_Usagers
    vars: {{departement: "99", periode: "{{month}}"}}
    to: [{{endpoint: {endpoint}, mapping: departement/placements, trigger: {trigger}, mode: {mode}, start: everything, file: "{file}"{more}}}]
"""


# Whatever a recipient may have of a record, as it is.
COPY = "mapping: test/copie\nfrom: child-record\nto: tree\ntemplate: \"{{ %context }}\"\n"

# A drop folder of plain CSV.
DEPOT = """
  depot:
    adapter: file
    partner: dui
    folder: in
    archive: archive
    reject: reject
    stable: 50ms
    format: {csv: {encoding: utf-8, delimiter: ";"}}
"""

PUSH = """
  push: {adapter: http, partner: dui, format: json}
"""


def push_route(to="endpoint: cd99, mapping: departement/placements, file: '{delivery}.csv'"):
    """The route `push`: from the endpoint `push` (JSON of a child) to what `to` says."""
    return f"""
  push:
    from: push
    mapping: eo/enfant-json
    vars: {{departement: "99"}}
    to: [{{{to}, trigger: change, mode: live, start: everything}}]
"""


def measure_of(number):
    """The department's number of the measure of `pushed_child(number)`."""
    return f"99-K{number:06}"


def pushed_child(number=1, unit="A", finess="990001018"):
    """A child as a DUI pushes it."""
    return json.dumps({
        "finess": finess, "identifiant": f"K{number:06}", "dossier": f"2026-{number:06}", "numeroAse": f"A{number:06}",
        "nomNaissance": f"ESSAI{number:06}", "prenoms": ["Test"], "sexe": "F", "dateNaissance": "2015-03-04",
        "sejour": {"etablissement": "MECS", "unite": unit, "dateEntree": "2024-01-02", "lieuSecret": False},
        "mesures": [{"numero": f"M{number}", "numeroDepartement": measure_of(number), "nature": "Judiciaire",
                     "decideur": "Juge des enfants", "mesure": "Jugement en assistance éducative : placement à l'ASE",
                     "lieuSecret": False, "dateDecision": "2024-01-01", "dateDebut": "2024-01-02",
                     "dateEcheance": "2026-01-02"}]}).encode()


def push_headers(number):
    return {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", "Idempotency-Key": f"k-{number}"}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def format_of(endpoint, example="departement-mouvements"):
    """The `format` of an endpoint of an example, as text for another endpoint."""
    lines = (SOURCE / f"conf/examples/{example}.yaml").read_text().splitlines()
    begin = next(i for i in range(lines.index(f"  {endpoint}:") if f"  {endpoint}:" in lines else
                                  next(j for j, line in enumerate(lines) if line.startswith(f"  {endpoint}:")), len(lines))
                 if lines[i] == "    format:")
    end = next((i for i in range(begin + 1, len(lines)) if not lines[i].startswith("      ")), len(lines))
    return "\n".join(lines[begin:end])


def movements(example):
    """The department's feed, its format as an endpoint of the example writes it."""
    return f"""
  mouvements:
    adapter: file
    partner: cd99
    folder: mouvements
    archive: archive-mouvements
    reject: reject-mouvements
    stable: 0s
{format_of(example)}
"""


def movements_route(mapping, more=""):
    return f"""
  mouvements:
    from: mouvements
    mapping: {mapping}
    vars: {{departement: "99"{more}}}
    to: []
"""


MOVEMENTS = movements("mouvements-99")
MOVEMENTS_ROUTE = movements_route("departement/mouvements")


class Skip(Exception):
    """What the test needs is not on this machine."""


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(str(self.path))


class Site:
    def __init__(self, endpoints, routes, listen="", extra="", partners="", policies=(), mappings=None):
        """`partners`: more of them, as YAML; `policies`: names beside the department's; `mappings`: files {name: text}."""
        self.folder = Path(tempfile.mkdtemp(prefix="charmille-"))
        self.process = None
        self.log = self.folder / "log"
        for name in ("in", "archive", "reject", "out", "spool"):
            (self.folder / name).mkdir()
        (self.folder / "token").write_text(TOKEN)
        os.chmod(self.folder / "token", 0o600)
        login = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        for name, text in (mappings or {}).items():
            file = self.folder / "mappings" / f"{name}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.configuration = self.folder / "charmille.yaml"
        self.configuration.write_text(f"""
organisation: {{name: Association de test, id: test}}
environment: test
state: state
keys: {{master: {{file: master.key}}}}
{listen}
people: {{{login}: [operate, content.read, audit.read, identity.link, release.confidential]}}
partners:
{partners}  dui: {{recipient: dui, finess: ["990001018"], identity: [{{token: {{file: token}}}}]}}
  cd99: {{recipient: departement, department: "99"}}
mappings: [{SOURCE}/mappings{", mappings" if mappings else ""}]
policies: [{", ".join(f"{SOURCE}/conf/policies/{name}.yaml" for name in ("departement", *policies))}]
retry: {{first: 200ms, most: 2s}}
endpoints:{endpoints}
  cd99:
    adapter: file
    partner: cd99
    folder: out
    format: {{csv: {{encoding: utf-8, delimiter: ";"}}}}
routes:{routes}
{extra}""")
        self.run("keys", "init")

    def run(self, *arguments, check=True):
        result = subprocess.run([BINARY, *arguments, "-c", self.configuration], capture_output=True, text=True, check=False, timeout=120)
        assert result.returncode == 0 or not check, f"{arguments}: {result.returncode} {result.stdout[-2000:]}{result.stderr[-2000:]}"
        return result

    def start(self, wait=30, environment=None):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([BINARY, "serve", "-c", self.configuration], stdout=log, stderr=log,
                                            env={**os.environ, **(environment or {})})
        self.until(lambda: self.get("/health/ready") is not None, "ready", wait)

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            status = self.process.wait(60)
            self.process = None
            assert status == 0, f"serve ended with {status}: {self.tail()}"

    def kill(self):
        self.process.kill()
        self.process.wait(30)
        self.process = None

    def tail(self):
        return self.log.read_text(errors="replace")[-3000:]

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind and self.log.exists():
            print(self.tail(), file=sys.stderr)
        self.close()

    def get(self, path):
        """The JSON of an answer, or None when there is none."""
        try:
            connection = Unix(self.folder / "state/charmille.sock")
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status >= 400:
                return None
            return json.loads(body) if body else {}
        except (OSError, http.client.HTTPException):
            return None

    def exchanges(self, **filters):
        query = "&".join(f"{key}={value}" for key, value in {"limit": 1000, **filters}.items())
        answer = self.get(f"/v1/exchanges?{query}")
        assert answer is not None, "no list of exchanges: " + self.tail()
        return answer["exchanges"] if isinstance(answer, dict) else answer

    def report(self, exchange):
        return self.get(f"/v1/exchanges/{exchange}/report")

    def until(self, condition, what, seconds=30):
        deadline = time.monotonic() + seconds * PATIENCE
        while time.monotonic() < deadline:
            if condition():
                return
            if self.process and self.process.poll() is not None:
                raise AssertionError(f"the gateway ended with {self.process.returncode} while waiting: {what}\n{self.tail()}")
            time.sleep(0.03)
        raise AssertionError(f"not in time: {what}\n{self.tail()}")

    def drop(self, files, folder="in"):
        """Puts files {name: bytes} into a drop folder, each by a rename: none is seen half written."""
        for name, content in files.items():
            part = self.folder / folder / ".part"
            part.write_bytes(content)
            os.rename(part, self.folder / folder / name)

    def settled(self, count, seconds=60):
        """Waits until `count` inbound exchanges are final and nothing else is under way."""
        def quiet():
            everything = self.exchanges()
            inbound = [one for one in everything if one["direction"] == "in"]
            return len(inbound) >= count and all(one["state"] in FINAL for one in everything)
        try:
            self.until(quiet, f"{count} payloads settled", seconds)
        except AssertionError:
            for one in self.exchanges():
                if one["state"] not in FINAL:
                    print("not settled:", one, file=sys.stderr)
            print(len(self.exchanges(direction="in")), "inbound; left in the folder:", os.listdir(self.folder / "in"), file=sys.stderr)
            raise

    def deliveries(self):
        return [one for one in self.exchanges() if one["direction"] == "out"]

    def out_files(self):
        return sorted(path for path in (self.folder / "out").iterdir() if not path.name.startswith("."))

    def verify(self):
        result = self.run("audit", "verify", check=False)
        assert result.returncode == 0, "audit verify: " + result.stdout + result.stderr


def sample(size):
    folder = DATA / "ase" / size / "eo"
    if not folder.is_dir():
        raise Skip(f"{folder} is absent")
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


def main(*tests):
    """Runs the tests in order; exits with 77 when the data is absent."""
    failed = 0
    for test in tests:
        try:
            test()
            print(f"ok      {test.__doc__ or test.__name__}", flush=True)
        except Skip as reason:
            print(f"skipped {test.__doc__ or test.__name__}: {reason}")
            sys.exit(77)
        except Exception as error:  # the next test still runs
            failed += 1
            import traceback
            traceback.print_exc()
            print(f"FAILED  {test.__doc__ or test.__name__}: {error}", flush=True)
    sys.exit(1 if failed else 0)
