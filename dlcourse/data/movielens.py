"""Ratings: MovieLens 100K, or ratings of a shop that are simulated with known opinions behind them."""

from __future__ import annotations

import functools
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcourse.data._contract import DataError, Dataset, Source
from dlcourse.data._find import confirm, find
from dlcourse.data._sources import MOVIELENS

USERS, ITEMS, FACTORS = 500, 240, 3
NOISE = 0.5  # stars: standard deviation of a rating around the opinion
SHARE = 0.25  # of all pairs, the share that is rated
TEST_SHARE = 0.2  # of all ratings
KINDS = ("books", "garden", "kitchen", "music", "sport", "tools", "toys", "travel")
STAND_IN = f"of a simulated shop, noise {NOISE} stars"


@dataclass(frozen=True, eq=False, repr=False)
class Ratings(Dataset):
    """Who rated what, and how.

    Attributes:
        x_train: pairs of user and item, numbered from 0, shape (ratings, 2), int32.
        y_train: stars, shape (ratings,), float32.
        x_test: as ``x_train``; the split is by rating, so that users and items are on both sides.
        y_test: as ``y_train``.
        class_names: the kinds of item, or genres.
        item_names: one for each item.
        item_kinds: 1 where an item is of a kind, else 0, shape (items, kinds), float32.
        opinions: what the ratings are without their noise, shape (users, items), float32; None where nobody knows,
            as with real data.
    """

    item_names: tuple[str, ...]
    item_kinds: np.ndarray
    opinions: np.ndarray | None

    @property
    def num_users(self) -> int:
        """How many users there are; their numbers are smaller."""
        return int(max(self.x_train[:, 0].max(), self.x_test[:, 0].max())) + 1

    @property
    def num_items(self) -> int:
        """How many items there are; their numbers are smaller."""
        return len(self.item_names)


def load_movielens(path: str | os.PathLike[str] | None = None) -> Ratings:
    """Load MovieLens 100K, or simulated ratings of the same layout where there is no real file to be had.

    Args:
        path: a zip file laid out as the published ``ml-100k.zip``, taken before all other places, whatever
            DLCOURSE_DATA says.

    Raises:
        DataError: a path, folder or file that the reader named cannot be used.
    """
    found = find(MOVIELENS, path)
    if found.file is None:
        return make_ratings()
    pairs, stars, names, kinds, kind_names = _read(found.file)
    published = confirm(found, MOVIELENS, pairs, stars)
    return _split(
        pairs, stars, names, kinds, kind_names, None, (found.kind, MOVIELENS.name, MOVIELENS.credit, published)
    )


@functools.cache
def make_ratings() -> Ratings:
    """Simulate a shop: the same on every machine, in a fraction of a second, made once per process.

    A rating is the item's quality, plus the user's mildness, plus how well the user's taste (3 numbers) and the
    item's character fit, plus noise of 0.5 stars. The character follows from the item's one or two kinds, up to a
    part of its own. Some items are rated far more often than others.
    """
    # RandomState, unlike default_rng, promises the same stream in every release of NumPy.
    rng = np.random.RandomState(0)
    kinds = np.zeros((ITEMS, len(KINDS)), np.float32)
    for row in kinds:
        row[rng.choice(len(KINDS), rng.randint(1, 3), replace=False)] = 1
    of_kind = rng.normal(size=(len(KINDS), FACTORS))
    character = 0.95 * kinds @ of_kind / np.sqrt(kinds.sum(1, keepdims=True))
    character += 0.35 * rng.normal(size=character.shape)
    taste = rng.normal(size=(USERS, FACTORS))
    quality, mildness = rng.normal(0, 0.4, ITEMS), rng.normal(0, 0.25, (USERS, 1))
    opinions = np.round(3.3 + quality + mildness + 0.35 * taste @ character.T, 3).astype(np.float32)
    chance = rng.gamma(1.0, 1.0, ITEMS) + 0.15
    pairs = np.argwhere(rng.uniform(size=opinions.shape) < SHARE * chance / chance.mean()).astype(np.int32)
    stars = opinions[tuple(pairs.T)] + NOISE * rng.normal(size=len(pairs))
    names = tuple(f"{' and '.join(KINDS[k] for k in np.flatnonzero(row))} {i}" for i, row in enumerate(kinds))
    made = ("embedded", "MovieLens 100K", STAND_IN, False)
    return _split(pairs, np.round(stars, 2).astype(np.float32), names, kinds, KINDS, opinions, made)


def _split(pairs, stars, names, kinds, kind_names, opinions, source) -> Ratings:
    order = np.random.RandomState(1).permutation(len(pairs))
    test, train = np.split(order, [round(TEST_SHARE * len(pairs))])
    arrays = [pairs[train], stars[train], pairs[test], stars[test]]
    for array in (*arrays, kinds, *([] if opinions is None else [opinions])):
        array.flags.writeable = False
    kind, name, credit, published = source
    source = Source(kind, name, credit, len(train), len(test), "ratings", published)
    return Ratings(*arrays, tuple(kind_names), source, tuple(names), kinds, opinions)


def _read(file: Path) -> tuple[np.ndarray, np.ndarray, list[str], np.ndarray, list[str]]:
    try:
        with zipfile.ZipFile(file) as archive:
            ratings, films, genres = (
                archive.read(f"ml-100k/{member}").decode("latin-1") for member in ("u.data", "u.item", "u.genre")
            )
    except Exception as error:  # a damaged archive can raise almost anything, from zlib.error to MemoryError
        raise DataError(
            f"{file} cannot be read as MovieLens's archive ({type(error).__name__}: {error}). Replace it with "
            f"{MOVIELENS.url}."
        ) from error
    try:
        kind_names = [line.split("|")[0] for line in genres.splitlines() if line]
        rows = [line.split("|") for line in films.splitlines() if line]
        kinds = np.array([row[-len(kind_names) :] for row in rows], np.float32)
        numbers = np.array([line.split("\t")[:3] for line in ratings.splitlines() if line], np.int32)
        names = [row[1] for row in rows]
    except (ValueError, IndexError) as error:
        raise _layout_error(file, str(error)) from error
    if numbers.ndim != 2 or numbers.shape[1] != 3:
        raise _layout_error(file, "u.data needs a user, an item and a rating in each line")
    if kinds.shape != (len(names), len(kind_names)) or not np.isin(kinds, (0, 1)).all():
        raise _layout_error(file, "u.item needs a 0 or 1 for each genre of u.genre")
    pairs, stars = numbers[:, :2] - 1, numbers[:, 2].astype(np.float32)
    if pairs.min() < 0 or pairs[:, 1].max() >= len(names):
        raise _layout_error(file, f"u.data names item {pairs[:, 1].max() + 1}, u.item holds {len(names)}")
    if stars.min() < 1 or stars.max() > 5:
        raise _layout_error(file, f"u.data holds ratings from {stars.min():g} to {stars.max():g}, not from 1 to 5")
    return pairs, stars, names, kinds, kind_names


def _layout_error(file: Path, wrong: str) -> DataError:
    return DataError(f"{file} is not laid out as MovieLens 100K: {wrong}. The published file is {MOVIELENS.url}.")
