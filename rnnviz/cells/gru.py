"""The gated recurrent unit (Cho and others 2014; equations of `torch.nn.GRU`):

    r_t = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)
    z_t = sigmoid(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)
    n_t = tanh(W_in x_t + b_in + r_t q_t),    q_t = W_hn h_{t-1} + b_hn
    h_t = (1 - z_t) n_t + z_t h_{t-1}

Backwards, with p_t for what goes into r, z and n:

    dp_n = (1 - z) (1 - n^2) dh,    dp_r = q r (1 - r) dp_n,    dp_z = (h_{t-1} - n) z (1 - z) dh
    dh_{t-1} += z dh + W_hh^T (dp_r, dp_z, r dp_n)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnviz.cells.base import (
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
    blocks_of,
    from_the_end,
    of_inputs,
    of_recurrent,
    read,
    timesteps_of,
)
from rnnviz.words.translation import mark

if TYPE_CHECKING:
    from torch import Tensor


class _GRU(Cell):
    def inside(self, weights: Weights, x: Tensor, start: Start) -> States:
        import torch

        h_0, units = start[0], weights.w_hh.shape[1]
        hidden = torch.gru(x[:, None], h_0[None, None], weights, *ONE_LAYER)[0][:, 0]
        gates = torch.addmm(weights.b_ih, x, weights.w_ih.t())  # (T, 3 H)
        from_state = torch.addmm(weights.b_hh, before(hidden, h_0), weights.w_hh.t())
        gates[:, : 2 * units].add_(from_state[:, : 2 * units]).sigmoid_()
        r, z, n = gates.chunk(3, dim=1)
        n.addcmul_(r, from_state[:, 2 * units :]).tanh_()
        return States(hidden, None, {"r": r, "z": z, "n": n})

    def slopes(
        self, weights: Weights, states: States, start: tuple[Tensor | None, Tensor | None]
    ) -> Slopes:
        import torch

        r, z, n = (states.gates[gate] for gate in "rzn")
        past = before(states.hidden, start[0])
        query = torch.chunk(past @ weights.w_hh.t() + weights.b_hh, 3, dim=1)[2]
        a_n = (1 - z) * (1 - n**2)
        a_r = a_n * query * r * (1 - r)
        a_z = (past - n) * z * (1 - z)
        return Slopes(torch.stack((a_r, a_z, a_n), dim=1), recurrent=r, keep=z)

    def forward(self, given: Given) -> Passed:
        import torch

        w_ih, w_hh, b_ih, b_hh = given.weights
        units = w_hh.shape[1]
        both = 2 * units
        bias = torch.cat((b_ih[:both] + b_hh[:both], b_ih[both:]))
        gates = read(given.x, w_ih, bias)  # (T, B, 3 H)
        hidden = gates.new_empty(*gates.shape[:2], units)
        query = torch.empty_like(hidden)  # q_t
        w_gates, w_new, b_new = w_hh[:both].t(), w_hh[both:].t(), b_hh[both:]
        state = hidden.new_zeros(hidden.shape[1:]) if given.h_0 is None else given.h_0
        steps = zip(gates.unbind(0), query.unbind(0), hidden.unbind(0), strict=True)
        for step, q, h in steps:
            rz, r, z, n = step[:, :both], step[:, :units], step[:, units:both], step[:, both:]
            rz.addmm_(state, w_gates).sigmoid_()
            torch.addmm(b_new, state, w_new, out=q)
            n.addcmul_(r, q).tanh_()
            state = torch.lerp(n, state, z, out=h)
        return Passed(hidden, None, (gates, query))

    def backward(
        self, given: Given, passed: Passed, arriving: Arriving, *, wants_x: bool
    ) -> Gradients:
        import torch

        (w_ih, w_hh, _, _), hidden, (gates, query) = given.weights, passed.hidden, passed.kept
        timesteps, batch, units = hidden.shape
        dp = torch.empty_like(gates)  # dp_r, dp_z and r dp_n: what goes back through W_hh
        dp_n = torch.empty_like(hidden)
        r, z, n = gates.view(timesteps, batch, 3, units).unbind(2)
        parts, past = dp.view(timesteps, batch, 3, units), before(hidden, given.h_0)
        answers = timesteps_of(arriving.hidden)
        d_state = from_the_end(arriving, hidden)
        first = 0  # the earliest timestep that the gradient reaches
        for block in blocks_of(timesteps, batch * units):
            if d_state.abs().max() < VANISHED:
                d_state = torch.zeros_like(d_state)
                if answers is None:
                    first = block.stop
                    break
            a_n = torch.mul(n[block], n[block], out=dp_n[block]).neg_().add_(1)
            closed = 1 - z[block]
            a_n.mul_(closed)
            a = parts[block]
            torch.mul(a_n, r[block], out=a[:, :, 2])
            torch.mul(a[:, :, 2], (1 - r[block]).mul_(query[block]), out=a[:, :, 0])
            torch.mul(past[block] - n[block], closed.mul_(z[block]), out=a[:, :, 1])
            for t in range(block.stop - 1, block.start - 1, -1):
                dh = d_state if answers is None else d_state + answers[t]
                parts[t].mul_(dh[:, None])
                dp_n[t].mul_(dh)
                d_state = torch.addmm(dh * z[t], dp[t], w_hh)
        d_w_hh = of_recurrent(dp, hidden, given.h_0, first)
        d_b_hh = dp[first:].sum((0, 1))
        parts[first:, :, 2] = dp_n[first:]
        d_x, d_w_ih, d_b_ih = of_inputs(given.x, w_ih, dp, first, wants_x=wants_x)
        d_h_0 = None if given.h_0 is None else d_state
        return Gradients(d_x, d_h_0, None, (d_w_ih, d_w_hh, d_b_ih, d_b_hh))


GRU = _GRU(
    name="GRU",
    help="through gates that learn what to keep",
    mode="GRU",
    module="GRU",
    gates=(
        Part("r", mark("reset gate")),
        Part("z", mark("update gate"), keeps=True),
        Part("n", mark("new content"), (-1.0, 1.0)),
    ),
    sign="s",
)
