"""What the window and the engine say to each other: small frozen structs, no behaviour.

Every message is one struct with its name as tag. `Command` goes to the engine, `Report`
comes back. Reports of a run carry its `run`, a number chosen by whoever starts it, so
that what is late can be told from what is current. Reports to a person are a `kind` and
numbers, or a `Phrase`, never sentences: the window finds the words, in the person's language.

The window asks by `Ask`, with a number of its own choice and one of the questions below, and is
answered by one `Answer`, or `Failed`, with that number; a question that takes a while is answered
in parts before. What is asked again, a question of the same kind, takes the place of the one
before, and `Cancel` takes it back.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from rnnviz.analysis.preprocessing import BatchView, SeriesView, StripView
from rnnviz.experiment import Experiment, Training
from rnnviz.records.arrays import BoolArray, FloatArray
from rnnviz.records.fingerprint import Fingerprint
from rnnviz.records.preprocessing import Preprocessing
from rnnviz.records.run import Device, EpochRecord, Failure, Figures, Timing
from rnnviz.records.trace import Change, Trace
from rnnviz.words.phrase import Phrase

TracedPart = Literal["saliency", "gradient_norm"]
"""What a trace has besides the rest, and what is costly: computed where somebody looks at it."""


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
    parts: list[TracedPart] = []


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
    """Turn the knobs that act on a run under way: the live ones of `training`."""

    run: int
    training: Training


class Watch(_Message):
    """Change the validation example whose live traces are reported, and the parts of a trace
    that are wanted, see `TracedPart`."""

    run: int
    example: int
    parts: list[TracedPart] = []


class Ask(_Message):
    """Ask a question."""

    request: int
    what: Question


class Cancel(_Message):
    """Take a question back; what was answered so far stands."""

    request: int


Command = Start | Advance | Pause | Stop | Adjust | Watch | Ask | Cancel


# --- questions, each with what it is answered with ---------------------------------------


class TraceExample(_Message):
    """The trace of one validation example with the weights of one snapshot: those after that
    epoch (0: the untrained network), or of now where `epoch` is None. Where that epoch is not
    kept any more, those of the nearest before it that is. Answered by `TracedExample`."""

    run: int
    example: int
    epoch: int | None = None
    parts: list[TracedPart] = []
    change: Change | None = None


class TracedExample(_Message):
    """A trace, of that example, with the weights of after that epoch; None: of now."""

    example: int
    epoch: int | None
    trace: Trace


class WriteText(_Message):
    """`length` letters that go on with `text`, with the weights of now, where the task `writes`.
    They are drawn at `temperature` (0: always the likeliest) by the chance of `seed`, between
    two batches. Answered by `Written`, in parts."""

    run: int
    text: str
    length: int
    temperature: float = 1.0
    seed: int = 0


class Written(_Message):
    """Letters, without the text that they go on with, and for each the likeliest with the
    probabilities that it was drawn by, the likeliest first, and last the letter itself where it
    is none of them."""

    text: list[str]
    likely: list[list[tuple[str, float]]]
    first: int = 0
    """how many letters came in the parts before"""
    length: int = 0
    """how many there are in all"""


class ComposePiece(_Message):
    """`steps` steps of music that go on with the first `heard` of a validation example, one at
    least, with the weights of now, where the task `composes`. Each note is drawn at
    `temperature` (0: those above 1/2 are played) by the chance of `seed`. Answered by
    `Composed`, in parts."""

    run: int
    example: int = 0
    heard: int = 8
    steps: int = 64
    temperature: float = 1.0
    seed: int = 0


class Composed(_Message):
    """A piece, or what there is of it so far: of n steps fewer than `steps` then."""

    roll: BoolArray
    """``(heard + n, I)``: what was given, then what is composed"""
    heard: int
    """how many steps were given: no more than the example has"""
    steps: int
    """how many are composed in all"""
    shares: FloatArray
    """``(n, I)``: the probability that each note was drawn by"""


class MeasureStepCosts(_Message):
    """What a training step costs, for each cell, length, size and device, measured while no run
    trains. Answered by `StepCost`, one part for each."""


class StepCost(_Message):
    """One measurement: milliseconds of a training step."""

    done: int
    """of `count` measurements, this one too"""
    count: int
    cell: str
    timesteps: int
    hidden: int
    device: str
    milliseconds: float


class ShowPreprocessing(_Message):
    """How one validation example was made of raw data. Answered by `Shown`."""

    run: int
    example: int


class Shown(_Message):
    """How an example was made, and what is to be drawn of it; None where nothing can be said."""

    preprocessing: Preprocessing | None
    series: SeriesView | None = None
    strip: StripView | None = None
    batch: BatchView | None = None


class CheckData(_Message):
    """What the data of a run are now. Answered by `DataChecked`."""

    run: int


class DataChecked(_Message):
    """The fingerprint of the data as they are now, None where they cannot be read."""

    fingerprint: Fingerprint | None


Question = (
    TraceExample | WriteText | ComposePiece | MeasureStepCosts | ShowPreprocessing | CheckData
)
Content = TracedExample | Written | Composed | StepCost | Shown | DataChecked


# --- from the engine -----------------------------------------------------------------


PROTOCOL = 3
"""The version of what is said here: another one whenever a message changes."""


class Hello(msgspec.Struct, frozen=True):
    """The first that each side says to the other, the same in all versions."""

    protocol: int
    version: str
    """of rnnviz"""


class Ready(_Message):
    """The engine is up. Sent once, after `Hello`."""

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
    rnnviz: str = ""
    """the version that trains it"""
    fingerprint: Fingerprint | None = None
    """of the data that it learns from"""
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


class Part(_Message):
    """A part of the answer to a question; more is to come."""

    request: int
    what: Content
    run: int = 0
    """the run that was asked about, 0 for none"""


class Answer(_Message):
    """The answer to a question, or the last part of it."""

    request: int
    what: Content
    run: int = 0


class StateChanged(_Message):
    """`finished`: all epochs are done. `stopped`: ended by `Stop`. Never dropped."""

    run: int
    state: Literal["training", "paused", "finished", "stopped"]
    step: int


class Result(_Message):
    """How good the network of a run is that has finished, was stopped or has failed: sent once,
    when it has been judged on the test examples, which nothing was chosen by. All of it is of
    the weights as they are."""

    run: int
    figures: Figures | None
    """None where they could not be judged"""


class Failed(_Message):
    """The run ended, or could not begin, because of something that went wrong.
    The last good weights stay. `request` failed alone where it is not None."""

    run: int
    kind: Failure
    step: int = 0
    detail: str | Phrase = ""
    request: int | None = None


Report = (
    Ready
    | Started
    | Progress
    | EpochEnded
    | LiveTrace
    | Part
    | Answer
    | StateChanged
    | Result
    | Failed
)
