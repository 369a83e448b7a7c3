"""No memory: the layer that judges each input by itself.

    h_t = tanh(W_ih x_t + b_ih)

It has neither W_hh nor b_hh, what it begins with changes nothing, and there is no loop over
time. What it cannot learn needs memory. Backwards:

    dp_t = (1 - h_t^2) dh_t,    dh_{t-1} += 0
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnviz.cells.base import (
    Arriving,
    Cell,
    Given,
    Gradients,
    Passed,
    Slopes,
    Start,
    States,
    Weights,
    of_inputs,
    read,
)

if TYPE_CHECKING:
    from torch import Tensor


class _NoMemory(Cell):
    def inside(self, weights: Weights, x: Tensor, start: Start) -> States:
        return States(weights.b_ih.addmm(x, weights.w_ih.t()).tanh_(), None, {})

    def slopes(
        self, weights: Weights, states: States, start: tuple[Tensor | None, Tensor | None]
    ) -> Slopes:
        return Slopes((1 - states.hidden**2)[:, None])

    def forward(self, given: Given) -> Passed:
        return Passed(read(given.x, *given.weights).tanh_())

    def backward(
        self, given: Given, passed: Passed, arriving: Arriving, *, wants_x: bool
    ) -> Gradients:
        import torch

        hidden = passed.hidden
        dp = torch.zeros_like(hidden) if arriving.hidden is None else arriving.hidden.clone()
        if arriving.last is not None:
            dp[-1] += arriving.last
        dp.mul_(1 - hidden**2)
        first = len(hidden) - 1 if arriving.hidden is None else 0
        d_x, *d_weights = of_inputs(given.x, given.weights[0], dp, first, wants_x=wants_x)
        d_h_0 = None if given.h_0 is None else torch.zeros_like(given.h_0)
        return Gradients(d_x, d_h_0, None, tuple(d_weights))


NONE = _NoMemory(
    name="none",
    help="from each input alone, so that nothing is remembered",
    mode="NONE",
    weights=("weight_ih", "bias_ih"),
    sign="d",
)
