"""Who is who: a department and a DUI tell of the same child; links are made, proposed, accepted, undone."""

import json
import subprocess

from site_of import SOURCE, TOKEN, Site, Unix, free_port, main, measure_of, push_headers, pushed_child, PUSH

import http.client

# The department's feed, as small as it can be: one child an object.
DECISIONS = """
mapping: cd/decisions
from: json
to: child-record
template:
  ids:
    - {system: "urn:charmille:cd:99", value: "{{ numero }}"}
    - {system: "urn:charmille:cd:99:famille", value: "{{ famille }}"}
  identity:
    birthName: "{{ nom }}"
    birthGivenNames: "{[ prenoms ]}"
    birthDate: "{{ naissance }}"
    sex: {code: "{{ sexe }}"}
    birthPlace: {insee: "{{ insee }}"}
  measures:
    "{% for d in decisions %}":
      number: "{{ %d }}"
      department: "99"
      type: {code: JAE_ASE}
      nature: {code: JUD}
      start: "2024-01-02"
      due: "2026-01-02"
      secretPlace: {code: "no"}
      state: running
"""


def site(matching="{match-by-traits: false}"):
    port = free_port()
    gateway = Site(PUSH + """
  decisions: {adapter: http, partner: cd99, format: json}
  au-dui:
    adapter: file
    partner: dui
    folder: out-dui
    format: json
""", f"""
  push:
    from: push
    mapping: eo/enfant-json
    vars: {{departement: "99"}}
    to: [{{endpoint: cd99, mapping: departement/placements, trigger: change, mode: live, start: everything, file: "{{delivery}}.csv"}}]
  decisions:
    from: decisions
    mapping: cd/decisions
    to: [{{endpoint: au-dui, mapping: test/copie, trigger: change, mode: live, start: everything, file: "{{delivery}}.json"}}]
""", listen=f"listen: {{address: 127.0.0.1:{port}, tls: none}}", extra=f"identity: {matching}\n", policies=("dui",))
    (gateway.folder / "out-dui").mkdir()
    (gateway.folder / "mappings/cd").mkdir(parents=True)
    (gateway.folder / "mappings/test").mkdir()
    (gateway.folder / "mappings/cd/decisions.yaml").write_text(DECISIONS)
    (gateway.folder / "mappings/test/copie.yaml").write_text(
        "mapping: test/copie\nfrom: child-record\nto: tree\ntemplate: \"{{ %context }}\"\n")
    text = gateway.configuration.read_text()
    text = text.replace(f"mappings: [{SOURCE}/mappings]", f"mappings: [{SOURCE}/mappings, mappings]")
    (gateway.folder / "cd-token").write_text(TOKEN + "-of-the-department")
    (gateway.folder / "cd-token").chmod(0o600)
    text = text.replace('department: "99"}', 'department: "99", identity: [{token: {file: cd-token}}]}')
    gateway.configuration.write_text(text)
    gateway.port = port
    gateway.pushed = 0
    gateway.start()
    return gateway


