"""A trace: all that a network computed on one example, and how it reads to a person."""

from __future__ import annotations

from typing import Literal

import msgspec

from rnnviz.records.arrays import FloatArray


class Presentation(msgspec.Struct, frozen=True, kw_only=True, eq=False):
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


class Change(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What is other than in an example, to see what the network would make of it."""

    inputs: FloatArray | None = None
    """values ``(T, I)`` or tokens ``(T, F)`` in place of what is read; another number of
    timesteps only where one answer is asked, at the end"""
    start: FloatArray | None = None
    """``(L, H)``: h_0 of every layer (and direction) in place of the state that it begins with"""
    start_cell: FloatArray | None = None
    """``(L, H)``: c_0, where there is one; None for 0"""


class Trace(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """All that a network computed on one example. Arrays are float32.

    T timesteps, I inputs, L layers, H hidden units, O outputs. Parts that were not
    computed are None.
    """

    kind: str
    """The `mode` of its cell: ``"RNN_TANH"``, ``"GRU"`` and so on, as PyTorch calls them."""
    inputs: FloatArray
    """``(T, I)``"""
    hidden: FloatArray
    """h_t of every layer, ``(T, L, H)``"""
    cell: FloatArray | None = None
    """c_t of every layer, ``(T, L, H)``, of a cell that has it"""
    gates: dict[str, FloatArray] = {}
    """Each gate of the cell by its symbol in PyTorch's documentation, ``(T, L, H)``"""
    output: FloatArray | None = None
    """The answer if it stopped at t, the readout of h_t, ``(T, O)``"""
    target: FloatArray | None = None
    """``(O,)``, or ``(T, O)`` where every timestep is asked; None for classes"""
    start: FloatArray | None = None
    """h_0 of every layer, ``(L, H)``: the notepad before the first timestep that a layer reads,
    which backwards is the last; None for 0. In the same way:"""
    start_cell: FloatArray | None = None
    """c_0 of every layer, ``(L, H)``"""
    saliency: FloatArray | None = None
    """``(T, T)``: ``saliency[t, s]`` is the norm of d y_t / d x_s; in one direction 0 where
    s > t"""
    saliency_missing: Literal["", "unasked", "later", "too dear"] = ""
    """why there is no saliency: nobody asked for it, it is measured when training rests, or it
    would take too long"""
    saliency_cost: float = 0.0
    """how many multiplications it takes, or would take"""
    gradient_norm: FloatArray | None = None
    """``(T, L)``: the norm of d loss / d h_t"""
    cell_gradient_norm: FloatArray | None = None
    """``(T, L)``: the norm of d loss / d c_t of an LSTM"""
    directions: int = 1
    """2 where the sequence was also read from its end: L then counts layer and direction in
    PyTorch's order, 2 * layer + direction"""
    presentation: Presentation = Presentation()

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
        arrays += [self.target, self.saliency, self.gradient_norm, self.cell_gradient_norm]
        arrays += [self.start, self.start_cell]
        return sum(array.nbytes for array in arrays if array is not None)
