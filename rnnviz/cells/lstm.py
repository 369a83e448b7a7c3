"""Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers and
others 2000; equations of `torch.nn.LSTM`):

    i_t = sigmoid(W_ii x_t + b_ii + W_hi h_{t-1} + b_hi), and so f_t and o_t
    g_t = tanh(W_ig x_t + b_ig + W_hg h_{t-1} + b_hg)
    c_t = f_t c_{t-1} + i_t g_t
    h_t = o_t tanh(c_t)

Backwards, with p_t for what goes into i, f, g and o:

    dc_t += o (1 - tanh(c)^2) dh,    dp_o = tanh(c) o (1 - o) dh
    dp_i = g i (1 - i) dc,    dp_f = c_{t-1} f (1 - f) dc,    dp_g = i (1 - g^2) dc
    dc_{t-1} = f dc,    dh_{t-1} += W_hh^T dp
"""

from __future__ import annotations

import math
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
    Part,
    Passed,
    Slopes,
    Start,
    States,
    Weights,
    before,
    from_the_end,
    of_inputs,
    of_recurrent,
    read,
    timesteps_of,
)
from rnnviz.words.translation import mark

if TYPE_CHECKING:
    from torch import Tensor


class _LSTM(Cell):
    def inside(self, weights: Weights, x: Tensor, start: Start) -> States:
        import torch

        (h_0, c_0), units = start, weights.w_hh.shape[1]
        assert c_0 is not None
        begun = [h_0[None, None], c_0[None, None]]  # (1, 1, H)
        hidden = torch.lstm(x[:, None], begun, weights, *ONE_LAYER)[0][:, 0]
        gates = torch.addmm(weights.b_ih + weights.b_hh, x, weights.w_ih.t())  # (T, 4 H)
        gates.addmm_(before(hidden, h_0), weights.w_hh.t())
        i, f, g, o = gates.chunk(4, dim=1)
        gates[:, : 2 * units].sigmoid_()
        g.tanh_()
        o.sigmoid_()
        cell, content = i * g, c_0
        for kept, c in zip(f.unbind(0), cell.unbind(0), strict=True):
            content = c.addcmul_(kept, content)
        return States(hidden, cell, {"i": i, "f": f, "g": g, "o": o})

    def slopes(
        self, weights: Weights, states: States, start: tuple[Tensor | None, Tensor | None]
    ) -> Slopes:
        import torch

        i, f, g, o = (states.gates[gate] for gate in "ifgo")
        assert states.cell is not None
        shown, past = torch.tanh(states.cell), before(states.cell, start[1])
        a = (g * i * (1 - i), past * f * (1 - f), i * (1 - g**2), shown * o * (1 - o))
        return Slopes(torch.stack(a, dim=1), keep=f, shown=o * (1 - shown**2))

    def forward(self, given: Given) -> Passed:
        import torch

        w_ih, w_hh, b_ih, b_hh = given.weights
        units = w_hh.shape[1]
        gates = read(given.x, w_ih, b_ih + b_hh)  # (T, B, 4 H)
        hidden = gates.new_empty(*gates.shape[:2], units)
        cell, recurrent = torch.empty_like(hidden), w_hh.t()
        zeros = hidden.new_zeros(hidden.shape[1:])
        state = zeros if given.h_0 is None else given.h_0
        content = zeros if given.c_0 is None else given.c_0
        for step, c, h in zip(gates.unbind(0), cell.unbind(0), hidden.unbind(0), strict=True):
            i, f, g, o = step.addmm_(state, recurrent).chunk(4, dim=1)
            step[:, : 2 * units].sigmoid_()
            g.tanh_()
            o.sigmoid_()
            content = torch.mul(f, content, out=c).addcmul_(i, g)
            state = torch.tanh(c, out=h).mul_(o)
        return Passed(hidden, cell, (gates,))

    def backward(
        self, given: Given, passed: Passed, arriving: Arriving, *, wants_x: bool
    ) -> Gradients:
        import torch

        (w_ih, w_hh, _, _), hidden, cell = given.weights, passed.hidden, passed.cell
        (gates,) = passed.kept
        assert cell is not None
        timesteps, batch, units = hidden.shape
        i, f, g, o = gates.view(timesteps, batch, 4, units).unbind(2)
        dp = torch.empty_like(gates).view(timesteps, batch, 4, units)  # slopes, then dp
        shown = torch.tanh(cell)
        torch.mul(g, i * (1 - i), out=dp[:, :, 0])
        torch.mul(before(cell, given.c_0), f * (1 - f), out=dp[:, :, 1])
        torch.mul(i, 1 - g * g, out=dp[:, :, 2])
        torch.mul(shown, o * (1 - o), out=dp[:, :, 3])
        to_cell = (1 - shown.mul_(shown)).mul_(o)
        answers, carried = timesteps_of(arriving.hidden), timesteps_of(arriving.cell)
        d_state, dc = from_the_end(arriving, hidden), torch.zeros_like(hidden[0])
        first = 0  # the earliest timestep that the gradient reaches
        flat = dp.view(timesteps, batch, 4 * units)
        for t in range(timesteps - 1, -1, -1):
            if answers is not None:
                d_state = d_state + answers[t]
            dc.addcmul_(d_state, to_cell[t])
            if carried is not None:
                dc += carried[t]
            if t % LOOK == 0 and max(d_state.abs().max(), dc.abs().max()) < VANISHED:
                d_state = torch.zeros_like(d_state)
                dc.zero_()
                if answers is None and carried is None:
                    first = t + 1
                    break
            dp[t, :, :3].mul_(dc[:, None])
            dp[t, :, 3].mul_(d_state)
            d_state = torch.mm(flat[t], w_hh)
            dc.mul_(f[t])
        d_x, d_w_ih, d_b = of_inputs(given.x, w_ih, flat, first, wants_x=wants_x)
        d_w_hh = of_recurrent(flat, hidden, given.h_0, first)
        d_h_0 = None if given.h_0 is None else d_state
        d_c_0 = None if given.c_0 is None else dc
        return Gradients(d_x, d_h_0, d_c_0, (d_w_ih, d_w_hh, d_b, d_b))

    def fused_pass(self, given: Given) -> tuple[Tensor, Tensor, Tensor | None]:
        import torch

        units = given.weights[1].shape[1]
        zeros = given.x.new_zeros(1, given.x.shape[1], units)
        starts = (given.h_0, given.c_0)
        begun = [zeros if start is None else start[None].contiguous() for start in starts]
        options = (True, 1, 0.0, True, False, False)  # to train, which `ONE_LAYER` is not
        hidden, last, cell = torch.lstm(given.x, begun, given.weights, *options)
        return hidden, last[0], cell


LSTM = _LSTM(
    name="LSTM",
    help="through gates beside a cell that keeps by itself",
    mode="LSTM",
    module="LSTM",
    gates=(
        Part("i", mark("input gate")),
        Part("f", mark("forget gate"), keeps=True),
        Part("g", mark("new content"), (-1.0, 1.0)),
        Part("o", mark("output gate")),
    ),
    states=(HIDDEN, Part("c", mark("cell state"), (-math.inf, math.inf))),
    sign="t",
    fused=True,  # by oneDNN
)
