"""The trusted checks of the exercises for chapter 5."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from dlcourse.data.digits import make_digits
from dlcourse.grading import check

CHAPTER = "05_mnist_project.ipynb"
questions = check.Questions("05_mnist_project")


@questions.ask("q1", points=2, read=f"{CHAPTER}#the-network")
def count_parameters(student, rng):
    for _ in range(4):
        side, window, filters, hidden = (int(rng.integers(*of)) for of in ((9, 40), (2, 6), (2, 50), (2, 200)))
        pooled = (side - window + 1) // 2
        total = (window**2 + 1) * filters + (pooled**2 * filters + 1) * hidden + (hidden + 1) * 10
        answer = student.count_parameters(side, window, filters, hidden)
        check.close(
            answer, total, f"{filters} windows of {window} × {window} on a side of {side}", rtol=0, atol=0.5
        )
    even = student.count_parameters(12, 4, 3, 5)  # a side of 9 is left: pooling drops a row and a column
    check.close(even, 17 * 3 + (16 * 3 + 1) * 5 + 60, "a side that pooling does not divide", rtol=0, atol=0.5)


@questions.ask("q2", points=2, read=f"{CHAPTER}#training")
def shuffled(student, rng):
    labels = rng.permutation(200)
    images = labels[:, None, None] * np.ones((1, 3, 3))
    seed = int(rng.integers(1_000_000))
    new_images, new_labels = student.shuffled(images, labels, seed)
    check.shape(new_images, images.shape, "the shuffled images")
    check.shape(new_labels, labels.shape, "the shuffled labels")
    check.true(np.array_equal(np.sort(new_labels), np.arange(200)), "some labels are lost or doubled")
    check.true(np.array_equal(new_images[:, 0, 0], new_labels), "images and labels no longer belong together")
    check.true(np.mean(new_labels == labels) < 0.2, "the order is nearly the old one")
    again, other = student.shuffled(images, labels, seed)[1], student.shuffled(images, labels, seed + 1)[1]
    check.true(np.array_equal(again, new_labels), "the same seed gives another order, or the arrays were changed")
    check.true(not np.array_equal(other, new_labels), "another seed gives the same order")


@questions.ask("q3", points=4, read="../book/data-digits.md#how-it-is-made")
def split_by_scan(student, rng):
    scans = rng.permutation(np.repeat(rng.choice(1_000, 60, replace=False), rng.integers(1, 9, 60)))
    train, test = (check.array(places, "the places") for places in student.split_by_scan(scans, 0.3, 1))
    check.true(
        np.array_equal(np.sort(np.concatenate([train, test])), np.arange(len(scans))),
        "a picture is on no side, or on both",
    )
    shared = np.intersect1d(scans[train], scans[test])
    check.true(len(shared) == 0, f"{len(shared)} of 60 scans are on both sides: that is leakage")
    check.true(
        16 <= len(np.unique(scans[test])) <= 20,
        f"{len(np.unique(scans[test]))} of 60 scans are for testing; about 0.3 of them were asked for",
    )
    other = check.array(student.split_by_scan(scans, 0.3, 2)[1], "the places")
    check.true(set(scans[other]) != set(scans[test]), "another seed chooses the same scans")


@questions.ask("q4", points=3, read=f"{CHAPTER}#which-digits-does-it-mix-up")
def commonest_mistake(student, rng):
    rare, read_as, common, other = rng.permutation(10)[:4]
    # Rare digit: 6 of 10 wrong. Common digit: 20 of 100 wrong, more in number, less in share.
    labels = np.concatenate([np.full(10, rare), np.full(100, common)])
    predictions = np.concatenate([np.full(6, read_as), np.full(4, rare), np.full(20, other), np.full(80, common)])
    order = rng.permutation(110)
    answer = student.commonest_mistake(labels[order], predictions[order])
    true, said, share = (float(check.array(part, "the answer")) for part in answer)
    check.true(true == rare, "the true digit is another one: most often relative to how often the digit occurs?")
    check.true(said == read_as, "the digit that it is read as is another one")
    check.close(share, 0.6, "the share")


@questions.ask("q5", points=3, read=f"{CHAPTER}#an-accuracy-and-its-uncertainty")
def pictures_needed(student, rng):
    for _ in range(5):
        accuracy, half_width = float(rng.uniform(0.6, 0.99)), float(rng.uniform(0.002, 0.03))
        n = float(check.array(student.pictures_needed(accuracy, half_width), "the number of pictures"))
        check.true(n == round(n) >= 1, "the number of pictures is not whole")
        spread = 1.96 * np.sqrt(accuracy * (1 - accuracy))
        check.true(spread / np.sqrt(n) <= half_width * (1 + 1e-9), "the number of pictures is not enough")
        check.true(n == 1 or spread / np.sqrt(n - 1) > half_width * (1 - 1e-9), "fewer pictures would be enough")


@questions.ask("q6", points=4, read=f"{CHAPTER}#a-better-design")
def read_digits(student, rng):
    x_train, y_train, x_test, y_test = make_digits()
    train, test = rng.permutation(len(x_train))[:2_000], rng.permutation(len(x_test))[:1_000]
    answer = student.read_digits(x_train[train], y_train[train], x_test[test])
    check.shape(answer, (1_000,), "the digits that the network reads")
    linear = LogisticRegression(max_iter=200, tol=0.01)
    linear.fit(x_train[train].reshape(2_000, -1) / 255, y_train[train])
    mistakes_linear = 1 - linear.score(x_test[test].reshape(1_000, -1) / 255, y_test[test])
    mistakes = np.mean(answer != y_test[test])
    said = (
        f"{mistakes:.1%} mistakes; logistic regression makes {mistakes_linear:.1%}, and at most half was asked for"
    )
    check.true(mistakes <= mistakes_linear / 2, said)


questions.by_hand("q7", points=2, read=f"{CHAPTER}#an-accuracy-and-its-uncertainty")
