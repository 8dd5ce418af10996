"""Grading a class: nothing gained, harmed, sent or left by the hostile, nothing lost by anybody else."""

from __future__ import annotations

import contextlib
import copy
import csv
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import hostile_class
import nbformat
import psutil
import pytest
from hostile_class import ANY, ASSIGNMENT, CORRECT, EARNS_NOTHING
from nbgrader.api import Gradebook

from dlcourse import cli
from dlcourse.grading import jail, marking, report, run, submission, work
from dlcourse.grading.check import Question
from dlcourse.grading.gradebook import ClassBook, Entry, GradebookError
from dlcourse.grading.jail import MIB, Limits
from dlcourse.grading.journal import STATES, Journal, Record
from dlcourse.grading.marking import Mark
from dlcourse.grading.submission import Released, UnreadableError
from dlcourse.grading.work import Pool, Settings

needs_jail = pytest.mark.usefixtures("jailed")
SMALL = Settings(
    limits=Limits(memory=500 * MIB, disk=16 * MIB, processes=64),
    cell_seconds=15,
    call_seconds=15,
    seconds=120,
)
OPEN = Settings(jailed=False)
BY_CHECKS = 18  # of the 20 points; a person gives the others


@pytest.fixture(scope="module")
def released():
    return Released.read(ASSIGNMENT)


@pytest.fixture(scope="module")
def hostile(jailed, tmp_path_factory):
    """One submission of each kind, graded once while somebody listens and somebody counts."""
    folder = tmp_path_factory.mktemp("hostile") / "class"
    before = set(psutil.pids())
    with socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        heard: list[bytes] = []
        threading.Thread(target=_listen, args=(server, heard), daemon=True).start()
        port = server.getsockname()[1]
        expected = hostile_class.make(folder, port=port)
        canaries = _contents(folder)
        done = run.grade(ASSIGNMENT, folder, settings=SMALL, jobs=2)
    return folder, expected, done, canaries, heard, before, port


def _listen(server: socket.socket, heard: list[bytes]) -> None:
    with contextlib.suppress(OSError):
        while True:
            line, _ = server.accept()
            heard.append(line.recv(1000))


