"""What every loader returns, and the error that every loader raises."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["path", "folder", "cache", "download", "embedded"]

WHERE: dict[Kind, str] = {
    "path": "from the file that the call names",
    "folder": "from the folder that DLCOURSE_DATA names",
    "cache": "from the cache",
    "download": "downloaded just now",
}


class DataError(RuntimeError):
    """A file or a setting that the reader named cannot be used; the message names it and says what to do."""


@dataclass(frozen=True)
class Source:
    """Where the arrays of a data set come from; ``str()`` is one line that names no folder of this machine.

    Attributes:
        kind: the place that provided the data.
        name: what the data set is called.
        credit: authors and licence, or for a stand-in what it is made of.
        train: number of training examples.
        test: number of test examples.
        unit: what one example is, in the plural.
        published: whether the content is the published data set, byte for byte.
    """

    kind: Kind
    name: str
    credit: str
    train: int
    test: int
    unit: str
    published: bool

    def __str__(self) -> str:
        count = f"{self.train:,} + {self.test:,} {self.unit}"
        if self.kind == "embedded":
            return f"{self.name}, embedded stand-in: {count} {self.credit}"
        if not self.published:
            return f"not the published {self.name}: {count} in its layout, {WHERE[self.kind]}"
        return f"{self.name} ({self.credit}): {count}, {WHERE[self.kind]}"


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A data set split into training and test examples.

    Attributes:
        x_train: inputs, shape (examples, …).
        y_train: class numbers, shape (examples,), int64; for ratings, stars (see ``Ratings``).
        x_test: as ``x_train``.
        y_test: as ``y_train``.
        class_names: what each class number stands for.
        source: where the arrays come from.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    source: Source

    def __repr__(self) -> str:
        shapes = (f"{name} {getattr(self, name).shape}" for name in ("x_train", "y_train", "x_test", "y_test"))
        return f"Dataset({', '.join(shapes)}; {self.source})"


def fingerprint(*arrays: np.ndarray) -> str:
    """Return the sha256 over types, shapes and values: the same however an archive packs the arrays."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()
