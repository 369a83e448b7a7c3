"""Writing: a network goes on with a text by itself, each character drawn from its answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from rnnviz.learning.network.model import SequenceModel, State
from rnnviz.tasks import Dataset

SHOWN = 5
"""How many of the likeliest are told."""


class Letter(NamedTuple):
    """What was written, and the likeliest with the probabilities that it was drawn by; last it
    is itself, where it is none of them."""

    text: str
    likely: list[tuple[str, float]]


def write(
    model: SequenceModel,
    dataset: Dataset,
    text: str,
    length: int,
    temperature: float,
    generator: torch.Generator,
) -> list[Letter]:
    """`length` characters (or whatever the classes are) that go on with `text`.

    `dataset` must be of a task that `writes`. The same weights, text, temperature and state of
    `generator` give the same letters. See `letters`.
    """
    learning = model.training
    model.eval()
    try:
        written = letters(model, dataset, text, length, temperature, generator)
        return [letter for letter in written if letter is not None]
    finally:
        model.train(learning)


def letters(
    model: SequenceModel,
    dataset: Dataset,
    text: str,
    length: int,
    temperature: float,
    generator: torch.Generator,
) -> Iterator[Letter | None]:
    """The same, one small step at a time: None while `text` is read, then each letter.

    A letter is drawn with the probabilities softmax(y_t / temperature): below 1 what is
    likely becomes likelier, and at 0 the likeliest is always taken. Characters of `text`
    that the dataset does not know are read as its unknown token, which is never written.
    `model` is on the CPU and in evaluation.
    """
    if not temperature >= 0:
        raise ValueError(f"a temperature is 0 or more, not {temperature:g}")
    alphabet = dataset.alphabet
    mute = torch.tensor([not name for name in alphabet])
    tokens = torch.as_tensor(dataset.tokens_of(text))  # (T, 1)
    state: State = None
    for token in tokens[:-1]:
        _, state = _answer(model, token, state)
        yield None
    token = tokens[-1]
    for _ in range(length):
        logits, state = _answer(model, token, state)
        chances = probabilities(logits.masked_fill(mute, -torch.inf), temperature)
        token = torch.multinomial(chances, 1, generator=generator)  # (1,)
        places = chances.topk(min(SHOWN, len(alphabet))).indices.tolist()
        drawn = int(token)
        shown = places if drawn in places else [*places, drawn]
        pairs = zip(shown, chances[shown].tolist(), strict=True)
        yield Letter(
            alphabet[drawn], [(alphabet[place], chance) for place, chance in pairs if chance]
        )


def probabilities(logits: Tensor, temperature: float) -> Tensor:
    """softmax(logits / temperature) of ``(O,)``, in the limit where the temperature is 0."""
    below = (logits - logits.max()).double()
    if temperature == 0:
        return torch.nn.functional.one_hot(below.argmax(), len(below)).double()
    return torch.softmax(below / temperature, dim=0)


@torch.inference_mode()
def _answer(model: SequenceModel, token: Tensor, state: State) -> tuple[Tensor, State]:
    """Read one token ``(1,)``: the logits of the next ``(O,)``, and the notepad."""
    logits, state = model.carry(token[None, None], state=state)  # (1, 1, O)
    return logits[0, 0], state
