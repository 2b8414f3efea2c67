"""Deliveries under tokens of a real OAuth 2.0 server (Glewlwyd): asked for, kept, renewed, and refused."""

import base64
import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

from site_of import PUSH, SOURCE, Site, Skip, main, push_route, pushed_child

BED = SOURCE / "tests/testbed"
REGISTRATION = Path("/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz")


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authority:
    """Glewlwyd as tests/testbed/start-oidc.sh starts it, with tokens that last `seconds`."""

    def __init__(self, seconds):
        missing = [one for one in ("glewlwyd", "sqlite3", "openssl", "curl") if not shutil.which(one)]
        if missing or not REGISTRATION.exists():
            raise Skip(f"missing: {', '.join(missing) or REGISTRATION}")
        self.seconds = seconds
        self.work = Path(tempfile.mkdtemp(prefix="charmille-oauth-"))
        self.start()

    def start(self):
        port = [str(urllib.parse.urlsplit(self.text("url")).port)] if self.path("url").exists() else []
        subprocess.run([BED / "start-oidc.sh", self.work, *port], check=True, timeout=60, stdout=subprocess.DEVNULL,
                       env={**os.environ, "DURATION": str(self.seconds)})

    def stop(self):
        subprocess.run([BED / "stop.sh", self.work], check=True, timeout=60)

    def path(self, name):
        return self.work / "oidc" / name

    def text(self, name):
        return self.path(name).read_text().strip()

    def signed(self, token):
        """By the token itself: Glewlwyd knows no more of those that it gave for a secret in the request."""
        head, claims, signature = token.split(".")
        (self.work / "signature").write_bytes(unpadded(signature))
        judged = subprocess.run(["openssl", "dgst", "-sha256", "-verify", self.path("pub.pem"), "-signature", self.work / "signature"],
                                input=f"{head}.{claims}".encode(), check=False, stdout=subprocess.DEVNULL, timeout=10)
        told = json.loads(unpadded(claims))
        return judged.returncode == 0 and told["exp"] > time.time() and "dossiers" in told["scope"]

    def admits(self, token):
        """By the server's own word (RFC 7662)."""
        request = urllib.request.Request(self.text("url") + "/introspect", urllib.parse.urlencode({"token": token}).encode())
        request.add_header("Authorization", "Basic " + base64.b64encode(f"gateway:{self.text('secret')}".encode()).decode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            told = json.loads(answer.read())
        return told["active"] and "dossiers" in told["scope"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.work, ignore_errors=True)


class Deposit:
    """Takes what comes with a token that `admits` admits; 401 without."""

    def __init__(self, admits):
        self.tokens = []  # of what was taken, in order
        self.refused = []
        self.revoked = set()
        deposit = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                good = token not in deposit.revoked and admits(token)
                (deposit.tokens if good else deposit.refused).append(token)
                self.send_response(201 if good else 401)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):  # a gateway that is killed leaves its connections broken
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/lots"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def site(authority, deposit, authentication="basic"):
    gateway = Site(PUSH + f"""
  sink:
    adapter: http
    partner: cd99
    url: "{deposit.url}"
    format: {{csv: {{encoding: utf-8, delimiter: ";"}}}}
    timeout: 5s
    oauth2: {{token-url: "{authority.text('url')}/token", client: gateway, secret: {{file: client-secret}}, scope: dossiers, authentication: {authentication}}}
""", push_route("endpoint: sink, mapping: departement/placements"))
    write_secret(gateway, authority.text("secret"))
    return gateway


def write_secret(gateway, secret):
    path = gateway.folder / "client-secret"
    path.write_text(secret)
    os.chmod(path, 0o600)


def send(gateway, number):
    path = gateway.folder / "child.json"
    path.write_bytes(pushed_child(number))
    gateway.run("send", "push", path)


def states(gateway):
    return sorted(one["state"] for one in gateway.deliveries())


def nothing_told(gateway, *secrets):
    """Neither in the log, nor in what a person is shown, nor in the store."""
    shown = "".join(gateway.run("exchanges", "show", one["id"], check=False).stdout for one in gateway.deliveries())
    told = [gateway.log.read_bytes(), shown.encode(), *(path.read_bytes() for path in (gateway.folder / "state").rglob("*") if path.is_file())]
    assert not any(secret.encode() in text for secret in secrets for text in told), "a secret is told"


