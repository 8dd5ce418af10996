"""Gradient descent with one weight, on two quadratics and in two valleys, from crawling to diverging."""

from __future__ import annotations

import numpy as np

from dlcourse.widgets._base import Axis, Layer, Panel, choice, slider
from dlcourse.widgets.explorer import Answer, Explorer
from dlcourse.widgets.strings import DESCENT as WORDS

STEPS = 40
LINE = np.linspace(-2.5, 2.5, 81)
# The coefficients of w⁴, w³, … : L = λ w² / 2, and a double well that is deeper on the left.
SURFACES = dict(zip(WORDS["surfaces"], ([0.5, 0, 0], [5.0, 0, 0], [0.25, 0, -0.5, 0.15, 0]), strict=True))


def still(surface: str) -> np.ndarray:
    """The places without slope from left to right, shape (2 k - 1,): minima, and between them the tops."""
    return np.sort(np.roots(np.polyder(SURFACES[surface])).real)


def descend(surface: str, rate: float, start: float) -> np.ndarray:
    """The weight after 0 to STEPS steps, shape (STEPS + 1,); infinite or NaN where it diverges."""
    slope, way = np.polyder(SURFACES[surface]), [start]
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            way.append(way[-1] - rate * np.polyval(slope, way[-1]))
    return np.array(way)


def regime(way: np.ndarray, above: np.ndarray) -> str:
    """Say what a way and its loss above the minimum, each of shape (steps + 1,), do.

    ``resting``: no step leads away. ``diverging``: the loss ends higher than it began, and the weight beyond the chart.
    ``oscillating``: higher too, but held by a valley; or most steps turn back. ``crawling``: more than a tenth of the
    loss is left. ``converging``: all else.
    """
    if not np.any(way - way[0]):
        return "resting"
    if not above[-1] <= above[0] * (1 + 1e-9):  # NaN fails the comparison too
        return "oscillating" if abs(way[-1]) < LINE[-1] else "diverging"
    moves = np.diff(way)
    moves = moves[np.abs(moves) > 1e-9 * np.abs(moves).max()]  # what rounding does at the end is no turn
    turns = np.sign(moves[1:]) * np.sign(moves[:-1])
    if np.sum(turns < 0) > np.sum(turns > 0):
        return "oscillating"
    return "crawling" if above[-1] > 0.1 * above[0] else "converging"


def _answer(rate: float, start: float, surface: str) -> Answer:
    coefficients, places, way = SURFACES[surface], still(surface), descend(surface, rate, start)
    lows, tops = places[::2], places[1::2]
    with np.errstate(all="ignore"):
        loss = np.polyval(coefficients, way)
        low = lows[np.searchsorted(tops, way[-1] if np.isfinite(way[-1]) else start)]
        above = loss - np.polyval(coefficients, low)
        left = above[-1] / above[0]
        lowest = np.polyval(coefficients, lows).min()
    kind = regime(way, above)
    curvature = np.polyval(np.polyder(coefficients, 2), low)
    facts = {"steps": STEPS, "left": left, "end": max(above[-1], 0), "critical": 2 / curvature}
    text = WORDS[kind].format(**facts)
    if len(lows) == 1:
        text += " " + WORDS["critical"].format(share=rate * curvature / 2, **facts)
    elif kind == "diverging":
        text += " " + WORDS["gone"]
    else:
        text += " " + WORDS["valley"].format(**facts | {"end": way[-1], "minimum": low, "curvature": curvature})
    arrays = {"path": np.stack([way, loss], axis=1)[None], "loss": (loss - lowest)[None]}
    return arrays, text


def explore_descent() -> Explorer:
    """Steps of gradient descent on quadratics and in two valleys, with the learning rate on a logarithmic slider."""
    curves = np.array([np.polyval(coefficients, LINE) for coefficients in SURFACES.values()])[:, None]
    high, low = [3.0, 30.0, 3.0], [-0.2, -2.0, -0.6]
    layers = [Layer("lines", "curves", [WORDS["curve"]], x="line", by="surface")]
    layers += [Layer("paths", "path", [WORDS["descent"]])]
    path = Panel(WORDS["path"], Axis(WORDS["w"], -2.5, 2.5), Axis(WORDS["loss"], low, high, by="surface"), layers)
    loss = Panel(
        WORDS["losses"],
        Axis(WORDS["step"], 0, STEPS),
        Axis(WORDS["above"], 1e-5, 100, log=True),
        [Layer("lines", "loss", [WORDS["descent"]], x="steps")],
    )
    controls = [
        slider("rate", WORDS["rate"], np.geomspace(1e-3, 10**0.5, 71), "{:.3g}", start=36, stops=range(0, 71, 2)),
        slider("start", WORDS["start"], np.linspace(-2, 2, 21), "{:.1f}", start=19, stops=(3, 11, 19)),
        choice("surface", WORDS["surface"], list(SURFACES)),
    ]
    fixed = {"curves": curves, "line": LINE, "steps": np.arange(STEPS + 1)}
    return Explorer(WORDS["title"], controls, [path, loss], _answer, fixed=fixed)
