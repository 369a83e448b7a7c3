"""The figures that each task is measured by: a frozen list of experiments and what they reach."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

from rnnviz.experiment import Experiment, knobs, suited, suits, turned
from rnnviz.knobs import Value
from rnnviz.tasks import TASKS, Task
from rnnviz.tasks.sentiment import Sentiment
from rnnviz.tasks.series import Series
from rnnviz.tasks.tagging import Tagging

Sense = Literal["at most", "at least", "stays above"]
"""Whether less is better, or more; or whether it is a figure that nobody should get below, which
is not reached at a moment but stays true to the end."""


class Figure(NamedTuple):
    """One number that a run is measured by, on the test examples where there are any."""

    measure: str
    """``loss``, or the name of one of the task's metrics"""
    sense: Sense
    wanted: float
    before: str
    """what was reached before rnnviz, in a plain loop or in print"""

    def reached(self, value: float) -> bool:
        """Whether a value is as good as the one that is wanted, or better."""
        return value <= self.wanted if self.sense == "at most" else value >= self.wanted


class Row(NamedTuple):
    """One run: a task with its own defaults, what is changed of them, and its figures."""

    name: str
    task: Task
    figures: tuple[Figure, ...]
    changes: dict[str, Value] = {}
    every: int = 0
    """after how many batches it is looked, on the validation examples, whether the figures are
    reached; 0: each epoch"""
    seeds: int = 5
    """how many there are: fewer where one takes over a minute"""

    def experiment(self, seed: int = 0) -> Experiment:
        """The experiment of one seed, on the CPU."""
        experiment = suited(self.task)
        for path, value in {**self.changes, "training.device": "cpu"}.items():
            experiment = experiment.with_value(path, value)
        return experiment.with_value("training.seed", seed)

    @property
    def changed(self) -> list[str]:
        """What was turned: all that is neither as it is when the task is chosen nor followed."""
        usual, own = suits(self.task), self.experiment()
        return [
            f"{knob.title} {knob.text(own.value(path))}"
            for path, knob in knobs(own)
            if path != "training.device" and own.value(path) != usual[path]
        ]


BOTH: dict[str, Value] = {"network.direction": "both"}


def _cell(cell: str, **more: Value) -> dict[str, Value]:
    return {"network.cell": cell} | {f"training.{name}": value for name, value in more.items()}


def _series() -> list[Row]:
    rmse = "plain loop {}; persistence {}, seasonal {}".format
    airline = turned(suited(Series()), "task.series", "passengers").task
    passengers = (Figure("RMSE", "at most", 40.0, rmse("38 to 40", 52.5, 46.1)),)
    return [
        Row(
            "series: sunspots",
            Series(),
            (Figure("RMSE", "at most", 18.8, rmse("18.3 to 18.8", 20.1, 45.4)),),
        ),
        Row(
            "series: temperature",
            Series(series="temperature"),
            (Figure("RMSE", "at most", 2.19, rmse(2.19, 2.48, 3.73)),),
        ),
        Row("series: passengers, RNN", airline, passengers, _cell("RNN")),
        Row(
            "series: passengers, GRU",
            airline,
            passengers,
            _cell("GRU"),
        ),
    ]


def _language() -> list[Row]:
    def right(wanted: float, before: str, measure: str = "accuracy") -> tuple[Figure, ...]:
        return (Figure(measure, "at least", wanted, before),)

    korean = Sentiment(language="Korean", tokens="characters")
    characters = Figure("nats per character", "at most", 1.67, "1.67 after 50 s; bigrams 2.49")
    return [
        Row("sentiment: English words", Sentiment(), right(0.76, "0.76; bag of words 0.81")),
        Row("sentiment: Korean characters", korean, right(0.80, "0.80; bag of words 0.83")),
        Row("tagging: English", Tagging(), right(0.88, "0.88; tag of the word 0.841")),
        Row(
            "tagging: Korean",
            Tagging(language="Korean", ending=2),
            right(0.88, "0.88; tag of the word 0.731"),
        ),
        Row("tagging: English, both ways", Tagging(), right(0.91, "0.91"), BOTH),
        Row("characters", TASKS["characters"](), (characters,), seeds=3),
        Row("dates", TASKS["dates"](), right(0.989, "98.9 % after 10 epochs", "exact")),
    ]


def _chorales() -> list[Row]:
    reached = {"LSTM": (8.43, 8.67), "RNN": (8.72, 9.10), "GRU": (8.74, 8.54)}
    return [
        Row(
            f"chorales: {cell}",
            TASKS["chorales"](),
            (Figure("NLL a step", "at most", wanted, f"{wanted}; published {published:.2f}"),),
            _cell(cell),
        )
        for cell, (wanted, published) in reached.items()
    ]


def _memory() -> list[Row]:
    adding, reber, recall = TASKS["adding"](), TASKS["reber"](), TASKS["recall"]()
    summed = Figure("loss", "at most", 1e-3, "below 1e-3 in 60 s")
    vain = Figure("loss", "stays above", 0.15, "stays at 0.17")
    legal = Figure("strings right", "at least", 0.99, "99 %")
    # What stands before the figures: always 1 is wrong by 1/6, and who remembers nothing has
    # a loss of 10 ln 8 / (T + 20).
    plateau = f"93 % after 60 s; plateau of the loss {10 * math.log(8) / 50:.4f}"
    copied = Figure("symbols right", "at least", 0.93, plateau)
    return [
        *(Row(f"adding: {cell}", adding, (summed,), _cell(cell)) for cell in ("LSTM", "GRU")),
        Row("adding: RNN", adding, (vain,), _cell("RNN")),
        Row("copy", TASKS["copy"](), (copied,), seeds=3),
        *(
            Row(
                f"recall: {cell}",
                recall,
                (Figure("accuracy", "at least", 1.0, f"100 % after {steps} steps"),),
                _cell(cell),
                every=10,
            )
            for cell, steps in (("LSTM", 100), ("GRU", 300))
        ),
        *(Row(f"reber: {cell}", reber, (legal,), _cell(cell)) for cell in ("LSTM", "GRU", "RNN")),
    ]


def rows() -> tuple[Row, ...]:
    """All rows, in the order of the table."""
    waves, tenth = TASKS["waves"](), "accuracy from the tenth frame"
    sine = Figure("loss", "at most", 2.2e-5, "2e-5, the median of twelve seeds 2.2e-5")
    forward = (
        Figure("accuracy", "at least", 0.95, "95 to 96 %"),
        Figure(tenth, "at least", 0.999, "99.9 %"),
    )
    return (
        Row("sine", TASKS["sine"](), (sine,)),
        Row("waves", waves, forward),
        Row("waves: both ways", waves, (Figure("accuracy", "at least", 0.98, "98 %"),), BOTH),
        *_series(),
        *_language(),
        *_chorales(),
        *_memory(),
    )
