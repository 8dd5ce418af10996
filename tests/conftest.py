"""What every test module may use."""

import os
from pathlib import Path

import pytest

from dlcourse.grading import jail

pytest_plugins = ["browser"]

NAMED_AT_START = os.environ.get("DLCOURSE_DATA", "")


@pytest.fixture(autouse=True)
def embedded(monkeypatch):
    """Give every test the embedded data, so that it runs the same everywhere."""
    monkeypatch.setenv("DLCOURSE_DATA", "embedded")


@pytest.fixture
def cache_folder(monkeypatch, tmp_path):
    """Return the cache folder of this test alone; it does not exist yet."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("DLCOURSE_CACHE", str(folder))
    return folder


@pytest.fixture(scope="session")
def real_data_folder():
    """Return the folder of real data sets that DLCOURSE_DATA named when pytest started."""
    if NAMED_AT_START in ("", "embedded"):
        pytest.skip("real data: DLCOURSE_DATA named no folder when pytest started")
    folder = Path(NAMED_AT_START).absolute()
    assert folder.is_dir(), f"DLCOURSE_DATA={NAMED_AT_START} is not a folder"
    return folder


@pytest.fixture(scope="session")
def jailed():
    """Skip where students' code cannot be jailed, and say what is missing."""
    if problem := jail.problem():
        pytest.skip(f"no jail: {problem}")
