"""Workers: found ports, results, failures said clearly, and nothing left behind, however it ends."""

from __future__ import annotations

import inspect
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import psutil
import pytest
import yaml

from dlcourse import workers

ROOT = Path(__file__).resolve().parents[1]
CHAPTER = (ROOT / "chapters" / "text" / "09_faq.md").read_text(encoding="utf-8")
posix = pytest.mark.skipif(os.name == "nt", reason="sends signals")


@pytest.fixture
def script(tmp_path):
    """Return a function that writes a script; after the test no process may run any of them."""
    head = """
        import json, os, signal, subprocess, sys, time
        index = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
    """

    def write(body: str, name: str = "work.py") -> Path:
        path = tmp_path / name
        path.write_text(textwrap.dedent(head) + textwrap.dedent(body), encoding="utf-8")
        return path

    yield write
    assert gone(tmp_path), running(tmp_path)


def running(folder: Path) -> list[list[str]]:
    """The commands of all processes that name a folder; a zombie, which has ended, has no command."""
    found = []
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(str(folder) in word for word in command):
            found.append(command)
    return found


def gone(folder: Path, seconds: float = 20) -> bool:
    """Whether the last of those processes ends soon."""
    return wait_for(lambda: not running(folder), seconds)


def wait_for(condition, seconds: float = 60) -> bool:
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_each_worker_knows_all_addresses_and_its_place(script):
    path = script("""
        print("step 1 of 1")
        print(json.dumps([json.loads(os.environ["TF_CONFIG"]), sys.argv[1:], os.getcwd()]))
    """)
    results = workers.run(path, 3, ["a b", 7])
    assert [result.index for result in results] == [0, 1, 2]
    configs = [result.value[0] for result in results]
    assert [config["task"] for config in configs] == [{"type": "worker", "index": index} for index in range(3)]
    assert configs[0]["cluster"] == configs[1]["cluster"] == configs[2]["cluster"]
    addresses = configs[0]["cluster"]["worker"]
    assert len(set(addresses)) == 3
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+", address) for address in addresses)
    for result in results:
        assert result.value[1] == ["a b", "7"]
        assert Path(result.value[2]).samefile(path.parent)
        assert result.lines == ("step 1 of 1",)
        assert result.seconds > 0


def test_environment_variables_are_handed_on_and_graphics_cards_hidden(script):
    path = script('print(json.dumps([os.environ.get("CUDA_VISIBLE_DEVICES"), os.environ.get("FURTHER")]))')
    assert workers.run(path, 1)[0].value == ["-1", None]
    more = {"CUDA_VISIBLE_DEVICES": "0", "FURTHER": "x"}
    assert workers.run(path, 1, environ=more)[0].value == ["0", "x"]


def test_much_output_and_any_letters_arrive(script):
    path = script("""
        for number in range(20_000):
            print("ü", number)
            print("elsewhere", file=sys.stderr)
        print(json.dumps("語"))
    """)
    (result,) = workers.run(path, 1)
    assert result.value == "語"
    assert len(result.lines) == 20_000
    assert result.lines[-1] == "ü 19999"


def test_nothing_is_shown_but_the_line_of_progress(script, capfd):
    path = script('print("step 1 of 2"); print("noise", file=sys.stderr); print(0)')
    workers.run(path, 2)
    assert capfd.readouterr() == ("", "")


@posix
def test_a_killed_worker_is_named_and_the_others_are_stopped(script):
    path = script("""
        print(f"step 4 of 9 on {index}")
        if index == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(600)
    """)
    started = time.monotonic()
    with pytest.raises(workers.WorkerError) as raised:
        workers.run(path, 3)
    assert time.monotonic() - started < 60
    assert str(raised.value).startswith("worker 1 of 3 was killed by SIGKILL; all workers have been stopped.")
    assert "step 4 of 9 on 1" in str(raised.value)
    assert (raised.value.index, raised.value.code) == (1, -signal.SIGKILL)
    assert not running(path.parent)


@posix
def test_a_worker_killed_from_outside_takes_all_with_it(script):
    path = script('print("at work"); time.sleep(600)')
    with raised_elsewhere(path) as raised:
        assert wait_for(lambda: len(scripts(path)) == 2)
        scripts(path)[0].kill()
    assert "was killed by SIGKILL" in str(raised[0])


@posix
def test_a_killed_guard_takes_its_script_with_it(script):
    path = script('print("at work"); time.sleep(600)')
    with raised_elsewhere(path) as raised:
        assert wait_for(lambda: len(scripts(path)) == 2)
        scripts(path)[0].parent().kill()
    assert "was killed by SIGKILL" in str(raised[0])


