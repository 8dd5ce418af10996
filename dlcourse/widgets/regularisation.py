"""L1 and L2 penalties against overfitting: twenty waves are fitted to twenty-five noisy points."""

from __future__ import annotations

import numpy as np

from dlcourse.widgets._base import Axis, Layer, Panel, choice, slider
from dlcourse.widgets.explorer import Answer, Explorer
from dlcourse.widgets.strings import REGULARISATION as WORDS

WAVES, POINTS, SMALL = 20, 25, 1e-3
STRENGTHS = np.geomspace(1e-4, 10, 51)
LINE = np.linspace(0, 1, 101)
TRUE = {2: 1.0, 5: -0.6}  # the two waves that the data come from, and their weights
TITLES = [str(k) if k == 1 or k % 5 == 0 else "" for k in range(1, WAVES + 1)]


def waves(x: np.ndarray) -> np.ndarray:
    """cos(kπx) for k = 1 … WAVES at the places x (n,), shape (n, WAVES)."""
    return np.cos(np.pi * np.outer(x, np.arange(1, WAVES + 1)))


def sample(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Places and noisy heights, each of shape (n,)."""
    rng = np.random.default_rng(seed)
    x = rng.random(n)
    return x, sum(w * waves(x)[:, k - 1] for k, w in TRUE.items()) + rng.normal(0, 0.3, n)


def fit(penalty: str, strength: float, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights (WAVES,) and bias with the smallest mean squared error + strength · Σ|w| (L1) or Σw² (L2)."""
    features = waves(x)
    if penalty == "L1":
        from sklearn.linear_model import Lasso  # half a second, and only here

        lasso = Lasso(alpha=strength / 2, max_iter=200_000, tol=1e-6).fit(features, y)  # it halves the squares
        return lasso.coef_, float(lasso.intercept_)
    centred = features - features.mean(axis=0)  # so the bias, which costs nothing, drops out
    squares = centred.T @ centred / len(x) + strength * np.eye(WAVES)
    weights = np.linalg.solve(squares, centred.T @ (y - y.mean()) / len(x))
    return weights, float(np.mean(y - features @ weights))


def explore_regularisation() -> Explorer:
    """Fitted curve, losses and weights against the strength of an L1 or L2 penalty."""
    train, test = sample(POINTS, seed=1), sample(1_000, seed=2)
    fits = {kind: [fit(kind, strength, *train) for strength in STRENGTHS] for kind in WORDS["penalties"]}
    losses = np.array([
        [[np.mean((y - waves(x) @ w - b) ** 2) for w, b in each] for x, y in (train, test)] for each in fits.values()
    ])  # fmt: skip

    def answer(strength: float, penalty: str) -> Answer:
        place, (on_train, on_test) = int(np.argmin(np.abs(STRENGTHS - strength))), losses[list(fits).index(penalty)]
        weights, bias = fits[penalty][place]
        text = WORDS["text"].format(
            penalty=penalty, strength=strength, train=on_train[place], test=on_test[place], waves=WAVES,
            zeros=np.sum(np.abs(weights) < SMALL), best=STRENGTHS[np.argmin(on_test)],
        )  # fmt: skip
        marks = [[strength, on_train[place]], [strength, on_test[place]]]
        return {"fitted": [waves(LINE) @ weights + bias], "weights": weights, "marks": marks}, text

    curve = sum(w * waves(LINE)[:, k - 1] for k, w in TRUE.items())
    fixed = {"points": np.transpose(train), "line": LINE, "truth": [curve], "losses": losses}
    fixed |= {"strengths": STRENGTHS, "true": list(TRUE.items())}
    layers = [Layer("lines", "fitted", [WORDS["fitted"]], x="line"), Layer("points", "points")]
    layers += [Layer("lines", "truth", [WORDS["truth"]], x="line")]
    shape = Panel(WORDS["fit"].format(waves=WAVES, n=POINTS), Axis(WORDS["x"]), Axis(WORDS["y"], -3, 3), layers)
    layers = [Layer("lines", "losses", [WORDS["train"], WORDS["test"]], x="strengths", by="penalty")]
    layers += [Layer("marks", "marks")]
    strength = Axis(WORDS["strength"], STRENGTHS[0], STRENGTHS[-1], log=True)
    loss = Panel(WORDS["losses"], strength, Axis(WORDS["loss"], 0.007, 30, log=True), layers)
    layers = [Layer("bars", "weights", TITLES), Layer("marks", "true")]
    number, weight = Axis(WORDS["wave"], 0.5, WAVES + 0.5), Axis(WORDS["weight"], -3, 3)
    bars = Panel(WORDS["weights"], number, weight, layers, height=0.3, wide=True)
    controls = [
        slider("strength", WORDS["strength"], STRENGTHS, "{:.2g}", start=5),
        choice("penalty", WORDS["penalty"], WORDS["penalties"], start=1),
    ]
    return Explorer(WORDS["title"], controls, [shape, loss, bars], answer, fixed=fixed)
