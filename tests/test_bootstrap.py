"""Set-up: what a first start does, what a second one leaves alone, and what each mishap says."""

import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from dlcourse import environment

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = """
[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"
[project]
name = "dlcourse"
version = "0"
description = "A tiny course"
[project.scripts]
dlcourse = "dlcourse.cli:main"
"""
CLI = """
import sys
def main():
    print("the course's own command:", *sys.argv[1:])
"""
PIP_CALLED = "raise SystemExit('pip was called')\n"


def bootstrap_module():
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def environ(**pip: str) -> dict[str, str]:
    """The environment for a set-up in which pip knows these settings and none of this machine's."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return ours | {"PIP_CONFIG_FILE": os.devnull} | pip


def wheel_of(name: str, folder: Path) -> tuple[str, str]:
    """Pack the installed, pure Python package `name` as a wheel; return its requirement line and its file name."""
    package = metadata.distribution(name)
    wheel = folder / f"{name}-{package.version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in package.files:
            if not {"__pycache__", ".."} & set(file.parts):
                archive.write(file.locate(), str(file))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"{name}=={package.version} --hash=sha256:{digest}\n", wheel.name


UNREACHABLE = environ(PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="1")


def reachable(wheels) -> dict[str, str]:
    return environ(PIP_NO_INDEX="1", PIP_FIND_LINKS=wheels[0].as_uri())


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    """A folder with the wheels of two small packages, and the lines a lock has for them."""
    folder = tmp_path_factory.mktemp("wheels")
    return folder, {name: wheel_of(name, folder)[0] for name in ("flit_core", "tqdm")}


@pytest.fixture
def course(tmp_path, wheels):
    """A tiny course that needs one small package, and no index but a folder of wheels."""
    _, lines = wheels
    project = tmp_path / "a course"
    package = project / "dlcourse"
    package.mkdir(parents=True)
    shutil.copy(ROOT / "bootstrap.py", project)
    shutil.copy(ROOT / "dlcourse" / "environment.py", package)
    (package / "__init__.py").write_text('"""A tiny course."""\n__version__ = "0"\n')
    (package / "cli.py").write_text(CLI)
    (project / "pyproject.toml").write_text(PYPROJECT)
    (project / "requirements.lock").write_text(lines["flit_core"])
    return project


@pytest.fixture
def start(course, wheels):
    """A function that runs `bootstrap.py` of the tiny course with the words it is given."""

    def run(*words: str, python: str = sys.executable, folder: Path = course, network: bool = True, path: str = ""):
        return subprocess.run(
            [python, "bootstrap.py", *words],
            cwd=folder,
            env=(reachable(wheels) if network else UNREACHABLE) | ({"PATH": path} if path else {}),
            capture_output=True,
            text=True,
        )

    return run


def pip_main(project: Path) -> Path:
    [path] = (project / ".venv").glob("**/site-packages/pip/__main__.py")
    return path


def old_pythons() -> list[str]:
    names = [f"python{version}" for version in ("2.7", "3.6", "3.7", "3.8", "3.9", "3.10")]
    on_path = [path for path in map(shutil.which, names) if path]
    pyenv = Path.home().glob(".pyenv/versions/*/bin/python")
    return [path for path in [*map(str, sorted(pyenv)), *on_path] if is_old(path)]


def is_old(python: str) -> bool:
    code = "import sys; sys.exit(sys.version_info[:2] >= (3, 11))"
    return subprocess.run([python, "-c", code], capture_output=True).returncode == 0


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 14, 0)])
def test_an_unsuitable_python_is_named_with_the_remedy(version):
    bootstrap = bootstrap_module()
    assert not bootstrap.is_suitable(version)
    sentence = bootstrap.refusal(version)
    assert f"This is Python {version[0]}.{version[1]};" in sentence
    assert "3.11, 3.12 or 3.13" in sentence
    assert "PYTHON=" in sentence


def test_the_supported_pythons_are_those_of_the_package():
    bootstrap = bootstrap_module()
    assert [v for v in [(3, minor) for minor in range(30)] if bootstrap.is_suitable(v)] == list(
        environment.SUPPORTED
    )
    assert 'requires-python = ">=3.11,<3.14"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_a_really_old_python_reads_the_file_and_says_the_sentence(tmp_path):
    pythons = old_pythons()
    if not pythons:
        pytest.skip("no Python older than 3.11 on this machine")
    for python in pythons:
        run = subprocess.run(
            [python, str(ROOT / "bootstrap.py"), "lab"],
            env=os.environ | {"PATH": str(tmp_path)},
            capture_output=True,
            text=True,
        )
        assert run.returncode == 1
        assert "the course needs Python 3.11, 3.12 or 3.13" in run.stderr
        assert "Traceback" not in run.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows: needs a symbolic link named python3.12")
def test_an_old_python_goes_on_with_a_suitable_one(tmp_path, start):
    (tmp_path / "python3.12").symlink_to(sys.executable)
    pythons = old_pythons()
    if not pythons:
        pytest.skip("no Python older than 3.11 on this machine")
    run = start("--help", python=pythons[0], path=str(tmp_path))
    assert run.returncode == 0
    assert "going on with python3.12" in run.stderr


def test_first_start_sets_up_and_second_start_installs_nothing(course, start):
    first = start("lab", "--port", "9000")
    assert first.returncode == 0, first.stderr
    assert "to download" in first.stdout
    assert "the course's own command: lab --port 9000" in first.stdout
    pip_main(course).write_text(PIP_CALLED)
    second = start("lab")
    assert second.returncode == 0, second.stderr
    assert second.stdout == "the course's own command: lab\n"


def test_a_changed_lock_installs_the_difference_at_once_or_when_the_network_is_back(course, start, wheels):
    assert start("setup").returncode == 0
    lock = course / "requirements.lock"
    lock.write_text(lock.read_text() + wheels[1]["tqdm"])
    kept = course / ".venv" / "kept"
    kept.touch()
    failed = start("setup", network=False)
    assert failed.returncode == 1
    assert "could not be reached" in failed.stderr
    run = start("setup")
    assert run.returncode == 0, run.stderr
    assert "the difference is installed" in run.stdout
    assert kept.exists()
    subprocess.run([environment.python_of(course), "-c", "import tqdm"], check=True)


def break_python(project: Path) -> None:
    python = environment.python_of(project)
    python.unlink()
    if os.name != "nt":
        python.symlink_to(project / "uninstalled" / "python3")


def break_stamp(project: Path) -> None:
    environment._stamp(project).write_text(environment.UNFINISHED)


def break_pip(project: Path) -> None:
    shutil.rmtree(pip_main(project).parent)


def test_a_half_made_broken_or_moved_environment_is_made_anew(course, start):
    (course / ".venv").mkdir()
    assert "its Python or its pip does not run. It is made anew." in start("setup").stdout
    for damage in (break_python, break_stamp, break_pip):
        damage(course)
        run = start("lab")
        assert run.returncode == 0, run.stderr
        assert "It is made anew." in run.stdout, damage
        assert "the course's own command: lab" in run.stdout
    moved = course.with_name("moved course")
    course.rename(moved)
    run = start("lab", folder=moved)
    assert run.returncode == 0, run.stderr
    assert "made in another folder" in run.stdout
    assert "the course's own command: lab" in run.stdout


def test_no_network_on_the_first_install_says_so_and_the_next_start_goes_on(course, start):
    run = start("lab", network=False)
    assert run.returncode == 1
    assert "The package index could not be reached" in run.stderr
    assert "Traceback" not in run.stderr
    again = start("lab")
    assert again.returncode == 0, again.stderr
    assert "the course's own command: lab" in again.stdout


def test_a_tampered_package_is_refused(course, start):
    lock = course / "requirements.lock"
    lock.write_text(lock.read_text()[:-65] + 64 * "0" + "\n")
    run = start("setup")
    assert run.returncode == 1
    assert "is not the one that requirements.lock names" in run.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows: Ctrl-C cannot be sent to another process group")
def test_an_interrupted_install_is_mended_by_the_next_start(course, start):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        process = subprocess.Popen(
            [sys.executable, "bootstrap.py", "lab"],
            cwd=course,
            env=environ(PIP_INDEX_URL=index),
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        silent.accept()  # pip has asked, and waits for an answer that does not come
        os.killpg(process.pid, signal.SIGINT)
        _, complaint = process.communicate()
    assert process.returncode == 130
    assert "Interrupted. The next start mends what is half made." in complaint
    assert "bootstrap.py" not in complaint  # no traceback of ours
    run = start("lab")
    assert run.returncode == 0, run.stderr
    assert "was left half made. It is made anew." in run.stdout


def test_two_at_once_wait_for_each_other(course, wheels):
    with environment._only_one(course):
        second = subprocess.Popen(
            [sys.executable, "bootstrap.py", "lab"],
            cwd=course,
            env=reachable(wheels),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert "waiting for it to end" in second.stdout.readline()
        assert not (course / ".venv").exists()
    rest, _ = second.communicate()
    assert second.returncode == 0
    assert "the course's own command: lab" in rest


def test_a_python_that_cannot_make_environments(course, monkeypatch):
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(environment.SetupError, match="apt install python3-venv"):
        environment.ensure(course)
    assert not (course / ".venv").exists()


def test_too_little_disk_is_said_before_the_download(course, monkeypatch):
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9, 8, 1e9))
    with pytest.raises(environment.SetupError, match=r"only 1\.0 GB are free"):
        environment.ensure(course)
    assert not (course / ".venv").exists()


@pytest.mark.parametrize(
    ("complaint", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for tensorflow==2.21.0", "no build for this machine"),
        ("ERROR: something new", "its last lines above say why"),
    ],
)
def test_what_pip_complains_of_is_told_in_a_sentence(complaint, sentence):
    assert sentence in environment._explain(complaint)


def test_an_unknown_task_is_refused_with_the_known_ones(start):
    run = start("lap")
    assert run.returncode == 2
    assert "lab" in run.stderr
