"""The FHIR server of the gateway: what it takes, what it answers, what it refuses; nothing is stored in part."""

import base64
import copy
import hashlib
import json
import os
import socket
import sqlite3
import subprocess
import threading
import urllib.error
import urllib.request
import uuid
from pathlib import Path

from site_of import BINARY, PATIENCE, TOKEN, Site, free_port, main

SD = "https://interop.esante.gouv.fr/ig/fhir/tddui/StructureDefinition/"
USER = "https://identifiant-medicosocial-localusager.esante.gouv.fr"
STAY = "https://identifiant-medicosocial-sejour.esante.gouv.fr"
FINESS = "990001018"
V2 = "http://terminology.hl7.org/CodeSystem/v2-0203"


def entry(resource, condition=None, url=None):
    request = {"method": "POST", "url": url or resource["resourceType"]}
    if condition:
        request["ifNoneExist"] = "identifier=" + condition
    return {"fullUrl": f"urn:uuid:{uuid.uuid4()}", "resource": resource, "request": request}


def child(number=1, conditions=True, only=None, **more):
    """A transaction as a TDDUI producer makes it: the child, its establishment, its stay; or one of these."""
    local = f"3{FINESS}/K{number:06}"
    organisation = entry({"resourceType": "Organization", "name": "MECS", "identifier": [
        {"use": "official", "system": "urn:oid:1.2.250.1.71.4.2.2", "value": f"1{FINESS}", "type": {"coding": [
            {"system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203", "code": "IDNST"}]}}]},
        f"urn:oid:1.2.250.1.71.4.2.2|1{FINESS}" if conditions else None)
    patient = entry({"resourceType": "Patient", "gender": "female", "birthDate": "2015-03-04", "name": [
        {"use": "official", "family": f"ESSAI{number:06}", "given": ["Test"]}], "identifier": [
        {"use": "usual", "system": USER, "value": local, "type": {"coding": [{"system": V2, "code": "PI"}]}}], **more},
        f"{USER}|{local}" if conditions else None)
    stay = entry({"resourceType": "Encounter", "status": "in-progress",
                  "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
                  "identifier": [{"system": STAY, "value": f"{local}-SEJOUR-1", "type": {"coding": [
                      {"system": "https://interop.esante.gouv.fr/ig/fhir/tddui/CodeSystem/tddui-encounter-identifier", "code": "SEJ"}]}}],
                  "subject": {"reference": patient["fullUrl"]}, "serviceProvider": {"reference": organisation["fullUrl"]},
                  "period": {"start": "2024-01-02T09:00:00+01:00"}},
                 f"{STAY}|{local}-SEJOUR-1" if conditions else None)
    entries = [one for one in (organisation, patient, stay) if only in (None, one["resource"]["resourceType"])]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