class raised_elsewhere:  # noqa: N801 - used as a function
    """Run a script in another thread, and collect what that raises until the block ends."""

    def __init__(self, path: Path) -> None:
        self.raised: list[Exception] = []
        self.thread = threading.Thread(target=self.run, args=(path,))

    def run(self, path: Path) -> None:
        try:
            workers.run(path, 2, timeout=120)
        except workers.WorkerError as error:
            self.raised.append(error)

    def __enter__(self) -> list[Exception]:
        self.thread.start()
        return self.raised

    def __exit__(self, *_: object) -> None:
        self.thread.join(60)
        assert not self.thread.is_alive()


def scripts(path: Path) -> list[psutil.Process]:
    """The processes below their guards that run a script."""
    guards = [child for child in psutil.Process().children() if child.is_running()]
    return [script for guard in guards for script in guard.children() if str(path) in script.cmdline()]


def test_an_error_in_a_script_is_shown_with_the_worker_that_made_it(script):
    path = script("""
        if index == 1:
            print("I0000 00:00:1.0 1 chatter.cc:1] TensorFlow says hello", file=sys.stderr)
            raise ValueError("the rate is -1")
        time.sleep(600)
    """)
    with pytest.raises(workers.WorkerError, match="worker 1 of 2 ended with exit code 1") as raised:
        workers.run(path)
    assert str(raised.value).endswith("ValueError: the rate is -1")
    assert "hello" not in str(raised.value)
    assert raised.value.code == 1


@pytest.mark.parametrize("body", ["", 'print("done")', 'print("[1, 2")'])
def test_a_worker_without_a_result_is_named(script, body):
    with pytest.raises(workers.WorkerError, match=r"worker 0 of 1 gave no result: .* one JSON value"):
        workers.run(script(body), 1)


def test_time_can_be_limited(script):
    path = script('print("waiting" if index else 0)\nif index: time.sleep(600)')
    with pytest.raises(workers.WorkerError, match=r"not finished within 2 s: worker 1 of 2; all") as raised:
        workers.run(path, timeout=2)
    assert "waiting" in str(raised.value)
    assert raised.value.index is None


@posix
def test_what_a_script_leaves_running_is_ended(script):
    path = script("""
        if len(sys.argv) == 1:
            subprocess.Popen([sys.executable, __file__, "background"])
            print(0)
        else:
            time.sleep(600)
    """)
    assert workers.run(path, 1)[0].value == 0
    assert gone(path.parent)


CALLER = """
import sys
sys.path.insert(0, {root!r})
from dlcourse import workers
try:
    workers.run({path!r}, 2)
except KeyboardInterrupt:
    print("interrupted")
"""


@posix
@pytest.mark.parametrize("stuck", [False, True])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupt_and_the_death_of_the_kernel_leave_nothing(script, how, stuck):
    path = script(f"""
        {stuck} and signal.signal(signal.SIGTERM, signal.SIG_IGN) and signal.signal(signal.SIGINT, signal.SIG_IGN)
        time.sleep(600)
    """)
    code = CALLER.format(root=str(ROOT), path=str(path))
    caller = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert wait_for(lambda: len(running(path.parent)) >= 5)  # the caller, two guards, two scripts
        caller.send_signal(how)
        said, _ = caller.communicate(timeout=30)
    finally:
        caller.kill()
    assert said.strip() == ("interrupted" if how == signal.SIGINT else "")
    assert gone(path.parent)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"count": 0}, "count is 0"),
        ({"count": 2.0}, "count is 2.0"),
        ({"count": True}, "count is True"),
        ({"timeout": 0}, "timeout is 0"),
        ({"timeout": float("nan")}, "timeout is nan"),
        ({"arguments": "--fast"}, "arguments is the text '--fast'"),
    ],
)
def test_what_cannot_be_meant_is_refused(script, changes, words):
    with pytest.raises(ValueError, match=words):
        workers.run(script("print(0)"), **changes)


def test_a_script_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no script .*missing\.py"):
        workers.run(tmp_path / "missing.py")


def test_addresses_of_open_blocks_never_meet():
    with workers.free_addresses(40) as some, workers.free_addresses(40) as others:
        assert len(set(some) | set(others)) == 80
        assert all(int(address.rsplit(":")[-1]) in workers.PORTS for address in some)


