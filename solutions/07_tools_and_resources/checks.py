"""The trusted checks of the exercises for chapter 7."""

import math

import numpy as np

from dlcourse.grading import check

questions = check.Questions("07_tools_and_resources")
READ = "07_tools_and_resources.ipynb"


def _parts(answer, count, what):
    check.true(isinstance(answer, tuple | list | np.ndarray) and len(answer) == count, f"{what} are expected")
    return answer


@questions.ask("q1", points=2, read=f"{READ}#what-could-it-do-at-best")
def best_rates(student, rng):
    for n in (2, 5, 9):
        peak, bandwidth = 10 ** rng.uniform(9, 12), 10 ** rng.uniform(8, 11)
        # Seconds that a layer computes and moves: each of the two is often the longer one.
        computing, moving = 10 ** rng.uniform(-4, -2, n), 10 ** rng.uniform(-4, -2, n)
        if n > 3:
            computing[:2], moving[:2] = [3e-3, 2e-3], [5e-3, 1e-3]
            computing[2], moving[3] = 0, 0
        order = rng.permutation(n)
        operations, moved = computing[order] * peak, moving[order] * bandwidth
        seconds = [max(c, m) for c, m in zip(computing[order], moving[order], strict=True)]
        wanted = [o / s for o, s in zip(operations, seconds, strict=True)]
        rates, overall = _parts(student.best_rates(peak, bandwidth, operations, moved), 2, "rates and a rate")
        rates = check.shape(rates, (n,), "a rate for each layer")
        check.close(rates / peak, np.array(wanted) / peak, f"the rates of {n} layers, as shares of the peak")
        whole = sum(operations) / sum(seconds)
        check.close(overall / peak, whole / peak, f"the rate of {n} layers together, as a share of the peak")


@questions.ask("q2", points=3, read=f"{READ}#what-could-it-do-at-best")
def convolution_cost(student, rng):
    drawn = [
        ((1, 9, 9, 1), 1, 3, 1, False),
        ((1, 10, 13, 2), 4, 3, 2, True),
        ((3, 12, 7, 3), 5, 4, 3, False),
        ((8, 1, 1, 30), 7, 1, 1, True),
        ((2, 6, 6, 3), 2, 5, 2, True),
    ]
    for same in (False, True, False, True):
        batch, channels, filters, window, stride = (int(n) for n in rng.integers(1, 6, 5))
        height, width = (int(n) for n in rng.integers(window, 20, 2))
        drawn.append(((batch, height, width, channels), filters, window, stride, same))
    for images, filters, window, stride, same in drawn:
        batch, height, width, channels = images
        places = 1
        for side in (height, width):
            if same:
                places *= len(range(0, side, stride))
            else:
                places *= sum(start + window <= side for start in range(0, side, stride))
        results = batch * places * filters
        operations = sum([1 + 1] * (window * window * channels)) * results  # a product and its addition
        numbers = math.prod(images) + filters * window**2 * channels + filters + results
        answer = check.shape(student.convolution_cost(images, filters, window, stride, same), (2,), "two numbers")
        what = f"images {images}, {filters} filters, window {window}, stride {stride}, same={same}"
        check.close(answer[0], operations, f"the operations: {what}", rtol=0, atol=0.1)
        check.close(answer[1], 4 * numbers, f"the bytes: {what}", rtol=0, atol=0.1)


def _log_sum(logs):
    top = max(logs)
    return top + math.log(sum(math.exp(log - top) for log in logs))


