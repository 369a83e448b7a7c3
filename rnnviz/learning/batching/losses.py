"""The three losses, summed over the answers that count."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812  PyTorch's own name for it
from torch import Tensor

from rnnviz.tasks.examples import Split
from rnnviz.tasks.task import Loss


class Batch(NamedTuple):
    """Some examples of a split as tensors; the fields are those of `Split`."""

    inputs: Tensor
    targets: Tensor
    lengths: Tensor | None
    asked: Tensor | None
    decoder: Tensor | None


def summed(kind: Loss, outputs: Tensor, batch: Batch) -> tuple[Tensor, int]:
    """The loss of all answers that count, added up, and how many they are.

    ``MSE`` counts values, ``cross-entropy`` (natural logarithm) and ``binary
    cross-entropy`` (over all outputs of a timestep: a negative log-likelihood) count
    answers. What is padded or not asked for takes no part, and gets no gradient.
    """
    targets = batch.targets
    if outputs.ndim == 3:
        counted = counts(batch, outputs.shape[1])
        if counted is not None:
            outputs, targets = outputs[counted], targets[counted]
        else:
            outputs, targets = outputs.flatten(0, 1), targets.flatten(0, 1)
    if kind == "cross-entropy":
        return F.cross_entropy(outputs, targets, reduction="sum"), len(targets)
    if kind == "binary cross-entropy":
        loss = F.binary_cross_entropy_with_logits(outputs, targets, reduction="sum")
        return loss, len(targets)
    return F.mse_loss(outputs, targets, reduction="sum"), targets.numel()


def counts(batch: Batch, answers: int) -> Tensor | None:
    """Which answers count, ``(B, U)``; None for all."""
    if batch.asked is not None:
        return batch.asked
    if batch.lengths is None or batch.decoder is not None:
        return None
    return torch.arange(answers, device=batch.lengths.device) < batch.lengths[:, None]


def tensors(split: Split, device: str) -> Batch:
    """A whole split on a device, once."""

    def put(array: object) -> Tensor | None:
        return None if array is None else torch.as_tensor(array).to(device)

    inputs, targets = put(split.inputs), put(split.targets)
    assert inputs is not None
    assert targets is not None
    return Batch(inputs, targets, put(split.lengths), put(split.asked), put(split.decoder))


def take(split: Batch, rows: Tensor) -> Batch:
    """Some examples, cut to the longest of them."""
    lengths = None if split.lengths is None else split.lengths[rows]
    inputs, targets = split.inputs[rows], split.targets[rows]
    asked = None if split.asked is None else split.asked[rows]
    decoder = None if split.decoder is None else split.decoder[rows]
    if lengths is not None:
        longest = int(lengths.max())
        inputs = inputs[:, :longest]
        if decoder is None and asked is not None:
            asked = asked[:, :longest]
        # Answers along time have an axis more: values (B, T, O), classes (B, T).
        if decoder is None and targets.ndim == (3 if targets.is_floating_point() else 2):
            targets = targets[:, :longest]
    return Batch(inputs, targets, lengths, asked, decoder)
