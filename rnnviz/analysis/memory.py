"""How the notepad moves: what can be measured on the hidden states of a trace."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


def change(hidden: FloatArray) -> FloatArray:
    """||h_t - h_{t-1}|| for each timestep, ``(T,)``, of hidden states ``(T, H)``; h_0 is 0."""
    steps = np.diff(hidden, axis=0, prepend=np.zeros_like(hidden[:1]))
    return np.linalg.norm(steps, axis=1).astype(np.float32)
