"""Attribution: how much each input still matters, and how far the gradient reaches back.

A recurrent layer is linearised at the states that were traced, which turns each of its
timesteps into a few products, the same ones for all kinds of cells. With p_t standing for
what goes into the gates (G of them; an RNN has one and it is h_t itself),

    dp_t = W_ih dx_t + s_t * (W_hh dh_{t-1})          s_t: r_t for n_t of a GRU, else 1
    dh_t = sum_g a_g dp_g + k_t * dh_{t-1}             RNN (k_t = 0), GRU (k_t = z_t)
    dc_t = sum_{i,f,g} a dp + k_t * dc_{t-1}           LSTM (k_t = f_t)
    dh_t = a_o dp_o + e_t * dc_t                       LSTM

where all factors follow by the chain rule from the equations in `cells`. `relevance` goes
forwards through these lines and `gradient_norm` backwards.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from rnnviz.learning.cells import States, Weights

VANISHED, LOOK = 1e-30, 16
"""A derivative below this counts as 0, looked at every so many timesteps. Beyond 1e-38 a
processor takes many times as long for every number: ten to thirty times at T = 500."""


class Slopes(NamedTuple):
    """The factors of one layer, see above; None where a cell has none."""

    gates: Tensor
    """a, ``(T, G, H)``"""
    recurrent: Tensor | None = None
    """s of the last gate, ``(T, H)``"""
    keep: Tensor | None = None
    """k, ``(T, H)``"""
    shown: Tensor | None = None
    """e, ``(T, H)``; only an LSTM has it"""


def linearise(kind: str, weights: list[Weights], layers: list[States]) -> list[Slopes]:
    """The slopes of every layer at the states that it went through."""
    return [_slopes(kind, *pair) for pair in zip(weights, layers, strict=True)]


def _slopes(kind: str, weights: Weights, states: States) -> Slopes:
    hidden = states.hidden
    if kind == "RNN_TANH":
        return Slopes((1 - hidden**2)[:, None])
    if kind == "RNN_RELU":
        return Slopes((hidden > 0).to(hidden.dtype)[:, None])
    if kind == "GRU":
        r, z, n = (states.gates[gate] for gate in "rzn")
        before = _before(hidden)
        from_state = torch.chunk(before @ weights.w_hh.t() + weights.b_hh, 3, dim=1)[2]
        a_n = (1 - z) * (1 - n**2)
        a_r = a_n * from_state * r * (1 - r)
        a_z = (before - n) * z * (1 - z)
        return Slopes(torch.stack((a_r, a_z, a_n), dim=1), recurrent=r, keep=z)
    i, f, g, o = (states.gates[gate] for gate in "ifgo")
    assert states.cell is not None
    shown = torch.tanh(states.cell)
    a = (g * i * (1 - i), _before(states.cell) * f * (1 - f), i * (1 - g**2), shown * o * (1 - o))
    return Slopes(torch.stack(a, dim=1), keep=f, shown=o * (1 - shown**2))


def _before(states: Tensor) -> Tensor:
    """The states one timestep earlier, 0 before the first."""
    return torch.cat((torch.zeros_like(states[:1]), states[:-1]))


def relevance_cost(weights: list[Weights], timesteps: int) -> float:
    """Multiplications that `relevance` needs: half of T^2 rows, for each input."""
    inputs = weights[0].w_ih.shape[1]
    products = sum(layer.w_hh.numel() for layer in weights)
    products += sum(layer.w_ih.numel() for layer in weights[1:])
    return timesteps**2 / 2 * inputs * products


def relevance(weights: list[Weights], slopes: list[Slopes], w_out: Tensor | None) -> Tensor:
    """How much y_t moves with x_s, ``(T, T)``: the Frobenius norm of d y_t / d x_s.

    y_t is ``w_out @ h_t`` of the last layer, or h_t itself. 0 where s > t. All inputs that
    were read so far are followed forwards together, one row for each input value, until
    nothing of them is left (`VANISHED`).
    """
    timesteps, _, units = slopes[0].gates.shape
    inputs = weights[0].w_ih.shape[1]
    found = slopes[0].gates.new_zeros(timesteps, timesteps)
    d_hidden = [found.new_zeros(timesteps * inputs, units) for _ in weights]
    d_cell = [found.new_zeros(timesteps * inputs, units) for _ in weights]
    first = 0  # the earliest input of which something is left
    for t in range(timesteps):
        if t % LOOK == LOOK - 1:
            first = _first_left([*d_hidden, *d_cell], first, t, inputs)
        rows = slice(first * inputs, (t + 1) * inputs)
        d_below: Tensor | None = None
        for layer, slope, dh, dc in zip(weights, slopes, d_hidden, d_cell, strict=True):
            _push(layer, slope, t, inputs, d_below, dh[rows], dc[rows])
            d_below = dh[rows]
        assert d_below is not None
        d_answer = d_below if w_out is None else d_below @ w_out.t()  # (rows, O)
        found[t, first : t + 1] = torch.linalg.vector_norm(
            d_answer.reshape(t + 1 - first, -1), dim=1
        )
    return found


def _first_left(tangents: list[Tensor], first: int, t: int, inputs: int) -> int:
    """The earliest input, from `first` on and before t, of which some tangent is left."""
    rows = slice(first * inputs, t * inputs)
    largest = torch.stack([tangent[rows].abs().amax(dim=1) for tangent in tangents]).amax(dim=0)
    left = torch.nonzero(~(largest < VANISHED))  # NaN is left
    return first + int(left[0]) // inputs if len(left) else t


def _push(
    weights: Weights,
    slopes: Slopes,
    t: int,
    inputs: int,
    d_below: Tensor | None,
    dh: Tensor,
    dc: Tensor,
) -> None:
    """Carry rows of dh and dc, ``(rows, H)``, from t-1 to t, in place.

    `d_below` are the rows of dx_t, or None for the first layer: only the last rows, those
    of x_t itself, are then not 0, and they are the unit vectors.
    """
    dp = dh @ weights.w_hh.t()  # (rows, G * H)
    units = dh.shape[1]
    if slopes.recurrent is not None:
        dp[:, -units:] *= slopes.recurrent[t]
    if d_below is None:
        dp[-inputs:] += weights.w_ih.t()
    else:
        dp.addmm_(d_below, weights.w_ih.t())
    if slopes.keep is None:
        torch.mul(dp, slopes.gates[t, 0], out=dh)
        return
    parts = (dp.view(len(dp), -1, units) * slopes.gates[t]).unbind(1)
    if slopes.shown is None:
        dh *= slopes.keep[t]
        for part in parts:
            dh += part
    else:
        dc *= slopes.keep[t]
        for part in parts[:-1]:
            dc += part
        torch.addcmul(parts[-1], dc, slopes.shown[t], out=dh)


def gradient_norm(weights: list[Weights], slopes: list[Slopes], d_above: Tensor) -> Tensor:
    """The norm of d loss / d h_t of every layer, ``(T, L)``.

    `d_above` ``(T, H)`` is what comes from the answers: d loss / d h_t of the last layer as far
    as the answer to timestep t goes.

    It is the whole derivative: what h_t does through later timesteps and through the layers
    above is counted.
    """
    timesteps, _, units = slopes[0].gates.shape
    reached = [d_above.new_zeros(timesteps, units) for _ in weights]
    for layer in reversed(range(len(weights))):
        d_gates = _pull(weights[layer], slopes[layer], d_above, reached[layer])
        d_above = d_gates @ weights[layer].w_ih  # the inputs of a layer are h_t of that below
    norms: Tensor = torch.linalg.vector_norm(torch.stack(reached, dim=1), dim=2)
    return norms


def _pull(weights: Weights, slopes: Slopes, d_above: Tensor, reached: Tensor) -> Tensor:
    """Carry the gradient back through all timesteps of one layer; d loss / dp, ``(T, G * H)``.

    `reached` ``(T, H)``, of zeros, is given the whole of d loss / d h_t.
    """
    timesteps, gates, units = slopes.gates.shape
    d_gates = torch.zeros_like(slopes.gates)
    given = torch.nonzero(d_above.abs().amax(dim=1))
    earliest = int(given[0]) if len(given) else timesteps
    from_later = d_above.new_zeros(units)
    dc = d_above.new_zeros(units)
    w_hh = weights.w_hh.t()
    for t in range(timesteps - 1, -1, -1):
        dh = torch.add(d_above[t], from_later, out=reached[t])
        if t % LOOK == 0 and t < earliest and max(dh.abs().max(), dc.abs().max()) < VANISHED:
            dh.zero_()
            break
        dp = d_gates[t]  # (G, H)
        if slopes.shown is None:
            torch.mul(slopes.gates[t], dh, out=dp)
        else:
            dc.addcmul_(dh, slopes.shown[t])
            torch.mul(slopes.gates[t], dc, out=dp)
            torch.mul(slopes.gates[t, -1], dh, out=dp[-1])
        back = dp
        if slopes.recurrent is not None:
            back = dp.clone()
            back[-1] *= slopes.recurrent[t]
        from_later = torch.mv(w_hh, back.reshape(-1))
        if slopes.keep is not None:
            if slopes.shown is None:
                from_later.addcmul_(dh, slopes.keep[t])
            else:
                dc *= slopes.keep[t]
    return d_gates.view(timesteps, gates * units)
