"""Widgets: charts to play with, a network step by step, a training to steer, a pad to draw on, questions to answer.

    from dlcourse import widgets

    widgets.explore_descent()

In JupyterLab Python computes what the browser draws. On the course's site, where no Python runs, the same widgets live
from what was stored beforehand, or compute in the browser. Each is imported when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PLACES = {
    "LiveTrainer": "trainer",
    "draw_digit": "drawpad",
    "explore_activations": "activations",
    "explore_boundary": "boundary",
    "explore_descent": "descent",
    "explore_losses": "losses",
    "explore_optimizers": "optimizers",
    "explore_regularisation": "regularisation",
    "explore_schedules": "schedules",
    "explore_softmax": "softmax",
    "quiz": "quizzes",  # a module of the same name would hide the function
    "step_through": "stepthrough",
    "watch_writing": "writer",
}
__all__ = sorted(_PLACES)


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"dlcourse.widgets has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"dlcourse.widgets.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
