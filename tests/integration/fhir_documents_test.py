"""Documents that the gateway holds for a partner: found by their patient, read by their ids, and no longer once something newer says so."""

import base64
import hashlib
import json
import os
import urllib.error
import urllib.parse
import urllib.request

import pdfs
from fhir_server_test import FINESS, USER, child, entry
from site_of import SOURCE, TOKEN, Site, free_port, main

PARTNER = "another-token-that-is-long-enough"
LOCAL = f"3{FINESS}/K000001"

MAPPING = """mapping: test/documents
from: child-record
to: tree
template:
  "{% assign %}": {numero: "{{ ids.where(system = 'https://identifiant-medicosocial-localusager.esante.gouv.fr').value.first() }}"}
  resourceType: Bundle
  type: collection
  entry:
    "{% for d in documents.where(content.exists()) %}":
      resource:
        resourceType: DocumentReference
        status: current
        type: {coding: [{system: "urn:oid:1.2.250.1.213.1.1.4.12", code: "{{ %d.kind }}"}]}
        subject: {identifier: {system: "https://identifiant-medicosocial-localusager.esante.gouv.fr", value: "{{ %numero }}"}}
        date: "{{ iif(%d.date.exists(), %d.date & 'T00:00:00Z') }}"
        content: [{attachment: {contentType: "{{ %d.mime }}", data: "{{ %d.content }}", title: "{{ %d.title }}"}}]
"""


def document(patient, content, kind="CR", hashed=None, size=None):
    return entry({
        "resourceType": "DocumentReference", "status": "current", "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:x:{kind}"},
        "type": {"text": kind}, "category": [{"text": "Santé"}], "subject": {"reference": patient["fullUrl"]},
        "content": [{"attachment": {"contentType": "application/pdf", "data": base64.b64encode(content).decode(), "title": "Compte rendu",
                                    "creation": "2026-05-04", "size": len(content) if size is None else size,
                                    "hash": hashed or base64.b64encode(hashlib.sha1(content).digest()).decode()}}]})


def with_documents(*documents, **stay):
    bundle = child()
    bundle["entry"][2]["resource"].update(stay)
    for make in documents:
        bundle["entry"].append(make(bundle["entry"][1]))
    for one in bundle["entry"]:
        one["request"].pop("ifNoneExist", None)
    return bundle


class Held(Site):
    def __init__(self, held="90d", reading='tddui/lire-dossier, vars: {lieuSecret: "no"}', writing="test/documents"):
        self.port = free_port()
        super().__init__(f"""
  dossiers: {{adapter: fhir, partner: dui, resources: [DocumentReference]}}
  documents: {{adapter: fhir-documents, partner: soins, url: "http://127.0.0.1:{self.port}/fhir/documents", held: {held}}}
""", f"""
  dossiers: {{from: dossiers, mapping: {reading},
    to: [{{endpoint: documents, mapping: {writing}, trigger: change, mode: live, start: everything}}]}}
""", listen=f"listen: {{address: 127.0.0.1:{self.port}, tls: none}}", partners="""  soins: {recipient: care-team, identity: [{token: {file: token2}}]}
""", policies=("equipe-de-soins",), mappings={"test/documents": MAPPING})
        (self.folder / "token2").write_text(PARTNER)
        os.chmod(self.folder / "token2", 0o600)

    def call(self, url, token=PARTNER, body=None, **headers):
        if not url.startswith("http"):
            url = f"http://127.0.0.1:{self.port}/fhir/" + url
        request = urllib.request.Request(url, body, {"Authorization": f"Bearer {token}",
                                                     **{name.replace("_", "-"): value for name, value in headers.items()}})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def give(self, resource, path=""):
        status, _, answer = self.call("dossiers" + path, TOKEN, json.dumps(resource).encode(), Content_Type="application/fhir+json")
        assert status in (200, 201), answer
        self.until(lambda: all(one["state"] not in ("queued", "sending") for one in self.deliveries()), "deliveries")

    def find(self, patient=f"{USER}|{LOCAL}", **more):
        """DocumentReferences by ITI-67."""
        query = urllib.parse.urlencode({"patient.identifier": patient, "status": "current", **more})
        status, _, answer = self.call("documents/DocumentReference?" + query)
        assert status == 200, answer
        found = json.loads(answer)
        assert found["type"] == "searchset" and found["total"] == len(found.get("entry", []))
        return [one["resource"] for one in found.get("entry", [])]


