"""A panel that trains a network in the background while learning rate, batch size and the rest are changed by hand.

The controls and the curves are two widgets on purpose: messages from the page follow the thread that last published
for their widget, so that one widget for both would wait for whatever cell is running.
"""

from __future__ import annotations

import atexit
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets
import numpy as np
import traitlets

from dlcourse.plot import COLOURS
from dlcourse.widgets._base import Control, Widget, choice, script, slider
from dlcourse.widgets.strings import TRAINER

RATES = np.logspace(-4, 1, 26)
BATCH_SIZES = (8, 16, 32, 64, 128, 256)
ACTIVATIONS = ("relu", "tanh", "sigmoid", "gelu")
OPTIMIZERS = ("SGD", "SGD with momentum", "RMSprop", "Adam")
MESSAGES_PER_SECOND = 25
STORED_POINTS = 600  # of a run, in the saved notebook
VALIDATE_EVERY = 25  # steps

USUAL_TURN = sys.getswitchinterval()
SHORT_TURN = min(USUAL_TURN, 0.001)  # seconds

_running: dict[str, LiveTrainer] = {}
_training: set[LiveTrainer] = set()
_turns = threading.Lock()


class TrainerControls(Widget):
    """Sliders, choices and buttons; `settings` holds the place of each control."""

    _esm = script("base", "trainer")
    controls = traitlets.List().tag(sync=True)
    settings = traitlets.Dict().tag(sync=True)


class TrainerStream(Widget):
    """Curves that grow with each message, and the last run as it is stored in the notebook."""

    _esm = script("base", "trainer_stream")
    colours = traitlets.List(list(COLOURS[:-1])).tag(sync=True)
    record = traitlets.Dict().tag(sync=True)


