"""What the window and the engine say to each other: small frozen structs, no behaviour.

Every message is one struct with its name as tag. `Command` goes to the engine, `Report`
comes back. Reports of a run carry its `run`, a number chosen by whoever starts it, so
that what is late can be told from what is current. Reports to a person are a `kind` and
numbers, never sentences: the window finds the words, in the person's language.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from rnnviz.experiment import Experiment
from rnnviz.records.arrays import BoolArray, FloatArray
from rnnviz.records.run import Device, EpochRecord, Timing
from rnnviz.records.trace import Trace
from rnnviz.words.phrase import Phrase


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag=True, eq=False):
    pass


# --- to the engine -------------------------------------------------------------------


class Start(_Message):
    """Begin a run, ending the one before. `paused` makes everything ready, trains nothing
    and reports the trace of the untrained network. `example` is the validation example
    that is watched."""

    run: int
    experiment: Experiment
    example: int = 0
    paused: bool = False


class Advance(_Message):
    """Train on until told otherwise, or for one batch or one epoch and pause again.
    After the last epoch, "batch" and "epoch" do nothing."""

    run: int
    until: Literal["end", "epoch", "batch"] = "end"


class Pause(_Message):
    """Stop between two batches, ready to go on."""

    run: int


class Stop(_Message):
    """End the run here; its weights and snapshots stay for traces."""

    run: int


class Adjust(_Message):
    """Turn the knobs that act on a run under way."""

    run: int
    learning_rate: float
    clip_norm: float


class Watch(_Message):
    """Change the validation example whose live traces are reported."""

    run: int
    example: int


class MeasureStepCosts(_Message):
    """Measure what a training step costs, for each cell, length, size and device, with no run
    training meanwhile; None stops measuring."""

    request: int | None


class RequestTrace(_Message):
    """Ask for the trace of one validation example with the weights of one snapshot:
    those after that epoch (0: the untrained network), or of now where `epoch` is None.
    Where that epoch is not kept any more, those of the nearest before it that is. Of requests
    that wait, only the newest is answered."""

    run: int
    request: int
    example: int
    epoch: int | None = None


class Write(_Message):
    """Ask for `length` letters that go on with `text`, with the weights of now, where the
    task `writes`. They are drawn at `temperature` (0: always the likeliest) by the chance
    of `seed`, between two batches. Of requests for a text only the newest is answered.
    `request` is counted together with those of `RequestTrace`."""

    run: int
    request: int
    text: str
    length: int
    temperature: float = 1.0
    seed: int = 0


class Compose(_Message):
    """Ask for `steps` steps of music that go on with the first `heard` of a validation example,
    one at least, with the weights of now, where the task `composes`. Each note is drawn at
    `temperature` (0: those above 1/2 are played) by the chance of `seed`, as a text is by
    `Write`; of requests for either only the newest is answered."""

    run: int
    request: int
    example: int = 0
    heard: int = 8
    steps: int = 64
    temperature: float = 1.0
    seed: int = 0


class PutDown(_Message):
    """Leave what is being written or composed as it is."""

    run: int


Command = (
    Start
    | Advance
    | Pause
    | Stop
    | Adjust
    | Watch
    | RequestTrace
    | MeasureStepCosts
    | Write
    | Compose
    | PutDown
)


# --- from the engine -----------------------------------------------------------------


class Ready(_Message):
    """The engine is up. Sent once, first."""

    pid: int
    torch_version: str
    devices: list[Device]


class Started(_Message):
    """A run is ready to train: where, why there, and what simple rules reach.
    `timings` is empty where the device was not a choice."""

    run: int
    device: str
    threads: int
    timings: list[Timing]
    parameters: int
    batches: int
    """batches in an epoch"""
    valid_examples: int
    baselines: dict[str, float]
    remark: Phrase | None = None
    """what should be known about a person's data as they were read"""
    lowest_pitch: int = 0
    """where the task `composes`: the MIDI pitch of the first value"""
    row_names: tuple[str, ...] = ()
    """and what the note of each value is called"""


class Progress(_Message):
    """Batches since the last report. `first` counts from 0 at the start of the run."""

    run: int
    first: int
    losses: FloatArray
    """``(n,)``, training loss by batch"""
    grad_norms: FloatArray
    """``(n,)``, before clipping"""
    clipped: BoolArray
    """``(n,)``: whether the gradient was longer than the clipping norm of that moment"""
    steps_per_second: float
    samples_per_second: float
    seconds: float
    """of training, pauses left out"""
    seconds_left: float


