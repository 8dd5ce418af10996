"""What a ``checks.py`` file imports: questions, and ways to compare an answer without giving it away.

    from dlcourse.grading import check

    questions = check.Questions("02_core_concepts")

    @questions.ask("q1", points=2, read="02_core_concepts.ipynb#softmax")
    def softmax(student, rng):
        logits = rng.normal(size=(4, 10)).astype("float32")
        probs = student.softmax(logits)
        check.shape(probs, (4, 10), "the probabilities")
        check.close(probs.sum(axis=1), 1, "the sum of each row")
        check.close(probs, reference(logits), "the probabilities")

``student`` calls the functions of the student's notebook in another process; ``rng`` draws new inputs for every
marking. A check that returns gives full points; one that raises `Wrong` gives none and tells the student why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse.grading.student import Student

Check = Callable[[Student, np.random.Generator], None]


class Wrong(Exception):  # noqa: N818  (it is a verdict, read as `raise Wrong(…)`)
    """An answer that is wrong; the message tells the student in what respect, not what is right."""


@dataclass(frozen=True)
class Question:
    """One question of an assignment.

    Attributes:
        name: the ``grade_id`` of the cell that the student writes.
        points: what a right answer is worth.
        read: where in the course to look, as a link from ``chapters/``.
        check: raises `Wrong` when the answer is wrong; None for a text that a person marks.
    """

    name: str
    points: int
    read: str
    check: Check | None = None


class Questions:
    """The questions of one assignment, in order.

    Args:
        assignment: name of its folder, such as ``02_core_concepts``.
    """

    def __init__(self, assignment: str) -> None:
        self.assignment = assignment
        self.all: list[Question] = []

    def ask(self, name: str, *, points: int, read: str) -> Callable[[Check], Check]:
        """Register the decorated function as the check of question ``name``.

        Raises:
            ValueError: there is such a question already, or ``points`` is not positive.
        """

        def register(check: Check) -> Check:
            self._add(Question(name, points, read, check))
            return check

        return register

    def by_hand(self, name: str, *, points: int, read: str) -> None:
        """Register a question whose answer, a text, a person marks.

        Raises:
            ValueError: as `ask`.
        """
        self._add(Question(name, points, read))

    def _add(self, question: Question) -> None:
        if question.name in {known.name for known in self.all}:
            raise ValueError(f"{self.assignment} asks {question.name!r} twice; give each question its own name.")
        if question.points <= 0:
            raise ValueError(f"{question.name!r} is worth {question.points} points; give it at least 1.")
        self.all.append(question)


def array(answer: Any, what: str) -> np.ndarray:
    """Return ``answer`` as an array of numbers.

    Raises:
        Wrong: it is none.
    """
    if isinstance(answer, bool | int | float | list | tuple | np.ndarray | np.generic):
        try:
            numbers = np.asarray(answer)
        except ValueError:
            numbers = None
        if numbers is not None and numbers.dtype.kind in "biuf":
            return numbers
    raise Wrong(f"{what}: numbers expected, a {type(answer).__name__} came")


def shape(answer: Any, wanted: tuple[int, ...], what: str) -> np.ndarray:
    """Return ``answer`` as an array of the wanted shape.

    Raises:
        Wrong: it has another one.
    """
    numbers = array(answer, what)
    if numbers.shape != tuple(wanted):
        raise Wrong(f"{what}: shape {tuple(wanted)} expected, {numbers.shape} came")
    return numbers


def close(answer: Any, wanted: Any, what: str, *, rtol: float = 1e-5, atol: float = 1e-6) -> None:
    """Compare numbers; ``wanted`` is broadcast to the shape of the answer only where it is a single number.

    Raises:
        Wrong: shapes or values differ; the message says in how many places and by how much.
    """
    wanted = np.asarray(wanted)
    numbers = array(answer, what) if wanted.ndim == 0 else shape(answer, wanted.shape, what)
    if not np.isfinite(numbers).all():
        raise Wrong(f"{what}: {np.count_nonzero(~np.isfinite(numbers))} of {numbers.size} numbers are not finite")
    distance = np.abs(numbers.astype(float) - wanted)
    off = distance > atol + rtol * np.abs(wanted)
    if off.any():
        places = f"in {np.count_nonzero(off)} of {off.size} places, " if off.size > 1 else ""
        raise Wrong(f"{what}: {places}off by up to {distance.max():.3g}")


def true(fact: Any, otherwise: str) -> None:
    """Demand a fact.

    Raises:
        Wrong: it does not hold; ``otherwise`` says so to the student.
    """
    if not bool(fact):
        raise Wrong(otherwise)
