"""The independent truth: a network trained again in a process of its own, and asked for a trace."""

from __future__ import annotations

import time
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING

from rnnviz.experiment import Experiment
from rnnviz.records.run import EpochRecord
from rnnviz.records.trace import Trace

if TYPE_CHECKING:
    from rnnviz.learning.training.trainer import Trainer

PATIENCE = 4.0
"""Seconds of training after which a run is not trained again."""


@dataclass(frozen=True)
class Question:
    """A run, how far it is, and the trace that is asked for."""

    experiment: Experiment
    threads: int
    step: int
    epochs: int
    example: int
    epoch: int | None


@dataclass(frozen=True)
class Truth:
    """The trace, from a fresh start. Where training again took too long it is `sure` of what
    does not hang on the weights alone: inputs, target, shapes."""

    trace: Trace
    history: list[EpochRecord]
    sure: bool


class Judge:
    """Answers questions in a process of its own, which keeps the last run that was asked about."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    def ask(self, question: Question) -> Future[Truth]:
        return self._pool.submit(_answer, question)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


_last: tuple[Experiment, int, Trainer, bool] | None = None


def _answer(question: Question) -> Truth:
    global _last
    # Only in the judge's process: PyTorch would be most of the window's memory.
    from rnnviz.learning.training.devices import Choice
    from rnnviz.learning.training.trainer import Trainer, TrainingFailed

    trainer, sound = None, True
    if _last is not None and _last[:2] == (question.experiment, question.threads):
        _, _, trainer, sound = _last
        if trainer.step > question.step or len(trainer.history) > question.epochs:
            trainer = None  # it was reset, with the same settings
    if trainer is None:
        trainer, sound = Trainer(question.experiment, choice=Choice("cpu", question.threads)), True
    end = time.perf_counter() + PATIENCE

    def behind() -> bool:
        assert trainer is not None
        return trainer.step < question.step or len(trainer.history) < question.epochs

    try:
        while sound and behind() and time.perf_counter() < end:
            trainer.train_batch()
    except TrainingFailed:
        sound = False
    _last = question.experiment, question.threads, trainer, sound
    if question.epoch is None:
        sure = sound and not behind()
    else:  # an epoch that was passed is known even where the training after it was too long
        sure = question.epoch in trainer.kept_epochs
    epoch = question.epoch if sure else None
    trace = trainer.trace(question.example, epoch)
    return Truth(trace, list(trainer.history), sure)
