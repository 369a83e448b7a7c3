"""Tracing: run one example through a recurrent module and keep all that it computes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from rnnviz.learning import attribution
from rnnviz.learning.cells import (
    GATES,
    Start,
    States,
    Weights,
    run_backwards,
    run_layer,
    weights_of,
)
from rnnviz.learning.refusals import TraceError as TraceError  # it is raised here
from rnnviz.learning.refusals import check_module, check_readout, sequence, target_of
from rnnviz.records import FloatArray, Trace

CHEAP_RELEVANCE = 2e8
"""Multiplications, a few milliseconds of them, that relevance may cost without being asked for."""


class Passage(NamedTuple):
    """A sequence, or a part of one, that was read with the same weights."""

    weights: list[Weights]
    states: list[States]
    """of every layer; where `directions` is 2, of every layer and direction"""
    start: list[Start] | None = None
    """where it began, None for 0"""


def trace(
    module: nn.RNNBase,
    x: Any,
    *,
    readout: nn.Linear | None = None,
    target: Any = None,
    relevance: bool | None = None,
    dearest: float | None = None,
) -> Trace:
    """Run `module` on one sequence and record everything, by the explicit step equations.

    Parameters
    ----------
    module
        An `nn.RNN` (tanh or relu), `nn.GRU` or `nn.LSTM` of any size, with any number of
        layers, in one direction or both, with or without biases, with either `batch_first`,
        on any device, in float32 or float64. It is computed as in evaluation (no dropout),
        from a state of 0, and is left exactly as it was: mode, gradients and the random
        generator.
    x
        One sequence ``(T, I)``, an array, a tensor or nested lists of numbers.
    readout
        The linear layer that answers from h_t of the last layer. With it the trace has
        `output`, ``(T, O)``: the answer if the sequence stopped at t.
    target
        What the answer at the last timestep should be, ``(O,)``; needs `readout`. With it
        the trace has `gradient_norm`, ``(T, L)``: the norm of d loss / d h_t, with the mean
        squared error as loss.
    relevance
        Whether to compute `relevance`, ``(T, T)``: the Frobenius norm of the Jacobian
        d y_t / d x_s, where y_t is the output, or h_t of the last layer without a readout.
        None computes it where that takes a few milliseconds, which it does for T = 50 and
        H = 64; the cost grows with T^2 H^2. A bidirectional module has none: each of its
        answers rests on all inputs, also on later ones, and nothing is left behind in time.
    dearest
        The most that relevance may cost even where it is asked for, in multiplications.

    Returns
    -------
    Trace
        float32, whatever the module computes in. `hidden` equals the module's output
        within 1e-5. A bidirectional module has L = 2 * layers, with layer l forwards at
        2 l and backwards at 2 l + 1, as in PyTorch.

    Raises
    ------
    TraceError
        For anything else: LSTMs with projections, half precision, an `x` of another shape.
    """
    check_module(module)
    weights = weights_of(module)
    check_readout(module, readout, target)
    dtype = weights[0].w_ih.dtype
    inputs = sequence(x, module.input_size).to(dtype)
    with torch.inference_mode():
        layers = states_of(module, weights, inputs)
        output = asked = d_top = None
        if readout is not None:
            output = answers(readout, top(layers, module.bidirectional))
        if readout is not None and target is not None and output is not None:
            asked = target_of(target, output.shape[1]).to(dtype)
            d_output = torch.zeros_like(output)
            d_output[-1] = (output[-1] - asked) * (2 / len(asked))  # of the mean square
            d_top = d_output @ answering_weight(readout, output.dtype)
    return record(
        module,
        inputs,
        [Passage(weights, layers)],
        readout=readout,
        output=output,
        target=asked,
        d_top=d_top,
        relevance=relevance,
        dearest=dearest,
    )


def states_of(
    module: nn.RNNBase, weights: list[Weights], inputs: Tensor, start: list[Start] | None = None
) -> list[States]:
    """What every layer (and direction) of a module goes through on inputs ``(T, I)``."""
    kind, found, below = module.mode, [], inputs
    directions = 2 if module.bidirectional else 1
    for layer in range(module.num_layers):
        first = layer * directions
        states = run_layer(kind, weights[first], below, start[layer] if start else None)
        found.append(states)
        if module.bidirectional:
            backwards = run_backwards(kind, weights[first + 1], below)
            found.append(backwards)
            below = torch.cat([states.hidden, backwards.hidden], dim=1)
        else:
            below = states.hidden
    return found


def top(layers: list[States], both: bool) -> Tensor:
    """What the readout reads at each timestep, ``(T, D H)``: the last layer."""
    return torch.cat([s.hidden for s in layers[-2:]], dim=1) if both else layers[-1].hidden


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
    module: nn.RNNBase,
    inputs: Tensor,
    passages: list[Passage],
    *,
    readout: nn.Linear | None = None,
    output: Tensor | None = None,
    target: Tensor | None = None,
    d_top: Tensor | None = None,
    relevance: bool | None = None,
    dearest: float | None = None,
) -> Trace:
    """Put a trace together from what was computed; `d_top` ``(T, D H)`` is d loss / d h_t of
    the last layer, as far as the answers to timestep t go.

    Passages follow each other in time: an encoder's and its decoder's, of modules of the
    same kind and size.
    """
    kind, both = module.mode, module.bidirectional
    layers = joined([passage.states for passage in passages])
    gradient_norm = matrix = w_out = None
    if readout is not None:
        w_out = answering_weight(readout, layers[0].hidden.dtype)
    limit = CHEAP_RELEVANCE if relevance is None else dearest
    cost = max(attribution.relevance_cost(p.weights, len(layers[0].hidden)) for p in passages)
    with torch.inference_mode():
        stretches = [attribution.linearise(kind, *passage, both) for passage in passages]
        if d_top is not None:
            gradient_norm = attribution.gradient_norm(stretches, d_top, both)
        if relevance is not False and not both and (limit is None or cost <= limit):
            matrix = attribution.relevance(stretches, w_out)
        return Trace(
            kind=kind,
            inputs=_array(inputs),
            hidden=_stacked([states.hidden for states in layers]),
            cell=_stacked([_cell(states) for states in layers]) if kind == "LSTM" else None,
            gates={
                gate: _stacked([states.gates[gate] for states in layers]) for gate in GATES[kind]
            },
            output=None if output is None else _array(output),
            target=None if target is None else _array(target),
            relevance=None if matrix is None else _array(matrix),
            gradient_norm=None if gradient_norm is None else _array(gradient_norm),
            directions=2 if both else 1,
        )


def joined(stretches: list[list[States]]) -> list[States]:
    """The states of every layer over all stretches of time."""
    if len(stretches) == 1:
        return stretches[0]
    return [
        States(
            torch.cat([part.hidden for part in parts]),
            None if parts[0].cell is None else torch.cat([_cell(part) for part in parts]),
            {gate: torch.cat([part.gates[gate] for part in parts]) for gate in parts[0].gates},
        )
        for parts in zip(*stretches, strict=True)
    ]


def _cell(states: States) -> Tensor:
    assert states.cell is not None
    return states.cell


def _stacked(layers: list[Tensor]) -> FloatArray:
    return _array(torch.stack(layers, dim=1))  # (T, L, H)


def _array(tensor: Tensor) -> FloatArray:
    array: FloatArray = np.array(tensor.numpy(), np.float32, order="C")
    return array