class Server(Site):
    """A gateway with a FHIR endpoint, whose records go nowhere."""

    def __init__(self, settings="", largest="16MiB"):
        self.port = free_port()
        super().__init__(f"""
  dossiers: {{adapter: fhir, partner: dui, max-size: {largest}, format: {{json: {{each: false, max-size: {largest}}}}}{settings}}}
""", """
  dossiers: {from: dossiers, mapping: tddui/lire-dossier, to: []}
""", listen=f"listen: {{address: 127.0.0.1:{self.port}, tls: none, limits: {{body: {largest}}}}}")

    def call(self, method, path="", body=None, token=TOKEN, **headers):
        """Status, headers and document of an answer; a document is sent as JSON."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/fhir+json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/fhir/dossiers{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60 * PATIENCE) as answer:
                return self.read(answer)
        except urllib.error.HTTPError as error:
            return self.read(error)

    @staticmethod
    def read(answer):
        text = answer.read()
        kind = answer.headers.get("Content-Type", "")
        return answer.status, answer.headers, json.loads(text) if "json" in kind and text else text

    def refused(self, status, *arguments, code=None, **more):
        """The issues of a refusal of that status."""
        got, _, outcome = self.call(*arguments, **more)
        assert got == status, (got, outcome)
        assert outcome["resourceType"] == "OperationOutcome" and outcome["issue"], outcome
        codes = [one["details"]["coding"][0]["code"] for one in outcome["issue"]]
        assert code is None or code in codes, outcome
        return outcome["issue"]

    def children(self):
        return self.get("/v1/records")["records"]


def a_transaction_is_taken_whole():
    """201 for each entry in the order of the request; what was taken is shown again, tied together under its ids here"""
    with Server() as server:
        server.start()
        status, headers, answer = server.call("POST", body=child())
        assert status == 200 and headers["Content-Type"].startswith("application/fhir+json"), (status, answer)
        assert answer["type"] == "transaction-response", answer
        responses = [one["response"] for one in answer["entry"]]
        assert [one["status"] for one in responses] == ["201 Created"] * 3, responses
        assert [one["location"].split("/")[0] for one in responses] == ["Organization", "Patient", "Encounter"]
        assert all(one["etag"] == 'W/"1"' and one["lastModified"] for one in responses)
        organisation, patient, stay = ["/".join(one["location"].split("/")[:2]) for one in responses]
        status, headers, encounter = server.call("GET", "/" + stay)
        assert status == 200 and headers["ETag"] == 'W/"1"', encounter
        assert encounter["id"] == stay.split("/")[1] and encounter["meta"]["versionId"] == "1"
        assert encounter["identifier"] == child()["entry"][2]["resource"]["identifier"], encounter
        assert encounter["subject"]["reference"] == patient and encounter["serviceProvider"]["reference"] == organisation
        assert server.call("GET", f"/{stay}/_history/1")[0] == 200
        # The address of an entry moves where it refers, and stays where it is the value of an identifier.
        bundle = child()
        about(bundle, {"reference": bundle["entry"][1]["fullUrl"]})
        bundle["entry"][3]["resource"]["masterIdentifier"] = {"system": "urn:ietf:rfc:3986", "value": bundle["entry"][3]["fullUrl"]}
        document = server.call("POST", body=bundle)[2]["entry"][3]["response"]["location"].split("/_")[0]
        read = server.call("GET", "/" + document)[2]
        assert read["masterIdentifier"]["value"] == bundle["entry"][3]["fullUrl"] and read["subject"]["reference"] == patient, read
        assert server.call("GET", "/" + stay, If_None_Match='W/"1"')[0] == 304
        server.refused(404, "GET", f"/{stay}/_history/2")
        server.refused(404, "GET", "/" + stay.replace("Encounter", "Patient"), code="CH-FHIR-076")
        server.refused(404, "GET", f"/Patient/{uuid.uuid4().hex}-0", code="CH-FHIR-076")
        log = server.run("audit", "list", "--event", "exchange.consulted", "--json").stdout
        assert log.count("exchange.consulted") >= 3, log
        assert len(server.children()) == 1
        server.stop()
        server.verify()


def what_is_here_is_not_made_again():
    """ifNoneExist: 200 and the id of what is here; the same request twice has the same answer; several matches are refused"""
    with Server() as server:
        server.start()
        first = server.call("POST", body=child())[2]["entry"]
        again = server.call("POST", body=child())[2]["entry"]
        assert [one["response"]["status"] for one in again] == ["200 OK"] * 3, again
        assert [one["response"]["location"] for one in again] == [one["response"]["location"] for one in first]
        other = server.call("POST", body=child(2))[2]["entry"]
        assert [one["response"]["status"] for one in other] == ["200 OK", "201 Created", "201 Created"], other
        stay = server.call("GET", "/" + "/".join(other[2]["response"]["location"].split("/")[:2]))[2]
        assert stay["serviceProvider"]["reference"] + "/_history/1" == first[0]["response"]["location"], stay
        # The same request, sent again after a lost answer.
        twice = child(3, conditions=False)
        one = server.call("POST", body=twice, X_Request_Id="r-3")[2]
        two = server.call("POST", body=twice, X_Request_Id="r-3")[2]
        assert one == two, (one, two)
        # Another content under the same id is another request, and is the same one when it comes again.
        other = child(5, conditions=False)
        one = server.call("POST", body=other, X_Request_Id="r-3")[2]
        assert one != two and server.call("POST", body=other, X_Request_Id="r-3")[2] == one
        # Also when what it asked for was here already: the answer leads to the same resource.
        again = child(only="Patient")
        one = server.call("POST", body=again, X_Request_Id="r-4")[2]
        two = server.call("POST", body=again, X_Request_Id="r-4")[2]
        assert one == two and one["entry"][0]["response"]["location"] == first[1]["response"]["location"], (one, two)
        server.call("POST", body=child(3, conditions=False))
        server.refused(412, "POST", body=child(3), code="CH-FHIR-074")
        by_identifier = child(4)
        by_identifier["entry"][2]["resource"]["serviceProvider"]["reference"] = f"Organization?identifier=urn:oid:1.2.250.1.71.4.2.2%7C1{FINESS}"
        server.refused(412, "POST", body=by_identifier, code="CH-FHIR-074")  # of child 3 too: two of them
        assert len(server.children()) == 4, server.children()
        server.stop()
        server.verify()


def requests_at_once_make_one():
    """the same transaction by twenty connections at once: one resource of each"""
    with Server() as server:
        server.start()
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(server.call("POST", body=child()))) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {status for status, _, _ in answers} <= {200, 503}, [one[0] for one in answers]
        taken = [answer["entry"] for status, _, answer in answers if status == 200]
        assert len({tuple(one["response"]["location"] for one in entries) for entries in taken}) == 1
        assert sum(entries[1]["response"]["status"] == "201 Created" for entries in taken) == 1
        server.stop()
        server.verify()


def forms_are_negotiated():
    """JSON and XML in, JSON and XML out, by header or _format; anything else is told"""
    with Server() as server:
        server.start()
        bundle = server.folder / "bundle.json"
        bundle.write_text(json.dumps(child()))
        xml = server.run("fhir", "convert", bundle).stdout.encode()
        status, headers, body = server.call("POST", body=xml, Content_Type="application/fhir+xml; charset=UTF-8")
        assert status == 200 and headers["Content-Type"].startswith("application/fhir+xml"), body
        assert b'<type value="transaction-response"/>' in body and body.count(b"201 Created") == 3, body
        location = body.split(b'<location value="')[2].split(b"/_history")[0].decode()
        assert server.call("GET", f"/{location}", Accept="application/fhir+json")[2]["birthDate"] == "2015-03-04"
        status, headers, body = server.call("GET", f"/{location}?_format=xml")
        assert body.startswith(b"<") and b'<birthDate value="2015-03-04"/>' in body, body
        server.refused(406, "GET", "/metadata", Accept="text/html", code="CH-FHIR-067")
        server.refused(415, "POST", body=b"a;b", Content_Type="text/csv", code="CH-FHIR-066")
        server.refused(415, "POST", body=b"{}", Content_Type="application/fhir+json; charset=latin1", code="CH-FHIR-066")
        assert server.refused(400, "POST", body=b"{", Accept_Language="en")[0]["severity"] == "error"
        whole = server.call("POST", body=child(2), Prefer="return=representation")[2]["entry"][1]
        assert whole["resource"]["id"] in whole["response"]["location"], whole
        server.stop()


def the_statement_says_what_there_is():
    """/metadata is made from the configuration"""
    with Server(settings=", resources: [DocumentReference]") as server:
        server.start()
        statement = server.call("GET", "/metadata")[2]
        assert statement["resourceType"] == "CapabilityStatement" and statement["fhirVersion"] == "4.0.1"
        rest = statement["rest"][0]
        assert [one["code"] for one in rest["interaction"]] == ["transaction", "batch"], rest
        assert [one["type"] for one in rest["resource"]] == ["DocumentReference"], rest
        (server.folder / "metadata.json").write_text(json.dumps(statement))
        server.run("fhir", "validate", server.folder / "metadata.json")
        server.refused(401, "GET", "/metadata", token=None)
        server.refused(405, "PUT", "/Patient/1", body=child()["entry"][1]["resource"])
        server.refused(405, "POST", "/Patient", body=child()["entry"][1]["resource"], code="CH-FHIR-075")
        server.refused(404, "POST", "/Unknown", body={"resourceType": "Unknown"}, code="CH-FHIR-002")
        server.stop()


def altered(change):
    bundle = child()
    change(bundle)
    return bundle


def set_of(bundle, index, **members):
    bundle["entry"][index]["resource"].update(members)


def about(bundle, subject, **more):
    bundle["entry"].append(entry({"resourceType": "DocumentReference", "status": "current", "subject": subject, **more,
                                  "content": [{"attachment": {"contentType": "text/plain", "data": "QQ=="}}]}))


BAD = [
    ("no JSON", 400, b"{\"resourceType\": ", None),
    ("no FHIR", 400, {"hello": 1}, "CH-FHIR-068"),
    ("a collection", 400, altered(lambda b: b.update(type="collection")), "CH-FHIR-068"),
    ("an entry without request", 400, altered(lambda b: b["entry"][0].pop("request")), "CH-FHIR-069"),
    ("PUT", 400, altered(lambda b: b["entry"][0]["request"].update(method="PUT", url="Organization/1")), "CH-FHIR-070"),
    ("a hostile url", 400, altered(lambda b: b["entry"][0]["request"].update(url="http://127.0.0.1:1/Patient")), "CH-FHIR-071"),
    ("a url that climbs", 400, altered(lambda b: b["entry"][0]["request"].update(url="../../v1/records")), "CH-FHIR-071"),
    ("another condition", 400, altered(lambda b: b["entry"][0]["request"].update(ifNoneExist="name=MECS")), "CH-FHIR-072"),
    ("twice the same condition", 400, altered(lambda b: b["entry"].append(copy.deepcopy({**b["entry"][0], "fullUrl": "urn:uuid:0"}))), "CH-FHIR-073"),
    ("twice the same fullUrl", 400, altered(lambda b: b["entry"][1].update(fullUrl=b["entry"][0]["fullUrl"])), "CH-FHIR-021"),
    ("an unknown type", 422, altered(lambda b: set_of(b, 0, resourceType="Child")), "CH-FHIR-002"),
    ("an unknown element", 422, altered(lambda b: set_of(b, 1, favourite="blue")), "CH-FHIR-003"),
    ("a dangling reference", 422, altered(lambda b: set_of(b, 2, subject={"reference": "urn:uuid:nowhere"})), "CH-FHIR-018"),
    ("a modifier extension", 422, altered(lambda b: set_of(b, 1, modifierExtension=[{"url": "https://x/negated", "valueBoolean": True}])), "CH-FHIR-016"),
    ("1,000 levels", 400, b'{"resourceType": "Bundle", "type": "transaction", "entry": ' + b"[" * 1000 + b"]" * 1000 + b"}", None),
    ("a wrong date", 422, altered(lambda b: set_of(b, 1, birthDate="4 mars 2015")), "CH-FHIR-009"),
    ("what no child can be made of", 422, altered(lambda b: b["entry"].pop(1) and set_of(b, 1, subject={"display": "x"})), None),
    ("two children", 422, altered(lambda b: b["entry"].append(child(2)["entry"][1])), "CH-PATH-044"),
    ("a stay of a child who is here already", 422, altered(lambda b: set_of(b, 2, subject={"reference": f"Patient/{uuid.uuid4().hex}-0"})), "CH-PATH-044"),
    ("a document of a child of another server", 422, altered(lambda b: about(b, {"reference": "https://ailleurs.example/fhir/Patient/77"})), "CH-PATH-044"),
    ("a document of another number", 422, altered(lambda b: about(b, {"identifier": {"system": USER, "value": f"3{FINESS}/K000002"}})), "CH-PATH-044"),
    ("a document of a contained child", 422, altered(lambda b: about(b, {"reference": "#p"}, contained=[{"resourceType": "Patient", "id": "p"}])), "CH-PATH-044"),
    ("a label that the record cannot keep", 422, altered(lambda b: b.update(meta={"security": [{"display": "secret"}]})), "CH-PATH-044"),
]


def bad_input_is_refused_whole():
    """each has its status and its OperationOutcome, names no child, and leaves nothing; then a good one is taken"""
    with Server() as server:
        server.start()
        for what, status, body, code in BAD:
            got, _, outcome = server.call("POST", body=body)
            assert got == status and outcome["resourceType"] == "OperationOutcome", (what, got, outcome)
            codes = [one["details"]["coding"][0]["code"] for one in outcome["issue"]]
            assert code is None or code in codes, (what, outcome)
            text = json.dumps(outcome)
            assert "ESSAI" not in text and "K000001" not in text, (what, text)
        assert server.children() == [], server.children()
        issue = server.refused(400, "POST", body=b'{\n  "resourceType": x}')[0]
        assert "(ligne 2, colonne 19)" in issue["details"]["text"], issue
        many = {"resourceType": "Bundle", "type": "batch", "entry": [{"request": {"method": "GET", "url": "Patient/1"}}] * 1001}
        server.refused(413, "POST", body=many, code="CH-FHIR-088")
        # What was refused on arrival is in the audit log; what the mapping refused is an exchange.
        log = json.loads(server.run("audit", "list", "--event", "exchange.refused", "--json").stdout)
        assert "CH-FHIR-018" in json.dumps(log) and json.dumps(log).count("exchange.refused") == 2 + sum(code != "CH-PATH-044" for *_, code in BAD) - 1, log
        status, _, answer = server.call("POST", body=child())
        assert status == 200 and all(one["response"]["status"] == "201 Created" for one in answer["entry"]), answer
        server.stop()
        server.verify()


def circles_are_taken_and_nobody_is_called():
    """resources that refer to each other are taken; an address inside is never visited"""
    with Server() as server, socket.create_server(("127.0.0.1", 0)) as trap:
        server.start()
        trap.settimeout(0.5)
        bundle = child()
        bundle["entry"][0]["resource"]["partOf"] = {"reference": bundle["entry"][0]["fullUrl"]}
        bundle["entry"].append(entry({
            "resourceType": "DocumentReference", "status": "current", "subject": {"reference": bundle["entry"][1]["fullUrl"]},
            "content": [{"attachment": {"contentType": "application/pdf", "url": f"http://127.0.0.1:{trap.getsockname()[1]}/x.pdf"}}]}))
        status, _, answer = server.call("POST", body=bundle)
        assert status == 200, answer
        try:
            trap.accept()
            raise AssertionError("the address was visited")
        except TimeoutError:
            pass
        server.stop()


def a_batch_is_a_list_of_its_own():
    """each entry of a batch comes to its own end"""
    with Server(settings=", resources: [Patient]") as server:
        server.start()
        location = server.call("POST", body=child())[2]["entry"][1]["response"]["location"]
        patient = "/".join(location.split("/")[:2])
        batch = {"resourceType": "Bundle", "type": "batch", "entry": [
            {"request": {"method": "GET", "url": patient}},
            {"request": {"method": "GET", "url": "Patient/nobody"}},
            {"request": {"method": "GET", "url": "../../../v1/records"}},
            {"resource": {"resourceType": "Patient", "birthDate": "x"}, "request": {"method": "POST", "url": "Patient"}},
            {"resource": {"resourceType": "Organization"}, "request": {"method": "POST", "url": "Organization"}}]}
        status, _, answer = server.call("POST", body=batch)
        assert status == 200 and answer["type"] == "batch-response", answer
        assert [one["response"]["status"] for one in answer["entry"]] == ["200", "404", "400", "422", "405"], answer
        assert answer["entry"][0]["resource"]["id"] == patient.split("/")[1]
        server.stop()


def with_document(megabytes):
    """A transaction with one document of about that size inside."""
    content = b"%PDF-1.4\n" + os.urandom(1 << 20) * megabytes
    bundle = child()
    bundle["entry"].append(entry({
        "resourceType": "DocumentReference", "status": "current", "subject": {"reference": bundle["entry"][1]["fullUrl"]},
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": "urn:x:1"},
        "content": [{"attachment": {"contentType": "application/pdf", "data": base64.b64encode(content).decode(), "size": len(content),
                                    "hash": base64.b64encode(hashlib.sha1(content).digest()).decode()}}]}))
    return json.dumps(bundle).encode()


def a_large_body_takes_little_memory():
    """a Bundle of 100 MB with one document inside is taken in less than 150 MB of memory; so is one of 16 MB in XML, where more is refused"""
    for megabytes, xml in ((71, False), (11, True)):
        body = with_document(megabytes)
        with Server(largest="128MiB") as server:
            if xml:
                (server.folder / "bundle.json").write_bytes(body)
                body = subprocess.run([BINARY, "fhir", "convert", server.folder / "bundle.json"], capture_output=True, check=True, timeout=60).stdout
            kind = "application/fhir+xml" if xml else "application/fhir+json"
            server.start()
            status, _, answer = server.call("POST", body=body, Content_Type=kind)
            assert status == 200, answer
            status = (Path("/proc") / str(server.process.pid) / "status").read_text(encoding="ascii")
            peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
            print(f"        {len(body) / 1e6:.0f} MB of {kind} taken with {peak / 1024:.0f} MiB at most", flush=True)
            assert peak < 150_000 or os.environ.get("CHARMILLE_SANITIZED"), f"{peak} kB"
            exchange = server.exchanges()[0]
            assert exchange["state"] == "done" and exchange["accepted"] == 1, exchange
            with sqlite3.connect(f"file:{server.folder}/state/charmille.db?mode=ro", uri=True) as db:
                assert db.execute("SELECT count(*) FROM document").fetchone()[0] == 1
            if xml:
                status, _, answer = server.call("POST", body=body + b" " * (3 << 20), Content_Type=kind)
                assert status == 413 and b'too-costly' in answer, (status, answer)
            server.stop()
            server.verify()


if __name__ == "__main__":
    main(a_transaction_is_taken_whole, what_is_here_is_not_made_again, requests_at_once_make_one, forms_are_negotiated,
         the_statement_says_what_there_is, bad_input_is_refused_whole, circles_are_taken_and_nobody_is_called,
         a_batch_is_a_list_of_its_own, a_large_body_takes_little_memory)
