"""Tracing: run one example through a recurrent module and keep all that it computes."""

from __future__ import annotations

from typing import Any

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
from rnnviz.records import FloatArray, Trace

CHEAP_RELEVANCE = 2e8
"""Multiplications, a few milliseconds of them, that relevance may cost without being asked for."""


class TraceError(ValueError):
    """A module or an input that cannot be traced; the message is one sentence for a person."""


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
        layers, with or without biases, with either `batch_first`, on any device, in
        float32 or float64. It is computed as in evaluation (no dropout), from a state of
        0, and is left exactly as it was: mode, gradients and the random generator.
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
        H = 64; the cost grows with T^2 H^2.
    dearest
        The most that relevance may cost even where it is asked for, in multiplications.

    Returns
    -------
    Trace
        float32, whatever the module computes in. `hidden` equals the module's output
        within 1e-5.

    Raises
    ------
    TraceError
        For anything else: LSTMs with projections, half precision, an `x` of another shape.
    """
    _check_module(module)
    weights = weights_of(module)
    _check_readout(module, readout, target)
    dtype = weights[0].w_ih.dtype
    inputs = _sequence(x, module.input_size).to(dtype)
    with torch.inference_mode():
        layers = states_of(module, weights, inputs)
        output = asked = d_output = None
        if readout is not None:
            output = answers(readout, top(layers, module.bidirectional))
        if target is not None and output is not None:
            asked = _target(target, output.shape[1]).to(dtype)
            d_output = torch.zeros_like(output)
            d_output[-1] = (output[-1] - asked) * (2 / len(asked))  # of the mean square
    return record(
        module,
        inputs,
        weights,
        layers,
        readout=readout,
        output=output,
        target=asked,
        d_output=d_output,
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
    output = hidden @ readout.weight.detach().to("cpu", hidden.dtype).t()
    if readout.bias is not None:
        output = output + readout.bias.detach().to("cpu", hidden.dtype)
    return output


def record(
    module: nn.RNNBase,
    inputs: Tensor,
    weights: list[Weights],
    layers: list[States],
    *,
    readout: nn.Linear | None = None,
    output: Tensor | None = None,
    target: Tensor | None = None,
    d_output: Tensor | None = None,
    relevance: bool | None = None,
    dearest: float | None = None,
) -> Trace:
    """Put a trace together from what was computed; `d_output` ``(T, O)`` is d loss / d y_t.

    A module that also reads from the end has neither relevance nor gradient norm here.
    """
    kind, gradient_norm, matrix = module.mode, None, None
    w_out = None if readout is None else readout.weight.detach().to("cpu", inputs.dtype)
    with torch.inference_mode():
        if not module.bidirectional:
            slopes = None
            if d_output is not None and w_out is not None:
                slopes = attribution.linearise(kind, weights, layers)
                gradient_norm = attribution.gradient_norm(weights, slopes, d_output @ w_out)
            limit = CHEAP_RELEVANCE if relevance is None else dearest
            if relevance is not False and (
                limit is None or attribution.relevance_cost(weights, len(inputs)) <= limit
            ):
                slopes = slopes or attribution.linearise(kind, weights, layers)
                matrix = attribution.relevance(weights, slopes, w_out)
        return Trace(
            kind=kind,
            inputs=_array(inputs),
            hidden=_stacked([states.hidden for states in layers]),
            cell=_stacked([s.cell for s in layers if s.cell is not None])
            if kind == "LSTM"
            else None,
            gates={
                gate: _stacked([states.gates[gate] for states in layers]) for gate in GATES[kind]
            },
            output=None if output is None else _array(output),
            target=None if target is None else _array(target),
            relevance=None if matrix is None else _array(matrix),
            gradient_norm=None if gradient_norm is None else _array(gradient_norm),
            directions=2 if module.bidirectional else 1,
        )


def _stacked(layers: list[Tensor]) -> FloatArray:
    return _array(torch.stack(layers, dim=1))  # (T, L, H)


def _array(tensor: Tensor) -> FloatArray:
    array: FloatArray = np.array(tensor.numpy(), np.float32, order="C")
    return array


def _check_module(module: Any) -> None:
    if not isinstance(module, nn.RNN | nn.GRU | nn.LSTM):
        name = type(module).__name__
        raise TraceError(f"Only nn.RNN, nn.GRU and nn.LSTM can be traced, and this is a {name}.")
    if module.proj_size:
        raise TraceError("LSTMs with projections cannot be traced yet: set proj_size=0.")
    for name, weight in module.named_parameters():
        if weight.dtype not in (torch.float32, torch.float64):
            kind = str(weight.dtype).removeprefix("torch.")
            raise TraceError(
                f"The weights must be float32 or float64, but {name} is {kind}: trace "
                "module.float()."
            )
        if weight.is_meta:
            raise TraceError(f"The weights must have values, but {name} is on the meta device.")


def _check_readout(module: nn.RNNBase, readout: Any, target: Any) -> None:
    if readout is None:
        if target is not None:
            raise TraceError("A target needs a readout, whose answer it is compared with.")
        return
    if not isinstance(readout, nn.Linear):
        raise TraceError(f"The readout must be an nn.Linear, not a {type(readout).__name__}.")
    units = module.hidden_size * (2 if module.bidirectional else 1)
    if readout.in_features != units:
        raise TraceError(f"The readout must read {units} hidden units, not {readout.in_features}.")


def _sequence(x: Any, size: int) -> Tensor:
    values = _numbers(x, "x")
    if values.ndim != 2 or values.shape[1] != size or not len(values):
        shape = tuple(values.shape)
        hint = ": trace one example at a time" if values.ndim == 3 else ""
        raise TraceError(
            f"x must have the shape (T, I), timesteps by inputs, here (T, {size}), not "
            f"{shape}{hint}."
        )
    return values


def _target(target: Any, size: int) -> Tensor:
    values = _numbers(target, "The target")
    if values.shape != (size,):
        raise TraceError(f"The target must have the shape ({size},), not {tuple(values.shape)}.")
    return values


def _numbers(values: Any, name: str) -> Tensor:
    """`values` as a float64 tensor on the CPU, which holds float32 and float64 exactly."""
    if isinstance(values, Tensor):
        if values.is_complex():
            raise TraceError(f"{name} must be real numbers, not {values.dtype}.")
        found = values.detach().cpu().double()
    else:
        try:
            array = np.asarray(values)
            if array.dtype.kind not in "fiub":
                raise TypeError(f"not {array.dtype}")
            found = torch.from_numpy(array.astype(np.float64))
        except (TypeError, ValueError) as error:
            raise TraceError(f"{name} must be an array of numbers: {error}.") from error
    finite = torch.isfinite(found)
    if not finite.all():
        place = torch.nonzero(~finite)[0].tolist()
        raise TraceError(f"{name} must be finite, but is {found[tuple(place)]:g} at {place}.")
    return found
