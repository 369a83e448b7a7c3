"""What the knobs of training do: dropout, schedule, early stopping, carried notepads."""

import copy
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from rnnviz.experiment import Training
from rnnviz.learning.training.trainer import Trainer
from tests.cells.truth import truth
from tests.learning.toys import (
    CELLS,
    Curve,
    Labels,
    Review,
    Stream,
    ToyData,
    Translation,
    Value,
    experiment,
)

DROPOUT = {f"network__dropout_{place}": 0.3 for place in ("inputs", "layers", "readout")}


def finish(trainer):
    while not trainer.done:
        trainer.train_batch()
    return trainer


def weights(trainer):
    return torch.cat([p.detach().flatten().clone() for p in trainer.model.parameters()])


# --- dropout ---------------------------------------------------------------------------


@pytest.mark.parametrize("toy", [Labels, Translation, Stream])
@pytest.mark.parametrize("cell", CELLS)
def test_what_is_hidden_follows_from_the_seed(toy, cell):
    chosen = experiment(toy(), network__cell=cell, network__layers=2, **DROPOUT)
    one = finish(Trainer(chosen))
    torch.manual_seed(123)  # nobody else's chance matters
    other = finish(Trainer(chosen))
    assert torch.equal(weights(one), weights(other))
    third = Trainer(chosen.with_value("training.seed", 1))
    assert not torch.equal(weights(one), weights(finish(third)))


@pytest.mark.parametrize("cell", CELLS)
def test_hiding_leaves_the_chance_of_others_alone(cell):
    trainer = Trainer(experiment(Labels(), network__cell=cell, network__layers=2, **DROPOUT))
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    trainer.train_batch()
    assert torch.equal(torch.rand(3), expected)


def test_looking_while_it_hides_changes_nothing():
    chosen = experiment(Labels(), network__cell="GRU", network__layers=2, **DROPOUT)
    watched = Trainer(chosen)
    while not watched.done:
        watched.trace(0)
        watched.train_batch()
        torch.rand(3)
    assert torch.equal(weights(watched), weights(finish(Trainer(chosen))))


def test_each_batch_hides_other_units():
    trainer = Trainer(experiment(Review(), **DROPOUT))
    trainer.train_batch()
    first = trainer.model.hide_units.hidden.clone()
    trainer.train_batch()
    assert first.shape == (8, 6)
    assert not torch.equal(first, trainer.model.hide_units.hidden)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("toy", [Value, Labels])
def test_what_dropout_hid_is_told_by_its_place(toy, cell):
    chosen = experiment(toy(), network__cell=cell, network__layers=3, **DROPOUT)
    trainer = Trainer(chosen)
    assert trainer.dropout == {}
    trainer.train_batch()
    told = trainer.dropout
    assert list(told) == ["inputs", "layer 1", "layer 2", "readout"]
    read = 2 if toy is Value else 2 * 3  # values, or two columns of embeddings
    timesteps = len(told["inputs"])
    assert told["inputs"].shape == (timesteps, read)
    assert told["layer 1"].shape == told["layer 2"].shape == (timesteps, 6)
    assert told["readout"].shape == (8, 6)


@pytest.mark.parametrize("cell", ["RNN", "GRU", "LSTM"])  # relu units may be 0 by themselves
@pytest.mark.parametrize("toy", [Review, Curve])
def test_what_is_told_to_be_hidden_had_no_part_in_the_answers(toy, cell):
    """Weights behind what was hidden from every example have no gradient at all."""
    hiding = {"network__dropout_readout": 0.6, "training__batch": 2}
    trainer = Trainer(experiment(toy(), network__cell=cell, **hiding))
    trainer.train_batch()
    never = trainer.dropout["readout"].all(axis=0)
    assert 0 < never.sum() < 6
    before = trainer.model.readout.weight.detach().clone()
    untouched = Trainer(experiment(toy(), network__cell=cell, **hiding)).model.readout.weight
    still = (before == untouched).all(dim=0).numpy()
    np.testing.assert_array_equal(still, never)


