"""How values travel between the trusted process and the student's: JSON and plain arrays, nothing that can run."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import numpy as np

PLAIN = (bool, int, float, str, type(None))
KINDS = "biufcU"  # of arrays: truth values, whole, real and complex numbers, text
HEAD = struct.Struct(">I")
LONGEST_TEXT = 8 * 2**20  # bytes of JSON: as values in memory they take many times that; arrays do not


class WireError(ValueError):
    """A value that cannot be handed over; the message says which and what can."""


def pack(value: Any) -> bytes:
    """Write a value as bytes: the length of a JSON text, the text, then the arrays it names, each as ``.npy``.

    Args:
        value: a number, a text, a truth value, None, an array or what NumPy makes an array of (a tensor, a Keras
            variable), or lists, tuples and dicts (with texts as keys) of these.

    Raises:
        WireError: something else is in it.
    """
    arrays: list[bytes] = []
    text = json.dumps(_describe(value, arrays)).encode()
    return HEAD.pack(len(text)) + text + b"".join(arrays)


def unpack(data: bytes) -> Any:
    """Read what ``pack`` wrote; arrays come back as plain NumPy arrays.

    Raises:
        WireError: the bytes are no such value. They may come from anybody: nothing in them is run.
    """
    try:
        (length,) = HEAD.unpack_from(data)
        if length > LONGEST_TEXT:
            raise ValueError(f"{length} bytes of text")
        described = json.loads(data[HEAD.size : HEAD.size + length])
        return _restore(described, memoryview(data)[HEAD.size + length :])
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        OverflowError,
        MemoryError,
        EOFError,
        struct.error,
        RecursionError,
    ) as error:
        raise WireError(f"the answer is not readable ({type(error).__name__})") from error


def _describe(value: Any, arrays: list[bytes]) -> Any:
    if type(value) in PLAIN:
        return value
    if isinstance(value, list | tuple):
        return {
            type(value).__name__ if type(value) in (list, tuple) else "tuple": [_describe(v, arrays) for v in value]
        }
    if isinstance(value, dict):
        if not all(type(key) is str for key in value):
            raise WireError("a dict can be handed over only if its keys are texts")
        return {"dict": {key: _describe(v, arrays) for key, v in value.items()}}
    return _describe_array(value, arrays)


def _describe_array(value: Any, arrays: list[bytes]) -> dict[str, list[int]]:
    is_arraylike = isinstance(value, np.ndarray | np.generic) or hasattr(value, "__array__")
    array = np.asarray(value) if is_arraylike else None
    if array is None or array.dtype.kind not in KINDS:
        raise WireError(
            f"a {type(value).__name__} cannot be handed over: return an array, a number, a text, or a list, "
            "tuple or dict of these"
        )
    buffer = io.BytesIO()
    np.save(buffer, np.array(array, copy=True, subok=False), allow_pickle=False)
    start = sum(map(len, arrays))
    arrays.append(buffer.getvalue())
    return {"array": [start, len(arrays[-1])]}


def _restore(described: Any, arrays: memoryview) -> Any:
    if not isinstance(described, dict):
        if type(described) not in PLAIN:
            raise TypeError(type(described))
        return described
    ((kind, content),) = described.items()
    if kind == "list":
        return [_restore(item, arrays) for item in content]
    if kind == "tuple":
        return tuple(_restore(item, arrays) for item in content)
    if kind == "dict":
        return {str(key): _restore(item, arrays) for key, item in content.items()}
    if kind != "array":
        raise KeyError(kind)
    start, length = content
    array = np.load(io.BytesIO(arrays[start : start + length]), allow_pickle=False)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in KINDS:
        raise TypeError("not a plain array")
    return array
