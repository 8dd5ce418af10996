"""`dlcourse grade`: the work of a class, marked in a jail, in parallel, and without losing any of it."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import hashlib
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
from nbgrader.coursedir import CourseDirectory
from tqdm import tqdm
from traitlets.config import Config, PyFileConfigLoader

from dlcourse.grading import jail, marking, report, submission, work
from dlcourse.grading.gradebook import ClassBook, GradebookError
from dlcourse.grading.jail import MIB, Limits
from dlcourse.grading.journal import STATES, Journal, Record, write_whole
from dlcourse.grading.submission import Released
from dlcourse.grading.work import GRACE_SECONDS, NobodyError, Outcome, Pool, Settings, Task

if TYPE_CHECKING:
    from dlcourse.grading.cluster import Cluster

CONFIG = "nbgrader_config.py"
STRUCTURE = os.path.join("{nbgrader_step}", "{student_id}", "{assignment_id}")


class GradeError(Exception):
    """Nothing was graded; the message names the value and the remedy."""


@dataclass
class Run:
    """What a run did.

    Attributes:
        records: one for each submission, by student.
        changes: what is different in the gradebook, by student.
        lost: marks that the gradebook did not take, in sentences.
        fresh: the students whose work was run, not taken from the journal.
    """

    records: dict[str, Record] = field(default_factory=dict)
    changes: dict[str, list[str]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    fresh: set[str] = field(default_factory=set)


def main(argv: Sequence[str]) -> int:
    """Run `dlcourse grade ASSIGNMENT`.

    Returns:
        0 when every submission is graded; 1 when some need a person or could not run, or when nothing was done.
    """
    options = _parser().parse_args(argv)
    try:
        run = grade(
            options.assignment,
            options.course,
            settings=_settings(options),
            jobs=options.jobs,
            scheduler=options.scheduler,
            students=options.students.split(",") if options.students else None,
            again=options.again,
        )
    except (GradeError, GradebookError, NobodyError, marking.MarkingError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if all(record.state == "graded" for record in run.records.values()) and not run.lost else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dlcourse grade", description="Mark what a class handed in.")
    add = parser.add_argument
    add("assignment", help="such as 02_core_concepts")
    add(
        "--course",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="with submitted/ and gradebook.db; here if left out",
    )
    add("--jobs", type=int, metavar="N", help="submissions at a time; one for each core if left out")
    add("--scheduler", metavar="ADDRESS", help="of a Dask cluster that does the work, see `dlcourse worker --help`")
    add("--students", metavar="A,B", help="these alone")
    add("--again", action="store_true", help="run also what has not changed since it was graded")
    add("--no-jail", action="store_true", help="run the students' code with your own rights")
    add("--memory", type=float, default=4, metavar="GIB", help="for each submission; 4 if left out")
    add("--call-seconds", type=float, default=60, metavar="S", help="for each cell and each call; 60 if left out")
    add("--minutes", type=float, default=10, metavar="M", help="for each submission; 10 if left out")
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    cores = os.cpu_count() or 1
    if options.scheduler and options.jobs is not None:
        raise GradeError("--jobs is for this machine; with --scheduler, give it to each `dlcourse worker`.")
    if options.jobs is None:
        options.jobs = cores
    for name in ("jobs", "memory", "call_seconds", "minutes"):
        if getattr(options, name) <= 0:
            given = f"--{name.replace('_', '-')} {getattr(options, name)}"
            raise GradeError(f"{given} leaves nothing to work with; give a number above 0.")
    limits = Limits(
        memory=int(options.memory * 1024 * MIB),
        cpu_seconds=int(options.minutes * 60 * cores) + 1,
        cores=max(1, cores // options.jobs),
    )
    return Settings(
        jailed=not options.no_jail,
        limits=limits,
        cell_seconds=options.call_seconds,
        call_seconds=options.call_seconds,
        seconds=options.minutes * 60,
    )


def grade(
    assignment: str,
    course: Path = Path(),
    *,
    settings: Settings | None = None,
    jobs: int = 1,
    scheduler: str | None = None,
    students: Sequence[str] | None = None,
    again: bool = False,
) -> Run:
    """Grade what a class handed in, enter the marks into nbgrader's gradebook and write the reports.

    A run that ends before its time, in whatever way, loses the submissions it was at and no other: the next one takes
    the rest from the journal.

    Args:
        assignment: its name.
        course: folder of the class, with ``submitted/`` and, for other places and databases, ``nbgrader_config.py``.
        settings: how submissions are run.
        jobs: submissions at a time, on this machine.
        scheduler: address of a Dask scheduler whose workers do the work instead.
        students: these alone; all when left out.
        again: run also submissions that have not changed since they were graded.

    Raises:
        GradeError: there is nothing to grade, or no jail to do it in.
        GradebookError: the gradebook cannot be used.
        NobodyError: no scheduler, or no worker.
        MarkingError: there is no such assignment.
    """
    settings = settings or Settings()
    directory = _directory(course)
    questions, released = marking.load_questions(assignment), Released.read(assignment)
    everyone = list(_tasks(directory, assignment, settings))
    tasks = _chosen(everyone, students)
    if scheduler is None:
        _demand_jail(settings, [marking.SOLUTIONS, Path(directory.root, directory.submitted_directory)])
    folder = Path(directory.root) / "grading" / assignment
    journal = Journal(folder / "journal")
    names = [question.name for question in questions.all]
    with _alone(folder), ClassBook(directory.db_url, directory.course_id, released, names) as book:
        salt, run = journal.salt(), Run()
        try:
            salted = [dataclasses.replace(task, salt=salt) for task in tasks]
            _work_through(salted, run, journal, book, directory, _hands(jobs, scheduler), again)
        except (KeyboardInterrupt, NobodyError):
            done = f"{len(run.records)} of {len(tasks)} submissions are done and kept"
            print(f"\n{done}; the same command goes on from there.", file=sys.stderr)
            raise
        others = {task.student: journal.read(task.student) for task in everyone if task.student not in run.records}
        known = {student: record for student, record in others.items() if record} | run.records
        classroom = report.Classroom(assignment, questions.all, known, book.entries())
    _report(classroom, run, folder, directory)
    return run


def _directory(course: Path) -> CourseDirectory:
    course = course.absolute()
    place = course if (course / CONFIG).is_file() else marking.ROOT
    config: Config = PyFileConfigLoader(CONFIG, path=str(place)).load_config()
    config.CourseDirectory.root = str(course)
    directory = CourseDirectory(config=config)
    if directory.directory_structure != STRUCTURE:
        raise GradeError(
            f"{place / CONFIG} sets directory_structure to {directory.directory_structure!r}; "
            f"`dlcourse grade` knows {STRUCTURE!r} only."
        )
    return directory


def _tasks(directory: CourseDirectory, assignment: str, settings: Settings) -> Iterator[Task]:
    submitted = Path(directory.root, directory.submitted_directory)
    if not submitted.is_dir():
        raise GradeError(
            f"There is no folder {submitted}: `nbgrader collect` makes it, or put each student's work into "
            f"{submitted / 'STUDENT' / assignment}. For a class elsewhere, name its folder with --course."
        )
    found = dict(submission.folders(submitted, assignment))
    if not found:
        raise GradeError(f"Nobody has handed in {assignment}: there is no {submitted}/*/{assignment}.")
    rules = work.rules(assignment, settings)
    for student, folder in found.items():
        mark = hashlib.sha256(f"{rules} {submission.fingerprint(folder)}".encode()).hexdigest()
        yield Task(student, str(folder), assignment, mark, "", settings)


def _chosen(everyone: list[Task], students: Sequence[str] | None) -> list[Task]:
    if students is None:
        return everyone
    if unknown := sorted(set(students) - {task.student for task in everyone}):
        raise GradeError(f"Nothing was handed in by {', '.join(unknown)}; --students takes names of folders.")
    return [task for task in everyone if task.student in students]


def _demand_jail(settings: Settings, hidden: Sequence[Path]) -> None:
    if not settings.jailed:
        print(jail.RISK, file=sys.stderr)
    elif problem := jail.problem(settings.limits, hidden):
        raise GradeError(f"Nothing was graded: {problem}. {jail.RISK_TAKEN}")


def _hands(jobs: int, scheduler: str | None) -> Pool | Cluster:
    if scheduler is None:
        return Pool(jobs, work.grade_one)
    try:
        from dlcourse.grading.cluster import Cluster  # what it needs is not needed on one machine
    except ImportError as error:
        raise GradeError(
            f"--scheduler needs a package that is not here ({error}): pip install distributed"
        ) from error
    return Cluster(scheduler)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        with filelock.FileLock(folder / ".lock", timeout=0):
            yield
    except filelock.Timeout as error:
        raise GradeError(f"Another `dlcourse grade` is at work in {folder}; wait for it to end.") from error


def _work_through(
    tasks: list[Task],
    run: Run,
    journal: Journal,
    book: ClassBook,
    directory: CourseDirectory,
    hands: Pool | Cluster,
    again: bool,
) -> None:
    before = {task.student: journal.read(task.student) for task in tasks}
    todo = []
    for task in tasks:
        kept = before[task.student]
        if kept is None or again or not kept.final or kept.fingerprint != task.fingerprint:
            todo.append(task)
        else:
            _enter(run, book, kept, kept)
    if len(todo) < len(tasks):
        print(f"{len(tasks) - len(todo)} of {len(tasks)} submissions have not changed since they were graded.")
    if not todo:
        return
    longest = todo[0].settings.seconds + GRACE_SECONDS
    states: Counter[str] = Counter()
    with hands, _bar(todo, tasks) as bar:
        for task, result in hands.map(todo, longest):
            if isinstance(result, str):
                result = Outcome(work.could_not_run(task, result, final=False))
            run.fresh.add(task.student)
            _keep(result, task, before[task.student], run, journal, book, directory)
            states[result.record.state] += 1
            bar.set_postfix_str(", ".join(f"{states[state]} {state}" for state in STATES if states[state]))
            bar.update()


def _bar(todo: list[Task], tasks: list[Task]) -> tqdm:
    done = len(tasks) - len(todo)
    return tqdm(total=len(tasks), initial=done, unit="submission", desc=todo[0].assignment, smoothing=0.05)


def _keep(
    outcome: Outcome,
    task: Task,
    before: Record | None,
    run: Run,
    journal: Journal,
    book: ClassBook,
    directory: CourseDirectory,
) -> None:
    """Keep what came out: first where it may be read, last in the journal, which says that all of it is there."""
    record = outcome.record
    if outcome.notebook is not None:
        folder = Path(directory.format_path(directory.autograded_directory, task.student, task.assignment))
        write_whole(folder / f"{task.assignment}.ipynb", outcome.notebook)
        if record.submitted_at:
            write_whole(folder / submission.TIMESTAMP, record.submitted_at)
    _enter(run, book, record, before)
    journal.write(record)


def _enter(run: Run, book: ClassBook, record: Record, before: Record | None) -> None:
    run.records[record.student] = record
    try:
        if changes := book.enter(record, before):
            run.changes[record.student] = changes
    except GradebookError as error:
        run.lost.append(str(error))


def _report(classroom: report.Classroom, run: Run, folder: Path, directory: CourseDirectory) -> None:
    feedback = Path(directory.root, directory.feedback_directory)
    report.write(classroom, folder, feedback, Path(directory.root, directory.submitted_directory))
    print(report.table(classroom, run.changes))
    for sentence in run.lost:
        print(sentence, file=sys.stderr)
    print(f"marks.csv, moodle.csv, canvas.csv and report.html are in {folder}, what students get in {feedback}.")
