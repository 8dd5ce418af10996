"""The trusted side's handle on a student's code, which runs in a process of its own."""

from __future__ import annotations

import os
import queue
import secrets
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from typing import Any

from dlcourse.grading import wire

CELL_SECONDS = 60.0  # for one cell of the notebook
CALL_SECONDS = 60.0  # for one call of a function
LARGEST_ANSWER = 64 * 2**20  # bytes


class StudentError(Exception):
    """What the student's code did instead of answering; the message is for the student.

    Attributes:
        missing: the function is not there or not written yet.
    """

    def __init__(self, message: str, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing


class Student:
    """Runs a notebook's cells in a process of its own and calls its functions there: ``student.softmax(logits)``.

    Any attribute is a function of the notebook. Its arguments and its answer are plain values (see `wire.pack`). A
    call that takes too long, answers too much or kills the process costs that call alone: the next one finds a
    fresh process in which the cells have run again.

    Args:
        cells: the code of the notebook, in order. A cell that fails does not keep the next from running.
        environ: further environment variables of the process.
    """

    def __init__(self, cells: Sequence[str], environ: dict[str, str] | None = None) -> None:
        self._cells = list(cells)
        self._environ = environ or {}
        self._process: subprocess.Popen | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="dlcourse-student-")

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
        seconds: float = CALL_SECONDS,
    ) -> Any:
        """Call a function of the notebook.

        Returns:
            Its answer, arrays as plain NumPy arrays.

        Raises:
            StudentError: it is not there, raised something, took longer than ``seconds``, or answered what cannot
                be handed over.
        """
        self._start()
        request = {"function": function, "arguments": list(arguments), "keywords": keywords or {}}
        answer = self._ask(request, seconds, f"{function}(…)")
        if error := answer["error"]:
            raise _as_told(function, error)
        return answer.get("value")

    def run(self, cell: str) -> str | None:
        """Run one more cell; what went wrong in it, in words, or None."""
        self._start()
        error = self._ask({"cell": cell}, CELL_SECONDS, "a cell")["error"]
        return f"{error['type']}: {error['text']}" if error else None

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dlcourse.grading.worker"],
            cwd=self._folder.name,
            env=os.environ | {"DLCOURSE_DATA": "embedded", "MPLBACKEND": "agg"} | self._environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(self._process, self._answers), daemon=True).start()
        for cell in self._cells:
            self._ask({"cell": cell}, CELL_SECONDS, "a cell of the notebook")

    def _ask(self, request: dict[str, Any], seconds: float, what: str) -> dict[str, Any]:
        tag = secrets.token_hex(16)
        packed = wire.pack({"tag": tag, **request})
        try:
            self._process.stdin.write(len(packed).to_bytes(8, "big") + packed)
            self._process.stdin.flush()
            reply = self._answers.get(timeout=seconds)
        except queue.Empty:
            self._stop()
            raise StudentError(f"{what} did not end within {seconds:g} seconds") from None
        except OSError:
            reply = None
        if reply is None:
            self._stop()
            raise StudentError(f"{what} ended the process, or answered with more than {LARGEST_ANSWER >> 20} MiB")
        try:
            answer = wire.unpack(reply)
            if answer["tag"] != tag:
                raise wire.WireError("the answer belongs to another question")
            _ = answer["error"] and (answer["error"]["type"], answer["error"]["text"])
        except (wire.WireError, TypeError, KeyError, IndexError) as error:
            self._stop()
            raise StudentError(f"{what} gave an answer that is not readable") from error
        return answer

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process = None


def _listen(process: subprocess.Popen, answers: queue.SimpleQueue[bytes | None]) -> None:
    """Put each answer into the queue, and None when there will be no more."""
    while True:
        head = process.stdout.read(8)
        length = int.from_bytes(head, "big")
        body = process.stdout.read(length) if len(head) == 8 and length <= LARGEST_ANSWER else b""
        if not body or len(body) < length:
            answers.put(None)
            return
        answers.put(body)


def _as_told(function: str, error: dict[str, str]) -> StudentError:
    if error["type"] == "NotImplementedError":
        return StudentError(f"{function} is not written yet", missing=True)
    if error["type"] == "NameError" and error["text"] == f"there is no function {function}":
        return StudentError(f"{error['text']} in the notebook: was it renamed, or did its cell fail?", missing=True)
    return StudentError(f"{function}(…) raised {error['type']}: {error['text']}")
