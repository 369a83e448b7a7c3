"""Writing, by networks whose chances are known."""

import numpy as np
import pytest
import torch

from rnnviz.experiment import suited
from rnnviz.learning.generating.writing import Letter, letters, probabilities, write
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks.characters import UNKNOWN, Characters
from rnnviz.tasks.examples import PAD
from tests.learning.toys import untrained


@pytest.fixture(autouse=True)
def _one_thread():
    """As the engine has it: a letter at a time, more threads only wait for each other."""
    torch.set_num_threads(1)  # put back by the fixture of this folder


TASK = Characters(text="English reviews", share=0.2)
DATA = TASK.open(0)


def network(cell="LSTM", hidden=16, layers=1):
    experiment = suited(TASK).with_value("network.cell", cell)
    experiment = experiment.with_value("network.hidden", hidden)
    return untrained(experiment.with_value("network.layers", layers))


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def text(written):
    return "".join(letter.text for letter in written)


@pytest.fixture
def cycle():
    """An RNN with weights set by hand: after each character it says the one behind it in the
    alphabet, and nothing that was before makes a difference."""
    size = DATA.output_size
    model = network("RNN", hidden=size)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        # The embedding tells a character by its angle on a circle, and the readout looks for
        # the neighbour's angle.
        angle = 2 * np.pi * torch.arange(size) / size
        model.reader.embed[0].weight[:, 0] = angle.cos()
        model.reader.embed[0].weight[:, 1] = angle.sin()
        model.rnn.weight_ih_l0[0, 0] = model.rnn.weight_ih_l0[1, 1] = 0.01
        model.readout.weight[:, 0] = 1e6 * (angle - angle[1]).cos()
        model.readout.weight[:, 1] = 1e6 * (angle - angle[1]).sin()
    return model


def test_a_network_that_knows_the_next_letter_writes_it(cycle):
    alphabet = DATA.alphabet
    start = alphabet.index("a")
    written = write(cycle, DATA, "zebra", 10, 1.0, chance())
    assert text(written) == "".join(alphabet[start + 1 : start + 11])
    assert all(letter.likely[0][0] == letter.text for letter in written)
    assert all(letter.likely[0][1] > 0.99 for letter in written)


def test_what_cannot_be_written_never_is(cycle):
    # Behind the last character of the alphabet come the padding and the unknown.
    last = DATA.alphabet[-1]
    written = write(cycle, DATA, last, 40, 1.0, chance())
    assert len(written) == 40
    names = {name for letter in written for name, _ in letter.likely}
    assert "" not in names | {letter.text for letter in written}


@pytest.mark.parametrize(("cell", "layers"), [("RNN", 1), ("GRU", 2), ("LSTM", 2)])
def test_each_letter_has_the_chances_that_the_whole_text_gives_it(cell, layers):
    """Read at once, start and text give the same chances as one letter at a time."""
    model = network(cell, layers=layers).eval()
    written = write(model, DATA, "The film", 30, 0.7, chance(3))
    tokens = torch.as_tensor(DATA.tokens_of("The film" + text(written)))
    with torch.no_grad():
        logits = model(tokens[None])[0, len("The film") - 1 : -1].double()
    logits[:, [PAD, UNKNOWN]] = -torch.inf
    shares = torch.softmax(logits / 0.7, dim=1)
    for letter, row in zip(written, shares, strict=True):
        best, places = row.topk(5)
        likely = letter.likely[:5]
        assert [name for name, _ in likely] == [DATA.alphabet[p] for p in places.tolist()]
        assert [p for _, p in likely] == pytest.approx(best.tolist(), rel=1e-4)
        # However unlikely it was, its own chance is told, once.
        own = [share for name, share in letter.likely if name == letter.text]
        assert own == [pytest.approx(float(row[DATA.alphabet.index(letter.text)]), rel=1e-4)]


def test_letters_are_drawn_as_often_as_they_are_likely():
    """A network without weights but for its biases draws each letter by its own chance."""
    model = network()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.readout.bias[:] = -20.0
        model.readout.bias[DATA.tokens_of("abc")[:, 0]] = torch.log(torch.tensor([0.6, 0.3, 0.1]))
    written = text(write(model, DATA, "", 2000, 1.0, chance()))
    for letter, share in zip("abc", (0.6, 0.3, 0.1), strict=True):
        # Of 2000 draws the standard deviation is 0.011 at most.
        assert written.count(letter) / 2000 == pytest.approx(share, abs=0.045)
    cooler = text(write(model, DATA, "", 2000, 0.5, chance()))
    # At temperature 1/2 the chances are squared: 0.36, 0.09 and 0.01 of 0.46.
    assert cooler.count("a") / 2000 == pytest.approx(0.36 / 0.46, abs=0.04)
    assert set(text(write(model, DATA, "", 50, 0.0, chance()))) == {"a"}


@pytest.mark.parametrize("temperature", [0.0, 1e-30, 1e-3, 1.0, 1e30])
def test_chances_add_up_at_any_temperature(temperature):
    logits = torch.tensor([1000.0, -torch.inf, 3.0, -1000.0])
    found = probabilities(logits, temperature)
    assert float(found.sum()) == pytest.approx(1)
    assert found[1] == 0
    assert bool((found >= 0).all())


def test_the_same_seed_writes_the_same_and_another_something_else():
    model = network()
    one, same, other = (write(model, DATA, "I", 60, 1.0, chance(s)) for s in (5, 5, 6))
    assert one == same
    assert text(one) != text(other)


def test_unknown_characters_are_read_as_the_unknown_token():
    model = network()
    one = write(model, DATA, "an 한", 20, 1.0, chance())
    assert one == write(model, DATA, "an ☃", 20, 1.0, chance())
    assert one != write(model, DATA, "an x", 20, 1.0, chance())


def test_a_text_can_begin_with_nothing_and_be_nothing():
    model = network()
    assert len(write(model, DATA, "", 5, 1.0, chance())) == 5
    assert write(model, DATA, "some", 0, 1.0, chance()) == []


def test_writing_goes_in_small_steps():
    steps = list(letters(network().eval(), DATA, "abcd", 3, 1.0, chance()))
    assert steps[:3] == [None] * 3
    assert all(isinstance(step, Letter) for step in steps[3:])
    assert len(steps) == 6


def test_dropout_hides_nothing_and_the_network_stays_as_it_was():
    experiment = suited(TASK).with_value("network.dropout_readout", 0.9)
    model = untrained(experiment).train()
    before = torch.get_rng_state()
    one, same = (write(model, DATA, "a", 20, 1.0, chance()) for _ in range(2))
    assert one == same
    assert model.training
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.is_grad_enabled()


def test_a_run_writes_with_the_weights_of_the_moment_it_was_asked():
    experiment = suited(TASK).with_value("training.device", "cpu")
    experiment = experiment.with_value("network.hidden", 8).with_value("training.batch", 16)
    trainer, other = Trainer(experiment), Trainer(experiment)
    untrained = [letter for letter in trainer.writing("a", 30, 1.0, 0) if letter]
    begun = trainer.writing("a", 30, 1.0, 0)
    first = next(begun)
    for _ in range(3):
        trainer.train_batch()
        other.train_batch()
    assert [first, *begun] == untrained
    assert [letter for letter in trainer.writing("a", 30, 1.0, 0) if letter] != untrained
    # And whoever writes learns the same as who does not.
    np.testing.assert_array_equal(trainer.take_losses()[0], other.take_losses()[0])
