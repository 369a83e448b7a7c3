"""Tracing one example of a task through its network, so that a person can read it."""

from __future__ import annotations

import msgspec
import torch
from torch import Tensor

from rnnviz.cells.base import Start
from rnnviz.learning.batching.losses import Batch, summed
from rnnviz.learning.generating import decoding
from rnnviz.learning.network.model import SequenceModel
from rnnviz.learning.tracing import trace
from rnnviz.learning.tracing.layers import joined, states_of, top, weights_of
from rnnviz.learning.tracing.start_states import Notepads
from rnnviz.learning.tracing.trace import Passage
from rnnviz.records.trace import Trace
from rnnviz.tasks import Dataset, Split, Task


def trace_example(
    model: SequenceModel,
    dataset: Dataset,
    split: Split,
    example: int,
    saliency: bool | None,
    dearest: float,
    notepads: Notepads,
    *,
    gradient_norm: bool = True,
) -> Trace:
    """Trace one example without what it is padded with, and let its dataset say how it reads.

    `inputs` of the trace are the values, or the numbers of the tokens. An encoder-decoder
    decodes by itself: its timesteps follow the encoder's in one trace. Where both directions
    give one answer, `output` at t is what it would be from all that is read backwards and
    what is read forwards until t.

    Where examples go on from each other, the trace begins with the notepad that the examples
    before it have filled, as a `Evaluator` has it there: `notepads` of the same split know it.
    Saliency and gradient go back to the first timestep of the example and no further, as in
    training.
    """
    task, length = dataset.task, split.length(example)
    inputs = torch.as_tensor(split.inputs[example, :length])  # (T, I) or (T, F)
    if task.shape == "encoder-decoder":
        trace = _handed_over(model, task, split, example, inputs, saliency, dearest, gradient_norm)
    else:
        start = notepads.before(model, example) if task.stateful else None
        trace = _read(model, task, split, example, inputs, start, saliency, dearest, gradient_norm)
    assert trace.output is not None
    return msgspec.structs.replace(trace, presentation=dataset.read(split, example, trace.output))


def _read(
    model: SequenceModel,
    task: Task,
    split: Split,
    example: int,
    inputs: Tensor,
    start: list[Start] | None,
    saliency: bool | None,
    dearest: float,
    gradient_norm: bool,
) -> Trace:
    with torch.no_grad():
        values = model.reader.values(inputs)  # (T, I), or (T, F E)
    weights = weights_of(model.rnn)
    with torch.inference_mode():
        layers = states_of(model.rnn, weights, values, start)
        hidden = top(layers, model.rnn.bidirectional).clone()  # (T, D H)
        from_start = slice(0)  # the units that answer from what they are at the first timestep
        if model.rnn.bidirectional and task.shape == "many-to-one":
            # Backwards all is read when the first timestep is.
            from_start = slice(model.rnn.hidden_size, None)
            hidden[:, from_start] = hidden[0, from_start]
        output = trace.answers(model.readout, hidden)
        slope = _slope(task, split, example, output)
        d_top = slope @ trace.answering_weight(model.readout, output.dtype)
        d_top[0, from_start] = d_top[:, from_start].sum(dim=0)
        d_top[1:, from_start] = 0
    target = None
    if task.loss == "MSE":
        target = torch.as_tensor(split.targets[example])
        if task.shape == "many-to-many":
            target = target[: len(inputs)]
    return trace.record(
        model.rnn,
        inputs,
        [Passage(weights, layers, start)],
        readout=model.readout,
        output=output,
        target=target,
        d_top=d_top if gradient_norm else None,
        from_first=bool(from_start.start),
        saliency=saliency,
        dearest=dearest,
    )


def _handed_over(
    model: SequenceModel,
    task: Task,
    split: Split,
    example: int,
    inputs: Tensor,
    saliency: bool | None,
    dearest: float,
    gradient_norm: bool,
) -> Trace:
    """The encoder reads, then the decoder reads its own answers, which are taken as they are:
    neither saliency nor gradient goes through the choice of a token."""
    assert model.decoder is not None
    assert split.decoder is not None
    start = torch.as_tensor(split.decoder[example : example + 1, :1, 0])
    _, read = decoding.greedy(model, inputs[None], None, start, split.decoder.shape[1])
    with torch.no_grad():
        source = model.reader.values(inputs)  # (T, F E)
        said = model.decoder.values(read[0][:, None])  # (U, E)
    with torch.inference_mode():
        weights = weights_of(model.rnn), weights_of(model.decoder.rnn)
        presentation = states_of(model.rnn, weights[0], source)
        notepads = [(s.hidden[-1], None if s.cell is None else s.cell[-1]) for s in presentation]
        writing = states_of(model.decoder.rnn, weights[1], said, notepads)
        together = joined([presentation, writing])
        output = trace.answers(model.readout, together[-1].hidden)  # (T + U, O)
        slope = _slope(task, split, example, output)
        d_top = slope @ trace.answering_weight(model.readout, output.dtype)
    return trace.record(
        model.rnn,
        torch.cat((inputs, read[0][:, None].expand(-1, inputs.shape[1]))),
        [Passage(weights[0], presentation), Passage(weights[1], writing, notepads)],
        readout=model.readout,
        output=output,
        d_top=d_top if gradient_norm else None,
        saliency=saliency,
        dearest=dearest,
    )


def _slope(task: Task, split: Split, example: int, output: Tensor) -> Tensor:
    """d loss / d y_t for every answer of one example, ``(T, O)``: 0 where none counts."""
    with torch.inference_mode(False), torch.enable_grad():
        answers = output.clone().requires_grad_()
        targets, asked = torch.as_tensor(split.targets[example : example + 1]), None
        if task.shape == "many-to-one":
            rows = answers[-1:]  # (1, O)
        else:
            count = len(output) if split.decoder is None else split.decoder.shape[1]
            rows, targets = answers[None, -count:], targets[:, :count]  # (1, U, O)
            if split.asked is not None:
                asked = torch.as_tensor(split.asked[example : example + 1, :count])
        total, number = summed(task.loss, rows, Batch(answers, targets, None, asked, None))
        return torch.autograd.grad(total / max(1, number), answers)[0]
