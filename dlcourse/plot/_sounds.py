"""Sounds: a player below the cell."""

from __future__ import annotations

import html
import wave
from io import BytesIO

import numpy as np
from IPython.display import Audio, display
from numpy.typing import ArrayLike

LONGEST = 2.8  # seconds at 8,000 samples a second: a player is stored in the notebook, and stays below 30 kB


def sound(samples: ArrayLike, *, alt: str, rate: int = 8000) -> None:
    """Show a player for a sound, made as loud as it can be, with what is to be heard written beside it.

    The sound is stored in the notebook with 8 bits a sample, as a telephone line carries it.

    Args:
        samples: the sound, shape (n,), of any scale.
        alt: what is to be heard.
        rate: samples a second.

    Raises:
        ValueError: the sound is not one row of finite numbers, or is longer than 22,400 samples.
    """
    samples, alt = np.asarray(samples, dtype=np.float64), " ".join(alt.split())
    if samples.ndim != 1 or not samples.size or not np.isfinite(samples).all():
        raise ValueError(f"samples has shape {samples.shape}; give one row of finite numbers.")
    if samples.size > LONGEST * 8000:
        raise ValueError(
            f"the sound has {samples.size:,} samples; at most {LONGEST * 8000:,.0f} fit into a notebook."
        )
    buffer = BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(rate)
        loudest = np.abs(samples).max() or 1.0
        file.writeframes(np.rint(128 + 127 * samples / loudest).astype(np.uint8).tobytes())
    player = Audio(data=buffer.getvalue())._repr_html_().strip()
    labelled = player.replace("<audio ", f'<audio aria-label="{html.escape(alt)}" ', 1)
    page = f'<div class="dlcourse-sound">{labelled}<br>{html.escape(alt)}</div>'
    display({"text/html": page, "text/plain": f"[sound] {alt}"}, raw=True)
