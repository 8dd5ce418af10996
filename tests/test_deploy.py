"""A class on one server, run for real: a teacher and two students, from handing out to handed-back marks."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import nbformat
import psutil
import pytest
import requests
import websocket
import yaml

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
ASSIGNMENT = "01_background"
BY_CHECKS = 18  # of the 20 points; a person gives the others
PATIENCE_SECONDS = 60
PEOPLE = {"teacher": "dlcourse-teachers", "anna": "dlcourse-students", "bela": "dlcourse-students"}


class Person:
    """Somebody who has logged in and whose server runs."""

    def __init__(self, name: str, password: str, hub: str) -> None:
        self.name, self._hub = name, hub
        self._session = requests.Session()
        self._session.get(f"{hub}/hub/login")
        door = {"username": name, "password": password, "_xsrf": self._session.cookies["_xsrf"]}
        self._session.post(f"{hub}/hub/login", data=door).raise_for_status()
        answer = self._session.post(
            f"{hub}/hub/api/users/{name}/tokens",
            headers={
                "X-XSRFToken": self._session.cookies.get("_xsrf", path="/hub/"),
                "Referer": f"{hub}/hub/token",
            },
            json={"note": "test"},
        )
        answer.raise_for_status()
        self.token = answer.json()["token"]
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"token {self.token}"
        self._session.post(f"{hub}/hub/api/users/{name}/server").raise_for_status()
        until(lambda: self._session.get(f"{hub}/hub/api/users/{name}").json()["servers"].get("", {}).get("ready"))

    def get(self, place: str, **how: object) -> requests.Response:
        """Ask the person's own server."""
        return self._session.get(f"{self._hub}/user/{self.name}/{place}", **how)

    def post(self, place: str, **how: object) -> dict:
        """Tell the person's own server to do something."""
        answer = self._session.post(f"{self._hub}/user/{self.name}/{place}", **how)
        answer.raise_for_status()
        return answer.json()

    def type(self, command: str) -> tuple[int, str]:
        """Type a command into a terminal of the person's server; its exit status and what it printed."""
        terminal = self.post("api/terminals")["name"]
        address = f"{self._hub}/user/{self.name}/terminals/websocket/{terminal}".replace("http", "ws", 1)
        line = websocket.create_connection(
            address, header=[f"Authorization: token {self.token}"], timeout=PATIENCE_SECONDS
        )
        line.send(json.dumps(["stdin", f'{command}; echo "ended with $?."\r']))
        said = ""
        while (ended := re.search(r"ended with (\d+)\.", said)) is None:
            kind, *what = json.loads(line.recv())
            said += what[0] if kind == "stdout" else ""
        line.close()
        return int(ended[1]), said


@pytest.fixture(scope="module")
def hub(jailed) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """The address of a running hub, its folder, and everybody's password by name."""
    if os.geteuid() != 0:
        pytest.skip("only root can make accounts and start servers for them")
    if missing := [program for program in ("useradd", "chpasswd", "userdel") if shutil.which(program) is None]:
        pytest.skip(f"accounts cannot be made here: there is no {', '.join(missing)}")
    view, systemd = readable(Path(sys.base_prefix), Path(sys.prefix)), Path("/run/systemd/system").is_dir()
    if systemd and view:
        pytest.skip(f"systemd starts the servers, and their owners cannot read {sys.base_prefix} or {sys.prefix}")
    mark = secrets.token_hex(3)
    passwords = {f"{name}-{mark}": secrets.token_hex(8) for name in PEOPLE}
    with contextlib.ExitStack() as stack:
        # Where systemd starts the servers, each has a /tmp of its own.
        made = tempfile.TemporaryDirectory(prefix="dlcourse-hub-", dir="/srv" if systemd else None)
        folder = Path(stack.enter_context(made))
        folder.chmod(0o755)
        course, state = folder / "course", folder / "state"
        left_out = shutil.ignore_patterns(".venv", ".git", "_build", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, course, ignore=left_out)
        python = Path(sys.executable)
        environ = {
            "PATH": f"{python.parent}:{os.environ['PATH']}",
            "PYTHON": str(python),
            "PYTHONPATH": str(course),
            "DLCOURSE_STATE": str(state),
            "DLCOURSE_PORT": str(three_free_ports()),
            "DLCOURSE_DATA": "embedded",
        }
        for group in new_groups():
            stack.callback(subprocess.run, ["groupdel", group], check=False, capture_output=True)
        subprocess.run([course / "deploy" / "prepare.sh"], env=os.environ | environ, check=True)
        for name, password in passwords.items():
            group = PEOPLE[name.split("-")[0]]
            home = ["--create-home", "--home-dir", folder / "home" / name, "--shell", "/bin/sh"]
            (folder / "home").mkdir(exist_ok=True)
            subprocess.run(["useradd", *home, "--groups", group, name], check=True)
            stack.callback(subprocess.run, ["userdel", "--force", name], check=False, capture_output=True)
            subprocess.run(["chpasswd"], input=f"{name}:{password}", text=True, check=True)
        log = stack.enter_context((folder / "log").open("w+"))
        command = [*view, python, "-m", "jupyterhub"]
        config = course / "deploy" / "jupyterhub_config.py"
        served = subprocess.Popen([*command, "--config", config], env=environ, cwd=folder, stdout=log, stderr=log)
        stack.callback(end, served)
        address = f"http://127.0.0.1:{environ['DLCOURSE_PORT']}"
        try:
            until(lambda: answers(f"{address}/hub/health") or served.poll() is not None)
            assert served.poll() is None
            yield address, folder, passwords
        except BaseException:
            log.seek(0)
            print(log.read()[-6000:])
            raise


