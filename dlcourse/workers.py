"""Several processes that train together, started on this machine and stopped with it.

A script that learns its part of the work from ``TF_CONFIG``, as `tf.distribute` does, runs here as it runs on several
machines: :func:`run` sets the variable, where Kubernetes or Slurm would.

Each worker is a script below a guard. The guard is a small process whose standard input is a pipe from here: when the
pipe closes, for whatever reason (an error, an interrupt, the kernel's death), the guard ends the script and itself.
That works on every system and asks nothing of the script, which may be stuck in compiled code.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import queue
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PORTS = range(20_000, 32_000)  # below those that systems give to outgoing connections
LAST_WORDS = 12  # lines of a worker's output that an error shows
PATIENCE = 5.0  # seconds for a guard to end its script before both are ended from here

# What TensorFlow and its libraries log; their errors are left in.
_CHATTER = re.compile(r"WARNING: All log messages before|[IW]\d{4} |\d{4}-\d\d-\d\d [\d:.]+: [IW] ")
_COUNTED = re.compile(r"(\d+) of (\d+)")


class WorkerError(Exception):
    """A worker failed, and all of them have been stopped; the message says which and how.

    Attributes:
        index: which worker; None when no single one is to blame.
        code: its exit code, negative for the signal that killed it; None when it had not ended.
    """

    def __init__(self, message: str, index: int | None = None, code: int | None = None) -> None:
        super().__init__(message)
        self.index, self.code = index, code


@dataclass(frozen=True)
class WorkerResult:
    """What one worker brought back.

    Attributes:
        index: the worker's number, from 0.
        value: the last line that it printed, read as JSON.
        lines: what it printed before.
        seconds: from its start to its end.
    """

    index: int
    value: Any
    lines: tuple[str, ...]
    seconds: float


def tf_config(addresses: Sequence[str], index: int) -> str:
    """The text that tells a worker who takes part and which of them it is.

    Args:
        addresses: host and port of every worker, the same list in the same order for each.
        index: which of them this worker is.

    Raises:
        ValueError: there is no such worker.
    """
    if not 0 <= index < len(addresses):
        raise ValueError(
            f"index is {index}; with {len(addresses)} addresses choose from 0 to {len(addresses) - 1}."
        )
    return json.dumps({"cluster": {"worker": list(addresses)}, "task": {"type": "worker", "index": index}})


def run(
    script: str | os.PathLike[str],
    count: int = 2,
    arguments: Sequence[Any] = (),
    *,
    timeout: float | None = None,
    label: str = "",
    environ: Mapping[str, str] | None = None,
) -> list[WorkerResult]:
    """Run a Python script in several processes that find each other through ``TF_CONFIG``, and wait for them.

    A worker's result is the last line that it prints: one JSON value. Lines before it are progress; with a ``label``
    the latest is shown in a line below the cell, whose bar moves at lines such as "step 3 of 20". When this function
    ends, in whichever way, no worker is left.

    Graphics cards are hidden from the workers, since two processes of one machine can't share one for this; give
    ``environ={"CUDA_VISIBLE_DEVICES": "0,1"}`` where there are several.

    Args:
        script: the file; it runs in its own folder.
        count: how many workers.
        arguments: what each finds in ``sys.argv``, as texts.
        timeout: seconds after which all are stopped; None waits for as long as they take.
        label: what is being done, at the start of the line of progress.
        environ: further environment variables of the workers.

    Returns:
        One result for each worker, in order.

    Raises:
        ValueError: an argument can't be meant.
        FileNotFoundError: there is no such script.
        WorkerError: a worker failed, was killed or gave no result, or the time is over.
    """
    path = Path(script).absolute()
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ValueError(f"count is {count!r}; choose a whole number from 1.")
    if timeout is not None and not timeout > 0:
        raise ValueError(f"timeout is {timeout!r}; choose a number of seconds above 0, or None.")
    if isinstance(arguments, str):
        raise ValueError(f"arguments is the text {arguments!r}; give a list of arguments.")
    if not path.is_file():
        raise FileNotFoundError(f"There is no script {path}; write it before the workers start.")
    command = [str(path), *map(str, arguments)]
    events: queue.SimpleQueue[tuple[_Worker, str, Any]] = queue.SimpleQueue()
    workers: list[_Worker] = []
    with free_addresses(count) as addresses:
        try:
            for index in range(count):
                settings = {"TF_CONFIG": tf_config(addresses, index), **(environ or {})}
                workers.append(_Worker(index, count, command, path.parent, settings, events))
            return _collect(workers, events, timeout, label)
        finally:
            for worker in workers:
                worker.leave()
            for worker in workers:
                worker.end()


@contextlib.contextmanager
def free_addresses(count: int) -> Iterator[list[str]]:
    """Addresses on this machine at which nothing listens, different ones for each block that is open.

    On Linux each is kept from other programs until the block ends, and still open to one that allows the reuse of
    addresses, as servers do. Elsewhere nothing keeps it after the check.

    Args:
        count: how many.
    """
    with contextlib.ExitStack() as held:
        ports: list[int] = []
        drawn = random.SystemRandom().sample(PORTS, len(PORTS))
        for port in drawn:
            if len(ports) == count:
                break
            if not _is_free(port):
                continue
            keeper = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                if sys.platform == "linux":  # only there may a server listen beside a socket that does not
                    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                keeper.bind(("127.0.0.1", port))
            except OSError:
                keeper.close()
                continue
            if sys.platform == "linux":
                held.enter_context(keeper)
            else:
                keeper.close()
            ports.append(port)
        if len(ports) < count:
            raise OSError(f"only {len(ports)} of {count} ports are free; stop other programs and try again.")
        yield [f"127.0.0.1:{port}" for port in ports]


def _is_free(port: int) -> bool:
    """Whether nobody has taken a port, not even somebody who allows its reuse."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class _Worker:
    """One guard with its script, and the threads that listen to it."""

    def __init__(
        self,
        index: int,
        count: int,
        command: Sequence[str],
        folder: Path,
        settings: Mapping[str, str],
        events: queue.SimpleQueue[tuple[_Worker, str, Any]],
    ) -> None:
        self.index, self.name = index, f"worker {index} of {count}"
        self.lines: list[str] = []
        self.result: WorkerResult | None = None
        self._last: collections.deque[str] = collections.deque(maxlen=LAST_WORDS)
        self._events = events
        self._started = time.perf_counter()
        defaults = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "PYTHONIOENCODING": "utf-8"}
        group = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
            if os.name == "nt"
            else {"start_new_session": True}
        )
        # An interrupt between the start and the next line loses the handle; its pipe closes then, and the guard ends.
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, *command],
            cwd=folder,
            env=os.environ | defaults | settings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            **group,
        )
        self._readers = [
            threading.Thread(target=self._read, args=(stream, is_output), daemon=True)
            for stream, is_output in ((self._process.stdout, True), (self._process.stderr, False))
        ]
        for reader in self._readers:
            reader.start()
        self._waiter = threading.Thread(target=self._wait, daemon=True)
        self._waiter.start()

    def finish(self, code: int) -> WorkerResult:
        """Read the result of a worker that has ended with ``code``."""
        if code:
            how = f"was killed by {_signal(-code)}" if code < 0 else f"ended with exit code {code}"
            raise WorkerError(
                f"{self.name} {how}; all workers have been stopped.{self.last_words()}", self.index, code
            )
        try:
            value = json.loads(self.lines[-1])
        except (IndexError, ValueError):
            message = f"{self.name} gave no result: the last line that it prints must be one JSON value."
            raise WorkerError(message + self.last_words(), self.index, code) from None
        self.result = WorkerResult(self.index, value, tuple(self.lines[:-1]), time.perf_counter() - self._started)
        return self.result

    def last_words(self) -> str:
        """The end of what it has printed, to be put behind a message."""
        return "".join(["\nThe last it said:", *(f"\n    {line}" for line in self._last)]) if self._last else ""

    def leave(self) -> None:
        """Tell the guard to end its script and itself."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def end(self) -> None:
        """Wait until both have ended; end them when the guard does not."""
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            _kill_family(self._process.pid)
            self._process.wait()
        self._waiter.join()
        for reader, stream in zip(self._readers, (self._process.stdout, self._process.stderr), strict=True):
            reader.join(PATIENCE)
            if not reader.is_alive():  # closing what another thread reads would wait for it
                stream.close()

    def _read(self, stream: Any, is_output: bool) -> None:
        for line in stream:
            line = line.rstrip()
            if not line or (not is_output and _CHATTER.match(line)):
                continue
            self._last.append(line)
            if is_output:
                self.lines.append(line)
                self._events.put((self, "line", line))

    def _wait(self) -> None:
        code = self._process.wait()
        _kill_group(self._process.pid)  # what the script has left running, or the script if its guard was killed
        for reader in self._readers:
            reader.join(PATIENCE)
        self._events.put((self, "end", 128 - code if os.name != "nt" and code > 128 else code))


def _collect(
    workers: Sequence[_Worker],
    events: queue.SimpleQueue[tuple[_Worker, str, Any]],
    timeout: float | None,
    label: str,
) -> list[WorkerResult]:
    """Follow the workers until all have given their results."""
    started = time.perf_counter()
    with _progress(label) as show:
        while not all(worker.result for worker in workers):
            pause = 0.2  # an interrupt is noticed between two waits on every system
            if timeout is not None:
                pause = min(pause, timeout - (time.perf_counter() - started))
                if pause <= 0:
                    late = [worker for worker in workers if not worker.result]
                    names = ", ".join(worker.name for worker in late)
                    raise WorkerError(
                        f"not finished within {timeout:g} s: {names}; all have been stopped.{late[0].last_words()}"
                    )
            with contextlib.suppress(queue.Empty):
                worker, kind, what = events.get(timeout=pause)
                if kind == "end":
                    worker.finish(what)
                else:
                    show(worker, what)
    return [worker.result for worker in workers]


@contextlib.contextmanager
def _progress(label: str) -> Iterator[Any]:
    """A function that shows a worker's latest line; without a label it does nothing."""
    if not label:
        yield lambda worker, line: None
        return
    from dlcourse.training import progress_line

    shown, done = progress_line(label), 0.0

    def show(worker: _Worker, line: str) -> None:
        nonlocal done
        if found := _COUNTED.search(line):
            done = max(done, min(int(found[1]) / max(int(found[2]), 1), 1.0))
            shown.draw(done, f"worker {worker.index}: {line}")

    try:
        yield show
        shown.draw(1.0, "all workers have finished")
    finally:
        shown.close()


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _kill_group(pid: int) -> None:
    """End all processes of the group that a guard leads, where there are such groups."""
    if os.name != "nt":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _kill_family(pid: int) -> None:
    """End a process's descendants, then its group."""
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        guard = psutil.Process(pid)
        for member in [*guard.children(recursive=True), guard]:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
    _kill_group(pid)


def _guard(command: Sequence[str]) -> int:
    """Run a script until it ends or standard input closes.

    Returns:
        Its exit code; 128 and the signal's number when one killed it, as shells say it.
    """
    script = subprocess.Popen([sys.executable, "-u", *command], stdin=subprocess.DEVNULL)
    alone = threading.Event()
    watch = threading.Thread(target=_end_when_alone, args=(script, alone), daemon=True)
    watch.start()
    code = script.wait()
    if alone.is_set():
        watch.join()  # it ends this process
    return code if code >= 0 else 128 - code


def _end_when_alone(script: subprocess.Popen, alone: threading.Event) -> None:
    while os.read(0, 1024):
        pass
    alone.set()
    import psutil

    for member in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    script.wait()  # so that it is not left as a zombie
    _kill_group(os.getpid())
    os._exit(1)


if __name__ == "__main__":
    sys.exit(_guard(sys.argv[1:]))
