"""The network of an experiment and its first weights."""

import torch
from torch import nn

from rnnviz.experiment import Experiment
from rnnviz.learning.network import build


def test_the_first_weights_depend_on_the_seed_and_the_network_alone():
    one = Experiment()
    other = one.with_value("task.noise", 0.5).with_value("task.window", 9)
    other = other.with_value("training.learning_rate", 0.1).with_value("training.batch", 8)
    for a, b in zip(build(one).parameters(), build(other).parameters(), strict=True):
        assert torch.equal(a, b)


def test_another_seed_gives_other_weights():
    one, other = build(Experiment()), build(Experiment().with_value("training.seed", 1))
    assert not torch.equal(one.rnn.weight_hh_l0, other.rnn.weight_hh_l0)


def test_building_leaves_the_random_generator_alone():
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    build(Experiment())
    assert torch.equal(torch.rand(4), expected)


def test_weights_are_those_that_pytorch_gives_after_the_same_seed():
    with torch.random.fork_rng():
        torch.manual_seed(5)
        rnn, readout = nn.RNN(1, 64, 1, batch_first=True), nn.Linear(64, 1)
    model = build(Experiment().with_value("training.seed", 5))
    assert torch.equal(model.rnn.weight_hh_l0, rnn.weight_hh_l0)
    assert torch.equal(model.readout.weight, readout.weight)


def test_the_answer_is_the_readout_of_the_last_state():
    model = build(Experiment().with_value("network.layers", 3))
    x = torch.randn(7, 20, 1)
    expected = model.readout(model.rnn(x)[0][:, -1])
    torch.testing.assert_close(model(x), expected, rtol=0, atol=1e-5)


def test_the_weights_can_be_loaded_into_plain_layers_of_pytorch():
    model = build(Experiment())
    plain = nn.RNN(1, 64, batch_first=True)
    plain.load_state_dict(model.rnn.state_dict())
    assert torch.equal(plain.weight_hh_l0, model.rnn.weight_hh_l0)
