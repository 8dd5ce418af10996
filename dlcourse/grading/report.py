"""What a graded class is told: a table, files for spreadsheets, Moodle and Canvas, pages for students and teacher."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import jinja2

from dlcourse.grading.check import Question
from dlcourse.grading.gradebook import Entry
from dlcourse.grading.journal import STATES, Record, write_whole
from dlcourse.grading.marking import SIGNS, Mark
from dlcourse.grading.student import printable
from dlcourse.grading.submission import exchanged, name_problem

NOTHING = "nothing handed in"
COMMONEST = 10  # failures in the report of the class
_pages = jinja2.Environment(
    loader=jinja2.PackageLoader("dlcourse.grading"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True)
class Row:
    """One student in every table.

    Attributes:
        student: the name of the folder.
        entry: what the gradebook holds.
        record: what came out of the submission; None when there is none.
    """

    student: str
    entry: Entry
    record: Record | None

    @property
    def state(self) -> str:
        """One of the states, or that nothing was handed in."""
        return self.record.state if self.record else NOTHING

    @property
    def counts(self) -> bool:
        """Whether there are points at all: a submission that could not run has none, which is not zero."""
        return self.record is not None and self.record.state != "could not run" and self.entry.points is not None

    @property
    def total(self) -> float | None:
        """All points so far; None where none count."""
        return self.entry.total if self.counts else None

    @property
    def shown(self) -> str:
        """The student's name on any page or terminal."""
        return printable(self.student)


@dataclass(frozen=True)
class Classroom:
    """A class and one assignment.

    Attributes:
        assignment: its name.
        questions: in order.
        records: what came out, by student.
        entries: what the gradebook holds, by student.
    """

    assignment: str
    questions: Sequence[Question]
    records: dict[str, Record]
    entries: dict[str, Entry]

    @cached_property
    def rows(self) -> list[Row]:
        """All students, those without a submission too, by name."""
        students = sorted(self.records.keys() | self.entries.keys())
        return [Row(name, self.entries.get(name) or Entry(name), self.records.get(name)) for name in students]

    @property
    def possible(self) -> int:
        """Points for everything."""
        return sum(question.points for question in self.questions)

    def counted(self) -> Counter[str]:
        """How many students are in each state."""
        return Counter(row.state for row in self.rows)

    def failures(self) -> list[tuple[str, str, int]]:
        """The commonest failures: (question, what was said, how often)."""
        said = Counter(
            (mark.question, mark.message) for mark in self._marks() if mark.state in ("wrong", "not written")
        )
        return [(question, message, times) for (question, message), times in said.most_common(COMMONEST)]

    def histogram(self, question: Question) -> list[tuple[str, int]]:
        """How many took how many points: (points, students), those that wait for a person last."""
        earned = [row.entry.points[question.name] for row in self.rows if row.counts]
        bars = [(f"{points}", sum(1 for have in earned if have == points)) for points in range(question.points + 1)]
        between = sum(1 for have in earned if have is not None and have not in range(question.points + 1))
        if between:
            bars.append(("other", between))
        if waiting := earned.count(None):
            bars.append(("not marked", waiting))
        return bars

    def _marks(self) -> Iterable[Mark]:
        return (mark for record in self.records.values() for mark in record.marks)


def table(classroom: Classroom, changes: dict[str, list[str]]) -> str:
    """What the terminal shows at the end: each student, then each state, then what is different in the gradebook."""
    width = max((len(row.shown) for row in classroom.rows), default=0)
    lines = []
    for row in classroom.rows:
        points = f"{_number(row.total):>5} of {classroom.possible}" if row.counts else f"{'no mark':>{9}}"
        waiting = f"to mark: {', '.join(row.entry.waiting)}" if row.counts and row.entry.waiting else ""
        why = "; ".join(part for part in ((row.record.reason if row.record else ""), waiting) if part)
        lines.append(f"{row.shown:<{width}}  {points}  {row.state:<{len(NOTHING)}}  {why}".rstrip())
    counted = classroom.counted()
    lines += ["", ", ".join(f"{counted[state]} {state}" for state in (*STATES, NOTHING) if counted[state])]
    if changes:
        lines += ["", f"The gradebook has changed for {len(changes)}:"]
        lines += [f"{printable(student)}  {'; '.join(changes[student])}" for student in sorted(changes)]
    return "\n".join(lines)


