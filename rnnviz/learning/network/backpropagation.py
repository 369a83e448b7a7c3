"""One layer of any cell as one function of autograd, whose way back is the cell's own."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from rnnviz.cells import Cell
from rnnviz.cells.base import Arriving, Given, Passed

# PyTorch leaves the methods of autograd.Function untyped.
# mypy: disable-error-code="no-untyped-call"


class ThroughTime(torch.autograd.Function):
    """h_t, h_T and, of a cell that has it, c_t, from inputs ``(T, B, I)``, h_0 and c_0
    ``(B, H)`` or None for 0, and the weights that the cell has."""

    @staticmethod
    def forward(
        ctx: Any, cell: Cell, x: Tensor, h_0: Tensor | None, c_0: Tensor | None, *weights: Tensor
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        passed = cell.forward(Given(x, h_0, c_0, weights))
        ctx.cell, ctx.count = cell, len(weights)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, h_0, c_0, *weights, passed.hidden, passed.cell, *passed.kept)
        # The last state is an output of its own: where nothing else is used, its gradient
        # comes back alone and not inside (T, B, H) zeros.
        return passed.hidden, passed.hidden[-1].clone(), passed.cell

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, d_hidden: Tensor | None, d_last: Tensor | None, d_cell: Tensor | None
    ) -> tuple[Any, ...]:
        x, h_0, c_0, *rest = ctx.saved_tensors
        weights, (hidden, cell, *kept) = rest[: ctx.count], rest[ctx.count :]
        gradients = ctx.cell.backward(
            Given(x, h_0, c_0, tuple(weights)),
            Passed(hidden, cell, tuple(kept)),
            Arriving(d_hidden, d_last, d_cell),
            wants_x=ctx.needs_input_grad[1],
        )
        return None, gradients.x, gradients.h_0, gradients.c_0, *gradients.weights
