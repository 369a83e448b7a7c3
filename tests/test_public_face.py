"""What `import rnnviz` offers, and what it does not load."""

import inspect
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.gui import show as window
from rnnviz.learning.tracing import trace


def test_trace_is_the_tracing_of_the_learning_rooms():
    torch.manual_seed(0)
    module, x = nn.LSTM(1, 5, 2), np.ones((6, 1))
    found = rnnviz.trace(module, x)
    np.testing.assert_array_equal(found.hidden, trace.trace(module, x).hidden)
    np.testing.assert_allclose(
        found.hidden[:, -1], module(torch.ones(6, 1))[0].detach().numpy(), atol=1e-5
    )


def test_trace_takes_a_readout_and_a_target():
    found = rnnviz.trace(
        nn.RNN(1, 4), np.ones((3, 1)), readout=nn.Linear(4, 1), target=[0.0], saliency=True
    )
    assert found.output.shape == (3, 1)
    assert found.saliency.shape == (3, 3)


def test_a_refusal_is_a_value_error():
    with pytest.raises(ValueError, match="projections"):
        rnnviz.trace(nn.LSTM(1, 4, proj_size=2), np.ones((3, 1)))


def test_show_takes_what_the_window_takes():
    assert list(inspect.signature(rnnviz.show).parameters) == list(
        inspect.signature(window.show).parameters
    )


def test_import_loads_neither_torch_nor_qt_nor_numpy():
    program = (
        "import sys, rnnviz; print([m for m in ('torch', 'PySide6', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_tracing_does_not_load_qt():
    program = (
        "import sys, rnnviz, torch; rnnviz.trace(torch.nn.RNN(1, 2), [[0.0]]);"
        "print('PySide6' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_the_version_is_a_plain_number():
    assert [part.isdigit() for part in rnnviz.__version__.split(".")] == [True] * 3