def write(classroom: Classroom, folder: Path, feedback: Path, submitted: Path) -> None:
    """Write everything that can be opened.

    Args:
        classroom: the class.
        folder: for ``marks.csv``, ``moodle.csv``, ``canvas.csv`` and ``report.html``.
        feedback: nbgrader's folder of that name; a page for each student goes into it, with what
            `nbgrader release_feedback` needs beside it.
        submitted: nbgrader's folder of that name.
    """
    write_whole(folder / "marks.csv", marks_csv(classroom))
    write_whole(folder / "moodle.csv", moodle_csv(classroom))
    write_whole(folder / "canvas.csv", canvas_csv(classroom))
    write_whole(folder / "report.html", class_page(classroom))
    for row in classroom.rows:
        if row.record is not None and name_problem(row.student) is None:
            place = feedback / row.student / classroom.assignment
            write_whole(place / f"{classroom.assignment}.html", student_page(classroom, row))
            for name, text in exchanged(submitted / row.student / classroom.assignment).items():
                write_whole(place / name, text)


def marks_csv(classroom: Classroom) -> str:
    """All there is, one line for each student; where there is no mark the field is empty, which is not zero."""
    names = [question.name for question in classroom.questions]
    head = ["student", "last_name", "first_name", "state", "reason", "notes", "total", "out_of", "to_mark", *names]
    lines = [head]
    for row in classroom.rows:
        points = [_number(row.entry.points[name]) if row.counts else "" for name in names]
        record, entry = row.record, row.entry
        reason, notes = (record.reason, "; ".join(record.notes)) if record else ("", "")
        waiting = " ".join(entry.waiting) if row.counts else ""
        texts = (row.shown, entry.last_name, entry.first_name, row.state, reason, notes)
        lines.append([*map(_harmless, texts), _number(row.total), str(classroom.possible), waiting, *points])
    return _csv(lines)


def moodle_csv(classroom: Classroom) -> str:
    """For Moodle's grade import (docs.moodle.org, "Grade import"): map the first column to the ID number.

    It has no column for feedback, because with one Moodle takes an empty grade for one to delete.
    """
    rows = [row for row in classroom.rows if row.counts]
    return _csv(
        [
            ["ID number", "Email address", classroom.assignment],
            *([_harmless(row.student), _harmless(row.entry.email), _number(row.total)] for row in rows),
        ]
    )


def canvas_csv(classroom: Classroom) -> str:
    """For the import of Canvas's gradebook, whose own columns come first; it finds students by SIS Login ID."""
    lines = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", classroom.assignment]]
    lines.append(["    Points Possible", "", "", "", "", str(classroom.possible)])
    for row in classroom.rows:
        if row.counts:
            names = (row.entry.last_name, row.entry.first_name)
            name = ", ".join(part for part in names if part) or row.student
            lines.append([_harmless(name), "", "", _harmless(row.student), "", _number(row.total)])
    return _csv(lines)


def student_page(classroom: Classroom, row: Row) -> str:
    """The page that one student gets: points and, for each question, the sentence of its check."""
    return _pages.get_template("student.html").render(
        classroom=classroom, row=row, signs=SIGNS, number=_number, marks=row.record.marks
    )


def class_page(classroom: Classroom) -> str:
    """The teacher's page: states, a histogram for each question, the commonest failures."""
    return _pages.get_template("class.html").render(classroom=classroom, number=_number, states=(*STATES, NOTHING))


def _number(points: float | None) -> str:
    return "" if points is None else f"{points:g}"


def _harmless(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _csv(lines: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue()
