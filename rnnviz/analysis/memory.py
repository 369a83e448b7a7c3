"""How the notepad moves: what can be measured on the hidden states of a trace."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


def change(
    hidden: FloatArray, start: FloatArray | None = None, *, backwards: bool = False
) -> FloatArray:
    """||h_t - h_{t-1}|| for each timestep, ``(T,)``, of hidden states ``(T, H)``.

    h_0 is `start` ``(H,)``, or 0. `backwards` the notepad before that of t is that of t + 1:
    ||h_t - h_{t+1}||, and `start` stands behind the last.
    """
    if backwards:
        return change(hidden[::-1], start)[::-1]
    first = np.zeros_like(hidden[0]) if start is None else start
    with np.errstate(invalid="ignore"):  # inf - inf, of a network that blew up
        steps = np.diff(hidden.astype(np.float64), axis=0, prepend=first[None])
    return np.linalg.norm(steps, axis=1).astype(np.float32)
