"""Handwritten digits in MNIST's look that need no file: scikit-learn's small scans, redrawn with variations.

The scans are the 1,797 pictures of ``sklearn.datasets.load_digits``: 8 × 8 cells, each with 0 to 16 parts of ink,
from the test set of the UCI data set "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak, 1998,
https://doi.org/10.24432/C50P49). They carry no writers' names, so the split is by scan: the drawings of one scan
are all for training or all for testing.
"""

from __future__ import annotations

import functools

import numpy as np
from scipy import ndimage

SIDE = 28  # pixels along a picture's side
BOX = 20  # pixels along the side of the box that MNIST fits each digit into
TRAIN, TEST = 6000, 2000  # pictures
TEST_SCANS = 450  # of the 1,797, a quarter
ZOOM = 3  # field points per cell of a scan
MARGIN = 2  # empty cells around a scan, so that a turned digit keeps its corners
FIELD = (8 + 2 * MARGIN) * ZOOM  # field points along a side
AT_ONCE = 200  # pictures drawn in one go: few enough for the processor's cache


@functools.cache
def make_digits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw the embedded digits: the same ones on every machine, in about a second, made once per process.

    Returns:
        ``x_train`` (6000, 28, 28) and ``x_test`` (2000, 28, 28), uint8, 0 for the background to 255 for full ink;
        ``y_train`` and ``y_test``, int64, each digit equally often. They are read-only; copy before changing them.
    """
    from sklearn.datasets import load_digits

    scans = load_digits()
    # RandomState, unlike default_rng, promises the same stream in every release of NumPy.
    rng = np.random.RandomState(0)
    fields = _stroke_fields(scans.images / 16)
    arrays = []
    for chosen in _choose_scans(scans.target, rng):
        parts = np.split(chosen, range(AT_ONCE, len(chosen), AT_ONCE))
        arrays += [np.concatenate([_draw(fields[part], rng) for part in parts]), scans.target[chosen]]
    for array in arrays:
        array.flags.writeable = False
    return tuple(arrays)


def _choose_scans(labels: np.ndarray, rng: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of the scans to draw for training and for testing, in random order; no scan is in both."""
    test, train = np.split(rng.permutation(len(labels)), [TEST_SCANS])
    return _balanced(train, labels, TRAIN, rng), _balanced(test, labels, TEST, rng)


def _balanced(scans: np.ndarray, labels: np.ndarray, total: int, rng: np.random.RandomState) -> np.ndarray:
    """Repeat the scans of each digit as often as it takes to have ``total`` in all, and shuffle them."""
    return rng.permutation(np.concatenate([np.resize(scans[labels[scans] == d], total // 10) for d in range(10)]))


def _stroke_fields(scans: np.ndarray) -> np.ndarray:
    """Turn scans, (n, 8, 8) from 0 to 1, into fields that are about 1 on a stroke's midline and fall to 0 beside.

    Cut at a level between 0 and 1, such a field gives strokes of even width: thin ones high up, bold ones low down.

    Returns:
        Shape (n, 36, 36): each cell becomes 3 × 3 points, with a margin of two cells all around.
    """
    edge = (MARGIN, MARGIN)
    points = np.pad(scans, ((0, 0), edge, edge)).repeat(ZOOM, axis=1).repeat(ZOOM, axis=2)
    # The difference of a fine and a coarse blur peaks on midlines; dividing by the peak nearby evens out the ink.
    peaks = (_blur(points, 0.4) - 0.7 * _blur(points, 1.1)).clip(0)
    nearby = _blur(ndimage.maximum_filter(peaks, (1, 3 * ZOOM, 3 * ZOOM)), 1)
    return peaks / np.maximum(nearby, 0.1)


def _blur(points: np.ndarray, cells: float) -> np.ndarray:
    return ndimage.gaussian_filter(points, (0, cells * ZOOM, cells * ZOOM))


def _draw(fields: np.ndarray, rng: np.random.RandomState) -> np.ndarray:
    """Draw each field (n, 36, 36) once: stretched, slanted, turned, bent, fitted to MNIST's box and centred.

    Returns:
        Shape (n, 28, 28), uint8.
    """

    def random(low: float, high: float) -> np.ndarray:
        return rng.uniform(low, high, (len(fields), 1, 1))

    angle = np.deg2rad(random(-15, 15))
    sin, cos = np.sin(angle), np.cos(angle)
    stretch, slant, level = random(0.9, 1.7), random(-0.15, 0.45), random(0.4, 0.7)

    # Where the ink goes, seen from its centre of mass: this gives the size of the digit.
    ink = np.where(fields > level, fields, 0)[:, ::2, ::2]
    ticks = np.arange(0.0, FIELD, 2)
    middle_y, middle_x = _mean(ink, ticks[:, None]), _mean(ink, ticks)
    y = ticks[:, None] - middle_y
    x = stretch * (ticks - middle_x) - slant * y
    spans = [np.ptp(np.where(ink > 0, place, 0), axis=(1, 2)) for place in (cos * y - sin * x, cos * x + sin * y)]
    points_per_pixel = (np.maximum(*spans) + 2)[:, None, None] / (BOX * random(0.88, 1.08))

    # And back: the place in the field that each pixel shows. Rows and columns slide along smooth random curves.
    pixels = np.arange(SIDE) - SIDE / 2
    rows, columns, heights, widths = 1.6 * _curves(rng, 4, len(fields))
    down = points_per_pixel * (pixels[:, None] + random(-1, 1) + columns[:, None, :] + heights[:, :, None])
    across = points_per_pixel * (pixels + random(-1, 1) + rows[:, :, None] + widths[:, None, :])
    y = cos * down + sin * across
    x = (cos * across - sin * down + slant * y) / stretch
    places = zip(fields, y + middle_y, x + middle_x, strict=True)
    heights = np.stack([ndimage.map_coordinates(field, (y, x), order=1) for field, y, x in places])

    # A soft cut leaves the grey edge that a scanner does.
    cut = 0.5 + (heights - level) * ZOOM / (points_per_pixel * random(0.5, 1))
    return np.rint(255 * random(0.9, 1) * cut.clip(0, 1)).astype(np.uint8)


def _mean(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    return (weights * values).sum((1, 2), keepdims=True) / weights.sum((1, 2), keepdims=True)


def _curves(rng: np.random.RandomState, kinds: int, count: int) -> np.ndarray:
    """Return sine curves of random height, phase and length over a picture's side, shape (kinds, count, 28)."""
    height, phase, waves = rng.uniform(-1, 1, (3, kinds, count, 1))
    return height * np.sin(2 * np.pi * ((1 + waves / 2) * np.arange(SIDE) / SIDE + phase))
