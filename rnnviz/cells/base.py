"""What a cell is: what the window reads of it, and the equations that the engine computes.

torch is imported by the functions that compute, here and in every cell's file: the window
reads the declarations and never loads it.

One timestep is a few calls forwards and fewer backwards: all slopes are computed for all
timesteps at once, and the gradients of all weights are one matrix product each when the loop
is over. Autograd would remember every small operation of every timestep and take them back one
at a time, which for 64 units costs more than the arithmetic. W and b of all gates lie on each
other in the order of `Cell.gates`, G of them; a cell without gates has G = 1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rnnviz.words.translation import mark

if TYPE_CHECKING:
    from torch import Tensor

VANISHED, LOOK = 1e-30, 16
"""A derivative that is below this everywhere counts as 0; looked at every so many timesteps.
It is far below the rounding of the sums that it would be part of, and a processor takes many
times as long for numbers below 1e-38: a step at T = 500 would take three times as long, and
saliency ten to thirty times."""

ONE_LAYER = (True, 1, 0.0, False, False, False)
"""How PyTorch's functions are asked for one layer: with biases, without dropout, not to train,
in one direction, timesteps first."""

Start: TypeAlias = "tuple[Tensor, Tensor | None]"
"""h_0 and c_0, each ``(H,)``; c_0 is None where the cell has no c_t."""


class Part(NamedTuple):
    """What can be looked at of each unit: a state, a gate, or the content that a gate lets in."""

    symbol: str
    """in PyTorch's documentation"""
    name: str
    """in words"""
    range: tuple[float, float] = (0.0, 1.0)
    """what it always lies between"""
    keeps: bool = False
    """whether it is the share of the state before that is kept"""


HIDDEN = Part("h", mark("hidden state"), (-1.0, 1.0))


class Weights(NamedTuple):
    """The weights of one layer, zeros for those that there are none of."""

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


class Slopes(NamedTuple):
    """The factors of one layer, linearised; None where a cell has none.

    With p_t standing for what goes into the gates (where there are none it is h_t itself),

        dp_t = W_ih dx_t + s_t * (W_hh dh_{t-1})       s_t: only of the last gate, else 1
        dh_t = sum_g a_g dp_g + k_t * dh_{t-1}          a cell that has h_t alone

    and of a cell that also has c_t, its last gate showing it,

        dc_t = sum_g a_g dp_g + k_t * dc_{t-1}          all gates but the last, o
        dh_t = a_o dp_o + e_t * dc_t
    """

    gates: Tensor
    """a, ``(T, G, H)``"""
    recurrent: Tensor | None = None
    """s, ``(T, H)``"""
    keep: Tensor | None = None
    """k, ``(T, H)``"""
    shown: Tensor | None = None
    """e, ``(T, H)``"""


class Passed(NamedTuple):
    """What a pass over a batch computed, each ``(T, B, H)``."""

    hidden: Tensor
    cell: Tensor | None = None
    kept: tuple[Tensor, ...] = ()
    """what else the way back needs"""


class Given(NamedTuple):
    """What a pass over a batch was given: inputs ``(T, B, I)``, h_0 and c_0 ``(B, H)`` or None
    for 0, and the weights that the cell has."""

    x: Tensor
    h_0: Tensor | None
    c_0: Tensor | None
    weights: tuple[Tensor, ...]


class Arriving(NamedTuple):
    """The gradients that come to a layer from outside of it; None where none comes at all."""

    hidden: Tensor | None
    """of each h_t, ``(T, B, H)``"""
    last: Tensor | None
    """of h_T alone, ``(B, H)``, beside what is in `hidden`"""
    cell: Tensor | None
    """of each c_t, ``(T, B, H)``"""


