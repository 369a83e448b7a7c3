"""Runs in a real engine: started, paused, stepped, adjusted, stopped, failed."""

from pathlib import Path

import numpy as np
import pytest

import rnnviz
from rnnviz.engine.messages import (
    Adjust,
    Advance,
    CheckData,
    DataChecked,
    EpochEnded,
    Failed,
    LiveTrace,
    Pause,
    Progress,
    Result,
    Started,
    StateChanged,
    Stop,
    TracedExample,
    TraceExample,
    Watch,
)
from rnnviz.experiment import Training, suited
from rnnviz.learning.training.trainer import Trainer
from rnnviz.records.fingerprint import Fingerprint
from rnnviz.tasks.characters import Characters
from rnnviz.tasks.data.fingerprint import fingerprint
from rnnviz.tasks.recall import Recall
from rnnviz.tasks.series import Series
from tests.engine.conversation import BOTH, LONG, SMALL, Conversation, losses, of


@pytest.fixture(scope="module")
def expected() -> np.ndarray:
    """The losses of the small run as the trainer itself gives them."""
    trainer = Trainer(SMALL)
    while not trainer.done:
        trainer.train_batch()
    return trainer.take_losses()[0]


def states(reports: list) -> list[str]:
    return [report.state for report in of(StateChanged, reports)]


def test_a_run_begins_with_where_it_is_and_what_it_computes_now(engine: Conversation) -> None:
    said = engine.start()
    started, live, _ = said
    assert isinstance(started, Started)
    assert isinstance(live, LiveTrace)
    assert (started.device, started.batches, started.valid_examples) == ("cpu", 7, 20)
    assert live.trace.hidden.shape == (10, 1, 8)
    assert states(said) == ["training"]
    engine.until_state("finished")


def test_a_run_goes_through_every_batch_and_epoch_and_finishes(
    engine: Conversation, expected: np.ndarray
) -> None:
    said = engine.start() + engine.until_state("finished")
    np.testing.assert_array_equal(losses(said), expected)
    assert [report.record.epoch for report in of(EpochEnded, said)] == [1, 2, 3, 4]
    assert of(StateChanged, said)[-1].step == 28


def test_a_finished_run_shows_its_last_state_in_full(engine: Conversation) -> None:
    engine.start()
    engine.until_state("finished")
    (live,) = engine.until_kind(LiveTrace)
    assert live.step == 28
    assert live.trace.saliency is not None


JUDGED = suited(Recall(length=8, strings=120)).with_value("training.epochs", 2)
"""Has test examples, and a second of training."""


@pytest.mark.parametrize("end", ["finished", "stopped"])
def test_a_run_that_is_over_is_judged_once_on_what_it_never_saw(
    engine: Conversation, end: str
) -> None:
    experiment = JUDGED.with_value("training.device", "cpu")
    trainer = Trainer(experiment)
    while not trainer.done:
        trainer.train_batch()
    right = trainer.result()

    engine.start(experiment, paused=True)
    for _ in range(2):
        engine.say(Advance(run=engine.run, until="epoch"))
        engine.until_kind(EpochEnded)
    if end == "stopped":
        engine.say(Stop(run=engine.run))
    found = engine.until_kind(Result)[-1].figures
    assert (found.valid_loss, found.test) == (right.valid_loss, right.test)
    assert found.test_examples == 20
    engine.say(Stop(run=engine.run))  # asked again, it is not judged again
    engine.ask(1, TraceExample(run=engine.run, example=0, parts=BOTH))
    assert of(Result, engine.until_kind(TracedExample)) == []


def test_a_run_that_is_not_over_is_not_judged(engine: Conversation) -> None:
    engine.start(LONG, paused=True)
    engine.say(Advance(run=engine.run, until="epoch"))
    said = engine.until_state("paused")
    engine.ask(1, TraceExample(run=engine.run, example=0, parts=BOTH))
    assert of(Result, said + engine.until_kind(TracedExample)) == []


def test_a_series_is_judged_beside_simple_rules_with_its_lag(engine: Conversation) -> None:
    engine.start(suited(Series(series="passengers")).with_value("training.epochs", 1))
    found = engine.until_kind(Result)[-1].figures
    assert {"persistence", "linear autoregression"} <= set(found.rules)
    assert set(found.lag) == {"network", "persistence"}
    assert set(found.test) == {"loss", *found.metrics}


