"""One look for all figures, and one text alternative for each.

Every function draws one figure, shows it below the cell and returns nothing. ``alt`` is what a reader who cannot
see the figure gets instead: it is stored with the picture, and JupyterLab, the site and plain-text viewers all
read it from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

import matplotlib as mpl
import numpy as np
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

# Okabe and Ito's palette ("Color Universal Design", 2008) without its yellow, which is faint on white: the eight
# colours stay apart for the common kinds of colour blindness.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

STYLE = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.prop_cycle": mpl.cycler(color=COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": "medium",
    "figure.constrained_layout.use": True,
    "figure.dpi": 110,
    "font.size": 10,
    "grid.color": "#DDDDDD",
    "image.cmap": "gray",
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "savefig.facecolor": "white",
}

SHORTEST_ALT = 30


def show(figure: Figure, alt: str) -> None:
    """Display a figure as PNG with its text alternative.

    Args:
        figure: a Matplotlib figure.
        alt: what the figure shows, in words that are enough without it.

    Raises:
        ValueError: ``alt`` is too short to describe a figure.
    """
    alt = " ".join(alt.split())
    if len(alt) < SHORTEST_ALT:
        raise ValueError(f"alt is {alt!r}; say in a sentence or two what the figure shows.")
    buffer = BytesIO()
    with mpl.rc_context(STYLE):
        # No creation date and no version, so that an unchanged figure is an unchanged file.
        figure.savefig(buffer, format="png", metadata={"Software": None})
    display({"image/png": buffer.getvalue(), "text/plain": alt}, metadata={"image/png": {"alt": alt}}, raw=True)


def curves(
    x: ArrayLike | Mapping[str, ArrayLike],
    ys: Mapping[str, ArrayLike],
    *,
    x_label: str,
    y_label: str,
    alt: str,
    title: str = "",
    bands: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    markers: bool = False,
    y_limits: tuple[float, float] | None = None,
) -> None:
    """Draw one line per entry of ``ys``, labelled with its key.

    Args:
        x: positions shared by all lines, shape (n,), or one such array per key of ``ys``.
        ys: the lines, each of shape (n,).
        x_label: what the horizontal axis measures, with its unit.
        y_label: what the vertical axis measures, with its unit.
        alt: the text alternative.
        title: a line above the figure.
        bands: for some keys, the lower and upper edge of a shaded band, each of shape (n,).
        markers: mark each point, for lines of few points.
        y_limits: bottom and top of the vertical axis.

    Raises:
        ValueError: a line and its positions differ in length.
    """
    with mpl.rc_context(STYLE):
        figure, axes = _figure(6.4, 3.6)
        for index, (name, y) in enumerate(ys.items()):
            where = np.asarray(x[name] if isinstance(x, Mapping) else x)
            if where.shape != np.shape(y):
                raise ValueError(f"{name!r} has shape {np.shape(y)}, its positions {where.shape}; give as many.")
            marker = MARKERS[index % len(MARKERS)] if markers else None
            axes.plot(where, y, label=name, marker=marker, markersize=4)
            if bands and name in bands:
                axes.fill_between(where, *bands[name], color=axes.lines[-1].get_color(), alpha=0.18, linewidth=0)
        axes.set(xlabel=x_label, ylabel=y_label, title=title)
        if y_limits:
            axes.set_ylim(*y_limits)
        if len(ys) > 1:
            axes.legend()
        show(figure, alt)


def images(
    pictures: ArrayLike,
    *,
    alt: str,
    titles: Sequence[str] = (),
    columns: int = 8,
    title: str = "",
    size: float = 1.0,
) -> None:
    """Draw grey pictures in a grid, white for the largest value of all.

    Args:
        pictures: shape (n, height, width) or (n, height, width, 1), one value range for all.
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
    if pictures.ndim != 3 or not len(pictures):
        raise ValueError(f"pictures has shape {pictures.shape}; give (n, height, width) with n of 1 or more.")
    if titles and len(titles) != len(pictures):
        raise ValueError(f"there are {len(titles)} titles for {len(pictures)} pictures; give one each, or none.")
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(columns * size, rows * size * (1.3 if titles else 1.0) + (0.3 if title else 0)))
        grid = np.ravel(figure.subplots(rows, columns, squeeze=False))
        for axes in grid:
            axes.axis("off")
        for index, picture in enumerate(pictures):
            grid[index].imshow(picture, vmin=pictures.min(), vmax=pictures.max())
            if titles:
                grid[index].set_title(titles[index], fontsize=8)
        figure.suptitle(title, fontsize="medium")
        show(figure, alt)


