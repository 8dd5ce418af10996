"""Where a data file is: the order of places, the cache and what is remembered of failed downloads.

Nothing here knows what a file contains; each data set has a module of its own for that.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcourse.data._contract import DataError, Kind, fingerprint
from dlcourse.data._download import UnavailableError, download, host
from dlcourse.data._sources import RealSource

DATA_VARIABLE = "DLCOURSE_DATA"
CACHE_VARIABLE = "DLCOURSE_CACHE"
EMBEDDED = "embedded"
RETRY_AFTER = 10 * 60  # seconds for which a failed download is not tried again
LOCK_WAIT = 10 * 60  # seconds to wait while another process downloads the same file

_failures: dict[Path, tuple[float, str]] = {}  # stamp → when (seconds since the epoch) and why


@dataclass(frozen=True)
class Found:
    """The place that provides a data set, and the file there; the embedded stand-in has none."""

    kind: Kind
    file: Path | None = None


def find(real: RealSource, path: str | os.PathLike[str] | None = None) -> Found:
    """Return the first place that has the data set, downloading it if need be.

    Says aloud, on standard output, when it passes over a place that the reader named and when nothing is left but
    the embedded stand-in.

    Raises:
        DataError: ``path`` or the folder that DLCOURSE_DATA names does not exist.
    """
    found = look(real, path)
    if (found is None or found.kind == "cache") and (folder := _named_folder()):
        print(f"The folder that {DATA_VARIABLE} names ({folder}) holds no {real.file}; looking further.")
    if found:
        return found
    try:
        return _cached_or_downloaded(real)
    except UnavailableError as reason:
        print(
            f"{real.name} cannot be downloaded: {reason}. The embedded stand-in takes its place.\n"
            f"For the real data, call data.retry_downloads() once that is mended and load again, or save "
            f"{real.url} as {real.file} in a folder and name that folder in {DATA_VARIABLE}."
        )
        return Found("embedded")


def look(real: RealSource, path: str | os.PathLike[str] | None = None) -> Found | None:
    """Return the first place that has the data set without a download, or None; as ``find``, but silent."""
    if path is not None:
        return Found("path", _named_file(real, path))
    if os.environ.get(DATA_VARIABLE) == EMBEDDED:
        return Found("embedded")
    folder = _named_folder()
    if folder and os.path.lexists(folder / real.file):
        return Found("folder", folder / real.file)
    cached = cache_folder() / real.file
    return Found("cache", cached) if _is_published(cached, real) else None


def confirm(found: Found, real: RealSource, *arrays: np.ndarray) -> bool:
    """Return whether ``arrays``, read from the file that was found, are the published data.

    Raises:
        DataError: they are not, in the folder that DLCOURSE_DATA names, where every chapter looks for them.
    """
    published = _is_published(found.file, real) or fingerprint(*arrays) == real.contents
    if found.kind == "folder" and not published:
        raise DataError(
            f"{found.file} is well-formed but is not the published {real.name}. Replace it with {real.url}, or "
            "rename it; to load it all the same, give its path to the loader."
        )
    return published


def recent_failure(real: RealSource) -> str | None:
    """Return why the last download failed, if it is too early to try again."""
    when, why = _failures.get(_stamp(real)) or _stamped(real)
    return why if why and 0 <= time.time() - when < RETRY_AFTER else None


def retry_downloads() -> None:
    """Forget the downloads that failed, so that the next load tries at once instead of after ten minutes."""
    _failures.clear()
    with contextlib.suppress(OSError):  # a cache that cannot be written holds no stamp of ours to forget
        for stamp in _state_folder().glob("*.failed"):
            stamp.unlink(missing_ok=True)


def cache_folder() -> Path:
    """Return the folder for downloaded files (it need not exist): DLCOURSE_CACHE, or the system's usual place."""
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_cache_dir("dlcourse", appauthor=False))


def _named_file(real: RealSource, path: str | os.PathLike[str]) -> Path:
    file = Path(path).expanduser()
    if os.path.isdir(file):
        raise DataError(f"{path} is a folder: give the path of the file itself, such as {file / real.file}.")
    if not os.path.exists(file):
        raise DataError(f"There is no file {path} (looked for at {file.absolute()}): correct the path.")
    return file


def _named_folder() -> Path | None:
    named = os.environ.get(DATA_VARIABLE)
    if not named or named == EMBEDDED:
        return None
    folder = Path(named).expanduser().absolute()
    if os.path.isdir(folder):
        return folder
    wrong = "is a file, not a folder" if os.path.exists(folder) else "does not exist"
    raise DataError(
        f"{DATA_VARIABLE}={named}: {folder} {wrong}. Name the folder that holds the data files, write "
        f"{DATA_VARIABLE}={EMBEDDED} to work without them, or unset it to download them."
    )


def _cached_or_downloaded(real: RealSource) -> Found:
    """Download into the cache unless another process has done so meanwhile.

    Raises:
        UnavailableError: it failed, now or a short time ago; the reason is remembered.
    """
    cached = cache_folder() / real.file
    try:
        with _lock(real):
            if _is_published(cached, real):
                return Found("cache", cached)
            if os.path.lexists(cached):
                print(f"{cached} fails its checksum: it is removed and fetched anew.")
                cached.unlink()
            if why := recent_failure(real):
                raise UnavailableError(f"{why} (not tried again for {RETRY_AFTER // 60} minutes)")
            print(f"Downloading {real.name} ({real.size / 1e6:.1f} MB) from {host(real)} into the cache, once.")
            try:
                download(real, cached)
            except (UnavailableError, OSError) as error:
                _remember(real, _reason(error, cached.parent))
                raise
            return Found("download", cached)
    except OSError as error:
        raise UnavailableError(_reason(error, cached.parent)) from error


def _reason(error: UnavailableError | OSError, cache: Path) -> str:
    if isinstance(error, UnavailableError):
        return str(error)
    return (
        f"the cache folder {cache} cannot be written ({error.strerror or error}): mend that, or name another "
        f"folder in {CACHE_VARIABLE}"
    )


@contextlib.contextmanager
def _lock(real: RealSource) -> Iterator[None]:
    """Hold the right to write this file to the cache; the system releases it when the process dies."""
    import filelock

    _state_folder().mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(_state_folder() / f"{real.file}.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        print(f"Another program is downloading {real.name}; waiting for it.")
        try:
            lock.acquire(timeout=LOCK_WAIT)
        except filelock.Timeout:
            raise UnavailableError(
                f"another program has been downloading it for more than {LOCK_WAIT // 60} minutes"
            ) from None
    try:
        yield
    finally:
        lock.release()


def _is_published(file: Path, real: RealSource) -> bool:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == real.sha256
    except OSError:
        return False


def _remember(real: RealSource, why: str) -> None:
    """Note a failure for this process, and for others in a stamp whose age is that of the failure."""
    _failures[_stamp(real)] = (time.time(), why)
    with contextlib.suppress(OSError):
        _stamp(real).write_text(why, encoding="utf-8")


def _stamped(real: RealSource) -> tuple[float, str]:
    try:
        return _stamp(real).stat().st_mtime, _stamp(real).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return 0.0, ""


def _stamp(real: RealSource) -> Path:
    return _state_folder() / f"{real.file}.failed"


def _state_folder() -> Path:
    return cache_folder() / "state"
