"""A pad to draw a digit on: the course's network reads it in the page, with or without a kernel.

The network's inference is our own, some hundred lines of `drawpad.js`, and not onnxruntime-web: that runtime brings
more than ten megabytes of WebAssembly, which each site would carry and each notebook would have to find without a
network, to run a few kinds of layers over 50,000 numbers. Ours covers the layers that the course's networks of digits
have, and refuses others by name. The same code runs with a kernel, so that there is one path to test and no delay.

Weights travel in the widget's state with 24 bits each: single precision without its last eight bits, rounded. With all
32 the fast network of chapter 5 and the scripts do not fit into 300 kB; with half precision's 16, probabilities move
by more than 1e-4. Batch normalisation is stored as the factor and the offset that it is after training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import traitlets

from dlcourse.widgets._base import FOLDER, Widget, script, style
from dlcourse.widgets.strings import DRAWPAD

SIDE = 28  # pixels along a picture's side
BOX = 20  # pixels along the side of the box that MNIST fits each digit into
MIDDLE = 14  # row and column at which MNIST puts the centre of mass
UNITS = 280  # along the pad's side: what strokes are measured in
PEN = 2.5  # pixels, the width of a line in MNIST's look
SMALLEST = 1 / 5  # of the pad: a smaller drawing is enlarged as if it were that large, so that a dot stays a dot
MOST_NUMBERS = 52_000  # weights that leave the state below 300 kB
MOST_POINTS = 1_000  # of all strokes together, for the same reason
ACTIVATIONS = ("linear", "relu", "sigmoid", "softmax", "tanh")
# They change something in training only.
IDLE = ("Dropout", "GaussianDropout", "GaussianNoise", "InputLayer", "SpatialDropout2D")


class DrawPad(Widget):
    """A pad, what the network sees of it, and what it answers; :func:`draw_digit` makes one.

    ``drawing`` holds ``strokes``, a list of flat lists x, y, x, y … in 280ths of the pad, and ``example``, the place
    of the stored picture below them or -1.
    """

    _esm = script("base", "drawpad")
    _css = style() + (FOLDER / "drawpad.css").read_text(encoding="utf-8")
    network = traitlets.Dict().tag(sync=True)
    weights = traitlets.Bytes().tag(sync=True)
    examples = traitlets.Bytes().tag(sync=True)
    labels = traitlets.List().tag(sync=True)
    drawing = traitlets.Dict().tag(sync=True)
    look = traitlets.Dict().tag(sync=True)

    def __init__(
        self, layers: Sequence[Mapping[str, Any]], weights: np.ndarray, full: float, examples: Any
    ) -> None:
        pictures, labels = examples
        super().__init__(
            DRAWPAD,
            network={"layers": list(layers), "full": full, "count": len(weights)},
            weights=_pack(weights),
            examples=np.ascontiguousarray(pictures, np.uint8).tobytes(),
            labels=[int(label) for label in labels],
            drawing={"example": -1, "strokes": []},
            look={"pen": PEN, "smallest": SMALLEST, "most": MOST_POINTS},
        )

    def picture(self) -> np.ndarray:
        """What the network sees now, (28, 28) uint8, 0 for paper to 255 for ink; with a kernel behind the page."""
        place, strokes = (
            self.drawing["example"],
            [np.reshape(stroke, (-1, 2)) for stroke in self.drawing["strokes"]],
        )
        if place < 0:
            return mnist_look(strokes)
        example = np.frombuffer(self.examples, np.uint8).reshape(-1, SIDE, SIDE)[place]
        if not strokes:
            return example.copy()
        return mnist_look(np.maximum(example, _trace([stroke * (SIDE / UNITS) for stroke in strokes])))


def draw_digit(model: Any, digits: Any = None, *, full: float | None = None) -> DrawPad:
    """A pad to draw on, read by ``model`` as you draw.

    Args:
        model: a trained ``keras.Sequential`` that takes pictures (n, 28, 28, 1) or (n, 28, 28) and gives ten logits
            or ten probabilities.
        digits: a data set with ``x_test`` (n, 28, 28), uint8, and ``y_test``, whose first picture of each digit
            becomes an example; ``data.load_mnist()`` when left out.
        full: what the model takes for full ink. When left out, 255 for a model that begins by rescaling (a cropping may
            come before it), 1 for others.

    Raises:
        TypeError: the model is no ``keras.Sequential``.
        ValueError: the model has another shape, too many weights, or a layer that the page can't compute.
    """
    layers, weights = read_network(model)
    if full is None:
        first = next((layer for layer in layers if layer["kind"] != "crop"), {"kind": "none"})
        full = 255.0 if first["kind"] == "scale" and first["factor"][0] < 0.1 else 1.0
    if digits is None:
        from dlcourse import data

        digits = data.load_mnist()
    labels = np.asarray(digits.y_test)
    places = [np.flatnonzero(labels == digit)[0] for digit in range(10) if (labels == digit).any()]
    return DrawPad(layers, weights, float(full), (np.asarray(digits.x_test)[places], labels[places]))


def read_network(model: Any) -> tuple[list[dict[str, Any]], np.ndarray]:
    """The layers of a Keras model as `drawpad.js` computes them, and their weights one after the other, float32.

    Raises:
        TypeError, ValueError: as :func:`draw_digit`.
    """
    import keras

    if not isinstance(model, keras.Sequential):
        raise TypeError(
            f"the pad reads a keras.Sequential, one layer after the other; this is a {type(model).__name__}"
        )
    if not model.built:
        raise ValueError("the model has no weights yet: let it begin with keras.Input((28, 28, 1)), and train it")
    if tuple(model.input_shape[1:]) not in ((SIDE, SIDE, 1), (SIDE, SIDE)) or model.output_shape[1:] != (10,):
        raise ValueError(
            f"the pad needs a model from pictures (28, 28, 1) to 10 classes; this one goes from "
            f"{model.input_shape[1:]} to {model.output_shape[1:]}"
        )
    if model.count_params() > MOST_NUMBERS:
        raise ValueError(
            f"the model has {model.count_params():,} parameters; a pad carries at most {MOST_NUMBERS:,}, so that the "
            "notebook stays small. Take a smaller one, such as the small network of chapter 5"
        )
    steps: list[dict[str, Any]] = []
    arrays: list[np.ndarray] = []
    for layer in _chain(model):
        for step, weights in _read_layer(layer):
            steps.append(step)
            arrays += weights
    if steps and steps[-1] == {"kind": "softmax"}:
        steps.pop()  # the page takes logits, and computes the shares itself
    if any(step["kind"] == "softmax" for step in steps):
        raise ValueError("the pad computes a softmax at the end of a network only; this one has another before it")
    if steps and steps[-1]["kind"] in ACTIVATIONS:
        raise ValueError(f"the model must end in logits or in a softmax, not in {steps[-1]['kind']!r}")
    return steps, np.concatenate([np.ravel(array) for array in arrays] or [np.zeros(0)]).astype(np.float32)


Step = tuple[dict[str, Any], list[np.ndarray]]


def _chain(model: Any) -> Iterator[Any]:
    """All layers in order, also those of models that stand in the place of a layer."""
    for layer in model.layers:
        if type(layer).__name__ == "Sequential":
            yield from _chain(layer)
        else:
            yield layer


def _read_layer(layer: Any) -> Iterator[Step]:
    """What to compute for one layer: descriptions and, for each, its weights in the order of the page's reading."""
    kind = type(layer).__name__
    if kind in IDLE:
        return
    if kind not in _READERS:
        known = ", ".join(sorted({*_READERS, *IDLE}))
        raise ValueError(f"the page can't compute the layer {layer.name!r}, a {kind}; it computes {known}")
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        raise ValueError(f"the page can't compute the layer {layer.name!r}: its channels come first")
    yield from _READERS[kind](layer)


