"""The data loaders: every place that may provide a file, and everything that may be wrong with it."""

import errno
import hashlib
import http.server
import os
import pickle
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
import types
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import _contract, _download, _find, mnist
from dlcourse.data._sources import MNIST

HTTP_SILENT = 0.5  # seconds of patience in the tests that meet a silent server


def pictures(train=50, test=20):
    """Return well-formed arrays in MNIST's layout."""
    random = np.random.default_rng(0)
    return {
        "x_train": random.integers(0, 256, (train, 28, 28), dtype=np.uint8),
        "y_train": random.integers(0, 10, train, dtype=np.uint8),
        "x_test": random.integers(0, 256, (test, 28, 28), dtype=np.uint8),
        "y_test": random.integers(0, 10, test, dtype=np.uint8),
    }


@pytest.fixture
def published(tmp_path):
    """Return the path of a small file that plays the published MNIST."""
    file = tmp_path / "published.npz"
    np.savez_compressed(file, **pictures())
    return file


@pytest.fixture
def server(published):
    """A local server of the published file; a test may set how it answers."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.requests += 1
            self.server.answer(self)

        def log_message(self, *_):
            """Leave the test's output to the code under test."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        requests = 0
        release = threading.Event()
        body = published.read_bytes()

        def handle_error(self, *_):
            """A client that goes away is part of these tests."""

    with Server(("127.0.0.1", 0), Handler) as running:
        running.release = threading.Event()
        running.answer = whole
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield running
        running.release.set()
        running.shutdown()


def send(handler, body, length=None, status=200):
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)
    handler.wfile.flush()


def whole(handler):
    send(handler, handler.server.body)