def test_what_dropout_hid_and_which_steps_were_clipped_is_told(engine: Conversation) -> None:
    experiment = SMALL.with_value("network.dropout_readout", 0.5)
    said = engine.start(experiment.with_value("training.clip_norm", 0.01))
    said += engine.until_state("finished")
    clipped = np.concatenate([report.clipped for report in of(Progress, said)])
    norms = np.concatenate([report.grad_norms for report in of(Progress, said)])
    np.testing.assert_array_equal(clipped, norms > np.float32(0.01))
    live = engine.until_kind(LiveTrace)[-1]
    (place,) = live.dropout
    assert (place, live.dropout[place].shape[1]) == ("readout", 8)


def test_a_run_started_paused_trains_nothing(engine: Conversation) -> None:
    said = engine.start(paused=True)
    assert [type(report) for report in said] == [Started, LiveTrace, StateChanged]
    assert states(said) == ["paused"]
    assert of(StateChanged, said)[0].step == 0


def test_paused_and_resumed_a_run_has_the_same_losses(
    engine: Conversation, expected: np.ndarray
) -> None:
    said = engine.start(paused=True)
    engine.say(Advance(run=engine.run, until="batch"))
    said += engine.until_state("paused")
    for _ in range(5):  # wherever the pause falls, also before the first batch or after the last
        engine.say(Advance(run=engine.run))
        engine.say(Pause(run=engine.run))
        said += engine.until(
            lambda report: isinstance(report, StateChanged) and report.state != "training"
        )
    engine.say(Advance(run=engine.run))
    said += engine.until_state("finished")
    np.testing.assert_array_equal(losses(said), expected)


def test_one_batch_is_one_batch(engine: Conversation, expected: np.ndarray) -> None:
    engine.start(paused=True)
    for step in (1, 2, 3):
        engine.say(Advance(run=engine.run, until="batch"))
        said = engine.until_state("paused")
        (progress,) = of(Progress, said)
        assert progress.losses == expected[step - 1]
        assert of(StateChanged, said)[-1].step == step


def test_one_epoch_ends_at_its_end_wherever_it_began(engine: Conversation) -> None:
    engine.start(paused=True)
    engine.say(Advance(run=engine.run, until="batch"))
    engine.until_state("paused")
    engine.say(Advance(run=engine.run, until="epoch"))
    said = engine.until_state("paused")
    assert [report.record.epoch for report in of(EpochEnded, said)] == [1]
    assert of(StateChanged, said)[-1].step == 7


def test_whoever_steps_sees_the_state_after_the_step(engine: Conversation) -> None:
    engine.start(paused=True)
    engine.say(Advance(run=engine.run, until="batch"))
    engine.until_state("paused")
    (live,) = engine.until_kind(LiveTrace)
    assert live.step == 1


def test_after_the_last_epoch_there_is_nothing_to_advance(engine: Conversation) -> None:
    engine.start()
    engine.until_state("finished")
    for until in ("batch", "epoch", "end"):
        engine.say(Advance(run=engine.run, until=until))
        said = engine.until_kind(StateChanged)
        assert states(said) == ["finished"]
        assert of(Progress, said) == []


def test_stop_ends_a_run_for_good(engine: Conversation) -> None:
    engine.start(LONG)
    engine.until_kind(Progress)
    engine.say(Stop(run=engine.run))
    step = of(StateChanged, engine.until_state("stopped"))[-1].step
    engine.say(Advance(run=engine.run))
    again = of(StateChanged, engine.until_kind(StateChanged))[-1]
    assert (again.state, again.step) == ("stopped", step)


def test_no_loss_is_missing_when_a_run_is_stopped(engine: Conversation) -> None:
    said = engine.start(LONG)
    said += engine.until_kind(EpochEnded)
    engine.say(Stop(run=engine.run))
    said += engine.until_state("stopped")
    assert len(losses(said)) == said[-1].step


def test_a_new_run_ends_the_one_before(engine: Conversation) -> None:
    engine.start(LONG)
    engine.until_kind(Progress)
    said = engine.start() + engine.until_state("finished")
    assert len(losses(said)) == 28


