"""Attribution: how much each input still matters, and how far the gradient reaches back.

A recurrent layer is linearised at the states that were traced, which turns each of its
timesteps into a few products, the same ones for all kinds of cells. With p_t standing for
what goes into the gates,

    dp_t = W_ih dx_t + s_t * (W_hh dh_{t-1})
    dh_t = sum_g a_g dp_g + k_t * dh_{t-1}

or, with c_t, as `rnnviz.cells.base.Slopes` has it, where all factors follow by the chain rule
from the equations of the cell. `saliency` goes forwards through these lines and
`gradient_norm` backwards. Both take stretches of timesteps:
one, or of an encoder-decoder two, each with its weights, the second going on from where the
first has ended.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from rnnviz.cells import Cell
from rnnviz.cells.base import LOOK, VANISHED, Slopes, Start, States, Weights
from rnnviz.learning.tracing.layers import flipped

BLOCK = 2**22
"""How many numbers are followed at once where all answers rest on all inputs."""


class Stretch(NamedTuple):
    """Timesteps that were read with the same weights: those and the slopes of every layer.

    Of a bidirectional module each layer has two entries, and the second of them counts its
    timesteps from the end.
    """

    weights: list[Weights]
    slopes: list[Slopes]

    @property
    def timesteps(self) -> int:
        return len(self.slopes[0].gates)


def linearise(
    cell: Cell, weights: list[Weights], layers: list[States], start: list[Start] | None, both: bool
) -> Stretch:
    """The slopes of every layer at the states that it went through from `start` (or 0) on."""
    slopes = []
    for place, (layer, states) in enumerate(zip(weights, layers, strict=True)):
        found = flipped(states) if both and place % 2 else states
        slopes.append(cell.slopes(layer, found, start[place] if start else (None, None)))
    return Stretch(weights, slopes)


def saliency_cost(weights: list[Weights], timesteps: int, both: bool) -> float:
    """Multiplications that `saliency` needs: half of T^2 rows, for each input; where every
    answer rests on all inputs, because `both` directions are read, all of them."""
    inputs = weights[0].w_ih.shape[1]
    products = sum(layer.w_hh.numel() for layer in weights)
    products += sum(layer.w_ih.numel() for layer in weights[1:])
    return timesteps**2 / (1 if both else 2) * inputs * products


def saliency(stretches: list[Stretch], w_out: Tensor | None) -> Tensor:
    """How much y_t moves with x_s, ``(T, T)``: the Frobenius norm of d y_t / d x_s.

    y_t is ``w_out @ h_t`` of the last layer, or h_t itself. 0 where s > t. All inputs that
    were read so far are followed forwards together, one row for each input value, until
    nothing of them is left (`VANISHED`).
    """
    firsts = stretches[0].weights
    timesteps = sum(stretch.timesteps for stretch in stretches)
    inputs = max(stretch.weights[0].w_ih.shape[1] for stretch in stretches)
    found = firsts[0].w_hh.new_zeros(timesteps, timesteps)
    shape = timesteps * inputs, firsts[0].w_hh.shape[1]
    d_hidden = [found.new_zeros(shape) for _ in firsts]
    d_cell = [found.new_zeros(shape) for _ in firsts]
    first = 0  # the earliest input of which something is left
    places = [(stretch, t) for stretch in stretches for t in range(stretch.timesteps)]
    for now, (stretch, t) in enumerate(places):
        if now % LOOK == LOOK - 1:
            first = _first_left([*d_hidden, *d_cell], first, now, inputs)
        rows = slice(first * inputs, (now + 1) * inputs)
        d_below: Tensor | None = None
        for layer, slope, dh, dc in zip(*stretch, d_hidden, d_cell, strict=True):
            own = None if d_below is not None else (now - first) * inputs
            _push(layer, slope, t, d_below, own, dh[rows], dc[rows])
            d_below = dh[rows]
        assert d_below is not None
        d_answer = d_below if w_out is None else d_below @ w_out.t()  # (rows, O)
        found[now, first : now + 1] = _norms(d_answer.reshape(now + 1 - first, -1))
    return found


def _norms(rows: Tensor) -> Tensor:
    """The length of every row, ``(n,)`` of ``(n, m)``, as float64, in which no square of a
    float32 is lost."""
    if rows.shape[1] == 1:
        return rows[:, 0].abs()
    return torch.linalg.vector_norm(rows, dim=1, dtype=torch.float64)


def saliency_of_both(stretch: Stretch, w_out: Tensor | None, from_first: bool) -> Tensor:
    """`saliency` where the sequence was read from both ends, so that every answer rests on all
    inputs: ``(T, T)``, also where s > t.

    Where one answer is given, and the last layer answers backwards from what it is at the first
    timestep (`from_first`), y_t is what it would be from that and from h_t forwards.
    """
    timesteps, units = stretch.timesteps, stretch.weights[0].w_hh.shape[1]
    inputs = stretch.weights[0].w_ih.shape[1]
    found = stretch.weights[0].w_hh.new_zeros(timesteps, timesteps)
    count = max(1, BLOCK // (timesteps * inputs * 2 * units))
    for first in range(0, timesteps, count):
        part = slice(first, min(first + count, timesteps))
        moved = _moved_by(stretch, part)  # (T, rows, 2 H)
        if from_first:
            moved[:, :, units:] = moved[0, :, units:]
        d_answers = moved if w_out is None else moved @ w_out.t()
        rows = d_answers.reshape(timesteps * (part.stop - part.start), -1)
        found[:, part] = _norms(rows).view(timesteps, -1)
    return found


def _moved_by(stretch: Stretch, part: slice) -> Tensor:
    """d h_t / d x_s of the last layer, forwards and backwards, for all t and the s of `part`:
    ``(T, rows, 2 H)``, one row for each input value."""
    timesteps, units = stretch.timesteps, stretch.weights[0].w_hh.shape[1]
    inputs = stretch.weights[0].w_ih.shape[1]
    d_below: Tensor | None = None
    for place in range(0, len(stretch.weights), 2):
        ways: list[Tensor] = []
        for direction in range(2):
            weights, slopes = stretch.weights[place + direction], stretch.slopes[place + direction]
            dh = weights.w_hh.new_zeros((part.stop - part.start) * inputs, units)
            dc = torch.zeros_like(dh)
            found = dh.new_zeros(timesteps, *dh.shape)
            for step in range(timesteps):
                t = timesteps - 1 - step if direction else step
                read = d_below is None and part.start <= t < part.stop
                own = (t - part.start) * inputs if read else None
                _push(weights, slopes, step, None if d_below is None else d_below[t], own, dh, dc)
                if step % LOOK == LOOK - 1:
                    gone = torch.maximum(dh.abs(), dc.abs()).amax(dim=1) < VANISHED
                    dh[gone] = 0
                    dc[gone] = 0
                found[t] = dh
            ways.append(found)
        d_below = torch.cat(ways, dim=2)
    assert d_below is not None
    return d_below


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
    d_below: Tensor | None,
    own: int | None,
    dh: Tensor,
    dc: Tensor,
) -> None:
    """Carry rows of dh and dc, ``(rows, H)``, from t-1 to t, in place.

    `d_below` are the rows of dx_t, or None for the first layer: only the rows of x_t itself,
    from `own` on, are then not 0, and they are the unit vectors; None where it has none.
    """
    dp = dh @ weights.w_hh.t()  # (rows, G * H)
    units = dh.shape[1]
    if slopes.recurrent is not None:
        dp[:, -units:] *= slopes.recurrent[t]
    if d_below is not None:
        dp.addmm_(d_below, weights.w_ih.t())
    elif own is not None:  # as many as x_t has values, which may be fewer in another stretch
        dp[own : own + weights.w_ih.shape[1]] += weights.w_ih.t()
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


class Norms(NamedTuple):
    """How long the gradient is at each timestep of each layer, ``(T, L D)``."""

    hidden: Tensor
    """of d loss / d h_t"""
    cell: Tensor | None
    """of d loss / d c_t, where the cell has one"""


def gradient_norm(stretches: list[Stretch], d_above: Tensor, both: bool) -> Norms:
    """The norms of d loss / d h_t, and of d loss / d c_t, of every layer.

    `d_above` ``(T, D H)`` is what comes from the answers: d loss / d h_t of the last layer as
    far as the answer to timestep t goes.

    It is the whole derivative: what h_t does through later timesteps and through the layers
    above is counted; of c_t also what it does through h_t.
    """
    later: list[_Back | None] = [None] * len(stretches[0].weights)
    norms: list[Norms] = []
    end = len(d_above)
    for stretch in reversed(stretches):
        rows = slice(end - stretch.timesteps, end)
        norms.insert(0, _pull_all(stretch, d_above[rows], both, later))
        end = rows.start
    cells = [part.cell for part in norms if part.cell is not None]
    return Norms(torch.cat([part.hidden for part in norms]), torch.cat(cells) if cells else None)


class _Back(NamedTuple):
    """What a stretch hands back to the one before it, each ``(H,)``."""

    d_hidden: Tensor
    d_cell: Tensor


def _pull_all(stretch: Stretch, d_above: Tensor, both: bool, later: list[_Back | None]) -> Norms:
    """`gradient_norm` of one stretch; `later` is taken, and replaced."""
    directions = 2 if both else 1
    hidden: list[Tensor] = []
    cells: list[Tensor] = []
    for first in range(len(stretch.weights) - directions, -1, -directions):
        below: list[Tensor] = []
        for direction, d_part in enumerate(d_above.chunk(directions, dim=1)):
            place = first + direction
            given = d_part.flip(0) if direction else d_part
            reached, contents = torch.zeros_like(given), torch.zeros_like(given)
            d_gates, later[place] = _pull(
                stretch.weights[place],
                stretch.slopes[place],
                given,
                reached,
                contents,
                later[place],
            )
            # The inputs of a layer are h_t of that below.
            d_below = d_gates @ stretch.weights[place].w_ih
            below.append(d_below.flip(0) if direction else d_below)
            for norms, states in ((hidden, reached), (cells, contents)):
                norm = _norms(states).to(states.dtype)
                norms.insert(direction, norm.flip(0) if direction else norm)
        d_above = sum(below[1:], below[0])
    has_cell = stretch.slopes[0].shown is not None
    return Norms(torch.stack(hidden, dim=1), torch.stack(cells, dim=1) if has_cell else None)


def _pull(
    weights: Weights,
    slopes: Slopes,
    d_above: Tensor,
    reached: Tensor,
    contents: Tensor,
    later: _Back | None,
) -> tuple[Tensor, _Back]:
    """Carry the gradient back through all timesteps of one layer; d loss / dp, ``(T, G * H)``.

    `reached` ``(T, H)``, of zeros, is given the whole of d loss / d h_t, and `contents` that of
    d loss / d c_t.
    """
    timesteps, gates, units = slopes.gates.shape
    d_gates = torch.zeros_like(slopes.gates)
    given = torch.nonzero(d_above.abs().amax(dim=1))
    earliest = int(given[0]) if len(given) else timesteps
    from_later = d_above.new_zeros(units) if later is None else later.d_hidden
    dc = d_above.new_zeros(units) if later is None else later.d_cell.clone()
    w_hh = weights.w_hh.t()
    # All timesteps are taken apart at once: one at a time that costs as much as they do.
    rows = zip(d_above, reached, d_gates, d_gates.flatten(1), slopes.gates, strict=True)
    for t, (given_now, dh, dp, flat, a) in reversed(list(enumerate(rows))):
        torch.add(given_now, from_later, out=dh)
        if t % LOOK == 0 and t < earliest and max(dh.abs().max(), dc.abs().max()) < VANISHED:
            from_later = dh.zero_()
            dc.zero_()
            break
        if slopes.shown is None:
            torch.mul(a, dh, out=dp)  # (G, H)
        else:
            dc.addcmul_(dh, slopes.shown[t])
            contents[t] = dc
            torch.mul(a, dc, out=dp)
            torch.mul(a[-1], dh, out=dp[-1])
        if slopes.recurrent is not None:
            back = dp.clone()
            back[-1] *= slopes.recurrent[t]
            flat = back.view(-1)
        from_later = torch.mv(w_hh, flat)
        if slopes.keep is not None:
            if slopes.shown is None:
                from_later.addcmul_(dh, slopes.keep[t])
            else:
                dc *= slopes.keep[t]
    return d_gates.view(timesteps, gates * units), _Back(from_later, dc)
