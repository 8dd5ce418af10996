"""The trusted checks of the exercises for chapter 2."""

import numpy as np

from dlcourse.grading import check

CHAPTER = "02_core_concepts.ipynb"
questions = check.Questions("02_core_concepts")


@questions.ask("q1", points=2, read=f"{CHAPTER}#augmentation")
def shift(student, rng):
    n, height, width = 12, 6, 9
    images = rng.integers(1, 256, (n, height, width)).astype("uint8")  # full to the edge: no zero in it
    moves = rng.integers(-3, 4, (n, 2))
    # Whatever is drawn: a pure move down, up, right and left, none at all, and one out of the picture.
    moves[:6] = [[2, 0], [-1, 0], [0, 3], [0, -2], [0, 0], [-height - 1, 1]]
    order = rng.permutation(n)
    images, moves = images[order], moves[order]
    wanted = np.zeros_like(images)
    for place, row, column in np.ndindex(n, height, width):
        from_row, from_column = row - moves[place, 0], column - moves[place, 1]
        if 0 <= from_row < height and 0 <= from_column < width:
            wanted[place, row, column] = images[place, from_row, from_column]
    answer = check.shape(student.shift(images, moves), images.shape, "the shifted pictures")
    check.true(answer.dtype == np.uint8, f"uint8 went in, {answer.dtype} came out")
    check.close(answer, wanted, "the shifted pictures")
    small = rng.normal(size=(1, 3, 3)).astype("float32")
    answer = check.shape(student.shift(small, np.array([[0, 5]])), (1, 3, 3), "a picture that leaves to the right")
    check.true(answer.dtype == np.float32, f"float32 went in, {answer.dtype} came out")
    check.close(answer, 0, "a picture that leaves to the right")


@questions.ask("q2", points=2, read=f"{CHAPTER}#normalisation")
def standardise(student, rng):
    scales, centres = np.array([0.01, 1, 30, 4000]), np.array([0.5, -3, 100, 20_000])
    train = centres + scales * rng.normal(size=(30, 4))
    test = centres + scales * (2 + 3 * rng.normal(size=(9, 4)))
    for table in (train, test):  # one hole in the first column, four in the last
        for column in range(4):
            table[rng.choice(len(table), 1 + column, replace=False), column] = np.nan
    constant = float(rng.integers(2, 9))
    train = np.column_stack([train, np.full(30, constant)])
    test = np.column_stack([test, constant + np.arange(9) % 3])
    mean = np.array([column[~np.isnan(column)].mean() for column in train.T])
    deviation = np.array([column[~np.isnan(column)].std() for column in train.T])
    deviation[4] = 1

    def wanted(table):
        return np.where(np.isnan(table), 0, (table - mean) / deviation)

    old, new = student.standardise(train, test)
    check.shape(old, train.shape, "the training rows")
    check.shape(new, test.shape, "the test rows")
    old_again, new_again = student.standardise(train, test[:1])
    check.close(old_again, check.array(old, "the training rows"), "the training rows, beside other test rows")
    check.close(new_again, check.array(new, "the test rows")[:1], "a test row, beside other test rows")
    check.close(old[:, 4], np.zeros(30), "the column that is constant in training")
    check.close(old, wanted(train), "the training rows")
    check.close(new, wanted(test), "the test rows")


