"""Import of an Eo lot through the running gateway: every record that it then holds agrees with the truth, field by field."""

import json
import os
import subprocess
import time

from site_of import COPY, DATA, MOVEMENTS, MOVEMENTS_ROUTE, Site, Unix, eo_lot, lot_route, main, movements, movements_route, sample

COMPARE = os.environ.get("COMPARE_TRUTH", "compare_truth")


def records(site):
    """Every record of the store: each look at one is asked with a reason, and audited."""
    return (record for record, _ in records_and_ids(site))


def records_and_ids(site):
    after = ""
    while True:
        page = site.get(f"/v1/records?limit=1000{after}")
        for one in page["records"]:
            connection = Unix(site.folder / "state/charmille.sock")
            connection.request("POST", "/v1/records/_search", json.dumps({"id": one["id"], "reason": "essai"}),
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, body
            yield json.loads(body)["record"], one["id"]
        if not page.get("next"):
            return
        after = f"&after={page['next']}"


def agrees(*sizes):
    for size in sizes:
        files = sample(size)
        with Site(eo_lot(), lot_route("lot", "shadow")) as site:
            site.start()
            site.drop(files)
            site.settled(len(files), 60)
            held = site.folder / f"{size}.jsonl"
            held.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records(site)), "utf-8")
            site.stop()
            compared = subprocess.run([COMPARE, held, DATA / "ase" / size / "truth.jsonl"], capture_output=True, text=True, check=False)
            assert compared.returncode == 0, compared.stdout[-3000:]
            print(f"{size}: {compared.stdout.splitlines()[-1].split(None, 1)[1]}")


def small_and_medium():
    """small, then medium: what the store holds is what the truth says"""
    agrees("small", "medium")


def what_was_told_last_is_what_stands():
    """sources that take turns at the last word: whoever is told has, at the end, the names that the records have"""
    files = sample("small")
    told = (DATA / "ase/small/cd/CD99_ASE_MVT_20260630.csv").read_bytes()
    team = """
  vers-equipe: {adapter: file, partner: equipe, folder: out-equipe, format: json}
"""
    to = '[{endpoint: vers-equipe, mapping: test/copie, trigger: change, mode: live, start: everything, file: "{delivery}.json"}]'
    routes = f"""
  enfants:
    from: eo
    mapping: eo/enfants
    input: EO_Usagers
    vars: {{departement: "99", periode: "{{month}}"}}
    to: {to}
""" + MOVEMENTS_ROUTE.replace("to: []", "to: " + to)
    with Site(eo_lot() + MOVEMENTS + team, routes, extra="identity: {match-by-traits: true}\n",
              partners="  equipe: {recipient: care-team}\n", policies=["equipe-de-soins"], mappings={"test/copie": COPY}) as site:
        for folder in ("mouvements", "archive-mouvements", "reject-mouvements", "out-equipe"):
            (site.folder / folder).mkdir()
        site.start()
        def names():
            """By name without case and accents: as the last payload has it."""
            last = {}
            for path in sorted((site.folder / "out-equipe").glob("*.json"), key=lambda one: one.stat().st_mtime_ns):
                for record in json.loads(path.read_text("utf-8")):
                    one = record["identity"]
                    last[(one["birthDate"], one["birthGivenNames"][0][:3].upper(), one["birthName"][-3:].upper())] = one["birthName"]
            return last
        site.drop(files)
        site.settled(len(files))
        first = names()
        time.sleep(1.1)  # the next word is later
        site.drop({"CD99_ASE_MVT_20260702.csv": told.replace(b"20260630", b"20260702")}, "mouvements")
        site.settled(len(files) + 1)
        second = names()
        site.drop({name.replace("20260630", "20260705"): content for name, content in files.items()})
        site.settled(2 * len(files) + 1)
        third = names()
        stands = {record["identity"]["birthName"] for record in records(site) if "identity" in record}
        print(f"{sum(first[key] != second.get(key) for key in first)} names told anew by the department, "
              f"{sum(third[key] != second.get(key) for key in third)} by the same export again")
        assert set(third.values()) <= stands, [(key, first.get(key), second.get(key), name) for key, name in third.items() if name not in stands]
        site.stop()


