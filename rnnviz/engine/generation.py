"""What the engine writes with: a text or a piece that is asked for, bit by bit between two
batches."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import torch

from rnnviz.engine.messages import Composed, ComposePiece, Content, WriteText, Written
from rnnviz.engine.questions import Work, answers
from rnnviz.learning.generating.composing import Chord, opening
from rnnviz.learning.generating.writing import Letter
from rnnviz.learning.training.trainer import Trainer

PIECE = 0.015
"""Seconds of writing at a time, so that nobody waits for a text who wants to stop."""

LONGEST = 10_000
"""Letters of one answer at most."""

MOST_STEPS = 1_000
"""Steps that are composed for one answer at most."""

TELLING = 0.25
"""Seconds after which it is told how far a text or a piece has come."""


@answers(WriteText, "between")
def write(asked: WriteText, trainer: Trainer) -> Work:
    """A text, with the weights of the moment in which it was asked for."""
    length = max(0, min(asked.length, LONGEST))
    letters = trainer.writing(asked.text, length, asked.temperature, asked.seed)
    yield from _in_pieces(_written(length, letters))


@answers(ComposePiece, "between")
def compose(asked: ComposePiece, trainer: Trainer) -> Work:
    """A piece, in the same way."""
    steps = max(0, min(asked.steps, MOST_STEPS))
    start = opening(trainer.examples.valid, asked.example, asked.heard)
    chords = trainer.composing(start, steps, asked.temperature, asked.seed)
    yield from _in_pieces(_composed(start, steps, chords))


def _in_pieces(contents: Iterator[Content | None]) -> Work:
    """The same with a turn for others after every `PIECE` seconds."""
    while True:
        # One letter feeds no more than one thread: a second one only waits, and costs five
        # times as long where another program has its core. Training sets its own number.
        torch.set_num_threads(1)
        end = time.perf_counter() + PIECE
        for content in contents:
            if content is not None:
                yield content
                break
            if time.perf_counter() >= end:
                yield None
                break
        else:
            return


def _written(length: int, letters: Iterator[Letter | None]) -> Iterator[Written | None]:
    """None after each letter, now and then those that were not told yet, and at the end."""
    done, told = 0, time.perf_counter()
    fresh: list[Letter] = []

    def part() -> Written:
        return Written(
            text=[letter.text for letter in fresh],
            likely=[letter.likely for letter in fresh],
            first=done - len(fresh),
            length=length,
        )

    for letter in letters:
        if letter is not None:
            fresh.append(letter)
            done += 1
        if fresh and done < length and time.perf_counter() >= told + TELLING:
            told = time.perf_counter()
            yield part()
            fresh = []
        else:
            yield None
    yield part()


def _composed(
    start: np.ndarray, steps: int, chords: Iterator[Chord | None]
) -> Iterator[Composed | None]:
    """None after each chord, now and then how far the piece has come, then all of it."""
    heard = len(start)
    roll = np.concatenate([start, np.zeros((steps, start.shape[1]), bool)])
    shares = np.zeros((steps, start.shape[1]), np.float32)

    def so_far(done: int) -> Composed:
        return Composed(
            roll=roll[: heard + done].copy(),
            heard=heard,
            steps=steps,
            shares=shares[:done].copy(),
        )

    done, told = 0, time.perf_counter()
    for chord in chords:
        if chord is not None:
            roll[heard + done], shares[done] = chord
            done += 1
        if done < steps and time.perf_counter() >= told + TELLING:
            told = time.perf_counter()
            yield so_far(done)
        else:
            yield None
    yield so_far(steps)
