"""Adding: two numbers among many are marked, and their sum is asked for at the end."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, ClassVar

import numpy as np

from rnnviz.knobs import Knob, Value
from rnnviz.records.preprocessing import DrawnByLot
from rnnviz.records.trace import Presentation
from rnnviz.tasks.dataset import Dataset
from rnnviz.tasks.examples import Examples, FloatArray, Part, Split
from rnnviz.tasks.task import Shape, Task
from rnnviz.words.phrase import Phrase

CLOSE = 0.04
"""A sum, which lies between 0 and 2, counts as right within this much. (The limit of Hochreiter
and Schmidhuber (1997), whose targets lie between 0 and 1.)"""


class Adding(Task, tag="adding"):
    """Numbers uniform in [0, 1], each with a marker that is 1 for two of them and else 0.

    One of the two is marked in the first half and one in the second (Hochreiter and
    Schmidhuber 1997, experiment 4, in the form of Arjovsky, Shah and Bengio 2016). Who sees
    no markers does best with always 1, and is wrong by the variance of a sum of two uniform
    numbers: 2/12.
    """

    title: ClassVar[str] = "Adding"
    summary: ClassVar[str] = "Add the two marked numbers of a long list."
    order: ClassVar[int] = 100
    words: ClassVar[tuple[str, ...]] = (
        "RMSE",
        "sums right",
        "always 1",
        "number",
        "marker",
    )
    shape: ClassVar[Shape] = "many-to-one"
    whole_sequence: ClassVar[bool] = True
    training: ClassVar[dict[str, Value]] = {
        "learning_rate": 5e-3,
        "clip_norm": 1.0,
        "schedule": "cosine",
        "epochs": 35,
    }

    length: Annotated[
        int,
        Knob(
            "length",
            "How many numbers there are; two of them are marked.",
            low=2,
            high=500,
            scale="log",
            most=5000,
            unit="timesteps",
        ),
    ] = 100
    lists: Annotated[
        int,
        Knob(
            "lists",
            "How many examples there are; a tenth is kept apart to judge by, and another tenth "
            "for the end.",
            low=60,
            high=20_000,
            scale="log",
        ),
    ] = 10_000

    @property
    def network(self) -> dict[str, Value]:  # type: ignore[override]
        """Gates that hold for a part of the way: what would hold for all of it also gathers
        all numbers that are not marked, before it has learned to leave them out."""
        return {"cell": "LSTM", "hidden": 32, "gate_bias": max(1.0, 0.3 * self.length)}

    def open(self, seed: int) -> AddingData:
        return AddingData(self, seed)


class AddingData(Dataset):
    """Lists drawn by lot."""

    task: Adding

    input_size = 2

    def __init__(self, task: Adding, seed: int) -> None:
        super().__init__(task, seed)
        self.timesteps = task.length

    @cached_property
    def examples(self) -> Examples:
        rng = np.random.default_rng(self.seed)
        lists, length = self.task.lists, self.task.length
        half, rows = length // 2, np.arange(lists)
        inputs = np.zeros((lists, length, 2), np.float32)
        inputs[:, :, 0] = rng.random((lists, length), np.float32)
        inputs[rows, rng.integers(0, half, lists), 1] = 1
        inputs[rows, rng.integers(half, length, lists), 1] = 1
        targets = inputs.prod(axis=2).sum(axis=1, keepdims=True)
        held = lists // 10
        cut = [lists - 2 * held, lists - held]
        parts = zip(np.split(inputs, cut), np.split(targets, cut), strict=True)
        return Examples(*(Split(*part) for part in parts))

    def baselines(self) -> dict[str, float]:
        return {"always 1": self._always_1(self.examples.valid)["loss"]}

    def rules(self) -> dict[str, dict[str, float]]:
        return {"always 1": self._always_1(self.examples.final)}

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        error = np.abs(outputs - split.targets)
        return {
            "RMSE": float(np.sqrt(np.mean(error.astype(float) ** 2))),
            "sums right": float(np.mean(error < CLOSE)),
        }

    def _always_1(self, split: Split) -> dict[str, float]:
        """What it costs on these examples to answer 1 to all of them: about 1/6."""
        ones = np.ones(split.targets.shape, np.float32)
        error = float(np.mean((ones - split.targets).astype(float) ** 2))
        return {"loss": error, **self.metrics(ones, split)}

    def preprocessing(self, part: Part, example: int) -> DrawnByLot:
        return DrawnByLot(
            how=[
                Phrase(
                    "Each example is a list of {length} numbers drawn by lot between 0 and 1; a 1 "
                    "beside them marks one in the first half and one in the second.",
                    {"length": self.task.length},
                ),
                Phrase("Such values need no scaling, and all lists are equally long."),
            ]
        )

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        return Presentation(value_label="number", inputs_named=["number", "marker"])