def _contents(folder: Path) -> dict[str, str]:
    """What everybody's work and the canaries hold; Python's cache aside, seen through a link to the solutions."""
    files = [*folder.glob("*.txt"), *folder.glob("submitted/*/*/[!_]*")]
    held = {}
    for path in files:
        small = path.is_file() and not path.is_symlink() and path.stat().st_size < 10 * MIB
        held[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest() if small else str(path.lstat().st_size)
    return held


@needs_jail
def test_every_submission_ends_in_the_state_that_it_must(hostile):
    _, expected, done, *_ = hostile
    assert set(done.records) == set(expected)
    wrong = {
        student: (record.state, record.reason)
        for student, record in done.records.items()
        if record.state != expected[student].state
    }
    assert wrong == {}
    assert all(record.reason for record in done.records.values() if record.state != "graded")
    assert not done.lost


@needs_jail
def test_no_mark_is_gained_and_none_is_lost(hostile):
    _, expected, done, *_ = hostile
    gained = {s: r.earned for s, r in done.records.items() if expected[s].points == EARNS_NOTHING and r.earned}
    assert gained == {}
    lost = {
        student: [mark for mark in record.marks if mark.state in ("wrong", "not written")]
        for student, record in done.records.items()
        if expected[student].points == CORRECT and record.state != "could not run" and record.earned != BY_CHECKS
    }
    assert lost == {}
    assert sum(one.points == CORRECT for one in expected.values()) > 10
    assert any(one.points == ANY for one in expected.values())


@needs_jail
def test_nothing_is_harmed_sent_or_left(hostile):
    folder, _, _, canaries, heard, before, port = hostile
    assert _contents(folder) == canaries
    assert heard == []
    assert [path for path in ("/tmp/HARMED", "/HARMED", folder / "HARMED") if os.path.lexists(path)] == []
    survivor = f"SURVIVOR = {port}"
    left = []
    for process in psutil.process_iter(["pid", "ppid", "cmdline"]):
        words = " ".join(process.info["cmdline"] or [])
        orphan = process.info["ppid"] == 1 and "grading.warden" in words and process.info["pid"] not in before
        if orphan or survivor in words:
            left.append(words)
    assert left == []


@needs_jail
def test_a_submission_without_a_mark_is_never_shown_as_zero(hostile):
    folder, expected, done, *_ = hostile
    place = folder / "grading" / ASSIGNMENT
    rows = {row["student"]: row for row in csv.DictReader((place / "marks.csv").open(encoding="utf-8"))}
    assert len(rows) == len(expected)
    unmarked = {student for student, record in done.records.items() if record.state == "could not run"}
    handed_on = (
        (place / "moodle.csv").read_text(encoding="utf-8"),
        (place / "canvas.csv").read_text(encoding="utf-8"),
    )
    for student in unmarked:
        shown = student.replace("\n", " ")
        row = rows[shown] if shown in rows else rows[f"'{shown}"]
        assert (row["state"], row["total"], row["q1"]) == ("could not run", "", "")
        assert all(student not in text for text in handed_on)
    assert (rows["blank-001"]["state"], rows["blank-001"]["total"]) == ("graded", "0")
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        entered = {one.student.id for one in book.assignment_submissions(ASSIGNMENT)}
    assert entered == set(expected) - unmarked


@needs_jail
def test_pages_hold_no_script_and_no_check(hostile):
    folder, expected, done, *_ = hostile
    checks = (marking.SOLUTIONS / ASSIGNMENT / "checks.py").read_text(encoding="utf-8")
    lines = [line.strip() for line in checks.split("\n") if line.startswith("    ") and len(line) > 30]
    pages = list(folder.glob("feedback/*/*/*.html"))
    assert len(pages) == len([s for s in expected if submission.name_problem(s) is None])
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert not any(line in text for line in lines)
    page = folder / "feedback" / "wrong-001" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    (lost,) = (mark for mark in done.records["wrong-001"].marks if mark.state == "wrong")
    assert lost.message.split("(read")[0].strip() in page.read_text(encoding="utf-8")
    (restored,) = folder.glob(f"autograded/script-in-text-001/{ASSIGNMENT}/*.ipynb")
    assert "<script" not in restored.read_text(encoding="utf-8")
    assert "Commonest failures" in (folder / "grading" / ASSIGNMENT / "report.html").read_text(encoding="utf-8")


@needs_jail
def test_a_second_run_runs_nothing_and_changes_nothing(hostile):
    folder, *_ = hostile
    before = _gradebook(folder)
    done = run.grade(ASSIGNMENT, folder, settings=SMALL)
    assert done.fresh == {student for student, record in done.records.items() if not record.final}
    assert done.changes == {}
    assert _gradebook(folder) == before


def _gradebook(folder: Path) -> dict[str, list[tuple]]:
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        return {
            one.student.id: sorted(
                (grade.name, grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                for notebook in one.notebooks
                for grade in notebook.grades
            )
            for one in book.assignment_submissions(ASSIGNMENT)
        }


@needs_jail
def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path):
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    hostile_class.make(undisturbed, 9)
    # One salt for both: the checks draw the same inputs.
    Journal(undisturbed / "grading" / ASSIGNMENT / "journal").salt()
    shutil.copytree(undisturbed, killed)
    words = ["grade", ASSIGNMENT, "--jobs", "1", "--call-seconds", "30", "--course"]
    assert cli.main([*words, str(undisturbed)]) == 1
    records = killed / "grading" / ASSIGNMENT / "journal"
    start = [sys.executable, "-c", "import sys; from dlcourse import cli; sys.exit(cli.main(sys.argv[1:]))"]
    for wanted in (1, 4):
        grader = subprocess.Popen([*start, *words, str(killed)])
        while len(list(records.glob("*.json"))) < wanted and grader.poll() is None:
            time.sleep(0.02)
        grader.send_signal(signal.SIGKILL)
        grader.wait()
    kept = {path.name: path.read_bytes() for path in records.glob("*.json")}
    assert len(kept) >= 4
    assert cli.main([*words, str(killed)]) == 1
    assert len(list(records.glob("*.json"))) == 9
    assert {name: (records / name).read_bytes() for name in kept} == kept  # what was done was not done again
    assert _gradebook(killed) == _gradebook(undisturbed)


@pytest.fixture
def two(tmp_path):
    """A class of two: all correct, and one wrong answer."""
    hostile_class.make(tmp_path / "class", 2)
    return tmp_path / "class"


def test_without_a_jail_nothing_is_graded_unless_told_to(two, monkeypatch, capsys):
    monkeypatch.setattr(jail, "problem", lambda *_: "the program bwrap is not installed")
    assert cli.main(["grade", ASSIGNMENT, "--course", str(two)]) == 1
    said = capsys.readouterr()
    assert "bwrap is not installed" in said.err
    assert "--no-jail" in said.err
    assert "read the solutions" in said.err
    assert not (two / "gradebook.db").exists()


def test_marks_given_by_hand_stay_and_changes_are_listed(two, capsys):
    done = run.grade(ASSIGNMENT, two, settings=OPEN, jobs=2)
    assert {record.earned for record in done.records.values()} == {BY_CHECKS, BY_CHECKS - 2}
    assert done.changes == {}
    with Gradebook(f"sqlite:///{two / 'gradebook.db'}") as book:
        for student in ("correct-001", "wrong-001"):
            grade = book.find_grade("q8", ASSIGNMENT, ASSIGNMENT, student)
            grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.db.commit()
    source = two / "submitted" / "correct-001" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    shutil.copy(source, two / "submitted" / "wrong-001" / ASSIGNMENT)
    capsys.readouterr()
    done = run.grade(ASSIGNMENT, two, settings=OPEN)
    assert done.fresh == {"wrong-001"}
    assert done.changes == {"wrong-001": ["q1: 0 → 2"]}
    assert "q1: 0 → 2" in capsys.readouterr().out
    assert ("q8", None, 1.5, False) in _gradebook(two)["wrong-001"]
    row = next(csv.DictReader((two / "grading" / ASSIGNMENT / "marks.csv").open(encoding="utf-8")))
    assert (row["student"], row["total"], row["q8"], row["to_mark"]) == ("correct-001", "19.5", "1.5", "")
    assert run.grade(ASSIGNMENT, two, settings=OPEN, students=["wrong-001"], again=True).changes == {}


def test_an_interrupted_run_says_how_far_it_came(two, monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Pool, "map", interrupt)
    monkeypatch.setattr(jail, "problem", lambda *_: None)
    assert cli.main(["grade", ASSIGNMENT, "--course", str(two)]) == 130
    assert "0 of 2 submissions are done and kept" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["02_nothing"], "no checks for '02_nothing'"),
        ([ASSIGNMENT, "--course", "nowhere"], "There is no folder"),
        ([ASSIGNMENT, "--jobs", "0"], "--jobs 0 leaves nothing"),
        (["02_core_concepts"], "Nobody has handed in 02_core_concepts"),
        ([ASSIGNMENT, "--students", "zoe"], "Nothing was handed in by zoe"),
    ],
)
def test_what_cannot_be_graded_is_said(two, words, said, monkeypatch, capsys):
    monkeypatch.chdir(two)
    assert cli.main(["grade", *words]) == 1
    assert said in capsys.readouterr().err


