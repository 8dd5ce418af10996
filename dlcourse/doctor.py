"""`dlcourse doctor`: versions, hardware and data in use, and what is wrong with the set-up."""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path

import psutil
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from dlcourse import data, device

SHOWN = ("dlcourse", "tensorflow", "keras", "numpy", "matplotlib", "scikit-learn", "jupyterlab", "jupyterlab-myst")
LEAST_MEMORY = 4 * device.GIB
LEAST_DISK = 1 * device.GIB


def main(argv: Sequence[str]) -> int:
    """Run `dlcourse doctor`; exit status 1 when something is wrong."""
    argparse.ArgumentParser(prog="dlcourse doctor", description=__doc__.split(":", 1)[1].strip()).parse_args(argv)
    for name, value in report().items():
        print(f"{name:<12} {value}")
    found = list(problems())
    for problem in found:
        print(f"\nWrong: {problem}")
    if not found:
        print("\nAll is well.")
    return 1 if found else 0


def report() -> dict[str, str]:
    """What is here, by name: versions, cores, memory, accelerator, data in use."""
    memory = psutil.virtual_memory()
    return {
        "Python": f"{platform.python_version()} on {platform.system()} {platform.machine()}, {sys.prefix}",
        "packages": ", ".join(f"{package} {_version(package)}" for package in SHOWN),
        "cores": str(device.cores()),
        "memory": f"{memory.total / device.GIB:.1f} GiB, {memory.available / device.GIB:.1f} GiB free",
        "accelerator": _accelerator(),
        "data": _data(),
    }


def problems() -> Iterator[str]:
    """One sentence for each thing that would stop a chapter, with what to do about it."""
    supported = SpecifierSet(metadata("dlcourse")["Requires-Python"])
    if platform.python_version() not in supported:
        yield f"Python {platform.python_version()} is not supported ({supported}); run `make lab` with another one."
    yield from _package_problems()
    yield from _kernel_problems()
    try:
        device.detect()
    except ImportError as error:
        yield f"TensorFlow cannot be imported ({error}); delete the folder .venv and run `make lab` again."
    try:
        data.describe()
    except data.DataError as error:
        yield str(error)
    if psutil.virtual_memory().total < LEAST_MEMORY:
        yield f"Less than {LEAST_MEMORY // device.GIB} GiB of memory: close other programs before you train."
    if shutil.disk_usage(Path.home()).free < LEAST_DISK:
        yield f"Less than {LEAST_DISK // device.GIB} GiB of disk is free in {Path.home()}; free some."


def _package_problems() -> Iterator[str]:
    for line in requires("dlcourse") or []:
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        found = _version(requirement.name)
        if found == "missing":
            yield f"{requirement.name} is missing; run `make lab`, which installs it."
        elif not requirement.specifier.contains(found, prereleases=True):
            yield f"{requirement.name} is {found}, the course needs {requirement.specifier}; run `make lab`."


def _kernel_problems() -> Iterator[str]:
    try:
        program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        yield "JupyterLab finds no Python kernel; run `make lab`, which installs ipykernel."
        return
    # A bare "python" is replaced by Jupyter with the interpreter that runs it.
    if Path(program).is_absolute() and Path(program).parent != Path(sys.executable).parent:
        yield f"Notebooks run in {program}, not in {sys.executable}; start JupyterLab with `make lab`."


def _accelerator() -> str:
    try:
        return str(device.detect())
    except ImportError:
        return "unknown: TensorFlow cannot be imported"


def _data() -> str:
    try:
        return data.describe()
    except data.DataError:
        return "none: see below"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
