"""What runs inside a jail before any student's code: it imports what is slow once, then forks one cell per student.

Started by `jail.Jail` inside bubblewrap, where the system is read-only and there is no network. It is trusted, runs no
code of a student, and no operation of TensorFlow: a process forked after an operation hangs, after an import it does
not. Every cell is a fresh process that first takes namespaces of its own (files, processes, network, messages, users),
gives up every right, and then becomes a `worker`. Requests come in as JSON over a socket, one at a time; to start a
cell, two pipes come with the request.

Linux only: the numbers below are those of its system calls' flags (unshare(2), mount(2), prctl(2), capabilities(7)).
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import random
import resource
import signal
import socket
import sys
from typing import Any

NEW_FILES, NEW_NAMES, NEW_MESSAGES, NEW_USERS, NEW_PROCESSES, NEW_NETWORK = (
    0x00020000,
    0x04000000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
NO_SETUID, NO_DEVICES, NO_PROGRAMS = 2, 4, 8  # flags of a mount
BIND, PRIVATE, RECURSIVE = 1 << 12, 1 << 18, 1 << 14
DEATH_SIGNAL, DUMPABLE, DROP_BOUND, NO_NEW_RIGHTS, AMBIENT, CLEAR_ALL = 1, 4, 24, 38, 47, 4
CAPABILITIES_VERSION_3 = 0x20080522
LAST_CAPABILITY = 63
LARGEST_REQUEST = 64 * 1024

_libc = ctypes.CDLL(None, use_errno=True)


class Cell:
    """A forked process of one student's code."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.status: int | None = None

    def poll(self) -> int | None:
        """Return its exit status, or None while it runs."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status

    def end(self) -> int:
        """Kill it, and with it whatever it started: its first process is the first of its namespace."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status


def main() -> None:
    """Serve the socket whose number is the first argument, until the other side closes it."""
    line = socket.socket(fileno=int(sys.argv[1]))
    cell: Cell | None = None
    home = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    while True:
        data, pipes, _, _ = socket.recv_fds(line, LARGEST_REQUEST, 2)
        if not data:
            return
        request = json.loads(data)
        try:
            if request["do"] == "import":
                answer: Any = _import(request["modules"])
            elif request["do"] == "start":
                if cell is not None:
                    cell.end()
                cell = _start(line, home, pipes, request)
                answer = cell.pid
            elif cell is None or cell.pid != request["cell"]:
                answer = -signal.SIGKILL  # that one was ended when the next one was started
            else:
                answer = cell.end() if request["do"] == "end" else cell.poll()
            reply = {"answer": answer}
        except OSError as error:
            reply = {"error": str(error)}
        finally:
            for pipe in pipes:
                os.close(pipe)
        line.sendall(json.dumps(reply).encode())


def _import(modules: list[str]) -> list[str]:
    """Import what is there; return what is not."""
    missing = []
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError:
            missing.append(module)
    return missing


def _start(line: socket.socket, home: int, pipes: list[int], limits: dict[str, Any]) -> Cell:
    """Fork a cell; return when it has given up every right.

    Raises:
        OSError: this machine does not grant what a cell needs; the message says which step.
    """
    # Each cell is the first process of a new namespace; the way back home makes room for the next one.
    _call("setns", home, NEW_PROCESSES)
    _call("unshare", NEW_PROCESSES)
    listen, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(listen)
            line.close()
            os.close(home)
            _enter(pipes, limits)
            os.write(tell, b"ok")
            os.close(tell)
            _work()
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.write(tell, str(error).encode())
        finally:
            os._exit(1)
    os.close(tell)
    with os.fdopen(listen, "rb") as told:
        said = told.read()
    if said != b"ok":
        Cell(pid).end()
        raise OSError(said.decode() or "the cell died while it was made")
    return Cell(pid)


def _enter(pipes: list[int], limits: dict[str, Any]) -> None:
    """Take namespaces of one's own, then give up every right, in this order."""
    os.setsid()
    os.umask(0o022)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")  # when memory runs out, the cell goes and not its warden
    _call("unshare", NEW_FILES | NEW_NETWORK | NEW_MESSAGES | NEW_NAMES)
    _mount(None, "/", None, PRIVATE | RECURSIVE)
    _mount("proc", "/proc", "proc", NO_SETUID | NO_DEVICES | NO_PROGRAMS)
    # A copy of the course may lie below /tmp: its Python is held, and shown again in the new one.
    covered = {place: os.open(place, os.O_PATH) for place in _python_places() if place.startswith("/tmp/")}
    for place in ("/tmp", "/dev/shm"):
        _mount("tmpfs", place, "tmpfs", NO_SETUID | NO_DEVICES, f"mode=1777,size={limits['disk']}")
    for place, held in covered.items():
        os.makedirs(place, exist_ok=True)
        _mount(f"/proc/self/fd/{held}", place, None, BIND)
        os.close(held)
    silence = os.open(os.devnull, os.O_WRONLY)
    for end, pipe in enumerate([*pipes, silence]):
        os.dup2(pipe, end)
        os.close(pipe)
    for kind, most in (
        ("CORE", 0),
        ("FSIZE", limits["disk"]),
        ("NOFILE", limits["files"]),
        ("NPROC", limits["processes"]),
        ("CPU", limits["cpu_seconds"]),
    ):
        resource.setrlimit(getattr(resource, f"RLIMIT_{kind}"), (most, most))
    os.chdir("/tmp")
    _become_nobody(limits["user"])


def _python_places() -> list[str]:
    """Where Python lies, the outer before the inner."""
    return sorted({sys.base_prefix, sys.prefix})


def _become_nobody(user: int) -> None:
    """Change to a user without rights, in a namespace of users that no further one can be made in."""
    if user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    outside = os.getuid()
    _call("prctl", DUMPABLE, 1, 0, 0, 0)  # or the files below would belong to root
    _call("unshare", NEW_USERS)
    for name, text in (("setgroups", "deny"), ("uid_map", f"1000 {outside} 1"), ("gid_map", f"1000 {outside} 1")):
        _write(f"/proc/self/{name}", text)
    _write("/proc/sys/user/max_user_namespaces", "0")
    for capability in range(LAST_CAPABILITY + 1):
        _libc.prctl(DROP_BOUND, capability, 0, 0, 0)  # fails for those that this kernel does not know
    _call("prctl", AMBIENT, CLEAR_ALL, 0, 0, 0)
    _call("capset", (ctypes.c_uint32 * 2)(CAPABILITIES_VERSION_3, 0), (ctypes.c_uint32 * 6)())
    _call("prctl", NO_NEW_RIGHTS, 1, 0, 0, 0)
    _call("prctl", DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)


def _work() -> None:
    """Become the worker of one student."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    importlib.import_module("dlcourse.grading.worker").main()


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    texts = [None if text is None else text.encode() for text in (source, target, kind, options)]
    _call("mount", *texts[:3], ctypes.c_ulong(flags), texts[3])


def _call(function: str, *arguments: Any) -> None:
    if getattr(_libc, function)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")


if __name__ == "__main__":
    main()
