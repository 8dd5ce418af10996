"""What `dlcourse grade` holds: its rate beside stock nbgrader's, a hostile class, kill -9, memory, and a cluster.

    python benchmarks/grading.py              # all parts, about forty minutes
    python benchmarks/grading.py --part rate  # this one, again; the others stay in the file

Needs Linux with bubblewrap. The parts:

- `rate`: correct submissions of the TensorFlow assignments per minute, whole commands with their start, in turns with
  stock `nbgrader autograde` on the same machine.
- `hostile`: `tests/hostile_class.py` with 300 submissions, while somebody listens on the network and looks at what was
  touched; and the memory of the grading parent, beside a class of 30.
- `killed`: the parent of a run is killed with SIGKILL at ten random moments, then the run is finished; its gradebook
  beside that of an undisturbed run.
- `cluster`: two `dlcourse worker` behind `dask scheduler` on this machine, in turns with two local jobs.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import hashlib
import json
import os
import platform
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbgrader.api import Gradebook

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]  # the hostile class is the tests' own

import hostile_class  # noqa: E402
from hostile_class import CORRECT, EARNS_NOTHING  # noqa: E402
from lab_server import free_port  # noqa: E402

from dlcourse.grading import marking  # noqa: E402
from dlcourse.grading.journal import Journal  # noqa: E402

SCHEMA = 1
OUT = Path(__file__).parent / "results" / "grading.json"
TENSORFLOW = ("02_core_concepts", "05_mnist_project")
CLASS, ROUNDS = 30, 2  # correct submissions, turns
STUDENTS, FEW, KILLS = 300, 30, 10
BOUNDS = ("--call-seconds", "20", "--minutes", "2", "--memory", "1")  # for the hostile
LOOK_SECONDS = 0.1
DLCOURSE = [sys.executable, "-c", "import sys; from dlcourse import cli; sys.exit(cli.main(sys.argv[1:]))"]


def main() -> None:
    """Measure the parts and write the file after each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS), help="all when left out")
    found = json.loads(OUT.read_text(encoding="utf-8")) if OUT.is_file() else {}
    for part in parser.parse_args().part:
        print(part, flush=True)
        with tempfile.TemporaryDirectory(prefix="dlcourse-grading-") as folder:
            result = PARTS[part](Path(folder))
        found |= {"schema": SCHEMA, part: {"date": str(datetime.date.today()), "machine": machine(), **result}}
        print(json.dumps(result, indent=1), flush=True)
        OUT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def rate(folder: Path) -> dict[str, Any]:
    """Correct submissions per minute, stock and ours in turns."""
    found = {}
    for assignment in TENSORFLOW:
        rates: dict[str, list[float]] = {"stock": [], "ours": []}
        for turn in range(ROUNDS):
            stock = correct_class(folder / f"stock-{assignment}-{turn}", assignment)
            ours = correct_class(folder / f"ours-{assignment}-{turn}", assignment)
            nbgrader(stock, "generate_assignment", assignment)
            rates["stock"].append(60 * CLASS / timed(lambda: nbgrader(stock, "autograde", assignment)))  # noqa: B023
            rates["ours"].append(60 * CLASS / timed(lambda: dlcourse("grade", assignment, "--course", ours)))  # noqa: B023
            demand_full_marks(ours, assignment)
            print({name: round(values[-1], 1) for name, values in rates.items()}, flush=True)
        ratios = [ours / stock for ours, stock in zip(rates["ours"], rates["stock"], strict=True)]
        found[assignment] = {
            "per_minute": {name: [round(one, 1) for one in values] for name, values in rates.items()},
            "ratio": round(statistics.mean(ratios), 2),
        }
    return {"submissions": CLASS, "jobs": os.cpu_count(), "assignments": found}


