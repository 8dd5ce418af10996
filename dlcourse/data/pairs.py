"""Sentences with their translation: Tatoeba's in English and Marathi, or phrases put together from names."""

from __future__ import annotations

import functools
import os
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcourse.data._contract import DataError, Source
from dlcourse.data._find import confirm, find
from dlcourse.data._sources import TATOEBA

TRAIN, TEST = 5000, 1000  # of the stand-in
TEST_SHARE = 0.1  # of the English sentences of a file
LONGEST = 9  # letters of a name in the stand-in
STRANGE = 40  # in the stand-in, of so many names one occurs in the test alone
STAND_IN = "in English and Chinese, put together from the CLDR's names of countries"
SIDE = re.compile(r"(?:^|/)[^/]*\.(\w+)-(\w+)\.(\w+)$")


@dataclass(frozen=True, repr=False)
class Pairs:
    """Sentences in two languages, split so that no English sentence is on both sides.

    Attributes:
        train: pairs (English, translation) to learn from, in random order.
        test: pairs to translate.
        languages: names of the two languages.
        source: where they come from.
    """

    train: tuple[tuple[str, str], ...]
    test: tuple[tuple[str, str], ...]
    languages: tuple[str, str]
    source: Source

    def __repr__(self) -> str:
        return f"Pairs({' to '.join(self.languages)}, {len(self.train):,} + {len(self.test):,}; {self.source})"


def load_pairs(path: str | os.PathLike[str] | None = None) -> Pairs:
    """Load Tatoeba's English and Marathi sentences, or phrases put together where there are no real ones to be had.

    Args:
        path: a zip file laid out as the published ``en-mr.txt.zip``, of any two languages, taken before all other
            places, whatever DLCOURSE_DATA says.

    Returns:
        The pairs. One sentence may have several translations, all of them on the same side of the split.

    Raises:
        DataError: a path, folder or file that the reader named cannot be used.
    """
    found = find(TATOEBA, path)
    if found.file is None:
        return make_pairs()
    pairs, languages = _read(found.file)
    sentences = list(dict.fromkeys(first for first, _ in pairs))
    order = np.random.RandomState(0).permutation(len(sentences))
    count = max(1, round(TEST_SHARE * len(sentences)))
    place = {sentences[i]: n for n, i in enumerate(order)}
    pairs.sort(key=lambda pair: place[pair[0]])
    test = tuple(pair for pair in pairs if place[pair[0]] < count)
    train = tuple(pair for pair in pairs if place[pair[0]] >= count)
    published = confirm(found, TATOEBA)
    source = Source(found.kind, TATOEBA.name, TATOEBA.credit, len(train), len(test), "sentence pairs", published)
    return Pairs(train, test, languages, source)


@functools.cache
def make_pairs() -> Pairs:
    """Put the stand-in together: the same for one version of Babel, made once per process.

    Two names of countries or regions, joined by *and* or *or* as the CLDR joins a list in either language.
    Some names are frequent and most are rare, as words are; and as in every text, the test holds some that training
    never met.
    """
    from babel import Locale
    from babel.lists import format_list

    english, chinese = Locale("en"), Locale("zh")
    ours, theirs = english.territories, chinese.territories
    names = {
        ours[key]: theirs[key]
        for key in sorted(ours.keys() & theirs.keys())
        if len(ours[key]) <= LONGEST and ours[key].isascii() and ours[key] != theirs[key]
    }
    rng = np.random.RandomState(0)
    drawn = [list(names.items())[i] for i in rng.permutation(len(names))]
    chances = 1 / (np.arange(len(drawn)) + 10.0)  # about as often as words: the tenth half as often as the first
    chances /= chances.sum()
    strange = {name for name, _ in drawn[STRANGE // 2 :: STRANGE]}
    pairs: dict[str, str] = {}
    test, train = [], []
    while len(pairs) < TRAIN + TEST:
        (one, first), (other, second) = (drawn[i] for i in rng.choice(len(drawn), 2, replace=False, p=chances))
        style = ("standard", "or")[rng.randint(2)]
        phrase = format_list([one, other], style, english)
        if phrase not in pairs:
            pairs[phrase] = format_list([first, second], style, chinese)
            (test if strange & {one, other} else train).append(phrase)
    # What was drawn late is rare: a new order makes both sides alike in everything but the strange names.
    train = [train[i] for i in rng.permutation(len(train))]
    test, train = test + train[: TEST - len(test)], train[TEST - len(test) :]
    test = [test[i] for i in rng.permutation(TEST)]
    parts = (tuple((phrase, pairs[phrase]) for phrase in part) for part in (train, test))
    source = Source("embedded", TATOEBA.name, STAND_IN, TRAIN, TEST, "phrase pairs", False)
    return Pairs(*parts, ("English", "Chinese"), source)


def _read(file: Path) -> tuple[list[tuple[str, str]], tuple[str, str]]:
    """Return the pairs of two files of lines, without empty ones and repetitions, and the languages' names."""
    try:
        with zipfile.ZipFile(file) as archive:
            sides = {}
            for member in archive.namelist():
                if (match := SIDE.search(member)) and match[3] in match.groups()[:2]:
                    sides[match[3]] = (match.groups()[:2], archive.read(member).decode("utf-8"))
    except Exception as error:  # a damaged archive can raise almost anything, from zlib.error to MemoryError
        raise DataError(
            f"{file} cannot be read as a zip file of texts in UTF-8 ({type(error).__name__}: {error}). Replace it "
            f"with {TATOEBA.url}."
        ) from error
    codes = {names for names, _ in sides.values()}
    if len(codes) != 1 or set(*codes) != sides.keys() or len(sides) != 2:
        raise DataError(
            f"{file} is not laid out as Tatoeba's pairs: it needs two files such as Tatoeba.en-mr.en and "
            f"Tatoeba.en-mr.mr, and has {', '.join(sorted(sides)) or 'none'}; the published file is {TATOEBA.url}."
        )
    (codes,) = codes
    # A sentence may hold a separator that str.splitlines counts as the end of a line.
    first, second = (sides[code][1].removesuffix("\n").split("\n") for code in codes)
    if len(first) != len(second):
        raise DataError(
            f"{file}: its two files have {len(first):,} and {len(second):,} lines, and line n of one should be the "
            f"translation of line n of the other. Replace it with {TATOEBA.url}."
        )
    stripped = ((one.strip(), other.strip()) for one, other in zip(first, second, strict=True))
    pairs = list(dict.fromkeys(pair for pair in stripped if all(pair)))
    if len({one for one, _ in pairs}) < 2:
        raise DataError(
            f"{file} holds {len(pairs)} sentences, too few to learn from and to test: name another file."
        )
    return pairs, tuple(_language(code) for code in codes)


def _language(code: str) -> str:
    from babel import Locale

    return Locale("en").languages.get(code, code)
