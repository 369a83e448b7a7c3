"""What every cell must offer: a new one is tested by being there."""

from __future__ import annotations

import math
import re
import sys
from textwrap import dedent

import pytest
import torch
from torch.autograd.functional import jacobian

from rnnviz import cells
from rnnviz.cells import CELLS, Cell, of_mode
from rnnviz.cells.base import Given
from rnnviz.experiment import Network
from rnnviz.knobs import knobs_of
from rnnviz.learning.network.backpropagation import ThroughTime
from rnnviz.learning.network.scan import layers_of
from rnnviz.learning.tracing.layers import states_of, weights_of
from tests.cells.truth import CLOSED_FORMS, double_layers, truth

UNITS = 5

each = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


def starts(cell: Cell, *shape: int) -> list[torch.Tensor]:
    """A random h, and c if the cell has it."""
    return [torch.randn(*shape, dtype=torch.float64) for _ in cell.states]


# --- what it declares --------------------------------------------------------------------


@each
def test_it_says_what_it_is(cell: Cell):
    assert CELLS[cell.name] is of_mode(cell.mode) is cell
    assert cell.help
    assert not cell.help.endswith(".")
    knob = knobs_of(Network)["cell"]
    assert cell.name in knob.choices
    assert f"{cell.help} ({cell.name})" in knob.help


@each
def test_its_states_and_gates_are_named_apart(cell: Cell):
    parts = [*cell.states, *cell.gates]
    assert [part.symbol for part in cell.states] in (["h"], ["h", "c"])
    assert len({part.symbol for part in parts}) == len(parts)
    for part in parts:
        assert re.fullmatch("[a-z]", part.symbol)
        assert re.fullmatch("[a-z][a-z ]+", part.name)
        assert cell.part(part.symbol) is part


@each
def test_at_most_one_gate_keeps_and_it_is_a_share(cell: Cell):
    keeping = [number for number, gate in enumerate(cell.gates) if gate.keeps]
    assert keeping in ([], [cell.keeping])
    assert all(cell.gates[number].range == (0, 1) for number in keeping)
    assert not any(state.keeps for state in cell.states)


@each
@pytest.mark.parametrize("both", [False, True])
def test_its_layers_have_its_weights_and_its_name(cell: Cell, both: bool):
    made = layers_of(cell, 3, UNITS, 2, dropout=0.25, bidirectional=both)
    assert (made.mode, made.num_layers, made.dropout) == (cell.mode, 2, 0.25)
    assert (made.bidirectional, made.batch_first) == (both, True)
    assert (made.input_size, made.hidden_size, made.proj_size) == (3, UNITS, 0)
    shapes = {name: tuple(weight.shape) for name, weight in made.named_parameters()}
    rows, found = cell.blocks * UNITS, {}
    for layer, inputs in enumerate((3, UNITS * (1 + both))):
        shape = {"weight_ih": (rows, inputs), "weight_hh": (rows, UNITS)}
        for end in ("", "_reverse")[: 1 + both]:
            for name in cell.weights:
                found[f"{name}_l{layer}{end}"] = shape.get(name, (rows,))
    assert shapes == found
    assert list(shapes) == list(found)


@each
def test_a_state_dict_is_loaded_into_other_layers_of_the_cell(cell: Cell):
    one, other = double_layers(cell, 3, UNITS, 2), double_layers(cell, 3, UNITS, 2)
    other.load_state_dict(one.state_dict())
    x = torch.randn(2, 4, 3, dtype=torch.float64)
    torch.testing.assert_close(other(x)[0], one(x)[0], rtol=0, atol=0)


