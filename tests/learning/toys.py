"""Tiny tasks of every shape, loss and kind of input, with sequences of different lengths."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from rnnviz.cells import CELLS as CELLS  # every cell, by name
from rnnviz.experiment import Experiment
from rnnviz.learning.network.model import SequenceModel, build
from rnnviz.records.trace import Presentation
from rnnviz.tasks import Dataset, Examples, Split, Task
from rnnviz.tasks.task import Loss, Shape

TIMESTEPS, CLASSES = 9, 4


class Toy(Task, tag="toy"):
    """Noise to be learned by heart: 24 examples to learn from and 10 to judge by."""

    title: ClassVar[str] = "Toy"
    shape: ClassVar[Shape] = "many-to-one"
    whole_sequence: ClassVar[bool] = True
    columns: ClassVar[int] = 0  # of tokens
    padded: ClassVar[bool] = True
    some_asked: ClassVar[bool] = False

    def open(self, seed: int) -> ToyData:
        return ToyData(self, seed)


class ToyData(Dataset):
    """The noise."""

    task: Toy
    input_size = 2
    output_size = CLASSES
    timesteps = TIMESTEPS

    def __init__(self, task: Toy, seed: int) -> None:
        super().__init__(task, seed)
        self.vocabularies = (5, 7)[: task.columns]

    @cached_property
    def examples(self) -> Examples:
        rng = np.random.default_rng(self.seed)
        return Examples(self._split(rng, 24), self._split(rng, 10), self._split(rng, 6))

    def _split(self, rng: np.random.Generator, count: int) -> Split:
        lengths = rng.integers(1, TIMESTEPS + 1, count) if self.task.padded else None
        there = np.ones((count, TIMESTEPS), bool)
        if lengths is not None:
            there = np.arange(TIMESTEPS) < lengths[:, None]
        inputs: Any = rng.normal(size=(count, TIMESTEPS, 2)).astype(np.float32)
        if self.vocabularies:
            drawn = [rng.integers(1, size, (count, TIMESTEPS)) for size in self.vocabularies]
            inputs = np.stack(drawn, axis=2)
        inputs[~there] = 0
        answers = () if self.task.shape == "many-to-one" else (TIMESTEPS,)
        targets: Any = rng.integers(0, CLASSES, (count, *answers))
        if self.task.loss != "cross-entropy":
            targets = rng.integers(0, 2, (count, *answers, CLASSES)).astype(np.float32)
        asked = there & (rng.random(there.shape) < 0.5) if self.task.some_asked else None
        return Split(inputs, targets, lengths, asked)

    def baselines(self) -> dict[str, float]:
        return {}

    def read(self, split: Split, example: int, output: Any) -> Presentation:
        return Presentation()


class Value(Toy, tag="value"):
    pass


class Review(Toy, tag="review"):
    loss: ClassVar[Loss] = "cross-entropy"
    columns: ClassVar[int] = 1
    embeds: ClassVar[bool] = True


class Curve(Toy, tag="curve"):
    shape: ClassVar[Shape] = "many-to-many"


class Labels(Toy, tag="labels"):
    shape: ClassVar[Shape] = "many-to-many"
    loss: ClassVar[Loss] = "cross-entropy"
    columns: ClassVar[int] = 2
    embeds: ClassVar[bool] = True


class Later(Labels, tag="later"):
    some_asked: ClassVar[bool] = True


class Notes(Toy, tag="notes"):
    shape: ClassVar[Shape] = "many-to-many"
    loss: ClassVar[Loss] = "binary cross-entropy"


class Stream(Toy, tag="stream"):
    shape: ClassVar[Shape] = "many-to-many"
    loss: ClassVar[Loss] = "cross-entropy"
    columns: ClassVar[int] = 1
    embeds: ClassVar[bool] = True
    padded: ClassVar[bool] = False
    stateful: ClassVar[bool] = True
    whole_sequence: ClassVar[bool] = False


class Translation(Toy, tag="translation"):
    """Reads two columns of tokens, answers with 5 of one; the last may not be asked."""

    shape: ClassVar[Shape] = "encoder-decoder"
    loss: ClassVar[Loss] = "cross-entropy"
    columns: ClassVar[int] = 2
    embeds: ClassVar[bool] = True
    whole_sequence: ClassVar[bool] = False

    def open(self, seed: int) -> ToyData:
        return TranslationData(self, seed)


class TranslationData(ToyData):
    """What is read, and what is to be said of it."""

    def _split(self, rng: np.random.Generator, count: int) -> Split:
        split = super()._split(rng, count)
        targets = rng.integers(1, CLASSES, (count, 5))
        decoder = np.concatenate((np.full((count, 1), 1), targets[:, :-1]), axis=1)[..., None]
        asked = np.arange(5) < rng.integers(4, 6, count)[:, None]
        return Split(split.inputs, targets, split.lengths, asked, decoder)


TOYS = [Value, Review, Curve, Labels, Later, Notes, Stream, Translation]


def experiment(task: Task, **knobs: Any) -> Experiment:
    """A small experiment on the CPU; knobs as ``network__cell="GRU"``."""
    values = {
        "training__device": "cpu",
        "training__batch": 8,
        "training__epochs": 3,
        "network__hidden": 6,
        "network__embedding": 3,
    }
    found = Experiment(task=task)
    for name, value in (values | knobs).items():
        found = found.with_value(name.replace("__", "."), value)
    return found


def untrained(experiment: Experiment) -> SequenceModel:
    """The network of an experiment before it has learned anything."""
    return build(experiment, experiment.task.open(experiment.training.seed).sizes)


def with_examples(experiment: Experiment, examples: Examples) -> Dataset:
    """The data of an experiment with other examples in them."""
    dataset = experiment.task.open(experiment.training.seed)
    dataset.examples = examples
    return dataset
