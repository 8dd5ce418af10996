"""Exercises: right answers get full marks, blank ones none, wrong ones lose at their question alone."""

from __future__ import annotations

import filecmp
import re
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest

from dlcourse import execute
from dlcourse.grading import marking, release
from dlcourse.grading.check import Question
from dlcourse.grading.student import Student

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENTS = sorted(path.parent.name for path in (ROOT / "solutions").glob("*/checks.py"))
SEED = 7  # of the inputs that the checks draw: the tests repeat themselves, a marking does not

every_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS)


def notebook(assignment: str, folder: str = "solutions") -> nbformat.NotebookNode:
    return nbformat.read(ROOT / folder / assignment / f"{assignment}.ipynb", as_version=4)


def cells(assignment: str, folder: str = "solutions") -> list[str]:
    return marking.student_cells(notebook(assignment, folder), marking.trusted_cells(assignment))


def states(student: Student, questions: Sequence[Question]) -> dict[str, str]:
    return {mark.question: mark.state for mark in marking.mark_student(student, questions, SEED)}


def answers_of(assignment: str) -> dict[str, str]:
    """The code of the right answers, by question."""
    fields = [(marking.nbgrader_fields(cell) or {}, cell.source) for cell in notebook(assignment).cells]
    return {found["grade_id"]: source for found, source in fields if found.get("solution")}


def depends(answer: str, other: str) -> bool:
    """Whether one answer mentions a function that the other defines."""
    return any(re.search(rf"\b{name}\b", answer) for name in re.findall(r"^def (\w+)", other, re.M))


def wrong_answers(assignment: str) -> dict[str, list[Path]]:
    """The known wrong answers, by the question that each must lose."""
    answers: dict[str, list[Path]] = {}
    for path in sorted((ROOT / "solutions" / assignment / "wrong").glob("*.py")):
        answers.setdefault(path.stem.split("_")[0], []).append(path)
    return answers


@every_assignment
def test_the_solution_takes_all_points_and_each_wrong_answer_loses_its_question_alone(assignment):
    """A long check is not repeated for a wrong answer to another question that its own answer makes no use of."""
    questions, answers = marking.load_questions(assignment).all, answers_of(assignment)
    took, found, expected = {}, {}, {}
    with Student(cells(assignment)) as student:
        for question in questions:
            started = time.monotonic()
            right = "by hand" if question.check is None else "right"
            assert states(student, [question]) == {question.name: right}
            took[question.name] = time.monotonic() - started
        for name, paths in wrong_answers(assignment).items():
            again = [q for q in questions if took[q.name] < 1 or depends(answers[q.name], answers[name])]
            for path in paths:
                assert student.run(path.read_text(encoding="utf-8")) is None, path
                found[path.stem] = states(student, again)
                expected[path.stem] = {
                    q.name: "by hand" if q.check is None else "wrong" if q.name == name else "right" for q in again
                }
                student.run(answers[name])
    assert found == expected


@every_assignment
def test_the_blank_stub_takes_no_point_and_does_not_crash(assignment):
    with Student(cells(assignment, "exercises")) as student:
        assert set(states(student, marking.load_questions(assignment).all).values()) == {"not written", "by hand"}


@every_assignment
def test_each_question_has_three_wrong_answers_and_says_what_is_wrong_with_them(assignment):
    questions = marking.load_questions(assignment)
    answers = wrong_answers(assignment)
    assert set(answers) == {question.name for question in questions.all if question.check}
    assert all(len(paths) >= 3 for paths in answers.values())
    for paths in answers.values():
        for path in paths:
            assert path.read_text(encoding="utf-8").startswith("# "), path


@every_assignment
def test_points_add_up_and_agree_with_the_notebook(assignment):
    questions = marking.load_questions(assignment).all
    assert sum(question.points for question in questions) in (10, 20)
    assert 4 <= sum(question.check is not None for question in questions) <= 8
    assert sum(question.check is None for question in questions) == 1
    fields = [found for cell in notebook(assignment).cells if (found := marking.nbgrader_fields(cell))]
    points = {found["grade_id"].removesuffix("-test"): found["points"] for found in fields if found["grade"]}
    assert points == {question.name: question.points for question in questions}