def test_a_cell_is_found_by_its_file_alone(tmp_path, monkeypatch):
    source = """
    from rnnviz.cells.rnn import _RNN
    ECHO = _RNN(name="echo", help="as it was read", mode="ECHO")
    """
    (tmp_path / "echo.py").write_text(dedent(source), encoding="utf-8")
    monkeypatch.setattr(cells, "__path__", [*cells.__path__, str(tmp_path)])
    monkeypatch.setitem(sys.modules, "rnnviz.cells.echo", None)
    del sys.modules["rnnviz.cells.echo"]  # it is gone again after the test
    assert [cell.name for cell in cells.declared() if cell.name not in CELLS] == ["echo"]


# --- what it computes --------------------------------------------------------------------


@each
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("from_zero", [False, True])
def test_its_equations_are_pytorchs_or_a_closed_form(cell: Cell, both: bool, from_zero: bool):
    assert bool(cell.module) is not (cell.name in CLOSED_FORMS), (
        "a cell that PyTorch does not have needs its closed form in tests/cells/truth.py"
    )
    torch.manual_seed(0)
    module = double_layers(cell, 3, UNITS, 2, both=both)
    x = torch.randn(1, 7, 3, dtype=torch.float64)
    given = starts(cell, 2 * (1 + both), UNITS)
    start = None if from_zero else [(h, (*c, None)[0]) for h, *c in zip(*given, strict=True)]
    state = [part[:, None] for part in given]
    state = None if from_zero else tuple(state) if cell.has_cell_state else state[0]
    with torch.no_grad():
        hidden, end = truth(module, x, state)
        found = states_of(module, weights_of(module), x[0], start)
    ends = end if cell.has_cell_state else (end,)
    top = torch.cat([states.hidden for states in found[-(1 + both) :]], dim=1)
    torch.testing.assert_close(top, hidden[0])
    for place, states in enumerate(found):
        last = 0 if both and place % 2 else -1
        torch.testing.assert_close(states.hidden[last], ends[0][place, 0])
        assert (states.cell is not None) is cell.has_cell_state
        assert list(states.gates) == [gate.symbol for gate in cell.gates]
        if states.cell is not None:
            torch.testing.assert_close(states.cell[last], ends[1][place, 0])


@each
def test_what_is_learned_from_is_what_is_traced(cell: Cell):
    torch.manual_seed(1)
    module = double_layers(cell, 3, UNITS)
    x, given = torch.randn(7, 1, 3, dtype=torch.float64), starts(cell, 1, UNITS)
    weights = tuple(getattr(module, f"{name}_l0") for name in cell.weights)
    with torch.no_grad():
        h_0, c_0 = (*given, None)[:2]
        passed = cell.forward(Given(x, h_0, c_0, weights))
        start = [tuple(part[0] for part in given) if cell.has_cell_state else (given[0][0], None)]
        (states,) = states_of(module, weights_of(module), x[:, 0], start)
    torch.testing.assert_close(passed.hidden[:, 0], states.hidden)
    if cell.has_cell_state:
        torch.testing.assert_close(passed.cell[:, 0], states.cell)


@each
@pytest.mark.parametrize("handed_over", [False, True])
def test_its_way_back_is_that_of_finite_differences(cell: Cell, handed_over: bool):
    torch.manual_seed(2)
    module = double_layers(cell, 2, UNITS)
    weights = [getattr(module, f"{name}_l0") for name in cell.weights]
    x = torch.randn(6, 3, 2, dtype=torch.float64, requires_grad=True)
    given = [part.requires_grad_() for part in starts(cell, 3, UNITS)] if handed_over else []

    def pass_over(x, *rest):
        h_0, c_0 = (*rest[: len(given)], None, None)[:2]
        outputs = ThroughTime.apply(cell, x, h_0, c_0, *rest[len(given) :])
        return tuple(output for output in outputs if output is not None)

    assert torch.autograd.gradcheck(pass_over, (x, *given, *weights))


