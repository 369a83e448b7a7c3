"""What a run leaves behind (traces, epochs) and where it ran, as data that travels."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]


class Reading(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """How the numbers of one example read to a person: its task says so, panels show it.

    Lists have one entry a timestep, or none where there is nothing to say.
    """

    kind: Literal["values", "tokens", "roll"] = "values"
    """values are curves, tokens are words along the time axis, a roll has a row for each
    input and is on or off there"""
    value_label: str = "value"
    """what the vertical axis of values shows, with its unit"""
    horizon: int = 0
    """how many timesteps after the one it was given at an answer lies"""
    steps: list[str] = []
    """what was read"""
    answers: list[str] = []
    """what was answered; empty where nothing was asked"""
    asked: list[str] = []
    """what would have been right"""
    right: list[bool | None] = []
    """whether the answer was right; None where nothing was asked"""
    likely: list[list[tuple[str, float]]] = []
    """the likeliest answers with their probabilities, the likeliest first"""
    handover: int | None = None
    """where the decoder begins"""
    inputs: FloatArray | None = None
    """``(T, I)``: what was read, in the unit of `value_label`; None: the trace's inputs, which
    the network read as they are. In the same way:"""
    output: FloatArray | None = None
    """``(T, O)``: the answers"""
    target: FloatArray | None = None
    """``(O,)`` or ``(T, O)``: what was asked for"""


class Preprocessing(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """How one example of a series was made of raw data, step by step.

    R points are in the file. M timesteps are made of them (`every` points each). They are
    scaled by what the training part alone is like. A window of them is the example's input,
    and `target` the timestep that it is asked about. The target belongs to the part (training,
    validation, test) that the example does; the window may begin in the part before.
    """

    value_label: str
    """what the raw values are, with their unit"""
    raw: FloatArray
    """``(R,)``, as in the file"""
    labels: list[str]
    """what stands beside each raw point in the file, such as its month: R of them"""
    every: int
    """timestep m was made of the raw points ``every * m`` to ``every * (m + 1) - 1``"""
    values: FloatArray
    """``(M,)`` in the same unit"""
    scaled: FloatArray
    """``(M,)``, what a network reads"""
    scaling: str
    """the rule from values to scaled values, as a formula with its numbers"""
    train_end: int
    """timesteps before this one are the training part, to which the scaling was fitted"""
    valid_end: int
    """timesteps from `train_end` to before this one are the validation part, the rest the test"""
    start: int
    """the window begins at this timestep"""
    stop: int
    """and ends before this one"""
    target: int
    """the timestep that is asked about"""
    asked: float
    """what is asked for, scaled: the value there, or the change since the window's last"""


class Trace(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """All that a network computed on one example. Arrays are float32.

    T timesteps, I inputs, L layers, H hidden units, O outputs. Parts that were not
    computed are None.
    """

    kind: str
    """``"RNN_TANH"``, ``"RNN_RELU"``, ``"GRU"`` or ``"LSTM"``, as PyTorch calls them."""
    inputs: FloatArray
    """``(T, I)``"""
    hidden: FloatArray
    """h_t of every layer, ``(T, L, H)``"""
    cell: FloatArray | None = None
    """c_t of every layer of an LSTM, ``(T, L, H)``"""
    gates: dict[str, FloatArray] = {}
    """Each gate by its symbol in PyTorch's documentation, ``(T, L, H)``:
    i, f, g, o of an LSTM; r, z, n of a GRU"""
    output: FloatArray | None = None
    """The answer if it stopped at t, the readout of h_t, ``(T, O)``"""
    target: FloatArray | None = None
    """``(O,)``, or ``(T, O)`` where every timestep is asked; None for classes"""
    relevance: FloatArray | None = None
    """``(T, T)``: ``relevance[t, s]`` is the norm of d y_t / d x_s, 0 where s > t"""
    gradient_norm: FloatArray | None = None
    """``(T, L)``: the norm of d loss / d h_t"""
    directions: int = 1
    """2 where the sequence was also read from its end: L then counts layer and direction in
    PyTorch's order, 2 * layer + direction"""
    reading: Reading = Reading()

    @property
    def timesteps(self) -> int:
        return self.hidden.shape[0]

    @property
    def layers(self) -> int:
        return self.hidden.shape[1]

    @property
    def units(self) -> int:
        return self.hidden.shape[2]

    @property
    def nbytes(self) -> int:
        """Memory that the arrays take, in bytes."""
        arrays = [self.inputs, self.hidden, self.cell, *self.gates.values(), self.output]
        arrays += [self.target, self.relevance, self.gradient_norm]
        return sum(array.nbytes for array in arrays if array is not None)


class EpochRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One epoch in the history of a run. `seconds` counts from the start of the run,
    pauses left out; `grad_norm` is the mean over the epoch's batches, before clipping."""

    epoch: int
    train_loss: float
    valid_loss: float
    grad_norm: float
    seconds: float
    metrics: dict[str, float] = {}
    """in the task's own units, on the validation examples"""
    learning_rate: float = 0.0
    """at the end of the epoch, as the schedule has it"""


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One place where arithmetic can be done: ``cpu`` or ``cuda``, and its full name."""

    kind: str
    name: str
    threads: int = 0


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """How long one step of training took on one device, in milliseconds."""

    device: str
    threads: int
    milliseconds: float


def encode_array(value: Any) -> Any:
    """msgspec's hook for arrays: dtype, shape and raw bytes."""
    if isinstance(value, np.ndarray):
        array = np.ascontiguousarray(value)
        return (array.dtype.str, array.shape, array.reshape(-1).view(np.uint8).data)
    raise NotImplementedError(f"cannot encode {type(value).__name__}")


def decode_array(kind: Any, value: Any) -> Any:
    """The way back from `encode_array`; the array shares the bytes that came and is read-only."""
    dtype, shape, raw = value
    if np.dtype(dtype).hasobject:
        raise ValueError("arrays of objects do not travel")
    return np.frombuffer(raw, dtype=np.dtype(dtype)).reshape(shape)