def hostile(folder: Path) -> dict[str, Any]:
    """A class in which most try to gain or to harm."""
    few = folder / "few"
    hostile_class.make(few, FEW)
    small, _ = watched("grade", hostile_class.ASSIGNMENT, "--course", few, *BOUNDS)
    heard: list[bytes] = []
    whole = folder / "class"
    with socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        threading.Thread(target=_listen, args=(server, heard), daemon=True).start()
        expected = hostile_class.make(whole, STUDENTS, server.getsockname()[1])
        before, running = contents(whole), {process.pid for process in psutil.process_iter()}
        began = time.monotonic()
        peak, status = watched("grade", hostile_class.ASSIGNMENT, "--course", whole, *BOUNDS)
        seconds = time.monotonic() - began
        left = [
            process.info["cmdline"]
            for process in psutil.process_iter(["pid", "cmdline"])
            if process.info["pid"] not in running and "dlcourse" in " ".join(process.info["cmdline"] or [])
        ]
    journal = Journal(whole / "grading" / hostile_class.ASSIGNMENT / "journal")
    records = {student: journal.read(student) for student in expected}
    # What a person marks is not there yet: a correct one has all that checks give.
    most = sum(
        question.points for question in marking.load_questions(hostile_class.ASSIGNMENT).all if question.check
    )
    kinds = {
        points: [s for s, one in expected.items() if one.points == points] for points in (CORRECT, EARNS_NOTHING)
    }
    marked = {student: record for student, record in records.items() if record and record.state != "could not run"}
    return {
        "submissions": len(expected),
        "kinds": len({one.name for one in expected.values()}),
        "minutes": round(seconds / 60, 1),
        "exit_status": status,
        "states": dict(Counter(record.state if record else "none" for record in records.values())),
        "without_the_state_that_they_must_have": [
            student for student, record in records.items() if not record or record.state != expected[student].state
        ],
        "gained": [student for student in kinds[EARNS_NOTHING] if student in marked and marked[student].earned],
        "correct": len(kinds[CORRECT]),
        "correct_without_full_marks": [s for s in kinds[CORRECT] if s in marked and marked[s].earned != most],
        "files_changed": sorted(name for name, held in contents(whole).items() if before.get(name) != held),
        "connections_to_the_listener": len(heard),
        "processes_left": left,
        "parent_mib": {str(FEW): small, str(STUDENTS): peak},
    }


def killed(folder: Path) -> dict[str, Any]:
    """Runs that are killed again and again."""
    calm = folder / "calm"
    expected = hostile_class.make(calm)
    salt = Path("grading", hostile_class.ASSIGNMENT, "journal")
    Journal(calm / salt).salt()
    words = ["grade", hostile_class.ASSIGNMENT, *BOUNDS, "--course"]
    seconds = timed(lambda: dlcourse(*words, calm))
    marks = gradebook(calm, hostile_class.ASSIGNMENT)
    moments, kept, same = [], [], []
    dice = random.Random(0)
    while len(moments) < KILLS:
        torn = folder / f"torn-{len(same)}"
        hostile_class.make(torn)  # anew: a copy would wait for ever at the named pipe
        (torn / salt).mkdir(parents=True)
        shutil.copy(calm / salt / "salt", torn / salt)  # the same inputs are drawn
        while len(moments) < KILLS:
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environ()}
            grader = subprocess.Popen([*DLCOURSE, *map(str, words), str(torn)], **quiet)
            moment = dice.uniform(0, seconds)
            with contextlib.suppress(subprocess.TimeoutExpired):
                grader.wait(moment)
                break  # it came to its end before: go on with another
            grader.send_signal(signal.SIGKILL)
            grader.wait()
            moments.append(round(moment, 2))
            kept.append(len(list((torn / salt).glob("*.json"))))
            print(f"killed after {moments[-1]} s with {kept[-1]} submissions kept", flush=True)
        dlcourse(*words, torn)
        same.append(gradebook(torn, hostile_class.ASSIGNMENT) == marks)
    return {
        "submissions": len(expected),
        "undisturbed_seconds": round(seconds, 1),
        "killed_after_seconds": moments,
        "submissions_kept": kept,
        "runs": len(same),
        "same_gradebook": all(same),
        "students_in_it": len(marks),
    }


def cluster(folder: Path) -> dict[str, Any]:
    """Two workers beside two local jobs."""
    assignment, number = TENSORFLOW[0], CLASS
    rates: dict[str, list[float]] = {"local": [], "workers": []}
    same = []
    for turn in range(ROUNDS):
        local = correct_class(folder / f"local-{turn}", assignment, number)
        Journal(local / "grading" / assignment / "journal").salt()
        far = folder / f"far-{turn}"
        shutil.copytree(local, far)
        words = ["grade", assignment, "--course"]
        rates["local"].append(60 * number / timed(lambda: dlcourse(*words, local, "--jobs", "2")))  # noqa: B023
        with workers(2) as address:
            rates["workers"].append(
                60 * number / timed(lambda: dlcourse(*words, far, "--scheduler", address))  # noqa: B023
            )
        same.append(gradebook(local, assignment) == gradebook(far, assignment))
        print({name: round(values[-1], 1) for name, values in rates.items()}, flush=True)
    ratios = [far / local for far, local in zip(rates["workers"], rates["local"], strict=True)]
    return {
        "assignment": assignment,
        "submissions": number,
        "per_minute": {name: [round(one, 1) for one in values] for name, values in rates.items()},
        "ratio": round(statistics.mean(ratios), 2),
        "same_marks": all(same),
    }


