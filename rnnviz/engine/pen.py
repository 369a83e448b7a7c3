"""What the engine writes with: a text that is asked for, in pieces between two batches."""

from __future__ import annotations

import time

import torch

from rnnviz.engine.messages import Write, Written
from rnnviz.learning.training import Trainer

PIECE = 0.015
"""Seconds of writing at a time, so that nobody waits for a text who wants to stop."""

LONGEST = 10_000
"""Letters of one answer at most."""


class Pen:
    """Writes what was asked for with the weights of the moment in which it was asked."""

    def __init__(self, asked: Write, trainer: Trainer) -> None:
        self.asked = asked
        length = max(0, min(asked.length, LONGEST))
        self._letters = trainer.writing(asked.text, length, asked.temperature, asked.seed)
        self._text: list[str] = []
        self._likely: list[list[tuple[str, float]]] = []

    def go_on(self) -> Written | None:
        """Write for a moment; the answer, once all is written."""
        # One letter feeds no more than one thread: a second one only waits, and costs five
        # times as long where another program has its core. Training sets its own number.
        torch.set_num_threads(1)
        end = time.perf_counter() + PIECE
        for letter in self._letters:
            if letter is not None:
                self._text.append(letter.text)
                self._likely.append(letter.likely)
            if time.perf_counter() >= end:
                return None
        return Written(
            run=self.asked.run,
            request=self.asked.request,
            text=self._text,
            likely=self._likely,
        )