@each
def test_its_slopes_are_the_jacobian_of_one_timestep(cell: Cell):
    torch.manual_seed(3)
    module = double_layers(cell, 2, UNITS)
    x, given = torch.randn(2, dtype=torch.float64), starts(cell, UNITS)

    def step(x, *given):
        state = [part[None, None] for part in given]
        _, end = truth(module, x[None, None], tuple(state) if cell.has_cell_state else state[0])
        return tuple(part[0, 0] for part in (end if cell.has_cell_state else (end,)))

    # [of h, and c] [by x, h, and c]
    right = jacobian(step, (x, *given))
    (weights,) = weights_of(module)
    start = (given[0], given[1] if cell.has_cell_state else None)
    with torch.no_grad():
        slopes = cell.slopes(weights, cell.inside(weights, x[None], start), start)
    a = slopes.gates[0]  # (G, H)
    assert a.shape == (cell.blocks, UNITS)
    by_state = weights.w_hh.view(cell.blocks, UNITS, UNITS).clone()
    if slopes.recurrent is not None:
        by_state[-1] *= slopes.recurrent[0][:, None]
    gates = [a[:, :, None] * weights.w_ih.view(cell.blocks, UNITS, 2), a[:, :, None] * by_state]
    keep = torch.zeros(UNITS).double() if slopes.keep is None else slopes.keep[0]
    if not cell.has_cell_state:
        found = [[gates[0].sum(0), gates[1].sum(0) + torch.diag(keep)]]
    else:
        of_c = [part[:-1].sum(0) for part in gates] + [torch.diag(keep)]
        shown = slopes.shown[0][:, None]
        of_h = [part[-1] + shown * c for part, c in zip(gates, of_c, strict=False)]
        found = [[*of_h, shown * of_c[2]], of_c]
    for row, rights in zip(found, right, strict=True):
        for one, other in zip(row, rights, strict=True):
            torch.testing.assert_close(one, other)


@each
def test_what_keeps_is_the_gate_that_says_so(cell: Cell):
    module = double_layers(cell, 2, UNITS)
    (weights,), x = weights_of(module), torch.randn(4, 2, dtype=torch.float64)
    with torch.no_grad():
        (states,) = states_of(module, [weights], x)
        slopes = cell.slopes(weights, states, (None, None))
    if cell.keeping is None:
        assert slopes.keep is None
    else:
        torch.testing.assert_close(slopes.keep, states.gates[cell.gates[cell.keeping].symbol])


@each
def test_its_states_and_gates_reach_their_range_and_do_not_leave_it(cell: Cell):
    torch.manual_seed(4)
    module = double_layers(cell, 2, 40)
    with torch.no_grad():
        for weight in module.parameters():
            weight.mul_(20)
        x = 3 * torch.randn(30, 2, dtype=torch.float64)
        (states,) = states_of(module, weights_of(module), x)
    values = {"h": states.hidden, "c": states.cell, **states.gates}
    for part in (*cell.states, *cell.gates):
        (low, high), found = part.range, values[part.symbol]
        assert found.min() >= low
        assert found.max() <= high
        # Where nothing bounds it, it goes further than anything that is bounded.
        assert found.min() < (low + 0.01 if math.isfinite(low) else -1)
        assert found.max() > (high - 0.01 if math.isfinite(high) else 1)


@each
def test_a_fused_pass_is_there_where_it_is_said_to_be(cell: Cell):
    torch.manual_seed(5)
    module = double_layers(cell, 3, UNITS)
    x = torch.randn(6, 2, 3, dtype=torch.float64)
    weights = tuple(getattr(module, f"{name}_l0") for name in cell.weights)
    h_0, c_0 = (*starts(cell, 2, UNITS), None)[:2]
    given = Given(x, h_0, c_0, weights)
    if not cell.fused:
        with pytest.raises(NotImplementedError):
            cell.fused_pass(given)
        return
    with torch.no_grad():
        (hidden, last, content), passed = cell.fused_pass(given), cell.forward(given)
    torch.testing.assert_close(hidden, passed.hidden)
    torch.testing.assert_close(last, passed.hidden[-1])
    torch.testing.assert_close(content[-1], passed.cell[-1])
