"""What all drawings have in common: they say what they draw, in numbers and words."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Drawing = dict[str, npt.NDArray[Any]]
"""What can be seen in a picture, by name; what is hidden or empty is not in it."""


@runtime_checkable
class Picture(Protocol):
    """A widget or an item that draws."""

    def drawn(self) -> Drawing:
        """What can be seen in it as it was drawn last, read from what is drawn itself and not
        from what it was made of."""


def table(**columns: list[Any]) -> npt.NDArray[Any]:
    """Columns of words or numbers as one array with a field for each, ``(n,)``; they have at
    least one row."""
    arrays = {name: np.array(column) for name, column in columns.items()}
    rows = len(next(iter(arrays.values())))
    made = np.empty(rows, [(name, array.dtype) for name, array in arrays.items()])
    for name, array in arrays.items():
        made[name] = array
    return made