@questions.ask("q3", points=2, read=f"{CHAPTER}#losses-for-numbers")
def quantile_loss(student, rng):
    for q in (rng.uniform(0.05, 0.4), rng.uniform(0.6, 0.95)):
        n = int(rng.integers(6, 12))
        errors = rng.uniform(0.1, 4, n) * np.where(rng.permutation(n) < n // 2, -1, 1)  # of both signs, none zero
        y = rng.normal(size=n)
        loss, gradient = student.quantile_loss(y, y + errors, float(q))
        costs, slopes = [], []
        for error in errors:
            costs.append((1 - q) * error if error > 0 else -q * error)
            slopes.append((1 - q) / n if error > 0 else -q / n)
        check.shape(loss, (), "the loss")
        check.close(loss, sum(costs) / n, "the loss")
        check.close(gradient, slopes, "the gradient")


@questions.ask("q4", points=3, read=f"{CHAPTER}#softmax-and-cross-entropy")
def weighted_cross_entropy(student, rng):
    n, classes = 12, 5
    labels = rng.permutation(np.arange(n) % classes)
    weights = rng.permutation(np.array([2.0, 3, 5, 8, 11]) * rng.uniform(0.9, 1.1))
    logits = rng.normal(size=(n, classes))
    huge = 1_000 * np.stack([rng.permutation(classes) for _ in range(n)]).astype(float)
    huge[0, labels[0]] = -3_000  # at least one mistake with a lead of thousands
    for scores, what in ((logits, ""), (huge, " for logits in the thousands")):
        log_probs = scores - np.logaddexp.reduce(scores, axis=1)[:, None]
        share = weights[labels] / np.sum(weights[labels])
        right = np.zeros((n, classes))
        right[np.arange(n), labels] = 1
        loss, gradient = student.weighted_cross_entropy(labels, scores, weights)
        check.shape(loss, (), "the loss" + what)
        check.close(loss, -np.sum(share[:, None] * right * log_probs), "the loss" + what)
        check.close(gradient, share[:, None] * (np.exp(log_probs) - right), "the gradient" + what)


@questions.ask("q5", points=3, read=f"{CHAPTER}#their-paths-over-a-surface")
def nesterov(student, rng):
    start = rng.choice([-1, 1], 3) * rng.uniform(0.5, 2, 3)
    curvature = rng.permutation([1.0, 7.0, 25.0]) * rng.uniform(0.9, 1.1)
    rate, beta, steps = float(rng.uniform(0.01, 0.03)), float(rng.uniform(0.6, 0.9)), int(rng.integers(8, 20))
    speed, wanted = np.zeros(3), np.zeros((steps + 1, 3))
    wanted[0] = start
    for step in range(steps):
        ahead = wanted[step] + beta * speed
        speed = beta * speed - rate * (curvature * ahead)
        wanted[step + 1] = wanted[step] + speed
    path = check.shape(student.nesterov(start, curvature, rate, beta, steps), (steps + 1, 3), "the path")
    check.close(path[0], start, "the first point of the path")
    check.close(path[1], wanted[1], "the point after one step")
    check.close(path, wanted, "the path")


@questions.ask("q6", points=3, read=f"{CHAPTER}#dropout")
def backward(student, rng):
    n, inputs, units, rate = 8, 5, 6, float(rng.uniform(0.2, 0.6))
    X, W, b = rng.normal(size=(n, inputs)), rng.normal(size=(inputs, units)), rng.normal(size=units)
    mask = (rng.permutation(n * units) >= n * units // 3).reshape(n, units).astype(float)
    upstream = rng.uniform(0.5, 2, (n, units)) * rng.choice([-1, 1], (n, units))
    at_z = np.zeros((n, units))
    for row, unit in np.ndindex(n, units):
        z = X[row] @ W[:, unit] + b[unit]
        at_z[row, unit] = upstream[row, unit] * mask[row, unit] / (1 - rate) * (1 if z > 0 else np.exp(z))
    wanted = {
        "X": np.einsum("nk,dk->nd", at_z, W),
        "W": np.einsum("nd,nk->dk", X, at_z),
        "b": np.einsum("nk->k", at_z),
    }
    answer = student.backward(X, W, b, mask, rate, upstream)
    check.true(isinstance(answer, tuple | list) and len(answer) == 3, "three arrays are expected")
    for part, (name, gradient) in zip(answer, wanted.items(), strict=True):
        check.close(part, gradient, f"the gradient with respect to {name}")


def spirals(n, rng, turn):
    """Points on two spirals, shape (n, 2), and their labels, shape (n, 1); section 2.2, turned by an angle."""
    labels = np.arange(n) % 2
    radius = np.sqrt(rng.uniform(0.03, 1, n))
    angle = 3 * np.pi * radius + np.pi * labels + turn
    points = radius * np.array([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.03, (2, n))
    return points.T.astype("float32"), labels[:, None].astype("float32")


@questions.ask("q7", points=3, read=f"{CHAPTER}#22-depth")
def part_spirals(student, rng):
    turn = rng.uniform(0, 2 * np.pi)
    values, sides = spirals(2_000, rng, turn)
    weights = student.part_spirals(*spirals(600, rng, turn))
    check.true(isinstance(weights, list | tuple), f"a list of arrays expected, a {type(weights).__name__} came")
    check.true(
        len(weights) >= 2 and len(weights) % 2 == 0, f"pairs of W and b expected, {len(weights)} arrays came"
    )
    arrays = [check.array(part, "the weights").astype(float) for part in weights]
    count = sum(part.size for part in arrays)
    check.true(count <= 160, f"at most 160 numbers are allowed, and the network has {count}")
    for layer, (W, b) in enumerate(zip(arrays[::2], arrays[1::2], strict=True), 1):
        check.true(
            W.ndim == 2 and W.shape[0] == values.shape[1] and b.shape == W.shape[1:],
            f"layer {layer}: W of shape ({values.shape[1]}, units) and b of (units,) expected, "
            f"{W.shape} and {b.shape} came",
        )
        values = (values if layer == 1 else np.maximum(values, 0)) @ W + b
    check.shape(values, (2_000, 1), "the logits of 2,000 points")
    check.true(np.isfinite(values).all(), "some logits are not finite")
    right = np.mean((values > 0) == (sides > 0.5))
    check.true(right >= 0.97, f"{right:.1%} of the new points are right, and 97 % were asked for")


questions.by_hand("q8", points=2, read=f"{CHAPTER}#their-paths-over-a-surface")
