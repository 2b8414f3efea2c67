#!/usr/bin/env python3
"""scripts/fhir-model.py FOLDER > schemas/fhir-r4.model

The types and elements of FHIR R4 as the compact table that gateway/fhirpath/model.h reads, from HL7's own definitions: FOLDER holds
profiles-types.json and profiles-resources.json (https://hl7.org/fhir/R4/definitions.json.zip)."""

import json
import sys
from pathlib import Path

SYSTEM = "http://hl7.org/fhirpath/System."
HEADER = """# FHIR R4 (4.0.1): its types and their elements, made from HL7's StructureDefinitions by scripts/fhir-model.py.
# kind name base, then its own elements: name (* when it may repeat, [x] when its type is a choice) and types.
"""


def definitions(folder):
    for name in ("profiles-types.json", "profiles-resources.json"):
        for entry in json.loads((folder / name).read_text("utf-8"))["entry"]:
            resource = entry["resource"]
            if resource["resourceType"] == "StructureDefinition" and resource.get("derivation") != "constraint":
                yield resource


def types_of(element, owner):
    if "contentReference" in element:
        return [element["contentReference"].lstrip("#")]
    codes = []
    for one in element.get("type", []):
        code = one["code"]
        if code.startswith(SYSTEM):
            code = "id" if owner == "Resource" else "string"
        codes.append(code)
    return codes


def lines(definition):
    """One block for the type, and one for each structure inside it."""
    name = definition["type"]
    base = definition.get("baseDefinition", "").rsplit("/", 1)[-1] or "-"
    kind = {"primitive-type": "primitive", "resource": "resource"}.get(definition["kind"], "complex")
    elements = [one for one in definition["snapshot"]["element"] if one["path"] != name]
    structures = {name: [f"{kind} {name} {base}"]}
    for element in elements:
        path = element["path"]
        owner, own = path.rsplit(".", 1)
        types = types_of(element, name)
        if types and types[0] in ("BackboneElement", "Element") and any(one["path"].startswith(path + ".") for one in elements):
            structures[path] = [f"complex {path} {types[0]}"]
            types = [path]
        inherited = element.get("base", {}).get("path", path) != path
        if inherited or (kind == "primitive" and own == "value"):
            continue
        many = "*" if element["max"] not in ("0", "1") else ""
        structures[owner].append(f" {own}{many} {' '.join(types)}")
    for block in structures.values():
        yield from block


def main():
    out = [line for definition in definitions(Path(sys.argv[1])) for line in lines(definition)]
    sys.stdout.write(HEADER + "\n".join(out) + "\n")


main()
