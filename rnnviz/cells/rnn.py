"""The plain recurrent layer, of tanh or of relu (Elman 1990; equations of `torch.nn.RNN`):

    h_t = tanh(p_t), or relu, with p_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh

Backwards:

    dp_t = tanh'(p_t) dh_t,    tanh'(p_t) = 1 - h_t^2 (relu: 1 where h_t > 0)
    dh_{t-1} += W_hh^T dp_t
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnviz.cells.base import (
    HIDDEN,
    LOOK,
    ONE_LAYER,
    VANISHED,
    Arriving,
    Cell,
    Given,
    Gradients,
    Passed,
    Slopes,
    Start,
    States,
    Weights,
    from_the_end,
    of_inputs,
    of_recurrent,
    read,
    timesteps_of,
)

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class _RNN(Cell):
    relu: bool = False

    def inside(self, weights: Weights, x: Tensor, start: Start) -> States:
        import torch

        function = torch.rnn_relu if self.relu else torch.rnn_tanh
        hidden = function(x[:, None], start[0][None, None], weights, *ONE_LAYER)[0][:, 0]
        return States(hidden, None, {})

    def slopes(
        self, weights: Weights, states: States, start: tuple[Tensor | None, Tensor | None]
    ) -> Slopes:
        return Slopes(self._slope(states.hidden)[:, None])

    def _slope(self, hidden: Tensor) -> Tensor:
        if self.relu:
            return (hidden > 0).to(hidden.dtype)
        return hidden.mul(hidden).neg_().add_(1)

    def forward(self, given: Given) -> Passed:
        w_ih, w_hh, b_ih, b_hh = given.weights
        hidden = read(given.x, w_ih, b_ih + b_hh)  # (T, B, H), p_t until step t makes it h_t
        recurrent = w_hh.t()
        state = given.h_0
        for step in hidden.unbind(0):
            if state is not None:
                step.addmm_(state, recurrent)
            state = step.relu_() if self.relu else step.tanh_()
        return Passed(hidden)

    def backward(
        self, given: Given, passed: Passed, arriving: Arriving, *, wants_x: bool
    ) -> Gradients:
        (w_ih, w_hh, _, _), hidden = given.weights, passed.hidden
        dp = self._slope(hidden)
        d_state = from_the_end(arriving, hidden)
        answers = timesteps_of(arriving.hidden)
        first = 0  # the earliest timestep that the gradient reaches
        for t in range(len(hidden) - 1, -1, -1):
            if answers is not None:
                d_state = d_state + answers[t]
            if t % LOOK == 0 and d_state.abs().max() < VANISHED:
                d_state = d_state.new_zeros(d_state.shape)
                if answers is None:
                    first = t + 1
                    break
            dp[t].mul_(d_state)
            if t or given.h_0 is not None:
                d_state = dp[t].mm(w_hh)
        d_x, d_w_ih, d_b = of_inputs(given.x, w_ih, dp, first, wants_x=wants_x)
        d_w_hh = of_recurrent(dp, hidden, given.h_0, first)
        d_h_0 = None if given.h_0 is None else d_state
        return Gradients(d_x, d_h_0, None, (d_w_ih, d_w_hh, d_b, d_b))


TANH = _RNN(
    name="RNN",
    help="all of it at once",
    mode="RNN_TANH",
    module="RNN",
    options={"nonlinearity": "tanh"},
)
RELU = _RNN(
    name="RNN relu",
    help="all of it at once, from 0 upwards",
    mode="RNN_RELU",
    module="RNN",
    options={"nonlinearity": "relu"},
    states=(HIDDEN._replace(range=(0.0, math.inf)),),
    compared=False,  # it costs what the other costs
    relu=True,
)
