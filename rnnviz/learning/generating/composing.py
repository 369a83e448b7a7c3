"""Composing: a network hears the chords it has played, and plays the next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from rnnviz.learning.network.model import SequenceModel, State
from rnnviz.records.arrays import BoolArray, FloatArray
from rnnviz.tasks.examples import Split
from rnnviz.tasks.task import Task


class Chord(NamedTuple):
    """One step: which notes are played, and the probabilities that they were drawn by."""

    notes: BoolArray
    """``(I,)``"""
    shares: FloatArray
    """``(I,)``"""


def compose(
    model: SequenceModel,
    task: Task,
    start: BoolArray,
    steps: int,
    temperature: float,
    generator: torch.Generator,
) -> BoolArray:
    """Go on with a piano roll for `steps` steps, ``(steps, I)``; `start` ``(S, I)``, S >= 1, is
    heard first and is not part of what comes back.

    `task` must be one that `composes`. The same weights, start, temperature and state of
    `generator` give the same music. See `chords`.
    """
    learning = model.training
    model.eval()
    try:
        composed = chords(model, task, start, steps, temperature, generator)
        played = [chord.notes for chord in composed if chord is not None]
        return np.array(played, bool).reshape(steps, start.shape[1])
    finally:
        model.train(learning)


def chords(
    model: SequenceModel,
    task: Task,
    start: BoolArray,
    steps: int,
    temperature: float,
    generator: torch.Generator,
) -> Iterator[Chord | None]:
    """The same, one small step at a time: None while `start` is heard, then each chord.

    Each note is drawn by itself, with the probability sigmoid(y_t / temperature): below 1 what
    is likely becomes likelier, and at 0 the notes above 1/2 are played. `model` is in
    evaluation.
    """
    if not task.composes:
        raise ValueError(f"{task.title} does not answer with its next input, so it cannot compose.")
    if len(start) == 0:
        raise ValueError("Composing needs at least one step to start from.")
    if not temperature >= 0:
        raise ValueError(f"a temperature is 0 or more, not {temperature:g}")
    device = model.readout.weight.device
    heard = torch.as_tensor(start, dtype=torch.float32)  # (S, I)
    state: State = None
    for notes in heard[:-1]:
        _, state = _answer(model, notes.to(device), state)
        yield None
    notes = heard[-1]
    for _ in range(steps):
        logits, state = _answer(model, notes.to(device), state)
        chances = probabilities(logits.cpu(), temperature)
        drawn = torch.rand(len(chances), generator=generator) < chances
        yield Chord(drawn.numpy(), chances.float().numpy())
        notes = drawn.float()


def opening(split: Split, example: int, steps: int) -> BoolArray:
    """The first `steps` of an example as a roll, one at least and no more than it has; raises
    `IndexError` where there is no such example."""
    if not 0 <= example < len(split.inputs):
        raise IndexError(f"there are {len(split.inputs)} examples, none is {example}")
    return split.inputs[example, : max(1, min(steps, split.length(example)))] > 0


def probabilities(logits: Tensor, temperature: float) -> Tensor:
    """sigmoid(logits / temperature), in the limit where the temperature is 0."""
    if temperature == 0:
        return (logits > 0).double()
    return torch.sigmoid(logits.double() / temperature)


@torch.inference_mode()
def _answer(model: SequenceModel, notes: Tensor, state: State) -> tuple[Tensor, State]:
    """Hear one chord ``(I,)``: the logits of the next ``(I,)``, and the notepad."""
    logits, state = model.carry(notes[None, None], state=state)  # (1, 1, I)
    return logits[0, 0], state
