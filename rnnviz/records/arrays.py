"""Arrays that travel: their types, and how msgspec writes and reads them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]


def encode_array(value: Any) -> Any:
    """msgspec's hook for arrays: dtype, shape and raw bytes."""
    if isinstance(value, np.ndarray):
        array = np.ascontiguousarray(value)
        return (array.dtype.str, array.shape, array.reshape(-1).view(np.uint8).data)
    raise NotImplementedError(f"cannot encode {type(value).__name__}")


def decode_array(kind: Any, value: Any) -> Any:
    """The way back from `encode_array`; the array shares the bytes that came and is read-only."""
    dtype, shape, raw = value
    if np.dtype(dtype).hasobject:
        raise ValueError("arrays of objects do not travel")
    return np.frombuffer(raw, dtype=np.dtype(dtype)).reshape(shape)
