"""What README.md, the Makefile and the environment files promise is there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from dlcourse import cli, environment

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, flags=re.MULTILINE))
BLOCKS = re.findall(r"^```\w+\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
INLINE = re.findall(r"`((?:make|\.venv/bin/dlcourse|\.venv\\Scripts\\dlcourse) [^`]+)`", README)
COMMANDS = [part for block in BLOCKS for line in block.splitlines() for part in line.split(" && ")] + INLINE
ENVIRONMENTS = [ROOT / "environment.yml", ROOT / ".binder" / "environment.yml"]
NOT_ON_WINDOWS = pytest.mark.skipif(os.name == "nt", reason="Windows has neither make nor bash")


def words_of(command: str) -> list[str]:
    """The words of a command without the variables set before it."""
    words = shlex.split(command.replace("\\", "/"))
    while "=" in words[0]:
        words.pop(0)
    return words


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_readme_exists(command):
    program, *rest = words_of(command)
    match Path(program).name:
        case "make":
            assert [word for word in rest if "=" not in word and word not in TARGETS] == []
        case "py":
            assert (ROOT / rest[0]).is_file()
            assert rest[1] in environment.TASKS
        case "dlcourse":
            assert rest[0] in cli.COMMANDS
        case "conda" | "pip":
            assert all((ROOT / word).is_file() for word in rest if word.endswith(".yml"))
        case other:
            pytest.fail(f"README.md tells the reader to run {other}, which this test does not know")


def test_every_link_and_path_of_the_readme_exists():
    links = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in target]
    table = [
        path
        for row in re.findall(r"^\|.*\|$", README, flags=re.MULTILINE)
        for path in re.findall(r"`([^`]+)`", row)
    ]
    paths = links + [path for path in table if not path.startswith("make ")]
    assert len(paths) > 15
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_start_page_leads_to_every_chapter():
    start = (ROOT / "chapters" / "00_start_here.md").read_text(encoding="utf-8")
    chapters = (ROOT / "chapters").glob("*.ipynb")
    assert [chapter.name for chapter in chapters if f"({chapter.name})" not in start] == []


@NOT_ON_WINDOWS
def test_make_alone_lists_every_target():
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^make ([\w-]+)", said, flags=re.MULTILINE)) == TARGETS - {"help"}


@NOT_ON_WINDOWS
def test_make_hands_the_port_on():
    said = subprocess.run(["make", "-n", "lab", "PORT=9123"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "bootstrap.py lab --port 9123" in said.stdout


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=["conda", "Binder"])
def test_an_environment_is_a_supported_python_and_the_lock(path):
    python, pip, section = yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"]
    supported = re.search(r'requires-python = "([^"]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))[1]
    assert python.removeprefix("python=") in SpecifierSet(supported)
    assert pip == "pip"
    [line] = section["pip"]
    assert (path.parent / line.removeprefix("-r ")).resolve() == ROOT / "requirements.lock"


def test_both_environments_agree():
    conda, binder = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in ENVIRONMENTS)
    binder["dependencies"][-1]["pip"] = [line.replace("../", "") for line in binder["dependencies"][-1]["pip"]]
    assert conda == binder


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=["conda", "Binder"])
def test_pip_accepts_the_section_as_conda_hands_it_over(path, tmp_path):
    """conda writes the lines of the section into one file beside the environment and gives that to pip."""
    copy = tmp_path / path.relative_to(ROOT).parent
    copy.mkdir(exist_ok=True)
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (tmp_path / "requirements.lock").write_text(lock, encoding="utf-8")
    section = yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"][-1]["pip"]
    (copy / "condaenv.requirements.txt").write_text("\n".join(section), encoding="utf-8")
    # Nothing is fetched, for this environment holds the whole lock; what pip refuses is refused all the same.
    run = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--dry-run", "-r", "condaenv.requirements.txt"],
        cwd=copy,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr


@NOT_ON_WINDOWS
def test_binder_installs_the_package_and_uses_the_settings():
    for name in ("postBuild", "start"):
        assert (ROOT / ".binder" / name).stat().st_mode & 0o111, f".binder/{name} is not executable"
    assert "pip install --no-deps --no-build-isolation -e ." in (ROOT / ".binder" / "postBuild").read_text()
    said = subprocess.run(
        ["bash", str(ROOT / ".binder" / "start"), "printenv", "JUPYTER_CONFIG_PATH"],
        env={"REPO_DIR": "/home/learner", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "/home/learner/.jupyter\n"
