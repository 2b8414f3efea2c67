#!/usr/bin/env python3
"""The walls of the house: includes and CMake dependencies only point down.

The order is CHARMILLE_HOUSE of the root CMakeLists.txt, bottom first; adapters/adapter.h, the contract, stands just above
`tree`. An adapter sees the contract, the lower folders named in ADAPTERS_SEE, its own folder, and what adapters share: `ihe`
(dmp and mssante), `names` (file and sftp) and `web` (http, fhir and directory). Only the registry and gateway/main.cpp name adapters. Heavy headers of libraries stay out of our headers, and Beast
in net and api.
"""
import re
import sys

from source import ROOT, blank, files, finish, line_of, read

ADAPTERS_SHARE = {"ihe", "names", "web"}
ADAPTERS_SEE = {"base", "tree", "sqlite", "config", "crypto", "net", "codec", "fhir"}
HEAVY = ("rapidjson/", "yaml-cpp/", "sqlite3.h", "curl/", "pugixml", "spdlog/", "re2/", "boost/beast", "libxml/", "zip.h", "qpdf/")
BEAST_ROOMS = {"net", "api"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.M)


def house():
    text = read("CMakeLists.txt")
    return re.search(r"set\(CHARMILLE_HOUSE\s+([^)]*)\)", text).group(1).split()


def room(name):
    """("gateway", "store"), ("adapters", "file"), ("contract", ""), ("top", "") or None for what is free (tests)."""
    parts = name.split("/")
    if parts[0] == "gateway":
        return ("gateway", parts[1]) if len(parts) > 2 else ("top", "")
    if parts[0] == "adapters":
        if name.startswith("adapters/adapter."):
            return ("contract", "")
        return ("adapters", parts[1]) if len(parts) > 2 else ("registry", "")
    return None


def allowed(source, target, order):
    """None when `source` may see `target`, else the reason why not."""
    if source is None or source[0] == "top" or source == target:
        return None
    down = f"{label(source)} includes {label(target)}: arrows only point down"
    if target[0] in ("top", "registry"):
        return None if source[0] == "gateway" and source[1] == "cli" and target[0] == "registry" else down
    if source[0] == "gateway":
        if target[0] == "contract":
            return down if order[source[1]] <= order["tree"] else None
        if target[0] == "adapters":
            return f"{label(source)} includes {label(target)}: the gateway knows adapters by their contract only"
        return down if order[target[1]] >= order[source[1]] else None
    if source[0] == "contract":
        return None if target in (("gateway", "base"), ("gateway", "tree")) else down
    if source[0] == "registry":
        return None if target[0] in ("contract", "adapters") or target[1] in ADAPTERS_SEE else down
    if target[0] == "contract" or target[0] == "adapters" and target[1] in ADAPTERS_SHARE:
        return None
    if target[0] == "adapters":
        return f"{label(source)} includes {label(target)}: an adapter never sees another"
    return None if target[1] in ADAPTERS_SEE else f"{label(source)} includes {label(target)}: adapters see only {', '.join(sorted(ADAPTERS_SEE))}"


def label(place):
    return {"contract": "adapters/adapter.h", "registry": "adapters (registry)", "top": "gateway (main)"}.get(
        place[0], "/".join(place))


def check_include(name, place, line, ours, foreign, order):
    where = f"{name}:{line}: "
    if foreign:
        if name.endswith(".h") and foreign.startswith(HEAVY):
            yield f"{where}<{foreign}> in a header: heavy headers belong in .cpp files"
        elif foreign.startswith("boost/beast") and place and place[0] in ("gateway", "adapters") and place[1] not in BEAST_ROOMS:
            yield f"{where}<{foreign}>: Beast appears only in gateway/net and gateway/api"
        return
    if not ours.startswith(("gateway/", "adapters/", "tests/")):
        yield f'{where}"{ours}": write the path from the root of the checkout'
    elif not (ROOT / ours).is_file():
        yield f'{where}"{ours}" does not exist'
    elif place is not None and ours.startswith("tests/"):
        yield f'{where}"{ours}": the house does not know its tests'
    else:
        target = room(ours)
        if place is not None and target is not None and target[0] == "gateway" and target[1] not in order:
            yield f"{where}gateway/{target[1]} is not in CHARMILLE_HOUSE"
        elif place is not None and target is not None:
            reason = allowed(place, target, order)
            if reason:
                yield where + reason


def check_source(name, order):
    place = room(name)
    if place is not None and place[0] == "gateway" and place[1] not in order:
        yield f"{name}:1: gateway/{place[1]} is not in CHARMILLE_HOUSE"
        return
    text = blank(read(name), keep_strings=True)
    for match in INCLUDE.finditer(text):
        yield from check_include(name, place, line_of(text, match.start()), match.group(1), match.group(2), order)


def check_target(name, order):
    """DEPS of charmille_library and of target_link_libraries in a folder's CMakeLists.txt."""
    place = room(name)
    if place is None or place[0] not in ("gateway", "adapters"):
        return
    text = re.sub(r"#[^\n]*", lambda m: " " * len(m.group(0)), read(name))
    for call in re.finditer(r"charmille_library\(([^)]*)\)", text):
        words = call.group(1).split()
        linked = []
        if "DEPS" in words:
            linked = words[words.index("DEPS") + 1:]
            linked = linked[:linked.index("LIBS")] if "LIBS" in linked else linked
        for dependency in linked:
            target = ("gateway", dependency) if dependency in order else ("contract", "") if dependency == "adapter" else \
                ("adapters", dependency.removeprefix("adapter_"))
            reason = allowed(place, target, order)
            if reason:
                yield f"{name}:{line_of(text, call.start())}: " + reason.replace("includes", "links")


def main():
    order = {folder: level for level, folder in enumerate(house())}
    sources = files(".h", ".cpp")
    builds = files("CMakeLists.txt", under=("gateway", "adapters"))
    offences = [offence for name in sources for offence in check_source(name, order)]
    offences += [offence for name in builds for offence in check_target(name, order)]
    return finish("includes", offences, len(sources) + len(builds))


if __name__ == "__main__":
    sys.exit(main())
