"""The trusted checks of the exercises for chapter 8."""

import math

import numpy as np

from dlcourse.grading import check

MAP = "08_outlook.ipynb"
questions = check.Questions("08_outlook")


def _parts(answer, count, what):
    check.true(isinstance(answer, tuple | list | np.ndarray) and len(answer) == count, f"{what} are expected")
    return answer


@questions.ask("q1", points=3, read=f"{MAP}#attention-from-scratch")
def attend_in_groups(student, rng):
    for d, heads, sets, size, units, window, large in (
        (7, 6, 2, 4, 3, 3, 1.0),
        (5, 4, 4, 7, 2, 2, 1.0),
        (6, 6, 3, 3, 5, 9, 1.0),
        (4, 8, 2, 2, 3, 4, 30.0),
    ):
        batch, time = 2, 6
        x = large * rng.normal(size=(batch, time, d))
        w_query, w_key = rng.normal(size=(d, heads, size)), rng.normal(size=(d, sets, size))
        w_value, w_out = rng.normal(size=(d, sets, units)) / large, rng.normal(size=(heads, units, d))
        wanted, shares = np.zeros((batch, time, d)), np.zeros((batch, heads, time, time))
        for i, head, t in np.ndindex(batch, heads, time):
            of_set = head * sets // heads
            places = range(max(0, t - window + 1), t + 1)
            query = x[i, t] @ w_query[:, head]
            scores = [float(query @ (x[i, s] @ w_key[:, of_set])) / math.sqrt(size) for s in places]
            weights = [math.exp(score - max(scores)) for score in scores]
            for s, weight in zip(places, weights, strict=True):
                shares[i, head, t, s] = weight / sum(weights)
                wanted[i, t] += shares[i, head, t, s] * (x[i, s] @ w_value[:, of_set] @ w_out[head])
        answer = student.attend_in_groups(x, w_query, w_key, w_value, w_out, window)
        answer = _parts(answer, 2, "the answer and the shares")
        what = f"{heads} heads, {sets} sets, a window of {window}" + (", large scores" if large > 1 else "")
        check.close(answer[1], shares, f"the shares, {what}", atol=1e-3)
        check.close(answer[0], wanted, f"the answer, {what}", atol=1e-3 * np.abs(wanted).max())


@questions.ask("q2", points=3, read="08a_compression.ipynb#a-zero-point-for-what-is-never-negative")
def to_int8(student, rng):
    n = 40
    odd, start = 2 * int(rng.integers(20, 100)) + 1, float(rng.uniform(2, 9))
    twice = np.append(rng.integers(-odd, 255 - odd, n - 2), [-odd - 0.5, 254.5 - odd]) / 64  # steps of 1/64
    columns = {
        "both signs": rng.normal(rng.uniform(-0.5, 0.5), 1, n),
        "small weights": rng.normal(0, 1e-3, n),
        "large weights": rng.normal(0, 40, n),
        "weights above 0 only": start + rng.uniform(0, 1, n),
        "weights below 0 only": -start - rng.uniform(0, 1, n),
        "an end that is rounded twice": twice,
        "nothing but 0": np.zeros(n),
        "mostly 0": rng.normal(1, 1, n) * (rng.random(n) < 0.4),
        "one large weight": np.append(rng.normal(0, 0.1, n - 1), rng.uniform(3, 9)),
    }
    order = rng.permutation(len(columns))
    names = np.array(list(columns))[order]
    weights = np.stack([rng.permutation(columns[name]) for name in names], axis=1)
    answer = _parts(student.to_int8(weights), 3, "the whole numbers, the scales and the zeros")
    whole = check.shape(answer[0], weights.shape, "the whole numbers")
    check.true(whole.dtype == np.int8, f"the whole numbers are of type {whole.dtype}, not int8")
    scale, zero = (
        check.shape(part, (len(names),), what) for part, what in zip(answer[1:], ("scales", "zeros"), strict=True)
    )
    for name, column, stored, step, origin in zip(names, weights.T, whole.T, scale, zero, strict=True):
        bottom, top = min(0.0, *column), max(0.0, *column)
        check.close(step, (top - bottom) / 255 if top > bottom else 1, f"{name}: the scale", atol=0)
        check.true(np.isfinite(origin) and float(origin) == round(float(origin)), f"{name}: the zero is not whole")
        check.true(-128 <= origin <= 127, f"{name}: the zero, {origin:g}, is out of the reach of eight bits")
        back = float(step) * (stored.astype(float) - float(origin))
        off = np.max(np.abs(back - column)) / float(step)
        check.true(off <= 0.5 + 1e-4, f"{name}: a weight comes back off by {off:.3g} steps")
        check.true(not back[column == 0].any(), f"{name}: a weight of 0 does not come back as 0")


