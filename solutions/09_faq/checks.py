"""The trusted checks of the exercises for chapter 9."""

import math

import numpy as np

from dlcourse.grading import check

CHAPTER = "09_faq.ipynb"
questions = check.Questions("09_faq")


def _parts(answer, count, what):
    check.true(isinstance(answer, tuple | list | np.ndarray) and len(answer) == count, f"{what} are expected")
    return answer


@questions.ask("q1", points=2, read=f"{CHAPTER}#five-strategies-one-budget")
def rates_at(student, rng):
    for warm_up, total in ((int(rng.integers(5, 20)), int(rng.integers(50, 90))), (0, 37), (1, 12), (30, 31)):
        top, bottom = float(rng.uniform(0.1, 2)), float(rng.uniform(0.001, 0.05))
        places = {
            "in the warm-up": np.arange(warm_up),
            "after the warm-up": np.arange(warm_up, total),
            "after the end": total + rng.integers(0, total, 8),
        }
        steps = rng.permutation(np.concatenate(list(places.values())))
        answer = check.shape(student.rates_at(steps, warm_up, total, top, bottom), steps.shape, "the rates")
        for where, those in places.items():
            chosen = np.isin(steps, those)
            wanted = []
            for step in steps[chosen].tolist():
                if step < warm_up:
                    wanted.append((step + 1) * top / warm_up)
                else:
                    way = min(step + 1 - warm_up, total - warm_up) / (total - warm_up)
                    wanted.append(bottom + (top - bottom) * math.cos(math.pi * way / 2) ** 2)
            what = f"{total} steps, {warm_up} of them warm-up: the rates {where}"
            check.close(answer[chosen], np.array(wanted), what, atol=1e-5)


def _smooth(losses, beta):
    """Weighted means of all losses so far, up to the blow-up; None if it hangs by a hair."""
    values = []
    for count in range(1, len(losses) + 1):
        if not np.isfinite(losses[count - 1]):
            break
        weights = beta ** np.arange(count)[::-1]
        value = float(weights @ losses[:count] / weights.sum())
        if values and abs(value / min(values) - 4) < 0.05:
            return None
        if values and value > 4 * min(values):
            break
        values.append(value)
    return np.array(values)


@questions.ask("q2", points=3, read=f"{CHAPTER}#a-range-test")
def steepest_rate(student, rng):
    for beta, end in ((0.6, "falls again"), (0.8, "inf"), (0.3, "nan"), (0.7, "none"), (0.75, "rises a little")):
        n = 36
        while True:  # curves on which the steepest place does not hang by a hair
            logs = np.cumsum(rng.choice([0.1, 0.3, 0.8], n)) - 12
            middle = logs[int(rng.integers(12, 20))]
            losses = 0.4 + 2 / (1 + np.exp(2.5 * (logs - middle))) + 0.05 * rng.normal(size=n)
            if end == "falls again":
                losses[26:32] += 20 * rng.uniform(1, 2, 6)
                losses[32:] = 0.05
            elif end == "rises a little":  # above four times the smallest value, below four times the first
                losses[26:32], losses[32:] = rng.uniform(4, 5, 6), 0.05
            elif end != "none":
                losses[26:] *= np.linspace(1.2, 3, 10)
                losses[31] = float(end)
                losses[32:] = 0.05
            smooth = _smooth(losses, beta)
            if smooth is None or len(smooth) < 22:
                continue
            rates, count = np.exp(logs), len(smooth)
            slopes = [(smooth[i + 1] - smooth[i - 1]) / (logs[i + 1] - logs[i - 1]) for i in range(1, count - 1)]
            place, ranked = 1 + int(np.argmin(slopes)), sorted(slopes)
            others = (  # places that other readings of the curve would choose
                int(np.argmin(smooth)),
                int(np.argmin(np.diff(smooth))),
                1 + int(np.argmin(smooth[2:] - smooth[:-2])),
                1 + int(np.argmin((smooth[2:] - smooth[:-2]) / (rates[2:count] - rates[: count - 2]))),
            )
            if ranked[0] < 1.02 * ranked[1] < 0 and place not in others:
                break
        answer = _parts(student.steepest_rate(rates, losses, beta), 2, "a rate and the smooth values")
        what = f"beta = {beta}" + {
            "none": "",
            "falls again": ", a loss that blows up",
            "rises a little": ", a loss that rises above four times its smallest",
        }.get(end, f", a loss of {end}")
        check.close(answer[1], smooth, f"{what}: the smooth values that count", rtol=1e-4)
        rate = check.shape(answer[0], (), f"{what}: the rate")
        check.true(math.isclose(float(rate), rates[place], rel_tol=1e-4), f"{what}: another rate is the steepest")


