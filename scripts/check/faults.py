#!/usr/bin/env python3
"""The catalogue of faults: each code used is declared, once, with four texts whose {arguments} agree.

A code that nothing uses yet is a warning, not an offence. Codes ending in -000 only hold an area open.
"""
import re
import sys

from source import blank, files, finish, line_of, read

CODE = re.compile(r'"(CH-[A-Z]+-\d{3})"')
STRING = r'"(?:\\.|[^"\\\n])*"'
TEXT = rf"({STRING}(?:\s*{STRING})*)"
ENTRY = re.compile(
    rf'\{{\s*"(?P<code>CH-[A-Z]+-\d{{3}})"\s*,\s*(?:\w+::)*Action::\w+\s*,\s*{TEXT}\s*,\s*{TEXT}\s*,\s*{TEXT}\s*,\s*{TEXT}\s*,?\s*\}}')
CATALOGUE = "gateway/base/catalogue/"


def joined(literal):
    return "".join(part[1:-1] for part in re.findall(STRING, literal))


def arguments(text):
    return set(re.findall(r"\{(\w+)\}", text))


def check_entry(where, code, texts):
    names = ("French text", "English text", "French remedy", "English remedy")
    for name, text in zip(names, texts):
        if not text.strip():
            yield f"{where}: {code}: the {name} is empty"
    for french, english, what in ((0, 1, "text"), (2, 3, "remedy")):
        if arguments(texts[french]) != arguments(texts[english]):
            only = ", ".join(sorted(arguments(texts[french]) ^ arguments(texts[english])))
            yield f"{where}: {code}: the two languages of the {what} do not name the same arguments: {only}"


def main():
    offences, declared, used = [], {}, {}
    names = files(".h", ".cpp")
    for name in names:
        text = blank(read(name), keep_strings=True)
        if name.startswith(CATALOGUE):
            entries = list(ENTRY.finditer(text))
            for entry in entries:
                code, where = entry.group("code"), f"{name}:{line_of(text, entry.start())}"
                if code in declared:
                    offences.append(f"{where}: {code} is already declared at {declared[code]}")
                declared.setdefault(code, where)
                offences += check_entry(where, code, [joined(entry.group(i)) for i in range(2, 6)])
            read_codes = {entry.group("code") for entry in entries}
            for match in CODE.finditer(text):
                if match.group(1) not in read_codes:
                    offences.append(f"{name}:{line_of(text, match.start())}: {match.group(1)}: not code, action and four texts")
        else:
            for match in CODE.finditer(text):
                used.setdefault(match.group(1), f"{name}:{line_of(text, match.start())}")
    # Tests may name codes that must not exist.
    for code, where in sorted(used.items()):
        if code not in declared and not where.startswith("tests/"):
            offences.append(f"{where}: {code} is not in the catalogue")
    in_house = {code for code, where in used.items() if not where.startswith("tests/")}
    for code in sorted(declared):
        if code not in in_house and not code.endswith("-000"):
            print(f"warning: {declared[code]}: {code} is used nowhere")
    return finish("faults", offences, len(names))


if __name__ == "__main__":
    sys.exit(main())
