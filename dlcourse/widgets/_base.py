"""What all widgets share: their scripts and styles, and the plain words in which controls and panels are described."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from dlcourse.widgets.strings import COMMON

FOLDER = Path(__file__).resolve().parent


@cache
def script(*names: str) -> str:
    """One module out of several `.js` files of this folder: what is shared first, the widget's own last."""
    return "\n".join((FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in names)


@cache
def style() -> str:
    """The style sheet of all widgets."""
    return (FOLDER / "base.css").read_text(encoding="utf-8")


class Widget(anywidget.AnyWidget):
    """The base of every widget: one look, one list of words, and an answer to the page that asks for a kernel.

    A page without a kernel gets no answer to its ``hello`` and goes on with what is stored.
    """

    _css = style()
    strings = traitlets.Dict().tag(sync=True)

    def __init__(self, strings: dict[str, str], **traits: Any) -> None:
        super().__init__(strings=COMMON | strings, **traits)
        self.on_msg(self._greet)

    def __repr__(self) -> str:
        """What stands in the place of the widget where none can be drawn."""
        return f"<{type(self).__name__}: alive in JupyterLab and on the course's site>"

    def _greet(self, _: object, content: dict[str, Any], __: object) -> None:
        if content.get("type") == "hello":
            self.send({"type": "here"})


@dataclass(frozen=True)
class Control:
    """A slider over a list of values, or a choice among them.

    Args:
        name: the argument of ``compute`` that gets the value.
        label: what stands before it.
        values: what ``compute`` gets, in order.
        shown: the same in words, which the learner sees and hears.
        start: place of the first value.
        stops: places that are stored for pages without a kernel; all of them when empty.
        kind: ``slider`` or ``choice``.
    """

    name: str
    label: str
    values: Sequence[Any]
    shown: Sequence[str]
    start: int = 0
    stops: Sequence[int] = ()
    kind: str = "slider"

    def __post_init__(self) -> None:
        if len(self.values) != len(self.shown) or not self.values:
            raise ValueError(f"{self.name}: {len(self.values)} values, but {len(self.shown)} words for them")
        stops = tuple(self.stops) or tuple(range(len(self.values)))
        if self.start not in stops:
            raise ValueError(f"{self.name}: start {self.start} is not among the stops {stops}; pages begin there")
        object.__setattr__(self, "stops", stops)

    def spec(self) -> dict[str, Any]:
        """What the page needs to know of it."""
        return {
            "name": self.name,
            "label": self.label,
            "kind": self.kind,
            "shown": list(self.shown),
            "stops": list(self.stops),
        }


def with_minus(text: str) -> str:
    """The text with a real minus before numbers: many screen readers skip the hyphen that Python writes."""
    return re.sub(r"(?<!\w)-(?=\d)|(?<=\de)-(?=\d)", "−", text)


def slider(name: str, label: str, values: Sequence[Any], shown: str = "{:g}", **options: Any) -> Control:
    """A :class:`Control` over numbers, which ``shown`` puts into words."""
    values = [float(value) if isinstance(value, float) else value for value in values]
    return Control(name, label, values, [with_minus(shown.format(value)) for value in values], **options)


def choice(name: str, label: str, words: Sequence[str], **options: Any) -> Control:
    """A :class:`Control` among names; ``compute`` gets the name."""
    return Control(name, label, list(words), list(words), kind="choice", **options)


@dataclass(frozen=True)
class Axis:
    """One axis of a panel: label, limits, and whether it is logarithmic.

    With ``by``, the name of a control, ``low`` and ``high`` are lists with one limit for each of its values.
    """

    label: str
    low: float | Sequence[float] = 0.0
    high: float | Sequence[float] = 1.0
    log: bool = False
    by: str | None = None


@dataclass(frozen=True)
class Layer:
    """Something drawn in a panel from an array that ``compute`` gives, or from a fixed one.

    ``kind`` and the shape of the array ``data``:

    - ``lines``: (k, n), one line for each of ``names``, over ``x``: the name of an array (n,) or (k, n);
    - ``paths``: (k, n, 2), points joined in order, one path for each of ``names``;
    - ``points``: (n, 2), coloured by the whole numbers of the array ``x`` (n,) where it is given, or as the lines that
      ``names`` names, with which they come and go;
    - ``verticals``: (n,), thin dashed lines from bottom to top at these places on the x axis;
    - ``heat``: (rows, columns) from 0 to 1, first row at the bottom, spread over the whole panel; ``bands`` cuts it
      into as many shades, which look like the lines of a map;
    - ``bars``: (k,), one for each of ``names``;
    - ``marks``: (n, 2), stars.

    A row of NaN is not drawn. With ``by``, the name of a control, the array has one more axis in front, with one part
    for each of the control's values, from which the chosen one is taken.
    """

    kind: str
    data: str
    names: Sequence[str] = ()
    x: str | None = None
    by: str | None = None
    bands: int = 0
    dashed: bool = False


@dataclass(frozen=True)
class Panel:
    """A chart: its axes and layers, drawn in order; a ``wide`` one has a row of its own."""

    title: str
    x: Axis
    y: Axis
    layers: Sequence[Layer]
    height: float = 0.68  # of its width
    wide: bool = False

    def spec(self) -> dict[str, Any]:
        """What the page needs to know of it."""
        return asdict(self)
