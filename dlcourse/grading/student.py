"""The trusted side's handle on a student's code, which runs in a process of its own."""

from __future__ import annotations

import contextlib
import math
import os
import queue
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Protocol

from dlcourse.grading import wire

CELL_SECONDS = 60.0  # for one cell of the notebook
CALL_SECONDS = 60.0  # for one call of a function
LARGEST_ANSWER = 64 * 2**20  # bytes
LONGEST_MESSAGE = 300  # characters of an error's text that are passed on
ANSWERS_AHEAD = 2  # that wait to be read; a process that sends more than it is asked for waits itself


class StudentError(Exception):
    """What the student's code did instead of answering; the message is for the student.

    Attributes:
        missing: the function is not there or not written yet.
    """

    def __init__(self, message: str, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing


class CannotStartError(Exception):
    """No process could be started for the student's code: not the student's fault, and no verdict on the work."""


class Process(Protocol):
    """A process of the student's code, as `worker` describes it: a `subprocess.Popen`, or one in a `jail.Jail`."""

    stdin: BinaryIO
    stdout: BinaryIO

    def poll(self) -> int | None:
        """Return None while it runs."""

    def kill(self) -> None:
        """End it at once."""

    def wait(self) -> int:
        """Wait until it has ended."""


class Student:
    """Runs a notebook's cells in a process of its own and calls its functions there: ``student.softmax(logits)``.

    Any attribute is a function of the notebook. Its arguments and its answer are plain values (see `wire.pack`). A
    call that takes too long, answers too much or kills the process costs that call alone: the next one finds a
    fresh process in which the cells have run again, without those that never ended or ended the process.

    Args:
        cells: the code of the notebook, in order. A cell that fails does not keep the next from running.
        start: starts the process; on this machine with the rights of its user when left out.
        cell_seconds: for one cell.
        call_seconds: for one call.
        seconds: for everything together, from the first start on; no bound when left out.
    """

    def __init__(
        self,
        cells: Sequence[str],
        start: Callable[[], Process] | None = None,
        *,
        cell_seconds: float = CELL_SECONDS,
        call_seconds: float = CALL_SECONDS,
        seconds: float | None = None,
    ) -> None:
        self._cells = list(cells)
        self._skipped: dict[int, str] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="dlcourse-student-")
        self._open = start or (lambda: _start_here(self._folder.name))
        self._cell_seconds, self._call_seconds, self._seconds = cell_seconds, call_seconds, seconds
        self._end: float | None = None
        self._line: _Line | None = None

    def __enter__(self) -> Student:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._folder.cleanup()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments, **keywords: self.call(name, arguments, keywords)

    def call(
        self,
        function: str,
        arguments: Sequence[Any] = (),
        keywords: dict[str, Any] | None = None,
        seconds: float | None = None,
    ) -> Any:
        """Call a function of the notebook.

        Returns:
            Its answer, arrays as plain NumPy arrays.

        Raises:
            StudentError: it is not there, raised something, took longer than ``seconds``, or answered what cannot
                be handed over.
            CannotStartError: there is no process to call it in.
        """
        self._start()
        request = {"function": function, "arguments": list(arguments), "keywords": keywords or {}}
        answer = self._ask(request, seconds or self._call_seconds, f"{function}(…)")
        if error := answer["error"]:
            raise self._as_told(function, error)
        return answer.get("value")

    def run(self, cell: str) -> str | None:
        """Run one more cell; what went wrong in it, in words, or None."""
        self._start()
        error = self._ask({"cell": cell}, self._cell_seconds, "a cell")["error"]
        return f"{error['type']}: {error['text']}" if error else None

    def _start(self) -> None:
        while self._line is None or self._line.process.poll() is not None:
            self._stop()
            self._end = self._end or time.monotonic() + (self._seconds or math.inf)
            self._line = _Line(self._open())
            for number, cell in enumerate(self._cells):
                if number in self._skipped:
                    continue
                try:
                    self._ask({"cell": cell}, self._cell_seconds, "a cell of the notebook")
                except StudentError as error:
                    if time.monotonic() >= self._end:
                        raise
                    self._skipped[number] = str(error)
                    break  # the process is gone; once more, without this cell

    def _ask(self, request: dict[str, Any], seconds: float, what: str) -> dict[str, Any]:
        left = self._end - time.monotonic()
        if left < seconds:
            seconds, what = max(left, 0.0), f"{what}, or all before it together,"
        tag = secrets.token_hex(16)
        packed = wire.pack({"tag": tag, **request})
        began = time.monotonic()
        reply = self._line.ask(packed, seconds)
        if reply is None:
            self._stop()
            if time.monotonic() - began >= seconds:
                allowed = self._seconds if left <= seconds else seconds
                raise StudentError(f"{what} did not end within {allowed:g} seconds")
            raise StudentError(f"{what} ended the process, or answered with more than {LARGEST_ANSWER >> 20} MiB")
        try:
            return _read(reply, tag)
        except wire.WireError as error:
            self._stop()
            raise StudentError(f"{what} gave an answer that is not readable") from error

    def _as_told(self, function: str, error: dict[str, str]) -> StudentError:
        if error["type"] == "NotImplementedError":
            return StudentError(f"{function} is not written yet", missing=True)
        if error["type"] == "NameError" and error["text"] == f"there is no function {function}":
            why = "; ".join(dict.fromkeys(self._skipped.values())) or "was it renamed, or did its cell fail?"
            return StudentError(f"{error['text']} in the notebook: {why}", missing=True)
        return StudentError(f"{function}(…) raised {error['type']}: {error['text']}")

    def _stop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