def _activation(layer: Any, function: Any) -> Iterator[Step]:
    name = getattr(function, "__name__", str(function))
    if name not in ACTIVATIONS:
        words = ", ".join(ACTIVATIONS)
        raise ValueError(
            f"the page can't compute the activation {name!r} of the layer {layer.name!r}; it has {words}"
        )
    if name != "linear":
        yield {"kind": name}, []


def _convolution(layer: Any) -> Iterator[Step]:
    if layer.groups != 1 or tuple(layer.dilation_rate) != (1, 1):
        raise ValueError(f"the page can't compute the layer {layer.name!r}: it has groups or a dilation rate")
    kernel, *bias = (np.asarray(weight) for weight in layer.get_weights())
    yield {"kind": "conv", **_window(layer, layer.kernel_size), "bias": bool(bias)}, [kernel, *bias]
    yield from _activation(layer, layer.activation)


def _pool(layer: Any) -> Iterator[Step]:
    yield {"kind": "max" if "Max" in type(layer).__name__ else "mean", **_window(layer, layer.pool_size)}, []


def _pool_all(layer: Any) -> Iterator[Step]:
    rows, columns, channels = layer.input.shape[1:]
    shapes = {"in": [rows, columns, channels], "out": [1, 1, channels], "window": [rows, columns]}
    kind = "max" if "Max" in type(layer).__name__ else "mean"
    yield {"kind": kind, **shapes, "strides": [1, 1], "before": [0, 0]}, []


