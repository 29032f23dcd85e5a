#!/usr/bin/env python3
"""An include in the wrong direction is refused with a sentence that says what to do."""
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(sys.argv[1])
checker = root / "cmake/check_includes.py"


def run(files, room, depends="", uses="", tests="", rooms="kith_room(base)\nkith_room(model DEPENDS base)\nkith_room(hub DEPENDS model USES net)\nkith_room(service DEPENDS model)\n"):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder)
        (source / "CMakeLists.txt").write_text(rooms)
        for name, text in {"base/a.h": "", "model/b.h": "", "service/chat.h": "", **files}.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(text)
        return subprocess.run([sys.executable, checker, "--source", folder, "--room", room, "--depends", depends, "--uses",
                               uses, "--tests", tests, "--rooms-file", source / "CMakeLists.txt"], capture_output=True, text=True)


right = run({"hub/hub.cc": '#include "model/b.h"\n#include "base/a.h"\n'}, "hub", "model")
assert right.returncode == 0, right.stderr

wrong = run({"hub/hub.cc": '#include "model/b.h"\n\n#include "service/chat.h"\n'}, "hub", "model")
assert wrong.returncode == 1
assert "src/hub/hub.cc:3 includes service/chat.h, but hub does not name service" in wrong.stderr, wrong.stderr
assert "rooms may use only those above them" in wrong.stderr

parent = run({"hub/hub.cc": '#include "../model/b.h"\n'}, "hub", "model")
assert parent.returncode == 1 and "write the path from src/" in parent.stderr, parent.stderr

fixture = {"hub/hub_test_fixture.h": '#include "service/chat.h"\n', "hub/hub_test.cc": '#include "hub/hub_test_fixture.h"\n'}
tested = run(fixture, "hub", tests="service")
assert tested.returncode == 0, tested.stderr
leaked = run({**fixture, "hub/hub.h": '#include "hub/hub_test_fixture.h"\n'}, "hub", tests="service")
assert leaked.returncode == 1 and "a fixture is for tests only" in leaked.stderr, leaked.stderr

print("wrong includes are refused, right ones are not")
