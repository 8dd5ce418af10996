"""A jail for code that nobody has read: no network, nothing to see, nothing to keep, and limits on everything.

    with Jail(imports=["tensorflow"]) as jail, Student(cells, jail.start) as student:
        student.softmax(logits)

Two walls. Outside is bubblewrap: it shows a read-only system with Python and this package, and neither the course nor
the class nor a home. Inside waits a `warden`, which has imported what is slow; it forks one process per start, and each
takes namespaces of its own: the /tmp, the processes and the messages of one student are never there for the next.
Only Linux has what this takes; `problem` tells whether this machine does.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import psutil

import dlcourse
from dlcourse.grading.student import CannotStartError, Student

MIB = 2**20
PACKAGE = Path(dlcourse.__file__).resolve().parent
SHOWN_AS = "/course"  # where the package lies inside
CGROUPS = Path("/sys/fs/cgroup")
FIRST_USER, USERS = 60_100, 5_000  # numbers that no system gives to anybody: one for each process that grades
ANSWER_SECONDS = 20.0  # for the warden to say that a cell has started or ended
IMPORT_SECONDS = 180.0  # for the warden to import what is slow, on a cold disk
LEAVE_SECONDS = 5.0  # for a warden to go by itself
WARDEN, THREADS = 2048 * MIB, 64  # room for the warden itself, which has TensorFlow in its memory
WATCH_SECONDS = 0.2  # between two looks at the memory, where no cgroup limits it
RISK = (
    "WITHOUT A JAIL the students' code runs with your rights: it can read the solutions, the checks and every other "
    "submission, change the gradebook, delete your files, send anything over the network, and go on running."
)
RISK_TAKEN = f"To mark work that you would run yourself, add --no-jail. {RISK}"


@dataclass(frozen=True)
class Limits:
    """What the code of one student may use.

    Attributes:
        memory: bytes, with what lies in its /tmp.
        disk: bytes in its /tmp, and in any one file.
        processes: processes and threads at a time.
        files: open at a time.
        cpu_seconds: of computing, all cores together, for one process.
        cores: that NumPy and TensorFlow are told to use; a request, which the code may ignore.
    """

    memory: int = 4096 * MIB
    disk: int = 256 * MIB
    processes: int = 256
    files: int = 1024
    cpu_seconds: int = 900
    cores: int = 1


def problem(limits: Limits | None = None, hidden: Sequence[Path] = ()) -> str | None:
    """Why no jail can be had on this machine, in a sentence; None when one was made, tried and found tight.

    Args:
        limits: of the jail to try.
        hidden: places that must not be seen from inside.
    """
    if sys.platform != "linux":
        return "a jail needs Linux: grade in a virtual machine, in WSL 2, or in a container that allows namespaces"
    if shutil.which("bwrap") is None:
        return "the program bwrap is not installed: `apt install bubblewrap`, or the like of your system"
    try:
        with Jail(limits=limits) as jail, Student([_PROBE], jail.start) as student:
            seen = student.probe([str(place.absolute()) for place in hidden])
    except Exception as error:  # whatever goes wrong here means the same: no jail
        return f"bubblewrap is installed but makes no jail here: {error}"
    return f"the jail is not tight here: {'; '.join(seen)}" if seen else None


_PROBE = """
import os

def probe(hidden):
    seen = [f"{place} is seen from inside" for place in hidden if os.path.exists(place)]
    if open("/proc/self/status").read().split("CapEff:")[1].split()[0].strip("0"):
        seen.append("rights are left")
    if len(open("/proc/net/route").readlines()) > 1:
        seen.append("a network is there")
    try:
        open("/usr/planted", "w")
        seen.append("the system can be written")
    except OSError:
        pass
    return seen