def test_two_graders_do_not_meet(two):
    with run._alone(two), pytest.raises(run.GradeError, match="Another"), run._alone(two):
        pass


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("anna", None),
        ("Nguyễn Thị Ánh", None),
        ("..", "begins with"),
        ("a/../b", "path"),
        ("a\nb", "printed"),
        ("\udc80", "printed"),
        ("=1+1", "command"),
        ("x" * 200, "200 characters"),
    ],
)
def test_names_of_students_are_checked(name, problem):
    said = submission.name_problem(name)
    assert said is None if problem is None else problem in said


def test_a_notebook_is_put_back_into_the_shape_in_which_it_was_handed_out(released, tmp_path):
    notebook = copy.deepcopy(released.notebook)
    given = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}
    given["q1"].source = "def accuracy_and_baseline(*_): return 1, 2"
    given["q1"].metadata.nbgrader.update(solution=False, points=396)
    given["q1-test"].source = "pass"
    notebook.cells.remove(given["q2-test"])
    notebook.cells.append(nbformat.from_dict({**copy.deepcopy(given["q3"]), "id": "copy"}))
    notebook.cells.append(nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("stream", text="x")]))
    folder = tmp_path / "anna" / ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{ASSIGNMENT}.ipynb")
    work = submission.read(folder, released)
    assert given["q1"].source in work.code
    assert "pass" not in work.code
    assert work.code[0] == released.prepared["setup"]
    names = [cell.metadata.nbgrader.grade_id for cell in work.restored.cells if "nbgrader" in cell.metadata]
    assert sorted(names) == sorted(released.cells)
    restored = {c.metadata.nbgrader.grade_id: c for c in work.restored.cells if "nbgrader" in c.metadata}
    assert restored["q1"].metadata == released.cells["q1"].metadata
    assert restored["q1-test"].source == released.cells["q1-test"].source
    assert not any(cell.get("outputs") for cell in work.restored.cells)
    assert work.blank("q2", released)
    assert not work.blank("q1", released)
    assert "q2-test" in " ".join(work.notes)
    assert "q3" in " ".join(work.doubts)


