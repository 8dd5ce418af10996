"""Starts JupyterLab on the course's start page, set up the way the chapters need it."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
from contextlib import closing
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
START_PAGE = "chapters/00_start_here.md"
DEFAULT_PORT = 8888
HOST = "localhost"


def main(argv: list[str]) -> int:
    """Start JupyterLab and return its exit status when it ends.

    `argv`: options of `dlcourse lab`; what it does not know itself is passed on to JupyterLab.
    """
    options, further = _parse(argv)
    problem = _what_is_wrong(options.port)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    _use_shipped_configuration()
    _serve(options, further)
    return 0


def _parse(argv: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="dlcourse lab",
        description="Open the course in JupyterLab. Options not listed here are passed on to JupyterLab.",
    )
    parser.add_argument(
        "--port", type=_port, help=f"port to listen on (default: {DEFAULT_PORT}, or the next free one)"
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address, open no browser")
    return parser.parse_known_args(argv)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; choose a number from 1024 to 65535")
    return int(text)


def _what_is_wrong(port: int | None) -> str | None:
    if not (PROJECT / START_PAGE).is_file():
        return (
            f"{PROJECT / START_PAGE} is missing: this `dlcourse` was installed without the course beside it. "
            "Get the whole repository and run `make lab` there."
        )
    if port is not None and not _is_free(port):
        return (
            f"Port {port} is taken by another program, perhaps by this course in another window. "
            "Choose another one, say "
            f"`make lab PORT={port + 1 if port < 65535 else DEFAULT_PORT}`, "
            "or leave the port out: then the next free one is found."
        )
    return None


def _is_free(port: int) -> bool:
    try:
        with closing(socket.create_server(("127.0.0.1", port), reuse_port=False)):
            return True
    except OSError:
        return False


def _use_shipped_configuration() -> None:
    """Put the course's settings before the user's own, and this environment's kernel before all others."""
    folders = [str(PROJECT / ".jupyter"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, folders))
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"


def _serve(options: argparse.Namespace, further: list[str]) -> None:
    from jupyterlab.labapp import LabApp

    token = secrets.token_hex(24)
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = [
        f"--ServerApp.root_dir={PROJECT}",
        f"--LabApp.default_url=/lab/tree/{START_PAGE}",
        f"--ServerApp.port={options.port or DEFAULT_PORT}",
        f"--ServerApp.port_retries={50 if options.port is None else 0}",
        f"--IdentityProvider.token={token}",
        "--Application.log_level=ERROR",
        *(["--no-browser"] if options.no_browser else []),
        *(["--allow-root"] if is_root else []),  # usual in a container; the address is this machine's only
        *further,
    ]
    server = LabApp.initialize_server(argv=arguments)
    if server.port != (options.port or DEFAULT_PORT):
        print(f"Port {DEFAULT_PORT} is taken by another program; the course uses {server.port}.")
    print(f"The course is open at  {server.connection_url}lab/tree/{START_PAGE}?token={token}")
    print("Stop it with Ctrl-C here.", flush=True)
    server.start()
