#!/usr/bin/env python3
"""Refuses the forms of coroutine code that break: heuristics on the text, made to give few false alarms.

- a braced temporary inside a co_await expression, or a co_await inside a braced initialiser (g++ 12 destroys it twice);
- a lambda with captures that is a coroutine (its captures die with the lambda object, not with the coroutine);
- a spawned coroutine with a reference, string_view or span parameter (what it names is gone when it runs);
- a lock that lives across a co_await (another thread may resume the coroutine, or none for a long time).

A line that is right all the same says why: `// co_await-check: reason`.
"""
import re
import sys

from source import blank, files, finish, line_of, read

ALLOWED = re.compile(r"//\s*co_await-check:\s*\S")
BLOCK_WORDS = {"else", "do", "try", "const", "noexcept", "override", "final", "mutable"}
LAMBDA = re.compile(r"(?<![\w)\]])\[(?P<captures>[^\[\]]*)\]\s*(?P<rest>[({<])")
COROUTINE_WORD = re.compile(r"\bco_(?:await|return|yield)\b")
LOCK = re.compile(r"\b(?:lock_guard|unique_lock|scoped_lock|shared_lock)\b(?:\s*<[^;{}()]*>)?\s+(?P<name>\w+)\s*[({]")
DECLARATION = re.compile(r"\b(?:awaitable|Task)\s*<[^;{}()]*>\s+(?:\w+::)*(?P<name>\w+)\s*\(")
SPAWN = re.compile(r"\b(?:co_spawn|spawn)\s*\(")
VIEW = re.compile(r"(?<!&)&(?!&)|\bstring_view\b|\bspan\s*<")
CLOSING = {"(": ")", "[": "]", "{": "}"}


def closing(text, start):
    """The offset of the bracket that closes the one at `start`, or the end of the text."""
    depth = 0
    for at in range(start, len(text)):
        if text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
            if depth == 0:
                return at
    return len(text)


def opens_block(text, brace):
    """Whether the brace opens a block of statements (a body) rather than a braced initialiser."""
    before = text[:brace].rstrip()
    if not before or before[-1] in ");{}:":
        return True
    # The result of a lambda or function: `-> awaitable<void> {`
    if re.search(r"->\s*[\w:]+(?:\s*<[^;{}]*>)?[\s&*]*$", before[-200:]):
        return True
    if before[-1] == "]":  # a lambda without parameters
        return True
    word = re.search(r"(\w+)$", before)
    return bool(word) and (word.group(1) in BLOCK_WORDS or
                           bool(re.search(r"\b(?:namespace|struct|class|union|enum|enum class)\s+[\w:]+$", before[-120:])))


def expression_end(text, start):
    depth = 0
    for at in range(start, len(text)):
        if text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
            if depth < 0:
                return at
        elif text[at] == ";" and depth == 0:
            return at
    return len(text)


def enclosing_brace(text, start):
    """The innermost unclosed brace before `start` of the same statement, or -1."""
    depth = 0
    for at in range(start - 1, -1, -1):
        if text[at] in ")]}":
            depth += 1
        elif text[at] in "([":
            depth = max(0, depth - 1)
        elif text[at] == "{":
            if depth == 0:
                return at
            depth -= 1
        elif text[at] == ";" and depth == 0:
            return -1
    return -1


def braced_temporaries(text):
    for match in re.finditer(r"\bco_await\b", text):
        end = expression_end(text, match.end())
        at = match.end()
        while (at := text.find("{", at, end)) != -1:
            if opens_block(text, at):
                at = closing(text, at)  # the body of a lambda is statements of its own
                continue
            yield at, "a braced temporary inside a co_await expression: name it, then move it"
            at += 1
        brace = enclosing_brace(text, match.start())
        if brace != -1 and not opens_block(text, brace):
            yield match.start(), "co_await inside a braced initialiser: await first, into a variable"