def test_addresses_are_said_as_tensorflow_reads_them():
    said = json.loads(workers.tf_config(["a:1", "b:2"], 1))
    assert said == {"cluster": {"worker": ["a:1", "b:2"]}, "task": {"type": "worker", "index": 1}}
    with pytest.raises(ValueError, match="index is 2; with 2 addresses choose from 0 to 1"):
        workers.tf_config(["a:1", "b:2"], 2)


def test_the_package_needs_neither_tensorflow_nor_psutil_to_guard():
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import dlcourse.workers; "
        "print(*{'tensorflow', 'keras', 'psutil', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not done.stdout.strip()


def lesson(tmp_path: Path) -> Path:
    """The training script of the chapter, put together as its cells do, and some data beside it."""
    import numpy as np

    functions = [
        re.search(rf"^def {name}\(.+?(?=^```)", CHAPTER, re.M | re.S)[0] for name in ("share_of", "train_on")
    ]
    imports = re.search(r'^imports = "(.+)"$', CHAPTER, re.M)[1].encode().decode("unicode_escape")
    last = re.search(r'^last = """(.+?)"""', CHAPTER, re.M | re.S)[1]
    path = tmp_path / "train.py"
    path.write_text("\n\n".join([imports, *functions, last]), encoding="utf-8")
    rng = np.random.default_rng(0)
    np.save(tmp_path / "x.npy", rng.normal(size=(640, 196)).astype("float32"))
    np.save(tmp_path / "y.npy", rng.integers(10, size=640))
    return path


def test_two_processes_train_as_one_does(tmp_path):
    import runpy

    import tensorflow as tf

    path = lesson(tmp_path)
    one = runpy.run_path(str(path))["train_on"](tf.distribute.get_strategy(), tmp_path)
    results = workers.run(path, 2, [tmp_path], timeout=300)
    for result in results:
        assert result.value == pytest.approx(one, abs=1e-4)
    assert len(one) == 5
    assert one[-1] != pytest.approx(one[0], abs=1e-3)
    assert gone(tmp_path)


@posix
def test_a_training_worker_killed_in_the_middle_ends_the_training_within_a_minute(tmp_path):
    path = lesson(tmp_path)
    source = path.read_text(encoding="utf-8")
    at_third = (
        "\n        import os\n        if len(losses) == 3 and strategy.cluster_resolver.task_id == 1:"
        "\n            open('killed', 'w').close()\n            os.kill(os.getpid(), 9)\n    return losses"
    )
    path.write_text(source.replace("\n    return losses", at_third), encoding="utf-8")
    with pytest.raises(workers.WorkerError, match="worker 1 of 2 was killed by SIGKILL") as raised:
        workers.run(path, 2, [tmp_path], timeout=300)
    assert time.time() - (tmp_path / "killed").stat().st_mtime < 60
    assert "step 3 of 5" in str(raised.value)
    assert gone(tmp_path)


@posix
def test_clusters_get_what_the_chapter_says(tmp_path):
    """The lines for Kubernetes and Slurm, run with their schedulers' variables, give what `tf_config` gives."""
    show = 'printf "%s" "$TF_CONFIG"'
    job = list(yaml.safe_load_all(re.search(r"^```yaml\n(.+?)^```", CHAPTER, re.M | re.S)[1]))[1]
    (container,) = job["spec"]["template"]["spec"]["containers"]
    command = re.sub(r"^exec .*$", show, container["args"][0], flags=re.M)
    said = subprocess.run(
        [*container["command"], command],
        env=os.environ | {"JOB_COMPLETION_INDEX": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(said.stdout) == json.loads(workers.tf_config(["train-0.train:2222", "train-1.train:2222"], 1))

    scheduler = tmp_path / "scontrol"
    scheduler.write_text("#!/bin/sh\necho node17\necho node18\n")
    scheduler.chmod(0o755)
    batch = re.search(r"^```bash\n#!/bin/bash\n(.+?)^```", CHAPTER, re.M | re.S)[1]
    batch = re.sub(r"exec [^']*", show, batch).replace("srun ", "")
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    variables = {"SLURM_PROCID": "1", "SLURM_JOB_NODELIST": "node[17-18]", "PATH": path}
    said = subprocess.run(
        ["bash", "-c", batch], env=os.environ | variables, capture_output=True, text=True, check=True
    )
    assert json.loads(said.stdout) == json.loads(workers.tf_config(["node17:2222", "node18:2222"], 1))


def test_a_guard_is_started_from_the_file_that_is_imported():
    assert Path(inspect.getfile(workers)) == ROOT / "dlcourse" / "workers.py"