@questions.ask("q3", points=2, read=f"{READ}#a-deep-belief-net")
def free_energy(student, rng):
    for pixels, hidden, size in ((5, 4, 1.0), (3, 6, 3.0), (7, 1, 0.5), (4, 3, 2000.0)):
        W, a, b = (size * rng.normal(size=shape) for shape in ((pixels, hidden), pixels, hidden))
        v = (rng.random((6, pixels)) < 0.5).astype(float)
        v[0] = 0
        wanted = []
        for picture in v:
            inputs = [b[j] + sum(picture[i] * W[i, j] for i in range(pixels)) for j in range(hidden)]
            states = np.indices((2,) * hidden).reshape(hidden, -1).T
            logs = [sum(inputs[j] for j in range(hidden) if state[j]) for state in states]
            wanted.append(-sum(picture[i] * a[i] for i in range(pixels)) - _log_sum(logs))
        answer = check.shape(student.free_energy(v, W, a, b), (6,), "a free energy for each picture")
        what = f"{pixels} pixels, {hidden} hidden units" + (", weights in the thousands" if size > 100 else "")
        check.close(answer, wanted, f"the free energies: {what}", atol=1e-4)
    W, b = rng.normal(size=(3, 400)), rng.normal(size=400)
    answer = check.shape(student.free_energy(np.zeros((1, 3)), W, np.ones(3), b), (1,), "a free energy")
    alone = -sum(math.log1p(math.exp(x)) for x in b)
    check.close(answer[0], alone, "the free energy of a dark picture with 400 hidden units", rtol=1e-4)


def _chance(x):
    return 1 / (1 + math.exp(-x))


@questions.ask("q4", points=3, read=f"{READ}#a-deep-belief-net")
def contrastive_step(student, rng):
    for n, pixels, hidden in ((7, 6, 4), (1, 3, 5), (20, 4, 2)):
        W, a, b = rng.normal(size=(pixels, hidden)), rng.normal(size=pixels), rng.normal(size=hidden)
        v = (rng.random((n, pixels)) < 0.4).astype(float)
        uniform_h, uniform_v, rate = rng.random((n, hidden)), rng.random((n, pixels)), float(rng.uniform(0.2, 0.9))
        new_w, new_a, new_b = W.copy(), a.copy(), b.copy()
        for row in range(n):
            seen = [_chance(b[j] + sum(v[row] * W[:, j])) for j in range(hidden)]
            on = [float(uniform_h[row, j] < seen[j]) for j in range(hidden)]
            pixel = [_chance(a[i] + sum(W[i, j] * on[j] for j in range(hidden))) for i in range(pixels)]
            dream = np.array([float(uniform_v[row, i] < pixel[i]) for i in range(pixels)])
            dreamt = [_chance(b[j] + sum(dream * W[:, j])) for j in range(hidden)]
            for i in range(pixels):
                new_a[i] += rate / n * (v[row, i] - dream[i])
                for j in range(hidden):
                    new_w[i, j] += rate / n * (v[row, i] * seen[j] - dream[i] * dreamt[j])
            for j in range(hidden):
                new_b[j] += rate / n * (seen[j] - dreamt[j])
        answer = _parts(student.contrastive_step(v, W, a, b, uniform_h, uniform_v, rate), 3, "W, a and b")
        what = f"after a step with {n} pictures of {pixels} pixels and {hidden} hidden units"
        # No uniform number lies so close to a probability that 32 bits could decide otherwise, but for bad luck.
        for name, got, wanted in zip("abW", (answer[1], answer[2], answer[0]), (new_a, new_b, new_w), strict=True):
            check.close(got, wanted, f"{name} {what}", atol=1e-5)


@questions.ask("q5", points=2, read=f"{READ}#dropout")
def dropout(student, rng):
    cases = [((9, 8), (9, 8), 0.4), ((3, 5, 4, 6), (3, 1, 1, 6), 0.5), ((6, 7), (6, 7), 0.8), ((4, 4), (4, 4), 0.0)]
    for size, draw_size, rate in cases:
        x, upstream, draws = rng.normal(size=size).clip(0), rng.normal(size=size), rng.random(draw_size)
        draws.flat[0], draws.flat[-1] = rate, 0.999  # at least the rate: kept
        for training in (True, False):
            result, slope = np.array(x), np.array(upstream)
            if training:
                for place in np.ndindex(size):
                    own = tuple(i if side > 1 else 0 for i, side in zip(place, draw_size, strict=True))
                    for array in (result, slope):
                        array[place] = array[place] / (1 - rate) if draws[own] >= rate else 0
            answer = _parts(student.dropout(x, upstream, draws, rate, training), 2, "the result and the slope")
            what = f"shape {size}, draws {draw_size}, rate {rate}" + ("" if training else ", outside training")
            check.close(answer[0], result, f"the result: {what}", atol=1e-5)
            check.close(answer[1], slope, f"the slope: {what}", atol=1e-5)


