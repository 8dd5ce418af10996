"""The trusted checks of the exercises for chapter 1."""

from itertools import product

import numpy as np

from dlcourse.grading import check

CHAPTER = "01_background.ipynb"
questions = check.Questions("01_background")


@questions.ask("q1", points=2, read="../book/glossary.md#baseline")
def accuracy_and_baseline(student, rng):
    common, second, rare = (int(label) for label in rng.choice(50, 3, replace=False))
    # The commonest label of the training set is not the commonest of the test set.
    train = rng.permutation(np.repeat([common, second, rare], [60, 25, 15]))
    counts = np.array([rng.integers(15, 25), 50, rng.integers(26, 40)])
    test = rng.permutation(np.repeat([common, second, rare], counts))
    right = rng.permutation(len(test)) < rng.integers(60, 70)
    predictions = np.where(right, test, np.where(test == second, rare, second))
    answer = student.accuracy_and_baseline(train, test, predictions)
    check.true(isinstance(answer, tuple | list | np.ndarray) and len(answer) == 2, "two numbers are expected")
    check.close(answer[0], right.sum() / counts.sum(), "the accuracy")
    check.close(answer[1], counts[0] / counts.sum(), "the share that the commonest answer gets right")


@questions.ask("q2", points=2, read=f"{CHAPTER}#a-rule-learned")
def learn_rule(student, rng):
    for feature, labels in _examples_with_one_feature(rng):
        order = rng.permutation(len(feature))
        feature, labels = feature[order], labels[order]
        threshold, direction, said = (
            float(check.shape(p, (), "each part of the answer")) for p in student.learn_rule(feature, labels)
        )
        check.true(direction in (-1, 1), "the direction is neither −1 nor 1")
        made = _mistakes(feature, labels, threshold, direction)
        check.true(said == made, f"the rule makes {made} mistakes, but {said:g} came as their number")
        fewest = min(
            _mistakes(feature, labels, candidate, sign) for candidate in [-np.inf, *feature] for sign in (-1, 1)
        )
        check.true(made == fewest, f"the rule makes {made} mistakes of {len(labels)}; there is a better one")


def _mistakes(feature, labels, threshold, direction):
    said = np.where(feature > threshold, direction, -direction)
    return int(np.count_nonzero(said != labels))


def _examples_with_one_feature(rng):
    # Both directions, values far from 0 to 1, and one that is far from all others and drags a mean along.
    for direction in (-1, 1):
        feature = np.concatenate([rng.uniform(0, 1, 20), rng.uniform(2, 3, 20), [1000]])
        labels = np.repeat([-direction, direction], [20, 21])
        yield rng.uniform(5, 50) + rng.uniform(2, 9) * feature, labels
    # Values that come more than once, and labels that no rule gets all right.
    feature = rng.integers(-20, 20, 80).astype(float)
    yield feature, np.where((feature > 3) ^ (rng.random(80) < 0.2), 1, -1)
    # The best rule always gives the same answer.
    labels = int(rng.choice([-1, 1])) * np.array([1, 1, -1, 1, 1, 1, -1, 1, 1])
    yield np.cumsum(rng.uniform(0.5, 2, 9)), labels


@questions.ask("q3", points=2, read="../book/glossary.md#data-leakage")
def near_copies(student, rng):
    tolerance = int(rng.integers(4, 9))
    train = rng.integers(0, 256, (250, 6, 7)).astype("uint8")
    test = rng.integers(0, 256, (30, 6, 7)).astype("uint8")
    exact, near, almost = np.split(rng.permutation(30)[:15], 3)
    sources = rng.choice(250, 15, replace=False)
    train[sources] = np.clip(train[sources], 60, 190)
    test[exact] = train[sources[:5]]
    noise = rng.integers(-tolerance, tolerance + 1, (5, 6, 7))
    noise[:, 0, :2] = tolerance, -tolerance  # both signs, and just near enough
    test[near] = train[sources[5:10]] + noise
    test[almost] = train[sources[10:]]
    test[almost, 2, 3] += np.uint8(tolerance + 1)  # just not near enough, in a single pixel
    wanted = np.sort(np.concatenate([exact, near]))
    answer = check.array(student.near_copies(train, test, tolerance), "the places")
    check.true(answer.ndim == 1 and answer.dtype != bool, "places are expected, one number for each picture found")
    missed, false = np.setdiff1d(wanted, answer), np.setdiff1d(answer, wanted)
    check.true(len(missed) == 0, f"{len(missed)} of {len(wanted)} pictures with a near-copy are missed")
    check.true(len(false) == 0, f"{len(false)} places are named that hold no near-copy")
    check.true(np.array_equal(answer, wanted), "a place comes twice, or the places are not in rising order")


