"""Four recipes on the real MNIST: how long each takes to read 99.0 % of the test pictures, and how far it gets.

    DLCOURSE_DATA=/folder/with/mnist.npz python benchmarks/mnist.py

Every run has a process of its own, and the recipes take turns, so that a slow spell of the machine hits all alike.
The clock covers what a learner waits for: preparing the arrays, building and compiling the model, and training,
with validation where the recipe asks for it. It stands still while the test pictures are read, which happens at the
end of each epoch. Choices between variants were made on the last 10,000 training pictures, never on the test set.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from dlcourse import data, device

device.import_tensorflow()

import keras  # noqa: E402
from keras import layers  # noqa: E402

SCHEMA = 1
GOAL = 0.99  # share of the test pictures that a recipe is timed to
OUT = Path(__file__).parent / "results" / "mnist.json"
Callbacks = Sequence[keras.callbacks.Callback]


def document(x_train: np.ndarray, y_train: np.ndarray, callbacks: Callbacks = (), epochs: int = 10) -> keras.Model:
    """Train the source document's network, to the letter.

    Args:
        x_train: pictures, (n, 28, 28) uint8; as for the other recipes.
        y_train: labels, (n,) whole numbers from 0 to 9.
        callbacks: passed on to `fit`.
        epochs: rounds over the pictures.
    """
    x_train, y_train = scale(x_train), keras.utils.to_categorical(y_train, 10)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    fit = {"epochs": epochs, "batch_size": 32, "validation_split": 0.1}
    model.fit(x_train, y_train, **fit, callbacks=list(callbacks), verbose=0)
    return model


def example(x_train: np.ndarray, y_train: np.ndarray, callbacks: Callbacks = ()) -> keras.Model:
    """Train the convnet of the Keras example https://keras.io/examples/vision/mnist_convnet/ with its settings."""
    x_train, y_train = scale(x_train).astype("float32"), keras.utils.to_categorical(y_train, 10)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    fit = {"epochs": 15, "batch_size": 128, "validation_split": 0.1}
    model.fit(x_train, y_train, **fit, callbacks=list(callbacks), verbose=0)
    return model