class LiveTrainer(ipywidgets.VBox):
    """Trains what `build` makes, beside whatever else the kernel does.

    When the cell that makes it runs again, the older one of the same name stops. Nothing outlives the kernel.

    Args:
        build: makes a Keras classifier that ends in logits, from an activation's name and a dropout rate.
        x_train: training inputs, shape (n, ...), as `build`'s model takes them.
        y_train: labels, whole numbers, shape (n,).
        x_held_out: inputs that the accuracy is watched on and no step learns from, shape (m, ...); 500 are used.
        y_held_out: their labels, shape (m,).
        script: the run that is stored for pages without a kernel: pairs of a number of steps and the settings that
            change before them.
        seed: of the first weights and the order of the examples.
        name: two panels of different names run side by side.

    Raises:
        ValueError: inputs and labels differ in number, or `script` names a setting that does not exist.
    """

    def __init__(
        self,
        build: Callable[[str, float], Any],
        x_train: np.ndarray,
        y_train: np.ndarray,
        x_held_out: np.ndarray,
        y_held_out: np.ndarray,
        *,
        script: Sequence[tuple[int, Mapping[str, Any]]] = ((150, {}),),
        seed: int = 0,
        name: str = "live trainer",
    ) -> None:
        for inputs, labels, what in ((x_train, y_train, "training"), (x_held_out, y_held_out, "held-out")):
            if len(inputs) != len(labels):
                raise ValueError(f"{len(inputs)} {what} inputs, but {len(labels)} labels; each needs its own")
        if name in _running:
            _running.pop(name).stop()
        self._controls = controls()
        self._run = _Run(build, (x_train, y_train), (x_held_out, y_held_out), seed)
        first = {control.name: control.start for control in self._controls}
        self.stream = TrainerStream(TRAINER)
        self._play(script, first)
        self.panel = TrainerControls(
            TRAINER, controls=[control.spec() for control in self._controls], settings=first
        )
        self._commands: list[str] = []
        self._wake = threading.Condition()
        self._is_running, self._steps_wanted, self._is_ended, self._is_silent = False, 0, False, False
        self._thread = threading.Thread(target=self._work, name=f"dlcourse {name}", daemon=True)
        self.panel.on_msg(self._obey)
        self.panel.observe(self._nudge, "settings")
        super().__init__([self.panel, self.stream])
        _running[name] = self
        self._thread.start()

    def __repr__(self) -> str:
        """What stands in the place of the panel where none can be drawn."""
        return "<LiveTrainer: alive in JupyterLab; on the course's site a recorded run>"

    @property
    def is_alive(self) -> bool:
        """Whether the thread that trains still exists."""
        return self._thread.is_alive()

    @property
    def model(self) -> Any:
        """The Keras model as it is now."""
        return self._run.model

    def stop(self, *, silent: bool = False) -> None:
        """End the thread; the curves stay as they are, and say so unless `silent`."""
        with self._wake:
            self._is_ended, self._is_silent = True, silent
            self._wake.notify_all()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=30)

    def command(self, word: str) -> None:
        """Do what the buttons do: `start`, `pause`, `step` or `reset`.

        Raises:
            ValueError: there is no such button.
        """
        if word not in ("start", "pause", "step", "reset"):
            raise ValueError(f"{word!r} is no command; choose start, pause, step or reset")
        with self._wake:
            self._commands.append(word)
            self._wake.notify_all()

    def _obey(self, _: object, content: Mapping[str, Any], __: object) -> None:
        if content.get("type") == "command":
            self.command(content["word"])

    def _nudge(self, _: object) -> None:
        with self._wake:
            self._wake.notify_all()

    def _chosen(self) -> dict[str, Any]:
        return {control.name: control.values[self.panel.settings[control.name]] for control in self._controls}

    def _play(self, script: Sequence[tuple[int, Mapping[str, Any]]], places: Mapping[str, int]) -> None:
        chosen = {control.name: control.values[places[control.name]] for control in self._controls}
        for steps, changes in script:
            if unknown := set(changes) - set(chosen):
                raise ValueError(f"script changes {sorted(unknown)}; there are {sorted(chosen)}")
            chosen |= changes
            self._run.use(chosen)
            for _ in range(steps):
                if not self._run.step():
                    break
        self.stream.record = self._run.stored()
        self._run.reset()

    def _work(self) -> None:
        # Until the first command the thread touches nothing that other cells use, random numbers least of all.
        sent = 0.0
        while True:
            _share_turns(self, self._is_training)
            with self._wake:
                if not (self._is_ended or self._commands or self._is_training):
                    self._wake.wait()
                if self._is_ended:
                    break
                commands, self._commands = self._commands, []
            for word in commands:
                self._do(word)
            is_news = bool(commands) or (self._run.model is not None and self._run.use(self._chosen()))
            if self._is_training:
                is_finite = self._run.step()
                self._steps_wanted = max(0, self._steps_wanted - 1)
                if not is_finite:
                    self._is_running, self._steps_wanted = False, 0
                if not self._is_training:
                    is_news = True
                    self.stream.record = self._run.stored()
            if is_news or (self._is_training and time.monotonic() - sent >= 1 / MESSAGES_PER_SECOND):
                self._pause_until(sent + 1 / MESSAGES_PER_SECOND)
                self._send()
                sent = time.monotonic()
        self._is_running, self._steps_wanted = False, 0
        _share_turns(self, False)
        if not self._is_silent:
            self._run.say("stopped")
            self._send()

    @property
    def _is_training(self) -> bool:
        return self._is_running or self._steps_wanted > 0

    @staticmethod
    def _pause_until(moment: float) -> None:
        time.sleep(max(0.0, moment - time.monotonic()))

    def _do(self, word: str) -> None:
        self._is_running = word == "start"
        if word == "reset":
            self._run.reset()
            self.stream.send({"type": "clear"})
        self._run.use(self._chosen())
        if word == "step":
            self._steps_wanted += 1
        elif word != "reset":
            self._run.say("running" if word == "start" else "paused", step=self._run.steps)
        if word in ("pause", "reset"):
            self.stream.record = self._run.stored()

    def _send(self) -> None:
        points, tests, events, status = self._run.news()
        content = {"type": "news", "events": events, "status": status, "running": self._is_running}
        self.stream.send(content, [points.astype("<f4").tobytes(), tests.astype("<f4").tobytes()])


