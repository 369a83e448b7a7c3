"""Backpropagation through time (Werbos 1990) on the CPU, written by hand for each cell.

Autograd remembers every small operation of every timestep and takes them back one at a
time, which for 64 units costs more than the arithmetic. Here one timestep is a few calls
forwards and fewer backwards: all slopes are computed for all timesteps at once, and the
gradients of all weights are one matrix product each when the loop is over.

The equations are those of `torch.nn.RNN`, `torch.nn.GRU` and `torch.nn.LSTM`, see `cells`.
Inputs are ``(T, B, I)``, states ``(T, B, H)``; h_0 and c_0 are ``(B, H)``, or None for 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

# PyTorch leaves the methods of autograd.Function untyped.
# mypy: disable-error-code="no-untyped-call"

VANISHED, LOOK = 1e-30, 16
"""A gradient that is below this everywhere counts as 0; looked at every so many timesteps.
It is far below the rounding of the sums that it would be part of, and a processor takes many
times as long for numbers below 1e-38: a step at T = 500 would take three times as long."""


class RNN(torch.autograd.Function):
    """h_t = tanh(p_t), or relu, with p_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh. Backwards:

    dp_t = tanh'(p_t) dh_t,    tanh'(p_t) = 1 - h_t^2 (relu: 1 where h_t > 0)
    dh_{t-1} += W_hh^T dp_t
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        w_ih: Tensor,
        w_hh: Tensor,
        b_ih: Tensor,
        b_hh: Tensor,
        h_0: Tensor | None,
        relu: bool,
    ) -> tuple[Tensor, Tensor]:
        hidden = _read(x, w_ih, b_ih + b_hh)  # (T, B, H), p_t until step t makes it h_t
        activate = torch.relu_ if relu else torch.tanh_
        recurrent = w_hh.t()
        state = h_0
        for step in hidden.unbind(0):
            if state is not None:
                step.addmm_(state, recurrent)
            state = activate(step)
        ctx.relu = relu
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, w_ih, w_hh, h_0, hidden)
        # The last state is an output of its own: where nothing else is used, its gradient
        # comes back alone and not inside (T, B, H) zeros.
        return hidden, hidden[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_hidden: Tensor | None, d_last: Tensor | None) -> tuple[Any, ...]:
        x, w_ih, w_hh, h_0, hidden = ctx.saved_tensors
        dp = (hidden > 0).to(hidden.dtype) if ctx.relu else torch.mul(hidden, hidden).neg_().add_(1)
        d_state = _start(d_last, hidden)
        arriving = _arriving(d_hidden, hidden)
        first = 0  # the earliest timestep that the gradient reaches
        for t in range(len(hidden) - 1, -1, -1):
            if arriving is not None:
                d_state = d_state + arriving[t]
            if t % LOOK == 0 and d_state.abs().max() < VANISHED:
                d_state = torch.zeros_like(d_state)
                if arriving is None:
                    first = t + 1
                    break
            dp[t].mul_(d_state)
            if t or h_0 is not None:
                d_state = torch.mm(dp[t], w_hh)
        d_x, d_w_ih, d_b = _of_inputs(ctx, x, w_ih, dp, first)
        d_w_hh = _of_recurrent(dp, hidden, h_0, first)
        return d_x, d_w_ih, d_w_hh, d_b, d_b, None if h_0 is None else d_state, None