def documents_are_found_and_read():
    """by patient and status, by type, date, identifier; the content is the very one, with its size and hash"""
    first, second = pdfs.plain("Bilan de sante"), pdfs.plain("Vaccins")
    with Held() as site:
        site.start()
        assert site.find() == []
        site.give(with_documents(lambda p: document(p, first), lambda p: document(p, second, "VAC")))
        found = site.find()
        assert len(found) == 2, found
        attachment = site.find(type="urn:oid:1.2.250.1.213.1.1.4.12|CR")[0]["content"][0]["attachment"]
        assert "data" not in attachment and attachment["size"] == len(first), attachment
        assert attachment["hash"] == base64.b64encode(hashlib.sha1(first).digest()).decode()
        status, headers, content = site.call(attachment["url"], Accept="application/pdf")
        assert (status, headers["Content-Type"], content) == (200, "application/pdf", first), (status, headers)
        assert site.call(attachment["url"], Accept="text/html")[0] == 406
        assert len(site.find(date="ge2026-05-01")) == 2 and site.find(date="gt2026-06") == []
        assert site.find(type="ABSENT") == [] and len(site.find(type="CR,VAC")) == 2
        assert site.find(patient=f"{USER}|3{FINESS}/K000002") == []
        form = urllib.parse.urlencode({"patient.identifier": f"{USER}|{LOCAL}", "status": "current"}).encode()
        status, _, answer = site.call("documents/DocumentReference/_search", body=form, Content_Type="application/x-www-form-urlencoded")
        assert status == 200 and json.loads(answer)["total"] == 2, answer
        one = json.loads(site.call("documents/DocumentReference/" + found[0]["id"])[2])
        assert one["id"] == found[0]["id"] and one["meta"]["versionId"] == "1"
        assert json.loads(site.call("documents/metadata")[2])["rest"][0]["resource"][0]["type"] == "DocumentReference"
        log = site.run("audit", "list", "--event", "exchange.consulted", "--json").stdout
        assert '"soins"' in log and LOCAL not in log, log
        log = site.run("audit", "list", "--event", "exchange.searched", "--json").stdout
        assert log.count("exchange.searched") == 4 and '"soins"' in log and "K000002" not in log, log
        site.stop()
        site.verify()


def what_is_asked_wrongly_is_told():
    """without patient or status, by a criterion that is not understood, by another partner: refused, and nothing shown"""
    with Held() as site:
        site.start()
        site.give(with_documents(lambda p: document(p, pdfs.plain("Bilan"))))
        patient = urllib.parse.urlencode({"patient.identifier": f"{USER}|{LOCAL}"})
        for query, code in ((patient, "CH-FHIR-082"), ("status=current", "CH-FHIR-082"), (patient + "&status=current&author.family=X", "CH-FHIR-081"),
                            (patient + "&status=current&date=hier", "CH-FHIR-081"), ("patient.identifier=K1&status=current", "CH-FHIR-081")):
            status, _, answer = site.call("documents/DocumentReference?" + query)
            assert status == 400 and code in answer.decode(), (query, answer)
        assert site.call(f"documents/DocumentReference?{patient}&status=current", TOKEN)[0] == 403
        url = site.find()[0]["content"][0]["attachment"]["url"]
        assert site.call(url, TOKEN)[0] == 403
        assert site.call("documents/Binary/../../../v1/records")[0] in (400, 403, 404)
        assert site.call("documents", body=json.dumps(child()).encode(), Content_Type="application/fhir+json")[0] == 405
        site.stop()


