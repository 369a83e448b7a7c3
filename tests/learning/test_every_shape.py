"""Every cell in every shape: it trains, and its trace is what the network computes."""

import contextlib
import itertools

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnviz.experiment import Experiment, knobs, suited
from rnnviz.knobs import KnobError, positions
from rnnviz.learning.training.trainer import Trainer, TrainingFailed
from rnnviz.tasks import TASKS
from tests.learning.toys import (
    CELLS,
    TOYS,
    Labels,
    Later,
    Review,
    Translation,
    experiment,
    with_examples,
)


def kinds():
    for toy, cell, layers in itertools.product(TOYS, CELLS, (1, 2)):
        for direction in ("forward", "both") if toy.whole_sequence else ("forward",):
            yield pytest.param(
                toy, cell, layers, direction, id=f"{toy.__name__}-{cell}-{layers}-{direction}"
            )


each_kind = pytest.mark.parametrize(("toy", "cell", "layers", "direction"), list(kinds()))


def made(toy, cell, layers, direction, **more):
    return experiment(
        toy(),
        network__cell=cell,
        network__layers=layers,
        network__direction=direction,
        **more,
    )


def finite(trace):
    arrays = [trace.inputs, trace.hidden, trace.cell, trace.output, *trace.gates.values()]
    arrays += [trace.saliency, trace.gradient_norm]
    return all(np.isfinite(array).all() for array in arrays if array is not None)


@each_kind
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_it_trains_and_traces(toy, cell, layers, direction, dropout):
    hidden = {f"network__dropout_{place}": dropout for place in ("inputs", "layers", "readout")}
    trainer = Trainer(made(toy, cell, layers, direction, **hidden))
    trainer.train_batch()
    while trainer.train_batch() is None:
        pass
    losses, norms, _ = trainer.take_losses()
    assert np.isfinite(losses).all()
    assert (norms > 0).all()
    trace = trainer.trace(3)
    assert finite(trace)
    directions = 1 if direction == "forward" else 2
    assert trace.directions == directions
    assert trace.hidden.shape[1:] == (layers * directions, 6)
    assert trace.gradient_norm.shape == trace.hidden.shape[:2]
    assert trace.saliency.shape == (trace.timesteps, trace.timesteps)
    assert np.isfinite(list(trainer.result().test.values())).all()


@each_kind
def test_a_trace_is_what_the_network_computes(toy, cell, layers, direction):
    trainer = Trainer(made(toy, cell, layers, direction))
    for _ in range(3):
        trainer.train_batch()
    valid, model = trainer.examples.valid, trainer.model.eval()
    lengths = None if valid.lengths is None else torch.as_tensor(valid.lengths)
    decoder = None
    if valid.decoder is not None:  # what it reads of its own
        decoder = torch.stack(
            [torch.as_tensor(trainer.trace(n).inputs[-5:, :1]).long() for n in range(10)]
        )
    with torch.no_grad():
        answers = model(torch.as_tensor(valid.inputs), lengths, decoder).numpy()
    for example in range(10):
        trace = trainer.trace(example)
        length = valid.length(example)
        assert trace.timesteps == length + (0 if decoder is None else 5)
        if toy.shape == "many-to-one":
            found, right = trace.output[-1], answers[example]
        else:
            found = trace.output[-5:] if decoder is not None else trace.output
            right = answers[example, : len(found)]
        np.testing.assert_allclose(found, right, atol=1e-5)


MODULES = {
    "RNN": nn.RNN,
    "RNN relu": lambda *sizes, **more: nn.RNN(*sizes, nonlinearity="relu", **more),
    "GRU": nn.GRU,
    "LSTM": nn.LSTM,
}


