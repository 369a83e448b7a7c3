"""Questions to the engine, answered bit by bit: without a process and without a network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rnnviz.engine import questions
from rnnviz.engine.messages import (
    Answer,
    Ask,
    CheckData,
    DataChecked,
    Failed,
    MeasureStepCosts,
    Part,
    Question,
    TraceExample,
    WriteText,
    Written,
)
from rnnviz.engine.questions import Questions


class Desk:
    """Open questions. A text is written one letter at a time, and every second bit of work has
    nothing to show; to check data fails; of a trace there is nothing to say."""

    def __init__(self) -> None:
        self.said: list[Any] = []
        self.questions = Questions(self.said.append)

    def take(self, request: int, what: Question) -> None:
        self.questions.take(Ask(request=request, what=what), None)

    def work(self, when: questions.When, times: int = 1) -> list[Any]:
        """What is said while it works so many times: its kind, number, run and letters."""
        self.said.clear()
        for _ in range(times):
            self.questions.work(when, step=7)
        return [(type(one), one.request, one.run, one.what.text) for one in self.said]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(questions, "_ways", {})

    @questions.answers(WriteText, "between")
    def write(what: WriteText, _trainer: object) -> Iterator[Written | None]:
        for letter in "abc"[: what.length]:
            yield None
            yield Written(text=[letter], likely=[])

    @questions.answers(CheckData, "at once")
    def check(_what: CheckData, _trainer: object) -> Iterator[DataChecked]:
        raise ValueError("nobody knows")
        yield

    @questions.answers(TraceExample, "at rest")
    def nothing(_what: TraceExample, _trainer: object) -> Iterator[None]:
        yield from ()

    @questions.answers(MeasureStepCosts, "at rest")
    def measure(_what: MeasureStepCosts, _trainer: object) -> Iterator[Written]:
        yield Written(text=["1 ms"], likely=[])

    return Desk()


def text(length: int, run: int = 4) -> WriteText:
    return WriteText(run=run, text="", length=length)


def test_what_is_said_last_is_the_answer_and_what_came_before_are_parts(desk: Desk):
    desk.take(5, text(3))
    assert desk.questions.busy
    assert desk.work("between", 5) == [(Part, 5, 4, ["a"])]
    assert desk.work("between") == [(Part, 5, 4, ["b"])]
    assert desk.questions.busy
    assert desk.work("between") == [(Answer, 5, 4, ["c"])]
    assert not desk.questions.busy
    assert desk.work("between", 2) == []


def test_what_is_about_no_run_is_answered_with_run_zero(desk: Desk):
    desk.take(1, MeasureStepCosts())
    assert desk.work("at rest", 2) == [(Answer, 1, 0, ["1 ms"])]


def test_of_what_there_is_nothing_to_say_nothing_is_said(desk: Desk):
    desk.take(1, TraceExample(run=4, example=0))
    assert desk.work("at rest") == []
    assert not desk.questions.busy


def test_a_question_is_worked_at_when_it_is_its_time(desk: Desk):
    desk.take(1, text(1))
    assert desk.questions.waiting("between")
    assert not desk.questions.waiting("at rest")
    assert desk.work("at rest", 9) + desk.work("at once", 9) == []
    assert desk.work("between", 3) == [(Answer, 1, 4, ["a"])]
    assert not desk.questions.waiting("between")


def test_a_newer_question_takes_the_place_of_one_of_its_kind_alone(desk: Desk):
    desk.take(1, text(3))
    desk.work("between", 3)
    desk.take(2, text(1))
    desk.take(3, TraceExample(run=4, example=0))
    assert desk.work("between", 9) == [(Answer, 2, 4, ["a"])]
    assert desk.questions.waiting("at rest")


def test_a_question_that_is_taken_back_is_left_and_no_other(desk: Desk):
    desk.take(1, text(1))
    desk.take(2, TraceExample(run=4, example=0))
    desk.questions.cancel(1)
    assert not desk.questions.waiting("between")
    assert desk.questions.waiting("at rest")
    desk.questions.clear()
    assert not desk.questions.busy


def test_what_fails_is_told_with_its_question_and_where_the_run_was(desk: Desk):
    desk.take(1, text(1))
    desk.take(2, CheckData(run=4))
    desk.questions.work("at once", step=7)
    (failed,) = desk.said
    assert isinstance(failed, Failed)
    assert (failed.request, failed.run, failed.step) == (2, 4, 7)
    assert "nobody knows" in str(failed.detail)
    assert not desk.questions.waiting("at once")
    assert desk.work("between", 3) == [(Answer, 1, 4, ["a"])]