@every_assignment
def test_each_question_tells_where_to_read(assignment):
    for question in marking.load_questions(assignment).all:
        place, _, anchor = question.read.partition("#")
        page = (ROOT / "chapters" / place).resolve()
        assert page.is_file(), question.read
        source = (
            "\n".join(cell.source for cell in nbformat.read(page, as_version=4).cells)
            if page.suffix == ".ipynb"
            else page.read_text(encoding="utf-8")
        )
        headings = re.findall(r"^#{1,4} (.+)$", source, re.M)
        assert anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
        named = re.search(r"\(read ([^#)]+)", marking.where_to_read(question))[1]
        assert ".." not in named
        assert (ROOT / named).is_file(), named


@every_assignment
def test_each_function_has_a_hint_and_a_test(assignment):
    source = notebook(assignment)
    tested = {
        fields["grade_id"].removesuffix("-test")
        for cell in source.cells
        if (fields := marking.nbgrader_fields(cell)) and fields["grade"] and not fields["solution"]
    }
    assert tested == {question.name for question in marking.load_questions(assignment).all if question.check}
    text = "\n\n".join(cell.source for cell in source.cells if cell.cell_type == "markdown")
    assert len(re.findall(r"^:::\{admonition\} Hint\n:class: dropdown$", text, re.M)) >= len(tested)


@every_assignment
def test_the_stored_solution_is_in_step_with_its_text_and_clean(assignment):
    (text,) = execute.find_texts([f"solutions/{assignment}"])
    fresh, kept = execute.read_text(text), notebook(assignment)
    assert [(cell.source, cell.metadata) for cell in kept.cells] == [(c.source, c.metadata) for c in fresh.cells]
    assert kept.metadata.dlcourse.executed == execute.digest(kept)
    assert not any(
        o.get("name") == "stderr" or o.output_type == "error" for c in execute.code_cells(kept) for o in c.outputs
    )


def test_there_are_exercises_for_each_chapter():
    chapters = {path.stem for path in execute.find_chapters() if re.match(r"\d\d_", path.stem)}
    assert set(ASSIGNMENTS) == chapters


def test_the_exercises_are_what_the_solutions_give_and_give_nothing_away(tmp_path):
    assert release.release(tmp_path / "exercises") == ASSIGNMENTS
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert made == sorted(
        path.relative_to(ROOT)
        for path in (ROOT / "exercises").rglob("*.*")
        if ".ipynb_checkpoints" not in str(path)
    )
    assert made == [Path("exercises", name, f"{name}.ipynb") for name in ASSIGNMENTS]
    for path in made:
        assert filecmp.cmp(tmp_path / path, ROOT / path, shallow=False), f"run `make exercises`: {path}"
        released = (ROOT / path).read_text(encoding="utf-8")
        for secret in ("BEGIN SOLUTION", "END SOLUTION", "MARK SCHEME", "HIDDEN TESTS"):
            assert secret not in released
        stubs = [cell for cell in nbformat.reads(released, as_version=4).cells if _is_answer(cell)]
        assert stubs
        assert all("raise NotImplementedError" in cell.source for cell in stubs)


@every_assignment
def test_the_question_marked_by_hand_stays_in_the_release_and_its_mark_scheme_does_not(assignment):
    asked, released = notebook(assignment), notebook(assignment, "exercises")
    place = next(i for i, cell in enumerate(asked.cells) if "BEGIN MARK SCHEME" in cell.source)
    question = asked.cells[place - 1].source
    assert re.match(r"## \d In your own words", question)
    assert question in [cell.source for cell in released.cells]


def _is_answer(cell: nbformat.NotebookNode) -> bool:
    return cell.cell_type == "code" and bool((marking.nbgrader_fields(cell) or {}).get("solution"))
