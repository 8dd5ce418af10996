"""Spoken digits: the Free Spoken Digit Dataset, or digits of synthetic voices that the package holds.

The embedded sounds were made by ``make_spoken.py`` and need no synthesiser.
"""

from __future__ import annotations

import functools
import os
import re
import tarfile
import wave
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from dlcourse.data._contract import DataError, Dataset, Source
from dlcourse.data._find import confirm, find
from dlcourse.data._sources import FSDD

RATE = 8000  # samples a second
LENGTH = 8000  # samples of each recording, filled up with silence or cut off
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
WORDS = (*DIGITS, "plus", "minus", "times", "again", "hello")
CHINESE = tuple("零一二三四五六七八九")
TEST_SPEAKERS = 2  # of FSDD's six, the last by name
STAND_IN = "of synthetic voices (eSpeak NG)"
FILE = Path(__file__).with_name("spoken.npz")
RECORDING = re.compile(r"(?:^|/)recordings/(\d)_([A-Za-z]+)_(\d+)\.wav$")


@dataclass(frozen=True, eq=False, repr=False)
class Spoken(Dataset):
    """Recordings of single words; no speaker of the test is heard in training.

    Attributes:
        x_train: sounds from -1 to 1, shape (recordings, 8000), float32, 8,000 samples a second.
        y_train: numbers of the words, shape (recordings,), int64.
        x_test: as ``x_train``.
        y_test: as ``y_train``.
        class_names: the words.
        speakers_train: number of the speaker of each recording, shape (recordings,), int64.
        speakers_test: as ``speakers_train``.
        speaker_names: one for each number.
    """

    speakers_train: np.ndarray
    speakers_test: np.ndarray
    speaker_names: tuple[str, ...]


def load_spoken_digits(path: str | os.PathLike[str] | None = None) -> Spoken:
    """Load the Free Spoken Digit Dataset, or the embedded voices in its layout where there is no real one.

    Args:
        path: a ``.tar.gz`` file laid out as the published archive, taken before all other places, whatever
            DLCOURSE_DATA says.

    Returns:
        Recordings of the digits 0 to 9. Of the real six speakers the last two are for the test.

    Raises:
        DataError: a path, folder or file that the reader named cannot be used.
    """
    found = find(FSDD, path)
    if found.file is None:
        return _embedded(len(DIGITS))
    x, y, speakers, names = _read(found.file)
    published = confirm(found, FSDD, x, y)
    test = speakers >= len(names) - TEST_SPEAKERS
    source = Source(found.kind, FSDD.name, FSDD.credit, int(sum(~test)), int(sum(test)), "recordings", published)
    return Spoken(x[~test], y[~test], x[test], y[test], DIGITS, source, speakers[~test], speakers[test], names)


def load_spoken_words() -> Spoken:
    """Load the embedded voices with all of their words: the digits and a few commands. There is no real source."""
    return _embedded(len(WORDS))


@functools.cache
def load_chinese_digits() -> tuple[np.ndarray, ...]:
    """Load the digits 0 to 9 said in Chinese by one synthetic voice.

    Returns:
        Ten sounds from -1 to 1, float32, each of its own length, 8,000 samples a second.
    """
    sounds, words, _, _, _ = _stored()
    return tuple(sound for sound, word in zip(sounds, words, strict=True) if word >= len(WORDS))


def to_mu_law(sound: np.ndarray) -> np.ndarray:
    """Turn a sound from -1 to 1 into bytes whose steps are fine for soft samples and coarse for loud ones."""
    loudness = np.log1p(255 * np.minimum(np.abs(sound), 1)) / np.log(256)
    return np.rint(127.5 * (1 + np.sign(sound) * loudness)).astype(np.uint8)


def from_mu_law(samples: np.ndarray) -> np.ndarray:
    """The inverse of :func:`to_mu_law`, float32."""
    bent = samples / 127.5 - 1
    return (np.sign(bent) * np.expm1(np.abs(bent) * np.log(256)) / 255).astype(np.float32)