def test_a_notebook_that_is_too_large_is_not_read(released, tmp_path):
    folder = tmp_path / "anna" / ASSIGNMENT
    folder.mkdir(parents=True)
    (folder / f"{ASSIGNMENT}.ipynb").write_text("{}" + " " * 3 * MIB)
    with pytest.raises(UnreadableError, match="has 3 MiB, and at most 1 are read"):
        submission.read(folder, released, largest=MIB)


def test_a_record_survives_what_it_is_kept_in(tmp_path):
    journal = Journal(tmp_path / "journal")
    record = Record(
        "../\udc80", "f", "graded", marks=(Mark("q1", 2, 1, "wrong", "é"),), blank=("q8",), notes=("n",)
    )
    journal.write(record)
    assert journal.read("../\udc80") == record
    assert journal.read("somebody") is None
    (path,) = (tmp_path / "journal").glob("*.json")
    for damaged in ("", "{", "[]", '{"format": 1}', '{"format": 0}'):
        path.write_text(damaged)
        assert journal.read("../\udc80") is None
    assert len(journal.salt()) == 32
    assert journal.salt() == journal.salt()


def test_a_process_that_dies_or_hangs_costs_its_unit_alone():
    die, hang = "__import__('os')._exit(3)", "__import__('time').sleep(10_000)"
    with Pool(2, eval) as pool:
        results = dict(pool.map(["1 + 1", die, "2 + 2", hang, "3 + 3"], seconds=60))
    assert results.pop(die) == "the process that graded it died (exit status 3)"
    assert results.pop(hang) == "the process that graded it did not end within 60 seconds"
    assert results == {"1 + 1": 2, "2 + 2": 4, "3 + 3": 6}


def test_whatever_fails_in_the_grader_itself_is_no_verdict(monkeypatch):
    monkeypatch.setattr(work, "_grade", lambda _: 1 / 0)
    task = work.Task("anna", "nowhere", ASSIGNMENT, "f", "salt", OPEN)
    record = work.grade_one(task).record
    assert (record.state, record.final, record.marks) == ("could not run", False, ())
    assert "ZeroDivisionError" in record.reason


def test_a_locked_gradebook_loses_nothing(released, tmp_path, monkeypatch):
    import sqlite3

    url = f"sqlite:///{tmp_path / 'gradebook.db'}?timeout=0"
    questions = marking.load_questions(ASSIGNMENT).all
    marks = tuple(Mark(q.name, q.points, q.points, "right" if q.check else "by hand") for q in questions)
    record = Record("anna", "f", "graded", marks=marks)
    with ClassBook(url, "c", released, [question.name for question in questions]) as book:
        other = sqlite3.connect(tmp_path / "gradebook.db")
        other.execute("begin exclusive")
        with pytest.raises(GradebookError, match="'anna'"):
            book.enter(record)
        other.rollback()
        assert book.entries() == {}
        assert book.enter(record) == []
        assert book.entries()["anna"].total == BY_CHECKS


