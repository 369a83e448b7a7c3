"""What the window knows of a run, from what is reported: without an engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest

from rnnviz.engine.messages import (
    Adjust,
    Answer,
    Ask,
    CheckData,
    DataChecked,
    Failed,
    LiveTrace,
    Report,
    Result,
    Start,
    TracedExample,
    TraceExample,
    Watch,
)
from rnnviz.experiment import Experiment
from rnnviz.gui.model import run as run_module
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.engine_thread import EngineThread
from rnnviz.gui.model.questions import Questions
from rnnviz.gui.model.run import Run
from rnnviz.gui.model.view_state import Subject
from rnnviz.records.fingerprint import Fingerprint
from rnnviz.records.run import Figures
from rnnviz.records.trace import Trace
from tests.gui.driver import SMALL
from tests.gui.model.reports import epoch, progress, started, state


def traced(steps: int = 4, **more: Any) -> Trace:
    """Of 16 bytes a timestep, 12 of them the hidden states of three units."""
    hidden = np.zeros((steps, 1, 3), np.float32)
    return Trace(kind="GRU", inputs=np.zeros((steps, 1), np.float32), hidden=hidden, **more)


class Line:
    """A run on the line to an engine that was never started: what it sends waits there, and the
    test says what the engine would."""

    def __init__(self) -> None:
        self.thread = EngineThread()
        self.run = Run(self.thread, Questions(self.thread))
        self.shown: list[tuple[Trace, Subject]] = []
        self.run.trace_received.connect(lambda *shown: self.shown.append(shown))
        self._changed = Aspect(0)
        self.run.changed.connect(self._change)
        self._heard = 0

    def _change(self, what: Aspect) -> None:
        self._changed |= what

    def say(self, *reports: Report) -> None:
        for report in reports:
            self.thread.reported.emit(report)

    def changed(self) -> Aspect:
        """All that changed since this was last asked."""
        changed, self._changed = self._changed, Aspect(0)
        return changed

    def waiting(self, kind: type) -> Any:
        """The command of a kind that waits, None where there is none."""
        found = [one for one in self.thread.waiting if isinstance(one, kind)]
        return found[-1] if found else None

    def begin(self, experiment: Experiment = SMALL) -> int:
        """A run that stands before its first step; its number."""
        self.run.start(experiment, paused=True)
        number = self.run.number
        self.say(started(number), state(number, "paused"))
        return number

    def answer(self, what: TracedExample | DataChecked) -> None:
        """The answer to the question that was asked last."""
        asked = self.waiting(Ask)
        self.say(Answer(request=asked.request, what=what, run=self.run.number))


@pytest.fixture
def line(qapp: object) -> Line:
    return Line()


# --- what is known ---------------------------------------------------------------------------


def test_before_a_run_begins_there_is_nothing_to_know(line: Line):
    run = line.run
    assert (run.number, run.state, run.experiment) == (0, "none", None)
    assert (run.record, run.figures) == (None, None)
    assert (run.trained, run.can_trace, run.stopped_early) == (False, False, False)
    assert not run.is_stale(SMALL)


def test_runs_are_numbered_from_one_and_what_is_told_of_the_last_is_dropped(line: Line):
    assert line.begin() == 1
    assert line.begin() == 2
    line.changed()
    line.say(epoch(1, 1), state(1, "finished"), progress(1, 0, [1.0], [False]))
    assert (line.run.history, line.run.state, line.run.step) == ([], "paused", 0)
    assert not line.changed()


def test_of_losses_all_are_counted_and_the_norms_that_were_clipped_kept_apart(line: Line):
    number = line.begin()
    line.changed()
    line.say(
        progress(number, 0, [1.0, 5.0, 6.0], [False, True, True]),
        progress(number, 3, [7.0, 2.0], [True, False]),
    )
    run = line.run
    assert run.step == 5
    assert run.clipped == 3
    np.testing.assert_array_equal(run.losses.curve()[1], [0.5] * 5)
    np.testing.assert_array_equal(run.grad_norms.curve()[1], [1, 5, 6, 7, 2])
    np.testing.assert_array_equal(run.clipped_norms.curve()[1], [np.nan, 5, 6, 7, np.nan])
    assert line.changed() == Aspect.PROGRESS


def test_a_run_is_trained_from_its_first_step_on(line: Line):
    number = line.begin()
    assert not line.run.trained
    line.say(progress(number, 0, [1.0], [False]))
    assert line.run.trained


def test_the_step_that_is_told_with_a_state_takes_none_back(line: Line):
    number = line.begin()
    line.say(state(number, "paused", 7))
    assert (line.run.step, line.run.trained) == (7, True)
    line.say(state(number, "stopped", 3))
    assert line.run.step == 7


@pytest.mark.parametrize(
    ("patience", "ended", "early"),
    [
        (2, "finished", True),  # the best was two epochs ago
        (1, "finished", True),
        (3, "finished", False),
        (0, "finished", False),
        (2, "stopped", False),
    ],
)
def test_who_finished_with_patience_over_stopped_early(
    line: Line, patience: int, ended: str, early: bool
):
    number = line.begin(SMALL.with_value("training.patience", patience))
    line.say(*(epoch(number, n, best_epoch=min(n, 2)) for n in (1, 2, 3, 4)))
    line.say(state(number, ended))
    assert line.run.stopped_early == early
    assert line.run.record.ended == ("stopped early" if early else ended)


def test_the_record_of_a_run_is_what_was_told_of_it(line: Line):
    print_of_data = Fingerprint(task="sine")
    line.run.start(SMALL)
    assert (line.run.number, line.run.record) == (1, None)
    line.say(started(1, rnnviz="1.2.3", fingerprint=print_of_data, threads=2))
    assert line.run.record.seconds == 0
    line.say(progress(1, 0, [1.0], [False]))
    line.say(epoch(1, 1, error_by_position=np.array([0.25, 0.5], np.float32)))
    record = line.run.record
    assert (record.rnnviz, record.fingerprint, record.threads) == ("1.2.3", print_of_data, 2)
    assert (record.experiment, record.device) == (SMALL, "cpu")
    assert (record.parameters, record.batches, record.baselines) == (100, 5, {"mean": 1.0})
    assert [one.epoch for one in record.history] == [1]
    assert (record.seconds, record.error_by_position) == (3.0, (0.25, 0.5))
    assert (record.ended, record.result) == (None, None)
    assert line.run.figures.epoch == 1
    result = Figures(epoch=0.5, valid_loss=0.25)
    line.changed()
    line.say(Result(run=1, figures=result))
    assert (line.run.record.result, line.run.judged) == (result, True)
    assert line.run.figures == result
    assert line.changed() == Aspect.RESULT


def test_a_run_that_failed_says_why_and_one_whose_engine_is_lost_had_an_error(line: Line):
    told: list[Failed | None] = []
    line.run.failed.connect(told.append)
    number = line.begin()
    failure = Failed(run=number, kind="diverged")
    line.say(failure)
    assert (line.run.state, line.run.record.ended) == ("failed", "diverged")
    assert line.run.can_trace
    line.changed()
    line.thread.engine_lost.emit()
    assert (line.run.state, line.run.record.ended) == ("lost", "error")
    assert not line.run.can_trace
    assert told == [failure, None]
    assert line.changed() == Aspect.STATE


def test_a_question_that_failed_leaves_the_run_as_it_is(line: Line):
    number = line.begin()
    line.say(Failed(run=number, kind="error", request=7))
    assert (line.run.state, line.run.failure) == ("paused", None)


def test_a_new_run_forgets_the_one_before(line: Line):
    number = line.begin()
    line.say(progress(number, 0, [1.0], [True]), epoch(number, 1, best_epoch=1, stride=2))
    line.say(Result(run=number, figures=None), Failed(run=number, kind="diverged"))
    line.changed()
    line.run.start(SMALL, 3)
    run = line.run
    assert line.changed() == Aspect.PROGRESS | Aspect.EPOCHS | Aspect.STATE
    assert (run.state, run.step, run.history, run.clipped) == ("preparing", 0, [], 0)
    assert (run.best_epoch, run.stride, run.judged, run.failure) == (0, 1, False, None)
    assert not run.trained
    asked = line.waiting(Start)
    assert (asked.run, asked.example, asked.paused) == (number + 1, 3, False)


# --- stale and live ----------------------------------------------------------------------------


def test_live_knobs_are_taken_over_and_no_others(line: Line):
    number = line.begin()
    line.changed()
    turned = SMALL.with_value("training.learning_rate", 0.5)
    line.run.adjust(turned.with_value("training.epochs", 7).with_value("network.hidden", 5))
    assert line.run.experiment == turned
    sent = line.waiting(Adjust)
    assert (sent.run, sent.training) == (number, turned.training)
    assert line.changed() == Aspect.EPOCHS | Aspect.STATE


def test_a_run_is_stale_by_what_is_not_live_and_by_its_data(line: Line):
    line.begin()
    run = line.run
    assert not run.is_stale(SMALL.with_value("training.learning_rate", 0.5))
    assert run.is_stale(SMALL.with_value("network.hidden", 5))
    run.check_data()
    line.answer(DataChecked(fingerprint=Fingerprint(task="other")))
    assert run.is_stale(SMALL)
    run.check_data()
    line.answer(DataChecked(fingerprint=None))  # as when it began
    assert not run.is_stale(SMALL)


def test_that_data_changed_is_told_once(line: Line):
    line.begin()
    line.changed()
    line.run.check_data()
    line.answer(DataChecked(fingerprint=None))
    assert not line.changed()
    for expected in (Aspect.STATE, Aspect(0)):
        line.run.check_data()
        line.answer(DataChecked(fingerprint=Fingerprint(task="other")))
        assert line.changed() == expected


def test_data_are_asked_after_only_where_an_engine_has_begun_with_them(line: Line):
    line.run.start(SMALL)
    line.run.check_data()
    assert line.waiting(Ask) is None
    line.say(started(1))
    line.thread.engine_lost.emit()
    line.run.check_data()
    assert line.waiting(Ask) is None
    line = Line()
    line.begin()
    line.run.check_data()
    assert isinstance(line.waiting(Ask).what, CheckData)


# --- traces ------------------------------------------------------------------------------------


def test_where_there_is_no_run_nothing_is_asked(line: Line):
    line.run.look_at(1, None)
    line.run.need(["saliency"])
    assert line.thread.waiting == ()
    line.run.start(SMALL)
    assert line.waiting(Start).parts == ["saliency"]
    line.thread.engine_lost.emit()
    before = line.thread.waiting
    line.run.look_at(1, None)
    line.run.need([])
    assert line.thread.waiting == before


def test_before_it_stands_another_example_is_watched_and_no_trace_asked_for(line: Line):
    line.run.start(SMALL)
    line.run.look_at(0, None)
    assert line.waiting(Watch) is None
    line.run.look_at(4, None)
    assert (line.waiting(Watch).run, line.waiting(Watch).example) == (1, 4)
    assert line.waiting(Ask) is None


def test_the_example_and_the_epoch_that_are_looked_at_are_asked_for(line: Line):
    number = line.begin()
    line.run.look_at(0, 2)
    assert line.waiting(Watch) is None  # it is watched already
    asked = line.waiting(Ask).what
    assert (asked.run, asked.example, asked.epoch, asked.parts) == (number, 0, 2, [])
    trace = traced()
    line.answer(TracedExample(example=0, epoch=1, trace=trace))
    assert line.shown == [(trace, Subject(number, 0, 1))]  # the nearest that is kept


def test_a_trace_of_an_example_that_is_looked_at_no_longer_is_not_shown(line: Line):
    line.begin()
    line.run.look_at(3, None)
    asked = line.waiting(Ask)
    line.run.look_at(4, None)
    other = Answer(
        request=asked.request,
        what=TracedExample(example=3, epoch=None, trace=traced()),
        run=1,
    )
    line.say(other)
    assert line.shown == []


def test_a_live_trace_is_shown_to_who_looks_at_its_example_now(line: Line):
    number = line.begin()
    trace = traced()
    line.say(LiveTrace(run=number, step=1, example=0, trace=trace))
    assert line.shown == [(trace, Subject(number, 0, None))]
    line.say(LiveTrace(run=number, step=1, example=1, trace=trace))
    line.run.look_at(0, 0)
    line.say(LiveTrace(run=number, step=1, example=0, trace=trace))
    assert len(line.shown) == 1


def test_what_dropout_hides_is_told_and_that_it_hides_no_more(line: Line):
    number = line.begin()
    hidden = {"inputs": np.ones((4, 1), bool)}
    line.changed()
    for dropout, told in (({}, False), (hidden, True), ({}, True), ({}, False)):
        line.say(LiveTrace(run=number, step=1, example=0, trace=traced(), dropout=dropout))
        assert bool(line.changed() & Aspect.DROPOUT) == told
        assert line.run.dropout is dropout or not dropout


def test_a_trace_that_failed_is_told_but_not_that_its_engine_is_lost(line: Line):
    told: list[bool] = []
    line.run.trace_failed.connect(lambda: told.append(True))
    number = line.begin()
    line.run.look_at(0, 2)
    line.say(Failed(run=number, kind="error", request=line.waiting(Ask).request))
    assert told == [True]
    line.run.look_at(0, 2)
    line.thread.engine_lost.emit()
    assert told == [True]


# --- traces that are kept ------------------------------------------------------------------------


@pytest.fixture
def visit(line: Line, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], bool]:
    """Looks at an epoch of a run of whose traces three can be kept; whether it was asked for."""
    monkeypatch.setattr(run_module, "CACHE_BYTES", 3 * traced().nbytes)
    line.begin()

    def visit(epoch: int) -> bool:
        before, shown = line.waiting(Ask), len(line.shown)
        line.run.look_at(0, epoch)
        after = line.waiting(Ask)
        if after is not before:
            line.answer(TracedExample(example=0, epoch=epoch, trace=traced()))
        assert [subject.epoch for _, subject in line.shown[shown:]] == [epoch]
        return after is not before

    return visit


def test_what_was_looked_at_is_not_asked_for_again(visit: Callable[[int], bool]):
    assert [visit(epoch) for epoch in (1, 2, 3, 1, 2, 3)] == [True] * 3 + [False] * 3


def test_what_was_looked_at_longest_ago_makes_room(visit: Callable[[int], bool]):
    assert [visit(epoch) for epoch in (1, 2, 3, 1, 4)] == [True, True, True, False, True]
    assert [visit(epoch) for epoch in (1, 3, 4)] == [False, False, False]
    assert visit(2)


def test_one_trace_is_kept_however_large_it_is(
    visit: Callable[[int], bool], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run_module, "CACHE_BYTES", 1)
    assert [visit(epoch) for epoch in (1, 1, 2, 1)] == [True, False, True, True]


NORM = np.zeros((4, 1), np.float32)
SALIENCY = np.zeros((4, 4), np.float32)


@pytest.mark.parametrize(
    ("parts", "more", "asked"),
    [
        ([], {"saliency_missing": "unasked"}, False),
        (["saliency"], {"saliency_missing": "unasked"}, True),
        (["saliency"], {"saliency_missing": "later"}, True),
        (["saliency"], {"saliency_missing": "too dear"}, False),
        (["saliency"], {"saliency": SALIENCY}, False),
        (["gradient_norm"], {}, True),
        (["gradient_norm"], {"gradient_norm": NORM}, False),
        (["gradient_norm", "saliency"], {"saliency": SALIENCY}, True),
        (["gradient_norm", "saliency"], {"gradient_norm": NORM, "saliency": SALIENCY}, False),
    ],
)
def test_a_trace_is_asked_for_again_where_it_lacks_what_is_needed(
    line: Line, parts: list[Any], more: dict[str, Any], asked: bool
):
    line.begin()
    line.run.look_at(0, 2)
    line.answer(TracedExample(example=0, epoch=2, trace=traced(**more)))
    before = line.waiting(Ask)
    line.run.need(reversed(parts))
    assert line.waiting(Watch).parts == parts  # in one order
    assert (line.waiting(Ask) is not before) == asked
    assert not asked or line.waiting(Ask).what.parts == parts
    line.run.look_at(0, None)
    before = line.waiting(Ask)
    line.run.look_at(0, 2)
    assert (line.waiting(Ask) is not before) == asked


def test_what_is_needed_before_there_is_a_trace_comes_with_the_first(line: Line):
    line.begin()
    line.run.need(["saliency"])
    assert msgspec.to_builtins(line.waiting(Watch)) == msgspec.to_builtins(
        Watch(run=1, example=0, parts=["saliency"])
    )
    assert line.waiting(Ask) is None


def test_no_more_than_the_newest_trace_is_asked_for(line: Line):
    line.begin()
    for number in (1, 2, 3):
        line.run.look_at(0, number)
    asked = [one.what for one in line.thread.waiting if isinstance(one, Ask)]
    assert [(type(one), one.epoch) for one in asked] == [(TraceExample, 3)]
