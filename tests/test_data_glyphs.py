"""The glyphs: drawn from the fonts, the same every time, and no alphabet of the test known from training."""

import numpy as np
import pytest

from dlcourse import data
from dlcourse.data import glyphs


@pytest.fixture(scope="module")
def drawn():
    return data.load_glyphs()


def test_twelve_pictures_of_each_class_numbered_from_zero(drawn):
    classes = len(drawn.class_names)
    assert classes == len(drawn.alphabets) == len(set(drawn.class_names))
    y = np.concatenate([drawn.y_train, drawn.y_test])
    assert np.array_equal(y, np.arange(classes).repeat(glyphs.EACH))
    for pictures, labels in ((drawn.x_train, drawn.y_train), (drawn.x_test, drawn.y_test)):
        assert pictures.shape == (len(labels), 28, 28)
        assert (pictures.dtype, labels.dtype) == (np.uint8, np.int64)


def test_no_alphabet_of_the_test_is_in_training(drawn):
    train, test = ({drawn.alphabets[number] for number in y} for y in (drawn.y_train, drawn.y_test))
    assert train == set(glyphs.TRAIN)
    assert test == set(glyphs.TEST)
    for name in glyphs.TRAIN | glyphs.TEST:
        assert drawn.alphabets.count(name) >= 15


def test_no_letter_looks_like_one_of_another_class(drawn):
    """Latin A, Greek Alpha and Cyrillic A are one glyph; only the first may stay."""
    assert "A" in drawn.class_names
    assert not {"\N{GREEK CAPITAL LETTER ALPHA}", "\N{CYRILLIC CAPITAL LETTER A}"} & set(drawn.class_names)


def test_every_picture_shows_its_glyph_and_hardly_any_is_cut_off(drawn):
    pictures = np.concatenate([drawn.x_train, drawn.x_test]).astype(float)
    ink = pictures.mean(axis=(1, 2))
    assert ink.min() > 3
    edges = np.concatenate([pictures[:, 0], pictures[:, -1], pictures[:, :, 0], pictures[:, :, -1]], axis=1)
    assert (edges.max(axis=1) > 0).mean() < 0.02


def test_variants_differ_and_still_resemble_each_other(drawn):
    rows = drawn.x_test.reshape(-1, glyphs.EACH, 28 * 28).astype(float)
    assert (np.abs(rows[:, 0] - rows[:, 1]).max(axis=1) > 50).all()
    rows /= np.linalg.norm(rows, axis=2, keepdims=True)
    own, other = (rows[:, 0] * rows[:, 1]).sum(axis=1), (rows[:-1, 0] * rows[1:, 1]).sum(axis=1)
    assert own.mean() > other.mean() + 0.1


def test_made_anew_it_is_the_same_and_it_is_protected(drawn):
    assert drawn is data.load_glyphs()
    other = glyphs.load_glyphs.__wrapped__()
    assert np.array_equal(drawn.x_train, other.x_train)
    assert np.array_equal(drawn.y_test, other.y_test)
    assert drawn.source.kind == "embedded"
    with pytest.raises(ValueError, match="read-only"):
        drawn.x_train[0] = 0
