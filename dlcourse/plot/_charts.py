"""Charts of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from dlcourse.plot._look import COLOURS, MARKERS, STYLE, new_figure, show


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
    x_scale: str = "linear",
    y_scale: str = "linear",
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
        x_scale: "linear", "log" or "symlog", as Matplotlib names them.
        y_scale: as ``x_scale``.
        y_limits: bottom and top of the vertical axis.

    Raises:
        ValueError: a line and its positions differ in length.
    """
    with mpl.rc_context(STYLE):
        figure, axes = new_figure(6.4, 3.6)
        for index, (name, y) in enumerate(ys.items()):
            where = np.asarray(x[name] if isinstance(x, Mapping) else x)
            if where.shape != np.shape(y):
                raise ValueError(f"{name!r} has shape {np.shape(y)}, its positions {where.shape}; give as many.")
            marker = MARKERS[index % len(MARKERS)] if markers else None
            axes.plot(where, y, label=name, marker=marker, markersize=4)
            if bands and name in bands:
                axes.fill_between(where, *bands[name], color=axes.lines[-1].get_color(), alpha=0.18, linewidth=0)
        axes.set(xlabel=x_label, ylabel=y_label, title=title, xscale=x_scale, yscale=y_scale)
        if y_limits:
            axes.set_ylim(*y_limits)
        if len(ys) > 1:
            axes.legend()
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
        figure, axes = new_figure(5.6, 5.2)
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


def heatmap(
    values: ArrayLike,
    row_names: Sequence[str],
    column_names: Sequence[str],
    *,
    x_label: str,
    y_label: str,
    alt: str,
    title: str = "",
) -> None:
    """Draw a matrix of numbers from 0 up as fields, darker for larger: attention weights, a spectrogram.

    Args:
        values: shape (rows, columns); the first row is drawn on top.
        row_names: one short text per row.
        column_names: one short text per column.
        x_label: what the columns are.
        y_label: what the rows are.
        alt: the text alternative.
        title: a line above the figure.

    Raises:
        ValueError: the names are not as many as the rows and columns.
    """
    values = np.asarray(values)
    if values.shape != (len(row_names), len(column_names)):
        wanted = (len(row_names), len(column_names))
        raise ValueError(f"values has shape {values.shape}; these names need {wanted}.")
    with mpl.rc_context(STYLE | {"axes.grid": False}):
        figure, axes = new_figure(1.1 + 0.26 * len(column_names), 0.9 + 0.26 * len(row_names))
        axes.imshow(values, cmap="Blues", vmin=0, aspect="auto")
        axes.set_xticks(range(len(column_names)), column_names)
        axes.set_yticks(range(len(row_names)), row_names)
        axes.set(xlabel=x_label, ylabel=y_label, title=title)
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
        figure, axes = new_figure(6.4, 0.9 + 0.42 * len(names))
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


def bars(groups: Mapping[str, float], *, x_label: str, alt: str, title: str = "", digits: int = 2) -> None:
    """Draw one horizontal bar per entry, labelled with its value.

    Args:
        groups: values by name; the first is drawn on top.
        x_label: what was measured, with its unit.
        alt: the text alternative.
        title: a line above the figure.
        digits: decimals of the values beside the bars.
    """
    names, values = list(groups), np.array(list(groups.values()), dtype=float)
    with mpl.rc_context(STYLE):
        figure, axes = new_figure(6.4, 0.9 + 0.36 * len(names))
        drawn = axes.barh(range(len(names)), values, color=COLOURS[0], height=0.65)
        axes.bar_label(drawn, [f"{value:,.{digits}f}" for value in values], padding=3, fontsize=8.5)
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.margins(x=0.12)
        axes.grid(axis="y", visible=False)
        axes.set(xlabel=x_label, title=title)
        show(figure, alt)


def scatter(
    points: ArrayLike,
    labels: ArrayLike,
    *,
    x_label: str,
    y_label: str,
    alt: str,
    class_names: Sequence[str] = (),
    title: str = "",
) -> None:
    """Draw points in the plane, a colour and a marker for each class.

    Args:
        points: shape (n, 2).
        labels: class numbers, shape (n,).
        x_label: what the horizontal axis measures, with its unit.
        y_label: what the vertical axis measures, with its unit.
        alt: the text alternative.
        class_names: what each class number stands for; the numbers themselves when left out.
        title: a line above the figure.

    Raises:
        ValueError: the points are not in the plane, or the labels are not as many.
    """
    points, labels = _checked_points(points, labels)
    with mpl.rc_context(STYLE):
        figure, axes = new_figure(5.2, 4.0)
        _draw_classes(axes, points, labels, class_names)
        axes.set(xlabel=x_label, ylabel=y_label, title=title)
        axes.legend()
        show(figure, alt)


