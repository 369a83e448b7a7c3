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
from rnnviz.learning.tracing import refusals, trace
from rnnviz.records.trace import Trace


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
    with pytest.raises(ValueError, match="projections") as refusal:
        rnnviz.trace(nn.LSTM(1, 4, proj_size=2), np.ones((3, 1)))
    assert refusal.type is rnnviz.TraceError


def test_the_types_that_it_names_are_those_of_the_rooms():
    assert rnnviz.Trace is Trace
    assert rnnviz.TraceError is refusals.TraceError


def test_every_name_that_it_promises_is_there_and_no_other_is_made_up():
    assert [name for name in rnnviz.__all__ if not hasattr(rnnviz, name)] == []
    with pytest.raises(AttributeError, match="tracer"):
        rnnviz.tracer  # noqa: B018


def test_show_takes_what_the_window_takes():
    assert list(inspect.signature(rnnviz.show).parameters) == list(
        inspect.signature(window.show).parameters
    )


def test_import_loads_nothing_heavy():
    program = (
        "import sys, rnnviz;"
        "print([m for m in ('torch', 'PySide6', 'numpy', 'msgspec') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_trace_can_be_named_without_torch_or_qt():
    program = "import sys, rnnviz; rnnviz.Trace; print({'torch', 'PySide6'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


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
