"""Two gateways exchange TDDUI Bundles over mutual TLS, whatever dies; and a FHIR client that is not ours talks to one. The client comes
from npm: its test is skipped where that is not to be had."""

import http.server
import json
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from fhir_server_test import child
from site_of import PUSH, SOURCE, TOKEN, Site, Skip, free_port, main, push_route, pushed_child


def make_pki():
    folder = Path(tempfile.mkdtemp(prefix="charmille-pki-"))
    subprocess.run([SOURCE / "certs/make-dev-pki.sh", folder], check=True, capture_output=True, timeout=60)
    return folder


class Pair:
    """`association` sends what is pushed to it to `departement`, whose FHIR endpoint knows it by its certificate."""

    def __init__(self, content="", client="client"):
        self.pki, self.foreign = make_pki(), make_pki()
        port = free_port()
        self.url = f"https://localhost:{port}/fhir/dossiers"
        self.departement = Site("""
  dossiers: {adapter: fhir, partner: association}
""", """
  dossiers: {from: dossiers, mapping: tddui/lire-dossier, vars: {logiciel: eo}, to: []}
""", listen=f"""listen:
  address: 127.0.0.1:{port}
  tls: {{certificate: {self.pki}/server.pem, key: {{file: {self.pki}/server.key}}, client-ca: {self.pki}/ca.pem}}""",
                                partners="""  association: {recipient: dui, finess: ["990001018"], identity: [{certificate: {san: dui-eo.demo.invalid}}]}
""")
        ours = self.foreign if client == "foreign" else self.pki
        certificate = "" if client == "none" else f", certificate: {ours}/client.pem, key: {ours}/client.key"
        self.association = Site(PUSH + f"""
  departement: {{adapter: fhir, partner: cd99, url: "https://localhost:{port}/fhir/dossiers", ca: {self.pki}/ca.pem{certificate},
    timeout: 5s, format: {{json: {{each: false}}}}{content}}}
""", push_route("endpoint: departement, mapping: tddui/dossier, vars: {finess: '990001018'}"))

    def asked(self, bundle):
        """The entries of the department's answer to a transaction of ours."""
        context = ssl.create_default_context(cafile=self.pki / "ca.pem")
        context.load_cert_chain(self.pki / "client.pem", self.pki / "client.key")
        request = urllib.request.Request(self.url, json.dumps(bundle).encode(), {"Content-Type": "application/fhir+json"})
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            return json.loads(answer.read())["entry"]

    def __enter__(self):
        self.departement.start()
        self.association.start()
        return self.association, self.departement

    def __exit__(self, kind, *rest):
        self.association.__exit__(kind, *rest)
        self.departement.__exit__(kind, *rest)
        for folder in (self.pki, self.foreign):
            shutil.rmtree(folder, ignore_errors=True)


def send(gateway, number, unit="A"):
    path = gateway.folder / "child.json"
    path.write_bytes(pushed_child(number, unit))
    gateway.run("send", "push", path)


def states(gateway):
    return sorted(one["state"] for one in gateway.deliveries())


def a_child_crosses():
    """what the association knows and may tell is in the department's record, under the child's own number"""
    with Pair() as (association, departement):
        send(association, 1)
        association.until(lambda: states(association) == ["delivered"], "the delivery")
        assert [one["state"] for one in departement.exchanges()] == ["done"], departement.exchanges()
        child_here = departement.get("/v1/records")["records"][0]["id"]
        record = json.loads(departement.run("records", "show", child_here, "--reason", "test", "--json").stdout)
        text = json.dumps(record)
        assert "urn:charmille:dui:990001018:eo" in text and "K000001" in text, text
        assert "ESSAI000001" in text and "2015-03-04" in text and "99-K000001" in text, text
        send(association, 1, "B")  # a change: what is there already is not made again
        association.until(lambda: states(association) == ["delivered"] * 2, "the change")
        assert len(departement.get("/v1/records")["records"]) == 1
        for gateway in (association, departement):
            gateway.stop()
            gateway.verify()


def it_crosses_in_xml():
    """the same, in XML on the wire"""
    with Pair(content=", content: xml") as (association, departement):
        send(association, 1)
        association.until(lambda: states(association) == ["delivered"], "the delivery")
        assert len(departement.get("/v1/records")["records"]) == 1


def one_of_each_whatever_dies():
    """both gateways are killed again and again: every child arrives, and each resource is there once"""
    count = 10
    pair = Pair()
    with pair as (association, departement):
        for number in range(1, count + 1):
            send(association, number)
            if number % 3 == 1:
                departement.kill()
                departement.start()
            if number % 3 == 2:
                association.kill()
                association.start()
        association.until(lambda: states(association) == ["delivered"] * count, "every delivery", 90)
        assert len(departement.get("/v1/records")["records"]) == count
        for number in range(1, count + 1):  # 412 where there are two, 201 where there is none
            assert [one["response"]["status"] for one in pair.asked(child(number, only="Patient"))] == ["200 OK"], number
        for gateway in (association, departement):
            gateway.stop()
            gateway.verify()