class _Run:
    """The model, its optimizer, and what has been measured. Only one thread at a time uses it."""

    def __init__(self, build: Callable[[str, float], Any], train: Any, test: Any, seed: int) -> None:
        import keras
        import tensorflow as tf

        self._keras, self._tf, self._build, self._seed = keras, tf, build, seed
        self._train = tuple(np.asarray(array) for array in train)
        self._test = tuple(tf.constant(array[:500]) for array in test)
        self._first_weights: list[np.ndarray] = []
        self.reset()

    def reset(self) -> None:
        """Back to the first weights, with nothing measured."""
        self.steps = 0
        self._random = np.random.default_rng(self._seed)
        self._points: list[tuple[float, float, float]] = []
        self._tests: list[tuple[float, float]] = []
        self._events: list[dict[str, Any]] = []
        self._told = [0, 0, 0]
        self._settings: dict[str, Any] = {}
        self.model: Any = None
        self._status = {"word": "ready", "step": 0}

    def say(self, word: str, **values: Any) -> None:
        """Set the sentence under the curves."""
        self._status = {"word": word, **values}

    def use(self, chosen: Mapping[str, Any]) -> bool:
        """Train with these settings from now on; whether anything changed."""
        chosen = dict(chosen)
        changed = {name: value for name, value in chosen.items() if self._settings.get(name) != value}
        if not changed:
            return False
        is_new = self.model is None
        if is_new or {"activation", "dropout"} & changed.keys():
            self._rebuild(chosen)
        if is_new or {"activation", "dropout", "optimizer"} & changed.keys():
            self._compile(chosen)
        self._optimizer.learning_rate.assign(chosen["learning_rate"])
        if not is_new:
            self._events.append(
                {"step": self.steps, "changes": {name: _word(value) for name, value in changed.items()}}
            )
            rebuilt = sorted({"activation", "dropout"} & changed.keys())
            self.say(
                "rebuilt" if rebuilt else "changed", step=self.steps, what=", ".join(rebuilt or sorted(changed))
            )
        self._settings = chosen
        return True

    def _rebuild(self, chosen: Mapping[str, Any]) -> None:
        weights = self.model.get_weights() if self.model else self._first_weights
        if not weights:
            self._keras.utils.set_random_seed(self._seed)
        self.model = self._build(chosen["activation"], chosen["dropout"])
        if weights:
            self.model.set_weights(weights)
        else:
            self._first_weights = self.model.get_weights()

    def _compile(self, chosen: Mapping[str, Any]) -> None:
        tf, keras, model = self._tf, self._keras, self.model
        optimizer = _optimizer(keras, chosen["optimizer"], chosen["learning_rate"])
        optimizer.build(model.trainable_variables)
        loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        images, labels = (
            tf.TensorSpec((None, *array.shape[1:]), tf.as_dtype(array.dtype)) for array in self._train
        )

        @tf.function(input_signature=[images, labels])
        def step(images: Any, labels: Any) -> tuple[Any, Any]:
            with tf.GradientTape() as tape:
                logits = model(images, training=True)
                loss = loss_fn(labels, logits)
            optimizer.apply(tape.gradient(loss, model.trainable_variables))
            hits = tf.argmax(logits, axis=1, output_type=tf.int32) == tf.cast(labels, tf.int32)
            return loss, tf.reduce_mean(tf.cast(hits, tf.float32))

        self._optimizer, self._step = optimizer, step

    def step(self) -> bool:
        """One step on one random batch; whether the loss is still a number."""
        rows = self._random.integers(0, len(self._train[0]), self._settings["batch_size"])
        loss, accuracy = (float(value) for value in self._step(*(array[rows] for array in self._train)))
        if not np.isfinite(loss):
            self.say("diverged", step=self.steps, rate=_word(self._settings["learning_rate"]))
            return False
        self.steps += 1
        self._points.append((self.steps, loss, accuracy))
        if self.steps % VALIDATE_EVERY == 0:
            logits = self.model(self._test[0], training=False).numpy()
            self._tests.append((self.steps, float(np.mean(logits.argmax(1) == self._test[1].numpy()))))
        if self._status["word"] not in ("rebuilt", "changed") or self.steps > self._status["step"] + 20:
            self.say("training", step=self.steps)
        return True

    def news(self) -> tuple[np.ndarray, np.ndarray, list[dict[str, Any]], dict[str, Any]]:
        """What has been measured since the last call."""
        points, tests, events = self._told
        self._told = [len(self._points), len(self._tests), len(self._events)]
        return (
            np.array(self._points[points:]).reshape(-1, 3),
            np.array(self._tests[tests:]).reshape(-1, 2),
            self._events[events:],
            self._status,
        )

    def stored(self) -> dict[str, Any]:
        """The whole run, thinned to what a notebook should carry."""
        every = max(1, -(-len(self._points) // STORED_POINTS))
        tests = self._tests[:: max(1, -(-len(self._tests) // STORED_POINTS))]
        return {
            "points": np.array(self._points[::every], "<f4").tobytes(),
            "tests": np.array(tests, "<f4").tobytes(),
            "events": self._events[-100:],
            "steps": self.steps,
        }


def controls() -> list[Control]:
    """The panel's controls."""
    return [
        slider("learning_rate", TRAINER["learning_rate"], RATES, "{:.2g}", start=10),
        slider("batch_size", TRAINER["batch_size"], BATCH_SIZES, "{}", start=2),
        slider("dropout", TRAINER["dropout"], [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]),
        choice("activation", TRAINER["activation"], ACTIVATIONS),
        choice("optimizer", TRAINER["optimizer"], OPTIMIZERS),
    ]


def _optimizer(keras: Any, word: str, rate: float) -> Any:
    momentum = {"momentum": 0.9} if word == "SGD with momentum" else {}
    return getattr(keras.optimizers, word.split()[0])(rate, **momentum)


def _word(value: Any) -> str:
    return f"{value:.2g}" if isinstance(value, float) else str(value)


def _share_turns(trainer: LiveTrainer, is_training: bool) -> None:
    """Let Python's threads take short turns while a trainer trains.

    A busy cell gives the others a turn every five milliseconds, and one step of training needs several: what is
    changed on the panel would show up after a third of a second.
    """
    if is_training == (trainer in _training):
        return
    with _turns:
        (_training.add if is_training else _training.discard)(trainer)
        sys.setswitchinterval(SHORT_TURN if _training else USUAL_TURN)


@atexit.register
def _stop_all() -> None:
    for trainer in list(_running.values()):
        trainer.stop(silent=True)  # the page can't hear any more
