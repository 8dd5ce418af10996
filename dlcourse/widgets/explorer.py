"""Explorers: Python computes, the browser draws; without a kernel the page shows stored frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import traitlets

from dlcourse.plot import COLOURS
from dlcourse.widgets._base import Control, Panel, Widget, script, with_minus

Answer = tuple[Mapping[str, Any], str]
SMALLEST, LARGEST = -60_000.0, 60_000.0  # what half precision holds; charts end long before


class Explorer(Widget):
    """Controls, charts, and a function between them.

    With a kernel, every move of a control calls ``compute``. For pages without one, the answers to all combinations of
    the controls' stops are stored when the widget is made.

    Args:
        title: the widget's name, for the eye and the screen reader.
        controls: sliders and choices; their names are the arguments of ``compute``.
        panels: the charts.
        compute: gives the arrays of the layers, always in the same shapes, and a sentence that says what they show.
            Observers run beside other cells: it must not share what it changes.
        shares: names of arrays that hold shares from 0 to 1; they are stored in one byte per number, others in two.
        logs: names of arrays of positive numbers over many powers of ten; their logarithms are stored, from 1e-30 to
            1e30, where others end at 6e-8 and 6e4.
        fixed: arrays that no control changes, for layers and lines' ``x``.
        strings: words of this widget that differ from the common ones.

    Raises:
        ValueError: an array lacks a name that a layer wants, or changes its shape.
    """

    _esm = script("base", "explorer")
    spec = traitlets.Dict().tag(sync=True)
    chosen = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)
    frames = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        title: str,
        controls: Sequence[Control],
        panels: Sequence[Panel],
        compute: Callable[..., Answer],
        *,
        shares: Sequence[str] = (),
        logs: Sequence[str] = (),
        fixed: Mapping[str, Any] | None = None,
        strings: Mapping[str, str] | None = None,
    ) -> None:
        self._controls, self._compute = tuple(controls), compute
        self._types = dict.fromkeys(shares, "share") | dict.fromkeys(logs, "log")
        chosen = {control.name: control.start for control in controls}
        first, _ = self._ask(chosen)
        self._shapes = {name: np.shape(array) for name, array in first.items()}
        fixed = {name: np.asarray(array, float) for name, array in (fixed or {}).items()}
        self._check_names(panels, {*first, *fixed})
        spec = {
            "title": title,
            "controls": [control.spec() for control in controls],
            "panels": [panel.spec() for panel in panels],
            "arrays": [self._describe(name, shape) for name, shape in self._shapes.items()],
            "fixed": [{"name": name, "shape": array.shape, "type": "half"} for name, array in fixed.items()],
            "fixedData": b"".join(_halves(array) for array in fixed.values()),
            "colours": list(COLOURS[:-1]),
        }
        super().__init__(dict(strings or {}), spec=spec, chosen=chosen, frames=self._store())
        self._answer()
        self.observe(self._answer, "chosen")

    def frame(self, **places: int) -> Answer:
        """The arrays and the sentence for the controls at these places."""
        return self._ask({control.name: control.start for control in self._controls} | places)

    def _ask(self, chosen: Mapping[str, int]) -> Answer:
        arrays, text = self._compute(**{each.name: each.values[chosen[each.name]] for each in self._controls})
        return arrays, with_minus(text)

    def _answer(self, _: object = None) -> None:
        chosen = dict(self.chosen)
        if not self._is_possible(chosen):
            return
        arrays, text = self._ask(chosen)
        key = [chosen[control.name] for control in self._controls]
        self.answer = {"key": key, "text": text, "data": self._pack(arrays)}

    def _is_possible(self, chosen: Mapping[str, Any]) -> bool:
        return all(
            isinstance(place := chosen.get(control.name), int) and 0 <= place < len(control.values)
            for control in self._controls
        )

    def _store(self) -> dict[str, Any]:
        names = [control.name for control in self._controls]
        answers = [
            self._ask(dict(zip(names, places, strict=True)))
            for places in product(*(control.stops for control in self._controls))
        ]
        return {
            "data": b"".join(self._pack(arrays) for arrays, _ in answers),
            "texts": [text for _, text in answers],
        }

    def _pack(self, arrays: Mapping[str, Any]) -> bytes:
        for name, shape in self._shapes.items():
            if name not in arrays or np.shape(arrays[name]) != shape:
                raise ValueError(
                    f"{name}: shape {shape} at first, now {np.shape(arrays.get(name))}; keep it, with NaN"
                )
        return b"".join(_PACKED[self._type(name)](arrays[name]) for name in self._shapes)

    def _describe(self, name: str, shape: tuple[int, ...]) -> dict[str, Any]:
        return {"name": name, "shape": list(shape), "type": self._type(name)}

    def _type(self, name: str) -> str:
        return self._types.get(name, "half")

    @staticmethod
    def _check_names(panels: Sequence[Panel], known: set[str]) -> None:
        for layer in (layer for panel in panels for layer in panel.layers):
            for name in filter(None, (layer.data, layer.x)):
                if name not in known:
                    raise ValueError(f"a layer draws {name!r}, which is none of the arrays {sorted(known)}")


def _halves(array: Any) -> bytes:
    return np.clip(np.asarray(array, float), SMALLEST, LARGEST).astype("<f2").tobytes()


def _shares(array: Any) -> bytes:
    return (np.clip(np.asarray(array, float), 0, 1) * 255).round().astype("u1").tobytes()


def _logs(array: Any) -> bytes:
    return _halves(np.log10(np.clip(np.asarray(array, float), 1e-30, 1e30)))


_PACKED = {"half": _halves, "share": _shares, "log": _logs}
