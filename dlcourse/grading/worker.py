"""The process in which a student's code runs: it runs cells, and calls functions by name. It knows no check.

Started by `student.Student`; requests come in on standard input, answers leave on what was standard output.
"""

from __future__ import annotations

import os
import sys
from typing import Any, BinaryIO

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from dlcourse.grading import wire

LONGEST_MESSAGE = 300  # characters of an error's text


def main() -> None:
    """Answer requests until the other side closes the line."""
    requests, answers = _take_the_line()
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    while length := requests.read(8):
        request = wire.unpack(requests.read(int.from_bytes(length, "big")))
        answer = {"tag": request["tag"], **_answer(shell, request)}
        packed = _packed(answer)
        answers.write(len(packed).to_bytes(8, "big") + packed)
        answers.flush()


def _take_the_line() -> tuple[BinaryIO, BinaryIO]:
    """Keep the two ends of the line, and give the student's code a silent standard output in their place."""
    line_in, line_out = os.dup(0), os.dup(1)
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0, "r"), os.fdopen(1, "w"), os.fdopen(2, "w")
    return os.fdopen(line_in, "rb"), os.fdopen(line_out, "wb")


def _answer(shell: InteractiveShell, request: dict[str, Any]) -> dict[str, Any]:
    if "cell" in request:
        run = shell.run_cell(request["cell"], store_history=False, silent=True)
        error = run.error_before_exec or run.error_in_exec
        return {"error": _in_words(error) if error else None}
    function = shell.user_ns.get(request["function"])
    if not callable(function):
        return {"error": {"type": "NameError", "text": f"there is no function {request['function']}"}}
    try:
        return {"error": None, "value": function(*request["arguments"], **request["keywords"])}
    except BaseException as error:  # whatever the student's code raises, SystemExit included, is its answer
        return {"error": _in_words(error)}


def _packed(answer: dict[str, Any]) -> bytes:
    try:
        return wire.pack(answer)
    except Exception as error:  # __array__ and len() of the student's objects can raise anything
        return wire.pack({"tag": answer["tag"], "error": _in_words(error)})


def _in_words(error: BaseException) -> dict[str, str]:
    return {"type": type(error).__name__, "text": str(error)[:LONGEST_MESSAGE]}


if __name__ == "__main__":
    main()
