"""The trusted checks of the exercises for chapter 4."""

import math

import numpy as np

from dlcourse.grading import check

CHAPTER = "04_mathematics.ipynb"
questions = check.Questions("04_mathematics")


def _parts(answer, count, what):
    check.true(isinstance(answer, tuple | list | np.ndarray) and len(answer) == count, f"{what} are expected")
    return answer


@questions.ask("q1", points=2, read=f"{CHAPTER}#one-neuron-one-number-at-a-time")
def shared_weight(student, rng):
    for _ in range(5):
        w, x = (float(rng.choice([-1, 1]) * rng.uniform(0.5, 1.2)) for _ in range(2))
        h = math.tanh(w * x)
        y = w * h + float(rng.choice([-1, 1]) * rng.uniform(0.5, 2))
        error, bend = 2 * (w * h - y), 1 / math.cosh(w * x) ** 2
        answer = _parts(student.shared_weight(w, x, y), 2, "two slopes")
        check.close(answer[0], error * (h + w * x * bend), "dL/dw")
        check.close(answer[1], error * w * w * bend, "dL/dx")


@questions.ask("q2", points=2, read=f"{CHAPTER}#backward-the-slope-of-every-weight")
def slope_of_operand(student, rng):
    n, m, k = (int(size) for size in rng.choice(np.arange(2, 8), 3, replace=False))
    cases = [
        ((n, k), (n, k)),
        ((n, k), (k,)),
        ((n, k), (1, k)),
        ((n, k), (n, 1)),
        ((n, k), ()),
        ((n, m, k), (m, 1)),
        ((n, m, k), (n, 1, k)),
        ((n, m, k), (1, 1, 1)),
        ((n, 1, k), (1, k)),
        ((k,), (1,)),
    ]
    for place in rng.permutation(len(cases)):
        result, shape = cases[place]
        slope = rng.normal(size=result)
        wanted = np.zeros(shape)
        for entry in np.ndindex(result):
            used = entry[len(result) - len(shape) :]
            wanted[tuple(0 if size == 1 else at for at, size in zip(used, shape, strict=True))] += slope[entry]
        answer = student.slope_of_operand(slope, shape)
        check.close(answer, wanted, f"an operand of shape {shape} in a result of shape {result}")


@questions.ask("q3", points=2, read=f"{CHAPTER}#long-valleys-and-momentum")
def rates(student, rng):
    for penalty in (0.0, float(rng.uniform(0.3, 0.8)), float(rng.uniform(1, 2))):
        n, d = int(rng.integers(8, 30)), int(rng.integers(2, 6))
        X = rng.normal(size=(n, d)) * rng.uniform(0.5, 2, size=d)
        if penalty:
            X[:, 1] = 2 * X[:, 0]  # two features that say the same: only the penalty makes the valley finite
        # Singular values of the data with the penalty written as further rows, for which no y is asked.
        further = np.sqrt(n * penalty) * np.eye(d)
        stretched = np.linalg.svd(np.concatenate([X, further]), compute_uv=False) ** 2 * 2 / n
        high, low = stretched.max(), stretched.min()
        answer = _parts(student.rates(X, penalty), 3, "three numbers")
        what = f"with a penalty of {penalty:.2f}"
        check.close(answer[0], 2 / high, f"the critical rate {what}")
        check.close(answer[1], 2 / (high + low), f"the best rate {what}")
        check.close(answer[2], 1 - 2 * low / (high + low), f"the share that a step leaves {what}")


