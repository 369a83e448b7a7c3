"""The adding task: its closed forms, and a relu network set by hand that adds."""

import math

import numpy as np
import pytest
import torch

from rnnviz.experiment import Experiment, Network, suited
from rnnviz.learning.network.model import build
from rnnviz.learning.training.evaluation import summary
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks import TASKS
from rnnviz.tasks.adding import Adding


@pytest.fixture(scope="module")
def data():
    return Adding().open(0)


@pytest.fixture(scope="module")
def examples(data):
    return data.examples


def test_the_task_is_listed_by_its_name():
    assert TASKS["adding"] is Adding


def test_examples_have_the_sizes_that_the_task_says(examples):
    for split, count in zip(examples, (8000, 1000, 1000), strict=True):
        assert split.inputs.shape == (count, 100, 2)
        assert split.targets.shape == (count, 1)
        assert split.inputs.dtype == split.targets.dtype == np.float32


@pytest.mark.parametrize("length", [2, 3, 100])
def test_one_number_is_marked_in_each_half_and_their_sum_is_the_target(length):
    for inputs, targets, *_ in Adding(lists=300, length=length).open(1).examples:
        values, marks = inputs[:, :, 0], inputs[:, :, 1]
        assert set(np.unique(marks)) <= {0, 1}
        assert (marks[:, : length // 2].sum(axis=1) == 1).all()
        assert (marks[:, length // 2 :].sum(axis=1) == 1).all()
        rows = [float(sum(v[m == 1])) for v, m in zip(values, marks, strict=True)]
        np.testing.assert_allclose(targets[:, 0], rows, rtol=1e-6)


def test_numbers_are_uniform_and_every_place_is_marked_alike(examples):
    values, marks = examples.train.inputs[..., 0], examples.train.inputs[..., 1]
    assert (values.min() >= 0, values.max() <= 1) == (True, True)
    assert values.mean() == pytest.approx(1 / 2, abs=0.002)
    assert values.var() == pytest.approx(1 / 12, abs=0.001)
    # 8000 draws of 1 in 50: five standard deviations are 0.008.
    np.testing.assert_allclose(marks.mean(axis=0), 1 / 50, atol=0.008)


def test_the_same_seed_gives_the_same_examples_and_another_gives_others():
    one, same, other = (Adding(lists=60).open(seed).examples for seed in (4, 4, 5))
    for a, b in zip(one, same, strict=True):
        np.testing.assert_array_equal(a.inputs, b.inputs)
        np.testing.assert_array_equal(a.targets, b.targets)
    assert not np.array_equal(one.train.inputs, other.train.inputs)


def test_no_list_is_in_two_splits(examples):
    train, valid, test = ({row.tobytes() for row in split.inputs} for split in examples)
    assert not (train | valid) & test
    assert not train & valid


def test_always_1_is_wrong_by_the_variance_of_two_uniform_numbers(data, examples):
    for part, found in (
        (examples.valid, data.baselines()["always 1"]),
        (examples.test, data.rules()["always 1"]["loss"]),
    ):
        known = torch.as_tensor(part.targets)
        expected = float(torch.nn.functional.mse_loss(torch.ones_like(known), known))
        assert found == pytest.approx(expected, rel=1e-5)
        assert found != 1 / 6
        # The variance of a sum of two uniform numbers, as far as a thousand lists tell it: the
        # fourth moment is 1/15, so the standard error is sqrt((1/15 - 1/36) / 1000).
        assert found == pytest.approx(1 / 6, abs=4 * math.sqrt((1 / 15 - 1 / 36) / 1000))
    # What it comes to on 1000 sums, the standard error of which is about 0.006.
    assert np.mean((examples.valid.targets - 1.0) ** 2) == pytest.approx(1 / 6, abs=0.025)


@pytest.mark.parametrize("length", [2, 100, 500])
def test_a_relu_network_set_by_hand_adds(length):
    """a_t = relu(number + marker - 1) is the number where it is marked and else 0, and
    s_t = relu(s_{t-1} + a_{t-1}); the answer is s_T + a_T."""
    experiment = Experiment(
        task=Adding(lists=100, length=length), network=Network(cell="RNN relu", hidden=2)
    )
    data = experiment.task.open(2)
    model = build(experiment, data.sizes)
    rnn = model.rnn
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        rnn.weight_ih_l0[0], rnn.bias_ih_l0[0] = torch.tensor([1.0, 1.0]), -1.0
        rnn.weight_hh_l0[1] = torch.tensor([1.0, 1.0])
        model.readout.weight[:] = 1.0
    found = summary(data, model, "cpu")
    assert found.metrics["RMSE"] < 1e-6
    assert found.metrics["sums right"] == 1.0
    assert found.test["loss"] < 1e-12


def test_a_sum_is_right_within_four_hundredths():
    data = Adding(lists=60).open(0)
    split = data.examples.valid
    off = np.array([[0.03], [-0.03], [0.05], [-0.05], [0.0], [1.0]], np.float32)
    assert len(off) == len(split.targets)
    found = data.metrics(split.targets + off, split)
    assert found["sums right"] == pytest.approx(3 / 6)
    assert found["RMSE"] == pytest.approx(np.sqrt((2 * 0.03**2 + 2 * 0.05**2 + 1) / 6), rel=1e-5)


def test_an_example_reads_as_curves_of_numbers_marks_and_answers(data, examples):
    presentation = data.read(examples.valid, 3, np.full((100, 1), 0.5, np.float32))
    assert (presentation.kind, presentation.inputs_named) == ("values", ["number", "marker"])
    assert presentation.answers == []  # the answer is a number: a curve, not words


def test_two_batches_are_trained_and_an_example_is_traced():
    experiment = suited(Adding(lists=60, length=12)).with_value("training.device", "cpu")
    trainer = Trainer(experiment.with_value("training.batch", 24))
    trainer.train_batch()
    assert trainer.train_batch().metrics.keys() == {"RMSE", "sums right"}
    assert trainer.trace(0).target.shape == (1,)
