"""Losses and their gradients, for numbers and for yes or no, at a prediction of your choice."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from dlcourse.widgets._base import Axis, Layer, Panel, slider
from dlcourse.widgets.explorer import Answer, Explorer
from dlcourse.widgets.strings import LOSSES

Both = tuple[NDArray[np.float64], NDArray[np.float64]]
DELTAS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
NAMES = {"number": LOSSES["numbers"], "class": LOSSES["classes"]}
LIMITS = {"number_loss": (-0.3, 10), "number_slope": (-7, 7), "class_loss": (-0.2, 6.8), "class_slope": (-1.1, 0.1)}


def for_numbers(y_hat: ArrayLike, delta: float) -> Both:
    """Squared, absolute and Huber loss of predictions (n,) where the truth is 0, and their gradients; each (3, n)."""
    r = np.asarray(y_hat, float)
    huber = np.where(np.abs(r) <= delta, r**2 / 2, delta * (np.abs(r) - delta / 2))
    return np.stack([r**2, np.abs(r), huber]), np.stack([2 * r, np.sign(r), r.clip(-delta, delta)])


def for_yes(z: ArrayLike) -> Both:
    """Squared error and cross-entropy of logits (n,) where the label is 1, and their gradients.

    The squared error is that of the probability, the sigmoid of the logit; the gradients are those with respect to the
    logit. Each array is (2, n).
    """
    z, p = np.asarray(z, float), expit(z)
    return np.stack([(p - 1) ** 2, np.logaddexp(0, -z)]), np.stack([2 * (p - 1) * p * (1 - p), p - 1])


def explore_losses() -> Explorer:
    """Squared, absolute and Huber loss, cross-entropy against squared error, each with its gradient."""
    over = {"number": np.linspace(-3.2, 3.2, 129), "class": np.linspace(-6.4, 6.4, 129)}
    fixed = over | dict(zip(("class_loss", "class_slope"), for_yes(over["class"]), strict=True))
    curves = [for_numbers(over["number"], delta) for delta in DELTAS]
    fixed["number_loss"], fixed["number_slope"] = map(np.stack, zip(*curves, strict=True))

    def compute(delta: float, y_hat: float, z: float) -> Answer:
        arrays, said = {"number_at": [y_hat], "class_at": [z]}, []
        for task, at, (losses, slopes) in (
            ("number", y_hat, for_numbers([y_hat], delta)),
            ("class", z, for_yes([z])),
        ):
            arrays[f"{task}_loss_at"] = np.insert(losses, 0, at, axis=1)
            arrays[f"{task}_slope_at"] = np.insert(slopes, 0, at, axis=1)
            rows = zip(NAMES[task], losses[:, 0], slopes[:, 0], strict=True)
            said.append("; ".join(LOSSES["row"].format(name=name, loss=a, slope=b) for name, a, b in rows))
        return arrays, LOSSES["say"].format(
            y_hat=y_hat, delta=delta, z=z, p=expit(z), numbers=said[0], classes=said[1]
        )

    def panel(name: str) -> Panel:
        task, part = name.split("_")
        line = Layer("lines", name, NAMES[task], task, "delta" if task == "number" else None)
        layers = [Layer("verticals", f"{task}_at"), line, Layer("points", f"{name}_at", NAMES[task])]
        across = Axis(LOSSES[f"{task}_across"], over[task][0], over[task][-1])
        return Panel(LOSSES[name], across, Axis(LOSSES[part], *LIMITS[name]), layers)

    few, z_few = (0, 4, 8, 10, 12, 14, 16, 18, 20, 24), (0, 4, 8, 10, 12, 14, 16, 20, 24)
    return Explorer(
        LOSSES["title"],
        [
            slider("delta", LOSSES["delta"], DELTAS, start=3, stops=(0, 1, 3, 7, 9)),
            slider("y_hat", LOSSES["number_across"], np.linspace(-3, 3, 25), start=18, stops=few),
            slider("z", LOSSES["class_across"], np.linspace(-6, 6, 25), start=8, stops=z_few),
        ],
        [panel(name) for name in LIMITS],
        compute,
        fixed=fixed,
    )
