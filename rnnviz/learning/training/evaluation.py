"""Judging: the loss on examples kept apart, and the answers by which a task measures itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import msgspec
import numpy as np
import torch
from torch import Tensor

from rnnviz.learning.batching.losses import summed, take, tensors
from rnnviz.learning.generating import decoding
from rnnviz.learning.network.model import SequenceModel, State
from rnnviz.records.arrays import FloatArray
from rnnviz.records.run import Figures
from rnnviz.tasks import Dataset, Split, Task
from rnnviz.tasks.rules.parts import Parts as Parts  # so judges do their work
from rnnviz.tasks.rules.parts import finished as finished

PART_BYTES = 2**23
"""Memory for the hidden states of one layer while judging: more examples are judged in parts,
so that long sequences fit, and the states stay in the cache."""

STREAMS = 16
"""In how many stretches a series is read at most where notepads are carried over."""


def stretch(rows: int) -> int:
    """How many examples follow each other in a stretch, which begins with an empty notepad:
    row n goes on from row n - 1 but where n divides by it."""
    return rows // max(n for n in range(1, STREAMS + 1) if rows % n == 0)


class Evaluator:
    """Judges a network on one split, which lies on the device once."""

    def __init__(self, task: Task, split: Split, device: str) -> None:
        self._task = task
        self._split = split
        self._tensors = tensors(split, device)

    def loss(self, model: SequenceModel) -> tuple[float, FloatArray]:
        """The mean loss, and all answers, ``(N, O)`` or ``(N, U, O)``, classes as logits.

        An encoder-decoder is taught here as in training; `decoded` has its own answers.
        """
        return finished(self.parts_of_loss(model))

    def decoded(self, model: SequenceModel) -> FloatArray:
        """What an encoder-decoder answers when it reads its own answers, ``(N, U, O)``."""
        return finished(self.parts_of_decoded(model))

    def parts_of_loss(self, model: SequenceModel) -> Parts[tuple[float, FloatArray]]:
        """`loss` in parts: where there are several, whoever judges may do something else
        between them, but for the weights, which must stay as they are."""
        total, count = 0.0, 0
        outputs: FloatArray | None = None
        state: State = None
        parts = self._parts(model.rnn.hidden_size)
        for rows in parts:
            with torch.no_grad(), _at_rest(model):
                batch = take(self._tensors, rows)
                answers, state = model.carry(
                    batch.inputs,
                    batch.lengths,
                    batch.decoder,
                    state if self._task.stateful else None,
                )
                loss, number = summed(self._task.loss, answers, batch)
            total, count = total + float(loss.double()), count + number
            outputs = self._filed(outputs, rows, answers)
            if len(parts) > 1:
                yield
        assert outputs is not None
        return total / max(1, count), outputs

    def parts_of_decoded(self, model: SequenceModel) -> Parts[FloatArray]:
        """`decoded` in parts, in the same way."""
        outputs: FloatArray | None = None
        parts = self._parts(model.rnn.hidden_size)
        for rows in parts:
            with torch.no_grad(), _at_rest(model):
                batch = take(self._tensors, rows)
                assert batch.decoder is not None
                start, steps = batch.decoder[:, :1, 0], batch.decoder.shape[1]
                logits, _ = decoding.greedy(model, batch.inputs, batch.lengths, start, steps)
            outputs = self._filed(outputs, rows, logits)
            if len(parts) > 1:
                yield
        assert outputs is not None
        return outputs

    def _parts(self, units: int) -> list[Tensor]:
        """Row numbers of parts that fit; with lengths, like next to like."""
        rows, timesteps = self._tensors.inputs.shape[:2]
        if self._task.stateful:
            return list(torch.arange(rows).view(-1, stretch(rows)).unbind(1))
        order = torch.arange(rows)
        if self._split.lengths is not None:
            order = torch.as_tensor(np.argsort(self._split.lengths, kind="stable"))
        return list(order.split(max(1, PART_BYTES // (4 * timesteps * units))))

    def _filed(self, outputs: FloatArray | None, rows: Tensor, answers: Tensor) -> FloatArray:
        """All answers in the order of the examples, 0 behind the shorter ones, with those of
        `rows` put in. One array from the first part on: answers of many classes are large."""
        if outputs is None:
            count, several = len(self._split.inputs), answers.ndim == 3
            answered = self._split.targets.shape[1:2] if several else ()
            outputs = np.zeros((count, *answered, answers.shape[-1]), np.float32)
        place = (rows.numpy(), slice(answers.shape[1])) if answers.ndim == 3 else rows.numpy()
        outputs[place] = answers.float().cpu().numpy()
        return outputs


@contextlib.contextmanager
def _at_rest(model: SequenceModel) -> Iterator[None]:
    """The network as it answers, not as it learns: nothing is hidden from it."""
    learning = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(learning)


def parts_of_summary(
    dataset: Dataset,
    model: SequenceModel,
    device: str,
    evaluator: Evaluator,
    epoch: float = 0.0,
) -> Parts[Figures]:
    """How good a network is: its loss, and in the task's own units, on the validation examples,
    and on the test examples that nothing was chosen by; the error along time where many are
    asked; what simple rules reach; by how much the answers about a series come late.

    In parts, between which the weights must stay as they are. `evaluator` has the validation
    examples on the device already; the weights have learned from `epoch` epochs.
    """
    task, examples = dataset.task, dataset.examples
    loss, outputs = yield from _parts_of_answers(evaluator, task, model)
    errors = dataset.error_by_position(outputs, examples.valid)
    found = Figures(
        epoch=epoch,
        valid_loss=loss,
        metrics=dataset.metrics(outputs, examples.valid),
        error_by_position=() if errors is None else tuple(errors.tolist()),
    )
    split, test = examples.valid, {}
    if examples.test is not None:
        split = examples.test
        loss, outputs = yield from _parts_of_answers(Evaluator(task, split, device), task, model)
        test = {"loss": loss, **dataset.metrics(outputs, split)}
    lag = dataset.lag(outputs, split) or {}
    yield
    return msgspec.structs.replace(
        found,
        test=test,
        test_examples=0 if examples.test is None else len(split.inputs),
        lag=lag,
        rules=(yield from dataset.parts_of_rules()),
    )


def _parts_of_answers(
    evaluator: Evaluator, task: Task, model: SequenceModel
) -> Parts[tuple[float, FloatArray]]:
    loss, outputs = yield from evaluator.parts_of_loss(model)
    if task.shape == "encoder-decoder":
        outputs = yield from evaluator.parts_of_decoded(model)
    return loss, outputs


def summary(dataset: Dataset, model: SequenceModel, device: str) -> Figures:
    """The same, all at once."""
    evaluator = Evaluator(dataset.task, dataset.examples.valid, device)
    return finished(parts_of_summary(dataset, model, device, evaluator))