def who_is_not_known_is_refused():
    """without a certificate, or with that of another authority, nothing is taken, and a person is asked to look"""
    for client in ("none", "foreign"):
        with Pair(client=client) as (association, departement):
            send(association, 1)
            association.until(lambda: states(association) in (["parked"], ["deferred"]), "the refusal")
            assert departement.exchanges() == []


class Forgetful(http.server.BaseHTTPRequestHandler):
    """A server that takes the first request and says nothing."""
    requests = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.requests.append(body)
        if len(self.requests) == 1:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        answer = json.dumps({"resourceType": "Bundle", "type": "transaction-response", "entry": [
            {"response": {"status": "201 Created", "location": f"X/{number}"}} for number, _ in enumerate(body["entry"])]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def what_could_be_made_twice_waits_for_a_person():
    """a lost answer to a transaction without conditions: it is not sent again until a person says so"""
    Forgetful.requests.clear()
    peer = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forgetful)
    threading.Thread(target=peer.serve_forever, daemon=True).start()
    with Site(PUSH + f"""
  serveur: {{adapter: fhir, partner: cd99, url: "http://127.0.0.1:{peer.server_port}/fhir", timeout: 5s}}
""", push_route("endpoint: serveur, mapping: tddui/dossier, vars: {finess: '990001018', ifNoneExist: non}")) as gateway:
        gateway.start()
        send(gateway, 1)
        gateway.until(lambda: states(gateway) == ["parked"], "the delivery waits for a person")
        delivery = gateway.deliveries()[0]
        assert delivery["fault"]["code"] == "CH-EXC-048" if isinstance(delivery.get("fault"), dict) else "CH-EXC-048" in json.dumps(delivery), delivery
        gateway.stop()
        gateway.start()
        time.sleep(1)
        assert len(Forgetful.requests) == 1 and states(gateway) == ["parked"]
        gateway.run("exchanges", "replay", delivery["id"], "--reason", "absent chez le partenaire")
        gateway.until(lambda: states(gateway) == ["delivered"], "the delivery")
        assert len(Forgetful.requests) == 2
        gateway.stop()
        gateway.verify()
    peer.shutdown()
    peer.server_close()


CLIENT = """
import {Client} from 'fhir-kit-client';
const [base, token] = process.argv.slice(2);
const client = new Client({baseUrl: base, bearerToken: token, customHeaders: {'X-Request-Id': 'kit-1'}});
const input = JSON.parse(await new Promise(done => { let all = ''; process.stdin.on('data', d => all += d).on('end', () => done(all)); }));
const out = {};
out.statement = (await client.capabilityStatement()).fhirVersion;
const answer = await client.transaction({body: input});
out.statuses = answer.entry.map(one => one.response.status);
const [type, id] = answer.entry[1].response.location.split('/');
const patient = await client.read({resourceType: type, id});
out.birthDate = patient.birthDate;
const stay = answer.entry[2].response.location.split('/');
const encounter = await client.vread({resourceType: stay[0], id: stay[1], version: '1'});
out.tied = encounter.subject.reference === `${type}/${id}`;
const resolved = await client.resolve({reference: encounter.serviceProvider.reference});
out.organisation = resolved.name;
try { await client.create({resourceType: 'Patient', body: input.entry[1].resource}); } catch (error) {
  out.refused = [error.response.status, error.response.data.resourceType];
}
try { await client.read({resourceType: 'Patient', id: 'nobody'}); } catch (error) { out.absent = error.response.status; }
console.log(JSON.stringify(out));
"""


def a_client_of_others_is_served():
    """fhir-kit-client: statement, transaction, read, version, references followed, refusals understood"""
    if not (shutil.which("node") and shutil.which("npm")):
        raise Skip("node or npm is missing")
    with tempfile.TemporaryDirectory(prefix="charmille-kit-") as folder:
        installed = subprocess.run(["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--silent", "fhir-kit-client"],
                                   check=False, timeout=240, capture_output=True)
        if installed.returncode != 0:
            raise Skip("npm install failed: is the registry reachable?")
        (Path(folder) / "client.mjs").write_text(CLIENT)
        port = free_port()
        with Site("""
  dossiers: {adapter: fhir, partner: dui}
""", """
  dossiers: {from: dossiers, mapping: tddui/lire-dossier, to: []}
""", listen=f"listen: {{address: 127.0.0.1:{port}, tls: none}}") as server:
            server.start()
            done = subprocess.run(["node", "client.mjs", f"http://127.0.0.1:{port}/fhir/dossiers", TOKEN], cwd=folder, check=False,
                                  input=json.dumps(child()), capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout) == {
                "statement": "4.0.1", "statuses": ["201 Created"] * 3, "birthDate": "2015-03-04", "tied": True, "organisation": "MECS",
                "refused": [405, "OperationOutcome"], "absent": 404}, done.stdout


if __name__ == "__main__":
    main(a_child_crosses, it_crosses_in_xml, one_of_each_whatever_dies, what_could_be_made_twice_waits_for_a_person, who_is_not_known_is_refused, a_client_of_others_is_served)
