"""Traces on request: of any example, with the weights of any epoch, the newest first."""

import numpy as np
import pytest

from rnnviz.engine.messages import Failed, StateChanged, Stop, TracedExample, TraceExample
from rnnviz.learning.training.trainer import Trainer
from rnnviz.records.trace import Change
from tests.engine.conversation import BOTH, LONG, SMALL, Conversation, is_a, of


@pytest.fixture(scope="module")
def trained() -> Trainer:
    trainer = Trainer(SMALL)
    while not trainer.done:
        trainer.train_batch()
    return trainer


@pytest.mark.parametrize("epoch", [0, 1, 3, 4, None])
def test_a_trace_has_the_weights_of_its_epoch(
    engine: Conversation, trained: Trainer, epoch: int | None
) -> None:
    engine.start()
    engine.until_state("finished")
    engine.ask(7, TraceExample(run=engine.run, example=2, epoch=epoch, parts=BOTH))
    answer = engine.until_kind(TracedExample)[-1]
    assert (answer.request, answer.example, answer.epoch) == (7, 2, epoch)
    np.testing.assert_array_equal(answer.trace.hidden, trained.trace(2, epoch).hidden)
    assert answer.trace.saliency is not None


def test_a_trace_is_answered_while_it_trains(engine: Conversation) -> None:
    engine.start(LONG)
    engine.ask(1, TraceExample(run=engine.run, example=4, epoch=0, parts=BOTH))
    answer = engine.until_kind(TracedExample)[-1]
    assert answer.request == 1
    engine.say(Stop(run=engine.run))
    engine.until_state("stopped")


def test_a_stopped_run_can_still_be_traced(engine: Conversation) -> None:
    engine.start(LONG)
    engine.say(Stop(run=engine.run))
    engine.until_state("stopped")
    engine.ask(1, TraceExample(run=engine.run, example=0, epoch=0, parts=BOTH))
    assert engine.until_kind(TracedExample)[-1].request == 1


def test_the_newest_request_is_answered_last_and_none_twice(engine: Conversation) -> None:
    engine.start(paused=True)
    for request in range(200):
        engine.ask(request, TraceExample(run=engine.run, example=request % 20, parts=BOTH))
    answered = engine.until(lambda report: is_a(report, TracedExample) and report.request == 199)
    requests = [report.request for report in of(TracedExample, answered)]
    assert requests == sorted(set(requests))


def test_a_request_for_a_run_that_is_over_is_ignored(engine: Conversation) -> None:
    engine.start(paused=True)
    old = engine.run
    engine.start(paused=True)
    engine.ask(1, TraceExample(run=old, example=0, parts=BOTH))
    engine.ask(2, TraceExample(run=engine.run, example=0, parts=BOTH))
    assert engine.until_kind(TracedExample)[-1].request == 2


def test_a_trace_that_does_not_exist_fails_alone(engine: Conversation) -> None:
    engine.start(paused=True)
    engine.ask(5, TraceExample(run=engine.run, example=10_000, parts=BOTH))
    assert engine.until_kind(Failed)[-1].request == 5
    engine.ask(6, TraceExample(run=engine.run, example=0, parts=BOTH))
    assert engine.until_kind(TracedExample)[-1].request == 6


def test_a_request_does_not_change_the_run(engine: Conversation, trained: Trainer) -> None:
    engine.start(paused=True)
    engine.ask(1, TraceExample(run=engine.run, example=0, parts=BOTH))
    engine.until_kind(TracedExample)
    assert of(StateChanged, engine.start() + engine.until_state("finished"))[-1].step == 28
    engine.ask(2, TraceExample(run=engine.run, example=0, parts=BOTH))
    answer = engine.until_kind(TracedExample)[-1]
    np.testing.assert_array_equal(answer.trace.hidden, trained.trace(0).hidden)


def test_a_changed_sequence_is_traced_and_the_example_stays(
    engine: Conversation, trained: Trainer
) -> None:
    engine.start(paused=True)
    zeros = np.zeros((10, 1), np.float32)
    engine.ask(1, TraceExample(run=engine.run, example=0, change=Change(inputs=zeros)))
    other = engine.until_kind(TracedExample)[-1].trace
    np.testing.assert_array_equal(other.inputs, zeros)
    engine.ask(2, TraceExample(run=engine.run, example=0))
    trace = engine.until_kind(TracedExample)[-1].trace
    np.testing.assert_array_equal(trace.inputs, trained.trace(0).inputs)


def test_a_change_that_cannot_be_fails_alone_in_a_sentence(engine: Conversation) -> None:
    engine.start(paused=True)
    wrong = Change(inputs=np.zeros((10, 3), np.float32))
    engine.ask(1, TraceExample(run=engine.run, example=0, change=wrong))
    assert "shape (T, 1)" in str(engine.until_kind(Failed)[-1].detail)
