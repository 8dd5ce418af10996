"""A page that a language model writes, one character after the other, with the temperature on a slider."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import traitlets

from dlcourse.widgets._base import FOLDER, Widget, script, slider, style
from dlcourse.widgets.strings import WRITER


class Writer(Widget):
    """The widget that :func:`watch_writing` makes.

    ``chosen`` holds the place of the temperature and the number of pages that were asked for so far. A page for it
    comes from the stored ones in turn, or from Python, in ``answer``.
    """

    _esm = script("base", "writer")
    _css = style() + (FOLDER / "writer.css").read_text(encoding="utf-8")
    spec = traitlets.Dict().tag(sync=True)
    pages = traitlets.List().tag(sync=True)
    chosen = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)

    def __init__(
        self, prompt: str, temperatures: Sequence[float], pages: Any, write: Callable[[float], str] | None
    ) -> None:
        self._temperatures, self._write = list(temperatures), write
        control = slider("temperature", WRITER["temperature"], temperatures, start=len(temperatures) // 2)
        super().__init__(
            WRITER,
            spec={"prompt": prompt, "control": control.spec(), "can_write": write is not None},
            pages=pages,
            chosen={"place": control.start, "asked": 0},
        )
        if write is not None:
            self.observe(self._answer, "chosen")

    def _answer(self, change: Mapping[str, Any]) -> None:
        asked, place = change["new"].get("asked"), change["new"].get("place")
        if asked == change["old"].get("asked") or place not in range(len(self._temperatures)):
            return  # another temperature: a stored page is there at once
        self.answer = {"asked": asked, "place": place, "page": self._write(self._temperatures[place])}


def watch_writing(
    prompt: str, pages: Mapping[float, Sequence[str]], write: Callable[[float], str] | None = None
) -> Writer:
    """Watch a model write at a temperature that a slider sets.

    Args:
        prompt: what the pages go on from; stands before each, in another shade.
        pages: for each temperature, in rising order, pages that were written beforehand, without the prompt. A page
            without a kernel shows them in turn.
        write: writes one more page at a temperature, from the thread of another cell, for a page with a kernel.

    Raises:
        ValueError: no temperatures, not rising, or one without a page.
    """
    temperatures = list(pages)
    if not temperatures or temperatures != sorted(temperatures):
        raise ValueError(f"temperatures in rising order are needed, each with its pages; these are {temperatures}")
    for temperature, written in pages.items():
        if isinstance(written, str) or not written or not all(written):
            raise ValueError(f"temperature {temperature} needs a list of pages that are not empty, not {written!r}")
    return Writer(prompt, temperatures, [list(written) for written in pages.values()], write)
