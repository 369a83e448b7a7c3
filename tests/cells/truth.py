"""What layers of a cell compute: by PyTorch's own module, or else in closed form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnviz.cells import CELLS, Cell
from rnnviz.learning.network.scan import Recurrent, layers_of

Answer = tuple[Tensor, Any]
"""h_t of the last layer ``(B, T, D H)``, and the state at the end"""


def without_memory(module: Recurrent, x: Tensor, lengths: Tensor | None) -> Answer:
    """tanh of a linear layer, whatever came before; forwards a sequence ends at its last
    timestep, backwards at its first."""
    ends, rows = [], torch.arange(len(x))
    last = torch.full((len(x),), x.shape[1] - 1) if lengths is None else lengths - 1
    for layer in range(module.num_layers):
        written = []
        for way in ("", "_reverse")[: 1 + module.bidirectional]:
            end = f"ih_l{layer}{way}"
            weight, bias = getattr(module, f"weight_{end}"), getattr(module, f"bias_{end}")
            written.append(torch.tanh(F.linear(x, weight, bias)))
            ends.append(written[-1][rows, 0 if way else last])
        x = torch.cat(written, dim=2)
    return x, torch.stack(ends)


CLOSED_FORMS: dict[str, Callable[[Recurrent, Tensor, Tensor | None], Answer]] = {
    "none": without_memory,
}
"""Of the cells that PyTorch has no module for."""


def double_layers(cell: Cell, *sizes: int, both: bool = False) -> Recurrent:
    """Layers of a cell in float64, which read batches first: inputs, units, how many."""
    inputs, hidden, layers = (*sizes, 1)[:3]
    return layers_of(cell, inputs, hidden, layers, dropout=0.0, bidirectional=both).double()


def truth(module: Recurrent, x: Tensor, state: Any = None, lengths: Tensor | None = None) -> Answer:
    """What a module answers to ``(B, T, I)``, packed where there are lengths; autograd goes
    through it."""
    if not isinstance(module, nn.RNNBase):
        name = next(name for name, cell in CELLS.items() if cell.mode == module.mode)
        return CLOSED_FORMS[name](module, x, lengths)
    if lengths is None:
        return module(x, state)
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    hidden, end = module(packed, state)
    return pad_packed_sequence(hidden, batch_first=True, total_length=x.shape[1])[0], end
