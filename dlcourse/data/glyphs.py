"""Letters and signs of thirteen alphabets that need no file: drawn from the DejaVu fonts that come with Matplotlib.

There is no real source behind them. A published set of hand-drawn letters of fifty alphabets is Omniglot (Lake et
al., 2015, https://doi.org/10.1126/science.aab3050).
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass

import numpy as np

from dlcourse.data._contract import Dataset, Source

EACH = 12  # pictures of each glyph
# First and last code points of each alphabet. None that is tested gives a glyph to training.
TRAIN = {
    "Latin": [(0x41, 0x5A), (0x61, 0x7A)],
    "Greek": [(0x391, 0x3C9)],
    "Cyrillic": [(0x410, 0x44F)],
    "phonetic": [(0x250, 0x2AD)],
    "Hebrew": [(0x5D0, 0x5EA)],
    "Arabic": [(0x621, 0x64A)],
    "Lao": [(0xE81, 0xEB0)],
    "Canadian": [(0x1401, 0x1480)],
    "mathematics": [(0x2200, 0x227F)],
}
TEST = {
    "Armenian": [(0x531, 0x587)],
    "Georgian": [(0x10A0, 0x10FA)],
    "N'Ko": [(0x7CA, 0x7EA)],
    "Tifinagh": [(0x2D30, 0x2D67)],
}


@dataclass(frozen=True, eq=False, repr=False)
class Glyphs(Dataset):
    """Pictures of letters; no class, and no alphabet, of the test is seen in training.

    Attributes:
        x_train: shape (pictures, 28, 28), uint8, 0 for the background to 255 for ink, sorted by class.
        y_train: class numbers from 0 on, shape (pictures,), int64.
        x_test: as ``x_train``.
        y_test: class numbers that go on where those of the training end.
        class_names: the letter of each class.
        alphabets: the alphabet of each class.
    """

    alphabets: tuple[str, ...]


@functools.cache
def load_glyphs() -> Glyphs:
    """Draw the glyphs: the same on every machine, in a few seconds, made once per process.

    Each picture is an outline of one of three faces of the font, stretched, slanted, turned, bent and moved a
    little. Of glyphs that look the same in several alphabets only the first is kept.

    Returns:
        Twelve pictures of each glyph.
    """
    from dlcourse.data import outlines

    rng = np.random.RandomState(0)
    letters = outlines.unlike([(name, letter) for name in (*TRAIN, *TEST) for letter in _letters(name)])
    classes = np.arange(len(letters)).repeat(EACH)
    drawn = (outlines.outline(letters[number][1], rng.randint(3)) for number in classes)
    pictures = outlines.draw([outlines.distorted(outline, rng) for outline in drawn])
    test = np.array([name in TEST for name, _ in letters])[classes]
    arrays = [pictures[~test], classes[~test], pictures[test], classes[test]]
    arrays[1], arrays[3] = arrays[1].astype(np.int64), arrays[3].astype(np.int64)
    for array in arrays:
        array.flags.writeable = False
    credit = "drawn from the DejaVu fonts (Bitstream Vera licence)"
    source = Source("embedded", "glyphs", credit, int(sum(~test)), int(sum(test)), "pictures", False)
    return Glyphs(*arrays, tuple(letter for _, letter in letters), source, tuple(name for name, _ in letters))


def _letters(alphabet: str) -> list[str]:
    """The letters and signs of an alphabet that the first face of the font can draw."""
    from dlcourse.data import outlines

    ranges = (TRAIN | TEST)[alphabet]
    letters = [chr(code) for first, last in ranges for code in range(first, last + 1)]
    return [each for each in letters if unicodedata.category(each)[0] in "LS" and outlines.has(each)]
