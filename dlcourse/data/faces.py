"""Faces: the Olivetti photographs, or drawn ones that show nobody.

Training and test hold different people, because the question is whether two pictures show the same one, and it is
asked about people whom the network has never met.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

import numpy as np

from dlcourse.data._contract import DataError, Dataset, Source
from dlcourse.data._find import confirm, find
from dlcourse.data._sources import OLIVETTI

SIDE = 64  # pixels
PER_PERSON = 10  # pictures
DRAWN, DRAWN_TRAIN = 100, 70  # people
OLIVETTI_PEOPLE, OLIVETTI_TRAIN = 40, 30
STAND_IN = "of 100 drawn people"

Layer = tuple[np.ndarray, float]


def load_faces(path: str | os.PathLike[str] | None = None) -> Dataset:
    """Load the Olivetti faces, or drawn ones of the same layout where there are no real ones to be had.

    Args:
        path: a file laid out as the published ``olivettifaces.mat``, taken before all other places, whatever
            DLCOURSE_DATA says.

    Returns:
        Pictures ``x_…`` of shape (n, 64, 64), uint8, ten for each person; ``y_…`` the number of the person, int64.
        Nobody is both in training and in test.

    Raises:
        DataError: a path, folder or file that the reader named cannot be used.
    """
    found = find(OLIVETTI, path)
    if found.file is None:
        return make_faces()
    pictures = _read(found.file)
    published = confirm(found, OLIVETTI, pictures)
    return _split(pictures, OLIVETTI_TRAIN, found.kind, OLIVETTI.credit, published)


@functools.cache
def make_faces() -> Dataset:
    """Draw the stand-in: the same on every machine, in about two seconds, made once per process.

    A person is a shape of head, a hair line, eyes, brows, nose, mouth, ears, perhaps glasses, a beard, long hair.
    From picture to picture place, size, tilt, turn of the head, expression and light change.
    """
    # RandomState, unlike default_rng, promises the same stream in every release of NumPy.
    rng = np.random.RandomState(0)
    people = [_person(rng) for _ in range(DRAWN)]
    pictures = np.array([_draw(person, rng) for person in people for _ in range(PER_PERSON)])
    return _split(pictures, DRAWN_TRAIN, "embedded", STAND_IN, False)


def _split(pictures: np.ndarray, people_train: int, kind: str, credit: str, published: bool) -> Dataset:
    people = np.arange(len(pictures), dtype=np.int64) // PER_PERSON
    cut = people_train * PER_PERSON
    arrays = [pictures[:cut], people[:cut], pictures[cut:], people[cut:]]
    for array in arrays:
        array.flags.writeable = False
    names = tuple(f"person {number}" for number in range(len(pictures) // PER_PERSON))
    source = Source(kind, "Olivetti faces", credit, cut, len(pictures) - cut, "pictures", published)
    return Dataset(*arrays, names, source)


def _read(file: Path) -> np.ndarray:
    from scipy.io import loadmat

    try:
        members = loadmat(file)
    except Exception as error:  # a damaged file can raise almost anything
        raise DataError(
            f"{file} cannot be read as a MATLAB file ({type(error).__name__}: {error}). Replace it with "
            f"{OLIVETTI.url}."
        ) from error
    faces = members.get("faces")
    wanted = (SIDE * SIDE, OLIVETTI_PEOPLE * PER_PERSON)
    if not isinstance(faces, np.ndarray) or faces.shape != wanted or faces.dtype != np.uint8:
        held = f"{faces.dtype} {faces.shape}" if isinstance(faces, np.ndarray) else "missing"
        raise DataError(
            f"{file} is not laid out as the Olivetti faces: its array 'faces' is {held}, not uint8 {wanted}. The "
            f"published file is {OLIVETTI.url}."
        )
    # MATLAB stores each picture column by column.
    return np.ascontiguousarray(faces.T.reshape(-1, SIDE, SIDE).transpose(0, 2, 1))


def _person(rng: np.random.RandomState) -> dict[str, float]:
    """What stays the same in all pictures of a person: lengths in pixels, shades from 0 to 255."""
    ranges = {
        "width": (17, 24), "height": (24, 30), "skin": (120, 215), "hair": (15, 215), "line": (-22, -12),
        "eye_apart": (6.5, 11), "eye_up": (-6, -1), "eye_width": (2.2, 4.2), "eye_height": (1.2, 2.6),
        "brow_up": (3.5, 7), "brow_tilt": (-0.35, 0.35), "brow": (0.7, 2), "nose_long": (5, 11),
        "nose_wide": (1.8, 4.5), "mouth_down": (11, 16), "mouth_wide": (5, 10), "lip": (0.8, 2.3),
        "ear": (0.5, 4.5), "beard": (0, 1), "glasses": (0, 1), "long": (0, 1),
    }  # fmt: skip
    return {name: rng.uniform(*bounds) for name, bounds in ranges.items()}


def _soft(inside: np.ndarray) -> np.ndarray:
    """A mask with soft edges: 1 where ``inside`` is far below 0, 0 where it is far above."""
    return 1 / (1 + np.exp(np.clip(inside, -30, 30)))


def _draw(person: dict[str, float], rng: np.random.RandomState) -> np.ndarray:
    """One picture of a person, (64, 64) uint8."""
    from scipy import ndimage  # slow to import, and only here

    down, across = np.mgrid[:SIDE, :SIDE].astype(float)
    angle, scale, turn = np.deg2rad(rng.uniform(-10, 10)), rng.uniform(0.9, 1.1), rng.uniform(-3.5, 3.5)
    x, y = (across - 31.5 - rng.uniform(-3, 3)) / scale, (down - 33 - rng.uniform(-3, 3)) / scale
    x, y = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    picture = np.full((SIDE, SIDE), rng.uniform(40, 110))
    for mask, shade in [*_head(person, x, y, x - turn), *_features(person, x - turn, y, turn, rng)]:
        picture = picture * (1 - mask) + shade * mask
    light = rng.uniform(0, 2 * np.pi)
    slope = ((across - 32) * np.cos(light) + (down - 32) * np.sin(light)) / 32
    picture = picture * (1 + rng.uniform(0.1, 0.55) * slope) * rng.uniform(0.75, 1.15)
    picture += rng.normal(0, 5, picture.shape)
    return np.rint(ndimage.gaussian_filter(picture, 0.5).clip(0, 255)).astype(np.uint8)


def _head(p: dict[str, float], x: np.ndarray, y: np.ndarray, x_face: np.ndarray) -> list[Layer]:
    """Hair, ears, face and beard, from back to front."""
    face = _soft(20 * (np.hypot(x / p["width"], y / p["height"]) - 1))
    layers = [(_soft(20 * (np.hypot(x / (p["width"] + 3), (y + 4) / (p["height"] + 1)) - 1)), p["hair"])]
    if p["long"] < 0.4:
        sides = np.maximum(np.abs(x) - p["width"] - 3, np.maximum(-y, y - p["height"]))
        layers.append((_soft(sides / 0.7), p["hair"]))
    for side in (-1, 1):
        layers.append((_soft(4 * (np.hypot((x - side * p["width"]) / p["ear"], y / 5) - 1)), 0.9 * p["skin"]))
    layers += [(face, p["skin"]), (face * _soft(y - p["line"] - 0.02 * x**2), p["hair"])]
    if p["beard"] < 0.25:
        layers.append((face * _soft(p["mouth_down"] - 3 - y - 0.01 * x_face**2), 0.45 * p["skin"]))
    return layers


def _features(
    p: dict[str, float], x: np.ndarray, y: np.ndarray, turn: float, rng: np.random.RandomState
) -> list[Layer]:
    """Eyes, brows, glasses, nose and mouth; the lids and the mouth are those of the moment."""
    smile, lid = rng.uniform(-0.04, 0.06), rng.uniform(0.55, 1.1)
    gape = rng.uniform(0, 1.8) * (rng.uniform() < 0.35)
    dark, layers = 0.7 * min(p["hair"], p["skin"] - 50), []
    for side in (-1, 1):
        ex, ey, height = x - side * p["eye_apart"], y - p["eye_up"], p["eye_height"] * lid
        brow = _soft(2 * (np.abs(ey + p["brow_up"] + side * p["brow_tilt"] * ex) - p["brow"]))
        layers.append((_soft(2.5 * (np.hypot(ex / p["eye_width"], ey / height) - 1)), 235))
        layers.append((_soft(2 * (np.hypot(ex, ey) - min(height, 1.7))), 25))
        layers.append((brow * _soft(2 * (np.abs(ex) - p["eye_width"] - 1.5)), dark))
        if p["glasses"] < 0.25:
            layers.append((_soft(2.5 * (np.abs(np.hypot(ex, ey) - p["eye_width"] - 2) - 0.6)), 20))
    tip_x, tip_y = x - 0.4 * turn, y - p["eye_up"] - p["nose_long"]
    layers.append((0.45 * _soft(2.5 * (np.hypot(tip_x / p["nose_wide"], tip_y / 1.6) - 1)), 0.4 * p["skin"]))
    ridge = _soft(2 * (np.abs(tip_x - 1) - 0.6)) * _soft(np.abs(tip_y + p["nose_long"] / 2) - p["nose_long"] / 2)
    layers.append((0.25 * ridge, 0.4 * p["skin"]))
    bend, across = y - p["mouth_down"] + smile * x**2, np.abs(x) - p["mouth_wide"]
    layers.append((_soft(2 * (np.abs(bend) - p["lip"] - gape)) * _soft(2 * across), 0.45 * p["skin"]))
    if gape > 0.5:
        layers.append((_soft(2 * (np.abs(bend) - 0.7 * gape)) * _soft(2 * (across + 2)), 25))
    return layers
