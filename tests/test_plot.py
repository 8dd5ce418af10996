"""Figures: one PNG each, with its text alternative, and a clear error when the arrays do not fit."""

import base64
import io
import json
import re
import wave

import numpy as np
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.colors import to_rgb

from dlcourse import plot

ALT = "A picture that this test describes at sufficient length."
PICTURES = np.arange(3 * 28 * 28).reshape(3, 28, 28) % 255
NAMES = list("0123456789")
POINTS, LABELS = np.array([[0, 0], [1, 1], [0, 1]]), np.array([0, 0, 1])
PLACES = {"data": (0, 0), "model": (1, 0), "loss": (1, 1)}

FIGURES = {
    "bars": lambda alt: plot.bars({"a": 1.5, "b": -2}, x_label="x", alt=alt),
    "boxes": lambda alt: plot.boxes(PLACES, [("data", "model"), ("model", "loss", "logits")], alt=alt),
    "curves": lambda alt: plot.curves([1, 2], {"a": [3, 4], "b": [5, 6]}, x_label="x", y_label="y", alt=alt),
    "heatmap": lambda alt: plot.heatmap(
        np.eye(2, 3), ["a", "b"], ["c", "d", "e"], x_label="x", y_label="y", alt=alt
    ),
    "images": lambda alt: plot.images(PICTURES, titles=["a", "b", "c"], alt=alt),
    "images in colour": lambda alt: plot.images(np.stack([PICTURES] * 3, axis=-1) / 255, alt=alt),
    "landscape": lambda alt: plot.landscape(
        [0, 1, 2], [0, 1], np.eye(2, 3), {"SGD": POINTS}, x_label="x", y_label="y", goal=(1, 1), alt=alt
    ),
    "network": lambda alt: plot.network(
        {"in": ["$x_1$", "$x_2$"], "hidden": 30, "out": ["y"]}, edge_labels={("$x_1$", "y"): "2"}, alt=alt
    ),
    "regions": lambda alt: plot.regions(
        {"a": np.eye(3), "b": np.eye(3)}, POINTS, LABELS, extent=(0, 1, 0, 1), alt=alt
    ),
    "scatter": lambda alt: plot.scatter(POINTS, LABELS, x_label="x", y_label="y", class_names=["a", "b"], alt=alt),
    "timeline": lambda alt: plot.timeline([(1958, "perceptron"), (1986, "backpropagation")], alt=alt),
    "confusion": lambda alt: plot.confusion(np.eye(10, dtype=int), NAMES, alt=alt),
    "spread": lambda alt: plot.spread({"a": [1, 2], "b": [2, 3]}, baseline="a", x_label="x", alt=alt),
    "probabilities": lambda alt: plot.probabilities(PICTURES, np.full((3, 10), 0.1), NAMES, alt=alt),
    "shapes": lambda alt: plot.shapes({"input": (28, 28, 1), "dense": (10,)}, alt=alt),
}


@pytest.fixture
def shown(monkeypatch):
    """What a cell would have shown: a list of display messages."""
    shell = InteractiveShell.instance()
    publisher = CapturingDisplayPublisher()
    monkeypatch.setattr(shell, "display_pub", publisher)
    yield publisher.outputs
    InteractiveShell.clear_instance()


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_is_one_png_with_its_alternative(name, shown):
    FIGURES[name](ALT)
    (output,) = shown
    assert output["metadata"] == {"image/png": {"alt": ALT}}
    assert output["data"]["text/plain"] == ALT
    picture = output["data"]["image/png"]
    raw = picture if isinstance(picture, bytes) else base64.b64decode(picture)
    assert raw.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_figure_is_the_same_file(name, shown):
    FIGURES[name](ALT)
    FIGURES[name](ALT)
    first, second = (output["data"]["image/png"] for output in shown)
    assert first == second