@questions.ask("q3", points=2, read="08a_compression.ipynb#the-best-matrix-of-rank-r")
def thin_factors(student, rng):
    for n, m, decay, share in ((9, 14, 0.7, 0.9), (16, 6, 0.6, 0.97), (11, 11, 0.9, 0.5), (8, 20, 1.0, 0.999)):
        while True:  # spectra in which rounding can't decide the rank
            weights = rng.normal(size=(n, m)) * decay ** np.arange(m) @ rng.normal(size=(m, m))
            squares, directions = np.linalg.eigh(weights.T @ weights)
            squares, directions = squares[::-1].clip(0), directions[:, ::-1]
            kept = [sum(squares[:rank]) / np.sum(weights**2) for rank in range(1, min(n, m) + 1)]
            if min(abs(one - share) for one in kept) > 1e-4:
                break
        rank = 1 + sum(one < share for one in kept)
        answer = _parts(student.thin_factors(weights, share), 3, "two factors and a number")
        what = f"a matrix of {n} × {m}, share {share}"
        first, second = (check.array(factor, f"{what}: a factor") for factor in answer[:2])
        check.true(first.ndim == second.ndim == 2, f"{what}: the factors are not matrices")
        fit = first.shape == (n, first.shape[1]) and second.shape == (first.shape[1], m)
        check.true(fit, f"{what}: factors of shapes {first.shape} and {second.shape} came")
        check.true(first.shape[1] >= rank, f"{what}: rank {first.shape[1]} keeps less than the share")
        check.true(first.shape[1] <= rank, f"{what}: a lower rank than {first.shape[1]} keeps the share")
        best = weights @ directions[:, :rank] @ directions[:, :rank].T
        check.close(first @ second, best, f"{what}: the product of the factors", atol=1e-4 * np.abs(weights).max())
        check.close(answer[2], n * m / (rank * (n + m)), f"{what}: how many times fewer numbers")


@questions.ask("q4", points=2, read="08b_interpretability.ipynb#integrated-gradients")
def credits_by_path(student, rng):
    for n, features, hidden, steps in ((3, 5, 6, 4), (1, 3, 4, 1), (4, 2, 7, 7), (2, 6, 5, 40)):
        network = rng.normal(size=(features, hidden)), rng.normal(size=hidden), rng.normal(size=hidden)
        x, baseline = rng.normal(size=(n, features)), rng.normal(size=features)
        wanted = np.empty((n, features))
        for i, j in np.ndindex(n, features):
            total = 0.0
            for step in range(steps):
                place = baseline + (step + 0.5) / steps * (x[i] - baseline)
                ahead, behind = place.copy(), place.copy()
                ahead[j] += 1e-5
                behind[j] -= 1e-5
                rise = sum(
                    v * (math.tanh(w @ ahead + b) - math.tanh(w @ behind + b))
                    for w, b, v in zip(network[0].T, network[1], network[2], strict=True)
                )
                total += rise / 2e-5
            wanted[i, j] = (x[i, j] - baseline[j]) * total / steps
        answer = student.credits_by_path(x, baseline, network, steps)
        check.close(answer, wanted, f"the credits of {features} features, {steps} steps", atol=1e-5)


@questions.ask("q5", points=2, read="08c_learning_with_few_labels.ipynb#who-belongs-to-whom")
def contrastive_loss(student, rng):
    for n, d, temperature, noise in ((5, 8, 0.5, 1.0), (9, 3, 0.2, 0.3), (4, 6, 1.5, 2.0), (6, 4, 0.001, 1.0)):
        first = rng.normal(size=(n, d)) * rng.uniform(0.5, 3, (n, 1))
        second = (first + noise * rng.normal(size=(n, d))) * rng.uniform(0.5, 3, (n, 1))
        views = [row / math.sqrt(sum(row**2)) for row in (*first, *second)]
        losses = []
        for i in range(2 * n):
            logits = {j: float(views[i] @ views[j]) / temperature for j in range(2 * n) if j != i}
            largest = max(logits.values())
            log_sum = largest + math.log(sum(math.exp(logit - largest) for logit in logits.values()))
            losses.append(log_sum - logits[(i + n) % (2 * n)])
        loss = check.shape(student.contrastive_loss(first, second, temperature), (), "one loss")
        check.close(loss, sum(losses) / (2 * n), f"{n} pictures at a temperature of {temperature}", rtol=1e-4)


