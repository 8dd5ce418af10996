"""Makes the virtual environment `.venv` and runs the course's commands inside it.

`bootstrap.py` calls this before anything is installed: standard library only.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

PROJECT = Path(__file__).resolve().parent.parent
SUPPORTED = ((3, 11), (3, 12), (3, 13))
DOWNLOAD = "about 1 GB"
DISK_GB = 3.5  # .venv on Linux, measured
UNFINISHED = "unfinished\n"
BEYOND_THE_END = 1 << 30
TASKS = {
    "setup": "only set up",
    "lab": "open the course in JupyterLab",
    "test": "run every check",
    "book": "build the site",
}

# What pip writes to stderr, and the sentence that helps. The first that fits is told.
PIP_TROUBLES = (
    (
        ("No space left on device", "Errno 28", "WinError 112"),
        f"The disk is full. Set-up needs {DISK_GB} GB: free some space, then start again.",
    ),
    (
        ("DO NOT MATCH THE HASHES",),
        "A downloaded package is not the one that requirements.lock names: the download was cut short, or "
        "something on the way changes files. It was not installed. Start again, if need be on another network.",
    ),
    (
        ("Retrying (", "Connection", "Timeout", "timed out", "ProxyError", "SSLError", "IncompleteRead"),
        f"The package index could not be reached, and the first set-up needs it ({DOWNLOAD}). Check the network, "
        "and behind a proxy set HTTPS_PROXY. Then start again: set-up goes on from there.",
    ),
    (
        ("No matching distribution",),
        "The package named above has no build for this machine. The course runs on 64-bit Linux and Windows and on "
        "Macs with an Apple chip; elsewhere open it on another machine through its browser.",
    ),
)
PIP_FAILED = "pip could not install the packages; its last lines above say why. Mend that, then start again."


class SetupError(RuntimeError):
    """Set-up cannot go on; the message tells the user why and what to do."""


def main(argv: list[str]) -> int:
    """Set up what is missing, run the task that `argv` names, and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="bootstrap.py",
        description="Set the course up in .venv, unless that is done, then run a task.",
        epilog="Further words go to the task, for example `lab --port 9000`.",
    )
    tasks = "; ".join(f"{name}: {purpose}" for name, purpose in TASKS.items())
    parser.add_argument("task", choices=TASKS, help=tasks)
    parser.add_argument(
        "--twice", action="store_true", help="with test: run the notebooks on one thread and on two"
    )
    options, further = parser.parse_known_args(argv)
    if options.task == "test" and further:
        parser.error(f"test knows no {' '.join(further)}; choose single tests with .venv/bin/python -m pytest.")
    try:
        ensure(PROJECT)
        return _run(options.task, further, options.twice)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\nThe course could not go on in {PROJECT}: {error}. Mend that, then start again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The next start mends what is half made.", file=sys.stderr)
        return 130


def ensure(project: Path) -> None:
    """Make `.venv` of `project` complete and current; do nothing when it is.

    Raises SetupError, whose message says what to do, and OSError when the disk refuses.
    """
    if _is_current(project):
        return
    with _only_one(project):
        if not _is_current(project):
            _set_up(project)


def python_of(project: Path) -> Path:
    """The path of the environment's Python."""
    return _scripts(project) / ("python.exe" if os.name == "nt" else "python")


def _scripts(project: Path) -> Path:
    return project / ".venv" / ("Scripts" if os.name == "nt" else "bin")


def _stamp(project: Path) -> Path:
    return project / ".venv" / "dlcourse-stamp.txt"


def _is_current(project: Path) -> bool:
    return _read(_stamp(project)) == _fingerprint(project)


def _fingerprint(project: Path) -> str:
    """What the environment is made from; its path belongs to it, for the scripts inside hold it."""
    files = b"".join((project / name).read_bytes() for name in ("requirements.lock", "pyproject.toml"))
    return f"{hashlib.sha256(files).hexdigest()}\n{_python_version(project)}\n{project}\n"


def _python_version(project: Path) -> str | None:
    """The version of the environment's Python, such as 3.12; None when it does not run or lacks pip."""
    code = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([python_of(project), "-c", code], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


def _set_up(project: Path) -> None:
    venv, stamp = project / ".venv", _stamp(project)
    defect = _defect(project)
    if defect:
        print(f"{venv} {defect}. It is made anew.", flush=True)
        _remove(venv)
    previous = _read(stamp)
    if not venv.exists():
        _make(venv, stamp)
    elif previous:
        print("The course has changed since it was set up: the difference is installed.", flush=True)
    stamp.write_text(UNFINISHED, encoding="utf-8")
    try:
        _install(project)
    except SetupError:
        _put_back(stamp, previous)
        raise
    stamp.write_text(_fingerprint(project), encoding="utf-8")
    print("Set-up is complete.", flush=True)


def _defect(project: Path) -> str | None:
    """Say why the environment that stands there cannot be mended by installing packages; None when it can."""
    if not os.path.lexists(project / ".venv"):
        return None
    stamp, version = _read(_stamp(project)), _python_version(project)
    if stamp == UNFINISHED:
        return "was left half made"
    if version is None:
        return "is broken: its Python or its pip does not run"
    if tuple(map(int, version.split("."))) not in SUPPORTED:
        return f"has Python {version}, which does not suit the course"
    if stamp and stamp.splitlines()[1:] != [version, str(project)]:
        return "was made in another folder or with another Python"
    return None


def _remove(venv: Path) -> None:
    try:
        shutil.rmtree(venv)
    except OSError as error:
        raise SetupError(f"{venv} could not be removed ({error}). Remove it yourself, then start again.") from error


def _make(venv: Path, stamp: Path) -> None:
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            "This Python cannot make virtual environments: its module ensurepip is missing. On Debian and Ubuntu "
            "run `sudo apt install python3-venv`, then start again."
        )
    free = shutil.disk_usage(venv.parent).free / 1e9
    if free < DISK_GB:
        raise SetupError(
            f"Set-up needs {DISK_GB} GB of disk, and only {free:.1f} GB are free where the course lies. "
            "Free some space, then start again."
        )
    print(
        f"Setting up the course in {venv}, once only: {DOWNLOAD} to download, {DISK_GB} GB on disk, "
        "a few minutes on a fast line.",
        flush=True,
    )
    try:
        venv.mkdir()
        stamp.write_text(UNFINISHED, encoding="utf-8")
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(f"The virtual environment {venv} could not be made: {error}") from error


