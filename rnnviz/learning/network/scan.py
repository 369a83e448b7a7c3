"""Recurrent layers over time: a fast pass on the CPU, and layers that PyTorch does not have.

The pass gives what PyTorch's module gives, with the same weights, and is differentiable with
respect to the weights, the inputs and the first state: `ThroughTime` instead of autograd. On
one thread at H = 64, T = 50 and B = 64 a step of training takes 0.6 of the time for an RNN and
0.7 for a GRU (`tests/benchmarks/cells.py`).

Sequences of different lengths need no packing: what is padded comes last, so that forwards
nothing that counts comes after it, and backwards each sequence is turned within its length.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  PyTorch's own name for it
from torch import Tensor, nn

from rnnviz.cells import Cell, of_mode
from rnnviz.cells.base import Given
from rnnviz.learning.network.backpropagation import ThroughTime

# PyTorch leaves the methods of autograd.Function untyped.
# mypy: disable-error-code="no-untyped-call"

State = Any
"""h, or (h, c) of a cell that has c_t, each ``(L D, B, H)``: the notepad, handed over."""


class OwnLayers(nn.Module):
    """Recurrent layers of a cell that PyTorch has no module for.

    It has the attributes of PyTorch's modules, as far as they mean something for it, and its
    weights have the names that those give them, such as ``weight_ih_l0`` or
    ``bias_ih_l1_reverse``, as many as the cell has; so a state dict is saved and loaded as
    theirs are. They begin uniform in +-1/sqrt(H) too. It reads batches ``(B, T, I)``,
    begins with h_0 or (h_0, c_0), each ``(L D, B, H)``, and answers as they do: h_t of the
    last layer ``(B, T, D H)``, and the state at the end. On any device.
    """

    bias = batch_first = True
    proj_size = 0

    def __init__(
        self,
        cell: Cell,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        self.mode = cell.mode
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.dropout, self.bidirectional = dropout, bidirectional
        rows, inputs, bound = cell.blocks * hidden_size, input_size, hidden_size**-0.5
        for layer in range(num_layers):
            columns = {"weight_ih": (inputs,), "weight_hh": (hidden_size,)}
            for end in endings(self, layer):
                for name in cell.weights:
                    values = torch.empty(rows, *columns.get(name, ())).uniform_(-bound, bound)
                    self.register_parameter(f"{name}_{end}", nn.Parameter(values))
            inputs = hidden_size * (2 if bidirectional else 1)

    def forward(self, x: Tensor, state: State = None) -> tuple[Tensor, State]:
        return run(self, x, None, state)


Recurrent = nn.RNNBase | OwnLayers


def layers_of(
    cell: Cell, inputs: int, hidden: int, layers: int, *, dropout: float, bidirectional: bool
) -> Recurrent:
    """The untrained layers of a cell: PyTorch's own module where there is one."""
    sizes = inputs, hidden, layers
    if not cell.module:
        return OwnLayers(cell, *sizes, dropout=dropout, bidirectional=bidirectional)
    made: nn.RNNBase = getattr(nn, cell.module)(
        *sizes, batch_first=True, dropout=dropout, bidirectional=bidirectional, **cell.options
    )
    return made


def endings(rnn: Recurrent, layer: int) -> list[str]:
    """How the names of a layer's weights end, direction by direction."""
    return [f"l{layer}{way}" for way in (("", "_reverse") if rnn.bidirectional else ("",))]


def suits(rnn: Recurrent, x: Tensor, lengths: Tensor | None) -> bool:
    """Whether this is the fastest way to compute a module, or the only one.

    It is on the CPU, but for cells of which PyTorch has a fused pass over sequences of one
    length. With dropout between its layers it is taken all the same, layer by layer: PyTorch
    does not tell what it hid.
    """
    if isinstance(rnn, OwnLayers):
        return True
    plain = not x.is_cuda and rnn.bias and not rnn.proj_size
    hiding = bool(rnn.dropout) and rnn.training and rnn.num_layers > 1
    fused = of_mode(rnn.mode).fused and (lengths is None or _equal(lengths, x))
    return plain and (hiding or not fused)


def _equal(lengths: Tensor, x: Tensor) -> bool:
    return bool((lengths == x.shape[1]).all())


def run(
    rnn: Recurrent,
    x: Tensor,
    lengths: Tensor | None = None,
    state: State = None,
    hide: Sequence[Callable[[Tensor], Tensor]] = (),
) -> tuple[Tensor, State]:
    """h_t of the last layer, ``(B, T, D H)``, and the notepad at the end of each sequence.

    What ``rnn(x, state)`` gives for a `batch_first` module and `x` ``(B, T, I)``, packed where
    there are `lengths` ``(B,)``; what stands at padded timesteps means nothing. `hide` stands
    for the module's own dropout between layers, one for each layer but the last.
    """
    below = x.transpose(0, 1)  # (T, B, I)
    one_length = lengths is None or _equal(lengths, x)
    order = None if lengths is None or one_length else _Order(lengths, len(below))
    cell = of_mode(rnn.mode)
    both = cell.has_cell_state
    h_0, c_0 = state if both and state is not None else (state, None)
    hidden_ends, cell_ends = [], []
    directions = 2 if rnn.bidirectional else 1
    for layer in range(rnn.num_layers):
        if layer and hide:
            below = hide[layer - 1](below.transpose(0, 1)).transpose(0, 1)
        elif layer:
            below = F.dropout(below, rnn.dropout, rnn.training)
        written = []
        for direction, end in enumerate(endings(rnn, layer)):
            row = layer * directions + direction
            weights = tuple(getattr(rnn, f"{name}_{end}") for name in cell.weights)
            given = Given(
                _turned(below, order) if direction else below,
                None if h_0 is None else h_0[row],
                None if c_0 is None else c_0[row],
                weights,
            )
            if cell.fused and one_length:
                hidden, last, content = cell.fused_pass(given)
            else:
                hidden, last, content = ThroughTime.apply(cell, *given[:3], *weights)
            hidden_ends.append(last if order is None else order.last(hidden))
            if content is not None:
                cell_ends.append(content[-1] if order is None else order.last(content))
            written.append(_turned(hidden, order) if direction else hidden)
        below = torch.cat(written, dim=2) if rnn.bidirectional else written[0]
    ends: State = torch.stack(hidden_ends)
    return below.transpose(0, 1), (ends, torch.stack(cell_ends)) if both else ends


class _Order:
    """Where each timestep of padded sequences goes when they are turned."""

    def __init__(self, lengths: Tensor, timesteps: int) -> None:
        self._ends = lengths - 1
        self._rows = torch.arange(len(lengths), device=lengths.device)
        time = torch.arange(timesteps, device=lengths.device)[:, None]
        self._turned = torch.where(time < lengths, self._ends - time, time)  # (T, B)

    def turn(self, x: Tensor) -> Tensor:
        return x[self._turned, self._rows]

    def last(self, states: Tensor) -> Tensor:
        return states[self._ends, self._rows]


def _turned(x: Tensor, order: _Order | None) -> Tensor:
    """Sequences ``(T, B, ...)`` from their end to their start."""
    return x.flip(0) if order is None else order.turn(x)