@pytest.mark.parametrize("direction", ["forward", "both"])
@pytest.mark.parametrize("cell", MODULES)
def test_a_padded_example_is_traced_as_the_packed_module_reads_it(cell, direction):
    trainer = Trainer(made(Labels, cell, 2, direction))
    valid, both = trainer.examples.valid, direction == "both"
    plain = MODULES[cell](6, 6, 2, batch_first=True, bidirectional=both)
    plain.load_state_dict(trainer.model.rnn.state_dict())
    with torch.no_grad():
        x = trainer.model.reader.values(torch.as_tensor(valid.inputs))
        packed = pack_padded_sequence(
            x, torch.as_tensor(valid.lengths), batch_first=True, enforce_sorted=False
        )
        hidden, end = plain(packed)
        hidden = nn.utils.rnn.pad_packed_sequence(hidden, batch_first=True)[0].numpy()
    h_n = (end[0] if cell == "LSTM" else end).numpy()  # (L D, B, H)
    for example in range(10):
        trace = trainer.trace(example)
        top = trace.hidden[:, -2:] if both else trace.hidden[:, -1:]
        length = valid.length(example)
        np.testing.assert_allclose(top.reshape(length, -1), hidden[example, :length], atol=1e-5)
        ends = [0 if both and place % 2 else -1 for place in range(trace.layers)]
        for place, t in enumerate(ends):
            np.testing.assert_allclose(trace.hidden[t, place], h_n[place, example], atol=1e-5)
            if cell == "LSTM":
                c_n = end[1][place, example].numpy()
                np.testing.assert_allclose(trace.cell[t, place], c_n, atol=1e-5)


@pytest.mark.parametrize("toy", [Labels, Later, Review, Translation])
@pytest.mark.parametrize("cell", CELLS)
def test_what_stands_in_the_padding_changes_nothing(toy, cell):
    task = toy()
    one = task.open(0).examples
    spoilt = []
    for split in one:
        inputs, targets = split.inputs.copy(), split.targets.copy()
        late = np.arange(inputs.shape[1]) >= split.lengths[:, None]
        inputs[late] = 3
        if toy.shape == "many-to-many":
            targets[late] = 2
        spoilt.append(split._replace(inputs=inputs, targets=targets))
    direction = "both" if toy.whole_sequence else "forward"
    chosen = made(toy, cell, 2, direction)
    runs = [
        Trainer(chosen, dataset=with_examples(chosen, examples))
        for examples in (one, type(one)(*spoilt))
    ]
    for run in runs:
        while not run.done:
            run.train_batch()
    for mine, other in zip(*(run.model.parameters() for run in runs), strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-6)
    for mine, other in zip(*(run.history for run in runs), strict=True):
        assert mine.train_loss == pytest.approx(other.train_loss, rel=1e-5)
        assert mine.valid_loss == pytest.approx(other.valid_loss, rel=1e-5)
    np.testing.assert_allclose(runs[0].trace(1).hidden, runs[1].trace(1).hidden, atol=1e-5)


SMALL = {
    "hidden": 12,
    "embedding": 8,
    "batch": 16,
    "window": 24,
    "windows": 200,
    "length": 30,
    "blanks": 20,
    "signals": 100,
    "dates": 800,
    "longest": 24,
    "words": 60,
    "sequences": 200,
    "strings": 100,
    "share": 0.2,
}
"""The most that a test lets these knobs be, where their sliders reach so far down."""


@st.composite
def experiments(draw):
    task = draw(st.sampled_from(sorted(TASKS)))
    found = suited(TASKS[task]())
    turned = dict(knobs(found))
    for path, knob in turned.items():
        name = path.split(".")[1]
        if path == "training.device":
            value = "cpu"
        elif knob.choices:
            value = draw(st.sampled_from(knob.choices))
        elif knob.files:
            value = ""
        else:
            most = max(SMALL.get(name, np.inf), knob.low)
            value = draw(st.sampled_from([stop for stop in positions(knob) if stop <= most]))
        try:
            found = found.with_value(path, value)
        except KnobError:
            assert path == "network.direction" or path.startswith("task.")
    return found


@given(experiments())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_whatever_the_sliders_allow_trains_two_batches_and_traces(chosen: Experiment):
    trainer = Trainer(chosen)
    # A relu network at a rate of 1 may well explode: that is told, and traced.
    with contextlib.suppress(TrainingFailed):
        trainer.train_batch()
        trainer.train_batch()
    trace = trainer.trace(0, patient=False)
    assert np.isfinite(trace.hidden).all()
    assert np.isfinite(trace.output).all()
    assert trace.units == chosen.network.hidden
    assert trace.layers == chosen.network.layers * trace.directions
