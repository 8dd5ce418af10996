"""Pictures: data as it looks, and what a model makes of it."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from dlcourse.plot._look import COLOURS, STYLE, show


def images(
    pictures: ArrayLike,
    *,
    alt: str,
    titles: Sequence[str] = (),
    columns: int = 8,
    title: str = "",
    size: float = 1.0,
) -> None:
    """Draw pictures in a grid; grey ones white for the largest value of all.

    Args:
        pictures: grey, shape (n, height, width) or (n, height, width, 1), one value range for all; or in colour,
            (n, height, width, 3), red, green and blue from 0 to 1 or as whole numbers from 0 to 255.
        alt: the text alternative.
        titles: one short text above each picture, or none.
        columns: pictures in a row.
        title: a line above the grid.
        size: width of a picture in inches.

    Raises:
        ValueError: there is no picture, its shape is another, or the number of titles differs.
    """
    pictures = np.asarray(pictures)
    if pictures.ndim == 4 and pictures.shape[-1] == 1:
        pictures = pictures[..., 0]
    in_colour = pictures.ndim == 4 and pictures.shape[-1] == 3
    if not (pictures.ndim == 3 or in_colour) or not len(pictures):
        raise ValueError(
            f"pictures has shape {pictures.shape}; give (n, height, width) or (n, height, width, 3) with n of 1 or "
            "more."
        )
    if titles and len(titles) != len(pictures):
        raise ValueError(f"there are {len(titles)} titles for {len(pictures)} pictures; give one each, or none.")
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    with mpl.rc_context(STYLE):
        height = size * pictures.shape[1] / pictures.shape[2] + (0.3 * min(size, 1) if titles else 0)
        figure = Figure(figsize=(columns * size, rows * height + (0.3 if title else 0)))
        grid = np.ravel(figure.subplots(rows, columns, squeeze=False))
        for axes in grid:
            axes.axis("off")
        for index, picture in enumerate(pictures):
            grid[index].imshow(picture, vmin=pictures.min(), vmax=pictures.max())
            if titles:
                grid[index].set_title(titles[index], fontsize=8)
        figure.suptitle(title, fontsize="medium")
        show(figure, alt)


def probabilities(
    pictures: ArrayLike, probs: ArrayLike, class_names: Sequence[str], *, alt: str, titles: Sequence[str] = ()
) -> None:
    """Draw pictures, each with a bar per class below it: what a classifier makes of it.

    Args:
        pictures: shape (n, height, width) or (n, height, width, 1).
        probs: probabilities from 0 to 1, shape (n, classes).
        class_names: one name per class.
        alt: the text alternative.
        titles: one text above each picture, or none.

    Raises:
        ValueError: the numbers of pictures, rows of ``probs`` and class names do not fit.
    """
    pictures, probs = np.asarray(pictures), np.asarray(probs)
    if probs.shape != (len(pictures), len(class_names)):
        wanted = (len(pictures), len(class_names))
        raise ValueError(f"probs has shape {probs.shape}; these pictures and classes need {wanted}.")
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(1.7 * len(pictures), 3.0))
        grid = figure.subplots(2, len(pictures), squeeze=False, height_ratios=(3, 2), sharey="row")
        for column, picture in enumerate(pictures):
            above, below = grid[:, column]
            above.imshow(np.squeeze(picture))
            above.axis("off")
            above.set_title(titles[column] if titles else "", fontsize=8.5)
            below.bar(range(len(class_names)), probs[column], color=COLOURS[0])
            below.set_xticks(range(len(class_names)), class_names, fontsize=7)
            below.set_ylim(0, 1)
            below.grid(axis="x", visible=False)
        grid[1, 0].set_ylabel("probability")
        show(figure, alt)
