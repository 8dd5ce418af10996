"""Drawings of structure: networks, shapes, steps, dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from dlcourse.plot._look import COLOURS, STYLE, new_figure, show

PALE = ("#D6E9F5", "#FBE0D1", "#D3F0E6", "#F5E4EE", "#DDF0FB", "#FBEFD0")


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
        figure, axes = new_figure(1.35 * len(layers) + 0.3, 2.7)
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


def network(
    layers: Mapping[str, Sequence[str] | int],
    *,
    alt: str,
    title: str = "",
    edge_labels: Mapping[tuple[str, str], str] | None = None,
    most: int = 8,
) -> None:
    """Draw neurons as circles, layer by layer from left to right, each joined to all of the layer before.

    Args:
        layers: for each layer's name the text in each of its neurons, or how many unlabelled ones it has; a
            number larger than ``most`` is drawn with a gap.
        alt: the text alternative.
        title: a line above the figure.
        edge_labels: text on the line between two labelled neurons, by their texts.
        most: how many neurons of a layer are drawn at the most.

    Raises:
        ValueError: an edge label names a neuron that is not there.
    """
    columns = [_neurons(layer, most) for layer in layers.values()]
    places: dict[str, tuple[float, float]] = {}
    with mpl.rc_context(STYLE | {"axes.grid": False}):
        tallest = max(map(len, columns))
        figure, axes = new_figure(1.9 * len(columns) + 0.6, 0.62 * tallest + 1.0)
        spots = [
            [(2.0 * x, (len(column) - 1) / 2 - y) for y in range(len(column))] for x, column in enumerate(columns)
        ]
        for before, after, left, right in zip(columns, columns[1:], spots, spots[1:], strict=False):
            pairs = [
                (a, b)
                for a, text in zip(left, before, strict=True)
                if text != "⋮"
                for b, other in zip(right, after, strict=True)
                if other != "⋮"
            ]
            for (x0, y0), (x1, y1) in pairs:
                axes.plot([x0, x1], [y0, y1], color="#999999", linewidth=0.7, zorder=1)
        for index, (column, spot) in enumerate(zip(columns, spots, strict=True)):
            for text, (x, y) in zip(column, spot, strict=True):
                places[text] = (x, y)
                if text != "⋮":
                    face = PALE[index % 3]
                    axes.add_patch(mpl.patches.Circle((x, y), 0.36, facecolor=face, edgecolor="black", zorder=2))
                axes.text(x, y, text, ha="center", va="center", fontsize=9, zorder=3)
        for (start, end), text in (edge_labels or {}).items():
            missing = [name for name in (start, end) if name not in places]
            if missing:
                raise ValueError(
                    f"there is no neuron {missing[0]!r}; choose from {', '.join(filter(None, places))}."
                )
            (x0, y0), (x1, y1) = places[start], places[end]
            # Nearer to the start, where lines to the same neuron have not met yet.
            axes.text(
                x0 + 0.28 * (x1 - x0),
                y0 + 0.28 * (y1 - y0),
                text,
                ha="center",
                va="center",
                fontsize=8,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
                zorder=2,
            )
        bottom = -(tallest - 1) / 2 - 0.62
        for x, name in enumerate(layers):
            axes.text(2.0 * x, bottom, name, ha="center", va="top", fontsize=9)
        axes.set(xlim=(-0.8, 2.0 * (len(columns) - 1) + 0.8), ylim=(bottom - 0.5, -bottom - 0.1), title=title)
        axes.set_aspect("equal")
        axes.axis("off")
        show(figure, alt)


def boxes(
    places: Mapping[str, tuple[float, float]],
    arrows: Sequence[tuple[str, str] | tuple[str, str, str]],
    *,
    alt: str,
    title: str = "",
    colours: Mapping[str, int] | None = None,
) -> None:
    """Draw labelled boxes and arrows between them: the steps of a method, a map of the course.

    Args:
        places: for each box, whose text is the key, its column and row; row 0 is on top, halves are allowed.
        arrows: from which box to which, with a text beside the arrow where there is a third entry.
        alt: the text alternative.
        title: a line above the figure.
        colours: for some boxes, which of the six pale colours fills it (0 to 5; 0 when left out).

    Raises:
        ValueError: an arrow starts or ends at a box that is not there.
    """
    for name in (name for arrow in arrows for name in arrow[:2]):
        if name not in places:
            raise ValueError(f"there is no box {name!r}; choose from {', '.join(places)}.")
    columns, rows = (max(place[axis] for place in places.values()) + 1 for axis in (0, 1))
    with mpl.rc_context(STYLE | {"axes.grid": False}):
        width, height = 1.75, 0.95  # inches from box to box
        figure, axes = new_figure(width * columns, height * rows + (0.3 if title else 0))
        drawn = {}
        for name, (column, row) in places.items():
            face = PALE[(colours or {}).get(name, 0) % len(PALE)]
            style = {"boxstyle": "round,pad=0.45", "facecolor": face, "edgecolor": "#444444"}
            drawn[name] = axes.text(column, -row, name, ha="center", va="center", fontsize=9, bbox=style, zorder=3)
        for start, end, *text in arrows:
            patches = {"patchA": drawn[start].get_bbox_patch(), "patchB": drawn[end].get_bbox_patch()}
            (x0, y0), (x1, y1) = places[start], places[end]
            look = {"arrowstyle": "->", "color": "#444444", "shrinkA": 1, "shrinkB": 1, **patches}
            axes.annotate("", (x1, -y1), (x0, -y0), arrowprops=look, zorder=2)
            if text:
                # Beside the middle of the arrow: above a level one, to the right of a steep one.
                run, rise = width * (x1 - x0), height * (y0 - y1)
                side = np.array([-rise, run]) / np.hypot(run, rise)
                side *= 1 if side[1] > 1e-9 or (abs(side[1]) <= 1e-9 and side[0] > 0) else -1
                where = {"textcoords": "offset points", "ha": "center", "va": "center", "fontsize": 8}
                middle = ((x0 + x1) / 2, -(y0 + y1) / 2)
                distance = 8 + 3 * len(text[0]) * abs(side[0])
                axes.annotate(text[0], middle, tuple(distance * side), color="#444444", **where)
        axes.set(xlim=(-0.55, columns - 0.45), ylim=(-rows + 0.45, 0.55), title=title)
        axes.axis("off")
        show(figure, alt)


def timeline(events: Sequence[tuple[int, str]], *, alt: str, title: str = "", x_label: str = "year") -> None:
    """Draw dated events along an axis, their names staggered so that they do not touch.

    Args:
        events: year and short name, in the order of their years.
        alt: the text alternative.
        title: a line above the figure.
        x_label: what the axis measures.

    Raises:
        ValueError: there is no event, or the years are out of order.
    """
    years = [year for year, _ in events]
    if not years or years != sorted(years):
        raise ValueError(f"the years are {years}; give one event or more, in order.")
    with mpl.rc_context(STYLE | {"axes.grid": False}):
        figure, axes = new_figure(7.4, 0.34 * len(events) + 0.9)
        # One row for each event, the first on top: names of any length stay apart.
        for row, (year, name) in enumerate(events):
            axes.plot([year, year], [-row, -len(events)], color="#CCCCCC", linewidth=0.9, zorder=1)
            axes.plot(year, -row, "o", color=COLOURS[0], markersize=6, zorder=2)
            late = year > (years[0] + years[-1]) / 2
            clear = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
            text = f"{name}  {year}" if late else f"{year}  {name}"
            axes.annotate(
                text,
                (year, -row),
                (-8 if late else 8, 0),
                textcoords="offset points",
                va="center",
                ha="right" if late else "left",
                fontsize=9,
                bbox=clear,
            )
        axes.set(ylim=(-len(events), 0.8), xlabel=x_label, title=title)
        axes.margins(x=0.06)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_visible(False)
        axes.spines["left"].set_visible(False)
        show(figure, alt)


def _neurons(layer: Sequence[str] | int, most: int) -> list[str]:
    """The texts of a layer's neurons; unlabelled ones get blanks of different lengths, so that each is itself."""
    if not isinstance(layer, int):
        return list(layer)
    if layer <= most:
        return [" " * place for place in range(layer)]
    half = (most - 1) // 2
    return [*(" " * place for place in range(half)), "⋮", *(" " * place for place in range(half, 2 * half))]
