"""What hardware is here: in a sentence, with one, several or no accelerators, and without TensorFlow's chatter."""

import subprocess
import sys
import textwrap

import psutil
import pytest

from dlcourse import device

SIX_GIB = 6 * device.GIB


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess:
    """Run code in a fresh interpreter, where TensorFlow has not been set up yet."""
    import os

    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )


def pretend(monkeypatch: pytest.MonkeyPatch, kind: str, number: int, model: str) -> list:
    """Make TensorFlow report accelerators that are not there; return the memory settings it is asked for."""
    import tensorflow as tf

    devices = {kind: [tf.config.PhysicalDevice(f"/physical_device:{kind}:{i}", kind) for i in range(number)]}
    logical = {kind: [tf.config.LogicalDevice(f"/device:{kind}:{i}", kind) for i in range(number)]}
    grown = []
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: devices.get(kind, []))
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind=None: logical.get(kind, []))
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda found: {"device_name": model})
    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", lambda *setting: grown.append(setting))
    return grown


def test_this_machine_is_described():
    found = device.detect()
    assert found.count >= 1
    assert found.memory == psutil.virtual_memory().total
    assert str(found.count) in str(found) or found.count == 1


def test_cpu_sentence_counts_cores_and_says_how_to_get_more():
    sentence = str(device.Device("CPU", 1, ("/device:CPU:0",), SIX_GIB))
    assert sentence.startswith("1 CPU core and 6 GiB of memory, no GPU or TPU")
    assert "tensorflow[and-cuda]" in sentence


def test_one_gpu_is_named_and_its_memory_grows(monkeypatch):
    grown = pretend(monkeypatch, "GPU", 1, "NVIDIA T4")
    found = device.detect()
    assert (found.kind, found.count, found.names) == ("GPU", 1, ("NVIDIA T4",))
    assert str(found) == "One GPU (NVIDIA T4): TensorFlow uses it without any change to the code."
    assert [enabled for _, enabled in grown] == [True]


def test_several_gpus_come_with_the_line_that_uses_them_all(monkeypatch):
    pretend(monkeypatch, "GPU", 4, "NVIDIA A100")
    sentence = str(device.detect())
    assert sentence.startswith("4 GPUs (NVIDIA A100)")
    assert "device.strategy().scope()" in sentence


def test_a_tpu_goes_before_a_gpu(monkeypatch):
    pretend(monkeypatch, "TPU", 8, "TPU v2")
    found = device.detect()
    assert (found.kind, found.count) == ("TPU", 8)


def test_memory_growth_refused_by_a_started_device_is_no_error(monkeypatch):
    import tensorflow as tf

    pretend(monkeypatch, "GPU", 1, "NVIDIA T4")

    def refuse(*_):
        raise RuntimeError("Physical devices cannot be modified after being initialized")

    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", refuse)
    assert device.detect().kind == "GPU"


@pytest.mark.parametrize(
    ("kind", "number", "strategy"), [("GPU", 3, "MirroredStrategy"), ("TPU", 8, "TPUStrategy")]
)
def test_strategy_fits_the_devices(monkeypatch, kind, number, strategy):
    import tensorflow as tf

    pretend(monkeypatch, kind, number, "simulated")
    chosen = object()
    monkeypatch.setattr(tf.distribute, strategy, lambda: chosen)
    assert device.strategy() is chosen


def test_strategy_is_the_default_one_on_a_single_gpu(monkeypatch):
    import tensorflow as tf

    pretend(monkeypatch, "GPU", 1, "NVIDIA T4")
    assert device.strategy() is tf.distribute.get_strategy()


def test_a_model_trains_on_several_simulated_devices():
    """Two logical CPUs stand for two cards: the advice `with strategy.scope()` really trains on both."""
    done = run_python("""
        import tensorflow as tf
        cpu, = tf.config.list_physical_devices("CPU")
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        import keras, numpy as np
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
        with strategy.scope():
            model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
            model.compile("sgd", "mse")
        x = np.random.default_rng(0).normal(size=(64, 3))
        history = model.fit(x, x.sum(1), epochs=5, verbose=0).history["loss"]
        print(strategy.num_replicas_in_sync, history[-1] < history[0])
    """)
    assert done.stdout.split() == ["2", "True"], done.stderr


def test_peak_rate_is_cores_times_clock_times_operations(monkeypatch):
    monkeypatch.setattr(device, "detect", lambda: device.Device("CPU", 4, ("/device:CPU:0",), SIX_GIB))
    monkeypatch.setattr(device, "_clock", lambda: 2.5e9)
    monkeypatch.setattr(device, "_cpu_features", lambda: {"SSE2", "AVX", "FMA3"})
    peak = device.peak_rate()
    assert peak.flops == 4 * 2.5e9 * 32
    assert str(peak) == "At most 320 GFLOP/s: 4 cores × 2.50 GHz × 32 operations per cycle."


