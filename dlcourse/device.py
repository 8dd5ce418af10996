"""What hardware is here, said in a sentence, and TensorFlow set up on it without its start-up chatter.

TensorFlow is imported inside the functions, so that importing this module stays fast.
"""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import psutil

if TYPE_CHECKING:
    import tensorflow as tf

GIB = 2**30


@dataclass(frozen=True)
class Device:
    """The hardware that a training run can use.

    Attributes:
        kind: the fastest kind of processor that TensorFlow sees.
        count: how many of that kind; for a CPU the number of cores this process may use.
        names: what TensorFlow calls each of them, in order.
        memory: main memory in bytes (not that of the accelerator).
    """

    kind: Literal["CPU", "GPU", "TPU"]
    count: int
    names: tuple[str, ...]
    memory: int

    def __str__(self) -> str:
        """One sentence: what is here, what uses it, and what to do to get more."""
        if self.kind == "CPU":
            return (
                f"{_counted(self.count, 'CPU core')} and {self.memory / GIB:.0f} GiB of memory, no GPU or TPU: "
                "every chapter runs on that. For larger experiments, open the course on a machine with an "
                "NVIDIA GPU and TensorFlow's CUDA packages (pip install 'tensorflow[and-cuda]'), or choose "
                "a GPU or TPU runtime in Colab."
            )
        listed = ", ".join(dict.fromkeys(self.names))
        if self.count == 1:
            return f"One {self.kind} ({listed}): TensorFlow uses it without any change to the code."
        return (
            f"{self.count} {self.kind}s ({listed}): TensorFlow uses the first one. "
            "Build and compile the model under `with device.strategy().scope():` to use all."
        )


def cores() -> int:
    """Number of CPU cores that this process may use (a container or `taskset` may allow fewer than exist)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Hide warnings, and what compiled code writes to standard error, inside the block; errors still raise.

    TensorFlow's C++ start-up lines go straight to file descriptor 2, where neither its log level nor
    ``contextlib.redirect_stderr`` reaches them all, so the descriptor itself is pointed elsewhere and restored.
    """
    sys.stderr.flush()
    saved, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        sys.stderr.flush()
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)


def import_tensorflow() -> None:
    """Import TensorFlow and let it start its devices, without the start-up lines.

    GPU memory is taken as it is needed rather than all at once, so that two notebooks can share a card.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with quiet():
        import tensorflow as tf

        for gpu in tf.config.list_physical_devices("GPU"):
            # TensorFlow refuses once the device has started; it then keeps the setting it has.
            with contextlib.suppress(RuntimeError):
                tf.config.experimental.set_memory_growth(gpu, True)
        tf.constant(0.0) + 0.0  # the first operation starts the devices, which is when they log


def detect() -> Device:
    """Find the fastest kind of processor that TensorFlow can use here: TPU before GPU before CPU."""
    import_tensorflow()
    import tensorflow as tf

    memory = psutil.virtual_memory().total
    for kind in ("TPU", "GPU"):
        found = tf.config.list_logical_devices(kind)
        if found:
            return Device(kind, len(found), tuple(_model_name(device) for device in found), memory)
    return Device("CPU", cores(), tuple(device.name for device in tf.config.list_logical_devices("CPU")), memory)


def prepare(seed: int = 0) -> Device:
    """Make a notebook ready to train: quiet import, seeded random numbers, one printed sentence on the hardware.

    Args:
        seed: seeds Python's, NumPy's and TensorFlow's random numbers, so that a second run repeats the first.

    Returns:
        What :func:`detect` found.

    Raises:
        ValueError: ``seed`` is not a whole number from 0 to 2**32 - 1.
    """
    if not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed!r}; choose a whole number from 0 to {2**32 - 1}.")
    found = detect()
    import keras

    keras.utils.set_random_seed(seed)
    print(found.kind, "ready:", found)
    return found


def strategy() -> tf.distribute.Strategy:
    """The `tf.distribute` strategy that uses every accelerator here.

    Returns:
        TPUStrategy on TPUs, MirroredStrategy on several GPUs, otherwise TensorFlow's default strategy, under
        which a model on one device behaves as it does without any.
    """
    found = detect()
    import tensorflow as tf

    if found.kind == "TPU":
        return tf.distribute.TPUStrategy()
    if found.kind == "GPU" and found.count > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def _model_name(logical_device: tf.config.LogicalDevice) -> str:
    """The maker's name of an accelerator ("NVIDIA A100"), or TensorFlow's own where it knows no better."""
    import tensorflow as tf

    physical = tf.config.list_physical_devices(logical_device.device_type)
    index = int(logical_device.name.rsplit(":", 1)[-1])
    if index >= len(physical):
        return logical_device.name
    details = tf.config.experimental.get_device_details(physical[index])
    return details.get("device_name", logical_device.name)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
