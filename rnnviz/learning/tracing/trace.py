"""Tracing: run one example through a recurrent module and keep all that it computes."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  PyTorch's own name for it
from torch import Tensor, nn

from rnnviz.cells import of_mode
from rnnviz.cells.base import Start, States, Weights
from rnnviz.learning.network.scan import Recurrent
from rnnviz.learning.tracing import attribution
from rnnviz.learning.tracing.layers import cell_of, joined, states_of, top, weights_of
from rnnviz.learning.tracing.refusals import (
    Asked,
    asked_of,
    check_horizon,
    check_module,
    check_readout,
    sequence,
    start_of,
)
from rnnviz.learning.tracing.refusals import TraceError as TraceError  # it is raised here
from rnnviz.records.arrays import FloatArray
from rnnviz.records.trace import Presentation, Trace
from rnnviz.tasks.task import Loss

CHEAP_SALIENCY = 2e8
"""Multiplications, a few milliseconds of them, that saliency may cost without being asked for."""


class Passage(NamedTuple):
    """A sequence, or a part of one, that was read with the same weights."""

    weights: list[Weights]
    states: list[States]
    """of every layer; where `directions` is 2, of every layer and direction"""
    start: list[Start] | None = None
    """where it began, None for 0"""


def trace(
    module: Recurrent,
    x: Any,
    *,
    readout: nn.Linear | None = None,
    target: Any = None,
    loss: Loss | None = None,
    horizon: int = 0,
    start: Any = None,
    saliency: bool | None = None,
    dearest: float | None = None,
) -> Trace:
    """Run `module` on one sequence and record everything.

    The equations are those of PyTorch's documentation of `torch.nn.RNN`, `torch.nn.GRU` and
    `torch.nn.LSTM`, and of the files in `rnnviz.cells`.

    Parameters
    ----------
    module
        An `nn.RNN` (tanh or relu), `nn.GRU` or `nn.LSTM` of any size, with any number of
        layers, in one direction or both, with or without biases, with either `batch_first`,
        on any device, in float32 or float64; or the `OwnLayers` of a cell that PyTorch does
        not have. It is computed as in evaluation (no dropout, no
        autocast), on the CPU, and is left exactly as it was: mode, gradients and the random
        generator.
    x
        One sequence ``(T, I)``, an array, a tensor or nested lists of numbers; or a batch of
        one, ``(1, T, I)`` of a `batch_first` module, else ``(T, 1, I)``.
    readout
        The linear layer that answers from h_t of the last layer. With it the trace has
        `output`, ``(T, O)``: the answer if the sequence stopped at t.
    target
        What the answer should be; needs `readout`. Values: ``(O,)`` for the answer at the last
        timestep, ``(T, O)`` for those at all. Classes from 0 to O - 1, of which the outputs
        are the logits: a whole number, or ``(T,)`` of them. With it the trace has
        `gradient_norm`, ``(T, L)``: the norm of d loss / d h_t.
    loss
        ``"MSE"``, ``"cross-entropy"`` or ``"binary cross-entropy"`` (of logits, added up over
        the outputs of a timestep), the mean over the timesteps that are asked. None takes
        cross-entropy for classes and the mean squared error for values.
    horizon
        How many timesteps after the one that was read last an answer lies, and its target:
        0 for what is now, 1 for what comes next. It moves what is drawn, and nothing else.
    start
        The state before the first timestep: h_0, or of an LSTM ``(h_0, c_0)``, each
        ``(L D, H)`` or ``(L D, 1, H)`` with D directions. None for 0.
    saliency
        Whether to compute `saliency`, ``(T, T)``: the Frobenius norm of the Jacobian
        d y_t / d x_s, where y_t is the output, or h_t of the last layer without a readout.
        None computes it where that takes a few milliseconds, which it does for T = 50 and
        H = 64; the cost grows with T^2 H^2.
    dearest
        The most that saliency may cost even where it is asked for, in multiplications.

    Returns
    -------
    Trace
        float32, whatever the module computes in. `hidden` of the last layer is what
        ``module(x)`` gives on the CPU under `torch.no_grad`, to the last bit: with gradients,
        in a batch or on a GPU the module itself adds in another order, which is within 1e-5
        but for networks that are chaotic. A bidirectional module has L = 2 * layers, with
        layer l forwards at 2 l and backwards at 2 l + 1, as in PyTorch.

    Raises
    ------
    TraceError
        For anything else: LSTMs with projections, half precision, weights that are not
        finite, an `x` of another shape.
    """
    check_module(module)
    check_readout(module, readout, target)
    check_horizon(horizon)
    weights = weights_of(module)
    dtype = weights[0].w_ih.dtype
    inputs = sequence(x, module).to(dtype)
    begun = start_of(start, module)
    with torch.inference_mode(), torch.autocast("cpu", enabled=False):
        layers = states_of(module, weights, inputs, begun)
        output = asked = d_top = None
        if readout is not None:
            output = answers(readout, top(layers, module.bidirectional))
        if readout is not None and target is not None and output is not None:
            asked = asked_of(target, loss, *output.shape)
            d_top = _slope(asked, output) @ answering_weight(readout, output.dtype)
        found = record(
            module,
            inputs,
            [Passage(weights, layers, begun)],
            readout=readout,
            output=output,
            target=asked.targets if asked is not None and asked.loss != "cross-entropy" else None,
            d_top=d_top,
            saliency=saliency,
            dearest=dearest,
        )
    return msgspec.structs.replace(found, presentation=_reading(horizon, asked, output))


def _slope(asked: Asked, output: Tensor) -> Tensor:
    """d loss / d y_t for every answer, ``(T, O)``: 0 where none is asked.

    That of the mean square is 2 (y - target) / n with n values, and that of both entropies is
    (p - target) / n with n answers and p their probabilities.
    """
    found = torch.zeros_like(output)
    rows = output if asked.every else output[-1:]  # (n, O)
    targets = asked.targets.to(rows.dtype)
    if asked.loss == "cross-entropy":
        targets = F.one_hot(asked.targets, rows.shape[1])
        slope = (torch.softmax(rows, dim=1) - targets) / len(rows)
    elif asked.loss == "MSE":
        slope = (rows - targets) * (2 / rows.numel())
    else:
        slope = (torch.sigmoid(rows) - targets) / len(rows)
    found[-len(rows) :] = slope
    return found


def _reading(horizon: int, asked: Asked | None, output: Tensor | None) -> Presentation:
    """How the answers read: classes by their numbers."""
    if asked is None or output is None or asked.loss != "cross-entropy":
        return Presentation(horizon=horizon)
    said = output.argmax(dim=1).tolist()
    before = 0 if asked.every else len(said) - 1
    wanted = asked.targets.reshape(-1).tolist()
    return Presentation(
        horizon=horizon,
        answers=[str(number) for number in said],
        asked=[""] * before + [str(number) for number in wanted],
        right=[None] * before
        + [one == other for one, other in zip(said[before:], wanted, strict=True)],
    )


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
    saliency: bool | None = None,
    dearest: float | None = None,
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
    missing = _missing(saliency, cost, dearest)
    begun = passages[0].start
    with torch.inference_mode():
        stretches = [attribution.linearise(cell, *passage, both) for passage in passages]
        if d_top is not None:
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


def _missing(
    saliency: bool | None, cost: float, dearest: float | None
) -> Literal["", "unasked", "later", "too dear"]:
    """Why saliency of this cost is left out; "" where it is not."""
    if saliency is False:
        return "unasked"
    if dearest is not None and cost > dearest:
        return "too dear"
    if saliency or cost <= CHEAP_SALIENCY:
        return ""
    return "unasked" if dearest is None else "later"


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
