"""Progress that a notebook can store, and a record of every training step.

Early stopping and learning-rate schedules are Keras's own (`keras.callbacks.EarlyStopping`,
`keras.optimizers.schedules`).
"""

from __future__ import annotations

import html
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from IPython import get_ipython
from IPython.display import display
from tqdm.auto import tqdm

from dlcourse import device

device.import_tensorflow()  # before Keras does it, and aloud

import keras  # noqa: E402

Item = TypeVar("Item")


class Progress(keras.callbacks.Callback):
    """One line that follows a training run: a bar, the epoch, the metrics, the time left.

    In a notebook the line is drawn over in place, so that one line is stored, whatever the number of epochs; in a
    terminal it is tqdm's bar. Interrupting the kernel stops the run and keeps what the model has learned so far.

    Args:
        label: what is being trained, at the start of the line.
        updates_per_second: how often the line is drawn at the most.
    """

    def __init__(self, label: str = "Training", updates_per_second: float = 4.0) -> None:
        super().__init__()
        self.label = label
        self._pause = 1 / updates_per_second

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        # A dataset without a length has no number of steps; its line moves once an epoch.
        self._epochs, self._steps = self.params["epochs"], self.params["steps"] or 0
        self._epoch, self._started, self._drawn = 0, time.perf_counter(), 0.0
        self._line = progress_line(self.label)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        now = time.perf_counter()
        if self._steps and now - self._drawn >= self._pause:
            self._drawn = now
            # Where steps_per_execution does not divide the steps, Keras reports one beyond the last.
            done = (self._epoch + min((batch + 1) / self._steps, 1)) / self._epochs
            left = (now - self._started) * (1 - done) / done
            self._line.draw(done, f"epoch {self._epoch + 1} of {self._epochs}{_figures(logs)}, {left:.0f} s left")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._last = f"epoch {epoch + 1} of {self._epochs}{_figures(logs)}"
        self._line.draw((epoch + 1) / self._epochs, self._last)

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        self._line.close()


class Recorder(keras.callbacks.Callback):
    """Keep the metrics of every step, where `history` keeps those of every epoch.

    Attributes:
        steps: one list per metric, one entry per step. Keras reports a metric as its mean since the epoch began;
            what is kept here is the value of the step alone, worked back from those means. It is exact when all
            batches of an epoch have the same size.
        seconds: time since the run began, at the end of each step.
    """

    def __init__(self) -> None:
        super().__init__()
        self.steps: dict[str, list[float]] = {}
        self.seconds: list[float] = []

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        self._started = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._sums: dict[str, float] = {}

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        self.seconds.append(time.perf_counter() - self._started)
        for name, mean in (logs or {}).items():
            total = mean * (batch + 1)
            self.steps.setdefault(name, []).append(total - self._sums.get(name, 0.0))
            self._sums[name] = total


def track(items: Sequence[Item], label: str) -> Iterator[Item]:
    """Go through ``items`` with the same line of progress, for loops that train several models.

    Args:
        items: what to go through.
        label: what is being done, at the start of the line.

    Yields:
        The items, in order.
    """
    line, started = progress_line(label), time.perf_counter()
    for done, item in enumerate(items):
        yield item
        left = (time.perf_counter() - started) / (done + 1) * (len(items) - done - 1)
        line.draw((done + 1) / len(items), f"{done + 1} of {len(items)}" + (f", {left:.0f} s left" if left else ""))
    line.close()


class _NotebookLine:
    """A line of HTML below the cell, replaced at each update."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._handle = display(self._bundle(0, "starting"), raw=True, display_id=True)

    def draw(self, done: float, text: str) -> None:
        self._handle.update(self._bundle(done, text), raw=True)

    def close(self) -> None:
        """Leave the last line where it is."""

    def _bundle(self, done: float, text: str) -> dict[str, str]:
        label = html.escape(self._label)
        bar = f'<progress aria-label="{label}" max="1" value="{done:.3f}"></progress>'
        line = f'<div class="dlcourse-progress">{label} {bar} {html.escape(text)}</div>'
        # The plain text stays the same from first to last: it is what the regression test compares.
        return {"text/html": line, "text/plain": f"{self._label}: done when the cell has finished"}


class _TerminalLine:
    """tqdm's bar, counted in per cent."""

    def __init__(self, label: str) -> None:
        self._bar = tqdm(total=100, desc=label, bar_format="{desc} {percentage:3.0f}%|{bar}| {postfix}")

    def draw(self, done: float, text: str) -> None:
        self._bar.set_postfix_str(text, refresh=False)
        self._bar.update(100 * done - self._bar.n)

    def close(self) -> None:
        self._bar.close()


def progress_line(label: str) -> _NotebookLine | _TerminalLine:
    """A line that shows how far something is: below the cell in a notebook, as a bar in a terminal.

    Its ``draw`` takes the share that is done, from 0 to 1, and a text; its ``close`` leaves the last one standing.

    Args:
        label: what is being done, at the start of the line.
    """
    return _NotebookLine(label) if get_ipython() else _TerminalLine(label)


def _figures(logs: Mapping[str, float] | None) -> str:
    """The metrics in words: ", loss 0.1234, accuracy 0.9612"."""
    return "".join(f", {name.replace('val_', 'validation ')} {value:.4f}" for name, value in (logs or {}).items())
