"""Composing: a network hears the chords it has played, and plays the next."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rnnviz.learning.network import SequenceModel
from rnnviz.tasks.task import Task


@torch.inference_mode()
def compose(
    model: SequenceModel,
    task: Task,
    start: npt.NDArray[np.bool_],
    steps: int,
    temperature: float,
    generator: torch.Generator,
) -> npt.NDArray[np.bool_]:
    """Go on with a piano roll for `steps` steps, ``(steps, I)``; `start` ``(S, I)``, S >= 1, is
    heard first and is not part of what comes back.

    Each note is drawn by itself, with the probability sigmoid(y_t / temperature): below 1 what
    is likely becomes likelier, and at 0 the notes above 1/2 are played. The same weights,
    start, temperature and state of `generator` give the same music. `task` must be one whose
    answers are its next inputs, each on or off.
    """
    if task.loss != "binary cross-entropy" or task.input_size != task.output_size:
        raise ValueError(f"{task.title} does not answer with its next input, so it cannot compose.")
    if len(start) == 0:
        raise ValueError("Composing needs at least one step to start from.")
    learning = model.training
    model.eval()
    try:
        device = model.readout.weight.device
        heard = torch.as_tensor(start, dtype=torch.float32, device=device)[None]  # (1, S, I)
        answers, state = model.carry(heard)
        played = []
        for _ in range(steps):
            notes = _drawn(answers[0, -1].cpu(), temperature, generator)
            played.append(notes.numpy())
            answers, state = model.carry(notes.to(device).float()[None, None], state=state)
        return np.array(played, bool).reshape(steps, task.output_size)
    finally:
        model.train(learning)


def _drawn(logits: Tensor, temperature: float, generator: torch.Generator) -> Tensor:
    if temperature == 0:
        return logits > 0
    return torch.rand(len(logits), generator=generator) < torch.sigmoid(logits / temperature)
