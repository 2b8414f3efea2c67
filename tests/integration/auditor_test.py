"""What an auditor who does not program gets from the commands: who received what about a child, on which ground."""

import json
import re
import subprocess

from site_of import BINARY, Site, eo_lot, lot_route, main, sample

CHILD = "urn:charmille:dui:990001018:eo|E01002"


def asked(site, identifier, *options):
    """`audit about`, the identifier on standard input as a person would pipe it."""
    return subprocess.run([BINARY, "audit", "about", "--stdin", *options, "-c", site.configuration], input=identifier + "\n",
                          capture_output=True, text=True, check=False, timeout=60)


def about_one_child():
    """about a child: to whom, when, what, on which ground; the question is in the log and names the child there"""
    lot = sample("small")
    with Site(eo_lot(), lot_route()) as site:
        site.start()
        site.drop(lot)
        site.settled(len(lot))
        result = asked(site, CHILD)
        assert result.returncode == 0, result.stderr
        text = result.stdout
        assert "→ cd99" in text and "← dui" in text, text
        for word in ("transmis", "identité", "mesures", "fondement", "CASF L221-1", "règle", "departement#1", "retenu", "santé"):
            assert word in text, f"{word} is not in: {text}"
        assert "Europe/Paris" in text and "E01002" not in text, text

        told = json.loads(asked(site, CHILD, "--json").stdout)["leaves"]
        sent = [one for one in told if one["leaf"]["ev"] == "exchange.subjects" and one["leaf"]["dir"] == "out"]
        assert len(sent) == 1 and sent[0]["state"] == "delivered" and sent[0]["delivered"], sent
        identifiers = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", text)
        assert sent[0]["leaf"]["xch"] in identifiers, "the exchange's id is not whole in the list"
        shown = site.run("exchanges", "show", sent[0]["leaf"]["xch"]).stdout
        assert "cd99" in shown, shown
        # Both questions are in the log, the first is part of the second's answer.
        questions = [one["leaf"] for one in told if one["leaf"]["ev"] == "audit.query"]
        assert len(questions) == 2 and all(one["detail"]["query"] == "about" for one in questions), questions

        unknown = asked(site, "urn:charmille:dui:990001018:eo|nobody")
        assert unknown.returncode == 1 and "CH-API-010" in unknown.stderr, unknown
        assert asked(site, "no bar").returncode == 2
        listed = site.run("audit", "list", "--event", "audit.query", "--json").stdout
        assert "nobody" not in listed and "E01002" not in listed


def words_of_the_log():
    """the list has a label for every event, whole ids, and tells the right form of what it cannot read"""
    lot = sample("small")
    with Site(eo_lot(), lot_route("lot")) as site:
        site.start()
        site.drop(lot)
        site.settled(len(lot))
        french = site.run("audit", "list", "--limit", "1000").stdout
        assert not re.search(r"\b(exchange|admin|audit|node|config)\.[a-z_]+", french), french
        assert "enfants concernés" in french and "livré" in french, french
        english = site.run("audit", "list", "--lang", "en").stdout
        assert "children concerned" in english, english
        delivery = site.deliveries()[0]["id"]
        assert delivery in french, "the id of the delivery is cut"
        wrong = site.run("audit", "list", "--event", "exchange.deliverd", check=False)
        assert wrong.returncode == 2 and "exchange.delivered" in wrong.stderr, wrong.stderr
        assert "exchange.delivered" in site.run("audit", "events").stdout
        hier = site.run("audit", "list", "--since", "hier", check=False)
        assert hier.returncode == 2 and "2026-06-30" in hier.stderr, hier.stderr
        assert site.run("audit", "list", "--since", "2020-01-01").stdout.count("\n") > 1


def words_of_exchanges():
    """send tells people what became of a file; a waiting file names what its lot lacks; a lot again says so; stopped is told"""
    lot = sample("small")
    with Site(eo_lot(), lot_route("lot")) as site:
        folder = site.folder / "given"
        folder.mkdir()
        for name, content in lot.items():
            (folder / name).write_bytes(content)
        stopped = site.run("send", "eo", folder / "EO_Mesures_20260630.csv", check=False)
        assert stopped.returncode == 3 and "arrêtée" in stopped.stderr and "serve -c" in stopped.stderr, stopped
        site.start()
        given = site.run("send", "eo", folder / "EO_Mesures_20260630.csv").stdout
        assert "attend le reste de son lot" in given and "{" not in given, given
        identifier = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", given).group()
        shown = site.run("exchanges", "show", identifier).stdout
        assert re.search(r"il manque +EO_Usagers", shown), shown
        assert json.loads(site.run("send", "eo", folder / "EO_Mesures_20260630.csv", "--json").stdout)["exchange"]

    with Site(eo_lot(), lot_route("lot")) as site:
        site.start()
        site.drop(lot)
        site.settled(len(lot))
        site.drop(lot)
        site.settled(2 * len(lot))
        listed = site.run("exchanges", "list", "--direction", "in").stdout
        assert listed.count("déjà reçu") == len(lot) and listed.count("traité") == len(lot), listed
        refused = site.run("exchanges", "list", "--state", "quarantined", check=False)
        assert refused.returncode == 2 and "parked" in refused.stderr, refused
        assert site.run("exchanges", "list", "--state", "livré").stdout.count("→") == len(site.deliveries())


main(about_one_child, words_of_the_log, words_of_exchanges)