@functools.cache
def _stored() -> tuple[list[np.ndarray], np.ndarray, np.ndarray, tuple[str, ...], int]:
    with np.load(FILE, allow_pickle=False) as archive:
        sounds = np.split(from_mu_law(archive["samples"]), np.cumsum(archive["lengths"].astype(int))[:-1])
        names = tuple(archive["names"].tolist())
        words, speakers = (archive[name].astype(np.int64) for name in ("words", "speakers"))
        return sounds, words, speakers, names, int(archive["train_voices"])


@functools.cache
def _embedded(num_words: int) -> Spoken:
    sounds, words, speakers, names, train_voices = _stored()
    chosen = words < num_words
    x = np.stack([_fitted(sound) for sound, kept in zip(sounds, chosen, strict=True) if kept])
    y, speakers = words[chosen], speakers[chosen]
    test = speakers >= train_voices
    arrays = [x[~test], y[~test], x[test], y[test]]
    for array in arrays:
        array.flags.writeable = False
    name = FSDD.name if num_words == len(DIGITS) else "Spoken words"
    source = Source("embedded", name, STAND_IN, len(arrays[0]), len(arrays[2]), "recordings", False)
    return Spoken(*arrays, WORDS[:num_words], source, speakers[~test], speakers[test], names[:-1])


def _fitted(sound: np.ndarray) -> np.ndarray:
    """The sound in the middle of LENGTH samples, its end cut off where it is longer."""
    sound = sound[:LENGTH]
    before = (LENGTH - len(sound)) // 2
    return np.pad(sound, (before, LENGTH - len(sound) - before))


def _read(file: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[str, ...]]:
    """Return sounds, digits, speakers' numbers and speakers' names of an archive, in the order of their names."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            members = {
                tuple(match.groups()): archive.extractfile(member).read()
                for member in archive
                if member.isfile() and (match := RECORDING.search(member.name))
            }
    except Exception as error:  # a damaged archive can raise almost anything, from EOFError to zlib.error
        raise DataError(
            f"{file} cannot be read as a .tar.gz archive ({type(error).__name__}: {error}). "
            f"Replace it with {FSDD.url}."
        ) from error
    names = tuple(sorted({speaker for _, speaker, _ in members}))
    if len(names) <= TEST_SPEAKERS:
        raise _layout_error(file, f"it holds {len(names)} speakers, not {TEST_SPEAKERS + 1} or more")
    keys = sorted(members, key=lambda key: (key[1], int(key[0]), int(key[2])))
    x = np.stack([_fitted(_sound(file, "_".join(key), members[key])) for key in keys])
    y, speakers = np.array([(int(digit), names.index(speaker)) for digit, speaker, _ in keys]).T
    return x, y.astype(np.int64), speakers.astype(np.int64), names


def _sound(file: Path, name: str, content: bytes) -> np.ndarray:
    try:
        with wave.open(BytesIO(content)) as recording:
            shape = (recording.getnchannels(), recording.getsampwidth(), recording.getframerate())
            samples = recording.readframes(recording.getnframes())
    except (wave.Error, EOFError) as error:
        raise _layout_error(file, f"{name}.wav is not a WAV file ({error})") from error
    if shape != (1, 2, RATE):
        raise _layout_error(
            file, f"{name}.wav has {shape[0]} channels of {8 * shape[1]} bits at {shape[2]} samples a second"
        )
    return np.frombuffer(samples[: len(samples) // 2 * 2], dtype="<i2").astype(np.float32) / 32768


def _layout_error(file: Path, wrong: str) -> DataError:
    return DataError(
        f"{file} is not laid out as FSDD: {wrong}. It needs recordings/DIGIT_SPEAKER_NUMBER.wav, one channel of 16 "
        f"bits at {RATE} samples a second; the published archive is {FSDD.url}."
    )
