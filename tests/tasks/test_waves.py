"""The waves against their closed forms, and the simple rules against what they promise."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.experiment import suited
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks import TASKS, Split
from rnnviz.tasks.data.waveforms import SHAPES
from rnnviz.tasks.rules.templates import FRAMES, Templates, templates
from rnnviz.tasks.waves import NAMES, Waves, since_switch

SMALL = {"signals": 60, "length": 80}


def perfect(split):
    """Logits that say what is right."""
    return np.eye(4, dtype=np.float32)[split.targets] * 20


def test_the_task_is_listed_by_its_name():
    assert TASKS["waves"] is Waves


def test_a_sixth_is_kept_to_judge_by_and_a_sixth_to_test():
    train, valid, test = Waves(signals=600).open(0).examples
    assert [part.inputs.shape for part in (train, valid, test)] == [
        (400, 150, 1),
        (100, 150, 1),
        (100, 150, 1),
    ]
    assert (train.inputs.dtype, train.targets.dtype) == (np.float32, np.int64)
    assert not any((valid.inputs[0] == other).all() for other in (*train.inputs, *test.inputs))


def test_the_same_seed_gives_the_same_signals_and_another_gives_others():
    one, same, other = (Waves(**SMALL).open(seed).examples for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.train.inputs, same.train.inputs)
    np.testing.assert_array_equal(one.test.targets, same.test.targets)
    assert not np.array_equal(one.train.inputs, other.train.inputs)


def test_the_shapes_are_those_of_their_names():
    quarter = np.array([0, 0.125, 0.25, 0.375, 0.625, 0.75, 0.875, 1.25]) * 2 * math.pi
    assert SHAPES["square"](quarter).tolist() == [1, 1, 1, 1, -1, -1, -1, 1]
    assert SHAPES["saw"](quarter) == pytest.approx([-1, -0.75, -0.5, -0.25, 0.25, 0.5, 0.75, -0.5])
    assert SHAPES["triangle"](quarter) == pytest.approx([0, 0.5, 1, 0.5, -0.5, -1, -0.5, 1])


@pytest.mark.parametrize("name", NAMES)
def test_a_frame_named_so_lies_on_such_a_wave(name):
    train = Waves(noise=0.0, shortest=16.0, longest=16.0, **SMALL).open(3).examples.train
    x = train.inputs[:, :, 0].astype(float)
    since = since_switch(train.targets)
    of_it = (train.targets == NAMES.index(name)) & (since >= 2)
    now, before, first = x[:, 2:][of_it[:, 2:]], x[:, 1:-1][of_it[:, 2:]], x[:, :-2][of_it[:, 2:]]
    assert len(now) > 100
    if name == "sine":  # x[t+1] + x[t-1] = 2 cos(w) x[t]
        np.testing.assert_allclose(now + first, 2 * math.cos(2 * math.pi / 16) * before, atol=1e-5)
    elif name == "square":
        assert set(now.tolist()) == {-1.0, 1.0}
    else:  # straight, but for the corner: 1/16 of 2, or of 4, each frame
        step = {"saw": 2 / 16, "triangle": 4 / 16}[name]
        straight = np.isclose(np.abs(now - before), step, atol=1e-5)
        assert straight.mean() == pytest.approx(15 / 16 if name == "saw" else 14 / 16, abs=0.02)


def test_noise_has_the_size_that_was_asked_for():
    clean, noisy = (Waves(noise=size, **SMALL).open(0).examples.train for size in (0.0, 0.3))
    np.testing.assert_array_equal(clean.targets, noisy.targets)
    assert (noisy.inputs - clean.inputs).std() == pytest.approx(0.3, rel=0.05)


@given(
    length=st.integers(20, 500),
    stretch=st.integers(10, 200),
    shortest=st.floats(4, 60),
    longest=st.floats(4, 60),
    seed=st.integers(0, 1000),
)
@settings(max_examples=30, deadline=None)
def test_stretches_are_as_long_as_asked_for_and_neighbours_differ(
    length, stretch, shortest, longest, seed
):
    data = Waves(
        length=length, stretch=stretch, shortest=shortest, longest=longest, signals=60
    ).open(seed)
    train = data.examples.train
    assert np.abs(train.inputs).max() < 1.5
    for shapes in train.targets:
        ends = np.flatnonzero(np.diff(shapes)) + 1
        lengths = np.diff(np.array([0, *ends]))
        assert (lengths >= stretch // 2).all()
        assert (lengths <= stretch + stretch // 2).all()
        assert length - (ends[-1] if len(ends) else 0) <= stretch + stretch // 2


def test_the_distance_from_a_switch_counts_from_0():
    assert since_switch(np.array([[2, 2, 2, 0, 0, 1]])).tolist() == [[0, 1, 2, 0, 1, 0]]


def test_the_error_is_told_by_the_distance_from_the_switch():
    targets = np.array([[0, 0, 0, 1, 1, 1, 1], [2, 2, 3, 3, 3, 1, 1]])
    split = Split(np.zeros((2, 7, 1), np.float32), targets)
    outputs = perfect(split)
    outputs[0, 3] = outputs[1, 2] = [9, 0, 0, 0]  # the first frame after a switch, two of five
    outputs[0, 6] = [9, 0, 0, 0]  # the only fourth frame
    expected = [2 / 5, 0, 0, 1]
    np.testing.assert_allclose(
        Waves(**SMALL).open(0).error_by_position(outputs, split), expected, rtol=1e-6
    )
    assert Waves(**SMALL).open(0).metrics(outputs, split) == {"accuracy": pytest.approx(11 / 14)}


def test_only_frames_from_the_tenth_on_count_as_settled():
    targets = np.array([[0] * 10 + [1] * 10])
    split = Split(np.zeros((1, 20, 1), np.float32), targets)
    outputs = perfect(split)
    outputs[0, :9] = outputs[0, 19] = [0, 0, 9, 0]
    assert Waves(**SMALL).open(0).metrics(outputs, split) == pytest.approx(
        {"accuracy": 0.5, "accuracy from the tenth frame": 0.5}
    )


def test_the_distances_to_templates_are_those_of_a_plain_loop():
    signals = np.random.default_rng(0).normal(size=(2, 25)).astype(np.float32)
    known = templates(7.0, 13.0)
    pieces = known.pieces.astype(float)
    found = known.distances(signals)
    for n in range(2):
        for t in range(25):
            k = min(t + 1, FRAMES)
            last = signals[n, t - k + 1 : t + 1].astype(float)
            expected = ((last - pieces[:, :, FRAMES - k :]) ** 2).mean(axis=2).min(axis=1)
            np.testing.assert_allclose(found[n, t], expected, atol=1e-5)


def test_a_piece_of_a_template_is_next_to_itself():
    known = templates(10.0, 20.0)
    found = Templates(known.pieces).distances(known.pieces[0])[:, -1]  # sines
    np.testing.assert_allclose(found[:, 0], 0, atol=1e-5)
    assert (found[:, 1:] > 1e-3).all()


def test_the_majority_costs_the_entropy_of_the_shapes():
    data = Waves(**SMALL).open(0)
    examples = data.examples
    shares = np.bincount(examples.train.targets.ravel(), minlength=4) / examples.train.targets.size
    seen = np.bincount(examples.valid.targets.ravel(), minlength=4) / examples.valid.targets.size
    found = data.baselines()
    assert found["majority"] == pytest.approx(-(seen * np.log(shares)).sum(), rel=1e-5)
    assert found["nearest template"] < found["majority"]
    rules = data.rules()
    right = (examples.test.targets == shares.argmax()).mean()
    assert rules["majority"]["accuracy"] == pytest.approx(right, rel=1e-6)
    # Ten frames are half of the longest period: enough, once all ten are of one shape.
    assert rules["nearest template"]["accuracy from the tenth frame"] > 0.98


def test_the_nearest_template_is_measured_on_all_test_signals_and_as_good_as_it_can_be():
    data = Waves().open(0)
    examples = data.examples
    data.examples = examples._replace(test=examples.valid)
    few = data.rules()["nearest template"]
    data.examples = examples
    found = data.rules()["nearest template"]
    # Found by an independent computation with ever finer grids.
    assert found["accuracy from the tenth frame"] == pytest.approx(0.9989, abs=2e-4)
    assert few != found
    majority = data.rules()["majority"]["accuracy"]
    commonest = np.bincount(examples.train.targets.ravel()).argmax()
    assert majority == pytest.approx((examples.test.targets == commonest).mean())


def test_a_frame_reads_with_its_name_and_its_likeliest_names():
    data = Waves(**SMALL).open(0)
    valid = data.examples.valid
    outputs = perfect(valid)[0]
    outputs[5] = [0, 0, 0, 0]
    outputs[5, (valid.targets[0, 5] + 1) % 4] = math.log(3)
    presentation = data.read(valid, 0, outputs)
    assert presentation.asked[0] == NAMES[valid.targets[0, 0]]
    assert [n for n, right in enumerate(presentation.right) if not right] == [5]
    assert presentation.answers[5] == NAMES[(valid.targets[0, 5] + 1) % 4]
    assert presentation.likely[5][0] == (presentation.answers[5], pytest.approx(0.5))


@pytest.mark.parametrize("direction", ["forward", "both"])
def test_it_learns_and_can_be_traced_in_both_directions(direction):
    experiment = suited(Waves(**SMALL)).with_value("training.device", "cpu")
    experiment = experiment.with_value("training.epochs", 1).with_value("network.hidden", 8)
    trainer = Trainer(experiment.with_value("network.direction", direction))
    while not trainer.done:
        trainer.train_batch()
    assert trainer.trace(0).presentation.answers
    result = trainer.result()
    assert len(result.error_by_position) > 20
    assert result.rules.keys() == {"majority", "nearest template"}
