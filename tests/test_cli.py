"""The command line: what a user types, what it answers, and what `dlcourse doctor` finds wrong."""

import subprocess
import sys

import psutil
import pytest

import dlcourse
from dlcourse import cli, device, doctor


def test_the_installed_command_answers_at_once_and_without_tensorflow():
    code = "import sys; from dlcourse import cli\ntry: cli.main(['--version'])\nexcept SystemExit: pass\n"
    code += "print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["dlcourse", dlcourse.__version__, "False"]


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main([command, "--help"])
    assert stop.value.code == 0
    assert f"dlcourse {command}" in capsys.readouterr().out


def test_an_unknown_command_is_answered_with_the_known_ones(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["frobnicate"])
    assert stop.value.code == 2
    assert "'doctor', 'execute'" in capsys.readouterr().err


def test_an_interrupted_command_says_so(monkeypatch, capsys):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "main", interrupt)
    assert cli.main(["doctor"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_doctor_finds_this_machine_well(capsys):
    assert cli.main(["doctor"]) == 0, capsys.readouterr().out
    said = capsys.readouterr().out
    for part in ("Python", "tensorflow 2.", "cores", "GiB", "accelerator", "embedded", "All is well."):
        assert part in said


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        (("platform.python_version", lambda: "3.9.1"), "Python 3.9.1 is not supported"),
        (("psutil.virtual_memory", lambda: psutil._ntp.svmem(*[device.GIB] * 11)), "GiB of memory: close"),
        (("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10})), "of disk is free"),
        (("importlib.metadata.version", None), ""),
    ],
    ids=["old Python", "little memory", "full disk", "packages"],
)
def test_doctor_names_what_is_wrong(setting, problem, monkeypatch):
    target, replacement = setting
    if replacement is None:
        monkeypatch.setattr(doctor, "_version", lambda name: {"keras": "2.9", "pooch": "missing"}.get(name, "2.21"))
        found = " ".join(doctor._package_problems())
        assert "keras is 2.9, the course needs" in found
        assert "pooch is missing; run `make lab`" in found
        return
    monkeypatch.setattr(target, replacement)
    assert problem in " ".join(doctor.problems())


def test_doctor_notices_a_kernel_of_another_installation(monkeypatch):
    class Elsewhere:
        def get_kernel_spec(self, name):
            return type("Spec", (), {"argv": ["/opt/other/bin/python3"]})

    monkeypatch.setattr(doctor, "KernelSpecManager", Elsewhere)
    assert "/opt/other/bin/python3" in " ".join(doctor._kernel_problems())


def test_doctor_reports_a_wrong_data_folder_and_exits_with_1(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "nowhere"))
    assert cli.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "Wrong:" in said
    assert "nowhere" in said


def test_doctor_reports_a_tensorflow_that_cannot_be_imported(monkeypatch):
    def broken():
        raise ImportError("DLL load failed")

    monkeypatch.setattr(device, "detect", broken)
    assert "DLL load failed" in " ".join(doctor.problems())
    assert doctor.report()["accelerator"].startswith("unknown")
