"""Sets the course up and starts it: `python3 bootstrap.py lab` (on Windows `py bootstrap.py lab`).

Written so that every Python, even 2.7, can read it and say which one the course needs; the rest is
dlcourse/environment.py.
"""

# ruff: noqa: UP032, RUF005

import subprocess
import sys

OLDEST = (3, 11)
NEWEST = (3, 13)  # TensorFlow has no wheel for a newer one
CANDIDATES = [
    ["python3.13"],
    ["python3.12"],
    ["python3.11"],
    ["py", "-3.13"],
    ["py", "-3.12"],
    ["py", "-3.11"],
]


def is_suitable(version):
    """Whether a Python of this `version`, a tuple (major, minor, ...), can run the course."""
    return OLDEST <= tuple(version[:2]) <= NEWEST


def refusal(version):
    """The sentence for someone whose only Python has an unsuitable `version`."""
    return (
        "This is Python {}.{}; the course needs Python 3.11, 3.12 or 3.13. Install one of them "
        "(from python.org, your system's packages, or conda; see README.md), then name it: "
        "make lab PYTHON=python3.12".format(*version[:2])
    )


def find_another():
    """The command of a suitable Python on this machine, or None."""
    check = "import sys; sys.exit(not {!r} <= sys.version_info[:2] <= {!r})".format(OLDEST, NEWEST)
    for command in CANDIDATES:
        try:
            process = subprocess.Popen(command + ["-c", check], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            process.communicate()
        except OSError:
            continue
        if process.returncode == 0:
            return command
    return None


def main():
    if is_suitable(sys.version_info):
        from dlcourse import environment

        return environment.main(sys.argv[1:])
    command = find_another()
    if command is None:
        sys.stderr.write(refusal(sys.version_info) + "\n")
        return 1
    sys.stderr.write(
        "Python {}.{} does not suit the course; going on with {}.\n".format(
            sys.version_info[0], sys.version_info[1], " ".join(command)
        )
    )
    return subprocess.call(command + sys.argv)


if __name__ == "__main__":
    sys.exit(main())
