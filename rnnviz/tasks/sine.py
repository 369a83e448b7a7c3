"""The tutorial's job: read a stretch of a sine, say what comes next."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Annotated, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from rnnviz.knobs import Knob
from rnnviz.records.preprocessing import DrawnByLot
from rnnviz.records.trace import Presentation
from rnnviz.tasks.data.waveforms import SHAPES
from rnnviz.tasks.dataset import Dataset
from rnnviz.tasks.examples import Examples, FloatArray, Part, Split
from rnnviz.tasks.rules import baselines
from rnnviz.tasks.task import Shape, Task
from rnnviz.words.number_format import short
from rnnviz.words.phrase import Phrase

OVERTONE = (1 + math.sqrt(5)) / 2
"""How much faster the second of two waves is: by the golden ratio, so that their sum never
repeats itself."""


class Sine(Task, tag="sine"):
    """Windows of ``sin(start + 2 pi k / period)``, start uniform in [0, 2 pi).

    With the defaults the step is 0.1 rad, as in the tutorial. Other waves have the same
    period and starts; ``two`` is half of that sine and half of one that is `OVERTONE` times
    faster, with a start of its own; ``chirp`` is twice as fast at the point that is asked for
    as at the first. Noise is added to the whole measured series, target included, so nobody
    can get below its variance.
    """

    title: ClassVar[str] = "Sine"
    summary: ClassVar[str] = "Read a stretch of a sine wave, predict a later point."
    order: ClassVar[int] = 10
    words: ClassVar[tuple[str, ...]] = (
        "loss",
        "RMSE",
        "mean",
        "persistence",
        "linear autoregression",
    )
    shape: ClassVar[Shape] = "many-to-one"

    wave: Annotated[
        Literal["sine", "two", "chirp", "square", "saw"],
        Knob(
            "wave",
            "What wave it is: a sine, the sum of two sines, a chirp that becomes faster, a "
            "square wave or a saw.",
        ),
    ] = "sine"

    window: Annotated[
        int,
        Knob(
            "window length",
            "How many points the network reads before it has to answer.",
            low=2,
            high=500,
            scale="log",
            most=5000,
            unit="timesteps",
        ),
    ] = 50
    period: Annotated[
        float,
        Knob(
            "points per period",
            "How many points one full wave has: few are a fast wave, many a slow one.",
            low=4.0,
            high=400.0,
            scale="log",
            unit="timesteps",
        ),
    ] = 20 * math.pi
    noise: Annotated[
        float,
        Knob(
            "noise",
            "How much chance is added to every point, as a standard deviation.",
            low=0.0,
            high=1.0,
        ),
    ] = 0.0
    ahead: Annotated[
        int,
        Knob(
            "how far ahead",
            "Which later point is asked for: 1 is the very next.",
            low=1,
            high=100,
            scale="log",
            unit="timesteps",
        ),
    ] = 1
    windows: Annotated[
        int,
        Knob(
            "windows",
            "How many examples there are; every sixth is kept apart to judge by.",
            low=60,
            high=20_000,
            scale="log",
        ),
    ] = 3000

    def open(self, seed: int) -> SineData:
        return SineData(self, seed)


class SineData(Dataset):
    """Windows that begin anywhere in the wave."""

    task: Sine

    def __init__(self, task: Sine, seed: int) -> None:
        super().__init__(task, seed)
        self.timesteps = task.window

    @cached_property
    def examples(self) -> Examples:
        task, rng = self.task, np.random.default_rng(self.seed)
        start = rng.uniform(0.0, 2 * math.pi, size=(task.windows, 1))  # (N, 1)
        steps = np.append(np.arange(task.window), task.window - 1 + task.ahead)
        series = self._wave(start, 2 * math.pi / task.period, steps, rng)  # (N, T + 1)
        if task.noise:
            series += rng.normal(0.0, task.noise, size=series.shape)
        points: FloatArray = series.astype(np.float32)
        split = task.windows - task.windows // 6
        inputs, targets = points[:, :-1, None], points[:, -1:]
        return Examples(
            Split(np.ascontiguousarray(inputs[:split]), np.ascontiguousarray(targets[:split])),
            Split(np.ascontiguousarray(inputs[split:]), np.ascontiguousarray(targets[split:])),
        )

    def _wave(
        self,
        start: npt.NDArray[np.float64],
        speed: float,
        steps: npt.NDArray[np.int64],
        rng: np.random.Generator,
    ) -> npt.NDArray[np.float64]:
        angle = start + speed * steps
        if self.task.wave == "two":
            other = rng.uniform(0.0, 2 * math.pi, size=start.shape)
            return (np.sin(angle) + np.sin(other + OVERTONE * speed * steps)) / 2
        if self.task.wave == "chirp":
            # The speed rises evenly from `speed` to twice that: angle = start + its integral.
            return np.sin(angle + speed * steps**2 / (2 * steps[-1]))
        return SHAPES[self.task.wave](angle)

    def preprocessing(self, part: Part, example: int) -> DrawnByLot:
        task = self.task
        drawn = Phrase(
            "Each example is a wave that starts at an angle drawn by lot: {points} points to read, "
            "and the one {ahead} later that is asked for.",
            {"points": task.window, "ahead": task.ahead},
        )
        noise = Phrase("Chance of {noise} is added to each.", {"noise": short(task.noise)})
        rest = Phrase("Values from −1 to 1 need no scaling, and all windows are equally long.")
        return DrawnByLot(how=[drawn, *([noise] if task.noise else []), rest])

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        return Presentation(horizon=self.task.ahead)

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        return {"RMSE": float(np.sqrt(np.mean((outputs - split.targets) ** 2)))}

    def baselines(self) -> dict[str, float]:
        found = {
            "mean": baselines.mean(self.examples),
            "persistence": baselines.persistence(self.examples),
            "linear autoregression": baselines.linear_autoregression(self.examples),
        }
        if self.task.noise:
            found["noise"] = self.task.noise**2
        return found
