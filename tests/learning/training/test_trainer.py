"""One run: what it learns, what it records, and that looking at it changes nothing."""

import msgspec
import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from rnnviz.experiment import Experiment, Training
from rnnviz.knobs import knobs_of
from rnnviz.learning.training.devices import Choice
from rnnviz.learning.training.trainer import Trainer
from tests.learning.toys import untrained


def outcome(trainer):
    """All that must be the same in two runs that are the same; seconds never are."""
    losses, grad_norms, _ = trainer.take_losses()
    history = [(r.epoch, r.train_loss, r.valid_loss, r.grad_norm) for r in trainer.history]
    weights = [p.detach().numpy().tobytes() for p in trainer.model.parameters()]
    return losses.tobytes(), grad_norms.tobytes(), history, weights


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_seed_gives_the_same_run_bit_for_bit(small, finish, threads):
    choice = Choice("cpu", threads)
    experiment = small(network__hidden=64, training__batch=64, task__windows=600)
    one = finish(Trainer(experiment, choice=choice))
    other = finish(Trainer(experiment, choice=choice))
    assert outcome(one) == outcome(other)


def test_another_seed_gives_another_run(small, finish):
    one, other = finish(Trainer(small())), finish(Trainer(small(training__seed=1)))
    assert outcome(one) != outcome(other)


def test_the_random_state_of_the_program_does_not_matter(small, finish):
    one = finish(Trainer(small()))
    torch.manual_seed(99)
    np.random.seed(99)
    assert outcome(finish(Trainer(small()))) == outcome(one)


def test_looking_at_a_run_and_adjusting_it_to_what_it_has_changes_nothing(small, finish):
    undisturbed = finish(Trainer(small(training__clip_norm=0.5)))
    watched = Trainer(small(training__clip_norm=0.5))
    while not watched.done:
        watched.trace(1)
        watched.train_batch()
        watched.trace(0, epoch=watched.epoch)
        watched.adjust(Training(learning_rate=1e-3, clip_norm=0.5))
        watched.result()
        torch.set_num_threads(2)
        torch.rand(1)
    assert outcome(watched) == outcome(undisturbed)


def test_two_runs_side_by_side_do_not_disturb_each_other(small, finish):
    alone = finish(Trainer(small()))
    one, other = Trainer(small()), Trainer(small(training__seed=7), choice=Choice("cpu", 2))
    while not one.done:
        one.train_batch()
        other.train_batch()
    assert outcome(one) == outcome(alone)


def test_an_epoch_ends_after_all_batches_with_a_record(small):
    trainer = Trainer(small(training__batch=9))  # 80 examples: 8 batches of 9, one of 8
    assert trainer.batches == 9
    for _ in range(8):
        assert trainer.train_batch() is None
    record = trainer.train_batch()
    assert record is trainer.history[0]
    assert (record.epoch, trainer.epoch, trainer.step) == (1, 1, 9)


def test_the_record_means_over_examples_and_batches(small):
    trainer = Trainer(small(training__batch=9))
    while (record := trainer.train_batch()) is None:
        pass
    losses, grad_norms, _ = trainer.take_losses()
    sizes = [9] * 8 + [8]
    assert record.train_loss == pytest.approx(np.average(losses, weights=sizes), rel=1e-6)
    assert record.grad_norm == pytest.approx(grad_norms.mean(), rel=1e-6)


def test_the_validation_loss_is_the_mean_square_over_all_validation_examples(small):
    trainer = Trainer(small())
    while (record := trainer.train_batch()) is None:
        pass
    inputs, targets = map(torch.from_numpy, trainer.examples.valid[:2])
    with torch.no_grad():
        answers = trainer.model.readout(trainer.model.rnn(inputs)[0][:, -1])
    assert record.valid_loss == pytest.approx(F.mse_loss(answers, targets).item(), rel=1e-4)


def test_every_example_is_read_once_an_epoch_and_in_another_order_each_time(small):
    trainer = Trainer(small())
    orders = []
    for _ in range(2):
        while trainer.train_batch() is None:
            pass
        orders.append(torch.cat(trainer._order).tolist())
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(80))
    assert orders[0] != orders[1]


def test_losses_are_taken_once(small):
    trainer = Trainer(small())
    for _ in range(3):
        trainer.train_batch()
    losses, grad_norms, _ = trainer.take_losses()
    assert losses.shape == grad_norms.shape == (3,)
    assert losses.dtype == grad_norms.dtype == np.float32
    assert trainer.take_losses()[0].shape == (0,)
    trainer.train_batch()
    assert trainer.take_losses()[1].shape == (1,)


def test_a_run_that_is_done_trains_no_more(small, finish):
    trainer = finish(Trainer(small()))
    before = outcome(trainer)
    assert trainer.step == 3 * trainer.batches
    assert trainer.train_batch() is None
    assert trainer.take_losses()[0].size == 0
    assert outcome(trainer)[3] == before[3]


def test_seconds_count_training_alone_and_rise_with_every_epoch(small, finish):
    trainer = finish(Trainer(small()))
    seconds = [record.seconds for record in trainer.history]
    assert seconds == sorted(seconds)
    assert 0 < seconds[-1] <= trainer.seconds
    before = trainer.seconds
    trainer.trace(0)
    assert trainer.seconds == before