@questions.ask("q3", points=3, read="../book/glossary.md#early-stopping")
def early_stop(student, rng):
    """Losses and differences are multiples of 1/64, so that "by exactly min_delta" is exact."""
    cases = {  # in 64ths
        "falls slowly": ([100 - 2 * epoch for epoch in range(12)], 3, 3),
        "falls slowly, then by steps of min_delta": ([90, 88, 86, 83, 80, 77, 77, 77, 77, 77], 3, 4),
        "falls below the best by a little": ([90, 60, 70, 58, 70, 59, 70, 70], 4, 5),
        "comes back from a peak": ([60, 50, 90, 80, 70, 60, 55, 52, 40], 4, 0),
        "stays where it is": ([50] * 7, 3, 0),
        "is out of patience at the very end": ([50, 40, 45, 45], 2, 1),
        "has one epoch": ([50], 2, 0),
        "is nan now and then": ([50, math.nan, 40, math.nan, 45, 30, math.nan, math.nan, 20, 10], 2, 2),
    }
    for patience in (1, 2, 3, 5, 4):
        drop = rng.integers(-6, 9, 40)
        cases[f"is drawn by lot, patience {patience}"] = (
            (1000 - np.cumsum(drop) + rng.integers(-5, 5, 40)).tolist(),
            patience,
            int(rng.integers(0, 6)),
        )
    for what, (losses, patience, min_delta) in cases.items():
        rise = 64 * int(rng.integers(0, 9))
        run, kept = len(losses), 1
        while True:  # from best epoch to best epoch
            later = [e for e in range(kept + 1, len(losses) + 1) if losses[e - 1] < losses[kept - 1] - min_delta]
            following = later[0] if later else math.inf
            if following > kept + patience:
                run = min(run, kept + patience)
                break
            kept = following
        answer = student.early_stop((np.array(losses, dtype=float) + rise) / 64, patience, min_delta / 64)
        answer = check.shape(answer, (2,), "two whole numbers")
        check.close(answer[0], run, f"a loss that {what}: the number of epochs", rtol=0, atol=0.1)
        check.close(answer[1], kept, f"a loss that {what}: the epoch that is kept", rtol=0, atol=0.1)


@questions.ask("q4", points=3, read=f"{CHAPTER}#two-processes-one-network")
def as_one_process(student, rng):
    for workers, idle, tight in ((4, 1, False), (8, 3, True), (3, 0, True), (2, 1, False), (5, 0, False)):
        sizes = rng.permutation([0] * idle + rng.integers(1, 12, workers - idle).tolist())
        sizes[np.argmax(sizes)] += 9  # never all alike
        n, features, units = int(sizes.sum()), 4, 3
        x, y = rng.normal(size=(n, features)), rng.normal(size=(n, units))
        W, b = rng.normal(size=(features, units)), rng.normal(size=units)
        worker = np.repeat(np.arange(workers), sizes)
        x += 0.5 * worker[:, None]  # the workers' examples differ
        per_example = 2 * (x @ W + b - y)
        sent = [np.full((workers, features, units), np.nan), np.full((workers, units), np.nan)]
        whole = [np.zeros((features, units)), np.zeros(units)]
        for k in range(workers):
            mine = worker == k
            if mine.any():
                sent[0][k] = x[mine].T @ per_example[mine] / mine.sum()
                sent[1][k] = per_example[mine].mean(axis=0)
        for row, error in zip(x, per_example, strict=True):
            whole[0] += np.outer(row, error) / n
            whole[1] += error / n
        length = math.sqrt(sum(float(np.sum(part**2)) for part in whole))
        bound = length * float(rng.uniform(0.1, 0.8) if tight else rng.uniform(1.02, 1.2))
        answer = _parts(student.as_one_process(sent, sizes, bound), 2, "two arrays")
        what = f"{workers} workers, {idle} without an example, a bound that is {'' if tight else 'not '}reached"
        for got, part, name in zip(answer, whole, ("first", "second"), strict=True):
            check.close(got, part * (bound / length if tight else 1), f"{what}: the {name} array", atol=1e-5)