@questions.ask("q4", points=3, read=f"{CHAPTER}#backward-the-slope-of-every-weight")
def residual_backward(student, rng):
    for n, d in ((1, 3), (7, 4), (5, 5)):
        X, W, b, upstream = (2 * rng.normal(size=shape) for shape in ((n, d), (d, d), (d,), (n, d)))
        slopes = [upstream.copy(), np.zeros((d, d)), np.zeros(d)]
        for i in range(n):
            z = W.T @ X[i] + b
            bend = np.where(z > 0, 1 / (1 + z) ** 2, 1 / (1 - z) ** 2)
            for j in range(d):
                slopes[0][i] += upstream[i, j] * bend[j] * W[:, j]
                slopes[1][:, j] += upstream[i, j] * bend[j] * X[i]
                slopes[2][j] += upstream[i, j] * bend[j]
        answer = _parts(student.residual_backward(X, W, b, upstream), 3, "three slopes")
        for part, slope, name in zip(answer, slopes, "XWb", strict=True):
            check.close(part, slope, f"the slope of {name}, a batch of {n} with {d} features")


def _one_entry(slope, rng):
    changed = slope.copy()  # neither the first entry nor the last, where an eye may rest
    changed.flat[rng.integers(1, slope.size - 1)] += rng.choice([-0.05, 0.05]) * np.abs(slope).max()
    return changed


def _one_nan(slope, rng):
    changed = slope.copy()
    changed.flat[rng.integers(1, slope.size - 1)] = np.nan
    return changed


# What a colleague may have done to a slope, and to which parameters' slopes it can be done.
EVERY = ("W1", "b1", "W2", "b2")
FLAWS = {
    "the sign is reversed": (EVERY, lambda slope, rng: -slope),
    "a factor of 2 is lost": (EVERY, lambda slope, rng: slope / 2),
    "it is too large by 2 %": (EVERY, lambda slope, rng: 1.02 * slope),
    "it is all zeros": (EVERY, lambda slope, rng: 0 * slope),
    "one entry is off": (EVERY, _one_entry),
    "one entry is nan": (EVERY, _one_nan),
    "it is transposed": (("W2",), lambda slope, rng: slope.T.copy()),
    "its shape has an axis too many": (("b1", "b2"), lambda slope, rng: slope[None]),
    "it is a matrix, one row for each example": (("b1", "b2"), lambda slope, rng: np.tile(slope, (9, 1))),
}


@questions.ask("q5", points=3, read=f"{CHAPTER}#three-ways-to-one-gradient")
def wrong_slopes(student, rng):
    for scale in (1.0, 1e-4):
        X, wanted, theta, slopes = _network(rng, scale)
        _referee(student.wrong_slopes(X, wanted, theta, slopes), [], f"all right, slopes of scale {scale:g}")
        cases = [(flaw, name) for flaw, (names, _) in FLAWS.items() for name in names]
        for place in rng.permutation(len(cases)):
            flaw, name = cases[place]
            names, spoil = FLAWS[flaw]
            spoiled = {name, str(rng.choice(names))}  # one or two
            X, wanted, theta, slopes = _network(rng, scale)
            claimed = slopes | {name: spoil(slopes[name], rng) for name in sorted(spoiled)}
            answer = student.wrong_slopes(X, wanted, theta, claimed)
            _referee(answer, spoiled, f"{flaw}, slopes of scale {scale:g}")


def _referee(answer, spoiled, what):
    check.true(isinstance(answer, list | tuple | np.ndarray), "a list of names is expected")
    named = [str(name) for name in answer]
    missed, false = sorted(set(spoiled) - set(named)), sorted(set(named) - set(spoiled))
    check.true(not false, f"{what}: named, but within the tolerance: {', '.join(false)}")
    check.true(not missed, f"{what}: wrong, but not named: {', '.join(missed)}")
    check.true(len(named) == len(spoiled), f"{what}: a name comes twice")


