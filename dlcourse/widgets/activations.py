"""Six activation functions, their derivatives, and what a stack of them lets through of a gradient."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from dlcourse.widgets._base import Axis, Layer, Panel, choice, slider
from dlcourse.widgets.explorer import Answer, Explorer
from dlcourse.widgets.strings import ACTIVATIONS

Function = Callable[[NDArray[np.float64]], NDArray[np.float64]]
PAIRS: dict[str, tuple[Function, Function]] = {  # each with its derivative
    "sigmoid": (expit, lambda z: expit(z) * (1 - expit(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "ReLU": (lambda z: np.maximum(0, z), lambda z: np.where(z > 0, 1.0, 0.0)),
    "leaky ReLU": (lambda z: np.maximum(0.1 * z, z), lambda z: np.where(z > 0, 1.0, 0.1)),
    "GELU": (lambda z: z * ndtr(z), lambda z: ndtr(z) + z * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)),
    "SiLU": (lambda z: z * expit(z), lambda z: expit(z) * (1 + z * (1 - expit(z)))),
}
MOST, UNITS, BATCH = 20, 64, 16
SCALES = {"Glorot": UNITS**-0.5, "He": (UNITS / 2) ** -0.5}  # standard deviations; as many units in as out


def reaching(name: str, depth: int, start: str) -> NDArray[np.float64]:
    """The size of the gradient that reaches each layer's sums in a random network with the activation ``name``.

    ``depth`` layers of 64 units, standard normal inputs, weights as ``start`` draws them; a random gradient of size 1
    (root mean square) arrives behind the last layer. The answer, (20,), is NaN beyond the last.
    """
    rng = np.random.default_rng(0)
    values, arriving = rng.normal(size=(2, BATCH, UNITS))
    weights = SCALES[start] * rng.normal(size=(MOST, UNITS, UNITS))
    (function, derivative), slopes = PAIRS[name], []
    for W in weights[:depth]:
        sums = values @ W
        slopes.append(derivative(sums))
        values = function(sums)
    sizes = np.full(MOST, np.nan)
    for layer in reversed(range(depth)):
        arriving = arriving * slopes[layer]
        sizes[layer] = np.sqrt(np.mean(arriving**2))
        arriving = arriving @ weights[layer].T
    return sizes


def explore_activations() -> Explorer:
    """Activation functions, their derivatives, and the gradient that reaches the first of n layers."""
    z, names = np.linspace(-5, 5, 121), list(PAIRS)
    functions, derivatives = np.swapaxes([[f(z) for f in pair] for pair in PAIRS.values()], 0, 1)

    def compute(depth: int, start: str) -> Answer:
        sizes = np.stack([reaching(name, depth, start) for name in names])
        listed = ", ".join(f"{name} {size:.2g}" for name, size in zip(names, sizes[:, 0], strict=True))
        first = np.stack([np.ones(len(names)), sizes[:, 0]], axis=1)
        return {"sizes": sizes, "first": first}, ACTIVATIONS["say"].format(depth=depth, start=start, listed=listed)

    sums, places = Axis(ACTIVATIONS["sum"], -5, 5), Axis(ACTIVATIONS["layer"], 0.5, MOST + 0.5)
    value, slope = Axis(ACTIVATIONS["value"], -1.2, 3), Axis(ACTIVATIONS["slope"], -0.2, 1.2)
    size = Axis(ACTIVATIONS["size"], 1e-14, 10, log=True)
    gradients = [Layer("lines", "sizes", names, "layers"), Layer("points", "first", names)]
    return Explorer(
        ACTIVATIONS["title"],
        [
            slider("depth", ACTIVATIONS["depth"], list(range(1, MOST + 1)), "{}", start=9),
            choice("start", ACTIVATIONS["start"], list(SCALES)),
        ],
        [
            Panel(ACTIVATIONS["functions"], sums, value, [Layer("lines", "functions", names, "z")]),
            Panel(ACTIVATIONS["derivatives"], sums, slope, [Layer("lines", "derivatives", names, "z")]),
            Panel(ACTIVATIONS["reaching"], places, size, gradients, height=0.4, wide=True),
        ],
        compute,
        logs=["sizes", "first"],
        fixed={"z": z, "functions": functions, "derivatives": derivatives, "layers": np.arange(1, MOST + 1)},
    )
