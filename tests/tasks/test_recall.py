"""The recall task: what it asks, and an LSTM set by hand that answers."""

import math

import numpy as np
import pytest
import torch

from rnnviz.cli.options import experiment_of, knob_options
from rnnviz.experiment import Experiment, Network, suited
from rnnviz.learning.network.model import build
from rnnviz.learning.training.evaluation import summary
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks import TASKS, Dataset
from rnnviz.tasks.recall import Recall


@pytest.fixture(scope="module")
def data():
    return Recall().open(0)


@pytest.fixture(scope="module")
def examples(data):
    return data.examples


def solved(data: Dataset) -> torch.nn.Module:
    """An LSTM that writes a letter down and lets nothing else in.

    One unit a letter, embedded as its unit vector, digits as 0. The input gate is shut but
    for a letter, the forget gate keeps all: c_k = tanh(10) for the letter k, else 0.
    """
    letters = data.output_size
    network = Network(cell="LSTM", hidden=letters, embedding=letters)
    model = build(Experiment(task=data.task, network=network), data.sizes)
    rnn = model.rnn
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        model.reader.embed[0].weight[1 : letters + 1] = torch.eye(letters)
        i, f, g, o = (slice(k * letters, (k + 1) * letters) for k in range(4))
        rnn.weight_ih_l0[i], rnn.bias_ih_l0[i] = 60.0, -30.0
        rnn.weight_ih_l0[g] = 10 * torch.eye(letters)
        rnn.bias_ih_l0[f] = rnn.bias_ih_l0[o] = 30.0
        model.readout.weight[:] = 30 * torch.eye(letters)
    return model


def test_the_task_is_listed_by_its_name():
    assert TASKS["recall"] is Recall


def test_examples_have_the_sizes_that_the_task_says(data, examples):
    for split, count in zip(examples, (2000, 500, 500), strict=True):
        assert split.inputs.shape == (count, 100, 1)
        assert split.targets.shape == (count,)
        assert split.inputs.dtype == split.targets.dtype == np.int64
        assert split.inputs.min() > 0  # PAD is no letter
        assert split.inputs.max() < data.vocabularies[0]
        assert set(np.unique(split.targets)) == set(range(data.output_size))


def test_the_first_is_a_letter_and_what_follows_is_none(examples):
    for split in examples:
        assert (split.inputs[:, 0, 0] <= 4).all()
        assert (split.inputs[:, 1:, 0] > 4).all()
        np.testing.assert_array_equal(split.targets, split.inputs[:, 0, 0] - 1)


def test_the_same_seed_gives_the_same_examples_and_another_gives_others():
    one, same, other = (Recall(strings=60).open(seed).examples for seed in (4, 4, 5))
    for a, b in zip(one, same, strict=True):
        np.testing.assert_array_equal(a.inputs, b.inputs)
    assert not np.array_equal(one.train.inputs, other.train.inputs)


def test_no_string_is_in_two_splits(examples):
    train, valid, test = ({row.tobytes() for row in split.inputs} for split in examples)
    assert not (train | valid) & test
    assert not train & valid


def test_guessing_costs_the_logarithm_of_the_number_of_letters(data, examples):
    # The shares of the letters among those it learns from, by PyTorch on these examples.
    counts = torch.tensor([sum(examples.train.targets == k) + 1 for k in range(4)]).float()
    targets = torch.as_tensor(examples.valid.targets)
    logits = (counts / counts.sum()).log().expand(len(targets), 4)
    found = data.baselines()["guessing"]
    assert found == pytest.approx(float(torch.nn.functional.cross_entropy(logits, targets)))
    assert found == pytest.approx(math.log(4), abs=0.02)
    commonest = int(counts.argmax())
    right = sum(int(target == commonest) for target in examples.test.targets) / 500
    assert data.rules() == {"guessing": {"accuracy": pytest.approx(right)}}


@pytest.mark.parametrize("length", [2, 100, 400])
def test_an_lstm_set_by_hand_recalls_the_first_letter(length):
    data = Recall(strings=60, length=length, letters=5).open(1)
    found = summary(data, solved(data), "cpu")
    assert found.metrics == {"accuracy": 1.0}
    # Logits 30 tanh(tanh(10)) for the letter and 0 for the others.
    assert found.test["loss"] == pytest.approx(0.0, abs=1e-6)


def test_the_gates_hold_for_as_long_as_the_letter_has_to_be_remembered():
    assert suited(Recall(length=30)).network.gate_bias == 30
    typed = {"--task": "recall", "--length": "30", "--hidden": "16"}
    experiment = experiment_of(typed, knob_options())
    assert (experiment.network.gate_bias, experiment.network.hidden) == (30, 16)


def test_what_is_typed_wins_over_what_suits_the_task():
    typed = {"--gate-bias": "7", "--task": "recall", "--length": "30"}
    assert experiment_of(typed, knob_options()).network.gate_bias == 7


def test_an_example_reads_as_letters_and_asks_at_the_end_only(data, examples):
    output = np.zeros((100, 4), np.float32)
    output[-1, 2] = 5.0
    presentation = data.read(examples.valid, 0, output)
    assert presentation.kind == "tokens"
    assert len(presentation.steps) == 100
    first = "ABCD"[examples.valid.targets[0]]
    assert presentation.steps[0] == presentation.asked[-1] == first
    assert set("".join(presentation.steps[1:])) <= set("0123456789")
    assert presentation.answers == [""] * 99 + ["C"]
    assert presentation.right == [None] * 99 + [first == "C"]
    name, probability = presentation.likely[-1][0]
    assert name == "C"
    assert probability == pytest.approx(math.exp(5) / (math.exp(5) + 3))


def test_two_batches_are_trained_and_an_example_is_traced():
    experiment = suited(Recall(strings=60, length=12)).with_value("training.device", "cpu")
    trainer = Trainer(experiment.with_value("training.batch", 20))
    trainer.train_batch()
    assert trainer.train_batch().metrics.keys() == {"accuracy"}
    assert trainer.trace(0).presentation.right[-1] in (True, False)
