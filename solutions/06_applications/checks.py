"""The trusted checks of the exercises for chapter 6."""

import functools
import math

import numpy as np

from dlcourse.grading import check

MAP = "06_applications.ipynb"
questions = check.Questions("06_applications")


def _parts(answer, count, what):
    check.true(isinstance(answer, tuple | list | np.ndarray) and len(answer) == count, f"{what} are expected")
    return answer


@questions.ask("q1", points=2, read="06a_vision.ipynb#a-u-net")
def receptive_field(student, rng):
    drawn = [
        [(int(rng.integers(1, 8)), int(rng.integers(1, 4))) for _ in range(rng.integers(1, 7))] for _ in range(6)
    ]
    fixed = [[], [(1, 2), (3, 1)], [(int(rng.integers(2, 6)), 2), (int(rng.integers(2, 6)), 3), (3, 1)]]
    for stages in drawn + fixed:
        edges = []
        for place in (0, 1):  # backwards: which places of the stage before does a place take in?
            first = last = place
            for window, stride in reversed(stages):
                first, last = first * stride, last * stride + window - 1
            edges.append((first, last))
        answer = check.shape(student.receptive_field(stages), (2,), "field and step")
        check.close(answer[0], edges[0][1] - edges[0][0] + 1, f"the field of {stages}", rtol=0, atol=0.1)
        check.close(answer[1], edges[1][0] - edges[0][0], f"the step of {stages}", rtol=0, atol=0.1)


def _iou_by_pixels(one, other):
    down, across = np.mgrid[0:90, 0:90]
    inside = [(down >= t) & (down < b) & (across >= lt) & (across < r) for t, lt, b, r in (one, other)]
    return np.sum(inside[0] & inside[1]) / np.sum(inside[0] | inside[1])


@questions.ask("q2", points=3, read="06a_vision.ipynb#find-it-a-frame-in-a-larger-picture")
def keep_frames(student, rng):
    y, x = (int(n) for n in rng.integers(0, 20, 2))
    chain = [[0, 0, 10, 30], [0, 10, 10, 40], [0, 20, 10, 50]]  # IoU 1/2, 1/2, and 1/5 between first and last
    cases = {
        "a frame that overlaps only with a dropped one": (chain, [0.9, 0.8, 0.7], 0.4),
        "an IoU just at the limit": ([[0, 0, 8, 8], [0, 0, 8, 4]], [0.9, 0.8], 0.5),
        "two frames apart, one below and to the right": ([[0, 0, 8, 8], [12, 12, 20, 20]], [0.3, 0.4], 0.05),
        "a small frame inside a large one": ([[0, 0, 40, 40], [10, 10, 20, 20]], [0.3, 0.4], 0.3),
        "flat frames beside each other": ([[0, 0, 6, 40], [0, 20, 6, 60]], [0.2, 0.1], 0.25),
        "the lowest score first": ([[0, 0, 10, 10], [1, 1, 11, 11], [30, 0, 40, 10]], [0.1, 0.2, 0.3], 0.3),
        "more than a third in common": ([[0, 0, 10, 10], [0, 5, 10, 15]], [0.5, 0.6], 0.3),
    }
    cases = {what: (np.add(frames, [y, x, y, x]), scores, limit) for what, (frames, scores, limit) in cases.items()}
    for n in (12, 30):
        corners = rng.integers(0, 40, (n, 2))
        frames = np.concatenate([corners, corners + rng.integers(6, 40, (n, 2))], axis=1)
        cases[f"{n} frames drawn by lot"] = (frames, rng.permutation(n) / n, float(rng.uniform(0.15, 0.4)))
    for what, (frames, scores, limit) in cases.items():
        order = rng.permutation(len(frames))
        frames, scores = frames[order], np.array(scores)[order]
        wanted = []
        for place in sorted(range(len(frames)), key=lambda place: -scores[place]):
            if all(_iou_by_pixels(frames[place], frames[kept]) <= limit for kept in wanted):
                wanted.append(place)
        answer = check.array(student.keep_frames(frames.astype(float), scores, limit), "the places")
        check.true(answer.ndim == 1, f"{what}: a row of places is expected")
        missing, false = set(wanted) - set(answer.tolist()), set(answer.tolist()) - set(wanted)
        check.true(not missing, f"{what}: {len(missing)} of {len(wanted)} frames to keep are dropped")
        check.true(not false, f"{what}: {len(false)} frames to drop are kept")
        check.true(answer.tolist() == wanted, f"{what}: the places are not in the order of the scores")
    check.shape(student.keep_frames(np.zeros((0, 4)), np.zeros(0), 0.5), (0,), "places when there is no frame")


