"""The hand-written pass over time against `nn.RNN` and autograd."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnnviz.learning.scan import _Scan, last_hidden

SIZES = st.tuples(st.integers(1, 4), st.integers(1, 9), st.integers(1, 3))


@given(sizes=SIZES, batch=st.integers(1, 5), timesteps=st.integers(1, 12), relu=st.booleans())
@settings(max_examples=40, deadline=None)
def test_states_and_gradients_equal_those_of_pytorch(sizes, batch, timesteps, relu):
    inputs, hidden, layers = sizes
    torch.manual_seed(timesteps)
    rnn = nn.RNN(inputs, hidden, layers, "relu" if relu else "tanh", batch_first=True)
    x = torch.randn(batch, timesteps, inputs, requires_grad=True)
    weigh = torch.randn(batch, hidden)

    expected = rnn(x)[0][:, -1]
    found = last_hidden(rnn, x)
    wanted = [x, *rnn.parameters()]
    right = torch.autograd.grad((expected * weigh).sum(), wanted)
    ours = torch.autograd.grad((found * weigh).sum(), wanted)

    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
    for one, other in zip(ours, right, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("relu", [False, True])
def test_a_loss_on_every_state_reaches_all_weights(relu):
    torch.manual_seed(0)
    tensors = [torch.randn(shape) for shape in ((6, 3, 2), (5, 2), (5, 5), (5,), (5,))]
    tensors = [tensor.double().requires_grad_() for tensor in tensors]
    assert torch.autograd.gradcheck(lambda *given: _Scan.apply(*given, relu), tensors)


def test_only_states_before_the_last_are_used():
    rnn = nn.RNN(1, 4, batch_first=True)
    x = torch.randn(2, 5, 1)
    weights = [getattr(rnn, name) for name in ("weight_ih_l0", "weight_hh_l0")]
    weights += [rnn.bias_ih_l0, rnn.bias_hh_l0]
    hidden, _ = _Scan.apply(x.transpose(0, 1), *weights, False)
    ours = torch.autograd.grad(hidden[1].sum(), weights)
    right = torch.autograd.grad(rnn(x)[0][:, 1].sum(), weights)
    for one, other in zip(ours, right, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


def test_nothing_is_kept_for_gradients_that_are_not_wanted():
    rnn = nn.RNN(1, 4, batch_first=True)
    with torch.no_grad():
        assert last_hidden(rnn, torch.randn(2, 5, 1)).grad_fn is None


@pytest.mark.parametrize("layers", [1, 2])
def test_gradients_that_vanish_on_the_way_leave_all_others_as_they_are(layers):
    torch.manual_seed(1)
    rnn = nn.RNN(2, 6, layers, batch_first=True).double()
    with torch.no_grad():
        for name, weight in rnn.named_parameters():
            weight.mul_(0.5 if name.startswith("weight_hh") else 1.0)
    x = torch.randn(3, 300, 2, dtype=torch.float64, requires_grad=True)
    wanted = [x, *rnn.parameters()]
    right = torch.autograd.grad(rnn(x)[0][:, -1].sum(), wanted)
    ours = torch.autograd.grad(last_hidden(rnn, x).sum(), wanted)
    assert 0 < right[0][:, 0].abs().max() < 1e-30
    for one, other in zip(ours, right, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-28)
