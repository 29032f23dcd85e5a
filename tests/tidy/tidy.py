#!/usr/bin/env python3
"""Holds the tree against the rules of the house: lengths, includes, sleeps, promises, rooms in the plan.

A finding is a line "file:line: what, and what to do". Exceptions stand in tests/tidy/exceptions.txt,
each with its reason.
"""
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(sys.argv[1])
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

exceptions = {}
for line in (root / "tests/tidy/exceptions.txt").read_text().splitlines():
    if line and not line.startswith("#"):
        rule, where, reason = line.split(None, 2)
        exceptions.setdefault(rule, {})[where] = reason
used = set()
findings = []


def find(rule, where, line, text):
    if where in exceptions.get(rule, {}):
        used.add((rule, where))
    else:
        findings.append(f"{where}:{line}: {text} [{rule}]")


tracked = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True,
                         check=True).stdout.split("\n")
files = [f for f in tracked if f and (root / f).is_file() and not f.endswith(("package-lock.json", ".png"))]
code = [f for f in files if f.endswith((".cc", ".h", ".mjs", ".ts", ".tsx", ".css", ".py", ".js"))]


def long_functions(text):
    """C++ functions start at the margin (or inside a namespace) and end with a brace at the margin."""
    start, name = None, ""
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r"^[A-Za-z_~].*[)\w>&*] (const |override |noexcept )*\{$", line) and not re.match(
                r"^(namespace|class|struct|enum|extern|union)\b", line):
            start, name = number, line
        elif line.startswith("}") and start is not None:
            yield start, number - start + 1, name
            start = None


def tries_in_braces(text):
    """g++ 12 does not destroy what stands in braces already when a TRY behind it returns: lines of such a TRY."""
    text = re.sub(r"//[^\n]*", "", text)
    for found in re.finditer(r"\bTRY\(", text):
        depth, comma = 0, False
        for i in range(found.start() - 1, -1, -1):
            c = text[i]
            if c in ")]}":
                depth += 1
            elif c in "([{" and depth > 0:
                depth -= 1
            elif c == ";" and depth == 0:
                break
            elif c == "," and depth == 0:
                comma = True
            elif c in "([":
                comma = False  # an argument: what it is an argument of may stand in braces
            elif c == "{":
                if comma:
                    yield text.count("\n", 0, found.start()) + 1
                break


for file in code:
    text = (root / file).read_text()
    lines = text.count("\n")
    if lines > FILE_LINES_MAX:
        find("file-length", file, lines, f"{lines} lines; split it by ideas, {FILE_LINES_MAX} fit in a head")
    if file.endswith((".cc", ".h")):
        for number, length, name in long_functions(text):
            if length > FUNCTION_LINES_MAX:
                find("function-length", file, number, f"{length} lines: {name.strip()[:60]}")
        if not file.endswith(("_test.cc", "_conformance.h", "_under_test.h")):
            for number in tries_in_braces(text):
                find("try-in-braces", file, number, "put the TRY in a statement of its own: g++ 12 leaks what stands before it")
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r'\s*#\s*include\s+"\.\./', line):
            find("include-path", file, number, "write the path from src/")
        if re.search(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b", line):
            find("promise", file, number, "do it, or write a decision page")
        if re.search(r"sleep_f" r"or|sleep_u" r"ntil|\busle" r"ep\(", line) and ("_test." in file or file.startswith("tests/")):
            find("sleep", file, number, "wait for a state, not for a time")

architecture = (root / "ARCHITECTURE.md").read_text() if (root / "ARCHITECTURE.md").exists() else ""
rooms = re.findall(r"^kith_room\((\S+)", (root / "src/CMakeLists.txt").read_text(), re.M)
for room in rooms:
    if f"`{room}/`" not in architecture:
        find("architecture", "ARCHITECTURE.md", 1, f"room {room} stands in src/CMakeLists.txt but not here")
for room in re.findall(r"^\| `([a-z/]+)/`", architecture, re.M):
    if room not in rooms:
        find("architecture", "ARCHITECTURE.md", 1, f"room {room} stands here but not in src/CMakeLists.txt")

for rule, places in exceptions.items():
    for where in places:
        if (rule, where) not in used:
            findings.append(f"tests/tidy/exceptions.txt: {rule} {where} is needed no more; take it out")

print("\n".join(findings) if findings else f"{len(files)} files are tidy")
sys.exit(1 if findings else 0)
