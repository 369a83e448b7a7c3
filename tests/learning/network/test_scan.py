"""The hand-written pass over time against PyTorch's modules, packing and autograd."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnnviz.cells import CELLS
from rnnviz.learning.network import scan
from tests.cells.truth import double_layers, truth

each_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
each_of_pytorch = pytest.mark.parametrize(
    "cell", [cell for cell in CELLS.values() if cell.module], ids=lambda cell: cell.name
)
CASES = {
    "cell": st.sampled_from(list(CELLS.values())),
    "sizes": st.tuples(st.integers(1, 4), st.integers(1, 9), st.integers(1, 3)),
    "both": st.booleans(),
    "batch": st.integers(1, 5),
    "timesteps": st.integers(1, 12),
    "padded": st.booleans(),
    "handed_over": st.booleans(),
}


def parts(state):
    return list(state) if isinstance(state, tuple) else [state]


@given(**CASES)
@settings(max_examples=60, deadline=None)
def test_states_and_gradients_equal_those_of_pytorch(
    cell, sizes, both, batch, timesteps, padded, handed_over
):
    inputs, hidden, layers = sizes
    torch.manual_seed(timesteps)
    rnn = double_layers(cell, inputs, hidden, layers, both=both)
    x = torch.randn(batch, timesteps, inputs, dtype=torch.float64, requires_grad=True)
    lengths = torch.randint(1, timesteps + 1, (batch,)) if padded else None
    state, wanted = None, [x, *rnn.parameters()]
    if handed_over:
        shape = (layers * (1 + both), batch, hidden)
        starts = [torch.randn(shape, dtype=torch.float64, requires_grad=True) for _ in range(2)]
        state = tuple(starts) if cell.has_cell_state else starts[0]
        wanted += parts(state)

    right, right_end = truth(rnn, x, state, lengths)
    found, end = scan.run(rnn, x, lengths, state)
    counts = torch.ones(batch, timesteps, 1)
    if padded:
        counts = (torch.arange(timesteps) < lengths[:, None])[..., None].double()
    weigh = torch.randn_like(right) * counts
    loss = (found * weigh).sum() + sum(part.square().sum() for part in parts(end))
    right_loss = (right * weigh).sum() + sum(part.square().sum() for part in parts(right_end))

    torch.testing.assert_close(found * counts, right * counts)
    for one, other in zip(parts(end), parts(right_end), strict=True):
        torch.testing.assert_close(one, other)
    ours = torch.autograd.grad(loss, wanted)
    rights = torch.autograd.grad(right_loss, wanted, materialize_grads=True)
    for one, other in zip(ours, rights, strict=True):
        torch.testing.assert_close(one, other)


@each_cell
def test_only_states_before_the_last_are_used(cell):
    rnn = double_layers(cell, 1, 4)
    x, weights = torch.randn(2, 5, 1, dtype=torch.float64), list(rnn.parameters())
    ours = torch.autograd.grad(scan.run(rnn, x)[0][:, 1].sum(), weights)
    right = torch.autograd.grad(truth(rnn, x)[0][:, 1].sum(), weights)
    for one, other in zip(ours, right, strict=True):
        torch.testing.assert_close(one, other)


@each_cell
def test_nothing_is_kept_for_gradients_that_are_not_wanted(cell):
    rnn = double_layers(cell, 1, 4)
    with torch.no_grad():
        assert scan.run(rnn, torch.randn(2, 5, 1, dtype=torch.float64))[0].grad_fn is None


@each_of_pytorch
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("answered", ["at the end", "along time", "early"])
def test_gradients_that_vanish_on_the_way_leave_all_others_as_they_are(cell, layers, answered):
    torch.manual_seed(1)
    rnn = double_layers(cell, 2, 6, layers)
    with torch.no_grad():
        for name, weight in rnn.named_parameters():
            weight.mul_(0.5 if name.startswith("weight_hh") else 1.0)
            if cell.keeping is not None and name.startswith("bias"):
                # The gate that keeps is shut: the cell forgets as a plain layer does.
                weight[6 * cell.keeping : 6 * cell.keeping + 6] = -1.0
    x = torch.randn(3, 300, 2, dtype=torch.float64, requires_grad=True)
    wanted = [x, *rnn.parameters()]
    places = {"at the end": slice(-1, None), "along time": slice(None), "early": slice(150, 151)}
    right = torch.autograd.grad(rnn(x)[0][:, places[answered]].sum(), wanted)
    ours = torch.autograd.grad(scan.run(rnn, x)[0][:, places[answered]].sum(), wanted)
    if answered == "at the end":
        assert 0 < right[0][:, 0].abs().max() < 1e-30
    for one, other in zip(ours, right, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-27)
    if answered == "at the end":  # where h_T has a gradient of its own
        end = parts(scan.run(rnn, x)[1])[0][-1]
        for one, other in zip(torch.autograd.grad(end.sum(), wanted), right, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-27)


def test_padding_is_never_read():
    torch.manual_seed(2)
    rnn = nn.GRU(2, 5, 2, batch_first=True, bidirectional=True)
    x, lengths = torch.randn(3, 9, 2), torch.tensor([4, 9, 1])
    other = x.clone()
    other[0, 4:], other[2, 1:] = torch.nan, 7.0
    hidden, end = scan.run(rnn, x, lengths)
    again, end_again = scan.run(rnn, other, lengths)
    assert torch.equal(end, end_again)
    for row, length in enumerate(lengths):
        assert torch.equal(hidden[row, :length], again[row, :length])


def test_dropout_between_layers_hides_its_share_and_keeps_the_mean():
    torch.manual_seed(3)
    rnn = nn.RNN(1, 1, 2, "relu", batch_first=True, dropout=0.25)
    with torch.no_grad():
        for name, weight in rnn.named_parameters():
            weight.fill_(1.0 if name.startswith("weight_ih") else 0.0)
    x = torch.ones(100, 200, 1)
    assert torch.equal(scan.run(rnn.eval(), x)[0], x)
    hidden = scan.run(rnn.train(), x)[0]
    assert hidden.unique().tolist() == pytest.approx([0.0, 4 / 3])
    assert (hidden == 0).float().mean().item() == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize(
    ("rnn", "lengths", "suits"),
    [
        (scan.OwnLayers(CELLS["none"], 1, 2), None, True),  # which has no other way
        (nn.RNN(1, 2), None, True),
        (nn.GRU(1, 2, bidirectional=True), None, True),
        (nn.GRU(1, 2, bias=False), None, False),
        (nn.LSTM(1, 2), None, False),  # PyTorch has oneDNN for it
        (nn.LSTM(1, 2), [5, 5], False),
        (nn.LSTM(1, 2, 2, dropout=0.5), None, True),  # which does not tell what it hides
        (nn.LSTM(1, 2, 2, dropout=0.5).eval(), None, False),
        (nn.LSTM(1, 2), [5, 3], True),  # which takes no packed sequences
        (nn.LSTM(1, 2, proj_size=1), [5, 3], False),
    ],
)
def test_it_is_taken_where_it_is_the_fastest(rnn, lengths, suits):
    lengths = None if lengths is None else torch.tensor(lengths)
    assert scan.suits(rnn, torch.zeros(2, 5, 1), lengths) is suits