PARTS = {"rate": rate, "hostile": hostile, "killed": killed, "cluster": cluster}


def correct_class(folder: Path, assignment: str, number: int = CLASS) -> Path:
    """A class whose every answer is right, with stock nbgrader's source beside it."""
    source = ROOT / "solutions" / assignment / f"{assignment}.ipynb"
    (folder / "source" / assignment).mkdir(parents=True)
    shutil.copy(source, folder / "source" / assignment)
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.ExecutePreprocessor.timeout = 300\n")
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    for student in range(number):
        place = folder / "submitted" / f"student-{student:02}" / assignment
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{assignment}.ipynb")
    return folder


@contextlib.contextmanager
def workers(number: int) -> Iterator[str]:
    """A Dask scheduler and its workers, one submission at a time each; yields the address."""
    address = f"tcp://127.0.0.1:{(port := free_port())}"
    quiet = {"stderr": subprocess.DEVNULL, "stdout": subprocess.PIPE, "text": True, "env": environ()}
    dask = [sys.executable, "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    with contextlib.ExitStack() as stack:
        for command in ([*dask], *[[*DLCOURSE, "worker", address, "--jobs", "1"]] * number):
            process = stack.enter_context(subprocess.Popen(command, **quiet))
            stack.callback(process.terminate)
            if command == dask:
                wait_for(port)
            elif "at a time" not in process.stdout.readline():
                raise RuntimeError("a worker did not start")
        yield address


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"nobody listens on port {port}")


def nbgrader(folder: Path, command: str, assignment: str) -> None:
    """Run stock nbgrader in a course folder."""
    words = [sys.executable, "-m", "nbgrader", command, assignment, "--force"]
    subprocess.run(words, cwd=folder, env=environ(), check=True, capture_output=True)


def dlcourse(*words: object) -> int:
    """Run a command of the course; its exit status, which is 1 when some could not run."""
    return subprocess.run([*DLCOURSE, *map(str, words)], env=environ(), capture_output=True, check=False).returncode


def watched(*words: object) -> tuple[float, int]:
    """Run a command of the course; the largest memory of its own process in MiB, and its exit status."""
    command = [*DLCOURSE, *map(str, words)]
    with subprocess.Popen(command, env=environ(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        largest, watch = 0, psutil.Process(process.pid)
        while process.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):
                largest = max(largest, watch.memory_info().rss)
            time.sleep(LOOK_SECONDS)
    return round(largest / 2**20, 1), process.returncode


def environ() -> dict[str, str]:
    """The variables of the commands: this copy of the course, and its embedded data."""
    programs = (
        f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic by its name
    )
    own = {"PATH": programs, "PYTHONPATH": str(ROOT), "DLCOURSE_DATA": "embedded", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return {**os.environ, **own}


def timed(work: Any) -> float:
    """Seconds that a call takes."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


def demand_full_marks(folder: Path, assignment: str) -> None:
    """Stop where a correct submission lost a point: a rate of wrong marks says nothing."""
    questions = marking.load_questions(assignment).all
    most = sum(question.points for question in questions if question.check)
    journal = Journal(folder / "grading" / assignment / "journal")
    for place in sorted((folder / "submitted").iterdir()):
        record = journal.read(place.name)
        if record is None or record.earned != most:
            raise RuntimeError(f"{place.name} has {record and record.earned} of {most} points in {assignment}")


def contents(folder: Path) -> dict[str, str]:
    """What everybody's work and the canaries hold; Python's cache aside, seen through a link to the solutions."""
    held = {}
    for path in [*folder.glob("*.txt"), *folder.glob("submitted/*/*/[!_]*")]:
        small = path.is_file() and not path.is_symlink() and path.stat().st_size < 2**24
        held[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest() if small else str(path.lstat().st_size)
    return held


def gradebook(folder: Path, assignment: str) -> dict[str, list[tuple]]:
    """Every mark in a gradebook, by student."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        return {
            one.student.id: sorted(
                (grade.name, grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                for notebook in one.notebooks
                for grade in notebook.grades
            )
            for one in book.assignment_submissions(assignment)
        }


def _listen(server: socket.socket, heard: list[bytes]) -> None:
    with contextlib.suppress(OSError):
        while True:
            line, _ = server.accept()
            heard.append(line.recv(1000))


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    versions = {name: metadata.version(name) for name in ("nbgrader", "tensorflow", "distributed")}
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": psutil.cpu_count(),
        "load": round(psutil.getloadavg()[0], 2),
        "python": platform.python_version(),
        **versions,
    }


if __name__ == "__main__":
    main()
