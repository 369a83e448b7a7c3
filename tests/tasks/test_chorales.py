"""The chorales: what is read from the file, the baselines, and a file that is damaged."""

import json
import math

import numpy as np
import pytest
import torch

from rnnviz.experiment import suited
from rnnviz.learning.training.trainer import Trainer
from rnnviz.resources import resource
from rnnviz.tasks import TASKS, DataError, Examples, Split
from rnnviz.tasks import chorales as module
from rnnviz.tasks.chorales import Chorales, note_name
from rnnviz.tasks.data import shipped
from rnnviz.tasks.rules.parts import finished


@pytest.fixture(scope="module")
def data():
    return Chorales().open(0)


@pytest.fixture(scope="module")
def examples(data):
    return data.examples


@pytest.fixture(scope="module")
def file():
    return json.loads(resource("data/bach-chorales.json").read_text(encoding="utf-8"))


@pytest.fixture
def damaged(monkeypatch):
    """Put other contents in place of the file for a while."""

    def put(text: str) -> None:
        monkeypatch.setattr(shipped, "text", lambda _name: text)
        module._rolls.cache_clear()

    yield put
    module._rolls.cache_clear()


def steps(split) -> np.ndarray:
    """Which steps count, ``(N, T)``."""
    return np.arange(split.inputs.shape[1]) < split.lengths[:, None]


def test_the_task_is_listed_by_its_name():
    assert TASKS["chorales"] is Chorales


def test_each_split_has_the_chorales_of_the_file_in_their_order(examples, file):
    for name, split in zip(("train", "valid", "test"), examples, strict=True):
        assert split.inputs.shape == split.targets.shape == (len(file[name]), 159, 88)
        assert split.inputs.dtype == np.float32
        for row, chorale in enumerate(file[name]):
            n = split.lengths[row]
            assert n == len(chorale) - 1
            for t in range(n):
                heard = (np.flatnonzero(split.inputs[row, t]) + 21).tolist()
                following = (np.flatnonzero(split.targets[row, t]) + 21).tolist()
                assert (heard, following) == (sorted(chorale[t]), sorted(chorale[t + 1]))


def test_nothing_is_heard_behind_the_end(examples):
    for split in examples:
        assert not split.inputs[~steps(split)].any()
        assert not split.targets[~steps(split)].any()


def test_long_chorales_are_cut(examples):
    data = Chorales(longest=10).open(0)
    short = data.examples
    assert short.train.inputs.shape == (229, data.timesteps, 88)
    assert (short.train.lengths == 9).all()
    np.testing.assert_array_equal(short.train.targets, examples.train.targets[:, :9])


def test_no_chorale_is_in_two_splits(examples):
    train, valid, test = ({row.tobytes() for row in split.inputs} for split in examples)
    assert not (train | valid) & test
    assert not train & valid


def test_baselines_are_fitted_on_training_chorales_alone(data, examples):
    train, valid = examples.train, examples.valid
    found = data.baselines()
    heard, after = (
        torch.tensor(part[steps(train)]).double() for part in (train.inputs, train.targets)
    )
    n = len(after)
    share = ((after.sum(0) + 1) / (n + 2)).expand(int(valid.lengths.sum()), -1)
    sought = torch.tensor(valid.targets[steps(valid)]).double()
    loss = torch.nn.functional.binary_cross_entropy(share, sought, reduction="sum")
    assert found["note frequencies"] == pytest.approx(float(loss) / len(sought))
    stays = (float((heard * after).sum()) + 1) / (float(heard.sum()) + 2)
    begins = (float(((1 - heard) * after).sum()) + 1) / (float((1 - heard).sum()) + 2)
    last = torch.tensor(valid.inputs[steps(valid)]).double()
    loss = torch.nn.functional.binary_cross_entropy(
        last * stays + (1 - last) * begins, sought, reduction="sum"
    )
    assert found["repeat"] == pytest.approx(float(loss) / len(sought))


REGRESSION = "logistic regression on two chords"


def test_rules_are_measured_on_the_test_chorales(data, examples):
    train, _, test = examples
    found = data.rules()
    data.examples = Examples(train, test, test)
    there = data.baselines()
    data.examples = examples
    assert {rule: found[rule]["NLL a step"] for rule in there} == there
    heard, sought = (part[steps(test)] > 0 for part in (test.inputs, test.targets))
    same, any_ = (heard & sought).sum(), (heard | sought).sum()
    assert found["repeat"]["frame accuracy"] == pytest.approx(same / any_)
    # As other code has it, with the same pull on the weights or half of it.
    assert set(found) - set(there) == {REGRESSION}
    assert found[REGRESSION]["NLL a step"] == pytest.approx(8.87, abs=0.01)


