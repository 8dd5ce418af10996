"""One submission: its notebook, read without trust, and put back into the shape in which it was handed out."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode

from dlcourse.grading import marking

EXERCISES = marking.ROOT / "exercises"
LARGEST_NOTEBOOK = 32 * 2**20  # bytes; the largest of the course's own, outputs included, has 1 % of it
LONGEST_NAME = 128  # characters of a student's name in nbgrader's database
TIMESTAMP = "timestamp.txt"  # which nbgrader writes beside what it collects
SECRET = (
    "submission_secret.txt"  # from which its exchange makes the name of the feedback, known to one student alone
)
LARGEST_NOTE = 1000  # bytes of either


class UnreadableError(Exception):
    """A submission of which nothing can be marked; the message says why, to the teacher."""


@dataclass(frozen=True)
class Released:
    """An assignment as it was handed out.

    Attributes:
        name: of the assignment and of its notebook.
        notebook: the exercise.
    """

    name: str
    notebook: NotebookNode

    @classmethod
    def read(cls, assignment: str) -> Released:
        """Read it from ``exercises/``.

        Raises:
            MarkingError: it is not there.
        """
        path = EXERCISES / assignment / f"{assignment}.ipynb"
        if not path.is_file():
            raise marking.MarkingError(f"{path} is missing: `dlcourse release` makes the exercises.")
        return cls(assignment, nbformat.read(path, as_version=4))

    @cached_property
    def cells(self) -> dict[str, NotebookNode]:
        """The cells that nbgrader knows, by ``grade_id``."""
        found = ((marking.nbgrader_fields(cell), cell) for cell in self.notebook.cells)
        return {fields["grade_id"]: cell for fields, cell in found if fields}

    @cached_property
    def prepared(self) -> dict[str, str]:
        """The code that is given, by ``grade_id``."""
        return {
            name: cell.source
            for name, cell in self.cells.items()
            if cell.cell_type == "code" and not (_flag(cell, "solution") or _flag(cell, "grade"))
        }

    @cached_property
    def answers(self) -> list[str]:
        """The names of the cells that students write, code and texts."""
        return [name for name, cell in self.cells.items() if _flag(cell, "solution")]

    def score_cell(self, question: str) -> str:
        """The name of the cell to which nbgrader gives the points of a question."""
        return question if _flag(self.cells[question], "grade") else f"{question}-test"


@dataclass
class Submission:
    """What a student handed in.

    Attributes:
        code: the cells to run: what is given as it was handed out, and the student's own.
        restored: the notebook for nbgrader's autograded folder: the student's answers, the rest as handed out.
        answers: the sources of the answers, by name; a missing one is not there.
        notes: what was put right, in sentences.
        doubts: what a person should look at before the marks count, in sentences.
    """

    code: list[str]
    restored: NotebookNode
    answers: dict[str, str]
    notes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def blank(self, question: str, released: Released) -> bool:
        """Whether an answer is missing or still as it was handed out."""
        source = self.answers.get(question, "")
        return source.strip() in ("", released.cells[question].source.strip())


def name_problem(student: str) -> str | None:
    """Why a folder's name is no name of a student that can be entered anywhere; None when it is one."""
    if not student.isprintable() or any("\ud800" <= sign <= "\udfff" for sign in student):
        return "holds characters that cannot be printed"
    if student[0] in ".=+-@":
        return f"begins with {student[0]!r}, which programs take for a command or hide"
    if ".." in student or any(sign in student for sign in "/\\"):
        return "holds parts of a path"
    if len(student) > LONGEST_NAME:
        return f"has {len(student)} characters; nbgrader's database takes {LONGEST_NAME}"
    return None


def fingerprint(folder: Path) -> str:
    """A text that changes when a submission does: of what lies in its folder, and of what its notebooks hold."""
    digest = hashlib.sha256()
    for path in (folder.parent, folder):
        digest.update(repr(_kind(path)).encode())
    if not folder.is_symlink() and folder.is_dir():
        for entry in sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name)):
            path = Path(entry.path)
            digest.update(os.fsencode(entry.name) + repr(_kind(path)).encode())
            whole = entry.name.endswith(".ipynb") or entry.name == TIMESTAMP
            if whole and _is_file(path) and path.stat().st_size <= LARGEST_NOTEBOOK:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def read(folder: Path, released: Released, largest: int = LARGEST_NOTEBOOK) -> Submission:
    """Read what a student handed in. Nothing of it is run.

    Args:
        folder: of one student and one assignment.
        released: the assignment.
        largest: size in bytes of a notebook that is still read.

    Raises:
        UnreadableError: there is nothing that can be marked.
    """
    path, doubts = _find(folder, released.name)
    notebook, old = _parse(path, largest)
    if old:
        doubts.append(f"the notebook is of format {old}, and was converted: cells may have lost their names")
    try:
        submission = _restore(notebook, released)
    except Exception as error:  # what is inside may be of any kind
        raise UnreadableError(
            f"{path.name} has cells of no known shape ({type(error).__name__}: {error})"
        ) from error
    submission.doubts[:0] = doubts
    return submission