class GRU(torch.autograd.Function):
    """h_t = (1 - z_t) n_t + z_t h_{t-1}, n_t = tanh(.. + r_t q_t), q_t = W_hn h_{t-1} + b_hn.
    Backwards, with p_t for what goes into r, z and n:

    dp_n = (1 - z) (1 - n^2) dh,    dp_r = q r (1 - r) dp_n,    dp_z = (h_{t-1} - n) z (1 - z) dh
    dh_{t-1} += z dh + W_hh^T (dp_r, dp_z, r dp_n)
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        w_ih: Tensor,
        w_hh: Tensor,
        b_ih: Tensor,
        b_hh: Tensor,
        h_0: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        units = w_hh.shape[1]
        both = 2 * units
        bias = torch.cat((b_ih[:both] + b_hh[:both], b_ih[both:]))
        gates = _read(x, w_ih, bias)  # (T, B, 3 H)
        hidden = gates.new_empty(*gates.shape[:2], units)
        query = torch.empty_like(hidden)  # q_t
        w_gates, w_new, b_new = w_hh[:both].t(), w_hh[both:].t(), b_hh[both:]
        state = hidden.new_zeros(hidden.shape[1:]) if h_0 is None else h_0
        steps = zip(gates.unbind(0), query.unbind(0), hidden.unbind(0), strict=True)
        for step, q, h in steps:
            rz, r, z, n = step[:, :both], step[:, :units], step[:, units:both], step[:, both:]
            rz.addmm_(state, w_gates).sigmoid_()
            torch.addmm(b_new, state, w_new, out=q)
            n.addcmul_(r, q).tanh_()
            state = torch.lerp(n, state, z, out=h)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, w_ih, w_hh, h_0, hidden, gates, query)
        return hidden, hidden[-1].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_hidden: Tensor | None, d_last: Tensor | None) -> tuple[Any, ...]:
        x, w_ih, w_hh, h_0, hidden, gates, query = ctx.saved_tensors
        timesteps, batch, units = hidden.shape
        dp = torch.empty_like(gates)  # dp_r, dp_z and r dp_n: what goes back through W_hh
        dp_n = torch.empty_like(hidden)
        r, z, n = gates.view(timesteps, batch, 3, units).unbind(2)
        parts, before = dp.view(timesteps, batch, 3, units), _before(hidden, h_0)
        arriving = _arriving(d_hidden, hidden)
        d_state = _start(d_last, hidden)
        first = 0
        for block in _blocks(timesteps, batch * units):
            if d_state.abs().max() < VANISHED:
                d_state = torch.zeros_like(d_state)
                if arriving is None:
                    first = block.stop
                    break
            a_n = torch.mul(n[block], n[block], out=dp_n[block]).neg_().add_(1)
            closed = 1 - z[block]
            a_n.mul_(closed)
            a = parts[block]
            torch.mul(a_n, r[block], out=a[:, :, 2])
            torch.mul(a[:, :, 2], (1 - r[block]).mul_(query[block]), out=a[:, :, 0])
            torch.mul(before[block] - n[block], closed.mul_(z[block]), out=a[:, :, 1])
            for t in range(block.stop - 1, block.start - 1, -1):
                dh = d_state if arriving is None else d_state + arriving[t]
                parts[t].mul_(dh[:, None])
                dp_n[t].mul_(dh)
                d_state = torch.addmm(dh * z[t], dp[t], w_hh)
        d_w_hh = _of_recurrent(dp, hidden, h_0, first)
        d_b_hh = dp[first:].sum((0, 1))
        parts[first:, :, 2] = dp_n[first:]
        d_x, d_w_ih, d_b_ih = _of_inputs(ctx, x, w_ih, dp, first)
        return d_x, d_w_ih, d_w_hh, d_b_ih, d_b_hh, None if h_0 is None else d_state


class LSTM(torch.autograd.Function):
    """c_t = f_t c_{t-1} + i_t g_t and h_t = o_t tanh(c_t). Backwards, with p_t for what goes
    into i, f, g and o:

    dc_t += o (1 - tanh(c)^2) dh,    dp_o = tanh(c) o (1 - o) dh
    dp_i = g i (1 - i) dc,    dp_f = c_{t-1} f (1 - f) dc,    dp_g = i (1 - g^2) dc
    dc_{t-1} = f dc,    dh_{t-1} += W_hh^T dp
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        w_ih: Tensor,
        w_hh: Tensor,
        b_ih: Tensor,
        b_hh: Tensor,
        h_0: Tensor | None,
        c_0: Tensor | None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        units = w_hh.shape[1]
        gates = _read(x, w_ih, b_ih + b_hh)  # (T, B, 4 H)
        hidden = gates.new_empty(*gates.shape[:2], units)
        cell, recurrent = torch.empty_like(hidden), w_hh.t()
        zeros = hidden.new_zeros(hidden.shape[1:])
        state, content = zeros if h_0 is None else h_0, zeros if c_0 is None else c_0
        for step, c, h in zip(gates.unbind(0), cell.unbind(0), hidden.unbind(0), strict=True):
            i, f, g, o = step.addmm_(state, recurrent).chunk(4, dim=1)
            step[:, : 2 * units].sigmoid_()
            g.tanh_()
            o.sigmoid_()
            content = torch.mul(f, content, out=c).addcmul_(i, g)
            state = torch.tanh(c, out=h).mul_(o)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, w_ih, w_hh, h_0, c_0, hidden, gates, cell)
        return hidden, hidden[-1].clone(), cell

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, d_hidden: Tensor | None, d_last: Tensor | None, d_cell: Tensor | None
    ) -> tuple[Any, ...]:
        x, w_ih, w_hh, h_0, c_0, hidden, gates, cell = ctx.saved_tensors
        timesteps, batch, units = hidden.shape
        i, f, g, o = gates.view(timesteps, batch, 4, units).unbind(2)
        dp = torch.empty_like(gates).view(timesteps, batch, 4, units)  # slopes, then dp
        shown = torch.tanh(cell)
        torch.mul(g, i * (1 - i), out=dp[:, :, 0])
        torch.mul(_before(cell, c_0), f * (1 - f), out=dp[:, :, 1])
        torch.mul(i, 1 - g * g, out=dp[:, :, 2])
        torch.mul(shown, o * (1 - o), out=dp[:, :, 3])
        to_cell = (1 - shown.mul_(shown)).mul_(o)
        arriving, given = _arriving(d_hidden, hidden), _arriving(d_cell, cell)
        d_state, dc = _start(d_last, hidden), torch.zeros_like(hidden[0])
        first = 0
        flat = dp.view(timesteps, batch, 4 * units)
        for t in range(timesteps - 1, -1, -1):
            if arriving is not None:
                d_state = d_state + arriving[t]
            dc.addcmul_(d_state, to_cell[t])
            if given is not None:
                dc += given[t]
            if t % LOOK == 0 and max(d_state.abs().max(), dc.abs().max()) < VANISHED:
                d_state = torch.zeros_like(d_state)
                dc.zero_()
                if arriving is None and given is None:
                    first = t + 1
                    break
            dp[t, :, :3].mul_(dc[:, None])
            dp[t, :, 3].mul_(d_state)
            d_state = torch.mm(flat[t], w_hh)
            dc.mul_(f[t])
        d_x, d_w_ih, d_b = _of_inputs(ctx, x, w_ih, flat, first)
        d_w_hh = _of_recurrent(flat, hidden, h_0, first)
        starts = (None if h_0 is None else d_state, None if c_0 is None else dc)
        return d_x, d_w_ih, d_w_hh, d_b, d_b, *starts


