"""The unit of a class's work: one submission in, one outcome out; and the processes that do such units in parallel.

`grade_one` takes and returns plain values that can be pickled, so that it runs wherever the course is installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import multiprocessing
import multiprocessing.connection
import os
import re
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from dlcourse.grading import marking, submission
from dlcourse.grading.jail import Jail, Limits
from dlcourse.grading.journal import Record
from dlcourse.grading.student import CannotStartError, Student, printable
from dlcourse.grading.submission import Released, UnreadableError

LONGEST_SENTENCE = 500  # characters of what a check says
LEAVE_SECONDS = 10.0  # for an idle process to go by itself
GRACE_SECONDS = 120.0  # for reading, checking and starting, beyond what a submission may take


class NobodyError(Exception):
    """There is nobody to do the work; the message says why and what helps."""


@dataclass(frozen=True)
class Settings:
    """How submissions are run.

    Attributes:
        jailed: in a jail, or with the rights of whoever grades.
        limits: of the jail.
        cell_seconds: for one cell of a notebook.
        call_seconds: for one call of a function.
        seconds: for everything that one submission runs.
        largest: notebook in bytes.
    """

    jailed: bool = True
    limits: Limits = field(default_factory=Limits)
    cell_seconds: float = 60.0
    call_seconds: float = 60.0
    seconds: float = 600.0
    largest: int = submission.LARGEST_NOTEBOOK


@dataclass(frozen=True)
class Task:
    """One submission to grade.

    Attributes:
        student: name of its folder.
        folder: where it lies.
        assignment: its name.
        fingerprint: of submission, checks and settings.
        salt: secret of the assignment, from which the inputs of the checks are drawn.
        settings: how it is run.
    """

    student: str
    folder: str
    assignment: str
    fingerprint: str
    salt: str
    settings: Settings


@dataclass(frozen=True)
class Outcome:
    """What came out.

    Attributes:
        record: for the journal.
        notebook: for nbgrader's autograded folder, as JSON; None when it could not run.
    """

    record: Record
    notebook: str | None = None


def grade_one(task: Task) -> Outcome:
    """Grade one submission. Whatever is in it, this returns."""
    began = time.monotonic()
    try:
        outcome = _grade(task)
    except (UnreadableError, marking.MarkingError) as error:
        outcome = Outcome(could_not_run(task, str(error)))
    except CannotStartError as error:
        outcome = Outcome(could_not_run(task, f"the student's code could not be started: {error}", final=False))
    except Exception as error:
        why = f"the grader itself failed ({type(error).__name__}: {printable(str(error))})"
        outcome = Outcome(could_not_run(task, why, final=False))
    seconds = round(time.monotonic() - began, 2)
    return Outcome(Record(**{**vars(outcome.record), "seconds": seconds}), outcome.notebook)


def could_not_run(task: Task, reason: str, final: bool = True) -> Record:
    """The record of a submission without marks.

    Args:
        task: the submission.
        reason: in a sentence.
        final: the same submission would come to the same end.
    """
    return Record(task.student, task.fingerprint, "could not run", reason, final=final)


def rules(assignment: str, settings: Settings) -> str:
    """A text that changes when the same submission may come to another end: with the checks, or with the limits."""
    digest = hashlib.sha256((marking.SOLUTIONS / assignment / "checks.py").read_bytes())
    digest.update((submission.EXERCISES / assignment / f"{assignment}.ipynb").read_bytes())
    bounds = (
        settings.limits.memory,
        settings.cell_seconds,
        settings.call_seconds,
        settings.seconds,
        settings.largest,
    )
    digest.update(repr(bounds).encode())
    return digest.hexdigest()


def modules(assignment: str) -> list[str]:
    """The modules that the cells of an assignment import, for a warden to import beforehand."""
    notebook = nbformat.read(marking.SOLUTIONS / assignment / f"{assignment}.ipynb", as_version=4)
    found: dict[str, None] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found |= dict.fromkeys(re.findall(r"^\s*(?:import|from)\s+(\w+(?:\.\w+)*)", cell.source, re.M))
    return list(found)


def _grade(task: Task) -> Outcome:
    if problem := submission.name_problem(task.student):
        raise UnreadableError(f"the folder's name {problem}: rename it to the student's")
    folder, settings = Path(task.folder), task.settings
    released, questions = Released.read(task.assignment), marking.load_questions(task.assignment)
    work = submission.read(folder, released, settings.largest)
    seed = int.from_bytes(hashlib.sha256(f"{task.salt} {task.student}".encode()).digest()[:8], "big")
    start = _jail(task).start if settings.jailed else None
    limits = {name: getattr(settings, name) for name in ("cell_seconds", "call_seconds", "seconds")}
    with Student(work.code, start, **limits) as student:
        marks = tuple(_short(mark) for mark in marking.mark_student(student, questions.all, seed))
    by_hand = [mark.question for mark in marks if mark.state == "by hand"]
    record = Record(
        student=task.student,
        fingerprint=task.fingerprint,
        state="needs a person" if work.doubts else "graded",
        reason="; ".join(printable(doubt) for doubt in work.doubts),
        notes=tuple(printable(note) for note in work.notes),
        marks=marks,
        blank=tuple(question for question in by_hand if work.blank(question, released)),
        answers={name: hashlib.sha256(text.encode()).hexdigest()[:16] for name, text in work.answers.items()},
        submitted_at=submission.submitted_at(folder),
    )
    return Outcome(record, nbformat.writes(work.restored) + "\n")


def _short(mark: marking.Mark) -> marking.Mark:
    if len(mark.message) <= LONGEST_SENTENCE:
        return mark
    return marking.Mark(**{**vars(mark), "message": mark.message[:LONGEST_SENTENCE] + "…"})


_jails: dict[tuple[str, Limits], Jail] = {}  # of this process: a warden keeps what it has imported


def _jail(task: Task) -> Jail:
    key = task.assignment, task.settings.limits
    if key not in _jails:
        close_jails()
        _jails[key] = Jail(modules(task.assignment), task.settings.limits)
    return _jails[key]


def close_jails() -> None:
    """Take down the jails of this process."""
    while _jails:
        _jails.popitem()[1].close()


class Pool:
    """Processes that each do one unit after the other; one that dies or hangs is replaced, and costs its unit alone.

    Args:
        jobs: units at a time.
        work: a function that can be pickled.
    """

    def __init__(self, jobs: int, work: Callable[[Any], Any]) -> None:
        self._hands = [_Hand(work) for _ in range(jobs)]

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for hand in self._hands:
            hand.leave()

    def map(self, tasks: Iterable[Any], seconds: float) -> Iterator[tuple[Any, Any]]:
        """Do all tasks; yield (task, result) in the order in which they end.

        A result is a text where there is none: why the process did not come to an end.

        Args:
            tasks: the units.
            seconds: for one unit; then its process is ended.
        """
        waiting = iter(tasks)
        idle, busy = list(self._hands), []
        while True:
            while idle and (task := next(waiting, None)) is not None:
                hand = idle.pop()
                hand.take(task)
                busy.append(hand)
            if not busy:
                return
            multiprocessing.connection.wait([hand.line for hand in busy], timeout=1.0)
            for hand in list(busy):
                done, result = hand.result(seconds)
                if done:
                    busy.remove(hand)
                    idle.append(hand)
                    yield hand.task, result


class _Hand:
    """One process of a pool."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self._work = work
        self._process: multiprocessing.process.BaseProcess | None = None
        self._at_work = False
        self.task: Any = None

    def take(self, task: Any) -> None:
        if self._process is None:
            context = multiprocessing.get_context("spawn")
            self.line, other = context.Pipe()
            self._process = context.Process(target=_serve, args=(other, self._work), daemon=True)
            self._process.start()
            other.close()
        self.task, self._began, self._at_work = task, time.monotonic(), True
        with contextlib.suppress(OSError):  # it died while it was idle: the result says so
            self.line.send(task)

    def result(self, seconds: float) -> tuple[bool, Any]:
        """Whether the unit has ended, and how."""
        try:
            if self.line.poll():
                result = self.line.recv()
                self._at_work = False
                return True, result
        except (EOFError, OSError):
            self._process.join()
            why = f"the process that graded it died (exit status {self._process.exitcode})"
            self.end()
            return True, why
        if time.monotonic() - self._began > seconds:
            self.end()
            return True, f"the process that graded it did not end within {seconds:g} seconds"
        return False, None

    def leave(self) -> None:
        """End the process; one that is idle takes its jail down first."""
        if self._process is not None and not self._at_work:
            self.line.close()
            self._process.join(LEAVE_SECONDS)
        self.end()

    def end(self) -> None:
        """End the process at once."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self.line.close()
            self._process = None


def _serve(line: multiprocessing.connection.Connection, work: Callable[[Any], Any]) -> None:
    """Do units until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which then ends this process
    # What libraries say about broken notebooks stands, in a sentence, in the record.
    logging.disable()
    warnings.simplefilter("ignore")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            task = line.recv()
        except (EOFError, OSError):
            close_jails()
            return
        line.send(work(task))


def _end_with_parent() -> None:
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)  # and with this process its jail
