"""Import of an Eo lot through the running gateway: every record that it then holds agrees with the truth, field by field."""

import json
import os
import subprocess

from site_of import DATA, Site, Unix, eo_lot, lot_route, main, sample

COMPARE = os.environ["COMPARE_TRUTH"]


def records(site):
    """Every record of the store: each look at one is asked with a reason, and audited."""
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
            yield json.loads(body)["record"]
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


main(small_and_medium)