def _window(layer: Any, window: Sequence[int]) -> dict[str, Any]:
    """Where a window of a convolution or of a pooling stands: shapes, strides, and rows and columns outside before."""
    shape_in, shape_out = list(layer.input.shape[1:]), list(layer.output.shape[1:])
    outside = [0, 0]
    if layer.padding == "same":
        outside = [max((shape_out[i] - 1) * layer.strides[i] + window[i] - shape_in[i], 0) // 2 for i in range(2)]
    return {
        "in": shape_in,
        "out": shape_out,
        "window": list(window),
        "strides": list(layer.strides),
        "before": outside,
    }


def _dense(layer: Any) -> Iterator[Step]:
    kernel, *bias = (np.asarray(weight) for weight in layer.get_weights())
    if len(layer.input.shape) != 2:
        raise ValueError(f"the page can't compute the layer {layer.name!r}: put a Flatten before this Dense layer")
    yield {"kind": "dense", "in": kernel.shape[0], "out": kernel.shape[1], "bias": bool(bias)}, [kernel, *bias]
    yield from _activation(layer, layer.activation)


def _normalisation(layer: Any) -> Iterator[Step]:
    if layer.axis not in (-1, len(layer.input.shape) - 1):
        raise ValueError(f"the page can't compute the layer {layer.name!r}: it normalises over another axis")
    mean, variance = (np.asarray(weight, float) for weight in (layer.moving_mean, layer.moving_variance))
    factor = 1 / np.sqrt(variance + layer.epsilon)
    if layer.scale:
        factor = factor * np.asarray(layer.gamma, float)
    offset = -mean * factor
    if layer.center:
        offset = offset + np.asarray(layer.beta, float)
    yield _scale(factor, offset), []


def _rescaling(layer: Any) -> Iterator[Step]:
    shape = layer.input.shape[1:]
    channels = shape[-1] if len(shape) == 3 else 1
    yield (
        _scale(*(np.broadcast_to(np.asarray(value, float), channels) for value in (layer.scale, layer.offset))),
        [],
    )


def _scale(factor: np.ndarray, offset: np.ndarray) -> dict[str, Any]:
    # In full precision: an error here would hit each number of the layer alike.
    words = {"factor": factor, "offset": offset}
    return {"kind": "scale"} | {name: [float(f"{value:.9g}") for value in values] for name, values in words.items()}


def _crop(layer: Any) -> Iterator[Step]:
    ((top, _), (left, _)) = layer.cropping
    yield (
        {"kind": "crop", "in": list(layer.input.shape[1:]), "out": list(layer.output.shape[1:]), "at": [top, left]},
        [],
    )


def _relu(layer: Any) -> Iterator[Step]:
    if layer.negative_slope or layer.threshold or layer.max_value is not None:
        raise ValueError(f"the page can't compute the layer {layer.name!r}: it is no plain ReLU")
    yield {"kind": "relu"}, []


def _softmax(layer: Any) -> Iterator[Step]:
    yield {"kind": "softmax"}, []


def _same_numbers(layer: Any) -> Iterator[Step]:
    return iter(())  # rows, columns, channels lie in the order in which a Flatten reads them


_READERS: dict[str, Callable[[Any], Iterator[Step]]] = {
    "Activation": lambda layer: _activation(layer, layer.activation),
    "AveragePooling2D": _pool,
    "BatchNormalization": _normalisation,
    "Conv2D": _convolution,
    "Cropping2D": _crop,
    "Dense": _dense,
    "Flatten": _same_numbers,
    "GlobalAveragePooling2D": _pool_all,
    "GlobalMaxPooling2D": _pool_all,
    "MaxPooling2D": _pool,
    "ReLU": _relu,
    "Rescaling": _rescaling,
    "Reshape": _same_numbers,
    "Softmax": _softmax,
}


def _pack(weights: np.ndarray) -> bytes:
    """Three bytes per number: single precision without its last eight bits, rounded to the nearest even."""
    bits = np.ascontiguousarray(weights, "<f4").view("<u4").astype(np.uint64)
    kept = ((bits + 0x7F + ((bits >> 8) & 1)) >> 8).astype("<u4")
    return kept.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def mnist_look(drawing: Any) -> np.ndarray:
    """What MNIST's makers would have made of a drawing; `drawpad.js` does the same.

    The ink is fitted into a box of 20 × 20 pixels that keeps its proportions, with soft edges, and the picture is moved
    by whole pixels until the centre of mass lies at row and column 14, or as near as the picture's edge allows. Strokes
    are drawn anew, with lines as thick as MNIST's whatever the size of the drawing; a bitmap is resized by averaging
    over areas.

    Args:
        drawing: a bitmap, an array (rows, columns) of numbers from 0 (paper) to 255 (ink) or of booleans; or a list of
            strokes, each (n, 2): x to the right and y down, in 280ths of the pad.

    Returns:
        The picture, (28, 28) uint8, 0 for paper to 255 for ink. Without ink it is empty.

    Raises:
        ValueError: a bitmap is not of two dimensions, a stroke not of shape (n, 2), or a number is not finite.
    """
    if isinstance(drawing, np.ndarray):
        return _centre(_fit(_checked_bitmap(drawing)))
    strokes = [np.asarray(stroke, float) for stroke in drawing]
    for stroke in strokes:
        if stroke.ndim != 2 or stroke.shape[1] != 2 or not np.isfinite(stroke).all():
            raise ValueError(
                f"a stroke is an array (n, 2) of finite x and y; this one has the shape {stroke.shape}"
            )
    strokes = [stroke for stroke in strokes if len(stroke)]
    if not strokes:
        return np.zeros((SIDE, SIDE), np.uint8)
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (BOX - PEN - 1) / max((high - low).max(), SMALLEST * UNITS)  # half the pen and half a soft edge a side
    return _centre(_trace([(stroke - (low + high) / 2) * scale + SIDE / 2 for stroke in strokes]))


def _checked_bitmap(bitmap: np.ndarray) -> np.ndarray:
    if bitmap.ndim != 2:
        raise ValueError(f"a bitmap has rows and columns; this array has the shape {bitmap.shape}")
    bitmap = bitmap * 255.0 if bitmap.dtype == bool else bitmap.astype(float)
    if not np.isfinite(bitmap).all() or bitmap.min(initial=0) < 0 or bitmap.max(initial=0) > 255:
        raise ValueError("a bitmap holds numbers from 0 to 255; this one holds others")
    return bitmap


def _trace(strokes: Sequence[np.ndarray]) -> np.ndarray:
    """Lines through the points of each stroke, measured in pixels, on a picture (28, 28) uint8."""
    columns, rows = np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5)
    nearest = np.full((SIDE, SIDE), np.inf)
    for stroke in strokes:
        for start, end in zip(stroke[[0, *range(len(stroke) - 1)]], stroke, strict=True):
            (dx, dy), (x, y) = end - start, (columns - start[0], rows - start[1])
            length = dx * dx + dy * dy
            along = np.clip((x * dx + y * dy) / length, 0, 1) if length else 0.0
            nearest = np.minimum(nearest, (x - along * dx) ** 2 + (y - along * dy) ** 2)
    return np.floor(255 * np.clip(PEN / 2 + 0.5 - np.sqrt(nearest), 0, 1) + 0.5).astype(np.uint8)


