"""A real JupyterLab on a copy of the course, for tests and measurements."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from dlcourse import lab

MACHINERY = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", "_build", "vendor", "workspaces")
PATIENCE_MS = 180_000  # for a machine that is busy with something else
START = "import sys; from dlcourse.cli import main; sys.exit(main())"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Lab:
    """A running JupyterLab on a copy of the course, as on a machine that has never seen Jupyter."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.project = folder / "course"
        jupyter = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, "lab", "--no-browser", *words],
            cwd=self.project,
            env=os.environ | jupyter | {"IPYTHONDIR": str(folder / "ipython"), "PYTHONPATH": str(self.project)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        for line in self.process.stdout:
            self.said.append(line)
            if address := re.search(r"http://\S+", line):
                self.url = address[0]
                break
        else:
            raise RuntimeError("JupyterLab did not start: " + "".join(self.said))

    def address(self, path: str) -> str:
        """Where `path` is opened with no other tab beside it."""
        workspace = re.sub(r"\W", "-", path)
        return self.url.replace(f"lab/tree/{lab.START_PAGE}", f"lab/workspaces/{workspace}/tree/{path}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate()
