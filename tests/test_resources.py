"""The table of resources, and the script that asks whether its addresses still answer."""

from __future__ import annotations

import csv
import datetime
import http.server
import importlib.util
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

BOOK = Path(__file__).resolve().parents[1] / "book"
TABLE = BOOK / "resources.csv"
KINDS = {"course", "book", "tutorial", "paper", "tool"}


def load_checker():
    spec = importlib.util.spec_from_file_location("check_resources", BOOK / "check_resources.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


checker = load_checker()
ROWS = checker.read_table(TABLE)


# The table itself


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["key"])
def test_a_row_is_whole(row):
    assert all(row.values())
    assert row["kind"] in KINDS
    assert re.fullmatch(r"https://[^\s/]+(/\S*)?", row["address"])
    assert datetime.date.fromisoformat(row["checked"]) <= datetime.date.today() + datetime.timedelta(days=1)
    assert row["how"] in {"request", "stored copy"}
    for sentence in (row["for_whom"], row["note"]):
        assert re.match(r"[A-Z]", sentence)
        assert sentence.endswith(".")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["key"])
def test_a_row_stands_in_the_bibliography_with_the_same_address(row):
    bibliography = (BOOK / "references.bib").read_text(encoding="utf-8")
    entry = re.search(rf"^@\w+\{{{re.escape(row['key'])},\n(.*?)^\}}", bibliography, re.M | re.S)
    assert entry, f"{row['key']} is not in book/references.bib"
    named = re.findall(r"^\s*(url|doi)\s*=\s*\{(.+?)\}", entry[1], re.M)
    assert [place if field == "url" else f"https://doi.org/{place}" for field, place in named] == [row["address"]]


def test_no_key_and_no_address_stands_twice():
    assert len({row["key"] for row in ROWS}) == len({row["address"] for row in ROWS}) == len(ROWS) >= 20
    assert {row["kind"] for row in ROWS} == KINDS


def test_every_resource_of_the_source_is_there():
    everything = " ".join(" ".join(row.values()) for row in ROWS)
    for named in (
        "udacity.com",
        "coursera.org/specializations/deep-learning",
        "Goodfellow",
        "邱锡鹏",
        "动手学深度学习",
        "tensorflow.org/tutorials",
        "pytorch.org/tutorials",
        "course.fast.ai",
        "Jupyter",
        "Visual Studio Code",
        "NVIDIA",
    ):
        assert named in everything, named


# The checker, against a server of this test


