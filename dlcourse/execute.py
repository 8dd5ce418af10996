"""`dlcourse execute`: notebooks made from their text, run, cleaned and stored, with the time each took."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import jupytext
import nbformat
import psutil
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from dlcourse import device

ROOT = Path(__file__).resolve().parents[1]
TEXTS = ROOT / "chapters" / "text"
SOLUTIONS = ROOT / "solutions"
STATUS = ROOT / "book" / "status.json"
VERSIONS = ("tensorflow", "keras", "numpy", "matplotlib", "scikit-learn", "jupyterlab", "jupyter-book")

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
HIDDEN = "…"


class ExecutionError(Exception):
    """A chapter that did not run, or printed what must not be stored."""


def main(argv: Sequence[str]) -> int:
    """Run `dlcourse execute [NAME …]`; see :func:`execute`."""
    parser = argparse.ArgumentParser(prog="dlcourse execute", description=__doc__.split(":", 1)[1].strip())
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="such as 05_mnist_project or solutions/05_mnist_project (default: all)",
    )
    chosen = parser.parse_args(argv).names
    try:
        for text in find_texts(chosen):
            seconds = execute(text)
            print(f"{text.stem}: stored after {seconds:.1f} s")
    except ExecutionError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def find_texts(names: Sequence[str] = ()) -> list[Path]:
    """The text sources of the named chapters and solutions, or of all.

    Args:
        names: a chapter's name, such as ``05_mnist_project``, or ``solutions/`` and the name of an assignment.

    Raises:
        ExecutionError: a name is neither.
    """
    texts = {path.stem: path for path in sorted(TEXTS.glob("*.md"))}
    texts |= {f"solutions/{path.stem}": path for path in sorted(SOLUTIONS.glob("*/*.md"))}
    unknown = [name for name in names if name not in texts]
    if unknown:
        raise ExecutionError(f"There is no chapter {unknown[0]!r}; choose from {', '.join(texts)}.")
    return [texts[name] for name in names] or list(texts.values())


def find_chapters() -> list[Path]:
    """The text sources of the chapters alone, whose names begin with a number; the gallery of widgets has none."""
    return [text for text in find_texts() if text.parent == TEXTS and text.stem[0].isdecimal()]


def notebook_of(text: Path) -> Path:
    """Where the notebook of a text lies: a chapter's above its text, a solution's beside it."""
    return (text.parent.parent if text.parent == TEXTS else text.parent) / f"{text.stem}.ipynb"


def execute(text: Path) -> float:
    """Make a notebook from its text, run it on embedded data and store it with its outputs.

    The notebook and the recorded time change only when every cell has run and nothing forbidden was printed.

    Args:
        text: a MyST file in ``chapters/text`` or in a folder of ``solutions``.

    Returns:
        Seconds from the first cell to the last, the start of the kernel included.

    Raises:
        ExecutionError: a cell failed, or wrote to standard error, where TensorFlow's log lines go.
    """
    notebook = read_text(text)
    started = time.perf_counter()
    _run(notebook, text)
    seconds = time.perf_counter() - started
    scrub(notebook)
    notebook = name_widgets(notebook)
    notebook.metadata.dlcourse = {"executed": digest(notebook)}
    write_whole(notebook_of(text), nbformat.writes(notebook) + "\n")
    if text in find_chapters():
        record_time(text.stem, seconds, len(code_cells(notebook)))
    return seconds


def read_text(text: Path) -> NotebookNode:
    """The notebook that a MyST file stands for, without outputs.

    The same text always gives the same file.
    """
    notebook = jupytext.read(text)
    name_cells(notebook)
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )
    return notebook


def name_cells(notebook: NotebookNode) -> None:
    """Name all cells by their content and position, where Jupyter would take random names."""
    for index, cell in enumerate(notebook.cells):
        cell.id = hashlib.sha256(f"{index}\n{cell.source}".encode()).hexdigest()[:8]


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that run, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def digest(notebook: NotebookNode) -> str:
    """A fingerprint of all code of a notebook, stored when it has run: it tells whether the outputs are its own."""
    return hashlib.sha256("\n\n".join(cell.source for cell in code_cells(notebook)).encode()).hexdigest()[:16]


def scrub(notebook: NotebookNode) -> None:
    """Replace memory addresses and this machine's paths in every stored text by an ellipsis."""
    # Longest first: the project may lie below the home folder.
    places = sorted({str(ROOT), str(Path.home()), sys.prefix, tempfile.gettempdir()} - {"/"}, key=len, reverse=True)
    patterns = [re.compile(re.escape(place) + r"(?=/|\\|\b)") for place in places] + [ADDRESS]

    def clean(found: str) -> str:
        for pattern in patterns:
            found = pattern.sub(HIDDEN, found)
        return found

    for cell in code_cells(notebook):
        for output in cell.outputs:
            if "text" in output:
                output.text = clean(output.text)
            for mime, content in output.get("data", {}).items():
                if mime.startswith("text/"):
                    output.data[mime] = clean(content)


