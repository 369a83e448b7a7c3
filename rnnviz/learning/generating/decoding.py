"""Greedy decoding: an encoder-decoder answers by itself, from what it said before."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnviz.learning.network.model import SequenceModel, run_layers


@torch.no_grad()
def greedy(
    model: SequenceModel, inputs: Tensor, lengths: Tensor | None, start: Tensor, steps: int
) -> tuple[Tensor, Tensor]:
    """Decode `steps` answers, each the likeliest, reading each before the next.

    `start` ``(B, 1)`` is what the decoder reads first. Gives the logits ``(B, U, O)`` and what
    the decoder read, ``(B, U)``: `start` and all answers but the last. It always ends: a task
    that answers with fewer tokens has one that says so.
    """
    assert model.decoder is not None
    _, state = run_layers(model.rnn, model.reader.values(inputs), lengths, to_each_end=True)
    read, logits, token = [], [], start
    for _ in range(steps):
        hidden, state = model.decoder.rnn(model.decoder.values(token[..., None]), state)
        answer = model.readout(hidden)  # (B, 1, O)
        read.append(token)
        logits.append(answer)
        token = answer.argmax(dim=-1)
    return torch.cat(logits, dim=1), torch.cat(read, dim=1)