def push(gateway, endpoint, body):
    gateway.pushed += 1
    headers = push_headers(gateway.pushed)
    if endpoint == "decisions":
        headers["Authorization"] += "-of-the-department"
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)
    connection.request("POST", f"/v1/endpoints/{endpoint}?wait=10", body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status == 200, (answer.status, text)


def child_of_dui(number, **changes):
    child = json.loads(pushed_child(number))
    child["codeInsee"] = "62969"
    child.update(changes)
    return json.dumps(child).encode()


def child_of_cd(number, **changes):
    child = {"numero": f"A{number:06}", "famille": "F1", "nom": f"ESSAI{number:06}", "prenoms": ["Test"], "sexe": "F",
             "naissance": "2015-03-04", "insee": "62969", "decisions": [measure_of(number)]}
    child.update(changes)
    return json.dumps(child).encode()


def post(gateway, path, body):
    connection = Unix(gateway.folder / "state/charmille.sock")
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def record_of(gateway, system, value):
    status, answer = post(gateway, "/v1/records/_search", {"system": system, "value": value, "reason": "essai"})
    assert status == 200, answer
    return answer["id"], answer["record"]


def links(gateway, state="all"):
    return gateway.get(f"/v1/links?state={state}")["links"]


def records(gateway):
    return gateway.get("/v1/records?limit=1000")["records"]


DUI = "urn:charmille:dui:990001018:eo"
CD = "urn:charmille:cd:99"


def provisional():
    """a decision before any DUI record makes a child, whom the DUI's record joins later; the other way round is the same"""
    told = []
    for first, second in (("decisions", "push"), ("push", "decisions")):
        with site() as gateway:
            for endpoint in (first, second):
                push(gateway, endpoint, child_of_cd(1) if endpoint == "decisions" else child_of_dui(1))
                assert len(records(gateway)) == 1
            assert [(one["state"], one["rule"]) for one in links(gateway)] == [("linked", "identifier")]
            _, record = record_of(gateway, DUI, "K000001")
            _, same = record_of(gateway, CD, "A000001")
            assert record == same
            assert record["stays"] and record["measures"][0]["number"] == measure_of(1)
            assert [one["system"] for one in record["ids"]] == [CD, CD + ":famille", DUI, DUI + ":dossier"], record["ids"]
            record.pop("identity")  # the latest word counts: that of another authority each time
            told.append(record)
            gateway.settled(2)
            # the DUI is told of its child's decision, in either order
            final = json.loads(sorted((gateway.folder / "out-dui").iterdir(), key=lambda p: p.stat().st_mtime_ns)[-1].read_text())
            final = final[0] if isinstance(final, list) else final
            assert final["measures"][0]["number"] == measure_of(1), final
            gateway.verify()
            gateway.stop()
    assert told[0] == told[1]


def wrong_number():
    """the number of another child, born another day, is no link; accepted by mistake, then undone, each has its own again"""
    with site() as gateway:
        push(gateway, "decisions", child_of_cd(1, naissance="2011-11-11", nom="AUTRE", sexe="M"))
        push(gateway, "push", child_of_dui(2, numeroAse="A000001"))
        gateway.settled(2)
        own, before = record_of(gateway, DUI, "K000002")
        other, decision = record_of(gateway, CD, "A000001")
        assert own != other
        [link] = links(gateway, "proposed")
        assert link["rule"] == "identifier"
        before_files = len(gateway.out_files())
        number = link["number"]
        shown = gateway.run("records", "links", "show", str(number), "--reason", "essai").stdout
        assert "AUTRE" in shown and "ESSAI000002" in shown, shown
        accepted = gateway.run("records", "links", "accept", str(number), "--reason", "même enfant, vu au téléphone").stdout
        assert "accepté par une personne" in accepted
        gateway.settled(2)
        _, together = record_of(gateway, DUI, "K000002")
        assert together["measures"] == decision["measures"] and together["stays"] == before["stays"]
        assert len(records(gateway)) == 1
        assert len(gateway.out_files()) > before_files, "the department is told of the child as one"
        undone = json.loads(gateway.run("records", "links", "undo", str(number), "--reason", "erreur", "--json").stdout)
        assert undone["link"]["state"] == "refused"
        left = undone["deliveries"]
        assert {one["partner"] for one in left} == {"cd99", "dui"}, left
        gateway.until(lambda: all(one["state"] in {"delivered", "held", "superseded"} for one in gateway.deliveries()), "settled")
        held = [one["id"] for one in gateway.deliveries() if one["state"] == "held"]
        assert sorted(held) == sorted(undone["made"]), (held, undone["made"])
        assert any(one.get("correction") in held for one in left), left
        assert record_of(gateway, DUI, "K000002") == (own, before)
        assert record_of(gateway, CD, "A000001") == (other, decision)
        assert len(records(gateway)) == 2
        # the same again is not linked again, nor proposed
        push(gateway, "push", child_of_dui(2, numeroAse="A000001", nomUsage="NEUF"))
        assert [one["state"] for one in links(gateway)] == ["refused"]
        again = gateway.run("records", "links", "refuse", str(number), "--reason", "x", check=False)
        assert again.returncode == 1 and "CH-EXC-027" in again.stderr, (again.returncode, again.stderr)
        gateway.verify()
        gateway.stop()


def homonyms():
    """by strict traits only when switched on and unique: a homonym suspends the link, and it is shown"""
    alike = {"nom": "ESSAI000003", "numero": "V9"}
    with site() as gateway:
        push(gateway, "decisions", child_of_cd(3, **alike))
        push(gateway, "push", child_of_dui(3, numeroAse=None))
        assert [(one["state"], one["rule"], one["score"]) for one in links(gateway)] == [("proposed", "traits", 100)]
        assert len(records(gateway)) == 2
        gateway.stop()
    with site("{match-by-traits: true}") as gateway:
        push(gateway, "decisions", child_of_cd(3, **alike))
        push(gateway, "push", child_of_dui(3, numeroAse=None))
        assert [(one["state"], one["rule"]) for one in links(gateway)] == [("linked", "traits")]
        assert len(records(gateway)) == 1
        push(gateway, "push", child_of_dui(4, numeroAse=None, nomNaissance="ESSAI000003"))
        assert sorted((one["state"], one["rule"]) for one in links(gateway)) == [("proposed", "traits"), ("suspended", "traits")]
        assert len(records(gateway)) == 3
        gateway.stop()


def audited():
    """every link stands in the audit log, and a question about either child finds what concerns both"""
    with site() as gateway:
        push(gateway, "decisions", child_of_cd(1))
        push(gateway, "push", child_of_dui(1))
        gateway.settled(2)
        about = subprocess.run([gateway_binary(gateway), "audit", "about", "--stdin", "--reason", "essai", "--json", "-c", gateway.configuration],
                               input=f"{CD}|A000001\n", capture_output=True, text=True, check=True, timeout=60)
        leaves = [one["leaf"] for one in json.loads(about.stdout)["leaves"] if "leaf" in one]
        events = {one["ev"] for one in leaves}
        assert "admin.link" in events, events
        [made] = [one for one in leaves if one["ev"] == "admin.link"][:1]
        assert made["detail"] == {"from": "none", "reason": "identifier", "to": "linked"}, made
        assert any(one["ev"] == "exchange.subjects" and one.get("dir") == "in" for one in leaves)
        log = gateway.log.read_text() + json.dumps(leaves)
        assert "ESSAI" not in log and "A000001" not in log
        gateway.stop()


def contradictions():
    """where two authorities contradict each other, the record tells one word and shows the other, to people and to programs"""
    with site() as gateway:
        push(gateway, "decisions", child_of_cd(1))
        push(gateway, "push", child_of_dui(1, dateNaissance="2015-03-05"))
        assert len(records(gateway)) == 2 and links(gateway, "proposed"), "another birth date: nothing is linked by itself"
        [link] = links(gateway, "proposed")
        gateway.run("records", "links", "accept", str(link["number"]), "--reason", "vérifié")
        status, answer = post(gateway, "/v1/records/_search", {"system": DUI, "value": "K000001", "reason": "essai"})
        assert status == 200
        [birth] = [one for one in answer["conflicts"] if one["field"] == "identity.birthDate"]
        assert sorted(one["value"] for one in birth["told"]) == ["2015-03-04", "2015-03-05"]
        assert birth["told"][0]["value"] == answer["record"]["identity"]["birthDate"]
        assert len({one["source"] for one in birth["told"]}) == 2 and birth["told"][0]["extracted"].startswith("20")
        shown = gateway.run("records", "show", answer["id"], "--reason", "essai")
        assert json.loads(shown.stdout) == answer["record"]
        assert "désaccord sur" in shown.stderr and "identity.birthDate" in shown.stderr and "2015-03-05" in shown.stderr, shown.stderr
        checked = gateway.run("records", "check", "--reason", "essai", check=False).stdout
        assert "CH-REC-045" in checked
        gateway.stop()


def gateway_binary(gateway):
    from site_of import BINARY
    return BINARY


if __name__ == "__main__":
    main(provisional, wrong_number, homonyms, audited, contradictions)
