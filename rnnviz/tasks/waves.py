"""Naming waves: a signal switches between four shapes, say which one each frame belongs to."""

from __future__ import annotations

import math
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt

from rnnviz.knobs import Knob, Value
from rnnviz.records.preprocessing import DrawnByLot
from rnnviz.records.trace import Presentation
from rnnviz.tasks.data.waveforms import SHAPES
from rnnviz.tasks.dataset import Dataset
from rnnviz.tasks.examples import Examples, FloatArray, IntArray, Part, Split
from rnnviz.tasks.rules import measures
from rnnviz.tasks.rules.templates import templates
from rnnviz.tasks.task import Loss, Shape, Task
from rnnviz.words.number_format import short
from rnnviz.words.phrase import Phrase

NAMES = list(SHAPES)

SETTLED = 10
"""From this frame after a switch on, one who reads forwards has had time to notice."""

FEW_FRAMES, MANY_FRAMES = 5_000, 40_000
"""Frames by which simple rules are measured at most, before training and once it has ended: no
setting takes seconds, and the usual test examples are all counted."""

STEEPNESSES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)


class Waves(Task, tag="waves"):
    """Signals of T frames in which one shape follows another.

    Each stretch has a shape that differs from the one before it, a period drawn evenly
    between the shortest and the longest, a phase drawn evenly, height 1, and from half to
    one and a half times the mean length. Noise is added to all frames.
    """

    title: ClassVar[str] = "Naming waves"
    summary: ClassVar[str] = "Read a signal that changes its shape, name the shape of each frame."
    order: ClassVar[int] = 30
    words: ClassVar[tuple[str, ...]] = (
        "accuracy",
        "accuracy from the tenth frame",
        "majority",
        "nearest template",
        "signal",
        "sine",
        "square",
        "saw",
        "triangle",
    )
    shape: ClassVar[Shape] = "many-to-many"
    loss: ClassVar[Loss] = "cross-entropy"
    whole_sequence: ClassVar[bool] = True
    position: ClassVar[str] = "frames after a switch"
    network: ClassVar[dict[str, Value]] = {"cell": "GRU"}
    training: ClassVar[dict[str, Value]] = {
        "learning_rate": 1e-2,
        "batch": 32,
        "epochs": 15,
        "clip_norm": 1.0,
        "schedule": "cosine",
    }

    length: Annotated[
        int,
        Knob(
            "signal length",
            "How many frames each signal has.",
            low=20,
            high=500,
            scale="log",
            most=5000,
            unit="timesteps",
        ),
    ] = 150
    stretch: Annotated[
        int,
        Knob(
            "frames between switches",
            "How long the signal keeps one shape, on average.",
            low=10,
            high=200,
            scale="log",
            unit="timesteps",
        ),
    ] = 75
    shortest: Annotated[
        float,
        Knob(
            "shortest period",
            "How many frames the fastest waves take for one period.",
            low=4.0,
            high=60.0,
            scale="log",
            unit="timesteps",
        ),
    ] = 10.0
    longest: Annotated[
        float,
        Knob(
            "longest period",
            "How many frames the slowest waves take for one period.",
            low=4.0,
            high=60.0,
            scale="log",
            unit="timesteps",
        ),
    ] = 20.0
    noise: Annotated[
        float,
        Knob(
            "noise",
            "How much chance is added to every frame, as a standard deviation.",
            low=0.0,
            high=1.0,
        ),
    ] = 0.05
    signals: Annotated[
        int,
        Knob(
            "signals",
            "How many examples there are; every sixth is kept apart to judge by, and as many "
            "to test.",
            low=60,
            high=5000,
            scale="log",
        ),
    ] = 1500

    def open(self, seed: int) -> WavesData:
        return WavesData(self, seed)