def fast(x_train: np.ndarray, y_train: np.ndarray, callbacks: Callbacks = (), epochs: int = 1) -> keras.Model:
    """Train the course's fast recipe: three small convolutions, batch normalisation, one warm-up and decay."""
    # MNIST's digits lie in the middle 20 x 20 pixels: two rows and columns of margin on each side are enough.
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Cropping2D(2)])
    for filters in (12, 40, 96):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(layers.MaxPooling2D())
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    model.compile(
        keras.optimizers.Adam(warm_up_and_decay(0.015, epochs * len(x_train) // 96)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=16,
    )
    model.fit(x_train, y_train, batch_size=96, epochs=epochs, callbacks=list(callbacks), verbose=0)
    return model


def warm_up_and_decay(peak: float, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """A learning rate that climbs to ``peak`` over a quarter of the steps and falls to 0 along a cosine."""
    warm_up = steps // 4
    return keras.optimizers.schedules.CosineDecay(0.0, steps - warm_up, warmup_target=peak, warmup_steps=warm_up)


class RandomAffine(layers.Layer):
    """In training, turn, scale, slant and shift each picture of a batch (n, 28, 28, 1) a little at random."""

    def __init__(self) -> None:
        super().__init__()
        self.seed = keras.random.SeedGenerator()

    def call(self, images, training: bool = False):
        if not training:
            return images
        ops, batch = keras.ops, keras.ops.shape(images)[0]

        def around(middle, spread):
            return keras.random.uniform((batch,), middle - spread, middle + spread, seed=self.seed)

        angle, scale, slant = around(0, 0.2), around(1, 0.1), around(0, 0.2)
        a, b = scale * ops.cos(angle), slant - scale * ops.sin(angle)
        c, d = scale * ops.sin(angle), around(1, 0.1) * ops.cos(angle)
        # Pixel (x, y) shows what stood at (ax + by + e, cx + dy + f); only the shift moves the picture's middle.
        e = 13.5 - 13.5 * (a + b) + around(0, 1.5)
        f = 13.5 - 13.5 * (c + d) + around(0, 1.5)
        none = ops.zeros_like(a)
        return ops.image.affine_transform(images, ops.stack([a, b, e, c, d, f, none, none], axis=1))


def best(x_train: np.ndarray, y_train: np.ndarray, callbacks: Callbacks = (), epochs: int = 7) -> keras.Model:
    """Train the course's best recipe: wider layers, pictures varied anew in each epoch, softened labels."""
    varied = [layers.Rescaling(1 / 255), RandomAffine(), layers.Cropping2D(1)]
    model = keras.Sequential([keras.Input((28, 28, 1)), *varied])
    for filters in (32, 64, 128):
        model.add(layers.Conv2D(filters, 3, use_bias=False))
        if filters < 128:
            model.add(layers.MaxPooling2D())
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    model.compile(
        keras.optimizers.Adam(warm_up_and_decay(0.01, epochs * len(x_train) // 128)),
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
        steps_per_execution=16,
    )
    labels = keras.utils.to_categorical(y_train, 10)
    model.fit(x_train, labels, batch_size=128, epochs=epochs, callbacks=list(callbacks), verbose=0)
    return model


def scale(images: np.ndarray) -> np.ndarray:
    """Return pictures (n, 28, 28) uint8 as the document's code prepares them: (n, 28, 28, 1), 0 to 1, float64."""
    return (images / 255.0).reshape(-1, 28, 28, 1)


@dataclass(frozen=True)
class Recipe:
    """A training function, and what a reader of the results wants to know of it.

    Attributes:
        train: takes pictures, labels and callbacks, returns the trained model.
        prepare: turns test pictures (n, 28, 28) uint8 into what the model reads.
        description: one line.
        batch_size, epochs: as ``train`` sets them.
    """

    train: Callable[..., keras.Model]
    prepare: Callable[[np.ndarray], np.ndarray]
    description: str
    batch_size: int
    epochs: int


RECIPES = {
    "a": Recipe(document, scale, "the source document's network and settings", 32, 10),
    "b": Recipe(example, scale, "the Keras example convnet", 128, 15),
    "c": Recipe(fast, np.asarray, "the course's fast recipe", 96, 1),
    "d": Recipe(best, np.asarray, "the course's best recipe", 128, 7),
}


class Clock(keras.callbacks.Callback):
    """Time a training run from now on; at the end of each epoch, read the test pictures with the clock stopped.

    Attributes:
        history: test accuracy and seconds on the clock, one entry per epoch.
    """

    def __init__(self, x_test: np.ndarray, y_test: np.ndarray) -> None:
        super().__init__()
        self.history: list[dict[str, float]] = []
        self._test = x_test, y_test
        self._started, self._stopped = time.perf_counter(), 0.0

    def seconds(self) -> float:
        return time.perf_counter() - self._started - self._stopped

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        seconds, since = self.seconds(), time.perf_counter()
        self.history.append({"accuracy": accuracy(self.model, *self._test), "seconds": round(seconds, 2)})
        self._stopped += time.perf_counter() - since


def accuracy(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """Share of the pictures, prepared as the model reads them, that it reads correctly."""
    return float(np.mean(model.predict(images, batch_size=500, verbose=0).argmax(axis=1) == labels))


def timed_run(name: str, seed: int) -> dict[str, Any]:
    """Train one recipe on the real MNIST and report on it."""
    recipe, mnist = RECIPES[name], real_mnist()
    x_test = recipe.prepare(mnist.x_test)
    keras.utils.set_random_seed(seed)
    clock = Clock(x_test, mnist.y_test)
    model = recipe.train(mnist.x_train, mnist.y_train, [clock])
    seconds = clock.seconds()
    accuracies = [epoch["accuracy"] for epoch in clock.history]
    reached = [epoch["seconds"] for epoch in clock.history if epoch["accuracy"] >= GOAL]
    return {
        "seed": seed,
        "seconds_to_99": reached[0] if reached else None,
        "accuracy": accuracies[-1],
        "best_accuracy": max(accuracies),
        "seconds": round(seconds, 2),
        "parameters": model.count_params(),
        "history": clock.history,
    }


def embedded_run(seed: int) -> dict[str, Any]:
    """Train on the embedded digits: the fast recipe, read on the real test set, and the document's network.

    The document's network is compared with logistic regression on the same pixels.
    """
    from sklearn.linear_model import LogisticRegression

    from dlcourse.data.digits import make_digits

    mnist = real_mnist()
    x_train, y_train, x_test, y_test = make_digits()
    keras.utils.set_random_seed(seed)
    started = time.perf_counter()
    # Ten rounds over a tenth of the pictures: as many steps as on MNIST.
    quick = fast(x_train, y_train, epochs=10)
    seconds = time.perf_counter() - started
    deep = document(x_train, y_train)
    linear = LogisticRegression(max_iter=1000).fit(x_train.reshape(len(x_train), -1) / 255, y_train)
    return {
        "seed": seed,
        "fast_seconds": round(seconds, 2),
        "fast_on_real_test": accuracy(quick, mnist.x_test, mnist.y_test),
        "fast": accuracy(quick, x_test, y_test),
        "document": accuracy(deep, scale(x_test), y_test),
        "logistic_regression": float(linear.score(x_test.reshape(len(x_test), -1) / 255, y_test)),
    }


def real_mnist() -> data.Dataset:
    """Return the published MNIST.

    Raises:
        SystemExit: it is neither here nor to be downloaded, or what is here is another data set.
    """
    try:
        mnist = data.load_mnist()
    except data.DataError as error:
        raise SystemExit(str(error)) from error
    if not mnist.source.published:
        raise SystemExit(
            "The benchmark needs the real MNIST. Name the folder that holds mnist.npz in the environment variable "
            f"DLCOURSE_DATA (now {os.environ.get('DLCOURSE_DATA') or 'not set'}), and run it again."
        )
    return mnist


def summary(runs: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Put the runs of each recipe, and those on the embedded digits, in the form that the chapter reads."""
    result: dict[str, Any] = {
        "schema": SCHEMA,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": {
            "cpu": _cpu(),
            "cores": device.cores(),
            "memory_gib": round(psutil.virtual_memory().total / device.GIB),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")},
        },
        "goal": GOAL,
        "recipes": {},
    }
    for name, recipe in RECIPES.items():
        if name in runs:
            result["recipes"][name] = {
                "description": recipe.description,
                "parameters": runs[name][0]["parameters"],
                "batch_size": recipe.batch_size,
                "epochs": recipe.epochs,
                "runs": [{key: value for key, value in run.items() if key != "parameters"} for run in runs[name]],
                "median": _medians(runs[name], "seconds_to_99", "accuracy", "best_accuracy", "seconds"),
            }
    medians = {name: entry["median"] for name, entry in result["recipes"].items()}
    result["ratios"] = {
        "c_vs_b": _ratio(medians, ("c", "seconds_to_99"), ("b", "seconds_to_99")),
        "d_seconds_vs_a": _ratio(medians, ("d", "seconds"), ("a", "seconds")),
    }
    embedded = runs["embedded"]
    names = [name for name in embedded[0] if name != "seed"]
    result["embedded"] = {"runs": embedded, "median": _medians(embedded, *names)}
    return result


def _medians(runs: list[dict[str, Any]], *names: str) -> dict[str, float | None]:
    """Median over the runs; None where half of them or more have no value, as for a goal that was not reached."""
    medians = {}
    for name in names:
        middle = statistics.median(float("inf") if run[name] is None else run[name] for run in runs)
        medians[name] = None if middle == float("inf") else round(middle, 4)
    return medians


def _ratio(medians: dict[str, dict[str, Any]], above: tuple[str, str], below: tuple[str, str]) -> float | None:
    numbers = [medians.get(recipe, {}).get(name) for recipe, name in (above, below)]
    return None if None in numbers else round(numbers[0] / numbers[1], 3)


def _cpu() -> str:
    """What the processor's maker calls it, where the system tells."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _write(value: dict[str, Any], file: Path) -> None:
    """Write JSON whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    os.replace(unfinished, file)


def _line(name: str, run: dict[str, Any]) -> str:
    if name == "embedded":
        return f"fast recipe {run['fast_on_real_test']:.2%} of the real test set"
    reached = run["seconds_to_99"]
    goal = f"{GOAL:.0%} after {reached:.0f} s" if reached else f"{GOAL:.0%} not reached"
    return f"{run['accuracy']:.2%} in {run['seconds']:.0f} s, {goal}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for, each run in a process of its own, and write the results; return an exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipes", nargs="+", choices=RECIPES, default=list(RECIPES), help="default: all")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each recipe (default: 3)")
    parser.add_argument("--out", type=Path, default=OUT, help="file for the results")
    parser.add_argument("--run", nargs=3, metavar=("NAME", "SEED", "FILE"), help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.run:
        name, seed, file = asked.run
        run = embedded_run(int(seed)) if name == "embedded" else timed_run(name, int(seed))
        _write(run, Path(file))
        return 0
    if asked.seeds < 1:
        parser.error(f"--seeds is {asked.seeds}; ask for at least 1.")
    print(real_mnist().source, flush=True)

    # Finished runs are kept under a name that changes with this script and with TensorFlow's version.
    state = Path(__file__).read_text(encoding="utf-8") + metadata.version("tensorflow")
    kept = data.cache_folder() / "benchmarks" / hashlib.sha256(state.encode()).hexdigest()[:16]
    jobs = [(name, seed) for seed in range(asked.seeds) for name in (*asked.recipes, "embedded")]
    runs: dict[str, list[dict[str, Any]]] = {}
    for number, (name, seed) in enumerate(jobs, start=1):
        file = kept / f"{name}-{seed}.json"
        if not file.exists():
            command = [sys.executable, __file__, "--run", name, str(seed), str(file)]
            if subprocess.run(command).returncode:
                print(f"{name}, seed {seed} failed (its message is above). Run again to go on from there.")
                return 1
        runs.setdefault(name, []).append(json.loads(file.read_text(encoding="utf-8")))
        print(f"[{number}/{len(jobs)}] {name}, seed {seed}: {_line(name, runs[name][-1])}", flush=True)
    _write(summary(runs), asked.out)
    shutil.rmtree(kept)
    print(f"Results are in {asked.out}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
