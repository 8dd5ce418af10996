"""Grading on several machines: the same marks as on one, whoever of them falls out."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import distributed
import hostile_class
import pytest
from hostile_class import ASSIGNMENT
from nbgrader.api import Gradebook

from dlcourse import cli
from dlcourse.grading import cluster, jail, run, submission, work
from dlcourse.grading.cluster import Bench, Cluster, Parcel
from dlcourse.grading.jail import MIB, Limits
from dlcourse.grading.journal import Journal
from dlcourse.grading.work import NobodyError, Settings, Task

SMALL = Settings(limits=Limits(memory=500 * MIB, disk=16 * MIB, processes=64), cell_seconds=30, call_seconds=30)
# Correct, wrong, hostile, and what no machine can mark.
SOME = (
    "correct",
    "wrong",
    "blank",
    "syntax-error",
    "exit",
    "corrupt",
    "link-to-folder",
    "missing",
    "doubled-cells",
)
START = [sys.executable, "-c", "import sys; from dlcourse import cli; sys.exit(cli.main(sys.argv[1:]))"]


@pytest.fixture
def scheduler() -> Iterator[str]:
    """The address of a scheduler without workers."""
    with distributed.LocalCluster(n_workers=0, dashboard_address=None, processes=False, protocol="tcp://") as made:
        yield made.scheduler_address


@pytest.fixture
def worker(scheduler: str) -> Iterator:
    """Starts `dlcourse worker`."""
    started = []

    def start(*words: str) -> subprocess.Popen:
        process = subprocess.Popen([*START, "worker", scheduler, *words], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert "at a time" in process.stdout.readline()
        return process

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.communicate()


@pytest.fixture
def some(tmp_path: Path) -> Path:
    """A class of a few kinds."""
    folder = tmp_path / "class"
    hostile_class.make(folder)
    kept = {f"{name}-001" for name in SOME}
    for student in (folder / "submitted").iterdir():
        if student.name not in kept:
            student.unlink() if student.is_symlink() else shutil.rmtree(student)
    assert len(list((folder / "submitted").iterdir())) == len(SOME)
    # One salt wherever it is graded: the checks draw the same inputs.
    Journal(folder / "grading" / ASSIGNMENT / "journal").salt()
    return folder


def records(done: run.Run) -> dict[str, work.Record]:
    return {student: dataclasses.replace(record, seconds=0) for student, record in done.records.items()}


def gradebook(folder: Path) -> dict[str, list[tuple]]:
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        return {
            one.student.id: sorted((grade.name, grade.auto_score) for grade in one.notebooks[0].grades)
            for one in book.assignment_submissions(ASSIGNMENT)
        }


@pytest.mark.usefixtures("jailed")
def test_two_workers_give_the_marks_of_one_machine(some, tmp_path, scheduler, worker, monkeypatch):
    here = tmp_path / "here"
    shutil.copytree(some, here, symlinks=True)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "workers"))
    (tmp_path / "workers").mkdir()
    both = [worker("--jobs", "1"), worker("--jobs", "1")]
    there = run.grade(ASSIGNMENT, some, settings=SMALL, scheduler=scheduler)
    assert records(there) == records(run.grade(ASSIGNMENT, here, settings=SMALL, jobs=2))
    assert gradebook(some) == gradebook(here)
    assert {record.state for record in there.records.values()} == {"graded", "needs a person", "could not run"}
    for process in both:
        process.terminate()
        assert process.wait() == 0
    assert list((tmp_path / "workers").iterdir()) == []  # no student's work stays there


@pytest.mark.usefixtures("jailed")
def test_a_worker_that_dies_costs_nothing(some, scheduler, worker, monkeypatch):
    first = worker("--jobs", "2")
    ended = Cluster._ended

    def kill_then_look(self):
        if first.poll() is None:
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
            worker("--jobs", "2")
        yield from ended(self)

    monkeypatch.setattr(Cluster, "_ended", kill_then_look)
    done = run.grade(ASSIGNMENT, some, settings=SMALL, scheduler=scheduler)
    assert first.returncode == -signal.SIGKILL
    assert len(done.records) == len(SOME)
    assert all(record.final for record in done.records.values())
    assert done.records["correct-001"].earned == 18


def test_nobody_there_is_said_and_what_is_done_is_kept(some, scheduler, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "ABSENT_SECONDS", 1)
    words = ["grade", ASSIGNMENT, "--course", str(some), "--scheduler"]
    assert cli.main([*words, scheduler]) == 1
    said = capsys.readouterr().err
    assert f"No worker has been at {scheduler}" in said
    assert "submissions are done and kept" in said
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    assert cli.main([*words, "tcp://127.0.0.1:9"]) == 1
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err
    assert cli.main([*words, "nonsense://x"]) == 1
    assert "nonsense" in capsys.readouterr().err
    assert cli.main([*words, scheduler, "--jobs", "2"]) == 1
    assert "dlcourse worker" in capsys.readouterr().err


def test_a_worker_that_cannot_be_one_says_why(monkeypatch, capsys):
    monkeypatch.setattr(jail, "problem", lambda *_, **__: "the program bwrap is not installed")
    assert cli.main(["worker", "tcp://127.0.0.1:9"]) == 1
    assert "grades nothing: the program bwrap" in capsys.readouterr().err
    assert cli.main(["worker", "tcp://127.0.0.1:9", "--jobs", "0"]) == 1
    # In a process of its own: what drives the browser keeps an event loop running in that of the tests.
    alone = subprocess.run(
        [*START, "worker", "tcp://127.0.0.1:9", "--no-jail"], capture_output=True, text=True, check=False
    )
    assert alone.returncode == 1
    assert "WITHOUT A JAIL" in alone.stderr
    assert "no way to the scheduler at tcp://127.0.0.1:9" in alone.stderr


def test_a_worker_does_not_mark_what_its_course_or_its_owner_does_not_allow(some):
    task = Task("correct-001", str(some / "submitted/correct-001" / ASSIGNMENT), ASSIGNMENT, "", "", SMALL)
    files = submission.packed(Path(task.folder), ASSIGNMENT)
    with Bench(1, jailed=True) as bench:
        assert "other exercises or checks" in bench.do(Parcel(task, "other rules", files, 60))
        gone = dataclasses.replace(task, assignment="02_nothing")
        assert "other exercises or checks" in bench.do(Parcel(gone, "other rules", files, 60))
        free = dataclasses.replace(task, settings=Settings(jailed=False))
        assert "nothing without a jail" in bench.do(Parcel(free, "", files, 60))


def test_a_plain_dask_worker_marks_nothing(some, monkeypatch):
    monkeypatch.setattr(cluster, "ABSENT_SECONDS", 30)
    task = Task("correct-001", str(some / "submitted/correct-001" / ASSIGNMENT), ASSIGNMENT, "", "", SMALL)
    with (
        distributed.LocalCluster(1, dashboard_address=None, processes=False, resources={cluster.PLACE: 1}) as made,
        Cluster(made.scheduler_address) as hands,
    ):
        assert "was not started with `dlcourse worker`" in dict(hands.map([task], 60))[task]


def test_a_scheduler_that_goes_is_noticed(some, monkeypatch):
    monkeypatch.setattr(cluster, "ABSENT_SECONDS", 5)
    with distributed.LocalCluster(n_workers=0, dashboard_address=None, processes=False, protocol="tcp://") as made:
        hands = Cluster(made.scheduler_address).__enter__()
    with pytest.raises(NobodyError, match=r"has gone|No worker"):
        list(hands.map([None], 60))
    hands.__exit__()