class Handler(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.server.seen.append((self.command, self.path, self.headers["User-Agent"]))
        name = self.path.split("/")[1]
        if name == "slow":
            self.server.release.wait(20)
        if name == "headless" and self.command == "HEAD":
            name = "405"
        status, place = {
            "moved": (301, "/ok/new"),
            "detour": (302, "/ok/today"),
            "slash": (301, "/slash/index.html" if self.path == "/slash" else None),
            "circle": (302, "/circle"),
        }.get(name, (int(name) if name.isdigit() else 200, None))
        self.send_response(status if place or name != "slash" else 200)
        if place:
            self.send_header("Location", place)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that goes away is part of these tests."""


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server(("127.0.0.1", 0), Handler) as running:
        running.seen, running.release = [], threading.Event()
        running.address = f"http://127.0.0.1:{running.server_address[1]}"
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield running
        running.release.set()
        running.shutdown()


def write_table(path, addresses):
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(checker.COLUMNS)
        for number, address in enumerate(addresses):
            out.writerow(
                [
                    f"k{number}",
                    "book",
                    'A "quoted", title',
                    "Ä",
                    address,
                    "You.",
                    "It.",
                    "2020-01-02",
                    "stored copy",
                ]
            )
    return path


def run(table, *more):
    return checker.main(["--table", str(table), "--pause", "0", "--patience", "1", *more])


def dates(table):
    return {row["address"].rsplit("/", 1)[-1]: (row["checked"], row["how"]) for row in checker.read_table(table)}


def test_answers_are_dated_and_failures_are_not(server, tmp_path, capsys):
    names = ("ok", "404", "moved", "detour", "headless", "500")
    table = write_table(tmp_path / "resources.csv", [f"{server.address}/{name}" for name in names])
    before = checker.read_table(table)
    assert run(table) == 1
    today, old = (datetime.date.today().isoformat(), "request"), ("2020-01-02", "stored copy")
    assert dates(table) == {
        "ok": today, "404": old, "moved": today, "detour": today, "headless": today, "500": old,
    }  # fmt: skip
    for was, now in zip(before, checker.read_table(table), strict=True):
        assert {**was, "checked": "", "how": ""} == {**now, "checked": "", "how": ""}
    assert [path.name for path in tmp_path.iterdir()] == ["resources.csv"]
    told = capsys.readouterr().out
    assert [line for line in told.splitlines() if re.match(r"\d/6 ", line)]
    assert re.search(r"1 moved for good.*\n  \S+/moved: now at \S+/ok/new\n", told)
    assert re.search(r"2 failed\n  \S+/404: answers 404 Not Found\n  \S+/500: answers 500", told)
    assert "4 of 6 addresses answer" in told


def test_all_well_is_exit_status_0(server, tmp_path, capsys):
    table = write_table(tmp_path / "resources.csv", [f"{server.address}/ok", f"{server.address}/slash"])
    assert run(table) == 0
    assert "moved" not in capsys.readouterr().out


def test_a_head_is_asked_before_a_page_and_the_client_names_itself(server, tmp_path):
    table = write_table(tmp_path / "resources.csv", [f"{server.address}/headless"])
    assert run(table) == 0
    assert [command for command, *_ in server.seen][-2:] == ["HEAD", "GET"]
    assert all("dlcourse" in agent for *_, agent in server.seen)


def test_a_slow_server_fails_within_its_time(server, tmp_path, capsys):
    table = write_table(tmp_path / "resources.csv", [f"{server.address}/ok", f"{server.address}/slow"])
    start = time.monotonic()
    assert run(table) == 1
    assert time.monotonic() - start < 15  # the server would have kept it for 20 s
    assert "no answer within 1 s" in capsys.readouterr().out
    assert dates(table)["slow"] == ("2020-01-02", "stored copy")


def test_a_circle_of_redirects_fails(server, tmp_path, capsys):
    assert run(write_table(tmp_path / "resources.csv", [f"{server.address}/circle"])) == 1
    assert "without end" in capsys.readouterr().out


def test_a_refusal_is_told_apart_and_keeps_its_date(server, tmp_path, capsys):
    table = write_table(tmp_path / "resources.csv", [f"{server.address}/403"])
    assert run(table) == 0
    assert "look at it in a browser" in capsys.readouterr().out
    assert dates(table)["403"] == ("2020-01-02", "stored copy")


def test_all_asks_the_bibliography_too(server, tmp_path, capsys):
    table = write_table(tmp_path / "resources.csv", [f"{server.address}/ok"])
    bibliography = tmp_path / "references.bib"
    bibliography.write_text(
        f"@misc{{a,\n  url = {{{server.address}/404}},\n}}\n@misc{{b,\n  url   = {{{server.address}/ok}},\n}}\n"
    )
    assert run(table, "--bibliography", str(bibliography)) == 0
    assert run(table, "--all", "--bibliography", str(bibliography)) == 1
    assert "1 of 2 addresses answer" in capsys.readouterr().out


def test_a_doi_is_asked_at_the_resolver_and_does_not_count_as_moved():
    addresses = checker.bibliography_addresses(BOOK / "references.bib")
    entries = re.findall(r"^@", (BOOK / "references.bib").read_text(encoding="utf-8"), re.M)
    assert len(addresses) == len(entries)
    assert "https://doi.org/10.1038/nature14539" in addresses

    class Step:
        status_code = 301
        headers = {"Location": "https://publisher.example/article"}  # noqa: RUF012

    class Answer:
        history = [Step]  # noqa: RUF012

    assert not checker._moved("https://doi.org/10.1038/nature14539", Answer)
    assert checker._moved("https://book.example", Answer)


def test_one_server_is_asked_one_question_at_a_time(monkeypatch):
    busy, most = 0, 0

    def ask(address, patience):
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        time.sleep(0.01)
        busy -= 1
        return checker.Verdict(address, "answers", "")

    monkeypatch.setattr(checker, "ask", ask)
    addresses = [f"https://one.example/{number}" for number in range(8)]
    assert {verdict.address for verdict in checker.check(addresses, 1, 0)} == set(addresses)
    assert most == 1


def test_without_a_network_nothing_changes(tmp_path):
    table = write_table(tmp_path / "resources.csv", ["http://127.0.0.1:1/a", "http://127.0.0.1:2/b"])
    before = table.read_bytes()
    words = [sys.executable, BOOK / "check_resources.py", "--table", table, "--patience", "1"]
    done = subprocess.run(words, capture_output=True, text=True, env={"PATH": "", "NO_PROXY": "127.0.0.1"})
    assert done.returncode == 2
    assert "no network" in done.stdout
    assert done.stderr == ""
    assert table.read_bytes() == before


def test_an_interrupted_run_keeps_what_it_has_learned(server, tmp_path, monkeypatch):
    table = write_table(tmp_path / "resources.csv", [f"{server.address}/ok", f"{server.address}/404"])

    def two_then_stop(addresses, *_):
        yield checker.Verdict(addresses[0], "answers", "")
        raise KeyboardInterrupt

    monkeypatch.setattr(checker, "check", two_then_stop)
    with pytest.raises(KeyboardInterrupt):
        run(table)
    assert dates(table)["ok"][1] == "request"
    assert dates(table)["404"][1] == "stored copy"


def test_another_table_is_refused(tmp_path):
    (tmp_path / "resources.csv").write_text("key,address\n")
    with pytest.raises(SystemExit, match="first line"):
        run(tmp_path / "resources.csv")
