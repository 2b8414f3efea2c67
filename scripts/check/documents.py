#!/usr/bin/env python3
"""The Markdown pages: relative links lead somewhere, headings they name exist, and README shows the two commands."""
import re
import sys
import unicodedata

from source import ROOT, files, finish, line_of, read

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.S | re.M)


def anchor(heading):
    """The anchor that GitHub gives a heading."""
    text = re.sub(r"[`*_]|\[([^\]]*)\]\([^)]*\)", lambda m: m.group(1) or "", heading).strip().lower()
    kept = "".join(c for c in text if c in "-_ " or unicodedata.category(c)[0] in "LN")
    return kept.replace(" ", "-")


def anchors(name):
    text = FENCE.sub("", read(name))
    return {anchor(heading) for heading in re.findall(r"^#+\s+(.*)$", text, re.M)}


def check(name):
    raw = read(name)
    text = FENCE.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), raw)
    for match in LINK.finditer(text):
        link = match.group(1)
        if re.match(r"[a-z]+:", link):
            continue
        path, _, fragment = link.partition("#")
        where = f"{name}:{line_of(text, match.start())}: {link}"
        target = (ROOT / name).parent / path if path else ROOT / name
        if not target.exists():
            yield f"{where} leads nowhere"
        elif fragment and target.suffix == ".md":
            known = anchors(str(target.resolve().relative_to(ROOT.resolve())))
            if fragment not in known:
                yield f"{where}: no such heading"


def main():
    names = files(".md", under=(".",))
    offences = [offence for name in names for offence in check(name)]
    readme = read("README.md") if (ROOT / "README.md").is_file() else ""
    for command in ("./run", "./test"):
        if not re.search(rf"^\s*(?:\$ )?{re.escape(command)}\b", readme, re.M):
            offences.append(f"README.md:1: does not show {command}")
    return finish("documents", offences, len(names))


if __name__ == "__main__":
    sys.exit(main())
