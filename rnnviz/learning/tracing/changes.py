"""A sequence with something in it changed: what is read, or the state that it begins with."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rnnviz.cells import of_mode
from rnnviz.cells.base import Start
from rnnviz.learning.network.model import SequenceModel
from rnnviz.learning.network.scan import Recurrent
from rnnviz.learning.tracing.refusals import TraceError
from rnnviz.learning.tracing.task_trace import Sequence
from rnnviz.records.arrays import FloatArray
from rnnviz.records.trace import Change
from rnnviz.tasks.examples import IntArray


def changed(sequence: Sequence, change: Change, model: SequenceModel) -> Sequence:
    """The sequence with what is changed in it; raises `TraceError` for what does not fit."""
    if change.inputs is not None:
        sequence = _read_otherwise(sequence, change.inputs, model)
    if change.start is not None:
        if model.decoder is not None:
            raise TraceError("An encoder begins with an empty notepad, and with no other.")
        start = _start(change.start, change.start_cell, model.rnn)
        sequence = sequence._replace(start=start)
    return sequence


def _read_otherwise(sequence: Sequence, inputs: FloatArray, model: SequenceModel) -> Sequence:
    example = sequence.example
    length, (_, _, width) = example.length(0), example.inputs.shape
    free = model.shape != "many-to-many"
    if inputs.ndim != 2 or inputs.shape[1] != width or not len(inputs):
        raise TraceError(
            "The sequence must have the shape (T, {width}), not {shape}.",
            width=width,
            shape=inputs.shape,
        )
    if len(inputs) != length and not free:
        raise TraceError(
            "Where every timestep is asked the sequence must keep its {length} timesteps, and not "
            "have {given}.",
            length=length,
            given=len(inputs),
        )
    tokens = example.inputs.dtype != np.float32
    sizes = [embedding.num_embeddings for embedding in model.reader.embed] if tokens else []
    if not np.isfinite(inputs).all():
        raise TraceError("The sequence must be finite.")
    if (
        tokens
        and not ((inputs == np.round(inputs)) & (inputs >= 0) & (inputs < np.array(sizes))).all()
    ):
        raise TraceError("The tokens of the sequence must be numbers that the vocabulary has.")
    read: FloatArray | IntArray
    read = inputs.astype(np.int64)[None] if tokens else inputs.astype(np.float32)[None]
    lengths = None if example.lengths is None else np.array([len(inputs)])
    return sequence._replace(example=example._replace(inputs=read, lengths=lengths))


def _start(hidden: FloatArray, content: FloatArray | None, rnn: Recurrent) -> list[Start]:
    layers = rnn.num_layers * (2 if rnn.bidirectional else 1)
    shape = (layers, rnn.hidden_size)
    has_content = of_mode(rnn.mode).has_cell_state
    if content is None and has_content:
        content = np.zeros(shape, np.float32)
    for name, state in (("h_0", hidden), ("c_0", content)):
        if state is not None and (state.shape != shape or not np.isfinite(state).all()):
            raise TraceError(
                "{name} must be finite and have the shape {shape}, not {given}.",
                name=name,
                shape=shape,
                given=state.shape,
            )
    return [
        (_tensor(hidden[k]), _tensor(content[k]) if has_content and content is not None else None)
        for k in range(layers)
    ]


def _tensor(state: FloatArray) -> Tensor:
    return torch.from_numpy(np.array(state, np.float32))