@questions.ask("q6", points=2, read="08d_privacy.ipynb#clip-and-add-noise")
def private_gradient(student, rng):
    shapes = [(3, 2), (4,), (2, 2, 3)]
    for n, expected, bound, multiplier in (
        (12, 9, 2.5, 0.8),
        (7, 10, 0.4, 1.3),
        (1, 4, 1.0, 0.0),
        (0, 6, 1.5, 1.1),
    ):
        gradients = [rng.normal(size=(n, *shape)) for shape in shapes]
        for patient in range(n):  # long and short in turn, and one with nothing to learn
            length = math.sqrt(sum(float(np.sum(layer[patient] ** 2)) for layer in gradients))
            new = 0 if patient == 3 else bound * rng.uniform(*((0.2, 0.8) if patient % 2 else (1.2, 4)))
            for layer in gradients:
                layer[patient] *= new / length
        noise = [rng.normal(size=shape) for shape in shapes]
        wanted = [multiplier * bound * layer / expected for layer in noise]
        for patient in range(n):
            flat = np.concatenate([layer[patient].ravel() for layer in gradients])
            length = math.sqrt(sum(flat**2))
            for total, layer in zip(wanted, gradients, strict=True):
                total += layer[patient] * (bound / length if length > bound else 1) / expected
        answer = _parts(student.private_gradient(gradients, bound, noise, multiplier, expected), 3, "three layers")
        for place, (layer, total) in enumerate(zip(answer, wanted, strict=True), 1):
            check.close(layer, total, f"{n} patients drawn, {expected} expected: layer {place}", atol=1e-5)


@questions.ask("q7", points=2, read="08e_fairness_and_energy.ipynb#the-audit")
def three_gaps(student, rng):
    for least in (6, 3, 9):
        names = ["1", "11", "2", "4"], ["12", "2", "3"]  # glued together, two pairs look alike
        names = [rng.permutation(list(texts)).tolist() for texts in names]
        deserve = rng.integers(least + 2, 3 * least + 12, (4, 3))
        got = np.round(deserve * rng.uniform(0.3, 0.85, (4, 3))).astype(int)
        row, column = ({name: k for k, name in enumerate(texts)} for texts in names)
        deserve[row["1"], column["12"]] = got[row["1"], column["12"]] = least  # just enough, and all of them got it
        deserve[row["2"], column["3"]], got[row["2"], column["3"]] = least - 1, 0  # not enough, and none got it
        deserve[row["4"]], got[row["4"]] = [least - 2, 1, 0], 0  # one of the groups is small as a whole
        people = []
        for i, j in np.ndindex(4, 3):
            people += [(1, k < got[i, j], names[0][i], names[1][j]) for k in range(deserve[i, j])]
            others, lucky = int(rng.integers(least, 3 * least)), rng.uniform(0, 0.6)
            people += [(0, rng.random() < lucky, names[0][i], names[1][j]) for _ in range(others)]
        labels, decisions, first, second = zip(*(people[k] for k in rng.permutation(len(people))), strict=True)
        wanted = []
        for axis in (1, 0, ()):
            enough = deserve.sum(axis=axis) >= least
            shares = got.sum(axis=axis)[enough] / deserve.sum(axis=axis)[enough]
            wanted.append(shares.max() - shares.min())
        arrays = np.array(labels), np.array(decisions, dtype=int)
        answer = student.three_gaps(*arrays, list(first), list(second), least)
        answer = check.shape(answer, (3,), "three gaps")
        for gap, right, what in zip(answer, wanted, ("first", "second", "crossed"), strict=True):
            check.close(gap, right, f"at least {least} who deserve it: the gap between the {what} groups")
        nobody = student.three_gaps(*arrays, list(first), list(second), len(people))
        check.close(check.shape(nobody, (3,), "three gaps"), np.zeros(3), "the gaps when no group counts")


@questions.ask("q8", points=2, read="08e_fairness_and_energy.ipynb#a-meter")
def energy_above_idle(student, rng):
    for times, packages in ((6, 1), (9, 2), (30, 3), (2, 2)):
        seconds = 1e4 * rng.random() + 100 + np.cumsum(rng.uniform(0.5, 30, times))
        wraps_at = int(rng.integers(3_000_000_000, 3_600_000_000))
        watts = rng.uniform(20, 95, (times - 1, packages))
        seconds[0], watts[0] = seconds[1] - 29, rng.uniform(70, 95, packages)  # two together go round the clock
        counts = [[int(rng.integers(wraps_at)) for _ in range(packages)]]
        counts[0][-1] = wraps_at - int(rng.integers(1, 9_000_000))  # wraps in the first piece of time
        used = 0
        for pause, row in zip(np.diff(seconds), watts, strict=True):
            spent = [int(pause * watt * 1e6) for watt in row]  # below 3,000 joules: never round the clock
            used += sum(spent)
            counts.append([(count + more) % wraps_at for count, more in zip(counts[-1], spent, strict=True)])
        idle, grams = float(rng.uniform(3, 15)), float(rng.uniform(20, 800))
        joules = used / 1_000_000 - idle * float(seconds[-1] - seconds[0])
        answer = student.energy_above_idle(seconds, np.array(counts), wraps_at, idle, grams)
        answer = check.shape(answer, (3,), "joules, kWh and grams")
        what = f"{times} readings of {packages} packages"
        check.close(answer[0], joules, f"{what}: joules", rtol=1e-4)
        check.close(answer[1], joules / 3_600_000, f"{what}: kilowatt-hours", rtol=1e-4, atol=0)
        check.close(answer[2], joules / 3_600_000 * grams, f"{what}: grams", rtol=1e-4, atol=0)


questions.by_hand("q9", points=2, read=f"{MAP}#rules")
