"""The step equations of RNN, GRU and LSTM, written out, so that nothing stays hidden.

They are those of PyTorch's documentation of `torch.nn.RNN`, `torch.nn.GRU` and
`torch.nn.LSTM`, with its symbols; W and b of all gates lie on each other in the order
that PyTorch stores them.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

GATES = {"RNN_TANH": "", "RNN_RELU": "", "GRU": "rzn", "LSTM": "ifgo"}
"""The gates of each kind of layer, in the order of PyTorch's weights."""


class Weights(NamedTuple):
    """The weights of one layer of G gates (an RNN has none, and G = 1)."""

    w_ih: Tensor
    """``(G * H, I)``"""
    w_hh: Tensor
    """``(G * H, H)``"""
    b_ih: Tensor
    """``(G * H,)``"""
    b_hh: Tensor
    """``(G * H,)``"""


class States(NamedTuple):
    """What one layer computed, each ``(T, H)``."""

    hidden: Tensor
    cell: Tensor | None
    gates: dict[str, Tensor]


def weights_of(module: nn.RNNBase) -> list[Weights]:
    """The weights of every layer, on the CPU; zeros for biases that are not there.

    Of a bidirectional module each layer has two, one for each direction, after each other.
    """

    def one(name: str, layer: str) -> Tensor:
        if name.startswith("bias") and not module.bias:
            return torch.zeros_like(one("weight_ih", layer)[:, 0])
        weight: Tensor = getattr(module, f"{name}_l{layer}")
        return weight.detach().cpu()

    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    ends = [f"{layer}{end}" for layer in range(module.num_layers) for end in _directions(module)]
    return [Weights(*(one(name, end) for name in names)) for end in ends]


def _directions(module: nn.RNNBase) -> tuple[str, ...]:
    return ("", "_reverse") if module.bidirectional else ("",)


Start = tuple[Tensor, Tensor | None]
"""h_0 and c_0, each ``(H,)``; only an LSTM has a c_0."""


def run_layer(kind: str, weights: Weights, x: Tensor, start: Start | None = None) -> States:
    """All timesteps of one layer on inputs ``(T, I)``, from states of 0 or from `start`."""
    if start is None:
        zeros = x.new_zeros(weights.w_hh.shape[1])
        start = zeros, zeros
    if kind == "GRU":
        return _run_gru(weights, x, start[0])
    if kind == "LSTM":
        return _run_lstm(weights, x, start)
    return _run_rnn(weights, x, kind == "RNN_RELU", start[0])


def run_backwards(kind: str, weights: Weights, x: Tensor) -> States:
    """The same from the last timestep to the first; row t is what was written at t."""
    return flipped(run_layer(kind, weights, x.flip(0)))


def flipped(states: States) -> States:
    """The same states, timesteps counted from the other end."""
    cell = None if states.cell is None else states.cell.flip(0)
    gates = {name: gate.flip(0) for name, gate in states.gates.items()}
    return States(states.hidden.flip(0), cell, gates)


def _run_rnn(weights: Weights, x: Tensor, relu: bool, state: Tensor) -> States:
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), or relu."""
    # What the inputs add is one product for all timesteps, before the loop.
    hidden = torch.addmm(weights.b_ih + weights.b_hh, x, weights.w_ih.t())  # (T, H)
    activate = torch.relu_ if relu else torch.tanh_
    for step in hidden.unbind(0):
        state = activate(step.addmv_(weights.w_hh, state))
    return States(hidden, None, {})


def _run_gru(weights: Weights, x: Tensor, state: Tensor) -> States:
    """The gates r_t and z_t, the new content n_t, and h_t between n_t and h_{t-1}:

    r_t = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)
    z_t = sigmoid(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)
    n_t = tanh(W_in x_t + b_in + r_t * (W_hn h_{t-1} + b_hn))
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}
    """
    units = weights.w_hh.shape[1]
    gates = torch.addmm(weights.b_ih, x, weights.w_ih.t())  # (T, 3 H)
    hidden = gates.new_empty(len(x), units)
    from_state = gates.new_empty(3 * units)
    for step, h in zip(gates.unbind(0), hidden.unbind(0), strict=True):
        torch.addmv(weights.b_hh, weights.w_hh, state, out=from_state)
        step[: 2 * units].add_(from_state[: 2 * units]).sigmoid_()
        r, z, n = step.chunk(3)
        n.addcmul_(r, from_state[2 * units :]).tanh_()
        state = torch.lerp(n, state, z, out=h)
    return States(hidden, None, dict(zip(GATES["GRU"], gates.chunk(3, dim=1), strict=True)))


def _run_lstm(weights: Weights, x: Tensor, start: Start) -> States:
    """The gates i_t, f_t, o_t, the new content g_t, the cell c_t and what it shows, h_t:

    i_t = sigmoid(W_ii x_t + b_ii + W_hi h_{t-1} + b_hi), and so f_t and o_t
    g_t = tanh(W_ig x_t + b_ig + W_hg h_{t-1} + b_hg)
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)
    """
    units = weights.w_hh.shape[1]
    gates = torch.addmm(weights.b_ih + weights.b_hh, x, weights.w_ih.t())  # (T, 4 H)
    hidden = gates.new_empty(len(x), units)
    cell = gates.new_empty(len(x), units)
    state, content = start[0], start[1]
    assert content is not None
    rows = zip(gates.unbind(0), cell.unbind(0), hidden.unbind(0), strict=True)
    for step, c, h in rows:
        step.addmv_(weights.w_hh, state)
        i, f, g, o = step.chunk(4)
        step[: 2 * units].sigmoid_()
        g.tanh_()
        o.sigmoid_()
        content = torch.mul(f, content, out=c).addcmul_(i, g)
        state = torch.tanh(c, out=h).mul_(o)
    return States(hidden, cell, dict(zip(GATES["LSTM"], gates.chunk(4, dim=1), strict=True)))
