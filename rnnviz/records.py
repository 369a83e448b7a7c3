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
    inputs_named: list[str] = []
    """what each of several inputs is, or each row of a roll"""
    marked: list[int] = []
    """the rows of a roll that are named on its axis"""
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
    pauses left out; `training_seconds` are those of them that were spent on learning, without
    validation; `grad_norm` is the mean over the epoch's batches, before clipping."""

    epoch: int
    train_loss: float
    valid_loss: float
    grad_norm: float
    seconds: float
    metrics: dict[str, float] = {}
    """in the task's own units, on the validation examples"""
    training_seconds: float = 0.0
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
