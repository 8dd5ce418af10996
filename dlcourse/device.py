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


@dataclass(frozen=True)
class PeakRate:
    """How many floating-point operations a second the hardware could do at the very best, in float32.

    Attributes:
        flops: operations a second, or None where they can't be worked out here.
        how: the multiplication behind ``flops``, or where to look the number up.
    """

    flops: float | None
    how: str

    def __str__(self) -> str:
        """One sentence: the rate and how it comes about, or how to find it."""
        if self.flops is None:
            return f"Theoretical rate unknown: {self.how}."
        return f"At most {self.flops / 1e9:,.0f} GFLOP/s: {self.how}."


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


def peak_rate() -> PeakRate:
    """The theoretical float32 rate of the fastest kind of processor here.

    For CPUs it is cores × clock × operations per cycle. The last factor follows from the instruction set that NumPy
    found: lanes of a vector register × 2 (a multiplication and an addition at once, where the chip can) × 2 units.
    It is the bound of a chip's strongest cores; the clock is the highest that the system reports, and some systems,
    virtual machines above all, report less than the chip reaches for moments (by up to a half).

    Returns:
        The rate; for an accelerator, whose clock and units no interface tells, how to look it up.
    """
    found = detect()
    if found.kind != "CPU":
        model = found.names[0] if found.names else found.kind
        return PeakRate(None, f"look up the float32 rate in the maker's data sheet of the {found.kind} ({model})")
    clock, per_cycle = _clock(), _flops_per_cycle(_cpu_features())
    if clock is None or per_cycle is None:
        missing = "clock" if clock is None else "instruction set"
        return PeakRate(None, f"this system does not tell the processor's {missing}; look it up by the chip's name")
    how = f"{_counted(found.count, 'core')} × {clock / 1e9:.2f} GHz × {per_cycle} operations per cycle"
    return PeakRate(found.count * clock * per_cycle, how)


def _clock() -> float | None:
    """The highest clock the system reports, in hertz, or None."""
    try:
        frequency = psutil.cpu_freq()
    except (OSError, NotImplementedError, AttributeError):  # not on every system
        return None
    if frequency is None:
        return None
    return (frequency.max or frequency.current) * 1e6 or None


def _cpu_features() -> set[str]:
    """The instruction sets that NumPy found on this CPU; empty where it does not tell."""
    try:
        from numpy._core._multiarray_umath import __cpu_features__ as features
    except ImportError:
        return set()
    return {name for name, there in features.items() if there}


def _flops_per_cycle(features: set[str]) -> int | None:
    """Float32 operations that one core can do per cycle, or None for an unknown instruction set."""
    for names, rate in (
        ({"AVX512F", "AVX512_SKX", "X86_V4"}, 64),  # 16 lanes × 2 for multiply-add × 2 units
        ({"FMA3", "X86_V3"}, 32),  # 8 lanes × 2 × 2
        ({"AVX"}, 16),  # 8 lanes × 2 units, multiplication and addition apart
        ({"SSE2", "X86_V2"}, 8),  # 4 lanes × 2
        ({"SVE", "ASIMDDP"}, 32),  # 4 lanes × 2 × 4, recent ARM
        ({"ASIMD", "NEON"}, 16),  # 4 lanes × 2 × 2
    ):
        if names & features:
            return rate
    return None


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
