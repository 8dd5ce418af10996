"""The jail: what students' code may not see, reach, keep or use up, and that the next student notices nothing."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from dlcourse.grading import jail
from dlcourse.grading.jail import MIB, Jail, Limits
from dlcourse.grading.student import CannotStartError, Student, StudentError

needs_jail = pytest.mark.usefixtures("jailed")
ONE = "def one(): return 1"
SMALL = Limits(memory=400 * MIB, disk=8 * MIB, processes=40, cpu_seconds=60)


@pytest.fixture(scope="module")
def small(jailed):
    """A jail with small limits, used by one student after the other."""
    with Jail(limits=SMALL) as built:
        yield built


def run(built: Jail, code: str, **limits: float) -> Student:
    return Student([code, ONE], built.start, **limits)


@needs_jail
def test_only_python_the_package_and_a_read_only_system_are_seen(small, tmp_path):
    canary = tmp_path / "solution.txt"
    canary.write_text("42")
    code = """
import os
def see(places): return [place for place in places if os.path.lexists(place)]
def top(): return sorted(os.listdir("/"))
def plant():
    kept = []
    for place in ("/", "/usr", "/dev", "/course", "/course/dlcourse", "/etc", "/home", "/root", "/var", "/run"):
        try: open(f"{place}/planted", "w"); kept.append(place)
        except OSError: pass
    return kept
"""
    hidden = [
        canary,
        Path(__file__),
        Path(jail.PACKAGE.parent / "solutions"),
        Path.home() / ".bashrc",
        "/etc/passwd",
    ]
    with run(small, code) as student:
        assert student.see([str(path) for path in hidden]) == []
        assert {"home", "var", "run", "sys", "boot"}.isdisjoint(student.top())
        assert student.plant() == []


@needs_jail
def test_it_has_no_rights_and_can_take_none(small):
    code = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def status(): return [line for line in open("/proc/self/status") if line[:4] in ("CapE", "CapP", "CapB", "NoNe")]
def take():
    try: os.setuid(0)
    except OSError: pass
    namespaces = [libc.unshare(flag) for flag in (0x10000000, 0x20000, 0x40000000)]
    mounted = libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None)
    return [os.getuid(), *namespaces, mounted]
"""
    with run(small, code) as student:
        rights = [line.split(":")[1].strip() for line in student.status()]
        assert rights == ["0" * 16] * 3 + ["1"]
        assert student.take() == [1000, -1, -1, -1, -1]


@needs_jail
def test_nothing_of_one_student_is_there_for_the_next(small):
    plant = """
import os, subprocess, sys
for place in ("/tmp", "/dev/shm", os.path.expanduser("~/.ipython")):
    os.makedirs(place, exist_ok=True)
    open(f"{place}/sitecustomize.py", "w").write("import os; os._exit(1)")
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(10000)"], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    import time; time.sleep(10000)
"""
    look = """
import os
def planted(): return [place for place in ("/tmp", "/dev/shm") if "sitecustomize.py" in os.listdir(place)]
def others(): return [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
"""
    with run(small, plant) as student:
        assert student.one() == 1
    with run(small, look) as student:
        assert student.planted() == []
        assert student.others() == []


@needs_jail
def test_there_is_no_way_out_to_the_network(small):
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(f"\0dlcourse-test-{os.getpid()}")
        local.listen()
        for listener in (server, local):
            listener.settimeout(0.1)
        code = f"""
import socket
def send(port):
    sent = []
    for family, address in ((socket.AF_INET, ("127.0.0.1", port)), (socket.AF_UNIX, "\\0dlcourse-test-{os.getpid()}")):
        try: socket.socket(family).connect(address); sent.append(str(address))
        except OSError: pass
    return sent
"""
        with run(small, code) as student:
            assert student.send(server.getsockname()[1]) == []
        for listener in (server, local):
            with contextlib.suppress(TimeoutError):
                heard.append(listener.accept())
    assert heard == []