class _Line:
    """The line to a process that may do as it likes: send nothing, send too much, or not listen."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._answers: queue.Queue[bytes | None] = queue.Queue(ANSWERS_AHEAD)
        self._closed = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, packed: bytes, seconds: float) -> bytes | None:
        """Send a request; return the answer, or None when there is none within ``seconds``."""
        deadline = time.monotonic() + seconds
        # A process that does not listen would block the writing for ever; when it is killed, the pipe breaks.
        guard = threading.Timer(seconds, self.process.kill)
        guard.start()
        try:
            self.process.stdin.write(len(packed).to_bytes(8, "big") + packed)
            self.process.stdin.flush()
            return self._answers.get(timeout=max(deadline - time.monotonic(), 0))
        except (queue.Empty, OSError):
            return None
        finally:
            guard.cancel()

    def close(self) -> None:
        """End the process."""
        self._closed.set()
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):  # what was not written is not wanted any more
            self.process.stdin.close()

    def _listen(self) -> None:
        """Put each answer into the queue, and None when there will be no more."""
        with self.process.stdout as answers:
            body: bytes | None = b""
            while body is not None:
                head = answers.read(8)
                length = int.from_bytes(head, "big")
                body = answers.read(length) if len(head) == 8 and 0 < length <= LARGEST_ANSWER else None
                if body is not None and len(body) < length:
                    body = None
                self._put(body)

    def _put(self, body: bytes | None) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(queue.Full):
                return self._answers.put(body, timeout=0.2)


def _start_here(folder: str) -> subprocess.Popen:
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "dlcourse.grading.worker"],
            cwd=folder,
            env=os.environ | {"DLCOURSE_DATA": "embedded", "MPLBACKEND": "agg"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise CannotStartError(f"no process could be started for the student's code ({error})") from error


def _read(reply: bytes, tag: str) -> dict[str, Any]:
    """An answer whose parts are of the kinds that `worker` sends; anybody may have sent it.

    Raises:
        WireError: it is not, or it answers another question.
    """
    answer = wire.unpack(reply)
    if not isinstance(answer, dict) or not isinstance(answer.get("tag"), str) or answer["tag"] != tag:
        raise wire.WireError("the answer belongs to another question")
    error = answer.get("error")
    if error is None:
        return {"error": None, "value": answer.get("value")}
    if not isinstance(error, dict) or not all(isinstance(error.get(part), str) for part in ("type", "text")):
        raise wire.WireError("the answer holds neither a value nor an error")
    return {"error": {part: printable(error[part]) for part in ("type", "text")}}


def printable(text: str) -> str:
    """The beginning of a text that anybody may have sent, without what a terminal, a file or a page stumbles over."""
    kept = (sign if sign.isprintable() else " " for sign in text[:LONGEST_MESSAGE])
    return "".join(kept).encode("utf-8", "replace").decode()
