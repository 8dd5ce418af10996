"""The look of all figures, and the one way in which they are shown."""

from __future__ import annotations

from io import BytesIO

import matplotlib as mpl
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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


def new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure outside pyplot, which keeps no reference to it and shows it only once."""
    figure = Figure(figsize=(width, height))
    return figure, figure.subplots()
