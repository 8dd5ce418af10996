"""Callbacks: progress that is one line whatever the number of epochs, and a record of every single step."""

import re

import keras
import numpy as np
import pytest

from dlcourse import training


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.fixture
def examples():
    x = np.random.default_rng(0).normal(size=(40, 4))
    return x, x.sum(axis=1)


class Display:
    """Stands for a notebook's display: keeps every bundle drawn in the one place."""

    def __init__(self, monkeypatch):
        self.drawn = []
        self.places = 0
        monkeypatch.setattr(training, "get_ipython", lambda: object())
        monkeypatch.setattr(training, "display", self.display)

    def display(self, bundle, raw, display_id):
        self.places += 1
        self.drawn.append(bundle)
        return self

    def update(self, bundle, raw):
        self.drawn.append(bundle)


def test_progress_in_a_notebook_is_one_line_that_ends_full(model, examples, monkeypatch):
    shown = Display(monkeypatch)
    model.fit(*examples, batch_size=8, epochs=3, verbose=0, callbacks=[training.Progress("Fitting")])
    assert shown.places == 1
    last = shown.drawn[-1]["text/html"]
    assert 'value="1.000"' in last
    assert re.search(r"epoch 3 of 3, loss \d+\.\d{4}", last)
    assert len({bundle["text/plain"] for bundle in shown.drawn}) == 1, "nbval compares the first with the last"


def test_progress_never_passes_the_end(model, examples, monkeypatch):
    shown = Display(monkeypatch)
    model.compile("sgd", "mse", steps_per_execution=3)
    progress = training.Progress("Fitting", updates_per_second=1e9)
    model.fit(*examples, batch_size=8, epochs=2, verbose=0, callbacks=[progress])
    values = [float(re.search(r'value="([\d.]+)"', bundle["text/html"])[1]) for bundle in shown.drawn]
    assert values == sorted(values)
    assert max(values) == 1


def test_progress_only_ever_grows(model, examples, monkeypatch):
    shown = Display(monkeypatch)
    progress = training.Progress("Fitting", updates_per_second=1e9)
    model.fit(*examples, batch_size=8, epochs=2, verbose=0, callbacks=[progress])
    values = [float(re.search(r'value="([\d.]+)"', bundle["text/html"])[1]) for bundle in shown.drawn]
    assert values == sorted(values)
    assert len(set(values)) == 11, "5 steps in each of 2 epochs, and the start"


def test_progress_label_is_text_not_markup(model, examples, monkeypatch):
    shown = Display(monkeypatch)
    model.fit(*examples, verbose=0, callbacks=[training.Progress("<b>x</b>")])
    assert "<b>" not in shown.drawn[-1]["text/html"]


def test_progress_in_a_terminal_reaches_the_end(model, examples, capsys):
    model.fit(*examples, epochs=2, verbose=0, callbacks=[training.Progress("Fitting")])
    assert "100%" in capsys.readouterr().err


def test_progress_works_on_a_dataset_without_a_length(model, examples, monkeypatch):
    import tensorflow as tf

    shown = Display(monkeypatch)
    unknown = tf.data.Dataset.from_tensor_slices(examples).batch(8).filter(lambda x, y: True)
    model.fit(unknown, epochs=2, verbose=0, callbacks=[training.Progress()])
    assert 'value="1.000"' in shown.drawn[-1]["text/html"]


def test_recorder_keeps_the_loss_of_each_step_alone(model, examples):
    """An independent account: the loss of each batch, computed before the step that learns from it."""
    x, y = examples
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    twin.compile("sgd", "mse")
    expected = []
    for start in range(0, 40, 8):
        expected.append(float(twin.evaluate(x[start : start + 8], y[start : start + 8], verbose=0)))
        twin.train_on_batch(x[start : start + 8], y[start : start + 8])
    recorder = training.Recorder()
    model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0, callbacks=[recorder])
    np.testing.assert_allclose(recorder.steps["loss"][:5], expected, rtol=1e-4)
    assert len(recorder.steps["loss"]) == len(recorder.seconds) == 10
    assert recorder.seconds == sorted(recorder.seconds)


def test_track_passes_the_items_on_and_ends_full(monkeypatch):
    shown = Display(monkeypatch)
    assert list(training.track("abc", "Spelling")) == ["a", "b", "c"]
    assert shown.places == 1
    assert 'value="1.000"' in shown.drawn[-1]["text/html"]
    assert "3 of 3<" in shown.drawn[-1]["text/html"]
