"""The command line: `dlcourse doctor | execute | lab | book | check | release | grade | worker`."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

import dlcourse

# Each command is a module with main(argv), imported when it is called: `dlcourse --help` stays instant.
COMMANDS = {
    "doctor": ("dlcourse.doctor", "print versions, hardware and data in use, and what is wrong with the set-up"),
    "execute": ("dlcourse.execute", "run chapters, store their outputs and record their times"),
    "lab": ("dlcourse.lab", "open the course in JupyterLab"),
    "book": ("dlcourse.site", "build the site"),
    "grade": ("dlcourse.grading.run", "mark what a class handed in, in a jail, into the gradebook"),
    "worker": ("dlcourse.grading.cluster", "grade what `dlcourse grade --scheduler` sends to this machine"),
    "check": ("dlcourse.grading.marking", "mark a notebook of exercises"),
    "release": ("dlcourse.grading.release", "make exercises/ from solutions/"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: the words after `dlcourse`; those of the command line when left out.

    Returns:
        Exit status: 0 when all is well, 1 when the command found something wrong, 130 when it was interrupted.
    """
    parser = argparse.ArgumentParser(prog="dlcourse", description=dlcourse.__doc__.split("\n")[0])
    parser.add_argument("--version", action="version", version=f"dlcourse {dlcourse.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, description) in COMMANDS.items():
        commands.add_parser(name, help=description, add_help=False)
    # The rest of the words, --help included, belong to the command.
    words = list(sys.argv[1:] if argv is None else argv)
    chosen = parser.parse_args(words[:1]).command
    try:
        return importlib.import_module(COMMANDS[chosen][0]).main(words[1:])
    except KeyboardInterrupt:
        print(f"\ndlcourse {chosen}: interrupted; what was finished before is kept.", file=sys.stderr)
        return 130
