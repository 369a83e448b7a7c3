"""Tracing: run one example through a recurrent module and keep all that it computes."""

from __future__ import annotations

from typing import Any

import msgspec
import torch
import torch.nn.functional as F  # noqa: N812  PyTorch's own name for it
from torch import Tensor, nn

from rnnviz.learning.network.scan import Recurrent
from rnnviz.learning.tracing.layers import states_of, top, weights_of
from rnnviz.learning.tracing.recording import Passage, Wanted, answering_weight, answers, record
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
from rnnviz.records.trace import Presentation, Trace
from rnnviz.tasks.task import Loss


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
            wanted=Wanted(saliency, dearest),
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
