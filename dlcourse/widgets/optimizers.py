"""Five optimizers walk over one surface, by the same rules as in section 2.6."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dlcourse.widgets._base import Axis, Layer, Panel, choice, slider
from dlcourse.widgets.explorer import Answer, Explorer
from dlcourse.widgets.strings import OPTIMIZERS as WORDS

STEPS = 60
DECAY = 0.1  # of AdamW; Keras's 0.004 would hardly be seen in 60 steps
NAMES = ("SGD", "momentum", "RMSprop", "Adam", "AdamW")


class Surface(NamedTuple):
    """A loss of two weights, 0 at its minima (the same twice where there is one), and the limits of its drawing."""

    loss: Callable
    gradient: Callable
    start: tuple
    minima: tuple
    across: tuple
    up: tuple


VALLEY = Surface(
    loss=lambda a, b: (a**2 + 25 * b**2) / 2,
    gradient=lambda a, b: (a, 25 * b),
    start=(-1, 0.25),
    minima=((0, 0), (0, 0)),
    across=(-1.15, 0.55),
    up=(-0.4, 0.4),
)
SADDLE = Surface(
    loss=lambda a, b: a**2 / 2 + (b**2 - 1) ** 2 / 4,
    gradient=lambda a, b: (a, b**3 - b),
    start=(-1.2, 0.01),
    minima=((0, -1), (0, 1)),
    across=(-1.4, 0.9),
    up=(-1.5, 1.5),
)
BENT = Surface(  # Rosenbrock's, less steep
    loss=lambda a, b: ((1 - a) ** 2 + 10 * (b - a**2) ** 2) / 4,
    gradient=lambda a, b: ((a - 1) / 2 - 10 * a * (b - a**2), 5 * (b - a**2)),
    start=(-1.2, 1),
    minima=((1, 1), (1, 1)),
    across=(-1.7, 1.7),
    up=(-0.6, 1.8),
)
SURFACES = dict(zip(WORDS["surfaces"], (VALLEY, SADDLE, BENT), strict=True))


def walk(surface: Surface, rate: float, beta: float) -> np.ndarray:
    """Where the five go, shape (5, STEPS + 1, 2); infinite or NaN where one diverges."""
    w = np.tile(np.array(surface.start, float), (5, 1))
    m, v, way = np.zeros((5, 2)), np.zeros((5, 2)), [w]
    with np.errstate(all="ignore"):
        for step in range(1, STEPS + 1):
            g = np.stack(surface.gradient(*w.T), axis=1)
            m = np.stack([g[0], beta * m[1] + g[1], g[2], *(beta * m[3:] + (1 - beta) * g[3:])])
            v = np.concatenate([0.9 * v[:3] + 0.1 * g[:3] ** 2, 0.999 * v[3:] + 0.001 * g[3:] ** 2])
            adam = m[3:] / (1 - beta**step) / (np.sqrt(v[3:] / (1 - 0.999**step)) + 1e-7)
            move = np.stack([m[0], m[1], m[2] / np.sqrt(v[2] + 1e-7), adam[0], adam[1] + DECAY * w[4]])
            w = w - rate * move
            way.append(w)
    return np.stack(way, axis=1)


def middles(low: float, high: float, count: int) -> np.ndarray:
    """Of `count` equal parts between two limits, shape (count,): there the map of heights is computed."""
    return low + (high - low) * (np.arange(count) + 0.5) / count


def _answer(rate: float, momentum: float, surface: str) -> Answer:
    way = walk(SURFACES[surface], rate, momentum)
    with np.errstate(all="ignore"):
        loss = SURFACES[surface].loss(*np.moveaxis(way, -1, 0))
    ends = np.where(loss[:, -1] <= 10 * loss[:, 0], loss[:, -1], np.inf)  # NaN fails the comparison too
    said = [
        WORDS["gone" if np.isinf(e) else "end"].format(name=n, loss=e) for n, e in zip(NAMES, ends, strict=True)
    ]
    text = WORDS["text" if np.isfinite(ends).any() else "all_gone"]
    text = text.format(steps=STEPS, ends=", ".join(said), best=NAMES[int(np.argmin(ends))])
    return {"paths": way, "loss": loss}, f"{text} {WORDS['about'][surface]}"


def explore_optimizers() -> Explorer:
    """Paths of five optimizers over three surfaces, and their loss; learning rate and momentum are sliders."""
    kinds = SURFACES.values()
    grids = [np.meshgrid(middles(*kind.across, 40), middles(*kind.up, 32)) for kind in kinds]
    heights = [kind.loss(*grid) for kind, grid in zip(kinds, grids, strict=True)]
    fixed = {"heights": [(height / height.max()) ** 0.4 for height in heights]}  # fine where it is flat
    fixed |= {"minima": [kind.minima for kind in kinds], "steps": np.arange(STEPS + 1)}
    across = Axis(WORDS["w1"], *zip(*(kind.across for kind in kinds), strict=True), by="surface")
    up = Axis(WORDS["w2"], *zip(*(kind.up for kind in kinds), strict=True), by="surface")
    layers = [Layer("heat", "heights", by="surface", bands=12), Layer("paths", "paths", NAMES)]
    layers += [Layer("marks", "minima", by="surface")]
    losses = Panel(
        WORDS["losses"],
        Axis(WORDS["step"], 0, STEPS),
        Axis(WORDS["loss"], 1e-6, 10, log=True),
        [Layer("lines", "loss", NAMES, x="steps")],
    )
    rates = np.geomspace(0.004, 0.512, 43)  # every sixth is twice the one before
    momenta = [0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99]
    controls = [
        slider("rate", WORDS["rate"], rates, "{:.3g}", start=24, stops=range(6, 37, 6)),
        slider("momentum", WORDS["momentum"], momenta, start=5, stops=(0, 2, 5, 7)),
        choice("surface", WORDS["surface"], list(SURFACES)),
    ]
    return Explorer(
        WORDS["title"], controls, [Panel(WORDS["paths"], across, up, layers), losses], _answer, fixed=fixed
    )