@pytest.fixture(scope="module")
def people(hub) -> dict[str, Person]:
    """The teacher and the students, each with a server."""
    address, _, passwords = hub
    return {name.split("-")[0]: Person(name, password, address) for name, password in passwords.items()}


def test_a_class_goes_round(hub, people):
    _, folder, _ = hub
    teacher, anna, bela = people.values()
    state = folder / "state"
    assert teacher.post(f"formgrader/api/assignment/{ASSIGNMENT}/release")["success"], "not released"
    right = nbformat.read(ROOT / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
    for student in (anna, bela):
        chosen = {"course_id": "dlcourse", "assignment_id": ASSIGNMENT}
        fetched = student.post("assignments/fetch", params=chosen)
        assert [one["status"] for one in fetched["value"] if one["assignment_id"] == ASSIGNMENT] == ["fetched"]
        place = folder / "home" / student.name / "course" / "exercises" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        handed = nbformat.read(place, as_version=4)
        answers = {cell.metadata.nbgrader.grade_id: cell for cell in right.cells if "nbgrader" in cell.metadata}
        for cell in handed.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in answers and not (student is bela and name == "q1"):
                cell.source = answers[name].source
        place.write_text(nbformat.writes(handed), encoding="utf-8")
        assert student.post("assignments/submit", params=chosen)["success"]
    assert teacher.post(f"formgrader/api/assignment/{ASSIGNMENT}/collect")["success"]
    status, said = teacher.type(
        f"cd {state}/class && {Path(sys.executable).parent}/dlcourse grade {ASSIGNMENT} --jobs 1"
    )
    assert status == 0, said
    marks = {row["student"]: row["score"] for row in teacher.get(f"formgrader/api/submissions/{ASSIGNMENT}").json()}
    assert marks == {anna.name: BY_CHECKS, bela.name: BY_CHECKS - 2}
    assert teacher.post(f"formgrader/api/assignment/{ASSIGNMENT}/release_feedback")["success"]
    for student, total in ((anna, BY_CHECKS), (bela, BY_CHECKS - 2)):
        student.post("assignments/fetch_feedback", params={"course_id": "dlcourse", "assignment_id": ASSIGNMENT})
        pages = list(
            (folder / "home" / student.name / "course" / "exercises" / ASSIGNMENT / "feedback").rglob("*.html")
        )
        assert len(pages) == 1
        text = pages[0].read_text(encoding="utf-8")
        assert student.name in text
        assert f"{total} of" in text


def test_students_see_neither_answers_nor_marks_nor_each_other(hub, people):
    _, folder, _ = hub
    _, anna, bela = people.values()
    state, course = folder / "state", folder / "course"
    hidden = [
        course / "solutions",
        state / "class",
        state / "class" / "gradebook.db",
        state / "hub",
        folder / "home" / bela.name,
        folder / "home" / bela.name / "course",
    ]
    for place in hidden:
        status, said = anna.type(f"ls {place}")
        assert status != 0, said
    assert anna.type(f"ls {state}/exchange/dlcourse/inbound")[0] != 0
    assert anna.type(f"touch {course}/chapters/planted {course}/deploy/planted")[0] != 0
    assert anna.type(f"mv {state}/exchange/dlcourse {state}/exchange/other")[0] != 0
    assert anna.get("formgrader").status_code == 404
    assert anna.get("lab").status_code == 200
    assert requests.get(
        f"{hub[0]}/user/{bela.name}/api/contents", headers={"Authorization": f"token {anna.token}"}
    ).status_code in (403, 404)


class Capital:
    """Stands where the chart's `c` stands, or a part of it."""

    def __getattr__(self, name: str) -> Capital:
        made = Capital()
        setattr(self, name, made)
        return made


def test_on_kubernetes_everybody_is_somebody_else_and_only_teachers_see_the_class(tmp_path, monkeypatch):
    values = yaml.safe_load((DEPLOY / "helm-values.yaml").read_text(encoding="utf-8"))
    monkeypatch.setenv("TEACHERS", "rosa,ines")
    monkeypatch.setenv("TEACHER_IMAGE", "with-answers:1")
    monkeypatch.setenv("PEOPLE", str(tmp_path / "passwd"))
    c = Capital()
    exec(values["hub"]["extraConfig"]["people"], {"c": c})
    pods = {}
    for name in ("anna", "rosa", "anna"):
        pod = SimpleNamespace(
            user=SimpleNamespace(name=name, id={"anna": 1, "rosa": 2}[name]),
            image="without:1",
            volume_mounts=[{"name": "home", "mountPath": "/home/learner"}],
            environment={},
        )
        c.KubeSpawner.pre_spawn_hook(pod)
        pods[name] = pod
    assert pods["anna"].uid != pods["rosa"].uid
    people = [line.split(":") for line in (tmp_path / "passwd").read_text().splitlines()]
    assert [(name, int(number)) for name, _, number, *_ in people] == [("anna", 10_001), ("rosa", 10_002)]
    places = {name: [mount.get("mountPath") for mount in pod.volume_mounts] for name, pod in pods.items()}
    (own_home,) = pods["anna"].init_containers
    assert "10001:9002" in own_home["command"]
    assert [mount["name"] for mount in own_home["volumeMounts"]] == ["home"]
    assert "/srv/dlcourse/exchange" in places["anna"]
    assert "/srv/dlcourse/class" not in places["anna"]
    assert "/srv/dlcourse/class" in places["rosa"]
    assert [pods[name].image for name in ("anna", "rosa")] == ["without:1", "with-answers:1"]
    assert "student" not in pods["rosa"].environment["JUPYTER_CONFIG_PATH"]
    with pytest.raises(ValueError, match="no name for an account"):
        c.KubeSpawner.pre_spawn_hook(SimpleNamespace(user=SimpleNamespace(name="root:x", id=3)))


def test_the_image_of_students_has_no_answers():
    student, teacher = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").split("FROM student AS teacher")
    copied = {word for line in student.splitlines() if line.startswith("COPY") for word in line.split()[1:-1]}
    assert copied.isdisjoint({".", "solutions", "tests"})
    assert all((ROOT / name).exists() for name in copied)
    assert "COPY solutions solutions" in teacher


def test_the_lock_of_the_proxy_pins_every_package_and_names_no_registry():
    lock = (DEPLOY / "package-lock.json").read_text(encoding="utf-8")
    installed = {name: package for name, package in json.loads(lock)["packages"].items() if name}
    assert "node_modules/configurable-http-proxy" in installed
    assert all("integrity" in package for package in installed.values())
    assert "://" not in lock


def new_groups() -> list[str]:
    """The groups that are not here yet, and go with the test."""
    known = Path("/etc/group").read_text(encoding="utf-8")
    return [group for group in sorted(set(PEOPLE.values())) if not re.search(rf"^{group}:", known, re.M)]


def readable(*places: Path) -> list[str]:
    """A command before another: what everybody on this machine may read, and these places too.

    Python may lie in a folder that is root's alone. Whoever installs a server puts it elsewhere; a test takes it as it
    is, and shows it in a view of the file system in which nothing else of that folder is there.
    """
    closed = {}
    for place in places:
        for folder in reversed(place.resolve().parents):
            if not folder.stat().st_mode & 0o001:
                closed.setdefault(folder, []).append(place.resolve())
                break
    words = ["bwrap", "--cap-add", "ALL", "--dev-bind", "/", "/"]
    for folder, shown in closed.items():
        words += ["--perms", "0755", "--tmpfs", str(folder)]
        for place in shown:
            for above in reversed([above for above in place.parents if above.is_relative_to(folder)][:-1]):
                words += ["--perms", "0755", "--dir", str(above)]
            words += ["--ro-bind", str(place), str(place)]
    return [*words, "--"] if closed else []


def three_free_ports() -> int:
    """The first of three ports that nobody uses."""
    while True:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            first = stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            for port in (first + 1, first + 2):
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
            return first


def until(true: object) -> None:
    """Wait until a question is answered with something true."""
    for _ in range(PATIENCE_SECONDS * 5):
        if true():
            return
        time.sleep(0.2)
    pytest.fail(f"not within {PATIENCE_SECONDS} seconds")


def answers(address: str) -> bool:
    """Whether somebody answers there."""
    with contextlib.suppress(requests.ConnectionError):
        return requests.get(address).ok
    return False


def end(served: subprocess.Popen) -> None:
    """End the hub, which ends the servers that it started; then what is left of them."""
    first = psutil.Process(served.pid)
    family = [first, *first.children(recursive=True)]
    hub = first.children()[0] if first.name() == "bwrap" else first
    hub.terminate()
    try:
        served.wait(PATIENCE_SECONDS)
    finally:
        for process in psutil.wait_procs(family, timeout=5)[1]:
            process.kill()