def with_the_department(*orders):
    """eo and the department's movements, in either order: matched, and every field is what the truth says"""
    for size, order in orders:
        files = sample(size)
        told = (DATA / "ase" / size / "cd/CD99_ASE_MVT_20260630.csv").read_bytes()
        with Site(eo_lot() + MOVEMENTS, lot_route("lot", "shadow") + MOVEMENTS_ROUTE,
                  extra="identity: {match-by-traits: true}\n") as site:
            for folder in ("mouvements", "archive-mouvements", "reject-mouvements"):
                (site.folder / folder).mkdir()
            site.start()
            begun = time.monotonic()
            for done, feed in enumerate(order):
                if feed == "eo":
                    site.drop(files)
                else:
                    site.drop({"CD99_ASE_MVT_20260630.csv": told}, "mouvements")
                site.settled(len(files) if order[0] == "eo" and not done else 1 if not done else len(files) + 1, 120)
            took = time.monotonic() - begun
            held = site.folder / "records.jsonl"
            held.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records(site)), "utf-8")
            memory = next(line for line in open(f"/proc/{site.process.pid}/status") if line.startswith("VmHWM"))
            site.stop()
            compared = subprocess.run([COMPARE, held, DATA / "ase" / size / "truth.jsonl"], capture_output=True, text=True, check=False)
            print(f"{size}, {' then '.join(order)}: {compared.stdout.splitlines()[-1].strip()}; {took:.1f} s, {memory.split()[1]} KiB")
            assert compared.returncode == 0, compared.stdout[-3000:]


def both_ways():
    """small and medium, eo and cd in either order: matched, and every field is what the truth says"""
    with_the_department(("small", ("eo", "cd")), ("small", ("cd", "eo")), ("medium", ("eo", "cd")))


def exactly_spelled(everyone, truth):
    """The children whose names are, letter by letter, those of the truth."""
    by_number = {one["value"]: record["identity"] for record in everyone for one in record["ids"] if one["system"] == "urn:charmille:cd:99"}
    return [number for number, child in truth.items() if number in by_number
            and by_number[number]["birthName"] == child["identite"]["nom_naissance"]
            and by_number[number]["birthGivenNames"] == child["identite"]["prenoms"]]


def accept_what_is_proposed(site, truth):
    """What a person does with the links proposed: accepts those of one child. Gives how many were, and how many were not."""
    number_of = {}
    for record, child in records_and_ids(site):
        for one in record["ids"]:
            # The DUI's numbers are unique over its establishments.
            number_of.setdefault(child, {})["dui" if one["system"].endswith(":eo") else one["system"]] = one["value"]
    right = wrong = 0
    for link in site.get("/v1/links?state=proposed&limit=1000")["links"]:
        # A party that is not listed is part of a child who is linked already, and so is one with both numbers.
        one, other = number_of.get(link["a"], {}), number_of.get(link["b"], {})
        both = {**one, **other}
        already_linked = not one or not other or {"dui", "urn:charmille:cd:99"} & set(one) & set(other)
        if already_linked or truth.get(both.get("urn:charmille:cd:99"), {}).get("id_dui") != both.get("dui"):
            wrong += 1
            continue
        site.run("records", "links", "accept", str(link["number"]), "--reason", "pièce d'identité vue")
        right += 1
    return right, wrong