@questions.ask("q4", points=3, read=f"{CHAPTER}#speech")
def loudest_tones(student, rng):
    for samples_per_second in rng.permutation([11_025, 16_000, 22_050]):
        frame_length = 2 * int(rng.integers(60, 200))
        loud = rng.integers(2, frame_length // 2 - 6, 6)
        quiet = loud + rng.integers(2, 5, 6)
        time = np.arange(frame_length) / frame_length
        frames = [
            np.sin(2 * np.pi * first * time + rng.uniform(0, 6))
            + 0.5 * np.sin(2 * np.pi * second * time + rng.uniform(0, 6))
            for first, second in zip(loud, quiet, strict=True)
        ]
        sound = np.concatenate([*frames, rng.uniform(-1, 1, frame_length // 3)])
        sound += rng.choice([-4, 4]) + rng.normal(0, 0.01, len(sound))
        answer = student.loudest_tones(sound, int(samples_per_second), frame_length)
        check.shape(answer, (6,), "one frequency for each full frame")
        check.true(np.all(np.asarray(answer) > 0), "the constant that the microphone adds has won")
        check.close(answer, loud * samples_per_second / frame_length, "the loudest frequencies in Hz")


@questions.ask("q5", points=3, read=f"{CHAPTER}#where-the-feature-gives-out")
def one_pass(student, rng):
    x, y = rng.normal(size=(30, 3)), rng.choice([-1, 1], 30)
    # From zero: a mistake, then the same example, right now, then its opposite, a mistake again.
    x[1], x[2], y[1], y[2] = x[0], x[0], y[0], -y[0]
    for start, bias in ((np.zeros(3), 0.0), (rng.normal(size=3), float(rng.normal()))):
        path, biases = np.empty((30, 3)), np.empty(30)
        w, b = start, bias
        for place in range(30):
            z = np.sum(x[place] * w) + b
            if (1 if z > 0 else -1) != y[place] or z == 0:
                w, b = w + y[place] * x[place], b + y[place]
            path[place], biases[place] = w, b
        answer = student.one_pass(x, y, start, bias)
        check.true(isinstance(answer, tuple | list) and len(answer) == 2, "a path and biases are expected")
        check.close(answer[0], path, "the weights after each example")
        check.close(answer[1], biases, "the bias after each example")


@questions.ask("q6", points=3, read=f"{CHAPTER}#1969-what-one-neuron-cant-do")
def exactly(student, rng):
    for n in rng.permutation(np.arange(2, 7)):
        rows = np.array(list(product((0, 1), repeat=int(n))))
        for k in range(n + 1):
            answer = student.exactly(k, int(n))
            check.true(isinstance(answer, tuple | list) and len(answer) == 4, "W, b, v and c are expected")
            W, b, v, c = (
                check.shape(part, shape, name).astype(float)
                for part, shape, name in zip(answer, ((n, 2), (2,), (2,), ()), "Wbvc", strict=True)
            )
            hidden = (rows @ W + b > 0).astype(float)
            fires = hidden @ v + c > 0
            wrong = np.count_nonzero(fires != (rows.sum(axis=1) == k))
            check.true(wrong == 0, f"exactly {k} of {n}: {wrong} of {len(rows)} rows are wrong")


@questions.ask("q7", points=3, read=f"{CHAPTER}#recommendation")
def one_step(student, rng):
    n, m, k = 9, 6, 3
    ratings = rng.integers(1, 6, (n, m)).astype(float)
    ratings[rng.permutation(n), rng.integers(m, size=n)] = np.nan
    people, films, appeal = (rng.normal(size=shape) for shape in ((n, k), (m, k), (m,)))
    mean, rate, penalty = rng.uniform(2.5, 3.5), rng.uniform(0.01, 0.1), rng.uniform(0.2, 0.6)
    slopes = [2 * penalty * people, 2 * penalty * films, np.zeros(m)]
    for i, j in np.argwhere(np.isfinite(ratings)):
        error = ratings[i, j] - mean - appeal[j] - people[i] @ films[j]
        slopes[0][i] -= 2 * error * films[j]
        slopes[1][j] -= 2 * error * people[i]
        slopes[2][j] -= 2 * error
    answer = student.one_step(ratings, mean, people, films, appeal, rate, penalty)
    check.true(isinstance(answer, tuple | list) and len(answer) == 3, "three arrays are expected")
    for part, old, slope, name in zip(
        answer, (people, films, appeal), slopes, ("people", "films", "appeal"), strict=True
    ):
        check.close(part, old - rate * slope, f"the new {name}")


questions.by_hand("q8", points=2, read=f"{CHAPTER}#language")
