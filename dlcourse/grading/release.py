"""`dlcourse release`: makes ``exercises/`` from ``solutions/`` with nbgrader, the answers cut out."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config, PyFileConfigLoader

from dlcourse import execute
from dlcourse.grading.gradebook import use_own_programs

ROOT = Path(__file__).resolve().parents[2]


class ReleaseError(Exception):
    """An assignment that nbgrader refuses; its log, above, says why."""


def main(argv: Sequence[str]) -> int:
    """Run `dlcourse release`; see :func:`release`."""
    parser = argparse.ArgumentParser(prog="dlcourse release", description="Make exercises/ from solutions/.")
    parser.parse_args(argv)
    try:
        for assignment in release(ROOT / "exercises"):
            print(f"exercises/{assignment} is made from solutions/{assignment}")
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def release(out: Path) -> list[str]:
    """Make the exercises of all assignments anew, all or none.

    Args:
        out: the folder that receives them; what is in it is replaced.

    Returns:
        The names of the assignments.

    Raises:
        ReleaseError: nbgrader refuses one of them.
    """
    use_own_programs()
    assignments = sorted(path.parent.name for path in (ROOT / "solutions").glob("*/checks.py"))
    with tempfile.TemporaryDirectory(prefix="dlcourse-release-") as scratch:
        for assignment in assignments:
            _generate(assignment, Path(scratch))
            _settle(Path(scratch) / "exercises" / assignment / f"{assignment}.ipynb")
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(Path(scratch) / "exercises", out)
    return assignments


def _generate(assignment: str, scratch: Path) -> None:
    config: Config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    # Only the release is wanted: the gradebook of the class, if there is one, is nbgrader's own affair.
    config.CourseDirectory.db_url = f"sqlite:///{scratch / 'gradebook.db'}"
    config.CourseDirectory.root = str(ROOT)
    config.CourseDirectory.release_directory = str(scratch / "exercises")
    config.CourseDirectory.assignment_id = assignment
    config.GenerateAssignment.create_assignment = True
    course = CourseDirectory(config=config)
    try:
        GenerateAssignment(coursedir=course, config=config).start()
    except (Exception, SystemExit) as error:
        raise ReleaseError(f"nbgrader does not release solutions/{assignment}: {error}") from error


def _settle(path: Path) -> None:
    """Take out what differs from one release of the same source to the next."""
    notebook = nbformat.read(path, as_version=4)
    execute.name_cells(notebook)
    notebook.metadata.pop("dlcourse", None)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
