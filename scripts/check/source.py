"""What the checks of the house share: which files there are, and C++ text with its comments and literals blanked."""
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(os.environ.get("CHARMILLE_SOURCE") or pathlib.Path(__file__).resolve().parents[2])


def files(*endings, under=("gateway", "adapters", "tests")):
    """The files of the project with one of these endings, as paths from the root: what git knows or would add."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *under],
        capture_output=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
    else:  # an unpacked archive
        names = [str(path.relative_to(ROOT)) for top in under for path in (ROOT / top).rglob("*") if path.is_file()]
    return sorted(name for name in set(names) if name.endswith(endings) and (ROOT / name).is_file())


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\'', re.S)


def blank(text, keep_strings=False):
    """The same text, same length and lines, with comments (and the inside of literals) replaced by spaces."""

    def spaces(match):
        token = match.group(0)
        if token[:2] in ("//", "/*"):
            return re.sub(r"[^\n]", " ", token)
        if keep_strings or len(token) < 2:
            return token
        return token[0] + re.sub(r"[^\n]", " ", token[1:-1]) + token[-1]

    return TOKEN.sub(spaces, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def finish(check, offences, looked_at):
    """Prints the offences and gives the exit code."""
    for offence in offences:
        print(offence)
    print(f"{check}: {len(offences)} offence(s) in {looked_at} file(s)")
    return 1 if offences else 0