def _fit(bitmap: np.ndarray) -> np.ndarray:
    """The ink of a bitmap in a box of 20 × 20 pixels, on a picture (28, 28) uint8."""
    picture = np.zeros((SIDE, SIDE), np.uint8)
    ink = [np.flatnonzero(bitmap.any(axis=axis)) for axis in (1, 0)]
    if not len(ink[0]):
        return picture
    extent = max(places[-1] + 1 - places[0] for places in ink)
    step = max(extent, SMALLEST * max(bitmap.shape)) / BOX  # pixels of the bitmap for one of the picture
    shares = [_shares(places[0], step, length) for places, length in zip(ink, bitmap.shape, strict=True)]
    margin = (SIDE - BOX) // 2
    fitted = shares[0] @ bitmap @ shares[1].T
    picture[margin : margin + BOX, margin : margin + BOX] = np.floor(np.clip(fitted, 0, 255) + 0.5)
    return picture


def _shares(start: float, step: float, length: int) -> np.ndarray:
    """Which share of each of 20 intervals, `step` long and beginning at `start`, lies in each of `length` cells."""
    begin = start + step * np.arange(BOX)[:, None]
    cells = np.arange(length)
    return np.clip(np.minimum(begin + step, cells + 1) - np.maximum(begin, cells), 0, None) / step


def _centre(picture: np.ndarray) -> np.ndarray:
    """The picture moved by whole pixels: the centre of mass to the middle, no ink over the edge."""
    total = int(picture.sum(dtype=np.int64))
    if not total:
        return picture
    for axis in (0, 1):
        mass = picture.sum(axis=1 - axis, dtype=np.int64)
        wanted = int(np.floor(MIDDLE - float(mass @ np.arange(SIDE)) / total + 0.5))
        ink = np.flatnonzero(mass)
        picture = np.roll(picture, min(max(wanted, -ink[0]), SIDE - 1 - ink[-1]), axis=axis)
    return picture