def lambdas(text):
    """(offset, captures, parameters, body start, body end) of every lambda."""
    for match in LAMBDA.finditer(text):
        at = match.start("rest")
        parameters = ""
        if text[at] == "<":
            at = text.find("(", at)
        if at != -1 and text[at] == "(":
            end = closing(text, at)
            parameters = text[at + 1:end]
            at = end + 1
            skipped = re.compile(r"[^;{}()=,]*").match(text, at)
            at = skipped.end()
        if at != -1 and at < len(text) and text[at] == "{":
            yield match.start(), match.group("captures").strip(), parameters, at, closing(text, at)


def without(text, start, end, holes):
    """text[start:end] with the ranges of `holes` inside it blanked."""
    part = text[start:end]
    for hole_start, hole_end in holes:
        if start < hole_start and hole_end <= end:
            part = part[:hole_start - start] + " " * (hole_end - hole_start) + part[hole_end - start:]
    return part


def capturing_coroutines(text):
    found = list(lambdas(text))
    bodies = [(start, end) for _, _, _, start, end in found]
    for offset, captures, _, start, end in found:
        if captures and COROUTINE_WORD.search(without(text, start, end, bodies)):
            yield offset, "a capturing lambda that is a coroutine: pass what it needs as parameters, by value"


def arguments(text, start, end):
    depth, begin = 0, start
    for at in range(start, end):
        if text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
        elif text[at] == "," and depth == 0:
            yield text[begin:at].strip()
            begin = at + 1
    yield text[begin:end].strip()


def coroutines_of(text):
    """Names of functions that give an awaitable, each with the parameter lists it is declared with."""
    known = {}
    for match in DECLARATION.finditer(text):
        parameters = text[match.end():closing(text, match.end() - 1)]
        known.setdefault(match.group("name"), []).append(parameters)
    return known


def views_in_spawned(text, everywhere):
    here = coroutines_of(text)
    for match in SPAWN.finditer(text):
        end = closing(text, match.end() - 1)
        for argument in arguments(text, match.end(), end):
            if argument.startswith("["):
                lists = [parameters for _, _, parameters, _, _ in list(lambdas(argument))[:1]]
                name = "a lambda"
            else:
                called = re.match(r"(?:[\w.]|->|::|\(\*this\))*?(\w+)\s*\(", argument)
                name = called.group(1) if called else ""
                lists = here.get(name) or everywhere.get(name, [])
            if any(VIEW.search(parameters) for parameters in lists):
                yield match.start(), f"{name} is spawned and takes a reference or a view: take it by value"


def locks_across(text):
    bodies = [(start, end) for _, _, _, start, end in lambdas(text)]
    for match in LOCK.finditer(text):
        depth, end = 0, len(text)
        for at in range(match.end("name"), len(text)):
            if text[at] == "{":
                depth += 1
            elif text[at] == "}":
                depth -= 1
                if depth < 0:
                    end = at
                    break
        alive = without(text, match.start(), end, bodies)
        unlock = re.search(rf"\b{match.group('name')}\s*\.\s*unlock\s*\(", alive)
        if re.search(r"\bco_(?:await|yield)\b", alive[:unlock.start() if unlock else None]):
            yield match.start(), f"the lock {match.group('name')} lives across a co_await"


def offences_of(name, raw, everywhere):
    text = blank(raw)
    if not COROUTINE_WORD.search(text) and not SPAWN.search(text):
        return
    lines = raw.splitlines()
    found = [*braced_temporaries(text), *capturing_coroutines(text), *views_in_spawned(text, everywhere), *locks_across(text)]
    for offset, why in sorted(set(found)):
        line = line_of(text, offset)
        if not ALLOWED.search(lines[line - 1]):
            yield f"{name}:{line}: {why}"


def main():
    names = files(".h", ".cpp")
    texts = {name: read(name) for name in names}
    everywhere = {}
    for text in texts.values():
        for function, lists in coroutines_of(blank(text)).items():
            everywhere.setdefault(function, []).extend(lists)
    offences = [offence for name, text in texts.items() for offence in offences_of(name, text, everywhere)]
    return finish("coroutines", offences, len(names))


if __name__ == "__main__":
    sys.exit(main())