@questions.ask("q3", points=2, read="06b_language.ipynb#temperature")
def nucleus(student, rng):
    n = 12
    for spread, temperature, share in ((2, 1, 0.9), (2, 0.5, 0.6), (1, 2, 0.8), (2, 1.5, 1.0), (3, 1, 0.01)):
        logits, wanted = np.empty((5, n)), np.zeros((5, n))
        for row in range(5):
            while True:  # rows in which rounding can't decide who is in
                logits[row] = rng.normal(0, spread, n)
                if row == 0:
                    logits[row] *= 0.1  # a flat row, of which many are needed
                top = max(logits[row])
                weights = [math.exp((z - top) / temperature) for z in logits[row]]
                falling = sorted(range(n), key=lambda place: -weights[place])
                sums = np.cumsum([weights[place] for place in falling]) / sum(weights)
                if share == 1 or np.abs(sums - share).min() > 1e-3:
                    break
            count = n if share == 1 else int(np.sum(sums < share)) + 1
            for place in falling[:count]:
                wanted[row, place] = weights[place] / sum(weights[other] for other in falling[:count])
        logits += rng.integers(-4000, 4000, (5, 1))  # a constant changes nothing but the rounding in 32 bits
        answer = student.nucleus(logits, temperature, share)
        check.close(answer, wanted, f"temperature {temperature}, share {share}", atol=2e-3)


@questions.ask("q4", points=3, read="06b_language.ipynb#encoder-attention-decoder")
def attend(student, rng):
    for d, units, size in ((5, 3, 1.0), (2, 4, 1.0), (7, 2, 40.0)):
        time = 6
        queries, keys = size * rng.normal(size=(2, 4, time, d))
        values = rng.normal(size=(4, time, units))
        front, behind = (int(cut) for cut in rng.integers(1, time - 1, 2))
        real = np.full((4, time), True)
        real[0, :front], real[1, behind:] = False, False
        real[2] = rng.permutation(np.arange(time) < 4)
        seen, shares = np.zeros((4, time, units)), np.zeros((4, time, time))
        for i, t in np.ndindex(4, time):
            places = [s for s in range(t + 1) if real[i, s]]
            scores = [sum(queries[i, t] * keys[i, s]) / math.sqrt(d) for s in places]
            weights = [math.exp(score - max(scores)) for score in scores]
            for s, weight in zip(places, weights, strict=True):
                shares[i, t, s] = weight / sum(weights)
                seen[i, t] += shares[i, t, s] * values[i, s]
        answer = _parts(student.attend(queries, keys, values, real), 2, "what is seen and the shares")
        kinds = ("filled in front", "filled behind", "with gaps", "without filling")
        what = f"d = {d}" + (", large scores" if size > 1 else "")
        got = [
            check.shape(part, part_wanted.shape, name)
            for part, part_wanted, name in zip(answer, (seen, shares), ("what is seen", "the shares"), strict=True)
        ]
        for i in (3, 1, 2, 0):
            check.close(got[1][i], shares[i], f"the shares, a sentence {kinds[i]}, {what}", atol=1e-3)
            check.close(got[0][i], seen[i], f"what is seen, a sentence {kinds[i]}, {what}", atol=1e-3)


