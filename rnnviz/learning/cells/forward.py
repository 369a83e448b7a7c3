"""What a layer of an RNN, GRU or LSTM goes through, its gates too, so that nothing stays hidden.

The equations are those of PyTorch's documentation of `torch.nn.RNN`, `torch.nn.GRU` and
`torch.nn.LSTM`, with its symbols; W and b of all gates lie on each other in the order
that PyTorch stores them.
"""

from __future__ import annotations

from collections.abc import Callable
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
    """All timesteps of one layer on inputs ``(T, I)``, from states of 0 or from `start`.

    h_t comes from the function that PyTorch's module calls, so that it is the module's own to
    the last bit: of a network that is chaotic any other order of operations would soon lead
    somewhere else. What the function hides follows from h_{t-1}, for all timesteps at once.
    """
    if start is None:
        zeros = x.new_zeros(weights.w_hh.shape[1])
        start = zeros, zeros
    states = [state[None, None] for state in start if state is not None]  # (1, 1, H)
    options = (list(weights), True, 1, 0.0, False, False, False)  # biases, one layer, no dropout
    if kind == "LSTM":
        hidden = torch.lstm(x[:, None], states, *options)[0][:, 0]
        return _inside_lstm(weights, x, hidden, start)
    hidden = _FUNCTIONS[kind](x[:, None], states[0], *options)[0][:, 0]
    if kind == "GRU":
        return _inside_gru(weights, x, hidden, start[0])
    return States(hidden, None, {})


_FUNCTIONS: dict[str, Callable[..., tuple[Tensor, Tensor]]] = {
    "RNN_TANH": torch.rnn_tanh,
    "RNN_RELU": torch.rnn_relu,
    "GRU": torch.gru,
}
"""h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), or relu, of an RNN."""


def run_backwards(kind: str, weights: Weights, x: Tensor, start: Start | None = None) -> States:
    """The same from the last timestep to the first; row t is what was written at t."""
    return flipped(run_layer(kind, weights, x.flip(0), start))


def flipped(states: States) -> States:
    """The same states, timesteps counted from the other end."""
    cell = None if states.cell is None else states.cell.flip(0)
    gates = {name: gate.flip(0) for name, gate in states.gates.items()}
    return States(states.hidden.flip(0), cell, gates)


def before(states: Tensor, start: Tensor | None) -> Tensor:
    """The states ``(T, H)`` one timestep earlier, and before the first `start`, or 0."""
    first = torch.zeros_like(states[0]) if start is None else start
    return torch.cat((first[None], states[:-1]))


def _inside_gru(weights: Weights, x: Tensor, hidden: Tensor, start: Tensor) -> States:
    """The gates r_t and z_t, the new content n_t, and h_t between n_t and h_{t-1}:

    r_t = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)
    z_t = sigmoid(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)
    n_t = tanh(W_in x_t + b_in + r_t * (W_hn h_{t-1} + b_hn))
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}
    """
    units = weights.w_hh.shape[1]
    gates = torch.addmm(weights.b_ih, x, weights.w_ih.t())  # (T, 3 H)
    from_state = torch.addmm(weights.b_hh, before(hidden, start), weights.w_hh.t())
    gates[:, : 2 * units].add_(from_state[:, : 2 * units]).sigmoid_()
    r, z, n = gates.chunk(3, dim=1)
    n.addcmul_(r, from_state[:, 2 * units :]).tanh_()
    return States(hidden, None, dict(zip(GATES["GRU"], (r, z, n), strict=True)))


def _inside_lstm(weights: Weights, x: Tensor, hidden: Tensor, start: Start) -> States:
    """The gates i_t, f_t, o_t, the new content g_t, the cell c_t and what it shows, h_t:

    i_t = sigmoid(W_ii x_t + b_ii + W_hi h_{t-1} + b_hi), and so f_t and o_t
    g_t = tanh(W_ig x_t + b_ig + W_hg h_{t-1} + b_hg)
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)
    """
    units = weights.w_hh.shape[1]
    gates = torch.addmm(weights.b_ih + weights.b_hh, x, weights.w_ih.t())  # (T, 4 H)
    gates.addmm_(before(hidden, start[0]), weights.w_hh.t())
    i, f, g, o = gates.chunk(4, dim=1)
    gates[:, : 2 * units].sigmoid_()
    g.tanh_()
    o.sigmoid_()
    cell, content = i * g, start[1]
    assert content is not None
    for kept, c in zip(f.unbind(0), cell.unbind(0), strict=True):
        content = c.addcmul_(kept, content)
    return States(hidden, cell, dict(zip(GATES["LSTM"], (i, f, g, o), strict=True)))