@pytest.mark.parametrize("toy", [Value, Labels])
def test_layers_that_are_hidden_one_by_one_compute_what_pytorch_does(toy):
    """An LSTM with dropout between its layers goes another way than one without."""
    plain = Trainer(experiment(toy(), network__cell="LSTM", network__layers=3))
    model = Trainer(
        experiment(toy(), network__cell="LSTM", network__layers=3, network__dropout_layers=0.5)
    ).model
    for hide in model.hide_layers:
        hide.share = 0.0  # the same way, with nothing hidden
    batch = plain.examples.train
    lengths = torch.as_tensor(batch.lengths)
    inputs = torch.as_tensor(batch.inputs)
    for given in (lengths, None):
        right, right_end = plain.model.carry(inputs, given)
        found, end = model.carry(inputs, given)
        torch.testing.assert_close(found, right)
        if given is None:
            torch.testing.assert_close(end, right_end)
        wanted = [list(m.parameters()) for m in (model, plain.model)]
        ours = torch.autograd.grad(found.square().sum(), wanted[0], materialize_grads=True)
        theirs = torch.autograd.grad(right.square().sum(), wanted[1], materialize_grads=True)
        for one, other in zip(ours, theirs, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


# --- clipping ----------------------------------------------------------------------------


def test_a_batch_is_told_to_be_clipped_where_its_gradient_was_too_long():
    trainer = Trainer(experiment(Curve()))
    trainer.train_batch()
    first = trainer.take_losses()
    assert not first[2].any()
    trainer.adjust(Training(learning_rate=1e-3, clip_norm=float(first[1][0])))
    while not trainer.done:
        trainer.train_batch()
    _, norms, clipped = trainer.take_losses()
    np.testing.assert_array_equal(clipped, norms > first[1][0])
    assert 0 < clipped.sum() < len(clipped)


@pytest.mark.parametrize("cell", CELLS)
def test_nothing_is_hidden_while_it_is_judged(cell):
    trainer = Trainer(experiment(Curve(), network__cell=cell, network__layers=2, **DROPOUT))
    while (record := trainer.train_batch()) is None:
        pass
    assert trainer.model.training
    valid, total, count = trainer.examples.valid, 0.0, 0
    plain = copy.deepcopy(trainer.model).eval()
    for example in range(10):
        length = valid.length(example)
        with torch.no_grad():
            answers = plain(torch.as_tensor(valid.inputs[example : example + 1, :length]))[0]
        targets = torch.as_tensor(valid.targets[example, :length])
        total += F.mse_loss(answers, targets, reduction="sum").item()
        count += targets.numel()
    assert record.valid_loss == pytest.approx(total / count, rel=1e-5)


# --- schedule and optimizers -------------------------------------------------------------


def test_the_rate_falls_along_the_cosine_of_pytorch():
    trainer = Trainer(experiment(Labels(), training__schedule="cosine"))
    parameter = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=3 * trainer.batches)
    assert trainer.batches == 3
    while not trainer.done:
        assert trainer.learning_rate == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-12)
        optimizer.step()
        schedule.step()
        trainer.train_batch()
    assert trainer.learning_rate == 0.0
    rates = [record.learning_rate for record in trainer.history]
    assert rates == pytest.approx([0.75e-3, 0.25e-3, 0.0])  # (1 + cos(pi/3)) / 2 and so on


def test_a_rate_that_is_turned_on_the_way_falls_along_the_same_cosine():
    trainer = Trainer(experiment(Labels(), training__schedule="cosine"))
    for _ in range(3):
        trainer.train_batch()
    trainer.adjust(Training(learning_rate=0.1, clip_norm=0.0))
    assert trainer.learning_rate == pytest.approx(0.075)


