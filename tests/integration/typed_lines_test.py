"""Lines of several types through a running gateway: a line without its parent waits, and stops waiting when it comes."""

import json

from site_of import SOURCE, Site, main

ENDPOINTS = """
  lines:
    adapter: file
    partner: dui
    folder: in
    archive: archive
    reject: reject
    stable: 0s
    format:
      records:
        encoding: iso-8859-15
        envelope: {lot: lot, extracted: day}
        types:
          "00": {name: head, role: header, fields: [day, lot]}
          "10": {name: children, key: [id], fields: [id, name, given, sex, birth]}
          "20": {name: decisions, parent: children, key: [id, number], fields: [id, number, start, due]}
          "99": {name: tail, role: trailer, fields: [lines], checks: {lines: {count: all}}}
"""

ROUTES = """
  lines:
    from: lines
    mapping: lines/children
    to: [{endpoint: cd99, mapping: departement/placements, trigger: change, mode: live, start: everything}]
"""

MAPPING = """
mapping: lines/children
from: records
to: child-record
each: rows
tables:
  sex: {"1": M, "2": F}
template:
  ids:
    - {system: "urn:charmille:dui:990001018:lines", value: "{{ id }}"}
  identity:
    birthName: "{{ name }}"
    birthGivenNames: "{[ given ]}"
    sex: {code: "{{ sex.translate('sex') }}", raw: "{{ sex }}"}
    birthDate: "{{ birth.parseDate('yyyyMMdd') }}"
  measures:
    "{% for m in decisions %}":
      number: "{{ %m.number }}"
      department: "99"
      start: "{{ %m.start.parseDate('yyyyMMdd') }}"
      due: "{{ %m.due.parseDate('yyyyMMdd') }}"
"""

CHILD = "10;K1;ESSAI;Élise;2;20150304"
OTHER = "10;K2;ESSAI;Noé;1;20160405"
DECISION = "20;K1;99-K1;20240102;20260102"
OF_OTHER = "20;K2;99-K2;20240102;20260102"


def file_of(lot, *lines, count=None):
    return "\r\n".join([f"00;20260630;{lot}", *lines, f"99;{count or len(lines) + 2}", ""]).encode("iso-8859-15")


class Lines(Site):
    def __init__(self):
        super().__init__(ENDPOINTS, ROUTES)
        (self.folder / "mappings/lines").mkdir(parents=True)
        (self.folder / "mappings/lines/children.yaml").write_text(MAPPING)
        text = self.configuration.read_text()
        self.configuration.write_text(text.replace(f"mappings: [{SOURCE}/mappings]", f"mappings: [{SOURCE}/mappings, mappings]"))

    def waiting(self):
        return self.get("/v1/quarantine?limit=100")["quarantine"]

    def received(self, number):
        self.settled(number)
        return sorted((one for one in self.exchanges() if one["direction"] == "in"), key=lambda one: one["number"])[-1]


def a_line_without_its_parent_waits_for_it():
    """a decision without its child waits under that child's number, and is settled when both come"""
    with Lines() as site:
        site.start()
        site.drop({"monday.txt": file_of("L1", DECISION, OTHER)}, "in")
        first = site.received(1)
        assert first["state"] == "done", first
        (entry,) = site.waiting()
        assert "CH-LIG-053" in str(entry) and entry["localId"] == "K1", entry
        site.drop({"tuesday.txt": file_of("L2", DECISION, OTHER, OF_OTHER)}, "in")
        site.received(2)
        (again,) = site.waiting()
        assert again["number"] == entry["number"] and again["seen"] == 2, again
        site.drop({"wednesday.txt": file_of("L3", DECISION, CHILD)}, "in")
        site.received(3)
        assert not site.waiting(), site.waiting()
        site.stop()
        site.verify()


def the_dry_run_knows_numbers_and_waiting_lines():
    """the dry run counts lines that wait for their child, and knows a numbered payload that was taken"""
    with Lines() as site:
        site.start()
        path = site.folder / "monday.txt"
        path.write_bytes(file_of("L1", DECISION, OTHER))

        def previewed():
            answer = json.loads(site.run("send", "lines", path, "--dry-run", "--json", check=False).stdout)
            (route,) = answer["routes"]
            return answer["alreadyDone"], route["created"], route["same"], route["refused"], route["pending"]

        assert previewed() == (False, 1, 0, 0, 1), previewed()
        site.drop({"monday.txt": path.read_bytes()}, "in")
        site.received(1)
        assert previewed() == (True, 0, 1, 0, 1), previewed()
        path.write_bytes(file_of("L1", CHILD))
        other = site.run("send", "lines", path, "--dry-run", check=False)
        assert other.returncode == 1 and "CH-EXC-033" in other.stderr, other
        site.stop()


def a_wrong_total_refuses_the_whole():
    """a file whose trailer is wrong is refused: nothing of it is applied, and the report names the line"""
    with Lines() as site:
        site.start()
        site.drop({"cut.txt": file_of("L1", CHILD, DECISION, count=9)}, "in")
        exchange = site.received(1)
        assert exchange["state"] == "rejected", exchange
        report = site.report(exchange["id"])
        assert "CH-LIG-043" in report["text"] and "cut.txt, ligne 4, colonne 2" in report["text"], report["text"]
        assert not site.deliveries()
        site.stop()
        site.verify()


main(a_line_without_its_parent_waits_for_it, the_dry_run_knows_numbers_and_waiting_lines, a_wrong_total_refuses_the_whole)
