"""Traces against the modules of PyTorch that they trace."""

import copy
import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnnviz.learning.tracing.trace import trace

KINDS = {
    "RNN_TANH": nn.RNN,
    "RNN_RELU": lambda *sizes, **more: nn.RNN(*sizes, nonlinearity="relu", **more),
    "GRU": nn.GRU,
    "LSTM": nn.LSTM,
}
each_kind = pytest.mark.parametrize("kind", KINDS)


def run(module, x):
    """The module's own output and last states, without a batch."""
    with torch.no_grad():
        return module(torch.as_tensor(x, dtype=module.weight_ih_l0.dtype))


@given(
    kind=st.sampled_from(sorted(KINDS)),
    inputs=st.integers(1, 5),
    hidden=st.integers(1, 20),
    layers=st.integers(1, 4),
    timesteps=st.integers(1, 30),
    bias=st.booleans(),
    batch_first=st.booleans(),
    double=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_hidden_states_are_those_of_the_module(
    kind, inputs, hidden, layers, timesteps, bias, batch_first, double
):
    torch.manual_seed(hidden)
    module = KINDS[kind](inputs, hidden, layers, bias=bias, batch_first=batch_first)
    module = module.double() if double else module
    x = np.random.default_rng(timesteps).normal(size=(timesteps, inputs))
    found = trace(module, x)
    output, last = run(module, x)
    state = last[0] if kind == "LSTM" else last

    assert found.kind == kind
    assert found.hidden.shape == (timesteps, layers, hidden)
    np.testing.assert_allclose(found.hidden[:, -1], output.numpy(), atol=1e-5)
    np.testing.assert_allclose(found.hidden[-1], state.numpy(), atol=1e-5)
    if kind == "LSTM":
        np.testing.assert_allclose(found.cell[-1], last[1].numpy(), atol=1e-5)
    else:
        assert found.cell is None


@each_kind
def test_a_long_sequence_through_a_large_module_stays_within_1e5(kind):
    torch.manual_seed(0)
    module = KINDS[kind](2, 256, 2)
    x = np.random.default_rng(0).normal(size=(500, 2))
    found = trace(module, x, saliency=False)
    np.testing.assert_allclose(found.hidden[:, -1], run(module, x)[0].numpy(), atol=1e-5)


def test_cells_and_states_are_those_of_lstm_cells():
    torch.manual_seed(1)
    module, cell = nn.LSTM(3, 6), nn.LSTMCell(3, 6)
    cell.load_state_dict({n.removesuffix("_l0"): w for n, w in module.state_dict().items()})
    x = torch.randn(9, 3)
    found = trace(module, x)
    h, c = torch.zeros(6), torch.zeros(6)
    for t in range(9):
        h, c = cell(x[t], (h, c))
        np.testing.assert_allclose(found.hidden[t, 0], h.detach().numpy(), atol=1e-6)
        np.testing.assert_allclose(found.cell[t, 0], c.detach().numpy(), atol=1e-6)


def linear(module, name, x):
    """W x + b of one of the two sets of weights."""
    return F.linear(x, getattr(module, f"weight_{name}_l0"), getattr(module, f"bias_{name}_l0"))


def before(states):
    return torch.cat((torch.zeros_like(states[:1]), states[:-1]))


def test_the_gates_of_an_lstm_follow_the_documented_equations():
    torch.manual_seed(2)
    module, x = nn.LSTM(2, 5), torch.randn(7, 2)
    found = trace(module, x)
    with torch.no_grad():
        parts = linear(module, "ih", x) + linear(module, "hh", before(run(module, x)[0]))
    i, f, g, o = parts.chunk(4, dim=1)
    expected = {"i": i.sigmoid(), "f": f.sigmoid(), "g": g.tanh(), "o": o.sigmoid()}
    assert set(found.gates) == set(expected)
    for gate, values in expected.items():
        np.testing.assert_allclose(found.gates[gate][:, 0], values.numpy(), atol=1e-5)


def test_the_gates_of_a_gru_follow_the_documented_equations():
    torch.manual_seed(3)
    module, x = nn.GRU(2, 5), torch.randn(7, 2)
    found = trace(module, x)
    with torch.no_grad():
        read = linear(module, "ih", x).chunk(3, dim=1)
        kept = linear(module, "hh", before(run(module, x)[0])).chunk(3, dim=1)
    r, z = (read[0] + kept[0]).sigmoid(), (read[1] + kept[1]).sigmoid()
    expected = {"r": r, "z": z, "n": (read[2] + r * kept[2]).tanh()}
    assert set(found.gates) == set(expected)
    for gate, values in expected.items():
        np.testing.assert_allclose(found.gates[gate][:, 0], values.numpy(), atol=1e-5)


def test_states_of_a_gru_lie_between_the_old_state_and_the_new_content():
    torch.manual_seed(4)
    found = trace(nn.GRU(1, 4, 2), torch.randn(9, 1))
    z, n = found.gates["z"], found.gates["n"]
    old = np.concatenate((np.zeros_like(found.hidden[:1]), found.hidden[:-1]))
    np.testing.assert_allclose(found.hidden, (1 - z) * n + z * old, atol=1e-6)


@each_kind
def test_arrays_tensors_lists_and_whole_numbers_are_all_read(kind):
    module = KINDS[kind](2, 4)
    values = [[1, 2], [3, 4], [0, -1]]
    expected = trace(module, np.array(values, np.float32)).hidden
    tensor = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    for x in (values, np.array(values), torch.tensor(values), tensor, np.array(values).T.copy().T):
        np.testing.assert_array_equal(trace(module, x).hidden, expected)


@each_kind
def test_all_that_is_recorded_is_float32_and_lies_in_order(kind):
    module = KINDS[kind](2, 4, 2).double()
    found = trace(
        module, np.ones((5, 2)), readout=nn.Linear(4, 3).double(), target=[0, 0, 1], saliency=True
    )
    arrays = [found.inputs, found.hidden, found.output, found.target, found.saliency]
    arrays += [found.gradient_norm, *found.gates.values()]
    for array in arrays:
        assert array.dtype == np.float32
        assert array.flags.c_contiguous
    assert found.output.shape == (5, 3)


def test_the_output_is_the_readout_of_every_state():
    torch.manual_seed(5)
    module, readout, x = nn.RNN(1, 8), nn.Linear(8, 2), torch.randn(6, 1)
    with torch.no_grad():
        expected = readout(module(x)[0]).numpy()
    np.testing.assert_allclose(trace(module, x, readout=readout).output, expected, atol=1e-5)


def test_a_readout_without_bias_has_none():
    module, readout, x = nn.RNN(1, 8), nn.Linear(8, 1, bias=False), torch.randn(6, 1)
    with torch.no_grad():
        expected = readout(module(x)[0]).numpy()
    np.testing.assert_allclose(trace(module, x, readout=readout).output, expected, atol=1e-5)


@each_kind
@pytest.mark.parametrize("training", [True, False])
def test_tracing_leaves_no_mark(kind, training):
    module = KINDS[kind](2, 4, 2, dropout=0.5).train(training)
    module(torch.randn(3, 2))[0].sum().backward()
    readout = nn.Linear(4, 1)
    state = copy.deepcopy(module.state_dict())
    grads = [p.grad.clone() for p in module.parameters()]
    torch.manual_seed(6)
    np.random.seed(6)
    random.seed(6)
    expected = torch.rand(1), np.random.rand(), random.random()
    torch.manual_seed(6)
    np.random.seed(6)
    random.seed(6)

    trace(module, torch.randn(5, 2, generator=torch.Generator()), readout=readout, target=[0.0])

    assert (torch.rand(1), np.random.rand(), random.random()) == expected
    assert module.training is training
    assert readout.weight.grad is None
    assert all(torch.equal(state[name], w) for name, w in module.state_dict().items())
    for parameter, grad in zip(module.parameters(), grads, strict=True):
        assert torch.equal(parameter.grad, grad)
        assert parameter.requires_grad


def test_dropout_is_ignored_in_either_mode():
    torch.manual_seed(7)
    module, x = nn.LSTM(1, 4, 2, dropout=0.9), torch.randn(8, 1)
    expected = run(module.eval(), x)[0].numpy()
    for mode in (True, False):
        np.testing.assert_allclose(trace(module.train(mode), x).hidden[:, -1], expected, atol=1e-5)


def test_a_trace_does_not_change_with_the_module():
    module, x = nn.RNN(1, 4), torch.ones(3, 1)
    found = trace(module, x)
    hidden, inputs = found.hidden.copy(), found.inputs.copy()
    with torch.no_grad():
        module.weight_hh_l0.mul_(2)
    x += 1
    np.testing.assert_array_equal(found.hidden, hidden)
    np.testing.assert_array_equal(found.inputs, inputs)


def test_a_network_that_blows_up_is_traced_as_far_as_float32_goes():
    module = nn.RNN(1, 1, nonlinearity="relu", bias=False).double()
    with torch.no_grad():
        module.weight_ih_l0.fill_(1.0)
        module.weight_hh_l0.fill_(1e30)  # h_t = 1e30^(t-1) on an impulse
    found = trace(module, [[1.0], [0.0], [0.0]])
    np.testing.assert_array_equal(found.hidden[:, 0, 0], np.float32([1, 1e30, np.inf]))


@each_kind
@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_chaotic_module_is_followed_to_the_last_bit(kind, double, bidirectional):
    torch.manual_seed(10)
    module = KINDS[kind](1, 32, 2, bidirectional=bidirectional)
    with torch.no_grad():
        for name, weight in module.named_parameters():
            gain = 1.0 if kind == "RNN_RELU" else 3.0
            if name.startswith("weight_hh"):
                weight.normal_(0, gain / 32**0.5)
    module = module.double() if double else module
    x = torch.randn(300, 1).to(module.weight_ih_l0.dtype)
    found = trace(module, x, saliency=False)
    top = found.hidden[:, -2 if bidirectional else -1 :].reshape(300, -1)
    np.testing.assert_array_equal(top, run(module, x)[0].float().numpy())


@each_kind
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_module_goes_on_from_where_it_is_told_to_start(kind, bidirectional):
    torch.manual_seed(11)
    module = KINDS[kind](2, 4, 2, bidirectional=bidirectional)
    rows = 4 if bidirectional else 2
    x, h_0, c_0 = torch.randn(6, 2), torch.randn(rows, 4), torch.randn(rows, 4)
    start = (h_0, c_0) if kind == "LSTM" else h_0
    with torch.no_grad():
        output, last = module(x, start)
    found = trace(module, x, start=start)
    top = found.hidden[:, -2 if bidirectional else -1 :].reshape(6, -1)
    np.testing.assert_allclose(top, output.numpy(), atol=1e-6)
    np.testing.assert_array_equal(found.start, h_0.numpy())
    if kind == "LSTM":
        np.testing.assert_array_equal(found.start_cell, c_0.numpy())
        np.testing.assert_allclose(found.cell[-1, 0], last[1][0].numpy(), atol=1e-6)
    with_batch = (h_0[:, None], c_0[:, None]) if kind == "LSTM" else h_0[:, None]
    np.testing.assert_array_equal(trace(module, x, start=with_batch).hidden, found.hidden)


def test_a_sequence_from_nothing_has_no_start():
    found = trace(nn.LSTM(1, 3), np.ones((4, 1)))
    assert found.start is None
    assert found.start_cell is None


@pytest.mark.parametrize("batch_first", [False, True])
def test_a_batch_of_one_is_one_sequence(batch_first):
    torch.manual_seed(12)
    module, x = nn.GRU(2, 4, batch_first=batch_first), torch.randn(7, 2)
    batch = x[None] if batch_first else x[:, None]
    np.testing.assert_array_equal(trace(module, batch).hidden, trace(module, x).hidden)


@each_kind
def test_autocast_changes_nothing(kind):
    torch.manual_seed(13)
    module, readout, x = KINDS[kind](2, 4), nn.Linear(4, 1), torch.randn(7, 2)
    wanted = trace(module, x, readout=readout, target=[1.0], saliency=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = trace(module, x, readout=readout, target=[1.0], saliency=True)
    for name in ("hidden", "output", "saliency", "gradient_norm"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name))


@given(
    kind=st.sampled_from(sorted(KINDS)),
    inputs=st.integers(1, 4),
    hidden=st.integers(1, 12),
    layers=st.integers(1, 4),
    timesteps=st.integers(1, 20),
    bias=st.booleans(),
    double=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_both_directions_are_those_of_the_module(
    kind, inputs, hidden, layers, timesteps, bias, double
):
    torch.manual_seed(hidden)
    module = KINDS[kind](inputs, hidden, layers, bias=bias, bidirectional=True)
    module = module.double() if double else module
    readout = nn.Linear(2 * hidden, 3).to(module.weight_ih_l0.dtype)
    x = np.random.default_rng(timesteps).normal(size=(timesteps, inputs))
    found = trace(module, x, readout=readout, target=[0.0, 0.0, 1.0])
    output, last = run(module, x)
    h_n = last[0] if kind == "LSTM" else last  # (2 L, H), layer by layer, forwards first

    assert found.directions == 2
    assert found.hidden.shape == (timesteps, 2 * layers, hidden)
    top = found.hidden[:, -2:].reshape(timesteps, -1)
    np.testing.assert_allclose(top, output.numpy(), atol=1e-5)
    np.testing.assert_allclose(found.output, readout(output).detach().numpy(), atol=1e-5)
    np.testing.assert_allclose(found.hidden[-1, ::2], h_n[::2].numpy(), atol=1e-5)
    np.testing.assert_allclose(found.hidden[0, 1::2], h_n[1::2].numpy(), atol=1e-5)
    if kind == "LSTM":
        np.testing.assert_allclose(found.cell[-1, ::2], last[1][::2].numpy(), atol=1e-5)
        np.testing.assert_allclose(found.cell[0, 1::2], last[1][1::2].numpy(), atol=1e-5)


@each_kind
def test_backwards_is_a_module_of_its_own_on_the_sequence_turned_round(kind):
    torch.manual_seed(8)
    module, x = KINDS[kind](2, 4, bidirectional=True), torch.randn(7, 2)
    alone = KINDS[kind](2, 4)
    alone.load_state_dict(
        {
            name.removesuffix("_reverse"): weight
            for name, weight in module.state_dict().items()
            if name.endswith("_reverse")
        }
    )
    both, turned = trace(module, x), trace(alone, x.flip(0))
    np.testing.assert_array_equal(both.hidden[:, 1], turned.hidden[::-1, 0])
    for gate, values in turned.gates.items():
        np.testing.assert_array_equal(both.gates[gate][:, 1], values[::-1, 0])


CELL_OF = {
    "RNN_TANH": nn.RNNCell,
    "RNN_RELU": lambda *sizes: nn.RNNCell(*sizes, nonlinearity="relu"),
    "GRU": nn.GRUCell,
    "LSTM": nn.LSTMCell,
}


@each_kind
def test_every_layer_is_a_cell_of_pytorch_on_the_layer_below(kind):
    torch.manual_seed(9)
    module, below = KINDS[kind](3, 5, 3), torch.randn(8, 3)
    found = trace(module, below)
    for layer in range(3):
        cell = CELL_OF[kind](below.shape[1], 5)
        ending = f"_l{layer}"
        cell.load_state_dict(
            {
                name.removesuffix(ending): weight
                for name, weight in module.state_dict().items()
                if name.endswith(ending)
            }
        )
        past, written = None, []
        with torch.no_grad():
            for step in below:
                past = cell(step[None], past)
                written.append((past[0] if kind == "LSTM" else past)[0])
        below = torch.stack(written)
        np.testing.assert_allclose(found.hidden[:, layer], below.numpy(), atol=1e-5)
