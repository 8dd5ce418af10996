"""A long English text to learn writing from: tiny Shakespeare, or the language reference that every Python carries."""

from __future__ import annotations

import os
from dataclasses import dataclass

from dlcourse.data._contract import DataError, Source
from dlcourse.data._find import confirm, find
from dlcourse.data._sources import SHAKESPEARE

SHARE_TRAIN = 0.9
STAND_IN = "of Python's language reference"


@dataclass(frozen=True, repr=False)
class Prose:
    """One text, cut in two: its last tenth is for the test.

    Attributes:
        train: the text to learn from.
        test: the text to be foreseen.
        source: where they come from.
    """

    train: str
    test: str
    source: Source

    def __repr__(self) -> str:
        return f"Prose({len(self.train):,} + {len(self.test):,} characters; {self.source})"


def load_prose(path: str | os.PathLike[str] | None = None) -> Prose:
    """Load tiny Shakespeare, or the text behind Python's ``help()`` where the plays cannot be had.

    Args:
        path: any text file in UTF-8, taken before all other places, whatever DLCOURSE_DATA says.

    Returns:
        The text, cut at nine tenths. The reference differs a little between versions of Python.

    Raises:
        DataError: a path, folder or file that the reader named cannot be used.
    """
    found = find(SHAKESPEARE, path)
    if found.file is None:
        from pydoc_data.topics import topics

        text = "\n\n".join(topics[name] for name in sorted(topics))
        return _cut(text, "embedded", STAND_IN, False)
    try:
        text = found.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{found.file} cannot be read as text in UTF-8 ({error}): save it as such.") from error
    if len(text) < 10:
        raise DataError(f"{found.file} holds {len(text)} characters, nothing to learn from: name another file.")
    return _cut(text, found.kind, SHAKESPEARE.credit, confirm(found, SHAKESPEARE))


def _cut(text: str, kind: str, credit: str, published: bool) -> Prose:
    cut = int(SHARE_TRAIN * len(text))
    source = Source(kind, SHAKESPEARE.name, credit, cut, len(text) - cut, "characters", published)
    return Prose(text[:cut], text[cut:], source)