def packed(folder: Path, assignment: str, largest: int = LARGEST_NOTEBOOK) -> dict[str, bytes]:
    """What another machine needs of a submission, by name: its notebook, and the moment of handing in.

    Raises:
        UnreadableError: as `read` does for what no machine could mark.
    """
    path, _ = _find(folder, assignment)
    files = {path.name: _content(path, largest)}
    if moment := submitted_at(folder):
        files[TIMESTAMP] = moment.encode()
    return files


def submitted_at(folder: Path) -> str | None:
    """The moment that nbgrader noted when it collected the submission, as it wrote it."""
    path = folder / TIMESTAMP
    if not _is_file(path) or path.stat().st_size > 100:
        return None
    return path.read_text(encoding="utf-8", errors="replace").strip() or None


def exchanged(folder: Path) -> dict[str, str]:
    """What nbgrader's exchange put beside a submission and needs again to hand feedback back, by name."""
    if folder.is_symlink() or folder.parent.is_symlink():  # it would be somebody else's
        return {}
    paths = [folder / name for name in (TIMESTAMP, SECRET)]
    return {
        path.name: path.read_text(encoding="utf-8", errors="replace")
        for path in paths
        if _is_file(path) and path.stat().st_size <= LARGEST_NOTE
    }


def _find(folder: Path, assignment: str) -> tuple[Path, list[str]]:
    for path in (folder.parent, folder):
        if path.is_symlink():
            raise UnreadableError(f"the folder {path.name} is a symbolic link: put the files themselves there")
    if not folder.is_dir():
        raise UnreadableError(f"{folder.name} is not a folder")
    wanted = folder / f"{assignment}.ipynb"
    found = sorted(path for path in folder.iterdir() if path.name.lower().endswith(".ipynb"))
    if wanted in found:
        return _checked(wanted), []
    if not found:
        raise UnreadableError(f"there is no notebook in the folder; {wanted.name} was expected")
    if len(found) > 1:
        raise UnreadableError(f"there are {len(found)} notebooks in the folder, and none is called {wanted.name}")
    return _checked(found[0]), [f"the notebook is called {found[0].name!r} instead of {wanted.name}"]


def _checked(path: Path) -> Path:
    if path.is_symlink():
        raise UnreadableError(f"{path.name} is a symbolic link: put the file itself there")
    if not _is_file(path):
        raise UnreadableError(f"{path.name} is not a file")
    return path


def _content(path: Path, largest: int) -> bytes:
    try:
        size = path.stat().st_size
        if size <= largest:
            with path.open("rb") as file:
                return file.read(largest + 1)
    except OSError as error:
        raise UnreadableError(f"{path.name} cannot be read ({error.strerror})") from error
    raise UnreadableError(
        f"{path.name} has {size / 2**20:.0f} MiB, and at most {largest / 2**20:g} are read: "
        "ask for it again with its outputs cleared"
    )


def _parse(path: Path, largest: int) -> tuple[NotebookNode, int | None]:
    content = _content(path, largest)
    try:
        text = content.decode("utf-8")
        version = json.loads(text)["nbformat"]
        notebook = nbformat.reads(text, as_version=4)
        _ = [cell.source + cell.cell_type for cell in notebook.cells]
    except Exception as error:  # a damaged file can raise almost anything
        what = str(error).split("\n")[0][:200]
        raise UnreadableError(
            f"{path.name} is not a notebook that can be read ({type(error).__name__}: {what})"
        ) from error
    return notebook, None if version == 4 else version


