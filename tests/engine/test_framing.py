"""Messages arrive as they were sent, and nothing else is taken for one."""

import io
import struct

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rnnviz.engine import framing
from rnnviz.engine.messages import (
    Adjust,
    Advance,
    Answer,
    Ask,
    Cancel,
    Command,
    ComposePiece,
    EpochEnded,
    Failed,
    LiveTrace,
    MeasureStepCosts,
    Part,
    Pause,
    Progress,
    Ready,
    Report,
    ShowPreprocessing,
    Start,
    Started,
    StateChanged,
    StepCost,
    Stop,
    TracedExample,
    TraceExample,
    Watch,
    WriteText,
    Written,
)
from rnnviz.experiment import Experiment, Network, Training
from rnnviz.records.run import Device, EpochRecord, Timing
from rnnviz.records.trace import Trace
from rnnviz.tasks import Sine

numbers = st.integers(0, 2**31)
floats = st.floats(width=32)


def float_arrays(dimensions: int) -> st.SearchStrategy[np.ndarray]:
    return arrays.arrays(np.float32, arrays.array_shapes(min_dims=dimensions, max_dims=dimensions))


traces = st.builds(
    Trace,
    kind=st.sampled_from(["RNN_TANH", "RNN_RELU", "GRU", "LSTM"]),
    inputs=float_arrays(2),
    hidden=float_arrays(3),
    cell=st.none() | float_arrays(3),
    gates=st.dictionaries(st.sampled_from("ifgorzn"), float_arrays(3), max_size=2),
    output=st.none() | float_arrays(2),
    target=st.none() | float_arrays(1),
    saliency=st.none() | float_arrays(2),
    gradient_norm=st.none() | float_arrays(2),
)
trainings = st.builds(Training, learning_rate=st.floats(1e-5, 1.0), seed=st.integers(0, 99))
experiments = st.builds(
    Experiment,
    task=st.builds(Sine, window=st.integers(2, 500), noise=st.floats(0, 1)),
    network=st.builds(Network, hidden=st.integers(1, 512)),
    training=trainings,
)
records = st.builds(
    EpochRecord,
    epoch=numbers,
    train_loss=floats,
    valid_loss=floats,
    grad_norm=floats,
    seconds=floats,
)
parts = st.lists(st.sampled_from(["saliency", "gradient_norm"]), max_size=2, unique=True)
epochs = st.none() | numbers
questions = st.one_of(
    st.builds(TraceExample, run=numbers, example=numbers, epoch=epochs, parts=parts),
    st.builds(WriteText, run=numbers, text=st.text(), length=numbers, temperature=floats),
    st.builds(ComposePiece, run=numbers, example=numbers, heard=numbers, steps=numbers),
    st.builds(MeasureStepCosts),
    st.builds(ShowPreprocessing, run=numbers, example=numbers),
)
commands = st.one_of(
    st.builds(Start, run=numbers, experiment=experiments, example=numbers, paused=st.booleans()),
    st.builds(Advance, run=numbers, until=st.sampled_from(["end", "epoch", "batch"])),
    st.builds(Pause, run=numbers),
    st.builds(Stop, run=numbers),
    st.builds(Adjust, run=numbers, training=trainings),
    st.builds(Watch, run=numbers, example=numbers),
    st.builds(Ask, request=numbers, what=questions),
    st.builds(Cancel, request=numbers),
)
devices = st.builds(Device, kind=st.text(), name=st.text(), threads=numbers)
timings = st.builds(Timing, device=st.text(), threads=numbers, milliseconds=floats)
contents = st.one_of(
    st.builds(TracedExample, example=numbers, epoch=epochs, trace=traces),
    st.builds(Written, text=st.lists(st.text(), max_size=3), likely=st.just([[("a", 0.5)]])),
    st.builds(
        StepCost,
        done=numbers,
        count=numbers,
        cell=st.text(),
        timesteps=numbers,
        hidden=numbers,
        device=st.text(),
        milliseconds=floats,
    ),
)
reports = st.one_of(
    st.builds(Ready, pid=numbers, torch_version=st.text(), devices=st.lists(devices, max_size=2)),
    st.builds(
        Started,
        run=numbers,
        device=st.text(),
        threads=numbers,
        timings=st.lists(timings, max_size=2),
        parameters=numbers,
        batches=numbers,
        valid_examples=numbers,
        baselines=st.dictionaries(st.text(), floats, max_size=3),
    ),
    st.builds(
        Progress,
        run=numbers,
        first=numbers,
        losses=float_arrays(1),
        grad_norms=float_arrays(1),
        steps_per_second=floats,
        samples_per_second=floats,
        seconds=floats,
        seconds_left=floats,
    ),
    st.builds(EpochEnded, run=numbers, record=records),
    st.builds(LiveTrace, run=numbers, step=numbers, example=numbers, trace=traces),
    st.builds(Part, run=numbers, request=numbers, what=contents),
    st.builds(Answer, run=numbers, request=numbers, what=contents),
    st.builds(
        StateChanged,
        run=numbers,
        state=st.sampled_from(["training", "paused", "finished", "stopped"]),
        step=numbers,
    ),
    st.builds(
        Failed,
        run=numbers,
        kind=st.sampled_from(["not_finite", "out_of_memory", "no_device", "error"]),
        step=numbers,
        detail=st.text(),
        request=st.none() | numbers,
    ),
)


