"""Where a small network draws the line: depth, width and activation on three sets of points."""

from __future__ import annotations

import numpy as np

from dlcourse.widgets._base import Axis, Layer, Panel, choice, slider
from dlcourse.widgets._network import ACTIVATIONS, Network
from dlcourse.widgets.explorer import Answer, Explorer
from dlcourse.widgets.strings import BOUNDARY as WORDS

STEPS, EVERY = 300, 10
SIDE, CELLS = 1.2, 32
MIDDLES = SIDE * ((2 * np.arange(CELLS, dtype="f4") + 1) / CELLS - 1)  # of the cells of the map
GRID = np.stack(np.meshgrid(MIDDLES, MIDDLES), axis=-1).reshape(-1, 2)


def points(data: str, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of two classes, shape (n, 2), and their classes 0 and 1, shape (n,)."""
    rng = np.random.default_rng(seed)
    if data == "XOR":
        x = rng.uniform(-1, 1, (n, 2))
        return (x + rng.normal(0, 0.06, x.shape)).astype("f4"), (x.prod(axis=1) > 0).astype("f4")
    y, angle = np.arange(n) % 2, 2 * np.pi * rng.random(n)
    radius, noise = np.where(y == 1, 0.4, 0.8), 0.1
    if data == "spirals":
        radius, noise = np.sqrt(rng.random(n)), 0.03
        angle = 2.5 * np.pi * radius + np.pi * y
    x = (radius * [np.cos(angle), np.sin(angle)]).T
    return (x + rng.normal(0, noise, x.shape)).astype("f4"), y.astype("f4")


SETS = {name: (points(name, 120, seed=1), points(name, 400, seed=2)) for name in WORDS["sets"]}


def _answer(depth: int, width: int, activation: str, data: str) -> Answer:
    (x, y), (x_test, y_test) = SETS[data]
    network = Network(depth, width, activation)
    losses = [(network.loss(x, y), network.loss(x_test, y_test))]
    for step in network.train(x, y, STEPS):
        if step % EVERY == 0:
            losses.append((network.loss(x, y), network.loss(x_test, y_test)))
    text = WORDS["text"].format(
        weights=network.vector.size,
        steps=STEPS,
        train=np.mean((network.share(x) > 0.5) == y),
        test=np.mean((network.share(x_test) > 0.5) == y_test),
        n_train=len(y),
        n_test=len(y_test),
    )
    arrays = {"map": network.share(GRID).reshape(CELLS, CELLS), "losses": np.transpose(losses)}
    return arrays, text if depth else f"{text} {WORDS['linear']}"


def explore_boundary() -> Explorer:
    """Decision boundary of a network against depth, width and activation, on spirals, circles and XOR."""
    seen = [train for train, _ in SETS.values()]
    fixed = {"x": [x for x, _ in seen], "y": [y for _, y in seen], "steps": np.arange(0, STEPS + 1, EVERY)}
    layers = [Layer("heat", "map"), Layer("points", "x", x="y", by="data")]
    place = Panel(WORDS["map"], Axis(WORDS["x1"], -SIDE, SIDE), Axis(WORDS["x2"], -SIDE, SIDE), layers, height=0.85)
    lines = Layer("lines", "losses", [WORDS["train"], WORDS["test"]], x="steps")
    loss = Panel(WORDS["losses"], Axis(WORDS["step"], 0, STEPS), Axis(WORDS["loss"], 0, 1), [lines], height=0.85)
    controls = [
        slider("depth", WORDS["depth"], range(5), "{}", start=1),
        slider("width", WORDS["width"], [1, 2, 3, 4, 6, 8, 12, 16], "{}", start=3, stops=(1, 3, 5)),
        choice("activation", WORDS["activation"], list(ACTIVATIONS)),
        choice("data", WORDS["data"], WORDS["sets"]),
    ]
    return Explorer(WORDS["title"], controls, [place, loss], _answer, shares=["map"], fixed=fixed)