@questions.ask("q5", points=2, read=f"{MAP}#frequencies-over-time")
def read_frames(student, rng):
    symbols, frames = int(rng.integers(5, 9)), 24
    texts, paths, lengths = [], [], []
    for kind in ("double", "comes back", "nothing", "none are real", "long", "drawn", "drawn", "drawn"):
        a, b, last = (int(symbol) for symbol in [*rng.permutation(np.arange(1, symbols - 1))[:2], symbols - 1])
        runs = {
            "double": [(0, 2), (a, 3), (0, 1), (a, 2), (last, 2)],
            "comes back": [(a, 2), (b, 1), (a, 3), (last, 1), (0, 2)],
            "nothing": [(0, 9)],
            "none are real": [],
            "long": [(last, 5), (0, 3), (b, 4), (a, 1), (0, 1), (a, 6)],
        }.get(kind)
        if runs is None:
            runs, before = [], None
            while sum(length for _, length in runs) < 14:
                symbol = int(rng.choice([s for s in range(symbols) if s != before]))
                runs, before = [*runs, (symbol, int(rng.integers(1, 4)))], symbol
        texts.append([symbol for symbol, _ in runs if symbol])
        path = [symbol for symbol, length in runs for _ in range(length)]
        lengths.append(len(path))
        filling = rng.integers(1, symbols, frames - len(path))  # never blank: it must not be read
        paths.append([*path, *filling.tolist()])
    logits = rng.normal(size=(len(paths), frames, symbols))
    tops = logits.max(axis=2) + rng.uniform(0.2, 1, logits.shape[:2])
    np.put_along_axis(logits, np.array(paths)[..., None], tops[..., None], axis=2)
    logits += rng.uniform(-9, 3, (len(paths), frames, 1))  # sizes of logits mean nothing: only their order does
    order = rng.permutation(len(paths))
    answers = _parts(student.read_frames(logits[order], np.array(lengths)[order]), len(paths), "eight texts")
    for place, answer in zip(order, answers, strict=True):
        read = check.array(answer, "a text")
        check.true(read.ndim == 1, "a list of symbols is expected for each recording")
        off = f"a text of {len(texts[place])} sounds, read from {lengths[place]} frames, came out with {len(read)}"
        check.true(len(read) == len(texts[place]), off)
        check.true(read.tolist() == texts[place], f"a text of {len(read)} sounds has other symbols")


def _fewest(u, v):
    @functools.cache
    def rest(i, j):
        if i == len(u) or j == len(v):
            return len(u) - i + len(v) - j
        return min(rest(i + 1, j) + 1, rest(i, j + 1) + 1, rest(i + 1, j + 1) + (u[i] != v[j]))

    return rest(0, 0)


WORDS = ["turn", "the", "light", "on", "off", "please", "call", "my", "sister", "what", "time", "now", "yes"]


def _spoil(words, count, rng):
    """Other words in ``count`` places."""
    words = list(words)
    for place in rng.choice(len(words), count, replace=False):
        words[place] = str(rng.choice([word for word in WORDS if word != words[place]]))
    return words


def _dress(words, rng):
    """Words as they are written down: a capital letter and a sign here and there."""
    cases = [word.capitalize() if rng.random() < 0.4 else word for word in words]
    return " ".join(word + str(rng.choice(["", "", "", ".", ",", "!", "?"])) for word in cases)


@questions.ask("q6", points=2, read=f"{MAP}#how-speech-is-measured")
def hardest_group(student, rng):
    for silence in (True, False, bool(rng.random() < 0.5)):
        short, hard, easy, silent = (f"group {letter}" for letter in rng.permutation(list("ABCD")))
        spoken = []  # of each recording: the group, what was said, what was written
        for group, lengths, wrong in (
            (short, (20, 22, 1, 1, 1), (1, 1, 1, 1, 1)),  # the mean of its rates is the highest, its rate is not
            (hard, (9, 10, 11), (4, 4, 4)),
            (easy, (12, 6), (1, 0)),
            (silent, (10, 12), (2, 2)),
        ):
            for length, count in zip(lengths, wrong, strict=True):
                said = rng.choice(WORDS, length).tolist()
                spoken.append([group, said, _spoil(said, count, rng)])
        spoken[5][2] = spoken[5][2][:-3]  # words left out
        spoken[8][2] = spoken[8][2] + rng.choice(WORDS, 5).tolist()  # words made up
        if silence:  # nobody speaks, and what is made up makes this group the hardest
            spoken.append([silent, [], rng.choice(WORDS, 11).tolist()])
        spoken.append([easy, [], []])
        wrong, words = {}, {}
        for group, said, heard in spoken:
            wrong[group] = wrong.get(group, 0) + _fewest(tuple(heard), tuple(said))
            words[group] = words.get(group, 0) + len(said)
        rates = sorted(((wrong[group] / words[group], group) for group in wrong), reverse=True)
        order = rng.permutation(len(spoken))
        groups, said, written = zip(*(spoken[place] for place in order), strict=True)
        said, written = ([_dress(words, rng) for words in texts] for texts in (said, written))
        answer = _parts(student.hardest_group(written, said, list(groups)), 3, "a group and two rates")
        check.true(str(answer[0]) == rates[0][1], "the group with the highest rate is another one")
        check.close(answer[1], rates[0][0], "the rate of that group")
        check.close(answer[2], sum(wrong.values()) / sum(words.values()), "the rate over all recordings")