def _put_back(stamp: Path, previous: str | None) -> None:
    if previous is None:
        stamp.unlink()
    else:
        stamp.write_text(previous, encoding="utf-8")


def _install(project: Path) -> None:
    _pip(project, "--require-hashes", "-r", "requirements.lock")
    _pip(project, "--quiet", "--no-deps", "--no-build-isolation", "-e", ".")


def _pip(project: Path, *arguments: str) -> None:
    environ = {
        "PIP_RETRIES": "3",
        "PIP_DEFAULT_TIMEOUT": "20",  # seconds of silence, not of download
        **os.environ,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_USER": "0",  # a user-wide setting would be refused inside the environment
    }
    command = [str(python_of(project)), "-m", "pip", "install", *arguments]
    complaints = []
    with subprocess.Popen(
        command, cwd=project, env=environ, stderr=subprocess.PIPE, text=True, errors="replace"
    ) as pip:
        for line in pip.stderr:
            print(line, end="", file=sys.stderr, flush=True)
            complaints.append(line)
    if pip.returncode:
        raise SetupError(_explain("".join(complaints)))


def _explain(complaints: str) -> str:
    for marks, sentence in PIP_TROUBLES:
        if any(mark in complaints for mark in marks):
            return sentence
    return PIP_FAILED


@contextlib.contextmanager
def _only_one(project: Path) -> Iterator[None]:
    """Wait until no other process sets up `project`; the lock ends with the process that holds it."""
    with open(project / "pyproject.toml", "r+b") as file:
        if not _lock(file):
            print("Another window is setting up this course; waiting for it to end.", flush=True)
            while not _lock(file):
                time.sleep(0.5)
        yield


def _lock(file: BinaryIO) -> bool:
    """Try to lock `file` for this process alone, and say whether that succeeded."""
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(BEYOND_THE_END)  # Windows refuses others the locked bytes, so none that exist
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _run(task: str, further: list[str], twice: bool) -> int:
    scripts = _scripts(PROJECT)
    os.environ["PATH"] = os.pathsep.join([str(scripts), os.environ.get("PATH", "")])
    os.environ["VIRTUAL_ENV"] = str(PROJECT / ".venv")
    if task == "setup":
        return 0
    if task == "test":
        return _test(twice)
    command = [str(scripts / "dlcourse"), task, *further]
    if os.name == "nt":
        return subprocess.call(command)
    sys.stdout.flush()
    os.execv(command[0], command)


def _test(twice: bool) -> int:
    """Run every check, one after another, and return 1 when any failed."""
    failed = [title for title, command, environ in _checks(twice) if not _passes(title, command, environ)]
    if failed:
        print("\nFAILED: " + "; ".join(failed), file=sys.stderr)
        return 1
    print("\nAll checks passed.")
    return 0


def _checks(twice: bool) -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """The title, the arguments after `python` and the further environment of each check.

    The notebooks are stored from runs on all cores, so comparing them with a run on one thread says most about other
    machines. `twice` compares them with a second run, on two threads each.
    """
    yield "ruff: lint", ["-m", "ruff", "check", "."], {}
    yield "ruff: format", ["-m", "ruff", "format", "--check", "."], {}
    nbval = ["-m", "pytest", "--nbval", "--nbval-sanitize-with", "tests/nbval.cfg", "chapters", "solutions"]
    two_at_a_time = ["-n", "2", "--dist"]
    for threads in ("1", "2") if twice else ("1",):
        environ = {"DLCOURSE_DATA": "embedded", "TF_NUM_INTRAOP_THREADS": threads}
        title = f"notebooks, stored outputs against new ones, threads: {threads}"
        yield title, [*nbval, *two_at_a_time, "loadfile"], environ
    marks = [f"tests/test_{name}.py" for name in ("planted", "exercises", "grading")]
    title = "errors planted in chapters, exercises and their marks"
    yield title, ["-m", "pytest", *marks, *two_at_a_time, "worksteal"], {}
    yield "a browser for the tests", ["tests/browser.py"], {}
    rest = ["-m", "pytest", "tests", *(f"--ignore={path}" for path in marks)]
    yield "package, site and browser tests", [*rest, *two_at_a_time, "loadfile"], {}


def _passes(title: str, command: list[str], environ: dict[str, str]) -> bool:
    print(f"\n=== {title}", flush=True)
    python = str(python_of(PROJECT))
    return subprocess.call([python, *command], cwd=PROJECT, env={**os.environ, **environ}) == 0