def in_xml(sizes, status, orders):
    for size in sizes:
        truth = {child["id_cd"]: child for child in map(json.loads, (DATA / "ase" / size / "truth.jsonl").open(encoding="utf-8"))}
        for order in orders:
            files = sample(size)
            payload = (DATA / "ase" / size / "cd/CD99_ASE_20260630.xml").read_bytes()
            with Site(eo_lot() + movements("mouvements-974"), lot_route("lot", "shadow")
                      + movements_route("departement/mouvements-xml", f", statut-ins: {status}" if status else ""),
                      extra="identity: {match-by-traits: true}\n") as site:
                for folder in ("mouvements", "archive-mouvements", "reject-mouvements"):
                    (site.folder / folder).mkdir()
                site.start()
                begun = time.monotonic()
                arrived = 0
                for feed in order:
                    site.drop(files if feed == "eo" else {"CD99_ASE_20260630.xml": payload}, "in" if feed == "eo" else "mouvements")
                    arrived += len(files) if feed == "eo" else 1
                    site.settled(arrived, 120)
                took = time.monotonic() - begun
                memory = next(line for line in open(f"/proc/{site.process.pid}/status") if line.startswith("VmHWM"))
                right, wrong = accept_what_is_proposed(site, truth)
                held = list(records(site))
                spelled = exactly_spelled(held, truth)
                (site.folder / "records.jsonl").write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in held), "utf-8")
                compared = subprocess.run([COMPARE, site.folder / "records.jsonl", DATA / "ase" / size / "truth.jsonl"],
                                          capture_output=True, text=True, check=False)
                print(f"{size}, {' then '.join(order)}, INS {status or 'without status'}: {compared.stdout.splitlines()[-1].strip()}; "
                      f"{right} links accepted, {wrong} left; {len(spelled)} of {len(truth)} names exact; {took:.1f} s, {memory.split()[1]} KiB")
                assert compared.returncode == 0, compared.stdout[-3000:]
                assert len(spelled) == len(truth), sorted(set(truth) - set(spelled))[:5]
                site.stop()


def movements_in_xml():
    """eo and the department's XML, in either order, INS qualified or not: every field is what the truth says, and no letter is lost"""
    sizes = os.environ.get("CHARMILLE_SIZES", "small").split()
    in_xml(sizes, "", (("eo", "cd"), ("cd", "eo")))
    in_xml(sizes, "QUALIFIEE", (("eo", "cd"), ("cd", "eo")))


def presence():
    """with both feeds, the état de présence is the expected one, byte for byte"""
    for size in ("small", "medium"):
        files = sample(size)
        extraction = """
  enfants:
    from: eo
    mapping: eo/enfants
    input: EO_Usagers
    vars: {departement: "99", periode: "{month}"}
    to:
      - endpoint: cd99
        mapping: departement/etat-presence
        trigger: schedule
        schedule: {monthly: 2, at: "06:00"}
        period: previous-month
        mode: live
        format:
          csv:
            encoding: iso-8859-15
            delimiter: ";"
            header: false
            first-line: "00;{first:finess};CD99;PRES;{first:month};V1.0"
            last-line: "99;{first:finess};{all-lines:6};{sum:billable:6}"
        file: "ETAT_PRESENCE_{month}.csv"
"""
        with Site(eo_lot() + MOVEMENTS, extraction + MOVEMENTS_ROUTE, extra="identity: {match-by-traits: true}\n") as site:
            for folder in ("mouvements", "archive-mouvements", "reject-mouvements"):
                (site.folder / folder).mkdir()
            site.start()
            site.drop(files)
            site.settled(len(files), 120)
            site.drop({"CD99_ASE_MVT_20260630.csv": (DATA / "ase" / size / "cd/CD99_ASE_MVT_20260630.csv").read_bytes()}, "mouvements")
            site.settled(len(files) + 1, 120)
            site.run("extract", "enfants", "--period", "2026-06")
            site.until(site.out_files, "the extraction", 60)
            ours = site.out_files()[0].read_bytes().splitlines()
            expected = (DATA / "ase" / size / "expected/ETAT_PRESENCE_202606.csv").read_bytes().splitlines()
            differing = [(a, b) for a, b in zip(ours, expected) if a != b]
            print(f"{size}: {len(ours)} lines, {len(expected)} expected, {len(set(expected) - set(ours))} missing, "
                  f"{len(set(ours) - set(expected))} not expected")
            assert not set(expected) ^ set(ours), (sorted(set(expected) - set(ours))[:5], sorted(set(ours) - set(expected))[:5])
            assert not differing, differing[:3]
            site.stop()


if __name__ == "__main__":
    main(small_and_medium, what_was_told_last_is_what_stands, both_ways, movements_in_xml, presence)