def test_the_time_of_steps_leaves_validation_out(small, finish, monkeypatch):
    trainer, now = Trainer(small()), [0.0]
    optimizer, evaluator = trainer._optimizer, trainer._evaluator
    monkeypatch.setattr("rnnviz.learning.training.trainer.perf_counter", lambda: now[0])

    def lasting(seconds, work):
        def done(*given):
            now[0] += seconds
            return work(*given)

        return done

    monkeypatch.setattr(optimizer, "update", lasting(2.0, optimizer.update))
    monkeypatch.setattr(evaluator, "parts_of_loss", lasting(100.0, evaluator.parts_of_loss))
    finish(trainer)
    steps = 2.0 * trainer.batches
    assert [record.training_seconds for record in trainer.history] == [steps, 2 * steps, 3 * steps]
    assert [record.seconds for record in trainer.history] == [
        epoch * (steps + 100.0) for epoch in (1, 2, 3)
    ]


def test_a_new_learning_rate_acts_from_the_next_batch(small):
    one, other = Trainer(small()), Trainer(small())
    other.adjust(Training(learning_rate=1e-1, clip_norm=0.0))
    one.train_batch()
    other.train_batch()
    start = torch.nn.utils.parameters_to_vector(untrained(small()).parameters())
    moved = [
        torch.nn.utils.parameters_to_vector(t.model.parameters()) - start for t in (one, other)
    ]
    # The first step of Adam moves every weight by the learning rate.
    assert moved[0].abs().max().item() == pytest.approx(1e-3, rel=1e-2)
    assert moved[1].abs().max().item() == pytest.approx(1e-1, rel=1e-2)


def test_any_knob_that_is_marked_live_acts_on_a_run_under_way(small, finish, monkeypatch):
    knob = knobs_of(Training)["momentum"]
    chosen = small(training__optimizer="SGD")
    wanted = msgspec.structs.replace(chosen.training, momentum=0.0)
    still = Trainer(chosen)
    still.adjust(wanted)
    assert outcome(finish(still)) == outcome(finish(Trainer(chosen)))  # it is not live
    monkeypatch.setitem(knobs_of(Training), "momentum", msgspec.structs.replace(knob, live=True))
    moved = Trainer(chosen)
    moved.adjust(wanted)
    never = Trainer(small(training__optimizer="SGD", training__momentum=0.0))
    assert outcome(finish(moved)) == outcome(finish(never))


def test_the_sine_is_learnt_and_beats_the_last_value(finish):
    trainer = finish(
        Trainer(Experiment().with_value("training.device", "cpu").with_value("training.epochs", 5))
    )
    # Twelve seeds end between 3e-5 and 1e-3 after 5 epochs.
    assert trainer.history[-1].valid_loss < trainer.baselines["persistence"] / 4


def test_the_result_is_that_of_the_last_epoch(small, finish):
    trainer = Trainer(small())
    assert trainer.result() is None
    result = finish(trainer).result()
    assert result.metrics["RMSE"] == pytest.approx(result.valid_loss**0.5, rel=1e-4)
    assert result.valid_loss == trainer.history[-1].valid_loss
    assert (result.epoch, result.test, result.lag, result.error_by_position) == (3, {}, {}, ())


def test_the_record_says_what_was_trained_where_and_how_it_ended(small, finish):
    trainer = Trainer(small(training__epochs=2), choice=Choice("cpu", 2))
    assert (trainer.record().ended, trainer.record().figures) == (None, None)
    trainer.adjust(Training(learning_rate=0.01, clip_norm=0.5))
    record = finish(trainer).record()
    assert record.experiment == small(
        training__epochs=2, training__learning_rate=0.01, training__clip_norm=0.5
    )
    assert (record.device, record.threads, record.ended) == ("cpu", 2, "finished")
    assert (record.parameters, record.batches) == (141, 10)  # 10 + 100 + 2 * 10, 10 + 1
    assert record.baselines == trainer.baselines
    assert [epoch.epoch for epoch in record.history] == [1, 2]
    assert record.figures.valid_loss == trainer.history[-1].valid_loss


def test_traces_show_the_untrained_network_each_epoch_and_now(small, finish):
    trainer = finish(Trainer(small()))
    fresh = untrained(small())
    x = torch.from_numpy(trainer.examples.valid.inputs[2:3])
    expected = fresh.rnn(x)[0][0].detach().numpy()
    np.testing.assert_allclose(trainer.trace(2, epoch=0).hidden[:, 0], expected, atol=1e-5)
    now, last = trainer.trace(2), trainer.trace(2, epoch=3)
    np.testing.assert_array_equal(now.hidden, last.hidden)
    assert np.abs(now.hidden - trainer.trace(2, epoch=1).hidden).max() > 1e-4


def test_a_trace_has_the_answer_and_the_target_of_its_example(small, finish):
    trainer = finish(Trainer(small()))
    trace = trainer.trace(5)
    inputs, targets = trainer.examples.valid[:2]
    with torch.no_grad():
        answer = trainer.model(torch.from_numpy(inputs[5:6]))
    np.testing.assert_allclose(trace.output[-1], answer[0].numpy(), atol=1e-5)
    np.testing.assert_array_equal(trace.target, targets[5])
    np.testing.assert_array_equal(trace.inputs, inputs[5])
    assert trace.saliency.shape == (12, 12)
    assert trace.gradient_norm.shape == (12, 1)


@pytest.mark.parametrize("example", [-1, 16])
def test_an_example_that_is_not_there_is_refused(small, example):
    with pytest.raises(IndexError, match="there are 16 validation examples"):
        Trainer(small()).trace(example)


def test_long_sequences_are_validated_in_parts_with_the_same_loss(small, finish, monkeypatch):
    whole = finish(Trainer(small()))
    monkeypatch.setattr("rnnviz.learning.training.evaluation.PART_BYTES", 4 * 12 * 10 * 3)
    parts = finish(Trainer(small()))
    assert parts.history[-1].valid_loss == pytest.approx(whole.history[-1].valid_loss, rel=1e-5)