@needs_jail
@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "def do():\n    kept = []\n    while True: kept.append(bytearray(b'1') * 2**25)",
            "MemoryError|ended the process",
        ),
        ("def do():\n    with open('/tmp/x', 'wb') as f:\n        while True: f.write(bytes(2**20))", "OSError"),
        (
            "def do():\n    for n in range(9):\n        with open(f'/tmp/{n}', 'wb') as f: f.write(bytes(2**21))",
            "No space left",
        ),
        (
            "import os\ndef do():\n    while True:\n        try: os.fork()\n        except OSError: pass",
            "did not end",
        ),
        ("def do():\n    import os\n    os._exit(0)", "ended the process"),
        ("def do():\n    import os\n    os.closerange(0, 100)\n    while True: pass", "ended the process"),
        (
            "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
            "    except (OSError, ValueError): pass\ndef do():\n    while True: pass",
            "did not end within 5 seconds",
        ),
        (
            "def do():\n    import os\n    while True: os.write(1, b'x' * 2**20); print('x' * 2**20)",
            "not end within 5",
        ),
    ],
    ids=["memory", "large file", "full disk", "fork bomb", "exit", "closed files", "ignored signals", "output"],
)
def test_what_uses_up_everything_costs_only_its_own_call(small, code, said):
    with run(small, code, call_seconds=5 if "not end" in said else 60) as student:
        with pytest.raises(StudentError, match=said):
            student.do()
        assert student.one() == 1


@needs_jail
def test_memory_is_limited_where_no_cgroup_can_be_had(monkeypatch):
    monkeypatch.setattr(jail, "_make_groups", lambda *_: [])
    code = "import time\ndef do():\n    kept = []\n    while True: kept.append(b'1' * 2**24); time.sleep(0.02)"
    with Jail(limits=SMALL) as built, run(built, code) as student:
        with pytest.raises(StudentError, match="ended the process"):
            student.do()
        assert student.one() == 1


@needs_jail
def test_a_flood_of_answers_waits_instead_of_filling_the_memory(small):
    code = """
import os, threading
def flood():
    for line in range(3, 64):
        try: os.write(line, b"")
        except OSError: continue
        while True: os.write(line, (2**20).to_bytes(8, "big") + bytes(2**20))
def do(): threading.Thread(target=flood, daemon=True).start()
"""
    before = psutil.Process().memory_info().rss
    with run(small, code, call_seconds=3) as student:
        for _ in range(3):
            with contextlib.suppress(StudentError):
                student.do()
            with contextlib.suppress(StudentError):
                student.one()
        assert psutil.Process().memory_info().rss - before < 300 * MIB


@needs_jail
def test_a_process_that_does_not_listen_is_stopped(small):
    import numpy as np

    code = (
        "import os, signal\ndef do(x):\n    while True: pass\ndef stop():\n    os.kill(os.getpid(), signal.SIGSTOP)"
    )
    with run(small, code, call_seconds=3) as student:
        with pytest.raises(StudentError, match="not end within 3 seconds"):
            student.do(np.zeros(1 << 20))
        assert student.one() == 1


@needs_jail
def test_no_process_and_no_cgroup_is_left():
    with Jail() as built, run(built, ONE) as student:
        student.one()
        inside = jail._children(built._walls.pid)
        folders = built._group._folders
        assert len(inside) >= 2
    assert [process for process in inside if process.is_running()] == []
    assert not any(folder.exists() for folder in folders)


@needs_jail
def test_a_warden_that_died_is_replaced(small):
    with run(small, ONE) as student:
        assert student.one() == 1
        small._walls.kill()
        small._walls.wait()
        assert student.one() == 1


@needs_jail
def test_tensorflow_imported_before_the_fork_works_after_it():
    code = "import tensorflow as tf\ndef mean(x): return tf.reduce_mean(tf.constant(x))"
    with Jail(imports=["tensorflow"]) as built:
        for _ in range(3):
            with Student([code], built.start) as student:
                assert student.mean([1.0, 2.0]) == 1.5