"""


class Jail:
    """One place for students' code, one student at a time; it can be used again and again.

    It ends with the thread that started it, however that ends: nothing survives a grader that was killed.

    Args:
        imports: modules that the warden imports before the first start: they cost their time once.
        limits: for each student.
    """

    def __init__(self, imports: Sequence[str] = (), limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._imports = ["dlcourse.grading.worker", *imports]
        self._walls: subprocess.Popen | None = None
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  (it lives as long as the jail)
        self._asking = threading.Lock()

    def __enter__(self) -> Jail:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> Cell:
        """Start the process of a student's code in fresh namespaces; one that still runs is ended first.

        Raises:
            CannotStartError: this machine does not make the jail; the message says why.
        """
        for last_try in (False, True):
            try:
                self._build()
                return self._start()
            except CannotStartError:
                self.close()  # the warden may have died with the student before: once more, with a new one
                if last_try:
                    raise
        raise AssertionError("not reached")

    def close(self) -> None:
        """Take the jail down, with all that runs in it."""
        if self._walls is None:
            return
        self._line.close()  # the warden goes when nobody can ask it any more
        try:
            self._walls.wait(LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self._walls.kill()
            self._walls.wait()
        self._walls = None
        self._group.remove()

    def ask(self, request: dict[str, Any], pipes: Sequence[int] = (), seconds: float = ANSWER_SECONDS) -> Any:
        """Ask the warden.

        Raises:
            CannotStartError: it refuses, or does not answer within ``seconds``.
        """
        with self._asking:
            if self._walls is None:
                raise CannotStartError("the jail is closed")
            try:
                self._line.settimeout(seconds)
                socket.send_fds(self._line, [json.dumps(request).encode()], list(pipes))
                reply = self._line.recv(65536)
            except TimeoutError as error:
                raise CannotStartError(f"the jail did not answer within {seconds:g} seconds") from error
            except OSError:
                reply = b""
        if not reply:
            raise CannotStartError(f"the jail could not be built ({self._complaint() or 'no reason given'})")
        answer = json.loads(reply)
        if "error" in answer:
            raise CannotStartError(f"the jail could not be entered ({answer['error']})")
        return answer["answer"]

    def _start(self) -> Cell:
        to_read, to_write = os.pipe()
        answers, answering = os.pipe()
        limits = self.limits
        request = {
            "do": "start",
            "user": FIRST_USER + os.getpid() % USERS if os.geteuid() == 0 else 0,
            "disk": limits.disk,
            "files": limits.files,
            "processes": limits.processes,
            "cpu_seconds": limits.cpu_seconds,
        }
        try:
            number = self.ask(request, [to_read, answering])
        except BaseException:
            os.close(to_write)
            os.close(answers)
            raise
        finally:
            os.close(to_read)
            os.close(answering)
        return Cell(self, number, os.fdopen(to_write, "wb"), os.fdopen(answers, "rb"))

    def _build(self) -> None:
        if self._walls is not None and self._walls.poll() is None:
            return
        self.close()
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with there:
            self._walls = subprocess.Popen(
                [*_walls(), *_python(there.fileno())],
                pass_fds=[there.fileno()],
                env=_environ(self.limits),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
            )
        self._line = here
        self._group = _Group(self._walls, self.limits)
        self.ask({"do": "import", "modules": self._imports}, seconds=IMPORT_SECONDS)
        self._group.settle()

    def _complaint(self) -> str:
        """What bubblewrap said before it gave up."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._walls.wait(5)
        self._complaints.seek(0)
        return self._complaints.read(2000).decode(errors="replace").strip()


class Cell:
    """A student's process in a jail, with the methods of `student.Process`.

    Attributes:
        stdin: takes requests.
        stdout: gives answers.
    """

    def __init__(self, jail: Jail, number: int, stdin: BinaryIO, stdout: BinaryIO) -> None:
        self.stdin, self.stdout = stdin, stdout
        self._jail, self._number = jail, number
        self._ended: int | None = None

    def poll(self) -> int | None:
        """Return None while it runs."""
        return self._ask("poll")

    def kill(self) -> None:
        """End it, and all that it started."""
        self._ask("end")

    def wait(self) -> int:
        """Return its exit status once it has ended."""
        while (status := self.poll()) is None:
            time.sleep(0.01)
        return status

    def _ask(self, what: str) -> int | None:
        if self._ended is None:
            try:
                self._ended = self._jail.ask({"do": what, "cell": self._number})
            except CannotStartError:
                self._jail.close()  # a warden that does not answer goes, and every process of its jail with it
                self._ended = -signal.SIGKILL
        return self._ended