@questions.ask("q5", points=3, read=f"{CHAPTER}#a-large-teacher-a-small-student")
def distil(student, rng):
    for n, classes, temperature, share, sure in (
        (4, 5, 3.0, 0.6, False),
        (1, 3, 0.5, 0.3, False),
        (6, 4, 8.0, 0.9, False),
        (5, 6, 2.0, 0.5, True),
    ):
        logits, teacher = rng.normal(size=(n, classes)), 2 * rng.normal(size=(n, classes))
        labels = rng.integers(0, classes, n)
        if sure:
            teacher *= 1500
            logits += rng.choice([-2000, 2000], (n, 1))
        loss, slope = 0.0, np.zeros((n, classes))
        for i in range(n):

            def probabilities(numbers, heat):
                weights = [math.exp((number - max(numbers)) / heat) for number in numbers]
                return [weight / math.fsum(weights) for weight in weights]

            p, q = probabilities(teacher[i], temperature), probabilities(logits[i], temperature)
            plain = probabilities(logits[i], 1)
            apart = math.fsum(a * math.log(a / b) for a, b in zip(p, q, strict=True) if a > 0)
            loss += (share * temperature**2 * apart - (1 - share) * math.log(plain[labels[i]])) / n
            for k in range(classes):
                slope[i, k] = share * temperature * (q[k] - p[k]) / n
                slope[i, k] += (1 - share) * (plain[k] - (k == labels[i])) / n
        answer = _parts(student.distil(logits, teacher, labels, temperature, share), 2, "a loss and its gradient")
        what = f"temperature {temperature}, share {share}" + (", large logits" if sure else "")
        check.close(check.shape(answer[0], (), "the loss"), loss, f"{what}: the loss", rtol=1e-4)
        check.close(answer[1], slope, f"{what}: the gradient", atol=1e-5)


@questions.ask("q6", points=2, read=f"{CHAPTER}#several-networks-at-once")
def best_remedy(student, rng):
    for seeds, helped in ((4, True), (5, True), (4, False)):
        luck = 0.05 * rng.normal(size=seeds)  # what a seed does to all runs
        luck -= luck.mean()
        luck *= 0.06 / luck.std()
        gain = float(rng.uniform(0.02, 0.025))
        remedies = {  # the mean gain and how many standard errors it is
            "helps": (gain, rng.uniform(2.3, 3)),
            "helps less, but surely": (0.6 * gain, rng.uniform(12, 20)),
            "gains more, but not quite surely": (1.3 * gain, rng.uniform(1.85, 1.95)),
            "gains most, by luck": (1.7 * gain, rng.uniform(1.2, 1.5)),
            "closes the gap": (-0.15, rng.uniform(3, 9)),
        }
        names = [name for name in rng.permutation(list(remedies)).tolist() if helped or "helps" not in name]
        valid = [0.7 + luck]
        for name in names:
            mean, errors = remedies[name]
            spread = rng.normal(size=seeds)
            spread = (spread - spread.mean()) / spread.std(ddof=1) * abs(mean) * math.sqrt(seeds) / errors
            valid.append(valid[0] + mean + spread)
        train = np.array(valid) + rng.uniform(0.05, 0.2, (len(valid), seeds))
        for row, name in enumerate(names, 1):
            if name == "closes the gap":
                train[row] = valid[row] + rng.uniform(-0.01, 0.01, seeds)
        answer = _parts(student.best_remedy(train, np.array(valid)), 2, "a row and the gaps")
        gaps = [sum(a - b for a, b in zip(*rows, strict=True)) / seeds for rows in zip(train, valid, strict=True)]
        check.close(answer[1], np.array(gaps), f"{seeds} seeds: the gaps")
        best = names.index("helps") + 1 if helped else 0
        row = float(check.shape(answer[0], (), "the row"))
        chosen = names[int(row) - 1] if row in range(1, len(names) + 1) else "no remedy"
        said = f"{seeds} seeds: a row was chosen, though none helps by two standard errors"
        check.true(helped or row == 0, said)
        check.true(row == best, f"{seeds} seeds: another row is the best; yours: {chosen}")


@questions.ask("q7", points=2, read=f"{CHAPTER}#the-input-prepared-meanwhile")
def epoch_seconds(student, rng):
    for buffer in (2, 0, 1, 3, 5):
        for kind in ("uneven", "slow to load", "slow to train"):
            n = 14
            load, step = rng.integers(1, 9, n), rng.integers(1, 9, n)
            load[rng.integers(buffer + 2, n, 2)] += 15  # two batches that a buffer may bridge
            step[rng.integers(0, n - 3, 2)] += 12
            load[1:] *= 1 + (kind == "slow to load")
            step *= 1 + (kind == "slow to train")
            now, waiting, done, left = 0, 0, 0, list(load)
            loading = training = 0  # seconds that are left
            steps = list(step)
            while done < n:  # second by second
                if training == 0 and waiting:
                    waiting -= 1
                    training = steps.pop(0)
                if loading == 0 and left and (waiting < buffer if buffer else not (waiting or training)):
                    loading = left.pop(0)
                now += 1
                if loading:
                    loading -= 1
                    waiting += loading == 0
                if training:
                    training -= 1
                    done += training == 0
            answer = check.shape(student.epoch_seconds(load * 0.5, step * 0.5, buffer), (), "the seconds")
            check.close(answer, now * 0.5, f"{n} batches, {kind}, buffer {buffer}: the seconds")


questions.by_hand("q8", points=2, read=f"{CHAPTER}#two-processes-one-network")