@pytest.mark.parametrize(
    ("features", "per_cycle"),
    [
        ({"SSE2", "AVX", "FMA3", "AVX512F"}, 64),
        ({"X86_V2", "X86_V3"}, 32),
        ({"SSE2", "AVX"}, 16),
        ({"SSE", "SSE2"}, 8),
        ({"NEON", "ASIMD", "ASIMDDP"}, 32),
        ({"NEON", "ASIMD"}, 16),
        ({"VSX"}, None),
        (set(), None),
    ],
)
def test_operations_per_cycle_follow_from_the_instruction_set(features, per_cycle):
    assert device._flops_per_cycle(features) == per_cycle


@pytest.mark.parametrize(
    ("clock", "features", "missing"), [(None, {"FMA3"}, "clock"), (3e9, set(), "instruction set")]
)
def test_peak_rate_says_what_the_system_does_not_tell(monkeypatch, clock, features, missing):
    monkeypatch.setattr(device, "detect", lambda: device.Device("CPU", 4, ("/device:CPU:0",), SIX_GIB))
    monkeypatch.setattr(device, "_clock", lambda: clock)
    monkeypatch.setattr(device, "_cpu_features", lambda: features)
    peak = device.peak_rate()
    assert peak.flops is None
    assert str(peak).startswith("Theoretical rate unknown: ")
    assert f"processor's {missing}" in str(peak)


@pytest.mark.parametrize("number", [1, 4])
def test_peak_rate_of_an_accelerator_is_looked_up_by_name(monkeypatch, number):
    pretend(monkeypatch, "GPU", number, "NVIDIA A100")
    peak = device.peak_rate()
    assert peak.flops is None
    assert "data sheet of the GPU (NVIDIA A100)" in str(peak)


def test_the_clock_is_the_highest_that_is_known(monkeypatch):
    from types import SimpleNamespace

    reported = {
        "maximum": SimpleNamespace(current=800.0, min=400.0, max=3600.0),
        "current": SimpleNamespace(current=2400.0, min=0.0, max=0.0),
        "nothing": SimpleNamespace(current=0.0, min=0.0, max=0.0),
        "none": None,
    }
    for name, clock in (("maximum", 3.6e9), ("current", 2.4e9), ("nothing", None), ("none", None)):
        monkeypatch.setattr(psutil, "cpu_freq", lambda name=name: reported[name])
        assert device._clock() == clock


def test_the_clock_is_unknown_where_the_system_refuses(monkeypatch):
    def refuse():
        raise NotImplementedError("can't find current frequency file")

    monkeypatch.setattr(psutil, "cpu_freq", refuse)
    assert device._clock() is None


def test_this_machine_has_a_plausible_peak_rate():
    peak = device.peak_rate()
    assert peak.flops is None or 1e9 < peak.flops < 1e15


def test_prepare_is_quiet_and_seeds_everything():
    code = """
        from dlcourse import device
        device.prepare(seed={seed})
        import random, numpy as np, keras
        print(random.random(), np.random.random(), float(keras.random.uniform(())))
    """
    first, second, other = (run_python(code.format(seed=seed)) for seed in (3, 3, 4))
    assert first.stderr == ""
    assert first.stdout.startswith(("CPU ready:", "GPU ready:", "TPU ready:"))
    assert first.stdout == second.stdout != other.stdout


def test_quiet_hides_compiled_chatter_and_lets_python_errors_through():
    done = run_python("""
        import os, warnings
        from dlcourse import device
        with device.quiet():
            os.write(2, b"chatter from compiled code")
            warnings.warn("chatter from Python")
        os.write(2, b"heard")
        with device.quiet():
            raise RuntimeError("an error of the learner's")
    """)
    assert "chatter" not in done.stderr
    assert done.stderr.startswith("heard")
    assert "RuntimeError: an error of the learner's" in done.stderr


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "7"])
def test_a_wrong_seed_is_named(seed):
    with pytest.raises(ValueError, match="seed is"):
        device.prepare(seed=seed)


def test_importing_the_package_is_light():
    done = run_python("""
        import sys, dlcourse
        from dlcourse import device
        heavy = {"tensorflow", "keras", "matplotlib", "sklearn", "IPython"} & set(sys.modules)
        print(sorted(heavy))
    """)
    assert done.stdout.strip() == "[]"
