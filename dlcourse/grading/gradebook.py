"""The class's gradebook, which is nbgrader's: marks go in with one transaction for each student."""

from __future__ import annotations

import json
import os
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from nbgrader import api, utils
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from dlcourse.grading.journal import Record
from dlcourse.grading.submission import Released


class GradebookError(Exception):
    """Marks that could not be entered; the message says whose, why, and what helps."""


@dataclass(frozen=True)
class Entry:
    """What the gradebook holds about one student and one assignment.

    Attributes:
        student: the name by which nbgrader knows the student.
        first_name: empty where the gradebook has none; so are the next two.
        last_name: likewise.
        email: likewise.
        points: by question, with marks given by hand before those of the checks; None where there is none yet.
        by_hand: the questions whose points a person gave.
        waiting: the questions that wait for a person.
    """

    student: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    points: dict[str, float | None] | None = None
    by_hand: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def total(self) -> float | None:
        """The sum of the points; None where nothing was entered."""
        return None if self.points is None else sum(points or 0 for points in self.points.values())


class ClassBook:
    """nbgrader's database, opened for one assignment.

    Args:
        db_url: of the database, such as ``sqlite:///gradebook.db``; it is made when it is not there.
        course: identifier of the course in it.
        released: the assignment.
        questions: the names of its questions, in order.

    Raises:
        GradebookError: the database cannot be opened, or holds another version of the assignment with marks.
    """

    def __init__(self, db_url: str, course: str, released: Released, questions: Sequence[str]) -> None:
        self._released, self._questions = released, list(questions)
        use_own_programs()
        try:
            self._book = api.Gradebook(db_url, course)
            self._prepare()
        except (
            SQLAlchemyError,
            ImportError,
        ) as error:  # the second: Python has no package for this kind of database
            raise GradebookError(f"The gradebook {db_url} cannot be opened: {_first_line(error)}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    def enter(self, record: Record, before: Record | None = None) -> list[str]:
        """Enter the marks of one student, all or none. Marks given by hand stay.

        Args:
            record: what came out; of a submission that could not run nothing is entered.
            before: what came out the last time, which tells whether a text that has a mark is still the same.

        Returns:
            What is different from the marks before, in sentences; nothing for the first ones.

        Raises:
            GradebookError: the database does not take them; it is as it was.
        """
        if not record.marks:
            return []
        try:
            changes = self._enter(record, before)
            self._book.db.commit()
        except SQLAlchemyError as error:
            self._book.db.rollback()
            raise GradebookError(
                f"The gradebook does not take the marks of {record.student!r} ({_first_line(error)}). They are kept; "
                "the same command enters them, once no other program holds the gradebook."
            ) from error
        except BaseException:
            self._book.db.rollback()
            raise
        return changes

    def entries(self) -> dict[str, Entry]:
        """What the gradebook holds, by student: all that it knows, with or without a submission."""
        found = {
            student.id: Entry(student.id, student.first_name or "", student.last_name or "", student.email or "")
            for student in self._book.students
        }
        for submission in self._book.assignment_submissions(self._released.name):
            known = found[submission.student.id]
            notebook = next(row for row in submission.notebooks if row.name == self._released.name)
            found[known.student] = self._entry(known, {grade.name: grade for grade in notebook.grades})
        self._book.db.rollback()  # nothing was changed; let go of what was read
        return found

    def _entry(self, known: Entry, grades: dict[str, api.Grade]) -> Entry:
        points: dict[str, float | None] = {}
        by_hand, waiting = [], []
        for question in self._questions:
            grade = grades[self._released.score_cell(question)]
            given = grade.manual_score is not None or grade.auto_score is not None
            points[question] = grade.score if given else None
            if grade.manual_score is not None:
                by_hand.append(question)
            if grade.needs_manual_grade:
                waiting.append(question)
        return Entry(
            known.student, known.first_name, known.last_name, known.email, points, tuple(by_hand), tuple(waiting)
        )

    def _enter(self, record: Record, before: Record | None) -> list[str]:
        changes: list[str] = []
        new, notebook = self._notebook(record)
        grades = {grade.name: grade for grade in notebook.grades}
        comments = {comment.name: comment for comment in notebook.comments}
        for mark in record.marks:
            grade = grades[self._released.score_cell(mark.question)]
            blank = mark.question in record.blank
            score = float(mark.earned) if mark.state != "by hand" else 0.0 if blank else None
            rewritten = before is not None and before.answers.get(mark.question) != record.answers.get(
                mark.question
            )
            changed = grade.auto_score != score
            if changed and not new:
                changes.append(f"{mark.question}: {_points(grade.auto_score)} → {_points(score)}")
            if grade.manual_score is None:
                grade.needs_manual_grade = score is None
            elif changed or rewritten:
                grade.needs_manual_grade = True
                changes.append(f"{mark.question}: {grade.manual_score:g} given by hand stay, to be looked at again")
            grade.auto_score = score
            if comment := comments.get(mark.question):
                comment.auto_comment = "No response." if blank else mark.message or None
        if record.state == "needs a person":
            notebook.flagged = True
        return changes

    def _notebook(self, record: Record) -> tuple[bool, api.SubmittedNotebook]:
        """Whether a student's row is new, and the row, with all that belongs to it."""
        db, name = self._book.db, self._released.name
        assignment = self._book.find_assignment(name)
        student = db.get(api.Student, record.student)
        if student is None:
            student = api.Student(id=record.student)
            db.add(student)
        submission = db.scalars(
            select(api.SubmittedAssignment).filter_by(assignment_id=assignment.id, student_id=record.student)
        ).one_or_none()
        new = submission is None
        if new:
            submission = self._new_rows(assignment, student)
        submission.timestamp = _moment(record.submitted_at)
        return new, next(row for row in submission.notebooks if row.name == name)

    def _new_rows(self, assignment: api.Assignment, student: api.Student) -> api.SubmittedAssignment:
        db = self._book.db
        with db.no_autoflush:
            submission = api.SubmittedAssignment(assignment=assignment, student=student)
            db.add(submission)
            for notebook in assignment.notebooks:
                row = api.SubmittedNotebook(notebook=notebook, assignment=submission)
                db.add(row)
                db.add_all(api.Grade(cell=cell, notebook=row) for cell in notebook.grade_cells)
                db.add_all(api.Comment(cell=cell, notebook=row) for cell in notebook.solution_cells)
        db.flush()
        return submission

    def _prepare(self) -> None:
        """Enter the assignment as `nbgrader generate_assignment` does, if it is not there yet."""
        name, book = self._released.name, self._book
        try:
            notebook = book.find_notebook(name, name)
        except api.MissingEntry:
            book.update_or_create_assignment(name)
            metadata = self._released.notebook.metadata.get("kernelspec", {})
            notebook = book.update_or_create_notebook(name, name, kernelspec=json.dumps(metadata))
        wanted = {self._released.score_cell(question) for question in self._questions}
        there = {cell.name for cell in notebook.grade_cells}
        if there and there != wanted:
            raise GradebookError(
                f"The gradebook holds another {name}, with the questions {', '.join(sorted(there))} instead of "
                f"{', '.join(sorted(wanted))}. Give this one its own gradebook, or remove the old assignment with "
                f"`nbgrader db assignment remove {name}`."
            )
        if not there or len(notebook.source_cells) != len(self._released.cells):
            self._enter_cells()

    def _enter_cells(self) -> None:
        place = (self._released.name, self._released.name)
        for name, cell in self._released.cells.items():
            fields = cell.metadata.nbgrader
            if utils.is_grade(cell):
                self._book.update_or_create_grade_cell(
                    name, *place, max_score=float(fields.points), cell_type=cell.cell_type
                )
            if utils.is_solution(cell):
                self._book.update_or_create_solution_cell(name, *place)
            self._book.update_or_create_source_cell(
                name,
                *place,
                cell_type=cell.cell_type,
                locked=utils.is_locked(cell),
                source=cell.source,
                checksum=fields.get("checksum"),
            )


def use_own_programs() -> None:
    """Let nbgrader find the programs of its environment, which is not on the path of everybody who starts us."""
    paths = os.environ.get("PATH", "").split(os.pathsep)
    if (scripts := sysconfig.get_path("scripts")) not in paths:
        os.environ["PATH"] = os.pathsep.join([scripts, *paths])


def _moment(text: str | None) -> datetime | None:
    try:
        return utils.parse_utc(text)
    except (ValueError, OverflowError):
        return None


def _points(score: float | None) -> str:
    return "no mark" if score is None else f"{score:g}"


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0]
