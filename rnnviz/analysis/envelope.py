"""A curve of any length in constant memory: the least and the greatest of each stretch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


class Envelope:
    """Keeps at most `buckets` stretches of equal length; when they are full, pairs are merged.

    Until then each stretch is one value, so a short curve is kept as it came. Values that
    are not finite are left out of a stretch, and a stretch of nothing else is NaN.
    """

    def __init__(self, buckets: int = 1024) -> None:
        if buckets < 2 or buckets % 2:
            raise ValueError(f"buckets must be even and at least 2, not {buckets}")
        self._low = np.full(buckets, np.nan, np.float32)
        self._high = np.full(buckets, np.nan, np.float32)
        self._stride = 1
        self._count = 0

    def __len__(self) -> int:
        """How many values were added."""
        return self._count

    @property
    def stride(self) -> int:
        """How many values one stretch holds; a power of two."""
        return self._stride

    def extend(self, values: FloatArray) -> None:
        """Add values ``(n,)`` at the end."""
        values = np.where(np.isfinite(values), values, np.nan).astype(np.float32)
        while len(values):
            room = len(self._low) * self._stride - self._count
            if not room:
                self._merge()
                continue
            taken, values = values[:room], values[room:]
            self._put(taken)
            self._count += len(taken)

    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """The least and the greatest value of each stretch, two arrays ``(m,)``."""
        used = -(-self._count // self._stride)
        return self._low[:used], self._high[:used]

    def curve(self) -> tuple[FloatArray, FloatArray]:
        """x and y of a line that touches every extreme; x counts values from 0.

        Stretches of one value give one point each, longer ones two: least, then greatest.
        """
        low, high = self.bounds()
        first = np.arange(len(low), dtype=np.float32) * self._stride
        if self._stride == 1:
            return first, low
        x = np.repeat(first + (self._stride - 1) / 2, 2)
        return x, np.column_stack([low, high]).reshape(-1)

    def _put(self, values: FloatArray) -> None:
        bucket = (self._count + np.arange(len(values))) // self._stride
        starts = np.flatnonzero(np.diff(bucket, prepend=-1))
        touched = bucket[starts]
        low = np.fmin.reduceat(values, starts)
        high = np.fmax.reduceat(values, starts)
        self._low[touched] = np.fmin(self._low[touched], low)
        self._high[touched] = np.fmax(self._high[touched], high)

    def _merge(self) -> None:
        half = len(self._low) // 2
        self._low[:half] = np.fmin(self._low[0::2], self._low[1::2])
        self._high[:half] = np.fmax(self._high[0::2], self._high[1::2])
        self._low[half:] = np.nan
        self._high[half:] = np.nan
        self._stride *= 2
