#!/usr/bin/env python3
"""Holds the #include lines of one room against the rooms it names in src/CMakeLists.txt.

A header may include the rooms of DEPENDS (and what those pass on), a source those of USES too,
a test and its fixture (*_test_fixture.h) those of TESTS too.
Prints a sentence for each wrong arrow and exits 1.
"""
import argparse
import pathlib
import re
import sys

parser = argparse.ArgumentParser()
for option in ("source", "room", "depends", "uses", "tests", "rooms-file"):
    parser.add_argument("--" + option, required=True)
args = parser.parse_args()


def declared_rooms(text):
    """Rooms in order, each with its DEPENDS."""
    rooms = {}
    for call in re.finditer(r"^kith_room\(([^)]*)\)", text, re.M | re.S):
        words = call.group(1).split()
        depends, current = [], None
        for word in words[1:]:
            if word in ("DEPENDS", "USES", "TESTS", "LINKS", "PUBLIC_LINKS", "SERVER"):
                current = word
            elif current == "DEPENDS":
                depends.append(word)
        rooms[words[0]] = depends
    return rooms


rooms = declared_rooms(pathlib.Path(args.rooms_file).read_text())


def reach(names):
    seen, queue = set(), list(names)
    while queue:
        name = queue.pop()
        if name not in seen:
            seen.add(name)
            queue += rooms.get(name, [])
    return seen


depends = reach(args.depends.split(";") if args.depends else [])
uses = depends | reach(args.uses.split(";") if args.uses else [])
tests = uses | reach(args.tests.split(";") if args.tests else [])
faults = []
source = pathlib.Path(args.source)
for path in sorted((source / args.room).glob("*")):
    if path.suffix not in (".h", ".cc"):
        continue
    test = path.name.endswith(("_test.cc", "_test_fixture.h", "_fuzz.cc", "_bench.cc"))
    allowed = tests if test else uses if path.suffix == ".cc" else depends
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not match:
            continue
        included = match.group(1)
        room = str(pathlib.PurePosixPath(included).parent)
        where = f"src/{args.room}/{path.name}:{number} includes {included}"
        if included.startswith("../") or "/" not in included:
            faults.append(f"{where}: write the path from src/")
        elif room not in rooms:
            if not (source / included).exists():
                continue  # a third party's header
            faults.append(f"{where}, but {room} is no room of src/CMakeLists.txt")
        elif room != args.room and room not in allowed:
            how = "DEPENDS" if path.suffix == ".h" else "DEPENDS or USES"
            faults.append(f"{where}, but {args.room} does not name {room} in {how} "
                          f"(rooms may use only those above them)")
        elif included.endswith("_conformance.h") and not (test or path.name.endswith("_conformance.h")):
            faults.append(f"{where}: a conformance suite is for tests only")
        elif included.endswith("_test_fixture.h") and not test:
            faults.append(f"{where}: a fixture is for tests only")
if faults:
    print("\n".join(faults), file=sys.stderr)
    sys.exit(1)