def cut_off(handler):
    body = handler.server.body
    send(handler, body[: len(body) // 2], length=len(body))


def tampered(handler):
    send(handler, handler.server.body[:-1] + b"!")


def sign_in_page(handler):
    send(handler, b"<html>Please sign in to use this network</html>")


def endless(handler):
    send(handler, b"", length=10**12)
    while not handler.server.release.is_set():
        handler.wfile.write(bytes(1 << 16))


def silent(handler):
    handler.server.release.wait()


def stalls_half_way(handler):
    cut_off(handler)
    handler.server.release.wait()


def pauses_half_way(handler):
    stalls_half_way(handler)
    body = handler.server.body
    handler.wfile.write(body[len(body) // 2 :])


def trickles(handler):
    send(handler, b"", length=len(handler.server.body))
    for byte in handler.server.body:
        if handler.server.release.wait(0.02):
            break
        handler.wfile.write(bytes([byte]))


def unavailable(handler):
    send(handler, b"", status=503)


def gone(handler):
    send(handler, b"", status=404)


@pytest.fixture
def registered(published, server, monkeypatch):
    """The entry of the registry for the small file on the local server."""
    arrays = pictures()
    labels = {name: arrays[name].astype(np.int64) for name in ("y_train", "y_test")}
    entry = replace(
        MNIST,
        url=f"http://127.0.0.1:{server.server_port}/mnist.npz",
        sha256=hashlib.sha256(server.body).hexdigest(),
        size=len(server.body),
        contents=_contract.fingerprint(*(arrays | labels).values()),
    )
    monkeypatch.setattr(mnist, "MNIST", entry)
    return entry


@pytest.fixture
def stand_in(monkeypatch):
    """Embedded pictures that take no time to draw."""
    arrays = pictures(train=3, test=2)
    digits = types.SimpleNamespace(make_digits=lambda: tuple(arrays.values()))
    monkeypatch.setitem(sys.modules, "dlcourse.data.digits", digits)


@pytest.fixture
def online(registered, cache_folder, stand_in, monkeypatch):
    """The set-up of a reader who has named nothing, with the local server for an internet. Returns the cache."""
    monkeypatch.delenv("DLCOURSE_DATA")
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(_find, "_failures", {})
    monkeypatch.setattr("pooch.core.time", types.SimpleNamespace(sleep=lambda _: None))
    return cache_folder


def files(cache):
    """Return the names of everything in the cache but the locks and stamps."""
    return sorted(path.relative_to(cache).parts[0] for path in cache.glob("*") if path.name != "state")


# The order of places


def test_import_is_light():
    heavy = {"tensorflow", "sklearn", "scipy", "pooch", "requests", "tqdm", "filelock", "platformdirs"}
    code = "import sys; from dlcourse import data; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "dlcourse.data.mnist" in loaded.split()
    assert not heavy & set(loaded.split())


def test_embedded_on_request_is_no_fallback_and_says_nothing(registered, server, cache_folder, capsys):
    dataset = data.load_mnist()
    assert capsys.readouterr() == ("", "")
    assert server.requests == 0
    assert not cache_folder.exists()
    assert dataset.source.kind == "embedded"
    assert str(dataset.source) == (
        "MNIST, embedded stand-in: 6,000 + 2,000 pictures redrawn from scikit-learn's scans (8 × 8, BSD-3-Clause)"
    )
    assert_layout(dataset)


def assert_layout(dataset):
    for x, y in ((dataset.x_train, dataset.y_train), (dataset.x_test, dataset.y_test)):
        assert x.shape == (len(y), 28, 28)
        assert (x.dtype, y.dtype) == (np.uint8, np.int64)
        assert set(np.unique(y)) <= set(range(10))
    assert dataset.class_names == tuple("0123456789")
    assert (dataset.source.train, dataset.source.test) == (len(dataset.x_train), len(dataset.x_test))


def test_download_then_cache(online, server, capsys):
    first = data.load_mnist()
    assert first.source.kind == "download"
    assert capsys.readouterr().out.startswith("Downloading MNIST")
    assert_layout(first)
    np.testing.assert_array_equal(first.x_test, pictures()["x_test"])
    np.testing.assert_array_equal(first.y_train, pictures()["y_train"])

    second = data.load_mnist()
    assert second.source.kind == "cache"
    assert capsys.readouterr() == ("", "")
    assert server.requests == 1
    assert files(online) == ["mnist.npz"]


def test_folder_goes_before_cache(online, published, tmp_path, monkeypatch, server):
    data.load_mnist()
    published.rename(tmp_path / "mnist.npz")
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    source = data.load_mnist().source
    assert source.kind == "folder"
    assert str(source) == (
        "MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0): 50 + 20 pictures, from the folder that DLCOURSE_DATA names"
    )


def test_path_goes_before_everything(online, published, tmp_path, monkeypatch):
    for setting in (str(tmp_path), "embedded", str(tmp_path / "missing")):
        monkeypatch.setenv("DLCOURSE_DATA", setting)
        source = data.load_mnist(published).source
        assert (source.kind, source.published) == ("path", True)
        assert str(tmp_path) not in str(source)


def test_file_packed_anew_is_recognised_by_its_content(online, tmp_path, monkeypatch):
    np.savez(tmp_path / "mnist.npz", **dict(reversed(pictures().items())))
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    assert data.load_mnist().source.published


def test_other_content_is_refused_in_the_folder_and_named_as_other_by_path(online, tmp_path, monkeypatch):
    other = pictures()
    other["x_train"][0, 0, 0] ^= 1
    file = tmp_path / "mnist.npz"
    np.savez(file, **other)
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    with pytest.raises(data.DataError, match="not the published MNIST") as refused:
        data.load_mnist()
    assert str(file) in str(refused.value)
    assert MNIST.file in str(refused.value)

    source = data.load_mnist(file).source
    assert not source.published
    assert str(source) == (
        "not the published MNIST: 50 + 20 pictures in its layout, from the file that the call names"
    )


def test_dataset_shows_shapes_not_pixels(stand_in):
    assert repr(data.load_mnist()).startswith("Dataset(x_train (3, 28, 28), y_train (3,), x_test (2, 28, 28)")


# Places that the reader named wrongly


def test_wrong_folder(online, tmp_path, monkeypatch, published):
    for named, wrong in ((tmp_path / "missing", "does not exist"), (published, "is a file")):
        monkeypatch.setenv("DLCOURSE_DATA", str(named))
        with pytest.raises(data.DataError, match=wrong) as error:
            data.load_mnist()
        assert str(named) in str(error.value)
        assert "DLCOURSE_DATA=embedded" in str(error.value)


def test_folder_without_the_file_is_said_and_passed_over(online, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.setenv("DLCOURSE_DATA", str(folder))
    for kind in ("download", "cache"):
        assert data.load_mnist().source.kind == kind
        assert f"({folder}) holds no mnist.npz" in capsys.readouterr().out


def test_empty_setting_counts_as_none(online, monkeypatch):
    monkeypatch.setenv("DLCOURSE_DATA", "")
    assert data.load_mnist().source.kind == "download"


def test_wrong_path(tmp_path):
    with pytest.raises(data.DataError, match="no file") as error:
        data.load_mnist(tmp_path / "missing.npz")
    assert str(tmp_path / "missing.npz") in str(error.value)
    with pytest.raises(data.DataError, match="is a folder"):
        data.load_mnist(str(tmp_path))


# Files of the wrong kind

WRONG_LAYOUTS = {
    "missing": ({"y_test": None}, "lacks y_test"),
    "both missing": ({"x_train": None, "y_train": None}, "lacks x_train and y_train"),
    "flat": ({"x_train": np.zeros((50, 784), np.uint8)}, r"x_train has shape \(50, 784\)"),
    "channels": ({"x_test": np.zeros((20, 28, 28, 1), np.uint8)}, "x_test has shape"),
    "other size": ({"x_train": np.zeros((50, 32, 32), np.uint8)}, "x_train has shape"),
    "no pictures": ({"x_test": np.zeros((0, 28, 28), np.uint8)}, "x_test has shape"),
    "float pixels": ({"x_train": np.zeros((50, 28, 28), np.float32)}, "x_train is float32"),
    "float labels": ({"y_train": np.zeros(50)}, "y_train is float64"),
    "text labels": ({"y_test": np.full(20, "7")}, "y_test is <U1"),
    "one-hot labels": ({"y_train": np.eye(10, dtype=np.uint8)[np.zeros(50, int)]}, "y_train has shape"),
    "lengths": ({"y_train": np.zeros(49, np.uint8)}, r"not \(50,\)"),
    "label too large": ({"y_test": np.full(20, 10)}, "from 10 to 10"),
    "negative label": ({"y_test": np.full(20, -1)}, "from -1 to -1"),
    "huge label": ({"y_test": np.full(20, 2**64 - 1, np.uint64)}, "18446744073709551615"),
    "pickled": ({"y_train": np.array([print] * 50, dtype=object)}, "allow_pickle=False"),
}


@pytest.mark.parametrize("named_by", ["path", "folder"])
@pytest.mark.parametrize(("changes", "message"), WRONG_LAYOUTS.values(), ids=WRONG_LAYOUTS)
def test_wrong_layout(changes, message, named_by, tmp_path, monkeypatch):
    file = tmp_path / "mnist.npz"
    np.savez(file, **{name: array for name, array in (pictures() | changes).items() if array is not None})
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    with pytest.raises(data.DataError, match=message) as error:
        data.load_mnist(file if named_by == "path" else None)
    assert str(file) in str(error.value)
    assert MNIST.url in str(error.value)


def test_archive_of_text(tmp_path):
    file = tmp_path / "mnist.npz"
    with zipfile.ZipFile(file, "w") as archive:
        for name in pictures():
            archive.writestr(f"{name}.npy", "no header")
    with pytest.raises(data.DataError, match="lacks x_train and y_train"):
        data.load_mnist(file)


def no_archive(file, published):
    file.write_bytes(b"these are not the arrays you are looking for")


def empty(file, published):
    file.touch()


def truncated_archive(file, published):
    file.write_bytes(published.read_bytes()[:-1000])


def damaged_member(file, published):
    content = bytearray(published.read_bytes())
    content[5000:5100] = bytes(100)
    file.write_bytes(content)


def single_array(file, published):
    with file.open("wb") as stream:
        np.save(stream, pictures()["x_train"])


def bare_pickle(file, published):
    file.write_bytes(pickle.dumps(pictures()))


def folder_of_that_name(file, published):
    file.mkdir()


def dangling_link(file, published):
    file.symlink_to("nowhere")


@pytest.mark.parametrize(
    "spoil",
    [
        no_archive,
        empty,
        truncated_archive,
        damaged_member,
        single_array,
        bare_pickle,
        folder_of_that_name,
        dangling_link,
    ],
)
def test_unreadable_file(spoil, published, tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    spoil(folder / "mnist.npz", published)
    monkeypatch.setenv("DLCOURSE_DATA", str(folder))
    with pytest.raises(data.DataError, match="cannot be read") as error:
        data.load_mnist()
    assert str(folder / "mnist.npz") in str(error.value)
    assert MNIST.url in str(error.value)
    assert "allow_pickle" not in str(error.value)


# Networks that fail

FAILING = {
    "cut off": (cut_off, "broke off half-way", 3),
    "tampered": (tampered, "the mnist.npz that arrived from 127.0.0.1 fails its checksum", 3),
    "sign-in page": (sign_in_page, "fails its checksum", 3),
    "endless": (endless, "fails its checksum", 3),
    "server's failure": (unavailable, "answers 503 Service Unavailable", 3),
    "gone": (gone, "answers 404 Not Found", 1),
    "silent": (silent, "does not answer", 1),
    "stalls": (stalls_half_way, "stopped sending", 1),
    "trickles": (trickles, "too slow", 1),
}


@pytest.mark.parametrize(("answer", "reason", "attempts"), FAILING.values(), ids=FAILING)
def test_failing_download_is_said_and_leaves_nothing(answer, reason, attempts, online, server, monkeypatch, capsys):
    server.answer = answer
    if answer in (silent, stalls_half_way, trickles):
        monkeypatch.setattr(_download, "PATIENCE", HTTP_SILENT)
    assert data.load_mnist().source.kind == "embedded"
    said = capsys.readouterr()
    assert reason in said.out
    assert "The embedded stand-in takes its place" in said.out
    assert "DLCOURSE_DATA" in said.out
    assert "Traceback" not in said.out
    assert said.err == ""
    assert server.requests == attempts
    assert files(online) == []


def test_second_attempt_mends_a_flawed_first(online, server):
    server.answer = lambda handler: (cut_off if server.requests == 1 else whole)(handler)
    assert data.load_mnist().source.kind == "download"
    assert server.requests == 2
    assert files(online) == ["mnist.npz"]


def test_no_connection(online, registered, monkeypatch, capsys):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        monkeypatch.setattr(mnist, "MNIST", replace(registered, url=f"http://127.0.0.1:{port}/mnist.npz"))
        assert data.load_mnist().source.kind == "embedded"
    assert "no connection to 127.0.0.1" in capsys.readouterr().out
    assert files(online) == []


def test_no_name_server(online, registered, monkeypatch, capsys):
    def fail(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(mnist, "MNIST", replace(registered, url="http://data.example/mnist.npz"))
    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert data.load_mnist().source.kind == "embedded"
    assert "no network (the name data.example cannot be looked up)" in capsys.readouterr().out
    assert files(online) == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy_that_hangs(scheme, online, registered, monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        for variable in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setattr(mnist, "MNIST", replace(registered, url=f"{scheme}://data.example/mnist.npz"))
        monkeypatch.setattr(_download, "PATIENCE", HTTP_SILENT)
        assert data.load_mnist().source.kind == "embedded"
    assert "data.example does not answer" in capsys.readouterr().out
    assert files(online) == []


def test_addresses_that_drop_every_packet_share_one_time_limit(online, monkeypatch, capsys):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait() and [])
    monkeypatch.setattr(_download, "PATIENCE", HTTP_SILENT)
    assert data.load_mnist().source.kind == "embedded"
    release.set()
    assert "does not answer" in capsys.readouterr().out


def test_failure_is_remembered_for_a_while_in_this_process_and_the_next(online, server, monkeypatch, capsys):
    server.answer = gone
    data.load_mnist()
    capsys.readouterr()

    server.answer = whole
    assert data.load_mnist().source.kind == "embedded"
    monkeypatch.setattr(_find, "_failures", {})  # as in a process that has just begun
    assert data.load_mnist().source.kind == "embedded"
    assert capsys.readouterr().out.count("404 Not Found (not tried again for 10 minutes)") == 2
    assert server.requests == 1

    (stamp,) = online.glob("state/*.failed")
    long_ago = time.time() - _find.RETRY_AFTER - 1
    os.utime(stamp, (long_ago, long_ago))
    assert data.load_mnist().source.kind == "download"


def test_retry_downloads_forgets_the_failure(online, server):
    server.answer = gone
    data.load_mnist()
    server.answer = whole
    data.retry_downloads()
    assert data.load_mnist().source.kind == "download"


# Caches that fail


def test_corrupt_cache_is_named_and_fetched_anew(online, server, capsys):
    data.load_mnist()
    cached = online / "mnist.npz"
    cached.write_bytes(server.body[:-1] + b"!")
    capsys.readouterr()
    assert data.load_mnist().source.kind == "download"
    assert f"{cached} fails its checksum" in capsys.readouterr().out
    assert cached.read_bytes() == server.body


def test_corrupt_cache_is_never_used(online, server):
    online.mkdir()
    other = pictures()
    other["x_train"][0, 0, 0] ^= 1
    np.savez(online / "mnist.npz", **other)
    server.answer = gone
    assert data.load_mnist().source.kind == "embedded"
    assert files(online) == []


def test_cache_below_a_file(online, server, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DLCOURSE_CACHE", str(tmp_path / "file" / "cache"))
    assert data.load_mnist().source.kind == "embedded"
    said = capsys.readouterr().out
    assert f"the cache folder {tmp_path / 'file' / 'cache'} cannot be written" in said
    assert "DLCOURSE_CACHE" in said
    data.retry_downloads()
    assert server.requests == 0


def test_read_only_cache(online, server, monkeypatch, capsys):
    def refuse(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    assert data.load_mnist().source.kind == "embedded"
    assert os.strerror(errno.EROFS) in capsys.readouterr().out
    assert server.requests == 0


def test_read_only_cache_still_provides_its_file(online, server, monkeypatch):
    data.load_mnist()
    monkeypatch.setattr(_find, "_lock", lambda _: pytest.fail("a good file in the cache needs no lock"))
    assert data.load_mnist().source.kind == "cache"


def test_full_disk(online, server, monkeypatch, capsys):
    class Full:
        def __init__(self, *arguments):
            self.file = open(*arguments)  # noqa: SIM115 (closed below)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def write(self, piece):
            self.file.write(piece[: len(piece) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(_download, "open", Full, raising=False)
    for _ in range(2):
        assert data.load_mnist().source.kind == "embedded"
        assert os.strerror(errno.ENOSPC) in capsys.readouterr().out
    assert server.requests == 1
    assert files(online) == []


# Several processes


@pytest.fixture
def start(online, registered):
    """Start another process that loads the data and prints where it came from."""
    started = []

    def start():
        code = f"""
            import sys, types
            from dlcourse.data import load_mnist, mnist
            from dlcourse.data._sources import RealSource

            sys.modules["dlcourse.data.digits"] = types.SimpleNamespace(make_digits=lambda: None)
            mnist.MNIST = {registered!r}
            print(load_mnist().source.kind)
        """
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", textwrap.dedent(code)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_until_half_is_written(cache, process):
    while not any(path.stat().st_size for path in cache.glob("*.unfinished/*")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def test_two_processes_download_once(online, server, start):
    server.answer = pauses_half_way
    first = start()
    wait_until_half_is_written(online, first)
    second = start()
    assert second.stdout.readline() == "Another program is downloading MNIST; waiting for it.\n"
    server.release.set()
    assert first.communicate()[0].split()[-1] == "download"
    assert second.communicate()[0].split()[-1] == "cache"
    assert server.requests == 1
    assert files(online) == ["mnist.npz"]


def test_killed_process_leaves_neither_lock_nor_part(online, server, start):
    server.answer = stalls_half_way
    killed = start()
    wait_until_half_is_written(online, killed)
    killed.kill()
    killed.wait()
    assert files(online) == ["mnist.npz.unfinished"]

    server.answer = whole
    assert data.load_mnist().source.kind == "download"
    assert files(online) == ["mnist.npz"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl-C to one process alone")
def test_interrupt_leaves_nothing(online, server, start):
    server.answer = stalls_half_way
    process = start()
    wait_until_half_is_written(online, process)
    process.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in process.communicate()[1]
    assert files(online) == []
    assert _find.recent_failure(mnist.MNIST) is None


def test_waiting_for_another_process_ends(online, server, start, monkeypatch, capsys):
    server.answer = stalls_half_way
    wait_until_half_is_written(online, start())
    monkeypatch.setattr(_find, "LOCK_WAIT", 0.1)
    assert data.load_mnist().source.kind == "embedded"
    assert "another program has been downloading it" in capsys.readouterr().out


# What would be used


def test_describe_downloads_nothing_and_says_what_load_will_do(online, server, monkeypatch, capsys):
    assert "the first use downloads 0.1 MB from 127.0.0.1" in data.describe()
    assert server.requests == 0
    server.answer = gone
    data.load_mnist()
    assert "the embedded stand-in, because the last download failed: 127.0.0.1 answers 404" in data.describe()
    data.retry_downloads()
    server.answer = whole
    data.load_mnist()
    assert data.describe() == "MNIST: the published data set, from the cache."
    monkeypatch.setenv("DLCOURSE_DATA", "embedded")
    assert data.describe() == "MNIST: the embedded stand-in, as DLCOURSE_DATA=embedded asks."


def test_describe_checks_the_folder(online, published, tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    published.rename(tmp_path / "mnist.npz")
    assert data.describe() == "MNIST: the published data set, from the folder that DLCOURSE_DATA names."
    (tmp_path / "mnist.npz").write_bytes(b"spoilt")
    with pytest.raises(data.DataError, match="cannot be read"):
        data.describe()


def test_cache_folder_without_a_setting_belongs_to_the_user(monkeypatch):
    monkeypatch.delenv("DLCOURSE_CACHE", raising=False)
    assert "dlcourse" in data.cache_folder().parts


# The real MNIST


def test_real_mnist(real_data_folder, monkeypatch, capsys):
    monkeypatch.setenv("DLCOURSE_DATA", str(real_data_folder))
    dataset = data.load_mnist()
    assert capsys.readouterr() == ("", "")
    assert_layout(dataset)
    assert dataset.x_train.shape == (60_000, 28, 28)
    assert dataset.x_test.shape == (10_000, 28, 28)
    assert str(dataset.source) == (
        "MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0): 60,000 + 10,000 pictures, "
        "from the folder that DLCOURSE_DATA names"
    )
    assert round(dataset.x_train.mean() / 255, 4) == 0.1307
    assert round(dataset.x_train.std() / 255, 4) == 0.3081