class EpochEnded(_Message):
    """An epoch is over, and its snapshot is kept for traces."""

    run: int
    record: EpochRecord
    error_by_position: FloatArray | None = None
    """``(n,)``: the mean error of the validation answers along time, where many are asked"""
    best_epoch: int = 0
    """the epoch with the lowest validation loss so far"""
    stride: int = 1
    """which epochs are kept for traces: the multiples of this, and the newest"""


class LiveTrace(_Message):
    """The watched example, traced with the weights of now. The latest wins."""

    run: int
    step: int
    example: int
    trace: Trace
    dropout: dict[str, BoolArray] = {}
    """what dropout hid in the last batch, by its place: ``inputs`` and ``layer 1`` … of its
    first example, ``(T, n)``, ``readout`` of every example, ``(B, n)``; only where it is on"""


class TraceAnswer(_Message):
    """The answer to `RequestTrace`."""

    run: int
    request: int
    example: int
    epoch: int | None
    """after which epoch the weights were so; None: those of now"""
    trace: Trace


class Written(_Message):
    """The answer to `Write`, in parts where it takes a while: letters, without the text that
    they go on with, and for each the likeliest with the probabilities that it was drawn by, the
    likeliest first, and last the letter itself where it is none of them."""

    run: int
    request: int
    text: list[str]
    likely: list[list[tuple[str, float]]]
    first: int = 0
    """how many letters came in the parts before"""
    length: int = 0
    """how many there are in all; the last part ends with the last of them"""


class Composed(_Message):
    """The answer to `Compose`, and on the way to it what is there so far: of n steps fewer than
    `steps` then."""

    run: int
    request: int
    roll: BoolArray
    """``(heard + n, I)``: what was given, then what is composed"""
    heard: int
    """how many steps were given: no more than the example has"""
    steps: int
    """how many are composed in all"""
    shares: FloatArray
    """``(n, I)``: the probability that each note was drawn by"""


class StepCost(_Message):
    """One measurement that `MeasureStepCosts` asked for: milliseconds of a training step."""

    request: int
    done: int
    """of `count` measurements, this one too"""
    count: int
    cell: str
    timesteps: int
    hidden: int
    device: str
    milliseconds: float


class StateChanged(_Message):
    """`finished`: all epochs are done. `stopped`: ended by `Stop`. Never dropped."""

    run: int
    state: Literal["training", "paused", "finished", "stopped"]
    step: int


class Result(_Message):
    """How good the network of a run is that has finished, was stopped or has failed: sent once,
    when it has been judged on the test examples, which nothing was chosen by. All of it is of
    the weights as they are. Measures are in the task's own units, by their names; empty where
    there are none, or where they could not be judged."""

    run: int
    epoch: float = 0.0
    """how many epochs these weights have learned from; in the middle of one with a fraction"""
    valid_loss: float | None = None
    metrics: dict[str, float] = {}
    """on the validation examples"""
    error_by_position: FloatArray | None = None
    """``(n,)``: as in `EpochEnded`"""
    test: dict[str, float] = {}
    """``loss`` and the metrics on the test examples; empty where the task has none"""
    test_examples: int = 0
    rules: dict[str, dict[str, float]] = {}
    """what simple rules reach, by the name of the rule: on the test examples where there are
    any, else on the validation examples"""
    lag: dict[str, int] = {}
    """by how many timesteps answers about a series come late: the network's, persistence's"""


class Failed(_Message):
    """The run ended, or could not begin, because of something that went wrong.
    The last good weights stay. `request` failed alone where it is not None.

    kinds: ``not_finite`` (the loss was NaN or infinite), ``diverged`` (the loss grew far
    beyond that of a constant answer), ``out_of_memory``, ``no_device`` (the device asked
    for is not there), ``no_data`` (a data file is missing or damaged), ``error`` (anything
    else; the log has the traceback)."""

    run: int
    kind: Literal["not_finite", "diverged", "out_of_memory", "no_device", "no_data", "error"]
    step: int = 0
    detail: str | Phrase = ""
    request: int | None = None


Report = (
    Ready
    | Started
    | Progress
    | EpochEnded
    | LiveTrace
    | TraceAnswer
    | Written
    | Composed
    | StepCost
    | StateChanged
    | Result
    | Failed
)
