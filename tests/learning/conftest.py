"""Small experiments for the learning tests, and the number of threads put back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from rnnviz.experiment import Experiment
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks import Sine


@pytest.fixture(autouse=True)
def _threads_are_put_back() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def small(**knobs: Any) -> Experiment:
    """A job of ten batches an epoch on the CPU; knobs as ``training__epochs=3``."""
    experiment = Experiment(task=Sine(windows=96, window=12))
    values = {
        "training__device": "cpu",
        "training__batch": 8,
        "training__epochs": 3,
        "network__hidden": 10,
    }
    for name, value in (values | knobs).items():
        experiment = experiment.with_value(name.replace("__", "."), value)
    return experiment


def finish(trainer: Trainer) -> Trainer:
    """Train until all epochs are over."""
    while not trainer.done:
        trainer.train_batch()
    return trainer


@pytest.fixture(name="small")
def _small() -> Any:
    return small


@pytest.fixture(name="finish")
def _finish() -> Any:
    return finish