def name_widgets(notebook: NotebookNode) -> NotebookNode:
    """The same notebook with its widgets numbered in order, where ipywidgets takes a random name for each."""
    states = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    content = nbformat.writes(notebook)
    for number, name in enumerate(states):
        content = content.replace(name, f"{number:032x}")
    return nbformat.reads(content, as_version=4)


def record_time(name: str, seconds: float, cells: int) -> None:
    """Write one chapter's run time, with this machine and its versions, into ``book/status.json``."""
    status = json.loads(STATUS.read_text(encoding="utf-8")) if STATUS.exists() else {}
    status["versions"] = {"python": platform.python_version()} | {package: version(package) for package in VERSIONS}
    status["machine"] = {"cores": device.cores(), "memory_gib": round(psutil.virtual_memory().total / device.GIB)}
    measured = {"seconds": round(seconds, 1), "cells": cells, "data": "embedded"}
    status["chapters"] = dict(sorted((status.get("chapters", {}) | {name: measured}).items()))
    write_whole(STATUS, json.dumps(status, indent=2) + "\n")


def write_whole(path: Path, content: str) -> None:
    """Write a text file so that it is either the old one or the new one, whatever happens meanwhile."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(content, encoding="utf-8", newline="\n")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _run(notebook: NotebookNode, text: Path) -> None:
    def check(cell: NotebookNode, **_: object) -> None:
        if cell.cell_type == "code":
            bar.update()
            _refuse_stderr(cell, bar.n, text)

    with tqdm(total=len(code_cells(notebook)), desc=text.stem, unit="cell") as bar, _kernel() as manager:
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=None,
            record_timing=False,
            resources={"metadata": {"path": str(notebook_of(text).parent)}},
            on_cell_executed=check,
        )
        try:
            environ = os.environ | {"DLCOURSE_DATA": "embedded", "JUPYTER_PREFER_ENV_PATH": "1"}
            client.execute(env=environ, cleanup_kc=True)  # or the kernel would live until this process ends
        except (CellExecutionError, DeadKernelError) as error:
            raise ExecutionError(f"{text.name} is not stored: code cell {bar.n + 1} failed.\n{error}") from None


@contextlib.contextmanager
def _kernel() -> Iterator[AsyncKernelManager]:
    """A Python kernel that talks through files where the system can, so that no other user can reach it."""
    if sys.platform == "win32":
        yield AsyncKernelManager(kernel_name="python3")
        return
    with tempfile.TemporaryDirectory(prefix="dlcourse-") as folder:
        yield AsyncKernelManager(
            kernel_name="python3", transport="ipc", connection_file=str(Path(folder) / "kernel.json")
        )


def _refuse_stderr(cell: NotebookNode, number: int, text: Path) -> None:
    for output in cell.outputs:
        if output.get("name") == "stderr":
            raise ExecutionError(
                f"{text.name} is not stored: code cell {number} wrote to standard error: {output.text.strip()!r}. "
                "Mend the cause, or print what the reader should see."
            )
