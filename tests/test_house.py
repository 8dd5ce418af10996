"""The house itself: the lock, the licences, the light import, and nothing in the tree that should not be there."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PIN = re.compile(r"^([\w.\-]+)==(\S+)( ; .+)? \\$", re.M)


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def requirements() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    return [Requirement(line) for line in [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]]


@pytest.mark.parametrize("requirement", requirements(), ids=lambda requirement: requirement.name)
def test_the_lock_holds_every_dependency_within_its_range(requirement):
    wanted = re.sub(r"[-_.]+", "-", requirement.name).lower()
    pins = [found for name, found, _ in PIN.findall(LOCK) if re.sub(r"[-_.]+", "-", name).lower() == wanted]
    assert pins, f"{requirement.name} is not locked; run `make lock`"
    for pin in pins:
        assert requirement.specifier.contains(pin, prereleases=True), f"{requirement.name}=={pin}; run `make lock`"


def test_the_lock_has_hashes_and_no_addresses():
    entries = [block for block in re.split(r"\n(?=\S)", LOCK) if "==" in block]
    assert len(entries) > 100
    assert all("--hash=sha256:" in block for block in entries)
    assert "://" not in LOCK
    assert "index-url" not in LOCK


def test_each_dependency_says_what_it_is_for():
    source = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = [line for line in source.splitlines() if re.match(r'\s+"[\w-]+(\[\w+\])?[<>=]', line)]
    assert len(lines) == len(requirements())
    assert all(re.search(r'",\s+# \S+ \S+', line) for line in lines)


def test_importing_the_package_takes_nothing_with_it():
    """Its modules are a handful: the import stays far below 0.3 s on any machine, measured without a clock."""
    code = "import sys; before = set(sys.modules); import dlcourse; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["dlcourse"]


def test_no_registry_and_no_machine_path_in_any_file():
    hosts = [
        ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
    ]
    for path in tracked():
        if path.suffix in {".png", ".ico", ".woff2", ".npz"}:
            continue
        source = path.read_text(encoding="utf-8")
        for host in hosts:
            assert host not in source, f"{path.relative_to(ROOT)} names {host}"
        assert str(ROOT) not in source.replace(f"{ROOT}-", ""), (
            f"{path.relative_to(ROOT)} holds this machine's path"
        )


def test_no_large_file_is_committed():
    for path in tracked():
        assert path.stat().st_size < 3_000_000, path.relative_to(ROOT)


def test_citation_file_is_whole_and_agrees_with_the_package():
    import dlcourse

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["title"] == "Deep Learning: Principles in Running Code"
    assert citation["version"] == dlcourse.__version__
    assert citation["license"] == ["BSD-3-Clause", "CC-BY-4.0"]


def test_both_licences_stand():
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "BSD 3-Clause License" in licence
    assert "CC BY 4.0" in licence


def test_contributing_names_only_rooms_that_exist():
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    house = page.split("## The house")[1].split("### Rules")[0]
    named = re.findall(r"^\| (`.+?`(?:, `.+?`)*) \|", house, re.M)
    rooms = [room for cell in named for room in re.findall(r"`([^`]+)`", cell)]
    modules = [f"dlcourse/{name}" for name in re.findall(r"^  (\w+(?:\.py|/))", house, re.M)]
    assert len(rooms) > 8
    for room in rooms + modules:
        assert (ROOT / room).exists(), f"CONTRIBUTING.md names {room}"