@pytest.mark.parametrize("alt", ["", "a figure", "   "])
def test_a_figure_without_a_real_alternative_is_refused(alt, shown):
    with pytest.raises(ValueError, match="say in a sentence"):
        FIGURES["curves"](alt)
    assert shown == []


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plot.curves([1, 2], {"a": [1, 2, 3]}, x_label="", y_label="", alt=ALT), r"'a' has shape \(3,\)"),
        (lambda: plot.heatmap(np.eye(2), ["a"], ["b", "c"], x_label="", y_label="", alt=ALT), r"need \(1, 2\)"),
        (lambda: plot.images(np.zeros((28, 28)), alt=ALT), r"shape \(28, 28\)"),
        (lambda: plot.images(np.zeros((0, 28, 28)), alt=ALT), "1 or more"),
        (lambda: plot.images(PICTURES, titles=["a"], alt=ALT), "1 titles for 3 pictures"),
        (lambda: plot.confusion(np.eye(9), NAMES, alt=ALT), "10 classes"),
        (lambda: plot.spread({"a": [1]}, baseline="b", x_label="", alt=ALT), "choose from a"),
        (lambda: plot.probabilities(PICTURES, np.ones((3, 9)), NAMES, alt=ALT), r"need \(3, 10\)"),
        (lambda: plot.boxes(PLACES, [("data", "lost")], alt=ALT), "no box 'lost'; choose from data, model, loss"),
        (lambda: plot.landscape([0], [0], np.eye(2), {}, x_label="", y_label="", alt=ALT), r"need \(1, 1\)"),
        (lambda: plot.network({"a": ["x"], "b": 3}, edge_labels={("x", "y"): "1"}, alt=ALT), "no neuron 'y'"),
        (lambda: plot.regions({"a": np.eye(2)}, POINTS, LABELS[:2], extent=(0, 1, 0, 1), alt=ALT), "3 points"),
        (
            lambda: plot.scatter(PICTURES, LABELS, x_label="", y_label="", alt=ALT),
            r"points has shape \(3, 28, 28\)",
        ),
        (lambda: plot.timeline([(1986, "b"), (1958, "a")], alt=ALT), "in order"),
        (lambda: plot.shapes({"odd": (2, 2)}, alt=ALT), "'odd' has shape"),
    ],
)
def test_arrays_that_do_not_fit_are_named(draw, message, shown):
    with pytest.raises(ValueError, match=message):
        draw()
    assert shown == []


def test_a_sound_is_a_small_player_with_its_alternative(shown):
    plot.sound(np.sin(np.arange(22_400)), alt='A "tone".')
    (output,) = shown
    page, text = output["data"]["text/html"], output["data"]["text/plain"]
    assert text == '[sound] A "tone".'
    assert 'aria-label="A &quot;tone&quot;."' in page
    assert len(page) < 32_000
    content = base64.b64decode(re.search(r"base64,([^\"]+)", page)[1])
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnframes(), file.getframerate(), file.getsampwidth()) == (22_400, 8000, 1)
        samples = np.frombuffer(file.readframes(22_400), np.uint8)
    assert (samples.min(), samples.max()) == (1, 255)


@pytest.mark.parametrize(
    ("samples", "message"),
    [(np.zeros((2, 3)), r"shape \(2, 3\)"), ([], "shape"), ([0, np.nan], "finite"), (np.zeros(22_401), "22,401")],
)
def test_a_sound_that_cannot_be_stored_is_named(samples, message, shown):
    with pytest.raises(ValueError, match=message):
        plot.sound(samples, alt=ALT)
    assert shown == []


def test_line_colours_stand_out_from_white():
    """WCAG asks of graphics a contrast of 3 : 1; the two palest colours of the palette come with markers."""

    def luminance(colour):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        return np.dot(linear, [0.2126, 0.7152, 0.0722])

    contrasts = [1.05 / (luminance(colour) + 0.05) for colour in plot.COLOURS]
    assert min(contrasts[:3]) >= 3
    assert json.dumps(plot.COLOURS).count("#") == len(set(plot.COLOURS)) <= len(plot.MARKERS)
