"""Recorded series: read a stretch of what was measured, say what comes later."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from rnnviz.knobs import Knob, KnobError, Value
from rnnviz.records.preprocessing import PreparedSeries
from rnnviz.records.trace import Presentation
from rnnviz.tasks.data.recorded import SOURCES, recorded
from rnnviz.tasks.data.scaling import FITTED_TO, Kind, Scaling, fit
from rnnviz.tasks.dataset import Dataset
from rnnviz.tasks.examples import PARTS, Examples, FloatArray, Part, Split, pick
from rnnviz.tasks.rules.autoregression import linear
from rnnviz.tasks.rules.lag import best_shift
from rnnviz.tasks.task import Shape, Task

VALID_SHARE = 0.1
"""Of all timesteps, those just before the test part."""

FEWEST = 8
"""Training windows that there must be at least."""


class Timesteps(NamedTuple):
    """A series made ready: M timesteps, as they were and scaled, and where its parts end."""

    values: npt.NDArray[np.float64]
    scaled: npt.NDArray[np.float64]
    scaling: Scaling
    train_end: int
    valid_end: int


class Series(Task, tag="series"):
    """Windows that slide over a recorded series, one timestep at a time.

    The series is cut in time order: first the training part, then the validation part, a
    tenth of it, then the test part. What is asked for lies in its own part; what is read
    may reach back into the part before, as it may in life. The scaling is fitted to the
    training part alone.
    """

    title: ClassVar[str] = "Recorded series"
    summary: ClassVar[str] = (
        "Read a stretch of sunspots, temperatures or passengers, predict a later value."
    )
    order: ClassVar[int] = 20
    words: ClassVar[tuple[str, ...]] = (
        "RMSE",
        "MAE",
        "mean",
        "persistence",
        "seasonal",
        "linear autoregression",
        "autoregression with the season",
        "sunspot number",
        "lowest of the day, °C",
        "passengers, thousands",
        "sunspots",
        "Melbourne's temperature",
        "airline passengers",
        "mean ± spread",
        "lowest to highest",
        "mean ± spread of the logarithm",
    )
    shape: ClassVar[Shape] = "many-to-one"
    series: Annotated[
        Literal["sunspots", "temperature", "passengers"],
        Knob(
            "series",
            "What was recorded: sunspots each month since 1749, Melbourne's temperature each "
            "day, or airline passengers each month.",
        ),
    ] = "sunspots"
    every: Annotated[
        int,
        Knob(
            "points in a timestep",
            "How many recorded points make one timestep of the series.",
            low=1,
            high=30,
            scale="log",
            unit="points",
        ),
    ] = 1
    sampling: Annotated[
        Literal["last", "mean"],
        Knob(
            "sampling",
            "Which value stands for the points of a timestep: the last of them or their mean.",
        ),
    ] = "last"
    window: Annotated[
        int,
        Knob(
            "window length",
            "How many timesteps the network reads before it has to answer.",
            low=2,
            high=240,
            scale="log",
            unit="timesteps",
        ),
    ] = 24
    horizon: Annotated[
        int,
        Knob(
            "horizon",
            "How far ahead the answer lies: 1 is the very next timestep.",
            low=1,
            high=24,
            unit="timesteps",
        ),
    ] = 1
    scaling: Annotated[
        Kind,
        Knob(
            "scaling",
            "How values are made to suit the network: mean 0 and spread 1 (standard), from 0 to "
            "1 (min-max), or the logarithm first.",
        ),
    ] = "standard"
    predict: Annotated[
        Literal["value", "change"],
        Knob(
            "predict",
            "Whether the later value is asked for, or only by how much it differs from the last "
            "one read.",
        ),
    ] = "value"
    test: Annotated[
        float,
        Knob(
            "test share",
            "Which share of the series, its end, is kept to test the finished network.",
            low=0.1,
            high=0.5,
        ),
    ] = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        points = SOURCES[self.series].points
        train_end, _ = _ends(points // self.every, self.test)
        most = train_end - FEWEST
        if most < 3:
            raise KnobError(
                "every",
                "Points in a timestep must be fewer than {every} here: there are only {points} "
                "points of {series}.",
                every=self.every,
                series=SOURCES[self.series].title,
                points=points,
            )
        if self.window + self.horizon - 1 > most:
            raise KnobError(
                "window",
                "Window length must be {most} at most here, not {window}: there are only "
                "{train} timesteps of {series} to learn from.",
                most=max(1, most - self.horizon + 1),
                window=self.window,
                series=SOURCES[self.series].title,
                train=train_end,
            )

    @property
    def own(self) -> dict[str, Value]:  # type: ignore[override]
        """Passengers grow by a share of themselves from year to year, beyond all that was
        seen in training: what can be learned of them is the change of the logarithm, which is
        like that of the same month a year ago. It takes 13 months to see that one."""
        if self.series == "passengers":
            return {"window": 13, "scaling": "log", "predict": "change"}
        return {}

    @property
    def network(self) -> dict[str, Value]:  # type: ignore[override]
        """Gates help with the weather, and cannot be told from none with sunspots."""
        return {"cell": "GRU"} if self.series == "temperature" else {}

    @property
    def training(self) -> dict[str, Value]:  # type: ignore[override]
        """Long series need few epochs. The short one needs many, and to stop in time."""
        if self.series == "passengers":
            few = {"epochs": 300, "batch": 16, "learning_rate": 3e-3, "patience": 20}
            return {**few, "schedule": "cosine"}
        return {"epochs": 30, "batch": 32, "schedule": "cosine"}

    @property
    def sources(self) -> tuple[str, ...]:
        return (SOURCES[self.series].file,)

    def open(self, seed: int) -> SeriesData:
        return SeriesData(self, seed)


class SeriesData(Dataset):
    """A series cut in time order, scaled by its training part."""

    task: Series

    def __init__(self, task: Series, seed: int) -> None:
        super().__init__(task, seed)
        self._source = SOURCES[task.series]
        self._recorded = recorded(task.series)
        self._ready = _prepared(task, self._recorded.values)
        self.timesteps = task.window

    @cached_property
    def examples(self) -> Examples:
        return Examples(*map(self._split, PARTS))

    def baselines(self) -> dict[str, float]:
        found = self._simple_answers("valid")
        right = self._ready.scaled[self._asked_about("valid")]
        return {rule: float(np.mean((answers - right) ** 2)) for rule, answers in found.items()}

    def rules(self) -> dict[str, dict[str, float]]:
        ready, asked = self._ready, self._asked_about("test")
        found = self._simple_answers("test")
        return {
            rule: _errors(ready.scaling.undo(answers), ready.values[asked])
            for rule, answers in found.items()
        }

    def metrics(self, outputs: FloatArray, split: Split) -> dict[str, float]:
        return _errors(self._values(outputs, split), self._values(split.targets, split))

    def lag(self, outputs: FloatArray, split: Split) -> dict[str, int] | None:
        truth = self._values(split.targets, split)
        answers = {
            "network": self._values(outputs, split),
            "persistence": self._ready.scaling.undo(split.inputs[:, -1, 0]),
        }
        found: dict[str, int] = {}
        for name, values in answers.items():
            shift = best_shift(values, truth, self.task.horizon)
            if shift is None:
                return None
            found[name] = shift
        return found

    def read(self, split: Split, example: int, output: FloatArray) -> Presentation:
        undo = self._ready.scaling.undo
        inputs, target = split.inputs[example].astype(float), split.targets[example].astype(float)
        since = inputs if self._change else np.zeros(inputs.shape)
        return Presentation(
            value_label=self._source.value_label,
            horizon=self.task.horizon,
            inputs=undo(inputs).astype(np.float32),
            output=undo(output + since).astype(np.float32),
            target=undo(target + since[-1]).astype(np.float32),
        )

    def preprocessing(self, part: Part, example: int) -> PreparedSeries:
        task, ready, asked = self.task, self._ready, self._asked_about(part)
        target = int(pick(asked, part, example))
        stop = target - task.horizon + 1
        since = ready.scaled[stop - 1] if self._change else 0.0
        return PreparedSeries(
            value_label=self._source.value_label,
            raw=self._recorded.values.astype(np.float32),
            labels=self._recorded.labels,
            every=task.every,
            values=ready.values.astype(np.float32),
            scaled=ready.scaled.astype(np.float32),
            scaling=ready.scaling.formula,
            fitted=ready.scaling.fitted(task.scaling),
            fitted_name=FITTED_TO[task.scaling],
            train_end=ready.train_end,
            valid_end=ready.valid_end,
            start=stop - task.window,
            stop=stop,
            target=target,
            asked=float(ready.scaled[target] - since),
            change=self._change,
        )

    @property
    def _change(self) -> bool:
        return self.task.predict == "change"

    def _asked_about(self, part: Part) -> npt.NDArray[np.intp]:
        """The timesteps that the examples of a part are asked about."""
        ready = self._ready
        begin, end = {
            "train": (self.task.window + self.task.horizon - 1, ready.train_end),
            "valid": (ready.train_end, ready.valid_end),
            "test": (ready.valid_end, len(ready.values)),
        }[part]
        return np.arange(begin, end)

    def _split(self, part: Part) -> Split:
        scaled, asked = self._ready.scaled, self._asked_about(part)
        last = asked - self.task.horizon
        windows = np.lib.stride_tricks.sliding_window_view(scaled, self.timesteps)
        inputs = windows[last - self.timesteps + 1][:, :, None]  # (N, T, 1)
        targets = scaled[asked] - (scaled[last] if self._change else 0.0)
        return Split(inputs.astype(np.float32), targets[:, None].astype(np.float32))

    def _values(self, answers: npt.NDArray[Any], split: Split) -> npt.NDArray[np.float64]:
        """Answers or targets ``(N, 1)`` in the unit of the series, ``(N,)``."""
        scaled = answers[:, 0].astype(float)
        if self._change:
            scaled = scaled + split.inputs[:, -1, 0]
        return self._ready.scaling.undo(scaled)

    def _simple_answers(self, part: Literal["valid", "test"]) -> dict[str, npt.NDArray[np.float64]]:
        """What simple rules answer, as scaled values, by the name of the rule."""
        ready, asked, horizon = self._ready, self._asked_about(part), self.task.horizon
        scaled, season = ready.scaled, self._source.season / self.task.every
        found = {
            "mean": np.full(len(asked), scaled[: ready.train_end].mean()),
            "persistence": scaled[asked - horizon],
        }
        back = _season(season, horizon)
        if back and ready.train_end >= back:
            found["seasonal"] = scaled[asked - back]
        forms = linear(scaled, ready.train_end, ready.valid_end, horizon, season)
        return found | {
            rule: form.answers(scaled, ready.train_end, asked) for rule, form in forms.items()
        }


def _ends(timesteps: int, test: float) -> tuple[int, int]:
    """Where the training part and the validation part end."""
    valid_end = timesteps - max(1, round(timesteps * test))
    return valid_end - max(1, round(timesteps * VALID_SHARE)), valid_end


def _prepared(task: Series, raw: npt.NDArray[np.float64]) -> Timesteps:
    groups = raw[: len(raw) // task.every * task.every].reshape(-1, task.every)  # (M, every)
    values = groups.mean(axis=1) if task.sampling == "mean" else groups[:, -1].copy()
    train_end, valid_end = _ends(len(values), task.test)
    fitted = fit(task.scaling, values[:train_end])
    return Timesteps(values, fitted.apply(values), fitted, train_end, valid_end)


def _season(season: float, horizon: int) -> int:
    """How many timesteps back the same season lies that is known by now; 0 where a season
    is no whole number of timesteps, within 2 %."""
    whole = round(season)
    if whole < 2 or abs(season - whole) > 0.02 * season:
        return 0
    return whole * -(-horizon // whole)


def _errors(answers: npt.NDArray[np.float64], right: npt.NDArray[np.float64]) -> dict[str, float]:
    errors = answers - right
    return {"RMSE": float(np.sqrt(np.mean(errors**2))), "MAE": float(np.mean(np.abs(errors)))}
