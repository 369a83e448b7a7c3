"""An experiment: everything that can be set, each knob declared once.

An experiment is a task, a network and the way it is trained. It is immutable: a knob
that moves makes a new one, which is what undo, "stale" and "the same start" rest on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

import msgspec

from rnnviz.cells import CELLS
from rnnviz.knobs import Knob, KnobError, Settings, Value, knobs_of
from rnnviz.tasks import TASKS, Sine, Task

if TYPE_CHECKING:
    CellName = str
else:
    CellName = Literal[tuple(CELLS)]


class Network(Settings):
    """The network: a stack of recurrent layers, read out by one linear layer."""

    cell: Annotated[
        CellName,
        Knob(
            "cell",
            "How the notepad is rewritten: "
            + "; ".join(f"{cell.help} ({cell.name})" for cell in CELLS.values())
            + ".",
        ),
    ] = "RNN"
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
    direction: Annotated[
        Literal["forward", "both"],
        Knob(
            "direction",
            "Whether a second notepad is carried from the end to the start; only where the "
            "whole sequence is known before the answer is due.",
        ),
    ] = "forward"
    embedding: Annotated[
        int,
        Knob(
            "embedding size",
            "How many numbers stand for a token; they are learned too.",
            low=1,
            high=256,
            scale="log",
        ),
    ] = 32
    gate_bias: Annotated[
        float,
        Knob(
            "steps remembered",
            "How many timesteps the gates let pass before anything is learned.",
            low=1.0,
            high=1000.0,
            scale="log",
            most=1e6,
            unit="timesteps",
            off="as PyTorch",
        ),
    ] = 0.0
    dropout_inputs: Annotated[
        float,
        Knob(
            "dropout, inputs",
            "The share of input values that is hidden at random while it learns.",
            low=0.0,
            high=0.9,
        ),
    ] = 0.0
    dropout_layers: Annotated[
        float,
        Knob(
            "dropout, layers",
            "The share of units that each layer hides from the next while it learns.",
            low=0.0,
            high=0.9,
        ),
    ] = 0.0
    dropout_readout: Annotated[
        float,
        Knob(
            "dropout, readout",
            "The share of units that is hidden from the answer while it learns.",
            low=0.0,
            high=0.9,
        ),
    ] = 0.0


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
    weight_decay: Annotated[
        float,
        Knob(
            "weight decay",
            "How strongly every weight is pulled towards 0 at each step.",
            low=1e-6,
            high=1.0,
            scale="log",
            off="off",
        ),
    ] = 0.0
    optimizer: Annotated[
        Literal["Adam", "SGD"],
        Knob(
            "optimizer",
            "How a gradient becomes a step: Adam gives every weight a pace of its own, SGD "
            "follows the gradient.",
        ),
    ] = "Adam"
    momentum: Annotated[
        float,
        Knob(
            "momentum",
            "How much of its last step SGD repeats.",
            low=0.0,
            high=0.99,
        ),
    ] = 0.9
    schedule: Annotated[
        Literal["constant", "cosine"],
        Knob(
            "rate schedule",
            "Whether the learning rate stays, or falls to 0 along a cosine.",
        ),
    ] = "constant"
    patience: Annotated[
        int,
        Knob(
            "early stopping",
            "Stop after so many epochs without a better validation loss, and put the best "
            "weights back.",
            low=1,
            high=50,
            scale="log",
            unit="epochs",
            off="off",
        ),
    ] = 0
    seed: Annotated[
        int,
        Knob(
            "seed",
            "The number that all chance comes from: the same seed gives the same run again, on "
            "the same device with the same number of threads.",
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
    threads: Annotated[
        int,
        Knob(
            "threads",
            "How many threads of the processor share the arithmetic. Auto goes by the size of "
            "the network, with the device auto also by what is faster now; the number taken is "
            "in the result, to have the same run again.",
            low=1,
            high=8,
            most=256,
            off="auto",
        ),
    ] = 0


if TYPE_CHECKING:
    TaskSettings = Task
else:
    TaskSettings = Union[tuple(TASKS.values())]  # noqa: UP007  all tasks, told apart by tag


class Experiment(Settings):
    """A task, a network and a training: all that a run depends on."""

    task: TaskSettings = Sine()
    network: Network = Network()
    training: Training = Training()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.network.direction == "both" and not self.task.whole_sequence:
            raise KnobError(
                "direction",
                "Direction must be forward for {task}: reading from the end would look ahead.",
                task=self.task.title,
            )

    def value(self, path: str) -> Value:
        """The value of the knob at `path`, such as ``"network.hidden"``."""
        part, name = path.split(".")
        return getattr(getattr(self, part), name)

    def with_value(self, path: str, value: Value) -> Experiment:
        """This experiment with one knob turned; raises `KnobError` for a value it does not take."""
        part, name = path.split(".")
        settings = msgspec.structs.replace(getattr(self, part), **{name: value})
        return msgspec.structs.replace(self, **{part: settings})


def suited(task: Task) -> Experiment:
    """The experiment that suits a task: its own defaults for the network and the training."""
    network = msgspec.structs.replace(Network(), **task.network)
    training = msgspec.structs.replace(Training(), **task.training)
    return Experiment(task=task, network=network, training=training)


def suits(task: Task) -> dict[str, Value]:
    """What suits a task, by the path of each knob: of its own knobs, those that follow another
    of them, the rest being as they are declared."""
    best = suited(task)
    own = {f"task.{name}": knob.default for name, knob in knobs_of(type(task)).items()}
    own |= {f"task.{name}": value for name, value in task.own.items()}
    return {path: own[path] if path in own else best.value(path) for path, _ in knobs(best)}


def turned(experiment: Experiment, path: str, value: Value) -> Experiment:
    """An experiment with one knob turned as a person turns it; raises `KnobError`.

    What suits a task may hang on a knob of its own, such as its length or which series it is.
    The knobs that stand where it suited the task before then follow; those that were set
    otherwise stay.
    """
    found = experiment.with_value(path, value)
    before, after = suits(experiment.task), suits(found.task)
    for other, best in after.items():
        if other != path and experiment.value(other) == before[other] != best:
            found = found.with_value(other, best)
    return found


def idle(experiment: Experiment, path: str) -> bool:
    """Whether a knob has no effect on this experiment, such as a gate bias without gates."""
    task, network, training = experiment.task, experiment.network, experiment.training
    return {
        "network.direction": not task.whole_sequence,
        "network.embedding": not task.embeds,
        "network.gate_bias": CELLS[network.cell].keeping is None,
        "network.dropout_layers": network.layers == 1,
        "training.momentum": training.optimizer != "SGD",
    }.get(path, path.startswith("task.") and task.idle(path.removeprefix("task.")))


def may_change(path: str, knob: Knob) -> bool:
    """Whether a run that is gone on with may have another value of a knob than it began with.
    A file may lie elsewhere; that it is the same is told by its fingerprint."""
    return knob.live or bool(knob.files) or path == "training.epochs"


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


def restored(plain: Any) -> tuple[Experiment, list[str]]:
    """As much of an experiment as plain data have, and what was left out of them, by path.

    A knob that is unknown, of the wrong kind or out of range costs itself alone; so does one
    that is refused beside the others.
    """
    given = plain if isinstance(plain, dict) else {}
    lost: list[str] = [] if isinstance(plain, dict) else ["task", "network", "training"]
    parts = {"task": given.get("task", {}), "network": given.get("network", {})}
    parts["training"] = given.get("training", {})
    lost += [path for path in given if path not in parts]
    known = TASKS.get(str(parts["task"].get("name")) if isinstance(parts["task"], dict) else "")
    kinds: dict[str, Any] = {"task": known or Sine, "network": Network, "training": Training}
    values: dict[str, dict[str, Any]] = {}
    for part, kind in kinds.items():
        kept, own = parts[part], knobs_of(kind)
        if not isinstance(kept, dict) or (part == "task" and known is None and kept):
            lost.append(part)
            kept = {}
        values[part] = {name: kept[name] for name in kept if _takes(own.get(name), kept[name])}
        lost += [f"{part}.{name}" for name in kept if name not in values[part] and name != "name"]
    while True:
        try:
            return Experiment(
                task=kinds["task"](**values["task"]),
                network=Network(**values["network"]),
                training=Training(**values["training"]),
            ), lost
        except KnobError as error:
            # Of all that is refused together the one that is named; else whatever is there.
            named = [part for part in values if error.knob in values[part]]
            part = named[0] if named else next(part for part in values if values[part])
            name = error.knob if named else next(iter(values[part]))
            del values[part][name]
            lost.append(f"{part}.{name}")


def _takes(knob: Knob | None, value: Any) -> bool:
    try:
        if knob is not None:
            knob.check(value)
    except (KnobError, TypeError, OverflowError):
        return False
    return knob is not None
