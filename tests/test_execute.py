"""`dlcourse execute` and nbval: a chapter is stored whole and clean or not at all, and a changed one is caught."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import psutil
import pytest

from dlcourse import cli, execute

ROOT = Path(__file__).resolve().parents[1]
HEADER = """---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# 1 A tiny chapter

"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a chapter of one code cell into a course of its own; returns the path of its text."""
    monkeypatch.setattr(execute, "ROOT", tmp_path)
    monkeypatch.setattr(execute, "TEXTS", tmp_path / "chapters" / "text")
    monkeypatch.setattr(execute, "SOLUTIONS", tmp_path / "solutions")
    monkeypatch.setattr(execute, "STATUS", tmp_path / "book" / "status.json")
    execute.TEXTS.mkdir(parents=True)
    execute.STATUS.parent.mkdir()

    def write(code: str, name: str = "01_tiny") -> Path:
        text = execute.TEXTS / f"{name}.md"
        text.write_text(f"{HEADER}```{{code-cell}} ipython3\n{code}\n```\n", encoding="utf-8")
        return text

    return write


def notebook(text: Path) -> Path:
    return text.parents[1] / f"{text.stem}.ipynb"


def test_a_chapter_is_stored_with_outputs_and_its_time(write):
    text = write("print(1 + 1)")
    assert cli.main(["execute", "01_tiny"]) == 0
    cell = execute.code_cells(nbformat.read(notebook(text), as_version=4))[0]
    assert cell.outputs[0].text == "2\n"
    chapter = json.loads(execute.STATUS.read_text())["chapters"]["01_tiny"]
    assert chapter["cells"] == 1
    assert 0 < chapter["seconds"] < 600


def test_no_kernel_is_left_when_a_chapter_is_stored(write):
    write("print(1 + 1)")
    before = set(psutil.Process().children(recursive=True))
    assert cli.main(["execute", "01_tiny"]) == 0
    assert not set(psutil.Process().children(recursive=True)) - before


def test_the_same_text_gives_the_same_file(write):
    text = write("print(1 + 1)")
    execute.execute(text)
    first = notebook(text).read_bytes()
    execute.execute(text)
    assert notebook(text).read_bytes() == first


def test_chapters_run_on_embedded_data(write, monkeypatch):
    monkeypatch.setenv("DLCOURSE_DATA", "/somewhere/else")
    text = write("import os; print(os.environ['DLCOURSE_DATA'])")
    execute.execute(text)
    assert "embedded" in notebook(text).read_text()


def test_addresses_and_paths_are_scrubbed(write, tmp_path):
    text = write("import sys; print(object(), sys.prefix + '/lib', sys.argv and __import__('os').getcwd())")
    execute.execute(text)
    (output,) = execute.code_cells(nbformat.read(notebook(text), as_version=4))[0].outputs
    assert output.text == f"<object object at …> …/lib …{os.sep}chapters\n"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import sys; print('W0000 log line of a library', file=sys.stderr)", "log line of a library"),
        ("import warnings; warnings.warn('mind the gap')", "mind the gap"),
        ("import os; os._exit(3)", "died"),
    ],
)
def test_a_chapter_that_fails_or_chatters_changes_nothing(write, code, reason, capsys):
    text = write("print(1 + 1)")
    execute.execute(text)
    before = notebook(text).read_bytes(), execute.STATUS.read_bytes()
    write(code)
    assert cli.main(["execute"]) == 1
    said = capsys.readouterr().err
    assert "01_tiny.md is not stored" in said
    assert reason in said
    assert (notebook(text).read_bytes(), execute.STATUS.read_bytes()) == before
    assert sorted(path.name for path in notebook(text).parent.iterdir()) == ["01_tiny.ipynb", "text"]


def test_an_unknown_chapter_is_named(write, capsys):
    write("pass")
    assert cli.main(["execute", "99_nothing"]) == 1
    assert "no chapter '99_nothing'; choose from 01_tiny" in capsys.readouterr().err


def test_an_edited_notebook_is_told_from_an_executed_one(write):
    text = write("print(1 + 1)")
    execute.execute(text)
    kept = nbformat.read(notebook(text), as_version=4)
    assert kept.metadata.dlcourse.executed == execute.digest(kept)
    execute.code_cells(kept)[0].source = "print(1 + 2)"
    assert kept.metadata.dlcourse.executed != execute.digest(kept)


def test_whole_writes_leave_the_old_file_when_the_disk_is_full(tmp_path, monkeypatch):
    path = tmp_path / "status.json"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(execute.os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        execute.write_whole(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


class TestRegressionRunBites:
    """nbval on a copy of chapter 5's first cells: as stored it passes, with one deliberate change it fails."""

    CELLS = 18  # up to the loss before training: enough to print, to draw and to build a network

    @pytest.fixture
    def copy(self, tmp_path):
        kept = nbformat.read(ROOT / "chapters" / "05_mnist_project.ipynb", as_version=4)
        kept.cells = execute.code_cells(kept)[: self.CELLS]
        path = tmp_path / "copy.ipynb"

        def save(change=lambda notebook: None) -> subprocess.CompletedProcess:
            change(kept)
            nbformat.write(kept, path)
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval"]
            command += [
                "--nbval-sanitize-with",
                str(ROOT / "tests" / "nbval.cfg"),
                f"--rootdir={tmp_path}",
                str(path),
            ]
            return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

        return save

    @staticmethod
    def replace(where: str, old: str, new: str):
        """A change of one stored output or one line of code: the first cell in which ``old`` stands."""

        def change(kept):
            for cell in kept.cells:
                if where == "code" and old in cell.source:
                    cell.source = cell.source.replace(old, new, 1)
                    return
                for output in cell.outputs if where == "output" else ():
                    if old in output.get("text", "") and "nbval-ignore-output" not in cell.metadata.get("tags", []):
                        output.text = output.text.replace(old, new, 1)
                        return
            raise AssertionError(f"{old!r} stands in no {where} of the copy")

        return change

    def test_as_stored_it_passes(self, copy):
        run = copy()
        assert run.returncode == 0, run.stdout
        assert f"{self.CELLS} passed" in run.stdout

    @pytest.mark.parametrize(
        ("where", "old", "new"),
        [
            ("code", "np.float32(255)", "np.float32(254)"),  # one number
            ("code", 'becomes"', 'turns into"'),  # one printed word
            ("code", "first_line_of_an_exception", ""),
            ("output", "uint8", "int8"),
        ],
        ids=["a number in the code", "a printed word", "an exception", "a stored output"],
    )
    def test_a_change_is_caught(self, copy, where, old, new):
        if old == "first_line_of_an_exception":

            def change(kept):
                kept.cells[4].source += "\nraise RuntimeError('planted')"

        else:
            change = self.replace(where, old, new)
        run = copy(change)
        assert run.returncode == 1, run.stdout
        assert "1 failed" in run.stdout or "failed," in run.stdout
