"""Synthesise the embedded spoken words; only who changes them runs this, with eSpeak NG installed.

    python -m dlcourse.data.make_spoken

Needs the program ``espeak-ng`` (GPL-3.0-or-later, not shipped with the course; version 1.51 made the stored file).
Each voice is an accent, a variant of the synthesiser, a pitch and a speed. A variant speaks either for training or
for the test, never for both, and one accent is only in the test. Sounds are trimmed, brought to 8,000 samples a
second and stored as μ-law bytes, one after the other.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from dlcourse.data.spoken import CHINESE, RATE, WORDS, to_mu_law

FILE = Path(__file__).with_name("spoken.npz")
ACCENTS = ("en-gb", "en-us", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029")
TEST_ACCENT = "en-gb-scotland"
TRAIN_VARIANTS = (
    *("m1", "f1", "m2", "f2", "m3", "f3", "m4", "Annie", "m5", "Andrea", "m6", "anika", "klatt", "Alicia"),
    *("klatt2", "aunty", "Alex", "Denis", "Diogo", "Henrique", "Jacky", "Lee", "adam", "david", "john", "sandro"),
)
TEST_VARIANTS = ("m7", "f4", "m8", "f5", "klatt3", "linda", "Michael", "steph", "Andy", "Hugo")
CHINESE_VOICE = ("cmn", "f2", 50, 150)


def say(text: str, accent: str, variant: str, pitch: int, speed: int) -> np.ndarray:
    """Let eSpeak NG say a text.

    Args:
        text: what to say.
        accent: a voice of eSpeak NG, such as "en-gb".
        variant: one of its variants, such as "f2".
        pitch: from 0 to 99.
        speed: words a minute.

    Returns:
        The sound from -1 to 1, trimmed, at 8,000 samples a second.
    """
    voice = ["-v", f"{accent}+{variant}", "-p", str(pitch), "-s", str(speed)]
    wav = subprocess.run(["espeak-ng", *voice, "--stdout", text], capture_output=True, check=True).stdout
    samples = wav[wav.index(b"data") + 8 :]
    sound = np.frombuffer(samples[: len(samples) // 2 * 2], dtype="<i2") / 32768
    sound = resample_poly(sound, 160, 441)  # from 22,050 samples a second
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    return 0.9 * sound[loud[0] : loud[-1] + 1] / np.abs(sound).max()


def voices() -> list[tuple[str, str, int, int]]:
    """Accent, variant, pitch and speed of every voice, those of training first."""
    rng = np.random.RandomState(0)
    found, first, last = [], len(TRAIN_VARIANTS), len(TRAIN_VARIANTS) + len(TEST_VARIANTS) - 1
    for i, variant in enumerate([*TRAIN_VARIANTS, *TEST_VARIANTS]):
        accent = TEST_ACCENT if i in (first, last) else ACCENTS[i % len(ACCENTS)]
        found.append((accent, variant, int(rng.randint(30, 70)), int(rng.randint(165, 225))))
    return found


def main() -> None:
    """Synthesise everything and write ``spoken.npz``."""
    sounds, words, speakers = [], [], []
    for speaker, voice in enumerate(voices()):
        for word, text in enumerate(WORDS):
            sounds.append(to_mu_law(say(text, *voice)))
            words.append(word)
            speakers.append(speaker)
    for digit, sign in enumerate(CHINESE):
        sounds.append(to_mu_law(say(sign, *CHINESE_VOICE)))
        words.append(len(WORDS) + digit)
        speakers.append(len(voices()))
    np.savez_compressed(
        FILE,
        samples=np.concatenate(sounds),
        lengths=np.array([len(sound) for sound in sounds], dtype=np.uint16),
        words=np.array(words, dtype=np.uint8),
        speakers=np.array(speakers, dtype=np.uint8),
        names=np.array([f"{accent}+{variant}" for accent, variant, *_ in [*voices(), CHINESE_VOICE]]),
        train_voices=np.array(len(TRAIN_VARIANTS), dtype=np.uint8),
    )
    print(f"{len(sounds)} sounds at {RATE} samples a second, {FILE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
