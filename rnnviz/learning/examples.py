"""Tracing one example of a task through its network, so that a person can read it."""

from __future__ import annotations

import msgspec
import numpy as np
import torch
from torch import Tensor

from rnnviz.learning import decoding, tracing
from rnnviz.learning.cells import States, weights_of
from rnnviz.learning.losses import Batch, summed
from rnnviz.learning.network import SequenceModel
from rnnviz.records import Trace
from rnnviz.tasks import Split, Task


def trace_example(
    model: SequenceModel,
    task: Task,
    split: Split,
    example: int,
    relevance: bool | None,
    dearest: float,
) -> Trace:
    """Trace one example without what it is padded with, and let the task say how it reads.

    `inputs` of the trace are the values, or the numbers of the tokens. An encoder-decoder
    decodes by itself: its timesteps follow the encoder's in one trace.
    """
    length = split.length(example)
    inputs = torch.as_tensor(split.inputs[example, :length])  # (T, I) or (T, F)
    if task.shape == "encoder-decoder":
        trace = _handed_over(model, split, example, inputs)
    else:
        trace = _read(model, task, split, example, inputs, relevance, dearest)
    assert trace.output is not None
    return msgspec.structs.replace(trace, reading=task.read(split, example, trace.output))


def _read(
    model: SequenceModel,
    task: Task,
    split: Split,
    example: int,
    inputs: Tensor,
    relevance: bool | None,
    dearest: float,
) -> Trace:
    with torch.no_grad():
        values = model.reader.values(inputs)  # (T, I), or (T, F E)
    weights = weights_of(model.rnn)
    with torch.inference_mode():
        layers = tracing.states_of(model.rnn, weights, values)
        hidden = tracing.top(layers, model.rnn.bidirectional)
        output = tracing.answers(model.readout, hidden)
    target = None
    if task.loss == "MSE":
        target = torch.as_tensor(split.targets[example])
        if target.ndim == 2:
            target = target[: len(inputs)]
    trace = tracing.record(
        model.rnn,
        values,
        weights,
        layers,
        readout=model.readout,
        output=output,
        target=target,
        d_output=_slope(task, split, example, output.clone()),
        relevance=relevance,
        dearest=dearest,
    )
    return msgspec.structs.replace(trace, inputs=inputs.float().numpy())


def _slope(task: Task, split: Split, example: int, output: Tensor) -> Tensor:
    """d loss / d y_t for every answer of one example, ``(T, O)``: 0 where none counts."""
    output = output.detach().requires_grad_()
    rows = slice(example, example + 1)
    length = split.length(example)
    many = task.shape == "many-to-many"
    targets = torch.as_tensor(split.targets[rows])
    asked = None if split.asked is None else torch.as_tensor(split.asked[rows, :length])
    batch = Batch(output, targets[:, :length] if many else targets, None, asked, None)
    with torch.enable_grad():
        total, count = summed(task.loss, output[None] if many else output[None, -1], batch)
        if not total.requires_grad:
            return torch.zeros_like(output)
        return torch.autograd.grad(total / max(1, count), output)[0]


def _handed_over(model: SequenceModel, split: Split, example: int, inputs: Tensor) -> Trace:
    assert model.decoder is not None
    assert split.decoder is not None
    length = torch.tensor([len(inputs)])
    start = torch.as_tensor(split.decoder[example : example + 1, :1, 0])
    steps = split.decoder.shape[1]
    _, read = decoding.greedy(model, inputs[None], length, start, steps)
    with torch.no_grad():
        source = model.reader.values(inputs)
        said = model.decoder.values(read[0][:, None])
    with torch.inference_mode():
        reading = tracing.states_of(model.rnn, weights_of(model.rnn), source)
        notepads = [(s.hidden[-1], None if s.cell is None else s.cell[-1]) for s in reading]
        writing = tracing.states_of(
            model.decoder.rnn, weights_of(model.decoder.rnn), said, notepads
        )
        together = [
            States(
                torch.cat([a.hidden, b.hidden]),
                None if a.cell is None or b.cell is None else torch.cat([a.cell, b.cell]),
                {gate: torch.cat([a.gates[gate], b.gates[gate]]) for gate in a.gates},
            )
            for a, b in zip(reading, writing, strict=True)
        ]
        output = tracing.answers(model.readout, together[-1].hidden)
    trace = tracing.record(
        model.rnn, source, [], together, readout=model.readout, output=output, relevance=False
    )
    tokens = np.concatenate(
        [inputs.numpy(), np.repeat(read[0].numpy()[:, None], inputs.shape[1], 1)]
    )
    return msgspec.structs.replace(trace, inputs=tokens.astype(np.float32))