def _restore(notebook: NotebookNode, released: Released) -> Submission:
    restored = nbformat.v4.new_notebook(metadata=copy.deepcopy(released.notebook.metadata))
    submission = Submission([], restored, {})
    seen: dict[str, int] = {}
    changed: list[str] = []
    for cell in notebook.cells:
        name = _name(cell)
        original = released.cells.get(name)
        if original is None:
            if cell.cell_type == "code":
                submission.code.append(cell.source)
            restored.cells.append(_own(cell))
            continue
        seen[name] = seen.get(name, 0) + 1
        if name in released.answers:
            if original.cell_type == "code":
                submission.code.append(cell.source)
            if seen[name] > 1:
                restored.cells.append(_own(cell))
                submission.answers[name] += "\n" + cell.source
                continue
            submission.answers[name] = cell.source
            restored.cells.append(_like(original, cell.source, _pictures(cell)))
            if cell.cell_type != original.cell_type or _flags(cell) != _flags(original):
                changed.append(name)
        elif seen[name] == 1:
            if name in released.prepared:
                submission.code.append(original.source)
            restored.cells.append(_like(original, original.source))
            if cell.source != original.source or _flags(cell) != _flags(original):
                changed.append(name)
    missing = [name for name in released.cells if name not in seen]
    # Given code that was deleted still runs, before all other.
    submission.code[:0] = [released.prepared[name] for name in missing if name in released.prepared]
    restored.cells += [_like(released.cells[name], released.cells[name].source) for name in missing]
    given = {cell.source for cell in released.notebook.cells}
    for cell in restored.cells:
        if cell.cell_type != "code" and cell.source not in given:
            cell.source = _without_scripts(cell.source)
    _remark(submission, released, seen, missing, changed)
    return submission


def _remark(
    submission: Submission, released: Released, seen: dict[str, int], missing: list[str], changed: list[str]
) -> None:
    """Say what was put right, and what a person should look at."""
    answers = set(released.answers)
    doubled = [name for name, times in seen.items() if times > 1]
    for names, sentence in (
        ([name for name in missing if name in answers], "missing, with what was answered there: {}"),
        ([name for name in doubled if name in answers], "there more than once, and the last one counts: {}"),
    ):
        if names:
            submission.doubts.append("answer cells are " + sentence.format(", ".join(names)))
    for names, sentence in (
        ([name for name in missing if name not in answers], "given cells were deleted and are back: {}"),
        ([name for name in doubled if name not in answers], "given cells were doubled; one is left: {}"),
        (changed, "cells or their flags were changed and are as handed out again: {}"),
    ):
        if names:
            submission.notes.append(sentence.format(", ".join(names)))


def _without_scripts(text: str) -> str:
    """A text without HTML that runs: the teacher reads it in a browser that may do anything on the server."""
    return SanitizeHTML().sanitize_html_tags(text)


def _like(original: NotebookNode, source: str, pictures: dict[str, dict] | None = None) -> NotebookNode:
    cell = copy.deepcopy(original)
    cell.source = source
    if pictures and cell.cell_type == "markdown":
        cell.attachments = pictures
    return cell


def _pictures(cell: NotebookNode) -> dict[str, dict]:
    """What is pasted into a text, where it is a picture."""
    attached = cell.get("attachments", {}).items()
    return {name: data for name, data in attached if set(data) <= {"image/png", "image/jpeg"}}


def _own(cell: NotebookNode) -> NotebookNode:
    """A cell that the student added, without outputs and without nbgrader's marks."""
    if cell.cell_type == "code":
        return nbformat.v4.new_code_cell(cell.source)
    return nbformat.v4.new_markdown_cell(cell.source)


def _name(cell: NotebookNode) -> str | None:
    fields = cell.get("metadata", {}).get("nbgrader")
    name = fields.get("grade_id") if isinstance(fields, dict) else None
    return name if isinstance(name, str) else None


def _flag(cell: NotebookNode, flag: str) -> bool:
    return bool(cell.metadata.nbgrader.get(flag))


def _flags(cell: NotebookNode) -> list[object]:
    return [cell.metadata.nbgrader.get(flag) for flag in ("grade", "locked", "solution", "points")]


def _kind(path: Path) -> tuple[object, ...]:
    try:
        found = path.lstat()
    except OSError as error:
        return (type(error).__name__,)
    target = os.readlink(path) if stat.S_ISLNK(found.st_mode) else ""
    size = found.st_size if stat.S_ISREG(found.st_mode) else 0
    return stat.S_IFMT(found.st_mode), size, target


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def folders(submitted: Path, assignment: str) -> Iterator[tuple[str, Path]]:
    """The submissions of an assignment: (student, folder), by name."""
    for entry in sorted(os.scandir(submitted), key=lambda entry: os.fsencode(entry.name)):
        folder = Path(entry.path) / assignment
        if entry.is_symlink() or (entry.is_dir() and os.path.lexists(folder)):
            yield entry.name, folder
