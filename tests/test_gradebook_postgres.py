"""The gradebook of a large class: a real PostgreSQL server, where Debian's packages are installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hostile_class
import pytest
from hostile_class import ASSIGNMENT
from nbgrader.api import Gradebook

from dlcourse.grading import run
from dlcourse.grading.gradebook import GradebookError
from dlcourse.grading.journal import Journal
from dlcourse.grading.work import Settings

OPEN = Settings(jailed=False)
START = [sys.executable, "-c", "import sys; from dlcourse import cli; sys.exit(cli.main(sys.argv[1:]))"]


def program(name: str) -> str | None:
    """One of PostgreSQL's programs: Debian keeps them out of the way."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(places[-1]) if places else shutil.which(name)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[str]:
    """The address of a running server, up to the name of the database."""
    if program("initdb") is None:
        pytest.skip("no PostgreSQL here: `apt install postgresql` gives this test a server")
    # It refuses to run as root, and its socket needs a short name in a folder that its own user may enter.
    folder = Path(tempfile.mkdtemp(prefix="dlcourse-pg-", dir="/tmp"))
    as_itself = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_itself = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    folder.chmod(0o755)
    data, log = folder / "data", folder / "log"
    control = [*as_itself, program("pg_ctl"), "--pgdata", data, "--wait", "--silent"]
    subprocess.run(
        [*as_itself, program("initdb"), "--pgdata", data, "--auth", "trust", "--username", "grader"],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    only_here = f"-c listen_addresses='' -k {folder}"
    subprocess.run([*control, "--log", log, "--options", only_here, "start"], check=True, cwd=folder)
    yield f"host={folder}&user=grader"
    subprocess.run([*control, "--mode", "immediate", "stop"], check=False, cwd=folder)
    shutil.rmtree(folder)


@pytest.fixture
def database(server, request) -> str:
    """The address of a fresh database."""
    name = request.node.name.lower()[-40:]
    host = server.split("&")[0].removeprefix("host=")
    make = ["psql", "--host", host, "--username", "grader", "--dbname", "postgres", "--quiet"]
    subprocess.run([*make, "--command", f'CREATE DATABASE "{name}"'], check=True)
    return f"postgresql:///{name}?{server}"


def classroom(folder: Path, database: str, students: int = 2) -> Path:
    """A class whose gradebook is that database."""
    hostile_class.make(folder, students)
    Journal(folder / "grading" / ASSIGNMENT / "journal").salt()
    (folder / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.course_id = 'dlcourse'\nc.CourseDirectory.db_url = {database!r}\n"
    )
    return folder


def marks(database: str) -> dict[str, list[tuple]]:
    with Gradebook(database, "dlcourse") as book:
        return {
            one.student.id: sorted(
                (grade.name, grade.auto_score, grade.manual_score, bool(grade.needs_manual_grade))
                for grade in one.notebooks[0].grades
            )
            for one in book.assignment_submissions(ASSIGNMENT)
        }


def test_marks_are_those_of_sqlite(tmp_path, database):
    there = classroom(tmp_path / "postgres", database)
    here = tmp_path / "sqlite"
    shutil.copytree(there, here)
    sqlite = f"sqlite:///{here / 'gradebook.db'}"
    text = (here / "nbgrader_config.py").read_text()
    (here / "nbgrader_config.py").write_text(text.replace(repr(database), repr(sqlite)))
    done = run.grade(ASSIGNMENT, there, settings=OPEN, jobs=2)
    run.grade(ASSIGNMENT, here, settings=OPEN, jobs=2)
    assert not done.lost
    assert len(marks(database)) == 2
    assert marks(database) == marks(sqlite)


def test_grading_again_changes_nothing_and_keeps_what_a_person_gave(tmp_path, database):
    folder = classroom(tmp_path / "class", database)
    run.grade(ASSIGNMENT, folder, settings=OPEN, jobs=2)
    with Gradebook(database, "dlcourse") as book:
        grade = book.find_grade("q8", ASSIGNMENT, ASSIGNMENT, "correct-001")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.db.commit()
    before = marks(database)
    assert run.grade(ASSIGNMENT, folder, settings=OPEN, again=True).changes == {}
    assert marks(database) == before
    assert ("q8", None, 1.5, False) in before["correct-001"]


def test_two_classes_graded_at_once_share_a_gradebook(tmp_path, database):
    run.grade(ASSIGNMENT, classroom(tmp_path / "first", database, 1), settings=OPEN)
    both = [classroom(tmp_path / name, database) for name in ("second", "third")]
    for number, folder in enumerate(both):
        for student in (folder / "submitted").iterdir():
            student.rename(student.with_name(f"{student.name}-{number}"))
    graders = [
        subprocess.Popen(
            [*START, "grade", ASSIGNMENT, "--course", str(folder), "--jobs", "1", "--no-jail"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for folder in both
    ]
    said = [grader.communicate()[1] for grader in graders]
    assert [grader.returncode for grader in graders] == [0, 0], said
    students = {f"{kind}-001-{number}" for kind in ("correct", "wrong") for number in (0, 1)}
    assert set(marks(database)) == {"correct-001"} | students


@pytest.mark.parametrize("nowhere", ["postgresql:///class?host=/nowhere", "oracle://nowhere"])
def test_a_gradebook_that_cannot_be_reached_is_said(tmp_path, nowhere):
    folder = classroom(tmp_path / "class", nowhere)
    with pytest.raises(GradebookError, match=f"{re.escape(nowhere)} cannot be opened"):
        run.grade(ASSIGNMENT, folder, settings=OPEN)
    assert not list((folder / "grading" / ASSIGNMENT / "journal").glob("*.json"))