OPTIMIZERS = {
    "Adam": ({}, lambda p: torch.optim.Adam(p, lr=1e-2)),
    "AdamW": (
        {"training__weight_decay": 0.1},
        lambda p: torch.optim.AdamW(p, lr=1e-2, weight_decay=0.1),
    ),
    "SGD": (
        {"training__optimizer": "SGD", "training__momentum": 0.8},
        lambda p: torch.optim.SGD(p, lr=1e-2, momentum=0.8),
    ),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("cell", CELLS)
def test_a_run_is_what_a_plain_loop_of_pytorch_comes_to(cell, optimizer):
    """Packed modules or closed forms, autograd, torch.optim and clipping on the same batches."""
    knobs, make = OPTIMIZERS[optimizer]
    trainer = Trainer(
        experiment(
            Labels(),
            network__cell=cell,
            network__direction="both",
            training__learning_rate=1e-2,
            training__clip_norm=0.5,
            **knobs,
        )
    )
    plain = copy.deepcopy(trainer.model)
    optimizer, train = make(plain.parameters()), trainer.examples.train
    losses = []
    while not trainer.done:
        place = trainer.step % trainer.batches
        trainer.train_batch()
        rows = trainer._order[place]
        lengths = torch.as_tensor(train.lengths)[rows]
        x = plain.reader.values(torch.as_tensor(train.inputs)[rows])
        hidden = truth(plain.rnn, x, None, lengths)[0]
        there = torch.arange(hidden.shape[1]) < lengths[:, None]
        targets = torch.as_tensor(train.targets)[rows][:, : hidden.shape[1]]
        loss = F.cross_entropy(plain.readout(hidden)[there], targets[there])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(plain.parameters(), 0.5)
        optimizer.step()
        losses.append(loss.item())
    np.testing.assert_allclose(trainer.take_losses()[0], losses, rtol=1e-4)
    right = torch.cat([p.detach().flatten() for p in plain.parameters()])
    torch.testing.assert_close(weights(trainer), right, rtol=0, atol=1e-4)


# --- early stopping ----------------------------------------------------------------------


def impatient(**more):
    """A rate at which noise that was learned by heart soon makes the validation worse."""
    return experiment(
        Labels(),
        training__epochs=40,
        training__patience=3,
        training__learning_rate=3e-2,
        network__cell="GRU",
        **more,
    )


def test_it_stops_when_patience_is_over_with_the_best_weights():
    trainer = Trainer(impatient())
    best, kept = math.inf, None
    while not trainer.done:
        record = trainer.train_batch()
        if record is not None and record.valid_loss < best:
            best, kept = record.valid_loss, weights(trainer)
    losses = [record.valid_loss for record in trainer.history]
    assert trainer.stopped_early
    assert trainer.best_epoch == 1 + losses.index(min(losses))
    assert len(losses) == trainer.best_epoch + 3 < 40
    assert torch.equal(weights(trainer), kept)
    assert trainer.result().valid_loss == best
    assert trainer.train_batch() is None
    now, then = trainer.trace(2), trainer.trace(2, epoch=trainer.best_epoch)
    np.testing.assert_array_equal(now.hidden, then.hidden)


def test_a_run_with_patience_that_ends_by_itself_ends_with_the_best_weights_too():
    whole = finish(Trainer(impatient()))
    cut = Trainer(impatient().with_value("training.epochs", whole.best_epoch + 1))
    finish(cut)
    assert not cut.stopped_early
    assert cut.epoch == whole.best_epoch + 1
    assert torch.equal(weights(cut), weights(whole))
    assert cut.result().valid_loss == whole.result().valid_loss


def test_without_patience_it_goes_on_and_keeps_its_last_weights():
    chosen = impatient().with_value("training.patience", 0).with_value("training.epochs", 12)
    trainer = finish(Trainer(chosen))
    assert not trainer.stopped_early
    assert trainer.epoch == 12
    assert trainer.best_epoch < 12
    assert trainer.result().valid_loss == trainer.history[-1].valid_loss
    np.testing.assert_array_equal(trainer.trace(0).hidden, trainer.trace(0, epoch=12).hidden)


# --- notepads that are carried over --------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_a_stream_is_learned_with_the_notepad_of_the_batch_before(cell):
    trainer = Trainer(experiment(Stream(), network__cell=cell, training__learning_rate=1e-5))
    train, state, expected = trainer.examples.train, None, []
    for _ in range(trainer.batches):
        place = trainer.step % trainer.batches
        model = copy.deepcopy(trainer.model)
        trainer.train_batch()
        rows = trainer._order[place]
        with torch.no_grad():
            x = model.reader.values(torch.as_tensor(train.inputs)[rows])
            hidden, state = model.rnn(x, state)
            answers = model.readout(hidden).flatten(0, 1)
        expected.append(F.cross_entropy(answers, torch.as_tensor(train.targets)[rows].flatten()))
    np.testing.assert_allclose(trainer.take_losses()[0], expected, rtol=1e-5)


def test_each_epoch_of_a_stream_begins_with_an_empty_notepad():
    trainer = Trainer(experiment(Stream(), training__learning_rate=1e-5, network__cell="LSTM"))
    finish(trainer)
    losses = trainer.take_losses()[0].reshape(3, -1)
    # At so small a rate each epoch is the one before over again.
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-3)


def test_the_best_epoch_is_known_while_it_trains():
    trainer = Trainer(experiment(Labels(), training__epochs=5))
    assert trainer.best_epoch == 0
    while not trainer.done:
        if trainer.train_batch() is not None:
            losses = [record.valid_loss for record in trainer.history]
            assert trainer.best_epoch == 1 + losses.index(min(losses))


def test_the_metrics_of_a_record_are_those_of_the_task():
    class Counted(ToyData):
        def metrics(self, outputs, split):
            assert outputs.shape == (len(split.inputs), 9, 4)
            return {"mean": float(outputs.mean())}

    trainer = Trainer(experiment(Labels()), dataset=Counted(Labels(), 0))
    while (record := trainer.train_batch()) is None:
        pass
    assert record.metrics == trainer.result().metrics
    assert set(trainer.result().test) == {"loss", "mean"}


def test_the_schedule_starts_at_the_knob():
    assert Training().schedule == "constant"
    assert Trainer(experiment(Labels())).learning_rate == 1e-3
