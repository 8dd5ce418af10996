"""A small network for two classes in NumPy, trained within some ten milliseconds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

ACTIVATIONS = {  # each with its derivative, written in terms of its result a
    "tanh": (np.tanh, lambda a: 1 - a * a),
    "ReLU": (lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(a.dtype)),
    "sigmoid": (lambda z: (1 + np.tanh(z / 2)) / 2, lambda a: a * (1 - a)),
}


class Network:
    """`depth` hidden layers of `width` units each, two inputs, one logit; the same weights at each start.

    All weights stand in one vector, and so do their slopes: Adam then takes one line for all.
    """

    def __init__(self, depth: int, width: int, activation: str) -> None:
        sizes, rng = [2, *[width] * depth, 1], np.random.default_rng(0)
        shapes = [shape for ins, outs in pairwise(sizes) for shape in ((ins, outs), (outs,))]
        ends = np.cumsum([np.prod(shape) for shape in shapes])
        self.vector, self.slope = np.zeros((2, ends[-1]), "f4")
        self.weights, self.slopes = (
            [part.reshape(shape) for part, shape in zip(np.split(vector, ends[:-1]), shapes, strict=True)]
            for vector in (self.vector, self.slope)
        )
        self.act, self.derivative = ACTIVATIONS[activation]
        for matrix in self.weights[::2]:
            matrix[:] = rng.normal(0, 1.5 / np.sqrt(len(matrix)), matrix.shape)

    def layers(self, x: np.ndarray) -> list[np.ndarray]:
        """The inputs (n, 2), what each hidden layer makes of them (n, width), and the logits (n, 1)."""
        outputs = [x]
        for w, b in zip(self.weights[:-2:2], self.weights[1:-2:2], strict=True):
            outputs.append(self.act(outputs[-1] @ w + b))
        return [*outputs, outputs[-1] @ self.weights[-2] + self.weights[-1]]

    def share(self, x: np.ndarray) -> np.ndarray:
        """The probability of class 1 at the points (n, 2), shape (n,)."""
        return ACTIVATIONS["sigmoid"][0](self.layers(x)[-1][:, 0])

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        """Mean cross-entropy at the points (n, 2) of classes (n,)."""
        logits = self.layers(x)[-1][:, 0]
        return float(np.mean(np.logaddexp(0, logits) - y * logits))

    def backward(self, x: np.ndarray, y: np.ndarray) -> None:
        """Fill the slopes of :meth:`loss`."""
        *outputs, logits = self.layers(x)
        delta = (ACTIVATIONS["sigmoid"][0](logits) - y[:, None]) / len(x)
        for place in range(len(outputs) - 1, -1, -1):
            np.matmul(outputs[place].T, delta, out=self.slopes[2 * place])
            delta.sum(axis=0, out=self.slopes[2 * place + 1])
            if place:
                delta = delta @ self.weights[2 * place].T * self.derivative(outputs[place])

    def train(self, x: np.ndarray, y: np.ndarray, steps: int, rate: float = 0.05):
        """Take `steps` steps of Adam with all points at once; yields after each."""
        m, v = np.zeros((2, self.vector.size), "f4")
        for step in range(1, steps + 1):
            self.backward(x, y)
            m += 0.1 * (self.slope - m)
            v += 0.01 * (self.slope**2 - v)
            self.vector -= rate * m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.99**step)) + 1e-7)
            yield step