def _blocks(timesteps: int, numbers: int) -> Iterator[slice]:
    """Timesteps in blocks, the last first: so many that all that is computed of a state of so
    many numbers stays in the cache."""
    length = max(1, min(LOOK, 2**15 // numbers))
    for stop in range(timesteps, 0, -length):
        yield slice(max(0, stop - length), stop)


def _read(x: Tensor, w_ih: Tensor, bias: Tensor) -> Tensor:
    """What all inputs add to the gates, ``(T, B, G H)``, in one product."""
    timesteps, batch, _ = x.shape
    return torch.addmm(bias, x.reshape(timesteps * batch, -1), w_ih.t()).view(timesteps, batch, -1)


def _before(states: Tensor, start: Tensor | None) -> Tensor:
    """The states one timestep earlier."""
    first = torch.zeros_like(states[:1]) if start is None else start[None]
    return torch.cat((first, states[:-1]))


def _start(d_last: Tensor | None, hidden: Tensor) -> Tensor:
    return torch.zeros_like(hidden[0]) if d_last is None else d_last


def _arriving(d_states: Tensor | None, states: Tensor) -> tuple[Tensor, ...] | None:
    """What comes to each timestep from the answers, None where nothing comes at all."""
    return None if d_states is None else d_states.unbind(0)


def _of_inputs(
    ctx: Any, x: Tensor, w_ih: Tensor, dp: Tensor, first: int
) -> tuple[Tensor | None, Tensor, Tensor]:
    """The gradients of x, of W_ih and of the biases, from dp ``(T, B, G H)``."""
    flat = dp[first:].reshape(-1, dp.shape[2])
    d_w_ih = flat.t().mm(x[first:].reshape(len(flat), x.shape[2]))
    d_x = None
    if ctx.needs_input_grad[0]:
        d_x = torch.zeros_like(x)
        d_x[first:] = flat.mm(w_ih).view_as(x[first:])
    return d_x, d_w_ih, flat.sum(0)


def _of_recurrent(dp: Tensor, hidden: Tensor, h_0: Tensor | None, first: int) -> Tensor:
    """The gradient of W_hh: the sum of dp_t h_{t-1}^T."""
    second = max(first, 1)
    found = dp[second:].reshape(-1, dp.shape[2]).t()
    d_w_hh = found.mm(hidden[second - 1 : -1].reshape(-1, hidden.shape[2]))
    if h_0 is not None and not first:
        d_w_hh.addmm_(dp[0].t(), h_0)
    return d_w_hh