def what_is_taken_back_is_seen_no_more():
    """a document that is no longer told of, or whose delivery waits for a person, is neither found nor read"""
    with Held() as site:
        site.start()
        site.give(with_documents(lambda p: document(p, pdfs.plain("Bilan")), lambda p: document(p, pdfs.plain("Vaccins"), "VAC")))
        before = {one["type"]["coding"][0]["code"]: one["content"][0]["attachment"]["url"] for one in site.find()}
        site.give(with_documents(lambda p: document(p, pdfs.plain("Bilan"))))
        assert [one["type"]["coding"][0]["code"] for one in site.find()] == ["CR"]
        assert site.call(before["VAC"])[0] == 404, "an address of before still leads to what was taken back"
        assert site.call(before["CR"])[0] == 404  # it has another address now
        # The next one cannot be made: nothing older is shown in its stead.
        (site.folder / "mappings/test/documents.yaml").write_text(MAPPING.replace("{{ %d.kind }}", "{{ %d.kind.translate('none') }}").replace(
            "template:", "tables:\n  none: {x: y}\ntemplate:", 1))
        site.stop()
        site.start()
        site.give(with_documents(lambda p: document(p, pdfs.plain("Autre"))))
        assert "parked" in [one["state"] for one in site.deliveries()], site.deliveries()
        assert site.find() == []
        site.stop()
        site.verify()


def a_content_that_is_not_what_is_said_is_refused():
    """size and hash are those of the content, or nothing is taken"""
    content = pdfs.plain("Bilan")
    with Held() as site:
        site.start()
        for make, code in ((lambda p: document(p, content, size=3), "CH-FHIR-084"), (lambda p: document(p, content, hashed="AAAA"), "CH-FHIR-085")):
            status, _, answer = site.call("dossiers", TOKEN, json.dumps(with_documents(make)).encode(), Content_Type="application/fhir+json")
            assert status == 422 and code in answer.decode(), answer
        assert site.get("/v1/records")["records"] == []
        site.stop()


def a_delivery_is_about_one_child():
    """check refuses a trigger that gathers children for an endpoint that shows the latest delivery of each"""
    with Held() as site:
        text = site.configuration.read_text()
        site.configuration.write_text(text.replace("trigger: change", "trigger: lot"))
        checked = site.run("check", check=False)
        assert checked.returncode == 2 and "CH-CFG-095" in checked.stdout + checked.stderr, checked


def documents_cross_by_pdsm():
    """a submission as pdsm/documents writes it (ITI-65), and a document published alone (ITI-105): told again, each is found with its content,
    and no longer once the policy does not show it any more"""
    content = pdfs.plain("Certificat")
    submission = json.loads((SOURCE / "mappings/pdsm/cases/documents/ins-sans-sexe.out.json").read_bytes())
    binary = submission["entry"][2]["resource"]
    assert binary["resourceType"] == "Binary"
    binary["data"] = base64.b64encode(content).decode()
    submission["entry"][1]["resource"]["content"][0]["attachment"]["size"] = len(content)
    for resource, path, kind in ((submission, "", "Certificat médical"), (alone(1, "Ordonnance"), "/DocumentReference", "Ordonnance")):
        with Held(reading="pdsm/lire-documents", writing="pdsm/documents") as site:
            site.start()
            site.give(resource, path)
            found = site.find(patient=f"{USER}|3{FINESS}/E1")
            assert [one["type"]["text"] for one in found] == [kind], (found, site.exchanges(), site.deliveries())
            attachment = found[0]["content"][0]["attachment"]
            assert attachment["hash"] == base64.b64encode(hashlib.sha1(site.call(attachment["url"])[2]).digest()).decode(), attachment
            assert site.call(attachment["url"])[2] == (content if resource is submission else pdfs.plain("Ordonnance"))
            for one in resource.get("entry", [{"resource": resource}]):
                if "category" in one["resource"]:
                    one["resource"]["category"] = [{"text": "Social"}]  # not for those who care
                one.get("request", {}).pop("ifNoneExist", None)
            site.give(resource, path)
            site.until(lambda: [one["state"] for one in site.deliveries()] == ["delivered"] * 2, "the withdrawal")
            assert site.find(patient=f"{USER}|3{FINESS}/E1") == [] and site.call(attachment["url"])[0] == 404, site.deliveries()
            site.stop()
            site.verify()


