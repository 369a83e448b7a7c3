"""Tracing one sequence of a task through its network, so that a person can read it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from rnnviz.cells.base import Start
from rnnviz.learning.batching.losses import Batch, summed
from rnnviz.learning.generating import decoding
from rnnviz.learning.network.model import SequenceModel
from rnnviz.learning.tracing.layers import joined, states_of, top, weights_of
from rnnviz.learning.tracing.recording import Passage, Wanted, answering_weight, answers, record
from rnnviz.records.trace import Trace
from rnnviz.tasks import Dataset, Split, Task


class Sequence(NamedTuple):
    """One example as a network reads it, and the state that it begins with."""

    example: Split
    """of one example"""
    start: list[Start] | None = None
    """h_0 and c_0 of every layer; None for 0"""

    @property
    def inputs(self) -> Tensor:
        """What is read, without padding: values ``(T, I)`` or tokens ``(T, F)``."""
        return torch.as_tensor(self.example.inputs[0, : self.example.length(0)])


def trace_sequence(
    model: SequenceModel, dataset: Dataset, sequence: Sequence, wanted: Wanted
) -> Trace:
    """Trace one sequence of a dataset, and let the dataset say how it reads.

    `inputs` of the trace are the values, or the numbers of the tokens. An encoder-decoder
    decodes by itself: its timesteps follow the encoder's in one trace. Where both directions
    give one answer, `output` at t is what it would be from all that is read backwards and
    what is read forwards until t.

    Saliency and gradient go back to the first timestep of the sequence and no further, as in
    training.
    """
    trace = (_handed_over if model.decoder is not None else _read)(
        model, dataset.task, sequence, wanted
    )
    assert trace.output is not None
    presentation = dataset.read(sequence.example, 0, trace.output)
    return msgspec.structs.replace(trace, presentation=presentation)


def _read(model: SequenceModel, task: Task, sequence: Sequence, wanted: Wanted) -> Trace:
    inputs = sequence.inputs
    with torch.no_grad():
        values = model.reader.values(inputs)  # (T, I), or (T, F E)
    weights = weights_of(model.rnn)
    with torch.inference_mode():
        layers = states_of(model.rnn, weights, values, sequence.start)
        hidden = top(layers, model.rnn.bidirectional).clone()  # (T, D H)
        from_start = slice(0)  # the units that answer from what they are at the first timestep
        if model.rnn.bidirectional and task.shape == "many-to-one":
            # Backwards all is read when the first timestep is.
            from_start = slice(model.rnn.hidden_size, None)
            hidden[:, from_start] = hidden[0, from_start]
        output = answers(model.readout, hidden)
        slope = _slope(task, sequence.example, output)
        d_top = slope @ answering_weight(model.readout, output.dtype)
        d_top[0, from_start] = d_top[:, from_start].sum(dim=0)
        d_top[1:, from_start] = 0
    target = None
    if task.loss == "MSE":
        target = torch.as_tensor(sequence.example.targets[0])
        if task.shape == "many-to-many":
            target = target[: len(inputs)]
    return record(
        model.rnn,
        inputs,
        [Passage(weights, layers, sequence.start)],
        readout=model.readout,
        output=output,
        target=target,
        d_top=d_top,
        from_first=bool(from_start.start),
        wanted=wanted,
    )


def _handed_over(model: SequenceModel, task: Task, sequence: Sequence, wanted: Wanted) -> Trace:
    """The encoder reads, then the decoder reads its own answers, which are taken as they are:
    neither saliency nor gradient goes through the choice of a token."""
    inputs, decoder = sequence.inputs, sequence.example.decoder
    assert model.decoder is not None
    assert decoder is not None
    _, said = decoding.greedy(
        model, inputs[None], None, torch.as_tensor(decoder[:, :1, 0]), decoder.shape[1]
    )
    with torch.no_grad():
        source = model.reader.values(inputs)  # (T, F E)
        target = model.decoder.values(said[0][:, None])  # (U, E)
    with torch.inference_mode():
        weights = weights_of(model.rnn), weights_of(model.decoder.rnn)
        reading = states_of(model.rnn, weights[0], source)
        handed = [(s.hidden[-1], None if s.cell is None else s.cell[-1]) for s in reading]
        writing = states_of(model.decoder.rnn, weights[1], target, handed)
        together = joined([reading, writing])
        output = answers(model.readout, together[-1].hidden)  # (T + U, O)
        slope = _slope(task, sequence.example, output)
    return record(
        model.rnn,
        torch.cat((inputs, said[0][:, None].expand(-1, inputs.shape[1]))),
        [Passage(weights[0], reading), Passage(weights[1], writing, handed)],
        readout=model.readout,
        output=output,
        d_top=slope @ answering_weight(model.readout, output.dtype),
        wanted=wanted,
    )


def _slope(task: Task, example: Split, output: Tensor) -> Tensor:
    """d loss / d y_t for every answer of one example, ``(T, O)``: 0 where none counts."""
    with torch.inference_mode(False), torch.enable_grad():
        answers = output.clone().requires_grad_()
        targets, asked = torch.as_tensor(example.targets), None
        if task.shape == "many-to-one":
            rows = answers[-1:]  # (1, O)
        else:
            count = len(output) if example.decoder is None else example.decoder.shape[1]
            rows, targets = answers[None, -count:], targets[:, :count]  # (1, U, O)
            if example.asked is not None:
                asked = torch.as_tensor(example.asked[:, :count])
        total, number = summed(task.loss, rows, Batch(answers, targets, None, asked, None))
        return torch.autograd.grad(total / max(1, number), answers)[0]