def test_commands_for_a_run_that_is_over_are_ignored(engine: Conversation) -> None:
    engine.start(LONG)
    old = engine.run
    engine.start(LONG)
    engine.say(Stop(run=old))
    engine.say(Pause(run=engine.run))
    assert states(engine.until_kind(StateChanged)) == ["paused"]


def test_knobs_turned_between_two_batches_count_from_the_next(engine: Conversation) -> None:
    trainer = Trainer(SMALL)
    trainer.train_batch()
    trainer.adjust(Training(learning_rate=1e-2, clip_norm=0.5))
    while not trainer.done:
        trainer.train_batch()

    said = engine.start(paused=True)
    engine.say(Advance(run=engine.run, until="batch"))
    said += engine.until_state("paused")
    engine.say(Adjust(run=engine.run, training=Training(learning_rate=1e-2, clip_norm=0.5)))
    engine.say(Advance(run=engine.run))
    said += engine.until_state("finished")
    np.testing.assert_array_equal(losses(said), trainer.take_losses()[0])


def test_turning_knobs_while_it_trains_is_heard(engine: Conversation) -> None:
    engine.start(LONG)
    engine.until_kind(Progress)
    engine.say(Adjust(run=engine.run, training=Training(learning_rate=1e3)))
    assert isinstance(engine.until_kind(Failed)[-1], Failed)


def test_the_watched_example_can_be_changed_while_it_trains(engine: Conversation) -> None:
    engine.start(LONG)
    engine.say(Watch(run=engine.run, example=5))
    live = engine.until(lambda report: isinstance(report, LiveTrace) and report.example == 5)[-1]
    assert live.trace.hidden.shape == (20, 1, 16)
    engine.say(Stop(run=engine.run))
    engine.until_state("stopped")


def test_the_watched_example_can_be_changed_while_it_rests(engine: Conversation) -> None:
    engine.start(paused=True)
    engine.say(Watch(run=engine.run, example=3))
    (live,) = engine.until_kind(LiveTrace)
    np.testing.assert_array_equal(live.trace.inputs, SMALL.task.open(0).examples.valid.inputs[3])


def test_an_example_beyond_the_last_is_the_last(engine: Conversation) -> None:
    live = of(LiveTrace, engine.start(paused=True, example=999))[0]
    assert live.example == 19


def test_a_run_that_blows_up_fails_with_its_reason(engine: Conversation) -> None:
    engine.start(LONG.with_value("training.learning_rate", 1e3))
    failed = engine.until_kind(Failed)[-1]
    assert failed.kind in ("not_finite", "diverged")


def test_a_run_that_blew_up_shows_its_last_good_weights(engine: Conversation) -> None:
    engine.start(LONG.with_value("training.learning_rate", 1e3))
    engine.until_kind(Failed)
    live = engine.until_kind(LiveTrace)[-1]
    assert np.isfinite(live.trace.hidden).all()


def test_a_device_that_is_not_there_fails_and_the_engine_lives_on(engine: Conversation) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    (failed,) = engine.start(SMALL.with_value("training.device", "cuda"))
    assert failed.kind == "no_device"
    assert states(engine.start() + engine.until_state("finished"))[-1] == "finished"


def test_a_text_that_changed_under_a_run_has_another_fingerprint(
    engine: Conversation, tmp_path: Path
) -> None:
    text = tmp_path / "own.txt"
    text.write_text("xyz\n" * 1500)
    own = suited(Characters(file=str(text), window=10)).with_value("network.hidden", 4)
    (started,) = of(Started, engine.start(own, paused=True))

    def now() -> Fingerprint | None:
        engine.ask(9, CheckData(run=engine.run))
        return engine.until_kind(DataChecked)[-1].fingerprint

    assert now() == started.fingerprint
    text.write_text("xyz\n" * 1501)
    assert now() != started.fingerprint
    text.unlink()
    assert now() is None


def test_a_run_says_which_rnnviz_trains_it_on_which_data(engine: Conversation) -> None:
    (started,) = of(Started, engine.start(paused=True))
    assert started.rnnviz == rnnviz.__version__
    assert started.fingerprint == fingerprint(SMALL.task)
