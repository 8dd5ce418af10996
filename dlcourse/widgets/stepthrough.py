"""A network of two inputs, three hidden units and one output, one training step after the other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets

from dlcourse.widgets._base import FOLDER, Widget, script, style
from dlcourse.widgets.strings import STEPTHROUGH

ACTIVATIONS = ("sigmoid", "tanh", "ReLU")
PHASES = ("ready", "forward", "loss", "backward", "update")
SHAPES = {"W1": (2, 3), "b1": (3,), "W2": (3,), "b2": ()}
# The network of chapter 3, section "One step with every number in sight".
WEIGHTS = ([[0.5, -0.4, 0.2], [0.3, 0.6, -0.6]], [0.0, 0.0, 0.0], [[0.7], [-0.5], [0.9]], [0.0])
LIMITS = {
    "weight": (-1000.0, 1000.0),
    "input": (-1000.0, 1000.0),
    "target": (0.0, 1.0),
    "learning_rate": (0.0, 100.0),
}


class StepThrough(Widget):
    """The widget that :func:`step_through` makes.

    ``values`` holds what a step starts from and goes both ways between page and Python: ``x`` (2,), ``y``,
    ``W1`` (2, 3), ``b1`` (3,), ``W2`` (3,), ``b2``, ``learning_rate``, ``activation``, ``step`` (updates made),
    ``phase`` (the last part that was shown, one of ``PHASES``) and ``old`` (after an update the weights before it, else
    None).

    ``numbers`` holds what the page has computed in this step, as far as it has come: ``z1``, ``a1`` (3,), ``z2``,
    ``p``, ``loss``, the slopes ``delta2`` by z2 and ``delta1`` (3,) by z1, ``dW1``, ``db1``, ``dW2``, ``db2``. It is
    empty until somebody presses Forward in a page.
    """

    _esm = script("base", "stepthrough")
    _css = style() + (FOLDER / "stepthrough.css").read_text(encoding="utf-8")
    values = traitlets.Dict().tag(sync=True)
    numbers = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict().tag(sync=True)  # the weights that Reset brings back
    limits = traitlets.Dict({name: list(limits) for name, limits in LIMITS.items()}).tag(sync=True)
    activations = traitlets.List(list(ACTIVATIONS)).tag(sync=True)

    @traitlets.validate("values")
    def _whole(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        return checked(proposal["value"])


def step_through(
    *,
    inputs: Sequence[float] = (1.0, 2.0),
    target: float = 1.0,
    weights: Sequence[Any] = WEIGHTS,
    activation: str = "ReLU",
    learning_rate: float = 0.5,
) -> StepThrough:
    """A training step by hand: forward, loss, backward, update, with every number on its line.

    The output is a sigmoid, the loss of the one example binary cross-entropy. The network is so small that the browser
    computes it, with a kernel and without one: on the site it is whole, nothing is stored beforehand.

    Args:
        inputs: x, shape (2,) or (1, 2).
        target: y, from 0 to 1.
        weights: W1 (2, 3), b1 (3,), W2 (3, 1) and b2 (1,), as a network of chapter 3 has them.
        activation: of the hidden units: ``sigmoid``, ``tanh`` or ``ReLU``.
        learning_rate: from 0 to 100.

    Returns:
        The widget; its ``values`` and ``numbers`` can be read, and ``values`` be set, see :class:`StepThrough`.

    Raises:
        traitlets.TraitError: a shape is another one, or a number is outside what the widget can show.
    """
    if len(weights) != len(SHAPES):
        raise traitlets.TraitError(f"weights are W1, b1, W2 and b2, four arrays; got {len(weights)}")
    named = {name: _array(name, value) for name, value in zip(SHAPES, weights, strict=True)}
    # One output: the last axis of W2 and of b2 has the length one and can go.
    first = {
        name: (value[..., 0] if value.shape == (*SHAPES[name], 1) else value).tolist()
        for name, value in named.items()
    }
    values = {
        "x": _array("inputs", inputs).ravel().tolist(),
        "y": target,
        **first,
        "learning_rate": learning_rate,
        "activation": activation,
        "step": 0,
        "phase": "ready",
        "old": None,
    }
    return StepThrough(STEPTHROUGH, values=checked(values), first=first)


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values as plain lists and floats, if a page can work with them.

    Raises:
        traitlets.TraitError: says which value is wrong and what it may be.
    """
    wanted = {"x", "y", *SHAPES, "learning_rate", "activation", "step", "phase", "old"}
    if values.keys() != wanted:
        raise traitlets.TraitError(f"values have the keys {sorted(wanted)}, not {sorted(values)}")
    if values["activation"] not in ACTIVATIONS:
        raise traitlets.TraitError(f"activation is one of {', '.join(ACTIVATIONS)}, not {values['activation']!r}")
    if values["phase"] not in PHASES:
        raise traitlets.TraitError(f"phase is one of {', '.join(PHASES)}, not {values['phase']!r}")
    if not isinstance(values["step"], int) or values["step"] < 0:
        raise traitlets.TraitError(f"step counts the updates from 0, not {values['step']!r}")
    if (values["phase"] == "update") != (values["old"] is not None):
        raise traitlets.TraitError("old holds the weights before an update, and is None in every other phase")
    numbers = {
        "x": _within("inputs", values["x"], (2,), LIMITS["input"]),
        "y": _within("target", values["y"], (), LIMITS["target"]),
        "learning_rate": _within("learning_rate", values["learning_rate"], (), LIMITS["learning_rate"]),
    }
    # What training makes of the weights has no bound but what a number can hold.
    bounds = LIMITS["weight"] if values["step"] == 0 else (-math.inf, math.inf)
    numbers |= {name: _within(name, values[name], shape, bounds) for name, shape in SHAPES.items()}
    if values["old"] is not None:
        numbers["old"] = {name: _within(name, values["old"][name], shape, bounds) for name, shape in SHAPES.items()}
    return dict(values) | numbers


def _within(name: str, value: Any, shape: tuple[int, ...], limits: tuple[float, float]) -> Any:
    array = _array(name, value)
    if array.shape != shape:
        raise traitlets.TraitError(f"{name} has the shape {shape}, not {array.shape}")
    low, high = limits
    if not np.all(np.isfinite(array)) or np.any(array < low) or np.any(array > high):
        raise traitlets.TraitError(f"{name} takes numbers from {low:g} to {high:g}, not {array.tolist()}")
    return array.tolist()


def _array(name: str, value: Any) -> np.ndarray:
    try:
        return np.asarray(value, float)
    except (TypeError, ValueError):
        raise traitlets.TraitError(f"{name} takes numbers, not {value!r}") from None
