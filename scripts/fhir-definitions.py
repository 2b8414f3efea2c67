#!/usr/bin/env python3
"""scripts/fhir-definitions.py FOLDER > schemas/fhir-r4.definitions

What FHIR R4 says of its types, as the compact table that gateway/fhirpath/model.cpp (types and elements) and gateway/fhir/base_table.cpp read, from HL7's own definitions: FOLDER holds
profiles-types.json, profiles-resources.json, valuesets.json, v2-tables.json and v3-codesystems.json (https://hl7.org/fhir/R4/definitions.json.zip)."""

import json
import sys
from pathlib import Path

SYSTEM = "http://hl7.org/fhirpath/System."
PROFILE = "http://hl7.org/fhir/StructureDefinition/"
# Looked at by the validator itself: everything not empty, value or extension, contained resources, the narrative.
OWN = {"ele-1", "ext-1", "ref-1", "dom-3", "dom-6", "txt-1", "txt-2"}
HEADER = """# FHIR R4 (4.0.1): what it says of its types, made from HL7's definitions by scripts/fhir-definitions.py. Fields are parted by tabs.
# type: kind name base. element: =path min max types, then ?! when it modifies, and the value set that binds it.
# !path key severity expression words: a constraint. values: url, then system and codes of each part.
"""


def resources(folder, name):
    return [entry["resource"] for entry in json.loads((folder / name).read_text("utf-8"))["entry"]]


def last(url):
    return url.split("|")[0].removeprefix(PROFILE)


def types_of(element, owner):
    if "contentReference" in element:
        return "#" + element["contentReference"].lstrip("#")
    shown = []
    for one in element.get("type", []):
        code = one["code"]
        if code.startswith(SYSTEM):
            code = "id" if owner == "Resource" else "string"
        targets = [last(url) for url in one.get("targetProfile", [])]
        shown.append(code + (f"({'|'.join(targets)})" if targets else ""))
    return ",".join(shown) or "-"


def lines(definition, bound):
    name = definition["type"]
    base = definition.get("baseDefinition", "").rsplit("/", 1)[-1] or "-"
    kind = {"primitive-type": "primitive", "resource": "resource"}.get(definition["kind"], "complex")
    yield "\t".join((kind, name, base))
    for element in definition["snapshot"]["element"]:
        path = element["path"]
        own = path[len(name) + 1:]
        inherited = element.get("base", {}).get("path", path) != path
        if not inherited and own and not (kind == "primitive" and own == "value"):
            fields = ["=" + own, str(element["min"]), element["max"], types_of(element, name)]
            binding = element.get("binding", {})
            value_set = binding.get("valueSet", "").split("|")[0] if binding.get("strength") == "required" else ""
            if value_set:
                bound.add(value_set)
            if element.get("isModifier") or value_set:
                fields.append("?!" if element.get("isModifier") else "")
            if value_set:
                fields.append(value_set)
            yield "\t".join(fields)
        for one in element.get("constraint", []):
            if one["key"] in OWN or not one.get("expression") or inherited:
                continue
            if own == "" and one.get("source", PROFILE + name).rsplit("/", 1)[-1] != name:
                continue
            if own and one.get("source") and one["source"].rsplit("/", 1)[-1] != name:
                continue  # of the element's type, which has it itself
            yield "\t".join(("!" + own, one["key"], one["severity"], " ".join(one["expression"].split()), " ".join(one["human"].split())))


def codes_of(system, concepts):
    found = []
    for one in concepts:
        found.append(one["code"])
        found += codes_of(system, one.get("concept", []))
    return found


class ValueSets:
    def __init__(self, folder):
        every = [one for name in ("valuesets.json", "v2-tables.json", "v3-codesystems.json") for one in resources(folder, name)]
        self.sets = {one["url"]: one for one in every if one["resourceType"] == "ValueSet"}
        self.systems = {one["url"]: one for one in every if one["resourceType"] == "CodeSystem"}

    def parts(self, url):
        """[(system, codes)], or nothing when they cannot be counted."""
        compose = self.sets.get(url, {}).get("compose", {})
        if "exclude" in compose:
            return None
        found = []
        for one in compose.get("include", []):
            if one.get("filter"):
                return None
            for other in one.get("valueSet", []):
                more = self.parts(other.split("|")[0])
                if more is None or "system" in one:
                    return None
                found += more
            if "system" not in one:
                continue
            system = self.systems.get(one["system"], {})
            if "concept" in one:
                found.append((one["system"], codes_of(one["system"], one["concept"])))
            elif system.get("content") == "complete":
                found.append((one["system"], codes_of(one["system"], system.get("concept", []))))
            else:
                return None
        return found or None


def main():
    folder = Path(sys.argv[1])
    bound = set()
    out = []
    for file in ("profiles-types.json", "profiles-resources.json"):
        for one in resources(folder, file):
            if one["resourceType"] == "StructureDefinition" and one.get("derivation") != "constraint":
                out += lines(one, bound)
    sets = ValueSets(folder)
    for url in sorted(bound):
        parts = sets.parts(url)
        if parts:
            out.append("\t".join(["values", url] + [" ".join([system] + codes) for system, codes in parts]))
    sys.stdout.write(HEADER + "\n".join(out) + "\n")


main()
