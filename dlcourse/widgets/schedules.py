"""Learning-rate schedules, and what each does to descent on a noisy quadratic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dlcourse.widgets._base import Axis, Layer, Panel, slider
from dlcourse.widgets.explorer import Answer, Explorer
from dlcourse.widgets.strings import SCHEDULES

STEPS = 300
PEAKS = np.logspace(-2.5, 0.5, 31)
WARM_UPS = np.linspace(0, 0.5, 11)
CURVATURES = np.array([1.0, 0.3, 0.1, 0.03])  # the largest is 1: a constant rate above 2 diverges
START, NOISE = 3.0, 0.3  # every weight's first distance from the minimum; standard deviation of every slope's noise


def rates(peak: float, warm_up: float) -> NDArray[np.float64]:
    """The rate of each step, (5, 300): constant, step decay, exponential, cosine, one-cycle.

    Step decay divides by 10 after half and after three quarters; the exponential ends at a hundredth of the peak. The
    one-cycle climbs from a 25th of the peak for the share ``warm_up`` of the steps and falls along a cosine.
    """
    t = np.arange(STEPS) / (STEPS - 1)
    climb = 1 / 25 + (1 - 1 / 25) * t / max(warm_up, 1e-9)
    fall = (1 + np.cos(np.pi * (t - warm_up) / (1 - warm_up))) / 2
    steps = np.select([t < 0.5, t < 0.75], [1.0, 0.1], 0.01)
    cosine = (1 + np.cos(np.pi * t)) / 2
    return peak * np.stack([np.ones(STEPS), steps, 0.01**t, cosine, np.where(t < warm_up, climb, fall)])


def expected_losses(rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """The loss before each step (k, n) under rates (k, n): the mean over the noise, exact without drawing any.

    The loss is half the sum of curvature times squared distance. A step multiplies a distance by 1 - rate x curvature
    and adds rate x noise, so the mean of its square obeys a rule of its own.
    """
    squares = np.full((len(rate), len(CURVATURES)), START**2)
    losses = []  # before each step
    for now in rate.T[:, :, None]:
        losses.append(squares @ CURVATURES / 2)
        squares = (1 - now * CURVATURES) ** 2 * squares + (now * NOISE) ** 2
    return np.stack(losses, axis=1)


def explore_schedules() -> Explorer:
    """Five schedules and their loss curves, with peak rate and the one-cycle's warm-up on sliders."""
    names = SCHEDULES["names"]
    shown = np.unique(np.linspace(0, STEPS - 1, 62).round().astype(int))

    def compute(peak: float, warm_up: float) -> Answer:
        rate = rates(peak, warm_up)
        losses = expected_losses(rate)
        words = [f"{loss:.2g}" if loss < 1e6 else SCHEDULES["diverged"] for loss in losses[:, -1]]
        listed = ", ".join(f"{name} {word}" for name, word in zip(names, words, strict=True))
        said = SCHEDULES["say"].format(peak=peak, warm_up=warm_up, steps=STEPS, listed=listed)
        return {"rates": rate[:, shown], "losses": losses[:, shown]}, said

    step = Axis(SCHEDULES["step"], 0, STEPS)
    rate = Axis(SCHEDULES["rate"], list(0 * PEAKS), list(1.08 * PEAKS), by="peak")
    loss = Axis(SCHEDULES["loss"], 5e-3, 100, log=True)
    return Explorer(
        SCHEDULES["title"],
        [
            slider("peak", SCHEDULES["peak"], PEAKS, "{:.3g}", start=20, stops=range(2, 30, 3)),
            slider("warm_up", SCHEDULES["warm_up"], WARM_UPS, "{:.0%}", start=4, stops=range(0, 11, 2)),
        ],
        [
            Panel(SCHEDULES["rates"], step, rate, [Layer("lines", "rates", names, "steps")]),
            Panel(SCHEDULES["losses"], step, loss, [Layer("lines", "losses", names, "steps")]),
        ],
        compute,
        logs=["losses"],
        fixed={"steps": shown},
    )