def regions(
    panels: Mapping[str, ArrayLike],
    points: ArrayLike,
    labels: ArrayLike,
    *,
    extent: tuple[float, float, float, float],
    alt: str,
    x_label: str = "$x_1$",
    y_label: str = "$x_2$",
    title: str = "",
) -> None:
    """Draw side by side how several models of two classes divide the plane, and the points they learned from.

    Args:
        panels: for each model's name the probability of class 1 on a grid, shape (rows, columns), the first row at
            the bottom.
        points: shape (n, 2).
        labels: 0 or 1, shape (n,).
        extent: left, right, bottom and top edge of the grid.
        alt: the text alternative.
        x_label: what the horizontal axis measures.
        y_label: what the vertical axis measures.
        title: a line above the figure.

    Raises:
        ValueError: the points are not in the plane, or the labels are not as many.
    """
    points, labels = _checked_points(points, labels)
    with mpl.rc_context(STYLE | {"axes.grid": False}):
        figure = Figure(figsize=(2.6 * len(panels) + 0.4, 3.1 + (0.25 if title else 0)))
        grid = np.ravel(figure.subplots(1, len(panels), squeeze=False, sharey=True))
        for axes, (name, probs) in zip(grid, panels.items(), strict=True):
            axes.imshow(
                probs, extent=extent, origin="lower", cmap="RdYlBu", vmin=0, vmax=1, alpha=0.55, aspect="auto"
            )
            axes.contour(probs, levels=[0.5], extent=extent, colors="black", linewidths=1.2)
            _draw_classes(axes, points, labels, (), size=9)
            axes.set(xlabel=x_label, title=name)
        grid[0].set_ylabel(y_label)
        figure.suptitle(title, fontsize="medium")
        show(figure, alt)


def landscape(
    x: ArrayLike,
    y: ArrayLike,
    heights: ArrayLike,
    paths: Mapping[str, ArrayLike],
    *,
    x_label: str,
    y_label: str,
    alt: str,
    title: str = "",
    goal: tuple[float, float] | None = None,
) -> None:
    """Draw a loss over two parameters as contour lines, and on it the paths that optimizers take.

    Args:
        x: positions along the horizontal axis, shape (columns,).
        y: positions along the vertical axis, shape (rows,).
        heights: the loss, shape (rows, columns); levels are spread evenly over its values' ranks.
        paths: for each name the visited points, shape (steps, 2).
        x_label: what the horizontal axis measures.
        y_label: what the vertical axis measures.
        alt: the text alternative.
        title: a line above the figure.
        goal: where the minimum is, marked with a star.

    Raises:
        ValueError: ``heights`` does not fit ``x`` and ``y``.
    """
    x, y, heights = map(np.asarray, (x, y, heights))
    if heights.shape != (len(y), len(x)):
        raise ValueError(f"heights has shape {heights.shape}; these axes need {(len(y), len(x))}.")
    with mpl.rc_context(STYLE | {"axes.grid": False}):
        figure, axes = new_figure(6.0, 4.4)
        levels = np.unique(np.quantile(heights, np.linspace(0.01, 0.97, 14)))
        axes.contour(x, y, heights, levels=levels, colors="#AAAAAA", linewidths=0.8)
        for index, (name, path) in enumerate(paths.items()):
            path = np.asarray(path)
            marker = MARKERS[index % len(MARKERS)]
            axes.plot(path[:, 0], path[:, 1], marker=marker, markersize=3.5, linewidth=1.3, label=name)
        if goal:
            axes.plot(*goal, "*", color="black", markersize=12, label="minimum")
        axes.set(xlabel=x_label, ylabel=y_label, title=title, xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
        axes.legend(loc="best", fontsize=8.5, frameon=True)
        show(figure, alt)


def _checked_points(points: ArrayLike, labels: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    points, labels = np.asarray(points), np.asarray(labels)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"points has shape {points.shape}; give (n, 2).")
    if labels.shape != (len(points),):
        raise ValueError(f"labels has shape {labels.shape}; {len(points)} points need as many.")
    return points, labels


def _draw_classes(
    axes: Axes, points: np.ndarray, labels: np.ndarray, class_names: Sequence[str], size: float = 16
) -> None:
    for index, label in enumerate(np.unique(labels)):
        chosen = points[labels == label]
        name = class_names[int(label)] if class_names else f"class {label}"
        # Class 0 is red and class 1 blue, as in the regions below them.
        colour = COLOURS[(1, 0, *range(2, len(COLOURS)))[index % len(COLOURS)]]
        axes.scatter(
            *chosen.T,
            s=size,
            color=colour,
            marker=MARKERS[index % len(MARKERS)],
            label=name,
            edgecolors="white",
            linewidths=0.4,
        )
