"""`dlcourse check`: marks a notebook of exercises with the trusted checks, on the learner's own machine."""

from __future__ import annotations

import argparse
import importlib.util
import posixpath
import secrets
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import nbformat
import numpy as np
from nbformat import NotebookNode

from dlcourse.grading.check import Question, Questions, Wrong
from dlcourse.grading.student import CannotStartError, Student, StudentError

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = ROOT / "solutions"
State = Literal["right", "wrong", "not written", "by hand"]
SIGNS: dict[State, str] = {"right": "✓", "wrong": "✗", "not written": "–", "by hand": "?"}


class MarkingError(Exception):
    """Nothing could be marked; the message names the value and the remedy."""


@dataclass(frozen=True)
class Mark:
    """What one question brought.

    Attributes:
        question: its name.
        points: what it is worth.
        earned: what the answer brought.
        state: right, wrong, not written yet, or left to a person.
        message: for the student: in what respect it is wrong, and where to read.
    """

    question: str
    points: int
    earned: int
    state: State
    message: str = ""


def main(argv: Sequence[str]) -> int:
    """Run `dlcourse check FOLDER`; exit status 0 when every checked question is right, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="dlcourse check", description="Mark a notebook of exercises.")
    parser.add_argument(
        "path", type=Path, help="its folder or the notebook itself, such as exercises/01_background"
    )
    chosen = parser.parse_args(argv).path
    marks = []
    try:
        path, questions = find(chosen)
        for mark in mark_notebook(path, questions):
            print(
                f"{SIGNS[mark.state]} {mark.question:<5} {mark.earned:>2} of {mark.points}  {mark.message}",
                flush=True,
            )
            marks.append(mark)
    except MarkingError as error:
        print(error, file=sys.stderr)
        return 1
    checked = [mark for mark in marks if mark.state != "by hand"]
    left = sum(mark.points for mark in marks if mark.state == "by hand")
    earned, possible = (sum(getattr(mark, field) for mark in checked) for field in ("earned", "points"))
    print(f"{earned} of {possible} points" + (f"; {left} more are for a text that a person marks" if left else ""))
    return 0 if all(mark.state == "right" for mark in checked) else 1


def find(path: Path) -> tuple[Path, Questions]:
    """The notebook that ``path`` means, and the questions of its assignment.

    Raises:
        MarkingError: there is no such notebook, or no checks for its assignment.
    """
    path = path.absolute()
    notebook = path / f"{path.name}.ipynb" if path.is_dir() else path
    if not notebook.is_file():
        raise MarkingError(f"There is no notebook {notebook}: name a folder of exercises, or the notebook in it.")
    return notebook, load_questions(notebook.stem)


def load_questions(assignment: str) -> Questions:
    """The trusted checks of an assignment, from ``solutions/``.

    Raises:
        MarkingError: there are none.
    """
    file = SOLUTIONS / assignment / "checks.py"
    if not file.is_file():
        known = ", ".join(sorted(path.parent.name for path in SOLUTIONS.glob("*/checks.py")))
        raise MarkingError(
            f"There are no checks for {assignment!r}; the assignments are {known or 'not here yet'}."
        )
    spec = importlib.util.spec_from_file_location(f"checks_{assignment}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.questions


def mark_notebook(path: Path, questions: Questions, seed: int | None = None) -> Iterator[Mark]:
    """Mark a notebook, question by question.

    Args:
        path: the student's notebook.
        questions: the assignment's.
        seed: for the inputs that the checks draw; new ones at each marking when left out.

    Raises:
        MarkingError: the notebook cannot be read.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # a damaged file can raise almost anything
        raise MarkingError(
            f"{path} is not a notebook that can be read ({type(error).__name__}: {error})."
        ) from error
    with Student(student_cells(notebook, trusted_cells(questions.assignment))) as student:
        yield from mark_student(student, questions.all, seed)


def mark_student(student: Student, questions: Sequence[Question], seed: int | None = None) -> Iterator[Mark]:
    """Mark what a running `Student` answers; as `mark_notebook`.

    Raises:
        CannotStartError: there is no process for the student's code; no verdict on the work.
    """
    seed = secrets.randbits(64) if seed is None else seed
    for question in questions:
        yield _mark(question, student, np.random.default_rng([seed, *question.name.encode()]))


def trusted_cells(assignment: str) -> dict[str, str]:
    """The locked cells of an assignment that prepare and do not test, by ``grade_id``: imports, data."""
    notebook = nbformat.read(SOLUTIONS / assignment / f"{assignment}.ipynb", as_version=4)
    return {
        fields["grade_id"]: cell.source
        for cell in notebook.cells
        if (fields := nbgrader_fields(cell))
        and cell.cell_type == "code"
        and not (fields["solution"] or fields["grade"])
    }


def student_cells(notebook: NotebookNode, trusted: dict[str, str]) -> list[str]:
    """The code to run of a student's notebook: prepared cells as released, the student's own, no tests."""
    cells, given = [], dict(trusted)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        fields = nbgrader_fields(cell)
        if fields is None or fields.get("solution"):
            cells.append(cell.source)
        elif prepared := given.pop(fields.get("grade_id"), None):
            cells.append(prepared)
    # A prepared cell that the student deleted still runs, before all others.
    return list(given.values()) + cells


def nbgrader_fields(cell: NotebookNode) -> dict | None:
    """nbgrader's metadata of a cell, if it has any."""
    fields = cell.metadata.get("nbgrader")
    return fields if isinstance(fields, dict) and fields else None


def _mark(question: Question, student: Student, rng: np.random.Generator) -> Mark:
    if question.check is None:
        return Mark(question.name, question.points, 0, "by hand", "a person marks this text")
    try:
        question.check(student, rng)
    except CannotStartError:
        raise
    except StudentError as error:
        state: State = "not written" if error.missing else "wrong"
        return Mark(question.name, question.points, 0, state, str(error) + where_to_read(question))
    except Wrong as error:
        return Mark(question.name, question.points, 0, "wrong", str(error) + where_to_read(question))
    except Exception as error:  # an answer of a kind that the check does not expect must not stop the marking
        unlike = f"the answer is not of the kind asked for ({type(error).__name__} while comparing it)"
        return Mark(question.name, question.points, 0, "wrong", unlike + where_to_read(question))
    return Mark(question.name, question.points, question.points, "right")


def where_to_read(question: Question) -> str:
    """The end of a message: the page and heading that a question goes back to, from the project's folder."""
    return f" (read {posixpath.normpath(f'chapters/{question.read}')})"