def test_another_version_of_the_assignment_is_not_overwritten(released, tmp_path):
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    with Gradebook(url) as book:
        book.add_assignment(ASSIGNMENT)
        book.add_notebook(ASSIGNMENT, ASSIGNMENT)
        book.add_grade_cell("q99", ASSIGNMENT, ASSIGNMENT, max_score=1, cell_type="code")
    with pytest.raises(GradebookError, match=f"nbgrader db assignment remove {ASSIGNMENT}"):
        ClassBook(url, "default_course", released, ["q1"])


@pytest.fixture
def classroom():
    """Five students and two questions, one of which a person marks."""
    questions = [Question("q1", 2, "x", lambda *_: None), Question("q2", 3, "x")]
    said = Mark("q1", 2, 0, "wrong", "<b>off</b> by 1")
    records = {
        "anna": Record("anna", "f", "graded", marks=(Mark("q1", 2, 2, "right"), Mark("q2", 3, 0, "by hand"))),
        "=ben": Record("=ben", "f", "could not run", "its name"),
        "cleo": Record("cleo", "f", "needs a person", "look", marks=(said, Mark("q2", 3, 0, "by hand"))),
        "dora": Record("dora", "f", "graded", marks=(said, Mark("q2", 3, 0, "by hand"))),
    }
    entries = {
        "anna": Entry("anna", "Anna", "Berg", "a@b.c", {"q1": 2.0, "q2": 2.5}, ("q2",)),
        "cleo": Entry("cleo", points={"q1": 0.0, "q2": None}, waiting=("q2",)),
        "dora": Entry("dora", points={"q1": 0.0, "q2": 0.0}),
        "emil": Entry("emil", "Emil", "-X"),
    }
    return report.Classroom("tiny", questions, records, entries)


def test_the_files_for_other_programs_have_their_columns(classroom):
    assert report.moodle_csv(classroom) == "ID number,Email address,tiny\nanna,a@b.c,4.5\ncleo,,0\ndora,,0\n"
    assert report.canvas_csv(classroom).split("\n")[:3] == [
        "Student,ID,SIS User ID,SIS Login ID,Section,tiny",
        "    Points Possible,,,,,5",
        '"Berg, Anna",,,anna,,4.5',
    ]
    marks = report.marks_csv(classroom)
    assert "'=ben,,,could not run,its name,,,5,,,\n" in marks
    assert "emil,'-X,Emil,nothing handed in,,,,5,,,\n" in marks


def test_the_report_of_the_class_counts(classroom):
    assert classroom.histogram(classroom.questions[0]) == [("0", 2), ("1", 0), ("2", 1)]
    assert dict(classroom.histogram(classroom.questions[1]))["not marked"] == 1
    assert classroom.failures() == [("q1", "<b>off</b> by 1", 2)]
    assert "&lt;b&gt;off&lt;/b&gt; by 1" in report.class_page(classroom)
    assert "&lt;b&gt;off" in report.student_page(classroom, classroom.rows[2])
    said = report.table(classroom, {})
    assert all(state in said for state in (*STATES, report.NOTHING))


def test_what_hands_feedback_back_is_never_taken_from_somebody_else(tmp_path):
    own, other = tmp_path / "anna" / ASSIGNMENT, tmp_path / "bela" / ASSIGNMENT
    own.mkdir(parents=True)
    (own / submission.SECRET).write_text("known to anna")
    (own / submission.TIMESTAMP).write_text("2026-01-01 10:00:00 UTC")
    assert submission.exchanged(own) == {
        submission.SECRET: "known to anna",
        submission.TIMESTAMP: "2026-01-01 10:00:00 UTC",
    }
    other.parent.symlink_to(own.parent)
    assert submission.exchanged(other) == {}
    other.parent.unlink()
    other.mkdir(parents=True)
    (other / submission.SECRET).symlink_to(own / submission.SECRET)
    (other / submission.TIMESTAMP).write_text("x" * 5000)
    assert submission.exchanged(other) == {}
