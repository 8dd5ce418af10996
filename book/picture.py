"""Draws the landing page's picture from a network that it trains: `python book/picture.py` writes static/hero.svg.

The pixels, the lines and the bars are numbers of one scanned digit and one small network, none of them invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

PICTURE = Path(__file__).parent / "static" / "hero.svg"
DIGIT = 3
NEURONS = 12

WIDTH, HEIGHT = 760, 330
LEFT, TOP, CELL = 20, 20, 33  # the digit's corner, and the edge of one of its 8 × 8 pixels
HIDDEN_X, BAR_X, LONGEST_BAR = 420, 575, 120
FAINTEST = 0.06  # a weaker line would only blur the picture

# On the site the theme's colours rule; where the file is shown as a picture, those of the reader's system.
STYLE = """
.hero {
  --hero-text: #222832; --hero-back: #ffffff; --hero-plus: #0b6879; --hero-minus: #b4540a;
  font-family: inherit, sans-serif;
}
@media (prefers-color-scheme: dark) {
  .hero { --hero-text: #e4e8ee; --hero-back: #14181e; --hero-plus: #5cc3d4; --hero-minus: #f2a25c; }
}
.hero .ink { fill: var(--pst-color-text-base, var(--hero-text)); }
.hero .disc { fill: var(--pst-color-background, var(--hero-back)); }
.hero .plus {
  fill: var(--pst-color-primary, var(--hero-plus)); stroke: var(--pst-color-primary, var(--hero-plus));
}
.hero .minus { stroke: var(--course-orange, var(--hero-minus)); }
.hero .frame { fill: none; stroke: var(--pst-color-text-base, var(--hero-text)); stroke-opacity: 0.25; }
.hero text { font-size: 21px; stroke: none; }
"""


@dataclass(frozen=True)
class Reading:
    """What happens when the network reads one digit.

    Attributes:
        pixels: grey values from 0 to 1, shape (8, 8).
        into_hidden: what each row of pixels adds to each neuron, shape (8, neurons).
        hidden: what the neurons pass on, shape (neurons,).
        into_output: what each neuron adds to each logit, shape (neurons, 10).
        probs: one probability per digit, shape (10,).
    """

    pixels: np.ndarray
    into_hidden: np.ndarray
    hidden: np.ndarray
    into_output: np.ndarray
    probs: np.ndarray


def read_digit() -> Reading:
    """Train the network and let it read a test digit over which it hesitates, yet rightly decides."""
    digits = load_digits()
    x_train, x_test, y_train, y_test = train_test_split(digits.data / 16, digits.target, random_state=0)
    model = MLPClassifier((NEURONS,), alpha=0.01, max_iter=600, random_state=0).fit(x_train, y_train)
    probs = model.predict_proba(x_test)
    hesitant = (probs.max(1) > 0.7) & (probs.max(1) < 0.85)
    chosen = np.flatnonzero(hesitant & (probs.argmax(1) == DIGIT) & (y_test == DIGIT))[0]

    weights, weights_out = model.coefs_
    x = x_test[chosen]
    hidden = np.maximum(x @ weights + model.intercepts_[0], 0)
    return Reading(
        pixels=x.reshape(8, 8),
        into_hidden=(x[:, None] * weights).reshape(8, 8, NEURONS).sum(1),
        hidden=hidden,
        into_output=hidden[:, None] * weights_out,
        probs=probs[chosen],
    )


def spread(count: int) -> np.ndarray:
    """Heights of `count` things placed evenly beside the digit, shape (count,)."""
    return TOP + 8 * CELL * (np.arange(count) + 0.5) / count


def draw_pixels(pixels: np.ndarray) -> list[str]:
    """The digit in its frame."""
    frame = f'<rect class="frame" x="{LEFT}" y="{TOP}" width="{8 * CELL}" height="{8 * CELL}"/>'
    return [frame] + [
        f'<rect class="ink" x="{LEFT + CELL * column}" y="{TOP + CELL * row}" width="{CELL}" height="{CELL}" '
        f'fill-opacity="{pixels[row, column]:.2f}"/>'
        for row, column in zip(*np.nonzero(pixels), strict=True)
    ]


def draw_lines(strength: np.ndarray, left: float, right: float) -> list[str]:
    """One line per entry of `strength`, shape (left, right); the stronger, the more opaque."""
    share = np.abs(strength) / np.abs(strength).max()
    from_y, to_y = spread(len(strength)), spread(strength.shape[1])
    return [
        f'<line class="{"plus" if strength[i, j] > 0 else "minus"}" x1="{left}" y1="{from_y[i]:.1f}" '
        f'x2="{right}" y2="{to_y[j]:.1f}" stroke-opacity="{share[i, j]:.2f}" stroke-width="1.6"/>'
        for i, j in zip(*np.nonzero(share > FAINTEST), strict=True)
    ]


def draw_neurons(hidden: np.ndarray) -> list[str]:
    """One disc per neuron; the more it passes on, the fuller."""
    return [
        f'<circle class="disc" cx="{HIDDEN_X}" cy="{y:.1f}" r="8"/>'
        f'<circle class="plus" cx="{HIDDEN_X}" cy="{y:.1f}" r="8" fill-opacity="{value / hidden.max():.2f}"/>'
        for y, value in zip(spread(len(hidden)), hidden, strict=True)
    ]


def draw_bars(probs: np.ndarray) -> list[str]:
    """One bar per digit, with its percentage where that is at least one."""
    parts = []
    for digit, (y, prob) in enumerate(zip(spread(10), probs, strict=True)):
        length = max(prob * LONGEST_BAR, 1)
        parts.append(f'<text class="ink" x="{BAR_X - 20}" y="{y + 7:.1f}">{digit}</text>')
        parts.append(f'<rect class="plus" x="{BAR_X}" y="{y - 9:.1f}" width="{length:.1f}" height="18"/>')
        if prob >= 0.01:
            parts.append(f'<text class="ink" x="{BAR_X + length + 8:.1f}" y="{y + 7:.1f}">{prob:.0%}</text>')
    return parts


def draw_captions() -> list[str]:
    """What each of the three parts is."""
    places = {"64 pixels": LEFT + 4 * CELL, f"{NEURONS} neurons": HIDDEN_X, "10 probabilities": BAR_X + 60}
    return [
        f'<text class="ink" x="{x}" y="{HEIGHT - 14}" text-anchor="middle">{words}</text>'
        for words, x in places.items()
    ]


def describe(probs: np.ndarray) -> str:
    """The text alternative: what flows where, and the probabilities worth saying."""
    likely = [f"{digit} with {probs[digit]:.0%}" for digit in np.argsort(-probs) if probs[digit] >= 0.01]
    return (
        f"On the left a handwritten {DIGIT}, scanned as eight by eight grey pixels. Coloured lines, the stronger "
        "the more opaque, lead from its rows to a column of twelve neurons, and from there to ten bars, one for "
        "each digit, whose lengths are the probabilities that the network gives: "
        f"{', '.join(likely)}, each other digit with less than one per cent."
    )


def draw(reading: Reading) -> str:
    """The whole SVG file."""
    parts = [
        f'<svg class="hero" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="hero-title hero-words">',
        '<title id="hero-title">A handwritten digit flows through a small network</title>',
        f'<desc id="hero-words">{describe(reading.probs)}</desc>',
        f"<style>{STYLE}</style>",
        *draw_pixels(reading.pixels),
        *draw_lines(reading.into_hidden, LEFT + 8 * CELL + 6, HIDDEN_X),
        *draw_lines(reading.into_output, HIDDEN_X, BAR_X - 30),
        *draw_neurons(reading.hidden),
        *draw_bars(reading.probs),
        *draw_captions(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(draw(read_digit()), encoding="utf-8")
