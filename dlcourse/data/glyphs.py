"""Letters and signs of thirteen alphabets that need no file: drawn from the DejaVu fonts that come with Matplotlib.

There is no real source behind them. A published set of hand-drawn letters of fifty alphabets is Omniglot (Lake et
al., 2015, https://doi.org/10.1126/science.aab3050).
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D
from scipy import ndimage

from dlcourse.data._contract import Dataset, Source

SIDE = 28  # pixels along a picture's side
BOX = 18  # pixels along the longer side of an undistorted glyph
CELL = 48  # pixels of the drawing sheet for each picture, so that no glyph reaches its neighbour
EACH = 12  # pictures of each glyph
ALIKE = 0.93  # cosine of two blurred glyphs from which on they count as one
FACES = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif")
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
    rng = np.random.RandomState(0)
    letters = _unlike([(name, letter) for name in (*TRAIN, *TEST) for letter in _letters(name)])
    classes = np.arange(len(letters)).repeat(EACH)
    pictures = _draw([_distorted(_outline(letters[number][1], rng.randint(3)), rng) for number in classes])
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
    ranges = (TRAIN | TEST)[alphabet]
    letters = [chr(code) for first, last in ranges for code in range(first, last + 1)]
    return [each for each in letters if unicodedata.category(each)[0] in "LS" and _has(each, FACES[0])]


@functools.cache
def _file(face: str) -> str:
    return str(Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{face}.ttf")


@functools.cache
def _charmap(face: str) -> frozenset[int]:
    return frozenset(get_font(_file(face)).get_charmap())


def _has(letter: str, face: str) -> bool:
    return ord(letter) in _charmap(face)


@functools.cache
def _outline(letter: str, face: int) -> Outline:
    """The outline of a letter around (0, 0), its longer side one long; in the first face where this one lacks it."""
    name = FACES[face] if _has(letter, FACES[face]) else FACES[0]
    path = TextPath((0, 0), letter, size=100, prop=FontProperties(fname=_file(name)))
    points = path.vertices[path.codes != Outline.CLOSEPOLY]
    low, high = points.min(axis=0), points.max(axis=0)
    return Outline((path.vertices - (low + high) / 2) / max(high - low), path.codes)


def _distorted(outline: Outline, rng: np.random.RandomState) -> Outline:
    """Stretch, slant, turn, bend and move an outline by random amounts."""
    height, phase = rng.uniform(-0.07, 0.07, 2), rng.uniform(0, 2 * np.pi, 2)
    bent = outline.vertices + height * np.sin(4 * outline.vertices[:, ::-1] + phase)
    slant, angle = rng.uniform(-0.3, 0.3, 2)
    stretch, cos, sin = rng.uniform(0.75, 1.1, 2), np.cos(angle), np.sin(angle)
    change = np.array([[cos, -sin], [sin, cos]]) @ [[1, slant], [0, 1]] * stretch
    return Outline(bent @ change.T + rng.uniform(-0.1, 0.1, 2), outline.codes)


def _draw(outlines: list[Outline]) -> np.ndarray:
    """Draw outlines, each in the middle of a picture; shape (n, 28, 28), uint8."""
    edge, strips = (CELL - SIDE) // 2, []
    for start in range(0, len(outlines), 200):
        part = outlines[start : start + 200]
        sheet = RendererAgg(CELL * len(part), CELL, 72)
        pen = sheet.new_gc()
        pen.set_linewidth(0)
        for place, outline in enumerate(part):
            place_it = Affine2D().scale(BOX).translate(CELL * (place + 0.5), CELL / 2)
            sheet.draw_path(pen, outline, place_it, (0, 0, 0, 1))
        ink = np.asarray(sheet.buffer_rgba())[..., 3].reshape(CELL, len(part), CELL).transpose(1, 0, 2)
        strips.append(ink[:, edge:-edge, edge:-edge])
    return np.ascontiguousarray(np.concatenate(strips))


def _unlike(letters: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Keep of letters that look the same only the first, so that no two classes, and no two alphabets, share one."""
    plain = _draw([_outline(letter, 0) for _, letter in letters]).astype(float)
    soft = ndimage.gaussian_filter(plain, (0, 1, 1)).reshape(len(letters), -1)
    soft /= np.linalg.norm(soft, axis=1, keepdims=True)
    alike = soft @ soft.T >= ALIKE
    kept: list[int] = []
    for number in range(len(letters)):
        if not alike[number, kept].any():
            kept.append(number)
    return [letters[number] for number in kept]