@questions.ask("q7", points=2, read="06d_recommendation.ipynb#matrix-factorisation")
def factor_step(student, rng):
    for n, num_users, num_items, k, penalty in ((30, 8, 9, 3, 0.05), (12, 20, 4, 2, 0.2), (1, 3, 3, 4, 0.1)):
        p, q = rng.normal(size=(num_users, k)), rng.normal(size=(num_items, k))
        users, items = rng.integers(0, num_users, n), rng.integers(0, num_items, n)
        if n > 1:
            users[:2], items[-2:] = users[0], items[-1]  # somebody rates twice, something is rated twice
        ratings, rate = 2 * rng.normal(size=n), float(rng.uniform(0.2, 0.6))
        wanted_p, wanted_q = (1 - 2 * rate * penalty) * p, (1 - 2 * rate * penalty) * q
        for user, item, rating in zip(users, items, ratings, strict=True):
            error = float(p[user] @ q[item]) - rating
            wanted_p[user] -= rate * 2 * error / n * q[item]
            wanted_q[item] -= rate * 2 * error / n * p[user]
        answer = student.factor_step(p, q, users, items, ratings, rate, penalty)
        answer = _parts(answer, 2, "p and q after the step")
        check.close(answer[0], wanted_p, f"p after a step with {n} ratings", atol=1e-5)
        check.close(answer[1], wanted_q, f"q after a step with {n} ratings", atol=1e-5)


def _ndcg(gains, scores, known, k):
    values = []
    for user in range(len(gains)):
        shown = [item for item in range(gains.shape[1]) if not known[user, item]]
        ours = sorted(shown, key=lambda item: -scores[user, item])
        best = sorted(shown, key=lambda item: -gains[user, item])
        got, most = (
            sum(gains[user, item] / math.log2(place + 2) for place, item in enumerate(order[:k]))
            for order in (ours, best)
        )
        if most > 0:
            values.append(got / most)
    return sum(values) / len(values)


@questions.ask("q8", points=2, read=f"{MAP}#how-recommendation-is-measured")
def ndcg(student, rng):
    for k, num_items, share_known in ((3, 12, 0.3), (8, 10, 0.6), (1, 6, 0.2), (15, 9, 0.3)):
        n = 40
        gains = rng.choice([0, 0, 1, 2, 3], (n, num_items)) * rng.choice([0.5, 1, 2], (n, 1))
        scores = rng.normal(-3, 1, (n, num_items)) + 0.4 * gains
        known = rng.random((n, num_items)) < share_known
        scores += 2 * known  # what one knows, one liked: it would stand on top
        gains[:6] = 0  # nothing to gain
        gains[6:9] *= known[6:9]  # nothing to gain but from what is known
        gains[10], known[10, :2], known[10, 2:] = 1 + np.arange(num_items), True, False
        answer = student.ndcg(gains, scores, known, k)
        check.close(
            check.shape(answer, (), "NDCG"), _ndcg(gains, scores, known, k), f"NDCG at {k} of {num_items} items"
        )


questions.by_hand("q9", points=2, read=f"{MAP}#how-speech-is-measured")