def _network(rng, scale):
    # As many hidden units as outputs, so that a transposed slope of W2 has the right shape.
    n, d, k = 9, 3, 4
    X, wanted = rng.normal(size=(n, d)), scale * rng.normal(size=(n, k))
    theta = {"W1": rng.normal(size=(d, k)), "b1": rng.normal(size=k)}
    theta |= {"W2": scale * rng.normal(size=(k, k)), "b2": scale * rng.normal(size=k)}
    hidden = np.tanh(X @ theta["W1"] + theta["b1"])
    out = 2 / (n * k) * (hidden @ theta["W2"] + theta["b2"] - wanted)
    inner = out @ theta["W2"].T * (1 - hidden**2)
    slopes = {"W1": X.T @ inner, "b1": inner.sum(axis=0), "W2": hidden.T @ out, "b2": out.sum(axis=0)}
    rounding = {name: 1 + 1e-9 * rng.normal(size=slope.shape) for name, slope in slopes.items()}
    return X, wanted, theta, {name: slope * rounding[name] for name, slope in slopes.items()}


@questions.ask("q6", points=3, read=f"{CHAPTER}#exponentials-without-overflow")
def smoothed_cross_entropy(student, rng):
    for spread, smoothing in ((1, 0.0), (1, rng.uniform(0.1, 0.4)), (2000, 0.0), (2000, rng.uniform(0.1, 0.4))):
        n, classes = int(rng.integers(3, 9)), int(rng.integers(3, 7))
        logits, labels = spread * rng.normal(size=(n, classes)), rng.integers(0, classes, n)
        logits += 10 * spread * np.arange(n)[:, None]  # rows far from each other
        logits = np.round(4 * logits) / 4  # quarters have no rounding error in 32 bits, either
        loss, slope = 0.0, np.empty((n, classes))
        for i in range(n):
            top = max(logits[i])
            log_sum = top + math.log(sum(math.exp(z - top) for z in logits[i]))
            for k in range(classes):
                target = smoothing / classes + (1 - smoothing) * (labels[i] == k)
                loss -= target * (logits[i, k] - log_sum) / n
                slope[i, k] = (math.exp(logits[i, k] - log_sum) - target) / n
        answer = _parts(student.smoothed_cross_entropy(logits, labels, float(smoothing)), 2, "a loss and a slope")
        what = f"logits of about ±{spread}, smoothing {smoothing:.2f}"
        check.close(answer[0], loss, f"the loss, {what}")
        check.close(answer[1], slope, f"the slope, {what}")


@questions.ask("q7", points=3, read=f"{CHAPTER}#backward-the-slope-of-every-weight")
def layer_norm_backward(student, rng):
    # Rows of little variance, where epsilon matters, and a batch too large for finite differences.
    for n, d, spread in ((4, 6, 1.0), (5, 3, 0.03), (300, 200, 1.0)):
        epsilon = float(rng.uniform(0.5e-3, 2e-3))
        X = spread * rng.normal(size=(n, d)) + rng.normal(size=(n, 1))
        scale, upstream = rng.uniform(0.5, 2, d) * rng.choice([-1, 1], d), rng.normal(size=(n, d))
        arguments = (X, scale, epsilon, upstream)
        answer = _parts(student.call("layer_norm_backward", arguments, seconds=20), 3, "three slopes")
        what = f"a batch of {n} with {d} features"
        slope_of_inputs = check.shape(answer[0], (n, d), f"the slope of X, {what}")
        slope_of_scale = np.zeros(d)
        watched = rng.choice(n, 4, replace=False)
        for i in range(n):
            centred = X[i] - sum(X[i]) / d
            spread_of_row = math.sqrt(sum(centred**2) / d + epsilon)
            slope_of_scale += upstream[i] * centred / spread_of_row
            if i in watched:  # the Jacobian of this row, entry [j, k]: what X[i, k] does to N[i, j]
                jacobian = (np.eye(d) - 1 / d) / spread_of_row - np.outer(centred, centred) / (d * spread_of_row**3)
                row = (upstream[i] * scale) @ jacobian
                check.close(slope_of_inputs[i], row, f"one row of the slope of X, {what}", atol=1e-4)
        check.close(answer[1], slope_of_scale, f"the slope of the scale, {what}", atol=1e-4)
        check.close(answer[2], sum(upstream), f"the slope of the shift, {what}", atol=1e-4)


questions.by_hand("q8", points=2, read=f"{CHAPTER}#squared-error-against-cross-entropy")