@needs_jail
def test_what_bubblewrap_complains_about_is_told(monkeypatch):
    monkeypatch.setattr(jail, "_walls", lambda: ["bwrap", "--ro-bind", "/nowhere/at/all", "/x"])
    with Jail() as built, pytest.raises(CannotStartError, match="/nowhere/at/all"):
        built.start()


@pytest.mark.parametrize(
    ("platform", "program", "said"),
    [("darwin", "/bin/bwrap", "needs Linux"), ("linux", None, "bwrap is not installed")],
)
def test_a_machine_without_a_jail_says_why(monkeypatch, platform, program, said):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(jail.shutil, "which", lambda _: program)
    assert said in jail.problem()


@pytest.mark.parametrize("version", [1, 2])
def test_limits_are_written_to_either_version_of_cgroups(version, monkeypatch, tmp_path):
    """Folders stand in for the kernel's, which makes the files of a new group by itself."""
    groups = {1: [("memory", "memory.limit_in_bytes"), ("pids", "pids.max")], 2: [("", "memory.max")]}[version]
    real = Path.mkdir

    def mkdir(path, *arguments, **more):
        real(path, *arguments, **more)
        for controller, file in groups:
            if path.is_relative_to(tmp_path / controller):
                (path / file).touch()

    tops = []
    for controller, _ in groups:
        (tmp_path / controller).mkdir(exist_ok=True)
        (tmp_path / controller / "cgroup.procs").touch()
        tops.append((tmp_path / controller, tmp_path / controller))
    monkeypatch.setattr(jail, "_own_groups", lambda: iter(tops))
    monkeypatch.setattr(Path, "mkdir", mkdir)
    folders = jail._make_groups("one", SMALL)
    written = {file.name: file.read_text() for folder in folders for file in folder.iterdir()}
    assert int(written[groups[0][1]]) > SMALL.memory
    for folder in folders:
        jail._limit_memory(folder, SMALL.memory)
    assert (folders[0] / groups[0][1]).read_text() == str(SMALL.memory)
    assert len(folders) == len(groups)


def test_a_process_that_starts_while_the_others_are_moved_is_moved_too(monkeypatch, tmp_path):
    moved = []
    monkeypatch.setattr(Path, "write_text", lambda path, text: moved.append((path, int(text))))
    monkeypatch.setattr(jail, "_children", lambda walls: [SimpleNamespace(pid=pid) for pid in (8, 9)[: len(moved)]])
    assert jail._join(tmp_path, 7)
    assert moved == [(tmp_path / "cgroup.procs", pid) for pid in (7, 8, 9)]


@needs_jail
def test_a_jail_that_shows_what_it_should_not_is_no_jail():
    said = jail.problem(hidden=[Path("/root/never"), Path("/usr/bin")])
    assert said == "the jail is not tight here: /usr/bin is seen from inside"


@needs_jail
@pytest.mark.parametrize("deadly", ["while True: pass", "import os\nos._exit(0)"])
def test_a_cell_that_ends_the_process_costs_its_own_functions_alone(small, deadly):
    with Student(
        ["def before(): return 0", f"{deadly}\ndef lost(): return 1", ONE], small.start, cell_seconds=8
    ) as student:
        assert (student.before(), student.one()) == (0, 1)
        with pytest.raises(StudentError, match="no function lost in the notebook: a cell of the notebook") as told:
            student.lost()
        assert told.value.missing


@needs_jail
def test_all_that_a_notebook_runs_has_a_limit_together(small):
    with run(small, "def loop():\n    while True: pass", call_seconds=20, seconds=10) as student:
        for _ in range(3):
            with pytest.raises(StudentError, match="all before it together, did not end within 10 seconds"):
                student.loop()