class Gradients(NamedTuple):
    """The gradients of all that a pass was `Given`, in its order."""

    x: Tensor | None
    """None where nobody wants it"""
    h_0: Tensor | None
    c_0: Tensor | None
    weights: tuple[Tensor, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Cell(ABC):
    """One kind of recurrent layer."""

    name: str
    """as the knob has it, in settings and on the command line"""
    help: str
    """how it rewrites the notepad, a part of the sentence that the knob says"""
    mode: str
    """what its modules and its traces call it, PyTorch's word"""
    module: str = ""
    """the name of its module in `torch.nn`; "" where there is none"""
    options: Mapping[str, str] = field(default_factory=dict)
    """what makes that module this cell"""
    weights: tuple[str, ...] = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    """the names of a layer's weights, in their order"""
    states: tuple[Part, ...] = (HIDDEN,)
    """what is handed from timestep to timestep: h and, if there is one, c"""
    gates: tuple[Part, ...] = ()
    """in the order of their rows in the weights"""
    sign: str = "o"
    """the point that stands for it where cells are told apart by shape"""
    compared: bool = True
    """whether it is one of those that are measured and trained beside each other"""
    fused: bool = False
    """whether PyTorch has a faster pass on a CPU where all sequences are of one length"""

    @property
    def blocks(self) -> int:
        """G: how many times H rows its weights have."""
        return max(1, len(self.gates))

    @property
    def has_cell_state(self) -> bool:
        """Whether there is a c_t beside h_t."""
        return len(self.states) > 1

    @property
    def keeping(self) -> int | None:
        """The number of the gate that keeps; None where there is none."""
        return next((number for number, gate in enumerate(self.gates) if gate.keeps), None)

    def part(self, symbol: str) -> Part:
        """The state or the gate with this symbol."""
        return next(part for part in (*self.states, *self.gates) if part.symbol == symbol)

    @abstractmethod
    def inside(self, weights: Weights, x: Tensor, start: Start) -> States:
        """All timesteps of one layer on inputs ``(T, I)``, with all that stays hidden.

        h_t comes from the function that PyTorch's module calls, so that it is the module's own
        to the last bit: of a network that is chaotic any other order of operations would soon
        lead somewhere else. What the function hides follows from h_{t-1}, for all timesteps at
        once.
        """

    @abstractmethod
    def slopes(
        self, weights: Weights, states: States, start: tuple[Tensor | None, Tensor | None]
    ) -> Slopes:
        """The factors by the chain rule at the states that a layer went through, from `start`
        or from 0 on."""

    @abstractmethod
    def forward(self, given: Given) -> Passed:
        """All timesteps of a batch."""

    @abstractmethod
    def backward(
        self, given: Given, passed: Passed, arriving: Arriving, *, wants_x: bool
    ) -> Gradients:
        """Backpropagation through time (Werbos 1990): the gradients of all that was given."""

    def fused_pass(self, given: Given) -> tuple[Tensor, Tensor, Tensor | None]:
        """PyTorch's own pass with PyTorch's own way back, where it is `fused`: h_t, h_T and
        c_T, ``(1, B, H)``."""
        raise NotImplementedError(self.name)


def before(states: Tensor, start: Tensor | None) -> Tensor:
    """States ``(T, ...)`` one timestep earlier, and before the first `start`, or 0."""
    import torch

    first = torch.zeros_like(states[0]) if start is None else start
    return torch.cat((first[None], states[:-1]))


def read(x: Tensor, w_ih: Tensor, bias: Tensor) -> Tensor:
    """What all inputs add to the gates, ``(T, B, G H)``, in one product."""
    timesteps, batch, _ = x.shape
    return bias.addmm(x.reshape(timesteps * batch, -1), w_ih.t()).view(timesteps, batch, -1)


def blocks_of(timesteps: int, numbers: int) -> Iterator[slice]:
    """Timesteps in blocks, the last first: so many that all that is computed of a state of so
    many numbers stays in the cache."""
    length = max(1, min(LOOK, 2**15 // numbers))
    for stop in range(timesteps, 0, -length):
        yield slice(max(0, stop - length), stop)


def from_the_end(arriving: Arriving, hidden: Tensor) -> Tensor:
    """What comes to h_T before anything is taken back, ``(B, H)``."""
    return hidden.new_zeros(hidden.shape[1:]) if arriving.last is None else arriving.last


def timesteps_of(gradient: Tensor | None) -> tuple[Tensor, ...] | None:
    """What comes to each timestep from the answers, None where nothing comes at all."""
    return None if gradient is None else gradient.unbind(0)


def of_inputs(
    x: Tensor, w_ih: Tensor, dp: Tensor, first: int, *, wants_x: bool
) -> tuple[Tensor | None, Tensor, Tensor]:
    """The gradients of x, of W_ih and of the biases, from dp ``(T, B, G H)``, which is 0 before
    the timestep `first`."""
    flat = dp[first:].reshape(-1, dp.shape[2])
    d_w_ih = flat.t().mm(x[first:].reshape(len(flat), x.shape[2]))
    d_x = None
    if wants_x:
        d_x = x.new_zeros(x.shape)
        d_x[first:] = flat.mm(w_ih).view_as(x[first:])
    return d_x, d_w_ih, flat.sum(0)


def of_recurrent(dp: Tensor, hidden: Tensor, h_0: Tensor | None, first: int) -> Tensor:
    """The gradient of W_hh: the sum of dp_t h_{t-1}^T."""
    second = max(first, 1)
    rows = dp[second:].reshape(-1, dp.shape[2]).t()
    d_w_hh = rows.mm(hidden[second - 1 : -1].reshape(-1, hidden.shape[2]))
    if h_0 is not None and not first:
        d_w_hh.addmm_(dp[0].t(), h_0)
    return d_w_hh
