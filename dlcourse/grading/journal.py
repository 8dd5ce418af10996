"""What came out of each submission, kept in one file each, so that a run that ends at any moment can go on."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dlcourse.grading.marking import Mark

FORMAT = 1  # of a record; one of another format is graded anew
State = Literal["graded", "needs a person", "could not run"]
STATES: tuple[State, ...] = ("graded", "needs a person", "could not run")


@dataclass(frozen=True)
class Record:
    """What came out of one submission.

    Attributes:
        student: name of the folder.
        fingerprint: of the submission, the checks and the limits; another one is graded anew.
        state: graded; needs a person, who looks at the doubts before the marks count; could not run: no marks.
        reason: why it is not simply graded, in sentences.
        notes: what was put right in the notebook, in sentences.
        marks: one for each question; none when it could not run.
        blank: the texts for a person that are not written.
        answers: a digest of each answer, which tells whether a mark given by hand is for the same text.
        submitted_at: when it was collected, as nbgrader wrote it.
        seconds: that it took.
        final: the same submission comes to the same end; False for failures of the machine, tried anew next time.
    """

    student: str
    fingerprint: str
    state: State
    reason: str = ""
    notes: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    blank: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    submitted_at: str | None = None
    seconds: float = 0.0
    final: bool = True

    @property
    def earned(self) -> int:
        """Points that the checks gave."""
        return sum(mark.earned for mark in self.marks)


class Journal:
    """The records of one assignment.

    Args:
        folder: where they lie; it is made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, student: str) -> Record | None:
        """The record of a student; None when there is none, or none that can be read."""
        try:
            kept = json.loads(self._path(student).read_text(encoding="utf-8"))
            if kept.pop("format") != FORMAT:
                return None
            marks = tuple(Mark(**mark) for mark in kept.pop("marks"))
            notes, blank = tuple(kept.pop("notes")), tuple(kept.pop("blank"))
            return Record(marks=marks, notes=notes, blank=blank, **kept)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, record: Record) -> None:
        """Keep a record, whole or not at all."""
        text = json.dumps({"format": FORMAT, **dataclasses.asdict(record)}, indent=1)
        write_whole(self._path(record.student), text + "\n")

    def salt(self) -> str:
        """A secret of this assignment, drawn once: with it the same submission meets the same inputs again."""
        path = self._folder / "salt"
        with contextlib.suppress(OSError):
            if salt := path.read_text(encoding="utf-8").strip():
                return salt
        write_whole(path, secrets.token_hex(16) + "\n")
        return path.read_text(encoding="utf-8").strip()

    def _path(self, student: str) -> Path:
        # A name can hold anything and be as long as the file system allows; a digest of it cannot.
        return self._folder / f"{hashlib.sha256(os.fsencode(student)).hexdigest()[:32]}.json"


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there in full or as it was before, whenever the machine stops."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
