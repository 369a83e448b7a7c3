"""Composing: what is played follows from the weights, the start and chance alone, and it ends."""

import numpy as np
import pytest
import torch

from rnnviz.experiment import Experiment, Network, suited
from rnnviz.learning.generating.composing import chords, compose, opening, probabilities
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks import Sine
from rnnviz.tasks.chorales import Chorales
from tests.learning.toys import untrained

TASK = Chorales(longest=8)


@pytest.fixture
def model():
    return untrained(suited(TASK)).eval()


@pytest.fixture
def start():
    return np.random.default_rng(0).random((5, 88)) < 0.05


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("steps", [0, 1, 40])
def test_it_plays_as_many_steps_as_asked_for_and_ends(model, start, steps):
    played = compose(model, TASK, start, steps, 1.0, chance())
    assert (played.shape, played.dtype) == ((steps, 88), np.dtype(bool))


def test_the_same_chance_plays_the_same_and_another_plays_otherwise(model, start):
    one, same, other = (compose(model, TASK, start, 20, 1.0, chance(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_at_temperature_0_the_notes_above_one_half_are_played(model, start):
    # The whole sequence read anew for every step, in place of the notepad carried on.
    heard = torch.tensor(start).float()[None]
    for _ in range(12):
        with torch.no_grad():
            notes = model(heard)[0, -1] > 0
        heard = torch.cat([heard, notes.float()[None, None]], dim=1)
    played = compose(model, TASK, start, 12, 0.0, chance())
    np.testing.assert_array_equal(played, heard[0, 5:].bool().numpy())


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_notes_are_drawn_as_often_as_the_temperature_says(temperature, start):
    model = untrained(suited(TASK))
    with torch.no_grad():
        model.readout.weight.zero_()
        model.readout.bias[:] = torch.linspace(-3, 3, 88)  # whatever was heard
    played = compose(model, TASK, start, 1600, temperature, chance())
    expected = 1 / (1 + np.exp(-np.linspace(-3, 3, 88) / temperature))
    # Five standard deviations of 1600 tosses of a fair coin.
    np.testing.assert_allclose(played.mean(axis=0), expected, atol=5 * 0.5 / 40)


def test_a_network_that_repeats_plays_the_last_chord_again(start):
    """A relu network set by hand: h_t = x_t, and a logit of 10 where a note sounds."""
    model = untrained(Experiment(task=TASK, network=Network(cell="RNN relu", hidden=88)))
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        model.rnn.weight_ih_l0[:] = torch.eye(88)
        model.readout.weight[:] = 20 * torch.eye(88)
        model.readout.bias[:] = -10
    played = compose(model, TASK, start, 30, 0.5, chance())
    np.testing.assert_array_equal(played, np.tile(start[-1], (30, 1)))


def test_the_network_is_left_as_it_was(start):
    experiment = suited(TASK).with_value("network.dropout_readout", 0.5)
    model = untrained(experiment).train()
    before = [weight.clone() for weight in model.parameters()]
    state = torch.get_rng_state()
    one, same = (compose(model, TASK, start, 10, 1.0, chance()) for _ in range(2))
    np.testing.assert_array_equal(one, same)  # nothing is hidden while it plays
    assert model.training
    assert torch.equal(torch.get_rng_state(), state)
    assert all(map(torch.equal, before, model.parameters()))


def test_what_cannot_compose_says_so(start):
    model = untrained(suited(Sine()))
    with pytest.raises(ValueError, match="Sine does not answer with its next input"):
        compose(model, Sine(), start, 4, 1.0, chance())


def test_composing_from_nothing_says_so(model, start):
    with pytest.raises(ValueError, match="at least one step"):
        compose(model, TASK, start[:0], 4, 1.0, chance())


@pytest.mark.parametrize(("cell", "layers"), [("RNN", 1), ("GRU", 2), ("LSTM", 2)])
def test_each_note_has_the_chances_that_the_whole_piece_gives_it(start, cell, layers):
    """Read at once, start and piece give the same chances as one chord at a time."""
    experiment = suited(TASK).with_value("network.cell", cell)
    model = untrained(experiment.with_value("network.layers", layers)).eval()
    composed = list(chords(model, TASK, start, 30, 0.7, chance(3)))
    assert composed[:4] == [None] * 4
    piece = [chord for chord in composed if chord is not None]
    assert len(piece) == 30
    roll = np.concatenate([start, [chord.notes for chord in piece]])
    with torch.no_grad():
        logits = model(torch.tensor(roll).float()[None])[0, len(start) - 1 : -1].double()
    expected = torch.sigmoid(logits / 0.7).numpy()
    np.testing.assert_allclose([chord.shares for chord in piece], expected, rtol=1e-4)


def test_notes_are_drawn_one_throw_of_the_dice_a_chord(start):
    """A note sounds where a number drawn evenly from [0, 1) is below its chance."""
    model, throws = untrained(suited(TASK)).eval(), chance(8)
    for chord in list(chords(model, TASK, start, 10, 1.0, chance(8)))[len(start) - 1 :]:
        np.testing.assert_array_equal(
            chord.notes, torch.rand(88, generator=throws).numpy() < chord.shares
        )


@pytest.mark.parametrize("temperature", [0.0, 1e-300, 1e-3, 1.0, 1e300])
def test_chances_are_chances_at_any_temperature(temperature):
    found = probabilities(torch.tensor([1000.0, 3.0, -3.0, -1000.0]), temperature)
    assert bool(((found >= 0) & (found <= 1)).all())
    assert bool((found.diff() <= 0).all())


@pytest.mark.parametrize("temperature", [-0.1, float("nan")])
def test_a_temperature_below_0_says_so(model, start, temperature):
    with pytest.raises(ValueError, match="a temperature is 0 or more"):
        compose(model, TASK, start, 4, temperature, chance())


def test_an_example_opens_with_its_first_steps():
    valid = Chorales().open(0).examples.valid
    length = valid.length(3)
    for wanted, steps in ((5, 5), (0, 1), (10_000, length)):
        np.testing.assert_array_equal(opening(valid, 3, wanted), valid.inputs[3, :steps] > 0)
    with pytest.raises(IndexError):
        opening(valid, len(valid.inputs), 5)


def test_a_run_composes_with_the_weights_of_the_moment_it_was_asked(start):
    experiment = suited(TASK).with_value("training.device", "cpu")
    trainer = Trainer(experiment.with_value("network.hidden", 8))

    def notes(composed):
        return np.array([chord.notes for chord in composed if chord is not None])

    untrained = notes(trainer.composing(start, 20, 1.0, 0))
    begun = trainer.composing(start, 20, 1.0, 0)
    for _ in range(3):
        trainer.train_batch()
    np.testing.assert_array_equal(notes(begun), untrained)
    assert not np.array_equal(notes(trainer.composing(start, 20, 1.0, 0)), untrained)