class WavesData(Dataset):
    """Signals put together by lot."""

    task: Waves

    output_size = len(NAMES)

    def __init__(self, task: Waves, seed: int) -> None:
        super().__init__(task, seed)
        self.timesteps = task.length

    @cached_property
    def examples(self) -> Examples:
        task, rng = self.task, np.random.default_rng(self.seed)
        shapes, angles = self._stretches(rng)  # (N, T) both
        signals = np.choose(shapes, [SHAPES[name](angles) for name in NAMES])
        if task.noise:
            signals += rng.normal(0.0, task.noise, size=signals.shape)
        inputs = signals[:, :, None].astype(np.float32)
        held = task.signals // 6
        cuts = [0, task.signals - 2 * held, task.signals - held, task.signals]
        return Examples(*(Split(inputs[a:b], shapes[a:b]) for a, b in pairwise(cuts)))

    def baselines(self) -> dict[str, float]:
        split = self.examples.valid
        return {
            rule: measures.cross_entropy(_of_right(shares, split))
            for rule, shares in self._simple_answers(split, FEW_FRAMES).items()
        }

    def rules(self) -> dict[str, dict[str, float]]:
        split = self.examples.final
        return {
            rule: self.metrics(shares, _first(split, MANY_FRAMES))
            for rule, shares in self._simple_answers(split, MANY_FRAMES).items()
        }

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        right = outputs.argmax(axis=-1) == split.targets
        found = {"accuracy": float(right.mean())}
        settled = since_switch(split.targets) >= SETTLED - 1
        if settled.any():
            found["accuracy from the tenth frame"] = float(right[settled].mean())
        return found

    def error_by_position(self, outputs: FloatArray, split: Split) -> FloatArray:
        wrong = outputs.argmax(axis=-1) != split.targets
        distance = since_switch(split.targets)
        return np.array(
            [wrong[distance == place].mean() for place in range(distance.max() + 1)], np.float32
        )

    def preprocessing(self, part: Part, example: int) -> DrawnByLot:
        noise_level = self.task.noise
        drawn = Phrase(
            "Each example is put together by lot of stretches of about {frames} frames, each with "
            "a shape, a period and a phase of its own.",
            {"frames": self.task.stretch},
        )
        noise = Phrase("Chance of {noise} is added to each.", {"noise": short(noise_level)})
        rest = Phrase("Values of height 1 need no scaling, and all signals are equally long.")
        return DrawnByLot(how=[drawn, *([noise] if noise_level else []), rest])

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        asked, answers = split.targets[example], output.argmax(axis=1)
        return Presentation(
            value_label="signal",
            answers=[NAMES[answer] for answer in answers],
            asked=[NAMES[shape] for shape in asked],
            right=[bool(equal) for equal in answers == asked],
            likely=measures.likeliest(output, NAMES),
        )

    def _stretches(self, rng: np.random.Generator) -> tuple[IntArray, npt.NDArray[np.float64]]:
        """The shape and the angle of every frame, both ``(N, T)``."""
        task = self.task
        shortest, longest = self._periods()
        least, most = task.stretch // 2, task.stretch + task.stretch // 2
        count = task.length // least + 1  # enough, even if all are as short as can be
        size = (task.signals, count)
        ends = rng.integers(least, most + 1, size=size).cumsum(axis=1)
        steps = rng.integers(1, len(NAMES), size=size)  # to one of the other shapes
        steps[:, 0] = rng.integers(0, len(NAMES), size=task.signals)
        shapes = steps.cumsum(axis=1) % len(NAMES)
        speeds = 2 * math.pi / rng.uniform(shortest, longest, size=size)
        phases = rng.uniform(0, 2 * math.pi, size=size)
        frames = np.arange(task.length)
        switches = np.zeros((task.signals, task.length), np.int64)
        signal, place = np.nonzero(ends < task.length)
        switches[signal, ends[signal, place]] = 1
        stretch = switches.cumsum(axis=1)  # which stretch each frame is in

        def of(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            return np.take_along_axis(values, stretch, axis=1)

        return np.take_along_axis(shapes, stretch, axis=1), of(phases) + of(speeds) * frames

    def _periods(self) -> tuple[float, float]:
        ends = self.task.shortest, self.task.longest
        return min(ends), max(ends)

    def _simple_answers(self, split: Split, frames: int) -> dict[str, FloatArray]:
        """The probabilities of all shapes by simple rules, ``(N, T, 4)``, for `_first` of a
        split. That of the nearest template falls with the distance, as steeply as is best
        for the training examples."""
        examples = self.examples
        train, split = _first(examples.train, FEW_FRAMES), _first(split, frames)
        known = templates(*self._periods())
        learned, asked = (known.distances(part.inputs[:, :, 0]) for part in (train, split))
        _, steepness = min(
            (measures.cross_entropy(_of_right(measures.probabilities(-s * learned), train)), s)
            for s in STEEPNESSES
        )
        shares = np.bincount(examples.train.targets.reshape(-1), minlength=len(NAMES))
        majority = np.broadcast_to(shares / shares.sum(), asked.shape)
        return {
            "majority": majority.astype(np.float32),
            "nearest template": measures.probabilities(-steepness * asked),
        }


def since_switch(shapes: npt.NDArray[Any]) -> IntArray:
    """How many frames ago each signal ``(N, T)`` switched, 0 at the first frame of a shape;
    a signal begins with a switch."""
    frames = np.arange(shapes.shape[1])
    switched = np.zeros(shapes.shape, bool)
    switched[:, 1:] = shapes[:, 1:] != shapes[:, :-1]
    return frames - np.maximum.accumulate(np.where(switched, frames, 0), axis=1)


def _first(split: Split, frames: int) -> Split:
    """The first examples of a split, with about so many frames at most."""
    count = max(1, frames // split.inputs.shape[1])
    return Split(split.inputs[:count], split.targets[:count])


def _of_right(shares: FloatArray, split: Split) -> FloatArray:
    """The probability that was given to what was right, ``(N, T)``."""
    targets = split.targets[: len(shares), :, None].astype(np.int64)
    return np.take_along_axis(shares, targets, axis=2)[:, :, 0]
