"""What cannot be traced is said in one sentence."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.learning.tracing.trace import TraceError, trace

X = np.zeros((4, 2), np.float32)


@pytest.mark.parametrize(
    ("module", "says"),
    [
        (nn.LSTM(2, 3, proj_size=2), "Layers with projections cannot be traced yet"),
        (nn.RNN(2, 3).half(), "must be float32 or float64, but weight_ih_l0 is float16"),
        (nn.GRU(2, 3).bfloat16(), "must be float32 or float64, but weight_ih_l0 is bfloat16"),
        (nn.RNN(2, 3, device="meta"), "must have values"),
        (
            nn.LSTMCell(2, 3),
            "Only nn.RNN, nn.GRU, nn.LSTM and .* OwnLayers can be traced, and this is a LSTMCell",
        ),
        (nn.Sequential(nn.RNN(2, 3)), "and this is a Sequential"),
        ("a name", "and this is a str"),
        (
            torch.ao.nn.quantizable.LSTM(2, 3),
            "A quantized LSTM cannot be traced, .* trace the float module",
        ),
        (None, "and this is a NoneType"),
    ],
)
def test_modules(module, says):
    with pytest.raises(TraceError, match=says) as caught:
        trace(module, X)
    assert_one_sentence(caught.value)


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (np.zeros((4, 3)), r"here \(T, 2\), not \(4, 3\)\."),
        (np.zeros((1, 4, 2)), r"not \(1, 4, 2\): trace one example at a time, or \(T, 1, I\)"),
        ([[0, 1e39]], r"x must be within 3.4e38, .* but is 1e\+39 at \[0, 1\]"),
        (np.zeros(4), r"not \(4,\)"),
        (np.zeros((0, 2)), r"not \(0, 2\)"),
        (1.0, r"not \(\)"),
        (None, "x must be an array of numbers"),
        ("sine", "x must be an array of numbers"),
        ([[1, 2], [3]], "x must be an array of numbers"),
        (np.zeros((4, 2), complex), "x must be an array of numbers"),
        (torch.zeros(4, 2, dtype=torch.complex64), "x must be real numbers"),
        ([[0, 0], [0, np.nan]], r"x must be finite, but is nan at \[1, 1\]"),
        ([[0, -np.inf], [0, 0]], r"x must be finite, but is -inf at \[0, 1\]"),
    ],
)
def test_inputs(x, says):
    with pytest.raises(TraceError, match=says) as caught:
        trace(nn.RNN(2, 3), x)
    assert_one_sentence(caught.value)


@pytest.mark.parametrize(
    ("readout", "target", "says"),
    [
        (None, [1.0], "A target needs a readout"),
        (nn.Linear(4, 1), None, "must read 3 hidden units, not 4"),
        (nn.ReLU(), None, "must be an nn.Linear, not a ReLU"),
        (
            nn.Linear(3, 2),
            [1.0],
            r"\(2,\) for the last timestep or \(4, 2\) for all, .* not \(1,\)",
        ),
        (nn.Linear(3, 4), [1, 0, 0, 1], 'say loss="cross-entropy" or loss="MSE"'),
        (nn.Linear(3, 2), 2, "The classes must be whole numbers below 2, not 2"),
        (nn.Linear(3, 2), [0, -1, 1, 0], "The classes must be whole numbers below 2, not -1"),
        (nn.Linear(3, 1), ["one"], "The target must be an array of numbers"),
    ],
)
def test_readouts_and_targets(readout, target, says):
    with pytest.raises(TraceError, match=says) as caught:
        trace(nn.RNN(2, 3), X, readout=readout, target=target)
    assert_one_sentence(caught.value)


def test_a_readout_of_both_directions_reads_twice_the_units():
    with pytest.raises(TraceError, match="must read 6 hidden units, not 3"):
        trace(nn.GRU(2, 3, bidirectional=True), X, readout=nn.Linear(3, 1))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite(value):
    module, readout = nn.LSTM(2, 3), nn.Linear(3, 1)
    with torch.no_grad():
        module.weight_hh_l0[5, 1] = value
        readout.bias[0] = value
    with pytest.raises(TraceError, match=r"but weight_hh_l0 is (nan|inf) at \[5, 1\]\.") as caught:
        trace(module, X)
    assert_one_sentence(caught.value)
    with pytest.raises(TraceError, match=r"but its bias is (nan|inf) at \[0\]\.") as caught:
        trace(nn.LSTM(2, 3), X, readout=readout)
    assert_one_sentence(caught.value)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"start": np.zeros((2, 3))}, r"h_0 must have the shape \(1, 3\), not \(2, 3\)"),
        ({"start": np.full((1, 3), np.nan)}, r"h_0 must be finite, but is nan at \[0, 0\]"),
        ({"horizon": -1}, "The horizon must be 0 timesteps or more, not -1"),
        ({"horizon": 1.5}, "The horizon must be 0 timesteps or more, not 1.5"),
        (
            {"readout": nn.Linear(3, 1), "target": [1.0], "loss": "L1"},
            'The loss must be one of "MSE", "cross-entropy", "binary cross-entropy", not \'L1\'',
        ),
    ],
)
def test_what_else_is_said_about_a_sequence(more, says):
    with pytest.raises(TraceError, match=says) as caught:
        trace(nn.GRU(2, 3), X, **more)
    assert_one_sentence(caught.value)


def test_an_lstm_starts_from_two_states():
    with pytest.raises(TraceError, match=r"must be two states of this LSTM, \(h_0, c_0\)"):
        trace(nn.LSTM(2, 3), X, start=np.zeros((1, 3)))


def assert_one_sentence(error):
    assert "\n" not in str(error)
    assert str(error).endswith(".")