def confusion(matrix: ArrayLike, class_names: Sequence[str], *, alt: str, title: str = "") -> None:
    """Draw a confusion matrix: true classes down, predicted classes across, the mistakes coloured.

    The diagonal, where the predictions are right, is left uncoloured: its counts are so much larger that they would
    make every mistake look the same.

    Args:
        matrix: counts, shape (classes, classes), row = true class.
        class_names: one name per class.
        alt: the text alternative.
        title: a line above the figure.

    Raises:
        ValueError: the matrix is not square or does not fit the names.
    """
    matrix = np.asarray(matrix)
    if matrix.shape != (len(class_names), len(class_names)):
        raise ValueError(
            f"matrix has shape {matrix.shape}; give a row and a column for each of {len(class_names)} classes."
        )
    mistakes = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
    with mpl.rc_context(STYLE | {"axes.grid": False}):
        figure, axes = _figure(5.6, 5.2)
        axes.imshow(mistakes, cmap="Oranges")
        dark = mistakes > mistakes.max() / 2
        for (row, column), count in np.ndenumerate(matrix):
            colour = "white" if dark[row, column] else "black" if count else "#999999"
            weight = "bold" if row == column else "normal"
            axes.text(column, row, f"{count}", ha="center", va="center", color=colour, weight=weight, fontsize=8.5)
        ticks = range(len(class_names))
        axes.set_xticks(ticks, class_names)
        axes.set_yticks(ticks, class_names)
        axes.set(xlabel="predicted class", ylabel="true class", title=title)
        show(figure, alt)


def spread(groups: Mapping[str, ArrayLike], *, x_label: str, alt: str, title: str = "", baseline: str = "") -> None:
    """Draw repeated measurements: one row per group, a dot per repetition, a bar at their mean.

    Args:
        groups: measurements by name of the group, each of shape (repetitions,); the first is drawn on top.
        x_label: what was measured, with its unit.
        alt: the text alternative.
        title: a line above the figure.
        baseline: name of a group whose mean is drawn as a dashed line through all rows.

    Raises:
        ValueError: ``baseline`` names no group.
    """
    if baseline and baseline not in groups:
        raise ValueError(f"baseline {baseline!r} is no group; choose from {', '.join(groups)}.")
    names = list(groups)
    with mpl.rc_context(STYLE):
        figure, axes = _figure(6.4, 0.9 + 0.42 * len(names))
        for row, name in enumerate(names):
            values = np.asarray(groups[name])
            colour = COLOURS[1] if name == baseline else COLOURS[0]
            axes.plot(
                values,
                np.full(len(values), row),
                "o",
                color=colour,
                alpha=0.55,
                markersize=6,
                markeredgewidth=0,
            )
            axes.plot([values.mean()] * 2, [row - 0.3, row + 0.3], color=colour, linewidth=3)
        if baseline:
            axes.axvline(np.mean(groups[baseline]), color=COLOURS[1], linestyle="--", linewidth=1)
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set(xlabel=x_label, title=title)
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


def shapes(layers: Mapping[str, tuple[int, ...]], *, alt: str, title: str = "") -> None:
    """Draw how the shape of one example changes from layer to layer.

    A (height, width, channels) tensor is a stack of squares, a vector is a column; sizes are drawn on a logarithmic
    scale so that large and small layers fit one figure.

    Args:
        layers: shape of one example after each layer, without the batch axis, by the layer's name.
        alt: the text alternative.
        title: a line above the figure.

    Raises:
        ValueError: a shape has neither one nor three axes.
    """
    with mpl.rc_context(STYLE | {"axes.grid": False}):
        figure, axes = _figure(1.35 * len(layers) + 0.3, 2.7)
        for column, (name, shape) in enumerate(layers.items()):
            if len(shape) not in (1, 3):
                raise ValueError(f"{name!r} has shape {shape}; one or three axes can be drawn.")
            _tensor(axes, column, shape, COLOURS[column % 3])
            axes.text(column, -0.62, name, ha="center", va="top", fontsize=8.5)
            axes.text(column, -0.8, " × ".join(map(str, shape)), ha="center", va="top", fontsize=8.5, weight="bold")
            if column:
                arrow = {"arrowstyle": "->", "color": "#555555"}
                axes.annotate("", (column - 0.42, 0), (column - 0.6, 0), arrowprops=arrow)
        axes.set(xlim=(-0.6, len(layers) - 0.4), ylim=(-1.0, 0.65), title=title)
        axes.set_aspect("equal")
        axes.axis("off")
        show(figure, alt)


def _tensor(axes: Axes, centre: float, shape: tuple[int, ...], colour: str) -> None:
    """Draw one tensor: sheets for its channels, or a column for a vector."""
    if len(shape) == 1:
        height = 0.11 * np.log2(shape[0] + 1)
        axes.add_patch(Rectangle((centre - 0.05, -height / 2), 0.1, height, facecolor=colour, edgecolor="black"))
        return
    side, sheets = 0.12 * np.log2(shape[0] + 1), min(shape[2], 6)
    for sheet in reversed(range(sheets)):
        corner = np.array([centre, 0]) - side / 2 + (sheet - (sheets - 1) / 2) * 0.035
        axes.add_patch(Rectangle(corner, side, side, facecolor=colour, edgecolor="white", linewidth=0.6))


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure outside pyplot, which keeps no reference to it and shows it only once."""
    figure = Figure(figsize=(width, height))
    return figure, figure.subplots()
