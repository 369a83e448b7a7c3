"""An experiment: everything that can be set, each knob declared once.

An experiment is a task, a network and the way it is trained. It is immutable: a knob
that moves makes a new one, which is what undo, "stale" and "the same start" rest on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

import msgspec

from rnnviz.knobs import Knob, KnobError, Settings, Value, knobs_of
from rnnviz.tasks import TASKS, Sine, Task


class Network(Settings):
    """The network: a stack of recurrent layers, read out by one linear layer."""

    hidden: Annotated[
        int,
        Knob(
            "hidden units",
            "How many numbers fit on the notepad that is carried along the sequence.",
            low=1,
            high=512,
            scale="log",
        ),
    ] = 64
    layers: Annotated[
        int,
        Knob(
            "layers",
            "How many recurrent layers stand on each other; each reads the notepad below it.",
            low=1,
            high=4,
        ),
    ] = 1


class Training(Settings):
    """How the network is trained: Adam on the task's loss, in shuffled batches."""

    learning_rate: Annotated[
        float,
        Knob(
            "learning rate",
            "How far each step moves the weights. Too small is slow, too large breaks the run.",
            low=1e-5,
            high=1.0,
            scale="log",
            most=1e4,
            live=True,
        ),
    ] = 1e-3
    batch: Annotated[
        int,
        Knob(
            "batch",
            "How many examples are read before each step of learning.",
            low=1,
            high=512,
            scale="log",
            unit="examples",
        ),
    ] = 64
    epochs: Annotated[
        int,
        Knob(
            "epochs",
            "How many times the network goes through all training examples.",
            low=1,
            high=200,
            scale="log",
            most=10_000,
        ),
    ] = 30
    clip_norm: Annotated[
        float,
        Knob(
            "clipping norm",
            "The longest step that is allowed: a longer gradient is shortened to this length.",
            low=0.01,
            high=100.0,
            scale="log",
            most=1e6,
            off="off",
            live=True,
        ),
    ] = 0.0
    seed: Annotated[
        int,
        Knob(
            "seed",
            "The number that all chance comes from: the same seed gives the same run again.",
            low=0,
            high=99,
            most=2**31 - 1,
        ),
    ] = 0
    device: Annotated[
        Literal["auto", "cpu", "cuda"],
        Knob(
            "device",
            "Where the arithmetic is done. Auto tries each for a few steps and takes the fastest.",
        ),
    ] = "auto"


if TYPE_CHECKING:
    TaskSettings = Task
else:
    TaskSettings = Union[tuple(TASKS.values())]  # noqa: UP007  all tasks, told apart by tag


class Experiment(Settings):
    """A task, a network and a training: all that a run depends on."""

    task: TaskSettings = Sine()
    network: Network = Network()
    training: Training = Training()

    def value(self, path: str) -> Value:
        """The value of the knob at `path`, such as ``"network.hidden"``."""
        part, name = path.split(".")
        return getattr(getattr(self, part), name)

    def with_value(self, path: str, value: Value) -> Experiment:
        """This experiment with one knob turned; raises `KnobError` for a value it does not take."""
        part, name = path.split(".")
        settings = msgspec.structs.replace(getattr(self, part), **{name: value})
        return msgspec.structs.replace(self, **{part: settings})


def knobs(experiment: Experiment) -> Iterator[tuple[str, Knob]]:
    """All knobs of an experiment with their paths, task first."""
    for part in ("task", "network", "training"):
        for name, knob in knobs_of(type(getattr(experiment, part))).items():
            yield f"{part}.{name}", knob


def read_experiment(plain: Any) -> Experiment:
    """Make an experiment of plain data (what JSON gives); raise `KnobError` where it is wrong."""
    try:
        return msgspec.convert(plain, Experiment)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, KnobError):
            raise error.__cause__ from None
        raise KnobError("", "This is no experiment: {error}.", error=error) from error
