"""MNIST: handwritten digits, 28 × 28 grey pixels."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np

from dlcourse.data._contract import WHERE, DataError, Dataset, Kind, Source
from dlcourse.data._download import host
from dlcourse.data._find import confirm, find, look, recent_failure
from dlcourse.data._sources import MNIST

CLASS_NAMES = tuple("0123456789")
STAND_IN = "redrawn from scikit-learn's scans (8 × 8, BSD-3-Clause)"


def load_mnist(path: str | os.PathLike[str] | None = None) -> Dataset:
    """Load MNIST, or the embedded stand-in of the same layout where there is no real one to be had.

    Args:
        path: an ``.npz`` file laid out as Keras's ``mnist.npz``, taken before all other places, whatever
            DLCOURSE_DATA says. Its content may differ from the published MNIST; the source then says so.

    Returns:
        Pictures ``x_…`` of shape (n, 28, 28), uint8, 0 for the background to 255 for full ink; labels ``y_…`` of
        shape (n,), int64, 0 to 9.

    Raises:
        DataError: a path, folder or file that the reader named cannot be used.
    """
    found = find(MNIST, path)
    if found.file is None:
        from dlcourse.data.digits import make_digits

        return _dataset(*make_digits(), kind="embedded", credit=STAND_IN, published=False)
    arrays = _read(found.file)
    published = confirm(found, MNIST, *arrays)
    return _dataset(*arrays, kind=found.kind, credit=MNIST.credit, published=published)


def describe() -> str:
    """Return a sentence that says which MNIST ``load_mnist()`` would take now, without downloading it.

    Raises:
        DataError: as ``load_mnist()`` would.
    """
    found = look(MNIST)
    if found is None:
        if why := recent_failure(MNIST):
            return f"MNIST: the embedded stand-in, because the last download failed: {why}."
        return (
            f"MNIST: not on this machine yet; the first use downloads {MNIST.size / 1e6:.1f} MB from "
            f"{host(MNIST)}, and takes the embedded stand-in where that fails."
        )
    if found.file is None:
        return "MNIST: the embedded stand-in, as DLCOURSE_DATA=embedded asks."
    confirm(found, MNIST, *_read(found.file))
    return f"MNIST: the published data set, {WHERE[found.kind]}."


def _dataset(
    x_train: np.ndarray,
    y_train: np.ndarray,
    x_test: np.ndarray,
    y_test: np.ndarray,
    *,
    kind: Kind,
    credit: str,
    published: bool,
) -> Dataset:
    source = Source(kind, "MNIST", credit, len(x_train), len(x_test), "pictures", published)
    return Dataset(x_train, y_train, x_test, y_test, CLASS_NAMES, source)


def _read(file: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return x_train, y_train, x_test, y_test of an ``.npz`` file after checking their layout."""
    try:
        # zipfile refuses what is no archive in plainer words than np.load, which takes it for a pickle.
        with zipfile.ZipFile(file), np.load(file, allow_pickle=False) as archive:
            members = {name: archive[name] for name in archive.files}
    except Exception as error:  # a damaged archive can raise almost anything, from zlib.error to MemoryError
        raise DataError(
            f"{file} cannot be read as an .npz archive of plain arrays ({type(error).__name__}: {error}). "
            f"Replace it with {MNIST.url}."
        ) from error
    arrays = {name: member for name, member in members.items() if isinstance(member, np.ndarray)}
    return *_checked(file, arrays, "train"), *_checked(file, arrays, "test")


def _checked(file: Path, arrays: dict[str, np.ndarray], part: str) -> tuple[np.ndarray, np.ndarray]:
    missing = [name for name in (f"x_{part}", f"y_{part}") if name not in arrays]
    if missing:
        held = ", ".join(arrays) or "none"
        raise _layout_error(file, f"it lacks {' and '.join(missing)} (its arrays are {held})")
    x, y = arrays[f"x_{part}"], arrays[f"y_{part}"]
    if x.dtype != np.uint8:
        raise _layout_error(file, f"x_{part} is {x.dtype}, not uint8")
    if x.ndim != 3 or x.shape[1:] != (28, 28) or len(x) == 0:
        raise _layout_error(file, f"x_{part} has shape {x.shape}, not (n, 28, 28) with n of at least 1")
    if y.dtype.kind not in "iu":
        raise _layout_error(file, f"y_{part} is {y.dtype}, not an integer type")
    if y.shape != (len(x),):
        raise _layout_error(file, f"y_{part} has shape {y.shape}, not ({len(x)},), one label for each picture")
    if y.min() < 0 or y.max() > 9:
        raise _layout_error(file, f"y_{part} holds labels from {y.min()} to {y.max()}, not from 0 to 9")
    return x, y.astype(np.int64)


def _layout_error(file: Path, wrong: str) -> DataError:
    return DataError(
        f"{file} is not laid out as MNIST: {wrong}. It needs x_train and x_test (n, 28, 28) uint8, y_train and "
        f"y_test (n,) integers from 0 to 9; the published file is {MNIST.url}."
    )
