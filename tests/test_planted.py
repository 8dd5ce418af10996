"""Errors planted in a copy of a chapter's own code: the chapter's asserts must catch each of them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from dlcourse import execute

ROOT = Path(__file__).resolve().parents[1]
PLANTED = tomllib.loads((ROOT / "tests" / "planted_errors.toml").read_text(encoding="utf-8"))
CASES = [(chapter, error) for chapter, errors in PLANTED.items() for error in errors]


def test_each_chapter_that_builds_from_scratch_has_three_planted_errors():
    assert set(PLANTED) == {"01_background", "02_core_concepts", "03_core_algorithms", "04_mathematics"}
    assert all(len(errors) >= 3 for errors in PLANTED.values())


@pytest.mark.parametrize(("chapter", "error"), CASES, ids=[f"{name[:2]}: {error['what']}" for name, error in CASES])
def test_a_planted_error_is_caught_by_the_chapters_own_asserts(chapter, error):
    (text,) = execute.find_texts([chapter])
    notebook = execute.read_text(text)
    cells = [cell for cell in execute.code_cells(notebook) if error["code"] in cell.source]
    assert sum(cell.source.count(error["code"]) for cell in cells) == 1, f"{error['code']!r} must stand there once"
    cells[0].source = cells[0].source.replace(error["code"], error["by"])
    with pytest.raises(CellExecutionError) as caught:
        NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(ROOT / "chapters")}}).execute()
    assert caught.value.ename == "AssertionError"
