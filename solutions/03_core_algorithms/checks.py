"""The trusted checks of the exercises for chapter 3."""

import numpy as np
from sklearn.datasets import load_breast_cancer

from dlcourse.grading import check

CHAPTER = "03_core_algorithms.ipynb"
questions = check.Questions("03_core_algorithms")


@questions.ask("q1", points=2, read=f"{CHAPTER}#step-1-input")
def loss_of_epoch(student, rng):
    batch_size = int(rng.integers(4, 9))
    full = int(rng.integers(3, 7)) * batch_size
    # A small last batch, one that is just full, one that lacks a single example, and a batch larger than the set.
    for n in rng.permutation([full + 1, full, full - 1, batch_size - 2]):
        losses = rng.gamma(2, 1, n)
        losses[-1] += 10  # the last batch is no average one
        means = np.array([losses[first : first + batch_size].mean() for first in range(0, n, batch_size)])
        answer = student.loss_of_epoch(means, int(n), batch_size)
        check.shape(answer, (), "the loss of an epoch")
        check.close(answer, losses.mean(), f"the mean loss of {n} examples in batches of {batch_size}")


@questions.ask("q2", points=2, read=f"{CHAPTER}#step-2-forward-pass")
def follow(student, rng):
    # The sides differ by an odd number, so that strides and blocks of 2 leave something over on one of them; an
    # even window at a stride of 1 makes another side than "as large as before", whatever the padding.
    for strides, windows, block in (((2, 1), (3, 2), 3), ((1, 3), (4, 5), 2), ((3, 2), (5, 3), 3)):
        rows = int(rng.integers(70, 90))
        shape = (rows, rows + int(rng.choice([-5, -1, 3, 7])), int(rng.integers(2, 5)))
        paddings = int(rng.integers(1, windows[0] + 1)), int(rng.integers(3))
        filters = (int(count) for count in rng.integers(5, 17, 2))
        first, second = (
            {"kind": "convolution", "filters": count, "window": window, "stride": stride, "padding": padding}
            for count, window, stride, padding in zip(filters, windows, strides, paddings, strict=True)
        )
        stack = [first, {"kind": "pooling", "window": block}, second, {"kind": "pooling", "window": 2}]
        stack = [*stack[: int(rng.choice([3, 4]))], {"kind": "flatten"}]
        stack += [{"kind": "dense", "units": int(units)} for units in rng.integers(3, 30, 2)]
        wanted, parameters = _counted(shape, stack)
        answer = student.follow(shape, stack)
        check.true(
            isinstance(answer, tuple | list) and len(answer) == 2,
            "two things are expected, a list of shapes and a number of parameters",
        )
        check.true(
            isinstance(answer[0], tuple | list) and len(answer[0]) == len(stack),
            f"a list of {len(stack)} shapes is expected, one for each layer",
        )
        for place, (said, right) in enumerate(zip(answer[0], wanted, strict=True), 1):
            what = f"layer {place} of {len(stack)}, a {stack[place - 1]['kind']}"
            sizes = check.shape(said, (len(right),), f"the shape that leaves {what}")
            said_so = f"{what}: another shape leaves it than {tuple(sizes.tolist())}"
            check.true(np.array_equal(sizes, right), said_so)
        check.shape(answer[1], (), "the number of parameters")
        check.close(answer[1], parameters, "the number of parameters of the whole stack", rtol=0, atol=0.5)


def _counted(shape, stack):
    """Shapes and parameters by laying each window down, one start after the other."""
    shapes, parameters = [], 0
    for layer in stack:
        if layer["kind"] == "convolution":
            margin, window = layer["padding"], layer["window"]
            ends = (side + 2 * margin - window + 1 for side in shape[:2])
            parameters += layer["filters"] * np.ones((window, window, shape[2])).size + layer["filters"]
            shape = (*(len(range(0, end, layer["stride"])) for end in ends), layer["filters"])
        elif layer["kind"] == "pooling":
            ends = (side - layer["window"] + 1 for side in shape[:2])
            shape = (*(len(range(0, end, layer["window"])) for end in ends), shape[2])
        elif layer["kind"] == "flatten":
            shape = (int(np.prod(shape)),)
        else:
            parameters += layer["units"] * shape[0] + layer["units"]
            shape = (layer["units"],)
        shapes.append(shape)
    return shapes, parameters


