"""The network of an experiment and its first weights."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.experiment import Experiment
from rnnviz.learning.network.model import Dropout
from rnnviz.learning.tracing.trace import trace
from tests.learning.toys import CELLS, Labels, Stream, Translation, experiment, untrained


def test_the_first_weights_depend_on_the_seed_and_the_network_alone():
    one = Experiment()
    other = one.with_value("task.noise", 0.5).with_value("task.window", 9)
    other = other.with_value("training.learning_rate", 0.1).with_value("training.batch", 8)
    for a, b in zip(untrained(one).parameters(), untrained(other).parameters(), strict=True):
        assert torch.equal(a, b)


def test_another_seed_gives_other_weights():
    one, other = untrained(Experiment()), untrained(Experiment().with_value("training.seed", 1))
    assert not torch.equal(one.rnn.weight_hh_l0, other.rnn.weight_hh_l0)


def test_building_leaves_the_random_generator_alone():
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    untrained(Experiment())
    assert torch.equal(torch.rand(4), expected)


def test_weights_are_those_that_pytorch_gives_after_the_same_seed():
    with torch.random.fork_rng():
        torch.manual_seed(5)
        rnn, readout = nn.RNN(1, 64, 1, batch_first=True), nn.Linear(64, 1)
    model = untrained(Experiment().with_value("training.seed", 5))
    assert torch.equal(model.rnn.weight_hh_l0, rnn.weight_hh_l0)
    assert torch.equal(model.readout.weight, readout.weight)


def test_the_answer_is_the_readout_of_the_last_state():
    model = untrained(Experiment().with_value("network.layers", 3))
    x = torch.randn(7, 20, 1)
    expected = model.readout(model.rnn(x)[0][:, -1])
    torch.testing.assert_close(model(x), expected, rtol=0, atol=1e-5)


def test_the_weights_can_be_loaded_into_plain_layers_of_pytorch():
    model = untrained(Experiment())
    plain = nn.RNN(1, 64, batch_first=True)
    plain.load_state_dict(model.rnn.state_dict())
    assert torch.equal(plain.weight_hh_l0, model.rnn.weight_hh_l0)


@pytest.mark.parametrize("steps", [1.0, 4.0, 100.0])
@pytest.mark.parametrize(("cell", "gate"), [("GRU", "z"), ("LSTM", "f")])
def test_gates_keep_what_they_hold_for_as_many_steps_as_asked(cell, gate, steps):
    # sigmoid(ln s) = s / (s + 1), where neither input nor notepad says anything.
    chosen = experiment(Labels(), network__cell=cell, network__gate_bias=steps)
    for layers, direction in ((1, "forward"), (3, "both")):
        model = untrained(
            chosen.with_value("network.layers", layers).with_value("network.direction", direction)
        )
        rnn = model.rnn
        with torch.no_grad():
            for name, weight in rnn.named_parameters():
                if name.startswith("weight"):
                    weight.zero_()
        found = trace(rnn, np.zeros((3, rnn.input_size)))
        np.testing.assert_allclose(found.gates[gate], steps / (steps + 1), rtol=1e-6)


def test_the_decoder_remembers_as_long_as_the_encoder():
    model = untrained(experiment(Translation(), network__cell="LSTM", network__gate_bias=9.0))
    for rnn in (model.rnn, model.decoder.rnn):
        forget = (rnn.bias_ih_l0 + rnn.bias_hh_l0)[6:12]
        torch.testing.assert_close(forget.sigmoid(), torch.full((6,), 0.9))


@pytest.mark.parametrize("cell", CELLS)
def test_a_gate_bias_moves_one_gate_and_nothing_else(cell):
    plain = untrained(experiment(Labels(), network__cell=cell)).state_dict()
    biased = untrained(
        experiment(Labels(), network__cell=cell, network__gate_bias=50.0)
    ).state_dict()
    for name, weight in plain.items():
        moved = (
            (weight != biased[name]).flatten(1).any(1)
            if weight.ndim > 1
            else (weight != biased[name])
        )
        places = set(torch.nonzero(moved).flatten().tolist())
        if cell in ("GRU", "LSTM") and ".bias_" in name:
            assert places == set(range(6, 12))
        else:
            assert not places


def test_each_column_of_tokens_has_its_own_embedding_and_padding_has_none():
    model = untrained(experiment(Labels(), network__embedding=3))
    tokens = torch.tensor([[[1, 2], [4, 6], [0, 0]]])
    one, two = model.reader.embed
    assert (one.num_embeddings, two.num_embeddings) == (5, 7)
    expected = torch.cat([one.weight[[1, 4, 0]], two.weight[[2, 6, 0]]], dim=1)
    torch.testing.assert_close(model.reader.values(tokens)[0], expected)
    assert not model.reader.values(tokens)[0, 2].any()


@pytest.mark.parametrize("cell", CELLS)
def test_a_notepad_that_is_carried_goes_on_as_if_there_were_no_break(cell):
    model = untrained(experiment(Stream(), network__cell=cell, network__layers=2)).eval()
    tokens = torch.randint(1, 5, (4, 10, 1), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        whole = model(tokens)
        first, state = model.carry(tokens[:, :4])
        second, _ = model.carry(tokens[:, 4:], state=state)
    torch.testing.assert_close(torch.cat((first, second), dim=1), whole, rtol=0, atol=1e-5)


def test_dropout_hides_its_share_and_keeps_the_mean():
    torch.manual_seed(0)
    hide = Dropout(0.3)
    x = torch.ones(200, 20, 50)
    found = hide(x)
    assert found.unique().tolist() == pytest.approx([0.0, 1 / 0.7])
    assert hide.hidden.float().mean().item() == pytest.approx(0.3, abs=0.02)
    assert found.mean().item() == pytest.approx(1.0, abs=0.03)
    assert torch.equal(found == 0, hide.hidden.expand_as(found))


def test_dropout_hides_a_unit_from_the_whole_sequence_or_from_one_timestep():
    torch.manual_seed(0)
    x = torch.ones(3, 40, 5)
    whole = Dropout(0.5)(x)
    assert torch.equal(whole, whole[:, :1].expand_as(whole))
    each = Dropout(0.5, at_each_timestep=True)(x)
    assert not torch.equal(each, each[:, :1].expand_as(each))


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_dropout_hides_nothing_from_a_network_that_answers(share):
    x = torch.randn(3, 4, 5)
    assert Dropout(share).eval()(x) is x
    assert Dropout(0.0).train()(x) is x
    assert Dropout(0.0).hidden is None
