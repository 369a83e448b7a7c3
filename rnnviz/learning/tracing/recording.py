"""Recording: a trace put together from what a network computed on one sequence."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from rnnviz.cells import of_mode
from rnnviz.cells.base import Start, States, Weights
from rnnviz.learning.network.scan import Recurrent
from rnnviz.learning.tracing import attribution
from rnnviz.learning.tracing.layers import cell_of, joined
from rnnviz.records.arrays import FloatArray
from rnnviz.records.trace import Trace

CHEAP_SALIENCY = 2e8
"""Multiplications, a few milliseconds of them, that saliency may cost without being asked for."""


class Passage(NamedTuple):
    """A sequence, or a part of one, that was read with the same weights."""

    weights: list[Weights]
    states: list[States]
    """of every layer; where `directions` is 2, of every layer and direction"""
    start: list[Start] | None = None
    """where it began, None for 0"""


class Wanted(NamedTuple):
    """The costly parts of a trace that are wanted."""

    saliency: bool | None = None
    """None: where it takes a few milliseconds"""
    dearest: float | None = None
    """the most that saliency may cost even so, in multiplications"""
    gradient_norm: bool = True


def answers(readout: nn.Linear, hidden: Tensor) -> Tensor:
    """The readout of each row of hidden states ``(T, D H)``: ``(T, O)``."""
    output = hidden @ answering_weight(readout, hidden.dtype).t()
    if readout.bias is not None:
        output = output + readout.bias.detach().to("cpu", hidden.dtype)
    return output


def answering_weight(readout: nn.Linear, dtype: torch.dtype) -> Tensor:
    """W of a readout, ``(O, D H)``, on the CPU."""
    weight: Tensor = readout.weight.detach().to("cpu", dtype)
    return weight


def record(
    module: Recurrent,
    inputs: Tensor,
    passages: list[Passage],
    *,
    readout: nn.Linear | None = None,
    output: Tensor | None = None,
    target: Tensor | None = None,
    d_top: Tensor | None = None,
    from_first: bool = False,
    wanted: Wanted,
) -> Trace:
    """Put a trace together from what was computed; `d_top` ``(T, D H)`` is d loss / d h_t of
    the last layer, as far as the answers to timestep t go; `from_first`: backwards the last
    layer answers from what it is at the first timestep.

    Passages follow each other in time: an encoder's and its decoder's, of modules of the
    same kind and size.
    """
    cell, both = of_mode(module.mode), module.bidirectional
    layers = joined([passage.states for passage in passages])
    norms = matrix = w_out = None
    if readout is not None:
        w_out = answering_weight(readout, layers[0].hidden.dtype)
    timesteps = len(layers[0].hidden)
    cost = max(attribution.saliency_cost(p.weights, timesteps, both) for p in passages)
    missing = _missing(wanted, cost)
    begun = passages[0].start
    with torch.inference_mode():
        stretches = [attribution.linearise(cell, *passage, both) for passage in passages]
        if d_top is not None and wanted.gradient_norm:
            norms = attribution.gradient_norm(stretches, d_top, both)
        if not missing and both:
            matrix = attribution.saliency_of_both(stretches[0], w_out, from_first)
        elif not missing:
            matrix = attribution.saliency(stretches, w_out)
        return Trace(
            kind=cell.mode,
            inputs=_array(inputs),
            hidden=_stacked([states.hidden for states in layers]),
            cell=_stacked([cell_of(s) for s in layers]) if cell.has_cell_state else None,
            gates={
                gate.symbol: _stacked([states.gates[gate.symbol] for states in layers])
                for gate in cell.gates
            },
            output=None if output is None else _array(output),
            target=None if target is None else _array(target),
            start=None if begun is None else _array(torch.stack([h for h, _ in begun])),
            start_cell=_start_cell(begun),
            saliency=None if matrix is None else _array(matrix),
            saliency_missing=missing,
            saliency_cost=cost,
            gradient_norm=None if norms is None else _array(norms.hidden),
            cell_gradient_norm=_array_or_none(norms.cell if norms is not None else None),
            directions=2 if both else 1,
        )


def _missing(wanted: Wanted, cost: float) -> Literal["", "unasked", "later", "too dear"]:
    """Why saliency of this cost is left out; "" where it is not."""
    if wanted.saliency is False:
        return "unasked"
    if wanted.dearest is not None and cost > wanted.dearest:
        return "too dear"
    if wanted.saliency or cost <= CHEAP_SALIENCY:
        return ""
    return "unasked" if wanted.dearest is None else "later"


def _start_cell(start: list[Start] | None) -> FloatArray | None:
    cells = [cell for _, cell in start or [] if cell is not None]
    return _array(torch.stack(cells)) if cells else None


def _stacked(layers: list[Tensor]) -> FloatArray:
    return _array(torch.stack(layers, dim=1))  # (T, L, H)


def _array_or_none(tensor: Tensor | None) -> FloatArray | None:
    return None if tensor is None else _array(tensor)


def _array(tensor: Tensor) -> FloatArray:
    # What is beyond float32 becomes infinite; numpy would warn.
    array: FloatArray = np.array(tensor.float().numpy(), order="C")
    return array