@questions.ask("q3", points=2, read=f"{CHAPTER}#two-errors-two-prices")
def threshold_for(student, rng):
    # Shares of 16 are exact in binary: whether a sensitivity is enough is never a matter of rounding.
    for found, wanted in ((12, 12 / 16), (9, 8.5 / 16), (16, 1.0), (1, 0.5 / 16)):
        levels = rng.permutation(np.linspace(0.02, 0.98, 60)) + rng.uniform(-0.005, 0.005, 60)
        ill, healthy = levels[:16], levels[16:]
        threshold = np.sort(ill)[16 - found]
        healthy[:3] = threshold, threshold / 2, threshold + 0.001  # one of the healthy is just flagged
        order = rng.permutation(60)
        truth, risk = np.repeat([1, 0], [16, 44])[order], np.concatenate([ill, healthy])[order]
        answer = student.threshold_for(truth, risk, wanted)
        check.true(isinstance(answer, tuple | list | np.ndarray) and len(answer) == 2, "two numbers are expected")
        said = check.shape(answer[0], (), "the threshold")
        reached = np.mean(ill >= said)
        check.true(
            reached >= wanted - 1e-9,
            f"a sensitivity of {wanted:.3f} was asked for, and the threshold reaches {reached:.3f}",
        )
        check.close(said, threshold, f"the largest threshold with a sensitivity of {wanted:.3f}")
        left_in_peace = sum(1 for other in healthy if other < threshold) / 44
        check.close(answer[1], left_in_peace, "the specificity at that threshold")


@questions.ask("q4", points=3, read=f"{CHAPTER}#step-4-backward-pass")
def convolution_backward(student, rng):
    for size in ((2, 3), (4, 2), (1, 1)):
        picture, window = rng.normal(size=(7, 9)), rng.uniform(0.5, 2, size) * rng.choice([-1, 1], size)
        rows, columns = 7 - size[0] + 1, 9 - size[1] + 1
        slopes = rng.normal(size=(rows, columns)) + 0.5
        at_window, at_picture = np.zeros(size), np.zeros((7, 9))
        for i, j, r, s in np.ndindex(rows, columns, *size):  # each product of the forward pass, one by one
            at_window[r, s] += slopes[i, j] * picture[i + r, j + s]
            at_picture[i + r, j + s] += slopes[i, j] * window[r, s]
        answer = student.convolution_backward(picture, window, slopes)
        check.true(isinstance(answer, tuple | list) and len(answer) == 3, "three gradients are expected")
        check.close(answer[0], at_window, "the gradient of the window")
        check.close(answer[1], sum(slopes.ravel()), "the gradient of the bias")
        check.close(answer[2], at_picture, "the gradient of the picture")


@questions.ask("q5", points=3, read=f"{CHAPTER}#step-4-backward-pass")
def pooling_backward(student, rng):
    for height, width in rng.permutation([(6, 8), (7, 4), (4, 9), (5, 7)]):
        maps = rng.normal(size=(3, height, width, 2))
        rows, columns = height // 2, width // 2
        maps[0, :4, :4] = np.maximum(maps[0, :4, :4], 0)  # ties of zeros, as ReLU leaves them
        maps[0, :2, :2], maps[0, 2:4, :2] = 0, -1.5
        maps[1, 0, 1] = maps[1, 1, 0] = 4  # the first of these two is in the upper row
        maps[1, 0, 0] = maps[1, 1, 1] = -1
        if height % 2:
            maps[:, -1] = 9  # large, and without a block
        if width % 2:
            maps[:, :, -1] = 9
        slopes = rng.uniform(0.5, 2, (3, rows, columns, 2)) * rng.choice([-1, 1], (3, rows, columns, 2))
        wanted = np.zeros(maps.shape)
        for example, row, column, channel in np.ndindex(slopes.shape):
            block = maps[example, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2, channel]
            r, s = divmod(int(block.ravel().argmax()), 2)
            wanted[example, 2 * row + r, 2 * column + s, channel] = slopes[example, row, column, channel]
        answer = check.shape(student.pooling_backward(maps, slopes), maps.shape, "the gradient of the maps")
        check.close(answer, wanted, f"the gradient of maps of {height} × {width}")


