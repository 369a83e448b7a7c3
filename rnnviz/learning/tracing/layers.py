"""What the layers of a module go through on one sequence."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnviz.cells import of_mode
from rnnviz.cells.base import Start, States, Weights
from rnnviz.learning.network.scan import Recurrent, endings


def weights_of(module: Recurrent) -> list[Weights]:
    """The weights of every layer, on the CPU; zeros for biases that are not there, and for all
    others that the cell does not have.

    Of a bidirectional module each layer has two, one for each direction, after each other.
    """

    def one(name: str, end: str) -> Tensor:
        weight: Tensor | None = getattr(module, f"{name}_{end}", None)
        if weight is not None:
            return weight.detach().cpu()
        read = one("weight_ih", end)
        return read.new_zeros(len(read), *([module.hidden_size] if name == "weight_hh" else []))

    ends = [end for layer in range(module.num_layers) for end in endings(module, layer)]
    return [Weights(*(one(name, end) for name in NAMES)) for end in ends]


NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
"""of what stands in `Weights`"""


def states_of(
    module: Recurrent, weights: list[Weights], inputs: Tensor, start: list[Start] | None = None
) -> list[States]:
    """What every layer (and direction) of a module goes through on inputs ``(T, I)``."""
    cell, written, below = of_mode(module.mode), [], inputs
    directions = 2 if module.bidirectional else 1
    zeros = inputs.new_zeros(module.hidden_size)
    for first in range(0, module.num_layers * directions, directions):
        begun = start[first : first + directions] if start else [(zeros, zeros)] * directions
        states = [cell.inside(weights[first], below, begun[0])]
        if module.bidirectional:
            backwards = cell.inside(weights[first + 1], below.flip(0), begun[1])
            states.append(flipped(backwards))
        written += states
        below = top(states, module.bidirectional)
    return written


def top(layers: list[States], both: bool) -> Tensor:
    """What is read of the last layer at each timestep, ``(T, D H)``."""
    return torch.cat([s.hidden for s in layers[-2:]], dim=1) if both else layers[-1].hidden


def flipped(states: States) -> States:
    """The same states, timesteps counted from the other end."""
    cell = None if states.cell is None else states.cell.flip(0)
    gates = {name: gate.flip(0) for name, gate in states.gates.items()}
    return States(states.hidden.flip(0), cell, gates)


def joined(stretches: list[list[States]]) -> list[States]:
    """The states of every layer over all stretches of time."""
    if len(stretches) == 1:
        return stretches[0]
    return [
        States(
            torch.cat([part.hidden for part in parts]),
            None if parts[0].cell is None else torch.cat([cell_of(part) for part in parts]),
            {gate: torch.cat([part.gates[gate] for part in parts]) for gate in parts[0].gates},
        )
        for parts in zip(*stretches, strict=True)
    ]


def cell_of(states: States) -> Tensor:
    """c_t of a layer that has it."""
    assert states.cell is not None
    return states.cell