def asked_for_kept_and_renewed():
    """many deliveries leave under one token; when it ends they leave under another, and each is admitted"""
    with Authority(6) as authority, Deposit(authority.admits) as deposit, site(authority, deposit) as gateway:
        gateway.start()
        began = time.monotonic()
        for number in range(1, 4):
            send(gateway, number)
        gateway.until(lambda: len(deposit.tokens) == 3, "three deliveries")
        if time.monotonic() - began < 2:  # the token is good for three seconds
            assert len(set(deposit.tokens)) == 1, len(set(deposit.tokens))
        time.sleep(6.5)
        for number in range(4, 6):
            send(gateway, number)
        gateway.until(lambda: len(deposit.tokens) == 5, "two more")
        assert deposit.tokens[0] not in deposit.tokens[3:] and not deposit.refused, deposit.refused
        gateway.until(lambda: states(gateway) == ["delivered"] * 5, "the outcomes")
        nothing_told(gateway, authority.text("secret"), *set(deposit.tokens))
        gateway.stop()
        gateway.verify()


def many_at_once_whatever_dies():
    """the gateway is killed while deliveries leave: each arrives, none without its token"""
    count = 12
    with Authority(60) as authority, Deposit(authority.admits) as deposit, site(authority, deposit) as gateway:
        gateway.start()
        for number in range(1, count + 1):
            send(gateway, number)
            if number % 4 == 0:
                gateway.kill()
                gateway.start()
        gateway.until(lambda: states(gateway) == ["delivered"] * count, "every delivery", 60)
        assert len(deposit.tokens) >= count and not deposit.refused
        gateway.stop()
        gateway.verify()


def the_secret_in_the_request():
    """the server that wants the secret in the request gets it there"""
    with Authority(60) as authority, Deposit(authority.signed) as deposit, site(authority, deposit, "post") as gateway:
        gateway.start()
        send(gateway, 1)
        gateway.until(lambda: states(gateway) == ["delivered"], "the delivery")
        gateway.stop()


def a_revoked_token_is_replaced():
    """a token that the receiver no longer takes is replaced at once"""
    with Authority(60) as authority, Deposit(authority.admits) as deposit, site(authority, deposit) as gateway:
        gateway.start()
        send(gateway, 1)
        gateway.until(lambda: states(gateway) == ["delivered"], "the first")
        deposit.revoked.add(deposit.tokens[0])
        send(gateway, 2)
        gateway.until(lambda: states(gateway) == ["delivered"] * 2, "the second")
        assert deposit.refused == deposit.tokens[:1] and deposit.tokens[1] != deposit.tokens[0]
        gateway.stop()


def a_wrong_secret_waits_for_a_person():
    """refused by the token server: nothing is sent, and after the correction the delivery leaves"""
    with Authority(60) as authority, Deposit(authority.admits) as deposit, site(authority, deposit) as gateway:
        write_secret(gateway, "another-secret")
        gateway.start()
        send(gateway, 1)
        gateway.until(lambda: "CH-OAUTH-003" in str(gateway.deliveries()), "the refusal")
        one = gateway.deliveries()[0]
        assert one["state"] in ("held", "parked") and not deposit.tokens and not deposit.refused, one
        nothing_told(gateway, "another-secret")
        gateway.stop()
        write_secret(gateway, authority.text("secret"))
        gateway.start()
        gateway.run("exchanges", "replay", one["id"], "--reason", "secret corrigé")
        gateway.until(lambda: len(deposit.tokens) == 1, "the delivery")
        gateway.stop()


def a_token_server_that_is_away():
    """while no token is to be had the delivery waits, and leaves when there is one"""
    with Authority(60) as authority, Deposit(authority.admits) as deposit, site(authority, deposit) as gateway:
        gateway.start()
        authority.stop()
        send(gateway, 1)
        time.sleep(1)
        assert states(gateway) in (["deferred"], ["sending"]) and not deposit.tokens, gateway.deliveries()
        authority.start()
        gateway.until(lambda: states(gateway) == ["delivered"], "the delivery", 30)
        gateway.stop()


if __name__ == "__main__":
    main(asked_for_kept_and_renewed, many_at_once_whatever_dies, the_secret_in_the_request, a_revoked_token_is_replaced, a_wrong_secret_waits_for_a_person,
         a_token_server_that_is_away)