@questions.ask("q6", points=3, read=f"{CHAPTER}#step-5-update")
def fitted(student, rng):
    # Batches of whatever is left, batches that come out even, and a batch larger than the set.
    for n, batch_size, epochs in ((13, 5, 1), (12, 4, 6), (7, 20, 3), (22, 4, 9)):
        x = rng.normal([0, 1, -1], size=(n, 3))
        y = rng.permutation(np.arange(n) % 3 == 0).astype(float)
        rate = float(rng.uniform(0.2, 0.6))
        w, b = np.zeros(3), 0.0
        for _ in range(epochs):
            for places in np.split(np.arange(n), np.arange(batch_size, n, batch_size)):
                slope_w, slope_b = np.zeros(3), 0.0
                for place in places:  # equation (14), one example after the other
                    slope = 1 / (1 + np.exp(-(np.sum(x[place] * w) + b))) - y[place]
                    slope_w, slope_b = slope_w + slope * x[place], slope_b + slope
                w, b = w - rate * slope_w / len(places), b - rate * slope_b / len(places)
        answer = student.fitted(x, y, rate, batch_size, epochs)
        check.true(isinstance(answer, tuple | list) and len(answer) == 2, "weights and a bias are expected")
        what = f"after {epochs} × {n} examples in batches of {batch_size}"
        check.close(answer[0], w, f"the weights {what}")
        check.close(answer[1], b, f"the bias {what}")


@questions.ask("q7", points=3, read=f"{CHAPTER}#a-medical-table")
def malignant_risk(student, rng):
    table = load_breast_cancer()
    malignant = (table.target == 0).astype(float)
    # A whole number, so that the mean of the constant column is exact.
    patients = np.insert(table.data, int(rng.integers(31)), int(rng.integers(1, 9)), axis=1)
    mistakes, mistakes_of_rule = 0, 0
    for number, test in enumerate(np.array_split(rng.permutation(len(patients)), 4)):
        train = rng.permutation(np.setdiff1d(np.arange(len(patients)), test))
        known = patients[train], malignant[train]
        risk = check.shape(student.malignant_risk(*known, patients[test]), test.shape, "the risk of each patient")
        check.true(np.isfinite(risk).all(), f"{np.count_nonzero(~np.isfinite(risk))} risks are not finite numbers")
        check.true(risk.min() >= 0 and risk.max() <= 1, "some risks lie outside of 0 to 1")
        if number == 0:
            again = student.malignant_risk(*known, patients[test])
            check.close(again, risk, "the same arguments, a second time", rtol=0, atol=1e-4)
            large = patients[test].copy()
            large[-1] *= 3  # a patient who would move any statistic of the test far away
            for beside, count in ((patients[test[:1]], 1), (patients[test[:30]], 30), (large, len(test) - 1)):
                answer = check.shape(student.malignant_risk(*known, beside), (len(beside),), "the risk of a few")
                what = "the risk of the same patients, beside others in x_test"
                check.close(answer[:count], risk[:count], what, rtol=0, atol=1e-4)
            values = len(np.unique(risk))
        mistakes += np.count_nonzero((risk > 0.5) != (malignant[test] == 1))
        mistakes_of_rule += _mistakes_of_one_column(*known, patients[test], malignant[test])
    said = f"{mistakes} mistakes; the best rule makes {mistakes_of_rule}, and at most two thirds were asked for"
    check.true(mistakes <= mistakes_of_rule * 2 / 3, said)
    check.true(values > 2, "a probability was asked for, and only yes or no came")


def _mistakes_of_one_column(x_train, y_train, x_test, y_test):
    """Mistakes on the test of the rule "one column above or below one number" that is best in training."""
    best = None
    for column in range(x_train.shape[1]):
        values = np.unique(x_train[:, column])
        thresholds = (values[1:] + values[:-1]) / 2
        wrong = np.sum((x_train[:, column] > thresholds[:, None]) != y_train, axis=1)
        for above, counts in ((True, wrong), (False, len(y_train) - wrong)):
            place = counts.argmin() if len(counts) else None
            if place is not None and (best is None or counts[place] < best[0]):
                best = counts[place], column, thresholds[place], above
    _, column, threshold, above = best
    return np.count_nonzero(((x_test[:, column] > threshold) == above) != y_test)


questions.by_hand("q8", points=2, read=f"{CHAPTER}#two-errors-two-prices")
