"""Outlines of letters, from the fonts that come with Matplotlib: distorted, drawn, compared.

Apart from `glyphs`, which imports this when it draws: Matplotlib and SciPy are slow to import.
"""

from __future__ import annotations

import functools
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D
from scipy import ndimage

SIDE = 28  # pixels along a picture's side
BOX = 18  # pixels along the longer side of an undistorted glyph
CELL = 48  # pixels of the drawing sheet for each picture, so that no glyph reaches its neighbour
ALIKE = 0.93  # cosine of two blurred glyphs from which on they count as one
FACES = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif")


@functools.cache
def _file(face: str) -> str:
    return str(Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{face}.ttf")


@functools.cache
def _charmap(face: str) -> frozenset[int]:
    return frozenset(get_font(_file(face)).get_charmap())


def has(letter: str, face: str = FACES[0]) -> bool:
    """Whether a face of the font has the letter."""
    return ord(letter) in _charmap(face)


@functools.cache
def outline(letter: str, face: int) -> Outline:
    """The outline of a letter around (0, 0), its longer side one long; in the first face where this one lacks it."""
    name = FACES[face] if has(letter, FACES[face]) else FACES[0]
    path = TextPath((0, 0), letter, size=100, prop=FontProperties(fname=_file(name)))
    points = path.vertices[path.codes != Outline.CLOSEPOLY]
    low, high = points.min(axis=0), points.max(axis=0)
    return Outline((path.vertices - (low + high) / 2) / max(high - low), path.codes)


def distorted(outline: Outline, rng: np.random.RandomState) -> Outline:
    """Stretch, slant, turn, bend and move an outline by random amounts."""
    height, phase = rng.uniform(-0.07, 0.07, 2), rng.uniform(0, 2 * np.pi, 2)
    bent = outline.vertices + height * np.sin(4 * outline.vertices[:, ::-1] + phase)
    slant, angle = rng.uniform(-0.3, 0.3, 2)
    stretch, cos, sin = rng.uniform(0.75, 1.1, 2), np.cos(angle), np.sin(angle)
    change = np.array([[cos, -sin], [sin, cos]]) @ [[1, slant], [0, 1]] * stretch
    return Outline(bent @ change.T + rng.uniform(-0.1, 0.1, 2), outline.codes)


def draw(outlines: list[Outline]) -> np.ndarray:
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


def unlike(letters: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Keep of letters that look the same only the first, so that no two classes, and no two alphabets, share one."""
    plain = draw([outline(letter, 0) for _, letter in letters]).astype(float)
    soft = ndimage.gaussian_filter(plain, (0, 1, 1)).reshape(len(letters), -1)
    soft /= np.linalg.norm(soft, axis=1, keepdims=True)
    alike = soft @ soft.T >= ALIKE
    kept: list[int] = []
    for number in range(len(letters)):
        if not alike[number, kept].any():
            kept.append(number)
    return [letters[number] for number in kept]