def _walls() -> list[str]:
    """The command that shows Python, this package and a read-only system, and nothing else."""
    walls = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    # The warden needs rights over the namespaces of its cells, and only over those; a cell gives them all up.
    if os.geteuid() != 0:
        walls += ["--unshare-user", "--uid", "0", "--gid", "0"]
    walls += ["--cap-add", "ALL", "--as-pid-1", "--die-with-parent", "--new-session", "--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        place = Path("/", name)
        if place.is_symlink():
            walls += ["--symlink", os.readlink(place), str(place)]
        elif place.exists():
            walls += ["--ro-bind", str(place), str(place)]
    for place in ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/fonts"):
        walls += ["--ro-bind-try", place, place]
    walls += ["--perms", "1777", "--size", str(64 * MIB), "--tmpfs", "/tmp"]  # before what may lie below it
    made = {"/", "/usr", "/tmp"}
    for source, target in _python_places():
        for folder in reversed(Path(target).parents):
            if str(folder) not in made:
                made.add(str(folder))
                walls += ["--perms", "0755", "--dir", str(folder)]
        walls += ["--ro-bind", source, target]
    return [*walls, "--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]


def _python_places() -> Iterator[tuple[str, str]]:
    """What Python needs to be seen: (where it lies, where it is shown)."""
    for place in dict.fromkeys((sys.base_prefix, sys.prefix)):
        for shown in dict.fromkeys((str(Path(place).resolve()), place)):
            if not Path(shown).is_relative_to("/usr"):
                yield place, shown
    yield str(PACKAGE), f"{SHOWN_AS}/dlcourse"


def _python(line: int) -> list[str]:
    return ["--", sys.executable, "-P", "-s", "-B", "-m", "dlcourse.grading.warden", str(line)]


def _environ(limits: Limits) -> dict[str, str]:
    """The variables inside: none of the teacher's, which may hold passwords."""
    cores = str(limits.cores)
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "PYTHONPATH": SHOWN_AS,
        "IPYTHONDIR": "/tmp/.ipython",
        "DLCOURSE_DATA": "embedded",
        "MPLBACKEND": "agg",
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **dict.fromkeys(threads, cores),
    }


class _Group:
    """The limit on memory and processes of a whole jail: a cgroup of either version, or a look every now and then."""

    def __init__(self, walls: subprocess.Popen, limits: Limits) -> None:
        self._walls, self._limits = walls, limits
        self._over = threading.Event()
        made = _make_groups(f"dlcourse-{os.getpid()}-{walls.pid}", limits)
        self._folders = [folder for folder in made if _join(folder, walls.pid)]

    def settle(self) -> None:
        """Count the student's memory from here on: what the warden has imported does not count."""
        warden = sum(map(_resident, _children(self._walls.pid)))
        limited = [_limit_memory(folder, self._limits.memory + warden) for folder in self._folders]
        if not any(limited):
            threading.Thread(target=self._look, daemon=True).start()

    def remove(self) -> None:
        """Remove what limits the jail, when everything in it has ended; what has not is killed."""
        self._over.set()
        for folder in self._folders:
            for _ in range(200):
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    break
                for process in (folder / "cgroup.procs").read_text().split():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(int(process), signal.SIGKILL)
                time.sleep(0.02)
        self._folders = []

    def _look(self) -> None:
        while not self._over.wait(WATCH_SECONDS):
            inmates = [process for process in _children(self._walls.pid) if process.ppid() != self._walls.pid]
            if sum(map(_share, inmates)) > self._limits.memory:
                for process in inmates:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()


def _make_groups(name: str, limits: Limits) -> list[Path]:
    """Make a cgroup below our own, or below the nearest one above it where that is allowed."""
    made = []
    for place, above in _own_groups():
        for parent in (place, *place.parents):
            folder = parent / name
            _remove_old(parent)
            with contextlib.suppress(OSError):
                folder.mkdir()
                # While it imports, the warden may take as much again as a student later; its threads count too.
                memory = _limit_memory(folder, 2 * limits.memory + WARDEN)
                if _set(folder / "pids.max", limits.processes + THREADS) or memory:
                    made.append(folder)
                    break
                folder.rmdir()
            if parent == above:
                break
    return made


def _limit_memory(folder: Path, most: int) -> bool:
    """Limit the memory of a cgroup of either version; False where it cannot."""
    first = _set(folder / "memory.limit_in_bytes", most)
    _set(folder / "memory.memsw.limit_in_bytes", most)
    second = _set(folder / "memory.max", most)
    _set(folder / "memory.swap.max", 0)
    return first or second


def _join(folder: Path, walls: int) -> bool:
    """Put bubblewrap into a cgroup, and what it has started already; what it starts later follows by itself."""
    entered, outside = set(), {walls}
    try:
        while outside:  # bubblewrap first: what it starts meanwhile follows it, or is seen in the next look
            for process in outside:
                with contextlib.suppress(ProcessLookupError):
                    (folder / "cgroup.procs").write_text(str(process))
            entered |= outside
            outside = {child.pid for child in _children(walls)} - entered
    except OSError:  # the group can be made, but not entered
        with contextlib.suppress(OSError):
            folder.rmdir()
        return False
    return True


def _remove_old(parent: Path) -> None:
    """Remove what graders left that were killed: the name holds the process that made it."""
    for folder in parent.glob("dlcourse-*"):
        with contextlib.suppress(OSError, ValueError):
            if not psutil.pid_exists(int(folder.name.split("-")[1])):
                folder.rmdir()


def _set(file: Path, value: int) -> bool:
    if not file.exists():
        return False
    with contextlib.suppress(OSError):
        file.write_text(str(value))
        return True
    return False


def _own_groups() -> Iterator[tuple[Path, Path]]:
    """Our own cgroups that can limit memory or processes, each with the top of its tree."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers in ("memory", "pids"):
            top = CGROUPS / controllers
        elif controllers == "":
            top = CGROUPS
        else:
            continue
        if (top / "cgroup.procs").exists():
            yield top / path.lstrip("/"), top


def _children(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def _resident(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.memory_info().rss
    return 0


def _share(process: psutil.Process) -> int:
    """Memory of a process, where what it shares with others counts in part: a fork does not double it."""
    try:
        return process.memory_full_info().pss
    except psutil.NoSuchProcess:
        return 0
    except psutil.AccessDenied:
        return _resident(process)
