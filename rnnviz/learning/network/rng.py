"""Chance of one's own: what dropout hides depends on the seed of the run and on nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor


class Chance:
    """Random numbers that nobody else draws from, and that leave everybody else's alone."""

    def __init__(self, seed: int, device: str) -> None:
        self._device = device
        self._state = torch.Generator(device).manual_seed(seed).get_state()
        self._generator = torch.cuda if device == "cuda" else torch.random

    @property
    def state(self) -> Tensor:
        """Where in its numbers it is, as bytes."""
        return self._state.clone()

    def restore(self, state: Tensor) -> None:
        """Go on from a `state`; raises `RuntimeError` for bytes that are none."""
        torch.Generator(self._device).set_state(state)  # which looks whether it is one
        self._state = state.clone()

    @contextlib.contextmanager
    def drawn(self) -> Iterator[None]:
        """While this lasts, PyTorch's global generator on the device is this one."""
        others = self._generator.get_rng_state()
        self._generator.set_rng_state(self._state)
        try:
            yield
        finally:
            self._state = self._generator.get_rng_state()
            self._generator.set_rng_state(others)
