"""A health directory for tests, in the shape of the Annuaire Santé's FHIR API: invented people, strict about what it is asked."""

import datetime
import itertools
import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "cle-inventee-pour-l-essai"
RPPS = "https://rpps.esante.gouv.fr"
FINESS = "https://finess.esante.gouv.fr"
SIRET = "https://sirene.fr"
MAILBOX = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-mailbox-mss-metadata"
COMMON = {"_id", "_lastUpdated", "_count", "identifier", "mailbox-mss:exact"}
KNOWN = {"Practitioner": COMMON | {"family", "given"}, "PractitionerRole": COMMON | {"practitioner"},
         "Organization": COMMON | {"name:contains", "address-city", "address-postalcode"}}
LONG_AGO = "2020-01-01T00:00:00.000+02:00"


def rpps(number):
    return f"1{number:010}"


def mailbox(address, red=False, kind="PER"):
    return {"system": "email", "value": address, "extension": [{"url": MAILBOX, "extension": [
        {"url": "type", "valueCodeableConcept": {"coding": [{"code": kind}]}}, {"url": "listeRouge", "valueBoolean": red}]}]}


def practitioner(number, family, given="Alix", mailboxes=(), updated=LONG_AGO):
    return {"resourceType": "Practitioner", "id": f"p{number}", "meta": {"lastUpdated": updated}, "active": True,
            "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": f"8{rpps(number)}"}, {"system": RPPS, "value": rpps(number)}],
            "name": [{"family": family, "given": [given]}], "telecom": list(mailboxes)}


def role(number, who, where, mailboxes=(), updated=LONG_AGO):
    return {"resourceType": "PractitionerRole", "id": f"r{number}", "meta": {"lastUpdated": updated}, "active": True,
            "practitioner": {"reference": f"Practitioner/{who}"}, "organization": {"reference": f"Organization/{where}"},
            "telecom": list(mailboxes)}


def organization(number, name, finess, siret, mailboxes=(), updated=LONG_AGO):
    return {"resourceType": "Organization", "id": f"o{number}", "meta": {"lastUpdated": updated}, "active": True, "name": name,
            "identifier": [{"system": FINESS, "value": finess}, {"system": SIRET, "value": siret}],
            "address": [{"postalCode": "59000", "city": "LILLE", "_line": [{"extension": [{"url": "x", "valueString": "3 rue des Charmes"}]}]}],
            "telecom": list(mailboxes)}


def lists(resource, name, text):
    return any(text in (one.get("system"), one.get("value")) for one in resource.get(name, []))


def holds(resource, name, value):
    """Whether the resource fits one parameter of a search."""
    low = value.lower()
    if name == "_id":
        return resource["id"] in value.split(",")
    if name == "_lastUpdated":
        assert value.startswith("ge"), value
        return datetime.datetime.fromisoformat(resource["meta"]["lastUpdated"]) >= datetime.datetime.fromisoformat(
            value[2:].replace("Z", "+00:00"))
    if name == "identifier":
        system, _, text = value.partition("|")
        return any(one["system"] == system and one["value"] == text for one in resource["identifier"])
    if name == "practitioner":
        return resource["practitioner"]["reference"] in value.split(",")
    if name == "family":
        return any(one["family"].lower().startswith(low) for one in resource["name"])
    if name == "given":
        return any(given.lower().startswith(low) for one in resource["name"] for given in one["given"])
    if name == "name:contains":
        return low in resource["name"].lower()
    if name == "address-city":
        return any(one["city"].lower().startswith(low) for one in resource["address"])
    if name == "address-postalcode":
        return any(one["postalCode"].startswith(low) for one in resource["address"])
    if name == "mailbox-mss:exact":
        return lists(resource, "telecom", value)
    return True


class Directory:
    """Serves `resources` from a port of its own; `asked` holds the search of each request, in order."""

    def __init__(self, *resources):
        self.resources = {one["id"]: one for one in resources}
        self.asked = []
        self.key = KEY
        self.instead = None  # (status, content type, bytes): the answer to everything
        self.next_host = None  # where the rest of a page is said to be
        self.next_path = None
        self.pages = {}
        self.tokens = itertools.count(1)
        self.server = None
        self.port = 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        directory = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                status, kind, body = directory.answer(self.path, self.headers)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # a client that had enough hangs up

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}/fhir/v2"

    def answer(self, path, headers):
        url = urllib.parse.urlsplit(path)
        parameters = urllib.parse.parse_qsl(url.query, keep_blank_values=True)
        kind = url.path.removeprefix("/fhir/v2").strip("/")
        self.asked.append((kind, dict(parameters)))
        if self.instead:
            return self.instead
        if headers.get("ESANTE-API-KEY") != self.key:
            return self.outcome(403, "forbidden")
        if "token" in dict(parameters):
            return self.page(dict(parameters)["token"])
        if kind not in KNOWN:
            return self.outcome(404, "not-supported")
        for name, _ in parameters:
            if name not in KNOWN[kind]:
                return self.outcome(400, "not-supported")
        found = [one for one in self.resources.values() if one["resourceType"] == kind and
                 all(holds(one, name, value) for name, value in parameters)]
        size = min(int(dict(parameters).get("_count", 50)), 50)
        pages = [found[at:at + size] for at in range(0, len(found), size)] or [[]]
        return self.give(pages, len(found))

    def give(self, pages, total):
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": total, "link": [{"relation": "self", "url": self.base}],
                  "entry": [{"fullUrl": f"{self.base}/{one['resourceType']}/{one['id']}", "resource": one, "search": {"mode": "match"}}
                            for one in pages[0]]}
        if len(pages) > 1:
            token = f"t{next(self.tokens)}"
            self.pages[token] = (pages[1:], total)
            host = self.next_host or f"http://127.0.0.1:{self.port}"
            bundle["link"].append({"relation": "next", "url": f"{host}{self.next_path or '/fhir/v2'}?token={token}&_bundletype=searchset"})
        return 200, "application/fhir+json", json.dumps(bundle).encode()

    def page(self, token):
        if token not in self.pages:
            return self.outcome(410, "not-found")
        return self.give(*self.pages[token])

    @staticmethod
    def outcome(status, code):
        body = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code, "diagnostics": "rien à répéter"}]}
        return status, "application/fhir+json", json.dumps(body).encode()
