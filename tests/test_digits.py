"""The embedded digits: the same everywhere, no scan on both sides, and near enough to MNIST to stand in for it."""

import hashlib
import runpy
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from dlcourse.data import digits

DIGEST = "6a44c3807c527a16fcdb6aae97581f18d568e40ae4e4f9fa9cee15f75cc48a1e"
BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "mnist.py"


@pytest.fixture(scope="module")
def drawn():
    return digits.make_digits()


def test_same_pictures_on_every_machine(drawn):
    assert hashlib.sha256(b"".join(array.tobytes() for array in drawn)).hexdigest() == DIGEST


def test_global_random_state_has_no_influence_and_is_left_alone(drawn):
    np.random.seed(7)
    before = np.random.get_state()[1].copy()
    again = digits.make_digits.__wrapped__()
    assert all(np.array_equal(one, other) for one, other in zip(drawn, again, strict=True))
    assert np.array_equal(np.random.get_state()[1], before)


def test_layout_is_that_of_mnist(drawn):
    x_train, y_train, x_test, y_test = drawn
    assert (x_train.shape, x_test.shape) == ((6000, 28, 28), (2000, 28, 28))
    assert (x_train.dtype, x_test.dtype) == (np.uint8, np.uint8)
    assert (y_train.dtype, y_test.dtype) == (np.int64, np.int64)


def test_classes_are_balanced_and_shuffled(drawn):
    for labels in drawn[1::2]:
        assert np.array_equal(np.bincount(labels), [len(labels) // 10] * 10)
        # Any stretch of 500 holds each digit about 50 times; 25 is more than three standard deviations below.
        assert min(np.bincount(part, minlength=10).min() for part in np.split(labels, len(labels) // 500)) > 25


def test_made_once_and_protected_from_change(drawn):
    assert all(one is other for one, other in zip(drawn, digits.make_digits(), strict=True))
    with pytest.raises(ValueError, match="read-only"):
        drawn[0][0] = 0


def test_no_scan_is_on_both_sides(drawn, monkeypatch):
    """Follow the scans: blank out those chosen for testing, and no training picture may change."""
    labels = load_digits().target
    train, test = digits._choose_scans(labels, np.random.RandomState(0))
    assert not set(train) & set(test)
    assert len(set(train)) == len(labels) - digits.TEST_SCANS
    assert np.array_equal(labels[train], drawn[1])
    assert np.array_equal(labels[test], drawn[3])

    fields = digits._stroke_fields

    def without_test_scans(scans):
        scans = scans.copy()
        scans[np.unique(test)] = scans[train[0]]
        return fields(scans)

    monkeypatch.setattr(digits, "_stroke_fields", without_test_scans)
    x_train, _, x_test, _ = digits.make_digits.__wrapped__()
    assert np.array_equal(x_train, drawn[0])
    assert not np.array_equal(x_test, drawn[2])


def test_every_drawing_of_a_scan_differs(drawn):
    x_train = drawn[0].reshape(len(drawn[0]), -1)
    assert len(np.unique(x_train, axis=0)) == len(x_train)


def test_looks_like_mnist(drawn):
    """White on black, centred by mass, in a box of about 20 pixels, with as much ink and as much solid stroke.

    The figures of MNIST's training set in brackets.
    """
    images = drawn[0] / 255
    ink = images.sum((1, 2))
    place = np.arange(28)
    down = (images.sum(2) * place).sum(1) / ink  # row of the centre of mass (14.0 on average)
    across = (images.sum(1) * place).sum(1) / ink
    assert abs(down.mean() - 14) < 0.3
    assert abs(across.mean() - 14) < 0.3
    assert np.abs([down - 14, across - 14]).max() < 4
    box = np.maximum((images > 0).any(2).sum(1), (images > 0).any(1).sum(1))  # longer side (20)
    assert 19 <= np.median(box) <= 22
    assert 0.11 < images.mean() < 0.16  # (0.13)
    assert 0.4 < (images > 0.9).sum() / (images > 0).sum() < 0.65  # (0.46)
    assert (ink > 20).all()


# Thirty steps come within a point of the end; the steps that are left are not worth the wait.
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_a_linear_model_learns_something_but_not_all(drawn):
    x_train, y_train, x_test, y_test = drawn
    linear = LogisticRegression(max_iter=30).fit(x_train.reshape(len(x_train), -1) / 255, y_train)
    share = linear.score(x_test.reshape(len(x_test), -1) / 255, y_test)
    assert 0.5 < share < 0.8


def test_fast_recipe_reads_the_real_mnist(drawn, real_data_folder):
    """Trained on the embedded digits alone, the benchmark's fast recipe reads four in five real test pictures."""
    benchmark = runpy.run_path(str(BENCHMARK))
    with np.load(real_data_folder / "mnist.npz") as real:
        x_test, y_test = real["x_test"], real["y_test"]
    benchmark["keras"].utils.set_random_seed(0)
    model = benchmark["fast"](drawn[0], drawn[1], epochs=10)
    assert benchmark["accuracy"](model, x_test, y_test) >= 0.8
