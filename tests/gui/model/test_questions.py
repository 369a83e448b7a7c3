"""Questions to the engine: who gets which answer; and no answer about a run outlives it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rnnviz.engine.messages import (
    Answer,
    Ask,
    Cancel,
    CheckData,
    DataChecked,
    Failed,
    MeasureStepCosts,
    Part,
    Pause,
    Question,
)
from rnnviz.gui.model.engine_thread import EngineThread
from rnnviz.gui.model.questions import Questions
from tests.gui.driver import Driver

CHECK = CheckData(run=1)
MEASURE = MeasureStepCosts()
CHECKED = DataChecked(fingerprint=None)


class Asker:
    """Asks an engine that was never started: what is sent waits, and the test says the answers."""

    def __init__(self) -> None:
        self.thread = EngineThread()
        self.questions = Questions(self.thread)
        self.taken: list[tuple[str, bool]] = []
        """who was answered, and whether that was the last part"""
        self.failures: list[tuple[str, Failed | None]] = []
        self.told: list[Failed] = []
        self.questions.failed.connect(self.told.append)
        self.say: Callable[[object], None] = self.thread.reported.emit

    def ask(self, who: str, what: Question) -> int:
        """Ask as somebody; the number of the question."""
        self.questions.ask(
            what,
            lambda _content, last: self.taken.append((who, last)),
            lambda failure: self.failures.append((who, failure)),
        )
        asked = self.thread.waiting[-1]
        assert isinstance(asked, Ask)
        assert asked.what is what
        return asked.request


@pytest.fixture
def asker(qapp: object) -> Asker:
    return Asker()


def test_questions_have_numbers_of_their_own_from_one_on(asker: Asker):
    assert [asker.ask("", what) for what in (CHECK, MEASURE, CHECK)] == [1, 2, 3]


def test_all_parts_of_an_answer_go_to_who_asked_up_to_the_last(asker: Asker):
    first, second = asker.ask("first", CHECK), asker.ask("second", MEASURE)
    for report in (
        Part(request=second, what=CHECKED),
        Answer(request=first, what=CHECKED),
        Part(request=first, what=CHECKED),
        Pause(run=second),
        Answer(request=second, what=CHECKED),
        Answer(request=second, what=CHECKED),
    ):
        asker.say(report)
    assert asker.taken == [("second", False), ("first", True), ("second", True)]
    assert not asker.questions.open(CheckData)
    assert not asker.questions.open(MeasureStepCosts)


def test_the_newer_of_two_questions_of_a_kind_is_answered(asker: Asker):
    older, newer = asker.ask("older", CHECK), asker.ask("newer", CHECK)
    asker.say(Answer(request=older, what=CHECKED))
    assert asker.questions.open(CheckData)
    asker.say(Answer(request=newer, what=CHECKED))
    assert asker.taken == [("newer", True)]


def test_a_question_that_is_dropped_is_not_answered_and_none_need_be_open(asker: Asker):
    asker.questions.drop(CheckData)
    number = asker.ask("", CHECK)
    asker.questions.drop(CheckData)
    assert not asker.questions.open(CheckData)
    asker.say(Answer(request=number, what=CHECKED))
    assert asker.taken == []


def test_a_question_is_taken_back_once_and_the_engine_is_told(asker: Asker):
    asker.ask("", CHECK)
    number = asker.ask("", MEASURE)
    for _ in range(2):
        asker.questions.cancel(MeasureStepCosts)
    cancelled = [one.request for one in asker.thread.waiting if isinstance(one, Cancel)]
    assert cancelled == [number]
    assert asker.questions.open(CheckData)


def test_another_run_ends_the_questions_about_runs_alone(asker: Asker):
    asker.ask("", CHECK)
    asker.ask("", MEASURE)
    asker.questions.drop_runs()
    assert not asker.questions.open(CheckData)
    assert asker.questions.open(MeasureStepCosts)


def test_who_asked_what_failed_is_told_and_then_everybody(asker: Asker):
    number = asker.ask("first", CHECK)
    asker.ask("second", MEASURE)
    failure = Failed(run=1, kind="error", request=number)
    asker.say(failure)
    asker.say(failure)
    asker.say(Failed(run=1, kind="diverged"))
    assert (asker.failures, asker.told) == ([("first", failure)], [failure])


def test_where_the_engine_is_lost_all_who_asked_are_told_and_nobody_else(asker: Asker):
    asker.ask("first", CHECK)
    asker.ask("second", MEASURE)
    for _ in range(2):
        asker.thread.engine_lost.emit()
    assert asker.failures == [("first", None), ("second", None)]
    assert asker.told == []
    assert not asker.questions.open(CheckData)


def test_an_answer_about_a_run_that_is_over_is_not_taken(driver: Driver):
    workspace = driver.workspace
    workspace.run.check_data()
    while workspace.engine_thread.waiting:  # it is on its way before another run begins
        pass
    workspace.reset()
    assert workspace.run.started is None
    assert not workspace.questions.open(CheckData)
    driver.until_ready()  # an answer that was taken would have failed by now