@questions.ask("q6", points=3, read=f"{READ}#bert")
def hide_words(student, rng):
    for share in (0.15, 0.33, 0.9, 1.0):
        special, mask, time = [int(n) for n in rng.permutation(8)[:3]], 9, 22
        tokens = rng.integers(10, 60, (12, time))
        for row in range(12):
            real = int(rng.integers(1, time - 2))
            tokens[row, real:] = special[0]
            tokens[row, rng.integers(0, real)] = special[1]
        tokens[5] = special[2]
        order, others = rng.random(tokens.shape), rng.integers(10, 60, tokens.shape)
        # Every kind of fate is frequent, and some order numbers of special tokens are the smallest of all.
        fate = rng.choice([0.1, 0.5, 0.79, 0.8, 0.85, 0.9, 0.99], tokens.shape)
        others = np.where(others == tokens, 61, others)
        order[np.isin(tokens, special)] *= 0.1
        read, guess = tokens.copy(), np.full(tokens.shape, -1)
        for row in range(12):
            may = [t for t in range(time) if tokens[row, t] not in special]
            count = 0
            while count < share * len(may) - 1e-9:
                count += 1
            for t in sorted(may, key=lambda t: order[row, t])[:count]:
                guess[row, t] = tokens[row, t]
                if fate[row, t] < 0.8:
                    read[row, t] = mask
                elif fate[row, t] < 0.9:
                    read[row, t] = others[row, t]
        answer = _parts(student.hide_words(tokens, special, mask, share, order, fate, others), 2, "two arrays")
        answer = [check.shape(part, tokens.shape, "tokens to read and to guess") for part in answer]
        missing, false = np.sum((guess >= 0) & (answer[1] < 0)), np.sum((guess < 0) & (answer[1] >= 0))
        check.true(not missing, f"share {share}: {missing} of {np.sum(guess >= 0)} tokens to guess are missing")
        check.true(not false, f"share {share}: {false} tokens are to be guessed that should not be")
        check.close(answer[1], guess, f"share {share}: the tokens to guess", rtol=0, atol=0.1)
        check.close(answer[0], read, f"share {share}: the tokens to read", rtol=0, atol=0.1)


@questions.ask("q7", points=3, read=f"{READ}#find-pictures-by-a-picture")
def retrieval_quality(student, rng):
    for n, d, classes, k in ((14, 3, 4, 3), (25, 6, 5, 8), (9, 2, 3, 1), (30, 4, 12, 20)):
        labels = rng.integers(0, classes, n)
        labels[:2], labels[2] = 0, classes  # the third is the only one of its class
        vectors = 1.2 * rng.normal(size=(classes + 1, d))[labels] + rng.normal(size=(n, d))
        vectors *= 10 ** rng.uniform(-1, 1, (n, 1))
        order = rng.permutation(n)
        vectors, labels = vectors[order], labels[order]
        precisions, averages = [], []
        for asks in range(n):
            rest = [other for other in range(n) if other != asks]
            if not any(labels[other] == labels[asks] for other in rest):
                continue
            cosines = {
                other: vectors[asks] @ vectors[other] / math.hypot(*vectors[asks]) / math.hypot(*vectors[other])
                for other in rest
            }
            ranking = sorted(rest, key=lambda other: -cosines[other])
            hits = [labels[other] == labels[asks] for other in ranking]
            precisions.append(sum(hits[:k]) / k)
            shares = [sum(hits[: place + 1]) / (place + 1) for place in range(n - 1) if hits[place]]
            averages.append(sum(shares) / len(shares))
        answer = check.shape(student.retrieval_quality(vectors, labels, k), (2,), "two means")
        check.close(answer[0], np.mean(precisions), f"the precision at {k} over {n} pictures", atol=1e-4)
        check.close(answer[1], np.mean(averages), f"the average precision over {n} pictures", atol=1e-4)


questions.by_hand("q8", points=2, read=f"{READ}#bert")