def test_the_regression_on_two_chords_is_pytorchs():
    chance = np.random.default_rng(0)

    def split(count):
        roll = np.zeros((count, 9, 88), np.float32)
        roll[..., 40:44] = chance.random((count, 9, 4)) < 0.5
        roll[:, 1:, 50] = roll[:, :-1, 40]  # what sounds now is what sounded before
        return Split(roll[:, :-1], roll[:, 1:], np.array([8] * (count - 1) + [5]))

    train, test = split(30), split(3)

    def read(part):
        found = [
            [*row[t], *(row[t - 1] if t else np.zeros(88))]
            for row, length in zip(part.inputs, part.lengths, strict=True)
            for t in range(length)
        ]
        return torch.tensor(np.array(found)).double()

    x, new = read(train), read(test)
    y = torch.tensor(train.targets[steps(train)]).double()
    w = torch.zeros(177, 88, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [w], max_iter=300, line_search_fn="strong_wolfe", tolerance_grad=1e-9
    )

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            x @ w[:-1] + w[-1], y, reduction="sum"
        )
        loss = loss + module.DECAY / 2 * (w[:-1] ** 2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    expected = torch.sigmoid(new @ w[:-1] + w[-1]).detach().numpy()
    found = finished(module._parts_of_regression(train, test))
    sounding = [40, 41, 42, 43, 50]
    np.testing.assert_allclose(found[:, sounding], expected[:, sounding], atol=2e-5)
    silent = np.delete(found, sounding, axis=1)
    np.testing.assert_allclose(silent, 1 / (len(x) + 2))  # Laplace: never in so many steps


def test_a_step_costs_the_sum_over_its_notes(data, examples):
    valid = examples.valid
    outputs = np.random.default_rng(0).normal(size=valid.targets.shape).astype(np.float32)
    asked = steps(valid)
    each = torch.nn.functional.binary_cross_entropy_with_logits(
        torch.tensor(outputs), torch.tensor(valid.targets), reduction="none"
    ).sum(-1)
    found = data.metrics(outputs, valid)
    assert found["NLL a step"] == pytest.approx(float(each[asked].mean()), rel=1e-5)
    first = float(each[:, 0].mean())
    assert data.error_by_position(outputs, valid)[0] == pytest.approx(first, rel=1e-5)


def test_what_is_padded_counts_for_nothing(data, examples):
    valid = examples.valid
    outputs = np.random.default_rng(0).normal(size=valid.targets.shape).astype(np.float32)
    other = np.where(steps(valid)[..., None], outputs, 50.0).astype(np.float32)
    assert data.metrics(outputs, valid) == data.metrics(other, valid)
    # Position 143 and later are behind the end of every validation chorale.
    errors = data.error_by_position(outputs, valid)
    np.testing.assert_array_equal(errors, data.error_by_position(other, valid))
    assert np.isnan(errors[143:]).all()
    assert np.isfinite(errors[:143]).all()


def test_frame_accuracy_is_of_notes_that_sound_or_are_said_to_the_share_that_do_both(data):
    targets = np.zeros((1, 2, 88), np.float32)
    targets[0, 0, [1, 2, 3]] = targets[0, 1, 5] = 1
    outputs = np.full((1, 2, 88), -2.0, np.float32)
    outputs[0, 0, [2, 3, 4]] = 2.0  # two right, one missed, one too many
    outputs[0, 1, 5] = 2.0
    split = Split(np.zeros_like(targets), targets, np.array([2]))
    assert data.metrics(outputs, split)["frame accuracy"] == pytest.approx(3 / 5)


def test_an_example_reads_as_a_roll_with_the_names_of_its_notes(data, examples, file):
    n = examples.valid.length(0)
    output = examples.valid.targets[0, :n] * 8 - 4
    presentation = data.read(examples.valid, 0, output)
    assert (presentation.kind, presentation.horizon) == ("roll", 1)
    assert [len(presentation.steps), len(presentation.answers), len(presentation.likely)] == [n] * 3
    assert presentation.steps[0] == " ".join(note_name(pitch) for pitch in file["valid"][0][0])
    assert presentation.answers == presentation.asked
    assert presentation.right == [True] * n
    assert presentation.likely[0][0][1] == pytest.approx(1 / (1 + math.exp(-4)))


@pytest.mark.parametrize(
    ("pitch", "name"), [(21, "A0"), (60, "C4"), (69, "A4"), (70, "B♭4"), (108, "C8")]
)
def test_pitches_have_the_names_of_the_keys(pitch, name):
    assert note_name(pitch) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"train": [], "valid": [], "test": []}',
        '{"train": 3}',
        '{"train": [[[60], [5]]]}',
        '{"train": [[[60], ["C"]]]}',
        '{"train": [[[60], 62]]}',
        '{"train": [[[60], [60.5]]]}',
        '{"train": [[[60]]]}',
        '{"train": [null]}',
    ],
)
def test_a_damaged_file_is_one_sentence(damaged, text):
    damaged(text)
    with pytest.raises(DataError, match=r"^The data file bach-chorales\.json is damaged: .*\.$"):
        Chorales().open(0)


def test_two_batches_are_trained_and_an_example_is_traced():
    experiment = suited(Chorales(longest=8)).with_value("training.device", "cpu")
    trainer = Trainer(experiment.with_value("training.batch", 115))
    trainer.train_batch()
    assert trainer.train_batch().metrics.keys() == {"NLL a step", "frame accuracy"}
    assert trainer.trace(0).output.shape == (7, 88)


def test_it_composes_and_names_its_rows():
    data = Chorales().open(0)
    assert data.task.composes
    assert data.lowest_pitch == 21
    names = data.row_names
    assert len(names) == data.output_size == data.input_size
    assert (names[0], names[60 - 21], names[69 - 21], names[-1]) == ("A0", "C4", "A4", "C8")
