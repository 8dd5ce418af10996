"""Film reviews, good or bad: those of IMDB, or sentences put together from word lists."""

from __future__ import annotations

import functools
import os
import re
import tarfile
from pathlib import Path

import numpy as np

from dlcourse.data._contract import DataError, Dataset, Source
from dlcourse.data._find import confirm, find
from dlcourse.data._sources import IMDB

TRAIN, TEST = 3000, 1000  # of the stand-in
CLASSES = ("bad", "good")
THINGS = ["plot", "acting", "music", "ending", "dialogue", "camera", "humour", "cast", "pace", "editing"]
GOOD = (
    "great",
    "clever",
    "moving",
    "funny",
    "lovely",
    "gripping",
    "fresh",
    "charming",
    "brilliant",
    "warm",
    "strong",
)
BAD = ("dull", "silly", "weak", "boring", "noisy", "flat", "tired", "clumsy", "lazy", "hollow", "cold")
STRAIGHT = ("the {} was {}", "the {} was what i call {}", "everybody will say that the {} was {}")
TURNED = ("the {} was not {}", "the {} was not what i call {}", "nobody will say that the {} was {}")
STAND_IN = "put together from word lists"
REVIEW = re.compile(r"(?:^|/)(train|test)/(neg|pos)/\d+_\d+\.txt$")


def load_reviews(path: str | os.PathLike[str] | None = None) -> Dataset:
    """Load IMDB's film reviews, or sentences that are put together where there are no real ones to be had.

    Args:
        path: a ``.tar.gz`` file laid out as the published ``aclImdb_v1.tar.gz``, taken before all other places,
            whatever DLCOURSE_DATA says.

    Returns:
        Texts ``x_…`` of shape (n,) and labels ``y_…`` of shape (n,), int64, 1 for good, in random order.

    Raises:
        DataError: a path, folder or file that the reader named cannot be used.
    """
    found = find(IMDB, path)
    if found.file is None:
        return make_reviews()
    parts = _read(found.file)
    rng, arrays = np.random.RandomState(0), []
    for name in ("train", "test"):
        texts, labels = parts[name]
        order = rng.permutation(len(texts))
        arrays += [np.array(texts, dtype=object)[order], np.array(labels, np.int64)[order]]
    source = Source(
        found.kind, IMDB.name, IMDB.credit, len(arrays[0]), len(arrays[2]), "reviews", confirm(found, IMDB)
    )
    return Dataset(*arrays, CLASSES, source)


@functools.cache
def make_reviews() -> Dataset:
    """Put the stand-in together: the same on every machine, made once per process.

    A review says of three things or more that they were good or bad, two times in five with *not* or *nobody*,
    which turn what follows. It is good when more is praised than blamed; where both are level, one more thing decides.
    """
    rng = np.random.RandomState(0)
    pairs = [_review(rng) for _ in range(TRAIN + TEST)]
    texts, labels = (
        np.array([text for text, _ in pairs], dtype=object),
        np.array([label for _, label in pairs], np.int64),
    )
    arrays = [texts[:TRAIN], labels[:TRAIN], texts[TRAIN:], labels[TRAIN:]]
    for array in arrays:
        array.flags.writeable = False
    return Dataset(*arrays, CLASSES, Source("embedded", IMDB.name, STAND_IN, TRAIN, TEST, "reviews", False))


def _review(rng: np.random.RandomState) -> tuple[str, int]:
    clauses, balance = [], 0
    for thing in rng.permutation(THINGS):
        is_good, is_turned = rng.rand() < 0.5, rng.rand() < 0.4
        clause = rng.choice(TURNED if is_turned else STRAIGHT)
        clauses.append(clause.format(thing, rng.choice(GOOD if is_good else BAD)))
        balance += 1 if is_good != is_turned else -1
        if len(clauses) >= 3 and balance and rng.rand() < 0.7:
            break
    return ", ".join(clauses), int(balance > 0)


def _read(file: Path) -> dict[str, tuple[list[str], list[int]]]:
    parts: dict[str, tuple[list[str], list[int]]] = {"train": ([], []), "test": ([], [])}
    try:
        with tarfile.open(file, "r:gz") as archive:
            for member in archive:
                if member.isfile() and (match := REVIEW.search(member.name)):
                    part, label = match.groups()
                    texts, labels = parts[part]
                    texts.append(archive.extractfile(member).read().decode("utf-8").replace("<br />", " "))
                    labels.append(int(label == "pos"))
    except Exception as error:  # a damaged archive can raise almost anything, from EOFError to zlib.error
        raise DataError(
            f"{file} cannot be read as a .tar.gz archive ({type(error).__name__}: {error}). Replace it with {IMDB.url}."
        ) from error
    for part, (_, labels) in parts.items():
        if set(labels) != {0, 1}:
            raise DataError(
                f"{file} is not laid out as IMDB's reviews: it needs files {part}/neg/NUMBER_STARS.txt and "
                f"{part}/pos/…, and holds {len(labels)} of them; the published archive is {IMDB.url}."
            )
    return parts
