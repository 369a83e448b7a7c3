"""The copy task against its published form and its closed form."""

import math

import numpy as np
import pytest
import torch

from rnnviz.experiment import suited
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks import TASKS
from rnnviz.tasks.copy import Copy


@pytest.fixture(scope="module")
def data():
    return Copy().open(0)


@pytest.fixture(scope="module")
def examples(data):
    return data.examples


def perfect(split) -> np.ndarray:
    """Logits that are sure of what is right."""
    return (20 * np.eye(9, dtype=np.float32))[split.targets]


def test_the_task_is_listed_by_its_name():
    assert TASKS["copy"] is Copy


@pytest.mark.parametrize("blanks", [1, 2, 30])
def test_ten_symbols_then_blanks_then_the_sign_then_ten_blanks(blanks):
    data = Copy(blanks=blanks, sequences=100).open(0)
    for split in data.examples:
        tokens = split.inputs[:, :, 0]
        assert tokens.shape == split.targets.shape == (len(tokens), data.timesteps)
        assert data.timesteps == blanks + 20
        assert set(np.unique(tokens[:, :10])) == set(range(1, 9))
        # Arjovsky, Shah and Bengio (2016): T - 1 blanks, one delimiter, ten blanks.
        after = [9] * (blanks - 1) + [10] + [9] * 10
        np.testing.assert_array_equal(tokens[:, 10:], np.tile(after, (len(tokens), 1)))
        assert (split.targets[:, :-10] == 8).all()
        np.testing.assert_array_equal(split.targets[:, -10:], tokens[:, :10] - 1)
        assert tokens.max() < data.vocabularies[0]


def test_all_timesteps_are_asked(examples):
    assert all(split.asked is None and split.lengths is None for split in examples)


def test_the_same_seed_gives_the_same_examples_and_another_gives_others():
    one, same, other = (Copy(sequences=60).open(seed).examples for seed in (4, 4, 5))
    for a, b in zip(one, same, strict=True):
        np.testing.assert_array_equal(a.inputs, b.inputs)
    assert not np.array_equal(one.train.inputs, other.train.inputs)


def test_no_sequence_is_in_two_splits(examples):
    # Drawn by lot from 8^10, so they need not be: with this seed they are.
    train, valid, test = ({row.tobytes() for row in split.inputs} for split in examples)
    assert not (train | valid) & test
    assert not train & valid


@pytest.mark.parametrize("blanks", [1, 30, 100])
def test_who_remembers_nothing_stays_on_the_plateau(blanks):
    data = Copy(blanks=blanks, sequences=60).open(0)
    examples = data.examples
    plateau = data.baselines()["remembering nothing"]
    # Six sequences to judge by have 60 symbols: theory's figure, as far as they tell it.
    assert plateau == pytest.approx(10 * math.log(8) / (blanks + 20), rel=0.1)
    # Blank until the sign and then each symbol as often as it was learned, by PyTorch.
    logits = torch.full((blanks + 20, 9), -30.0)
    logits[:-10, 8] = 30.0
    said = torch.as_tensor(examples.train.targets[:, -10:]).flatten()
    logits[-10:, :8] = 30.0 + torch.stack([(said == k).sum() + 1 for k in range(8)]).log()
    targets = torch.as_tensor(examples.valid.targets)
    loss = torch.nn.functional.cross_entropy(
        logits.expand(len(targets), -1, -1).flatten(0, 1), targets.flatten()
    )
    assert plateau == pytest.approx(float(loss), rel=1e-5)
    commonest = int(logits[-1, :8].argmax())
    right = float((examples.test.targets[:, -10:] == commonest).mean())
    assert data.rules()["remembering nothing"]["symbols right"] == pytest.approx(right)


def test_symbols_and_whole_sequences_are_counted_behind_the_sign_only(data, examples):
    split = examples.valid
    assert data.metrics(perfect(split), split) == {"symbols right": 1.0, "sequences right": 1.0}
    wrong = perfect(split)
    wrong[0, -3] = np.roll(wrong[0, -3], 1)  # one of the ten, of one sequence
    wrong[1, 5] = np.roll(wrong[1, 5], 1)  # a blank: not counted
    found = data.metrics(wrong, split)
    assert found["symbols right"] == pytest.approx(1 - 1 / (10 * len(split.targets)))
    assert found["sequences right"] == pytest.approx(1 - 1 / len(split.targets))
    errors = data.error_by_position(wrong, split)
    expected = np.zeros(50)
    expected[[5, -3]] = 1 / len(split.targets)
    np.testing.assert_allclose(errors, expected, rtol=1e-6)


def test_an_example_reads_as_symbols_and_what_is_said_again(data, examples):
    presentation = data.read(examples.valid, 2, perfect(examples.valid)[2])
    assert presentation.kind == "tokens"
    assert len(presentation.steps) == len(presentation.answers) == len(presentation.likely) == 50
    assert set(presentation.steps[:10]) <= set("ABCDEFGH")
    assert presentation.steps[10:] == ["·"] * 29 + ["▸"] + ["·"] * 10
    assert presentation.answers == presentation.asked == ["·"] * 40 + presentation.steps[:10]
    assert presentation.right == [True] * 50


def test_two_batches_are_trained_and_an_example_is_traced():
    experiment = suited(Copy(sequences=60, blanks=3)).with_value("training.device", "cpu")
    trainer = Trainer(experiment.with_value("training.batch", 24))
    trainer.train_batch()
    assert trainer.train_batch().metrics.keys() == {"symbols right", "sequences right"}
    assert len(trainer.trace(0).presentation.answers) == 23