def same(left: object, right: object) -> bool:
    """Equal in type and value, arrays bit for bit."""
    if type(left) is not type(right):
        return False
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return (left.dtype, left.shape, left.tobytes()) == (
            right.dtype,
            right.shape,
            right.tobytes(),
        )
    if isinstance(left, msgspec.Struct):
        names = left.__struct_fields__
        return all(same(getattr(left, name), getattr(right, name)) for name in names)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right or (left != left and right != right)


def passed(message: msgspec.Struct, kind: object) -> object:
    stream = io.BytesIO()
    framing.send(stream, message)
    stream.seek(0)
    arrived = framing.receive(stream, kind)
    assert stream.read() == b""
    return arrived


@given(commands)
def test_a_command_arrives_as_it_was_sent(command: Command) -> None:
    assert same(passed(command, Command), command)


@given(reports)
def test_a_report_arrives_as_it_was_sent(report: Report) -> None:
    assert same(passed(report, Report), report)


def test_messages_arrive_in_order() -> None:
    stream = io.BytesIO()
    for run in range(5):
        framing.send(stream, Pause(run=run))
    stream.seek(0)
    assert [framing.receive(stream, Command).run for _ in range(5)] == [0, 1, 2, 3, 4]


def test_an_array_that_is_not_contiguous_arrives_whole() -> None:
    losses = np.arange(10, dtype=np.float32)[::2]
    report = Progress(
        run=1,
        first=0,
        losses=losses,
        grad_norms=losses,
        clipped=losses > 3,
        steps_per_second=1.0,
        samples_per_second=1.0,
        seconds=0.0,
        seconds_left=0.0,
    )
    arrived = passed(report, Report)
    assert isinstance(arrived, Progress)
    np.testing.assert_array_equal(arrived.losses, [0, 2, 4, 6, 8])
    np.testing.assert_array_equal(arrived.clipped, [False, False, True, True, True])


def test_the_end_of_the_stream_is_an_end_of_file() -> None:
    with pytest.raises(EOFError):
        framing.receive(io.BytesIO(), Command)


@given(commands, st.data())
def test_a_message_cut_short_is_an_end_of_file(command: Command, data: st.DataObject) -> None:
    stream = io.BytesIO()
    framing.send(stream, command)
    whole = stream.getvalue()
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(EOFError):
        framing.receive(io.BytesIO(whole[:cut]), Command)


@given(st.binary(min_size=1, max_size=200))
def test_garbage_is_refused_and_never_taken_for_a_command(garbage: bytes) -> None:
    stream = io.BytesIO(struct.pack("<I", len(garbage)) + garbage)
    with pytest.raises(framing.FramingError):
        framing.receive(stream, Command)


def test_printed_text_is_refused_by_its_length() -> None:
    with pytest.raises(framing.FramingError, match="too long"):
        framing.receive(io.BytesIO(b"Epoch 1, loss 0.5\n"), Report)


@pytest.mark.parametrize(
    "trace",
    [
        {"type": "LiveTrace", "run": 1, "step": 1, "example": 0, "trace": {"kind": "GRU"}},
        {"type": "Progress", "run": 1, "losses": ["|O", [1], b"12345678"]},
        {"type": "Unheard"},
        {"type": "StateChanged", "run": 1, "state": "asleep", "step": 0},
        [1, 2, 3],
    ],
)
def test_messages_of_another_shape_are_refused(trace: object) -> None:
    payload = msgspec.msgpack.encode(trace)
    stream = io.BytesIO(struct.pack("<I", len(payload)) + payload)
    with pytest.raises(framing.FramingError):
        framing.receive(stream, Report)
