"""Softmax under a temperature: from one certain word to all alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlcourse.widgets._base import Axis, Layer, Panel, choice, slider
from dlcourse.widgets.explorer import Answer, Explorer
from dlcourse.widgets.strings import SOFTMAX

LOGITS = np.array(
    [  # scores of the eight words after each of the texts, as a language model might give them
        (3.2, 3.5, 3.0, 2.2, 1.5, -3.0, -3.5, -2.0),
        (-1.0, -1.5, -1.0, 0.5, 1.0, -2.0, -2.5, 5.0),
        (1.0, 1.2, 0.9, 1.2, 1.0, 2.0, 0.2, 1.9),
    ]
)
TEMPERATURES = np.logspace(-1, 1, 41)


def softmax(logits: ArrayLike, temperature: float) -> NDArray[np.float64]:
    """Probabilities of ``logits`` (..., n) divided by a positive temperature, in the same shape."""
    scaled = np.asarray(logits, float) / temperature
    shares = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def entropy(probs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy in bits of probabilities (..., n), one number for each row."""
    return -(probs * np.log2(np.maximum(probs, 1e-300))).sum(axis=-1)


def explore_softmax() -> Explorer:
    """Bars of the next word's probabilities and their entropy, with the temperature on a slider."""
    texts, words = SOFTMAX["texts"], SOFTMAX["words"]

    def compute(temperature: float, text: str) -> Answer:
        probs = softmax(LOGITS[texts.index(text)], temperature)
        bits = entropy(probs)
        listed = ", ".join(f"{word} {share:.1%}" for word, share in zip(words, probs, strict=True))
        said = SOFTMAX["say"].format(listed=listed, bits=bits, alike=2**bits)
        return {"probs": probs, "at": [temperature], "here": [[temperature, bits]]}, said

    curves = [entropy(softmax(scores, TEMPERATURES[:, None])) for scores in LOGITS]
    heat = Axis(SOFTMAX["temperature"], 0.09, 11, log=True)
    curve = Layer("lines", "curves", names=[SOFTMAX["entropy"]], x="temperatures", by="text")
    return Explorer(
        SOFTMAX["title"],
        [
            slider("temperature", SOFTMAX["temperature"], TEMPERATURES, "{:.2f}", start=20),
            choice("text", SOFTMAX["text"], texts),
        ],
        [
            Panel(
                SOFTMAX["bars"],
                Axis(SOFTMAX["word"]),
                Axis(SOFTMAX["probability"]),
                [Layer("bars", "probs", names=words)],
            ),
            Panel(
                SOFTMAX["doubt"],
                heat,
                Axis(SOFTMAX["entropy"], -0.1, 3.1),
                [curve, Layer("verticals", "at"), Layer("points", "here", [SOFTMAX["entropy"]])],
            ),
        ],
        compute,
        fixed={"temperatures": TEMPERATURES, "curves": np.array(curves)[:, None]},
    )
