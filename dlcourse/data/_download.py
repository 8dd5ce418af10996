"""One file from the network, whole and verified or not at all, within bounds of time and size."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dlcourse.data._sources import RealSource

if TYPE_CHECKING:
    import requests

CONNECT = 5.0  # seconds for each address of the server
PATIENCE = 15.0  # seconds until the answer begins, all addresses together; then between two pieces of it
SLOWEST = 20_000  # bytes per second, on average, once PATIENCE is over
RETRIES = 2  # after an answer that is cut off, wrong, or a server's own failure
PIECE = 1 << 16  # bytes


class UnavailableError(Exception):
    """The file cannot be had now; the message says why in plain words."""


class _FlawedError(ValueError):
    """The next attempt may succeed: pooch tries again after a ValueError."""


def download(real: RealSource, target: Path) -> None:
    """Put the published file at ``target``, whose folder exists; the caller holds the lock of that file.

    Nothing but a verified file ever carries the name ``target``; what is unfinished lies in a folder beside it,
    which is removed at the end, or by the next download if this process is killed.

    Raises:
        UnavailableError: no network, no or a wrong answer, or too slow.
        OSError: the file cannot be written.
    """
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        os.replace(_verified(real, unfinished), target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def host(real: RealSource) -> str:
    """Return the name of the server that publishes the file."""
    return urlsplit(real.url).hostname or real.url


def _verified(real: RealSource, folder: Path) -> Path:
    import pooch

    pooch.get_logger().setLevel("ERROR")  # it reports each step on standard error; we speak on standard output
    fetcher = pooch.create(
        path=folder,
        base_url="",
        registry={real.file: f"sha256:{real.sha256}"},
        urls={real.file: real.url},
        retry_if_failed=RETRIES,
    )
    try:
        return Path(fetcher.fetch(real.file, downloader=lambda url, part, _: _transfer(real, url, part)))
    except _FlawedError as error:
        raise UnavailableError(str(error)) from error
    except ValueError as error:
        raise UnavailableError(
            f"the {real.file} that arrived from {host(real)} fails its checksum ({1 + RETRIES} attempts, each "
            "removed); a sign-in page or a proxy may be answering in its place"
        ) from error


def _transfer(real: RealSource, url: str, part: str) -> None:
    """Stream the answer into the file ``part``; its checksum is for pooch to judge."""
    from tqdm.auto import tqdm

    with (
        contextlib.closing(_answer(url)) as answer,
        open(part, "wb") as file,
        tqdm(total=real.size, unit="B", unit_scale=True, desc=real.file, leave=False, disable=None) as bar,
    ):
        start, received = time.monotonic(), 0
        while received <= real.size and (piece := _piece(answer)):
            file.write(piece)
            bar.update(len(piece))
            received += len(piece)
            elapsed = time.monotonic() - start
            if elapsed > PATIENCE and received < SLOWEST * elapsed:
                raise UnavailableError(f"the network is too slow ({received / elapsed / 1000:.1f} kB per second)")


def _answer(url: str) -> requests.Response:
    """Return the server's answer, its body still to be read.

    Looking up the name and trying every address of the server have time limits of their own that add up to
    minutes, so they run in a thread that is left behind when PATIENCE is over.
    """
    import requests

    answers: queue.SimpleQueue[requests.Response | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            # Unpacked on the way, the bytes would no longer be those of the checksum.
            headers = {"Accept-Encoding": "identity"}
            answers.put(requests.get(url, stream=True, timeout=(CONNECT, PATIENCE), headers=headers))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    server = urlsplit(url).hostname
    try:
        answer = answers.get(timeout=PATIENCE)
    except queue.Empty:
        raise UnavailableError(f"{server} does not answer (waited {PATIENCE:g} s)") from None
    if isinstance(answer, Exception):
        raise UnavailableError(_in_words(answer, server)) from answer
    if answer.ok:
        return answer
    answer.close()
    reason = f"{server} answers {answer.status_code} {answer.reason}"
    raise _FlawedError(reason) if answer.status_code >= 500 else UnavailableError(reason)


def _piece(answer: requests.Response) -> bytes:
    """Return the next bytes as soon as there are any, so that a trickle is noticed; empty at the end."""
    import urllib3

    server = urlsplit(answer.url).hostname
    try:
        return answer.raw.read1(PIECE)
    except urllib3.exceptions.ReadTimeoutError as error:
        raise UnavailableError(f"{server} stopped sending (waited {PATIENCE:g} s)") from error
    except urllib3.exceptions.HTTPError as error:
        raise _FlawedError(f"the connection to {server} broke off half-way, {1 + RETRIES} times") from error


def _in_words(error: Exception, server: str | None) -> str:
    from requests import exceptions

    if isinstance(error, exceptions.ProxyError):
        return f"the proxy on the way to {server} cannot be used"
    if isinstance(error, exceptions.SSLError):
        return f"no secure connection to {server}"
    if isinstance(error, exceptions.Timeout):
        return f"{server} does not answer"
    if "NameResolutionError" in str(error):
        return f"no network (the name {server} cannot be looked up)"
    if isinstance(error, exceptions.ConnectionError):
        return f"no connection to {server}"
    return f"the request to {server} failed ({type(error).__name__})"