def alone(number, title, status="current", **more):
    """One document about E1, as ITI-105 publishes it."""
    return {"resourceType": "DocumentReference", "status": status, "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:1.2.250.1.999.7.{number}"},
            "contained": [{"resourceType": "Patient", "id": "p", "birthDate": "2015-03-04", "name": [{"family": "AUBÉPINE", "given": ["Elio"]}],
                           "identifier": [{"system": USER, "value": f"3{FINESS}/E1"}]}],
            "type": {"text": title}, "category": [{"text": "Santé"}], "subject": {"reference": "#p"},
            "content": [{"attachment": {"contentType": "application/pdf", "title": title, "data": base64.b64encode(pdfs.plain(title)).decode()}}], **more}


def titles(site):
    return sorted(one["type"]["text"] for one in site.find(patient=f"{USER}|3{FINESS}/E1"))


def submissions_add_up():
    """what is submitted comes beside what was before; one that replaces another, or takes one back, takes it away"""
    with Held(reading="pdsm/lire-documents", writing="pdsm/documents") as site:
        site.start()
        site.give(alone(1, "Bilan"), "/DocumentReference")
        site.give(alone(2, "Vaccins"), "/DocumentReference")
        assert titles(site) == ["Bilan", "Vaccins"], titles(site)
        replacing = [{"code": "replaces", "target": {"identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.250.1.999.7.1"}}}]
        site.give(alone(3, "Bilan corrigé", relatesTo=replacing), "/DocumentReference")
        assert titles(site) == ["Bilan corrigé", "Vaccins"], titles(site)
        site.give(alone(2, "Vaccins", status="entered-in-error"), "/DocumentReference")
        assert titles(site) == ["Bilan corrigé"], titles(site)
        site.stop()
        site.verify()


def labels_are_never_lowered():
    """a restricted document is shown where the policy names its label, with it, and nowhere else"""
    restricted = [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]}]
    for writing, labels, shown in (("pdsm/documents", "", []), ("pdsm/documents", "labels: [R]", ["Psychologue"]), ("test/documents", "labels: [R]", [])):
        with Held(reading="pdsm/lire-documents", writing=writing) as site:
            policy = (SOURCE / "conf/policies/equipe-de-soins.yaml").read_text()
            (site.folder / "policy.yaml").write_text(policy.replace("documents: [health]\n", f"documents: [health]\n    {labels}\n"))
            text = site.configuration.read_text()
            site.configuration.write_text(text.replace(f"{SOURCE}/conf/policies/equipe-de-soins.yaml", "policy.yaml"))
            site.start()
            site.give(alone(1, "Psychologue", securityLabel=restricted), "/DocumentReference")
            found = site.find(patient=f"{USER}|3{FINESS}/E1")
            assert [one["type"].get("text") for one in found] == shown, (writing, labels, found)
            for one in found:
                assert one["securityLabel"] == restricted, one
            site.stop()
            if shown:
                (site.folder / "policy.yaml").write_text(policy)
                site.start()
                site.until(lambda: site.find(patient=f"{USER}|3{FINESS}/E1") == [], "what the policy takes back")
                assert site.call(found[0]["content"][0]["attachment"]["url"])[0] == 404
                site.stop()
            site.verify()


if __name__ == "__main__":
    main(documents_are_found_and_read, what_is_asked_wrongly_is_told, what_is_taken_back_is_seen_no_more, a_content_that_is_not_what_is_said_is_refused,
         a_delivery_is_about_one_child, documents_cross_by_pdsm, submissions_add_up, labels_are_never_lowered)
