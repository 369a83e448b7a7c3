"""Asking an engine for a text, also while it trains."""

import itertools
from typing import Any

import pytest
import torch

from rnnviz.engine.messages import (
    EpochEnded,
    Failed,
    Progress,
    StateChanged,
    Stop,
    WriteText,
    Written,
)
from rnnviz.experiment import suited
from rnnviz.learning.generating.writing import write
from rnnviz.tasks.characters import Characters
from tests.engine.conversation import LONG, Conversation, is_a, of
from tests.learning.toys import untrained

TEXT = (
    suited(Characters(text="English reviews", share=0.2, window=20))
    .with_value("training.device", "cpu")
    .with_value("training.epochs", 10_000)
    .with_value("network.hidden", 16)
    .with_value("training.batch", 16)
)


def ask(engine: Conversation, request: int, **options: object) -> None:
    wanted: dict[str, object] = {"text": "The ", "length": 50} | options
    engine.ask(request, WriteText(run=engine.run, **wanted))


def written(engine: Conversation) -> list[Any]:
    """All parts of a text, the first of which may be the last."""
    return of(
        Written,
        engine.until(lambda r: is_a(r, Written) and r.first + len(r.text) == r.length),
    )


def test_a_run_that_rests_writes_what_its_network_writes(engine: Conversation) -> None:
    engine.start(TEXT, paused=True)
    ask(engine, 3, temperature=0.8, seed=7)
    answers = written(engine)
    assert {answer.request for answer in answers} == {3}
    text = [letter for answer in answers for letter in answer.text]
    likely = [row for answer in answers for row in answer.likely]
    chance = torch.Generator().manual_seed(7)
    expected = write(untrained(TEXT), TEXT.task.open(0), "The ", 50, 0.8, chance)
    assert text == [letter.text for letter in expected]
    for row, letter in zip(likely, expected, strict=True):
        assert [name for name, _ in row] == [name for name, _ in letter.likely]
        assert [share for _, share in row] == pytest.approx([p for _, p in letter.likely])


def test_it_trains_on_while_it_writes(engine: Conversation) -> None:
    engine.start(TEXT)
    engine.until_kind(EpochEnded)
    ask(engine, 1, length=2000)
    said = engine.until(lambda r: is_a(r, Written) and r.first + len(r.text) == 2000)
    parts = of(Written, said)
    assert sum(len(part.text) for part in parts) == sum(len(p.likely) for p in parts) == 2000
    assert sum(len(report.losses) for report in of(Progress, said)) > 10
    engine.say(Stop(run=engine.run))
    engine.until_state("stopped")
    ask(engine, 2)
    assert engine.until_kind(Written)[-1].request == 2


def test_only_the_newest_text_is_written(engine: Conversation) -> None:
    engine.start(TEXT, paused=True)
    for request in range(20):
        ask(engine, request, length=10_000 if request < 19 else 5)
    texts = of(Written, engine.until(lambda r: is_a(r, Written) and r.request == 19))
    assert len({text.request for text in texts}) < 20
    assert len(texts[-1].text) == 5


def test_a_long_text_keeps_nobody_waiting_who_stops(engine: Conversation) -> None:
    engine.start(TEXT)
    engine.until_kind(Progress)
    ask(engine, 1, text="a" * 50_000, length=1_000_000)
    engine.until_kind(Progress)
    engine.say(Stop(run=engine.run))
    # Not a letter is written yet: all that was given has to be read first.
    assert of(Written, engine.until_state("stopped")) == []
    ask(engine, 2, length=1)  # in place of the long one
    assert engine.until_kind(Written)[-1].request == 2


def test_no_more_is_written_than_can_be_shown(engine: Conversation) -> None:
    engine.start(TEXT, paused=True)
    ask(engine, 1, length=10**9)
    parts = written(engine)
    assert len(parts) > 1  # it takes a while, so what there is comes on the way
    assert [part.first for part in parts] == list(
        itertools.accumulate((len(part.text) for part in parts[:-1]), initial=0)
    )
    assert sum(len(part.text) for part in parts) == 10_000
    ask(engine, 2, length=-5)
    assert engine.until_kind(Written)[-1].text == []


def test_a_task_that_does_not_write_fails_alone(engine: Conversation) -> None:
    engine.start(LONG, paused=True)
    ask(engine, 4)
    failed = engine.until_kind(Failed)[-1]
    assert (failed.request, failed.kind) == (4, "error")


@pytest.mark.parametrize("temperature", [-1.0, float("nan")])
def test_a_temperature_that_is_none_fails_alone(engine: Conversation, temperature: float) -> None:
    engine.start(TEXT, paused=True)
    ask(engine, 5, temperature=temperature)
    assert engine.until_kind(Failed)[-1].request == 5


def test_a_new_run_ends_a_text_that_is_under_way(engine: Conversation) -> None:
    engine.start(TEXT, paused=True)
    ask(engine, 1, length=10_000)
    engine.start(TEXT, paused=True)
    ask(engine, 2, length=3)
    said = engine.until_kind(Written)
    assert [report.request for report in of(Written, said)] == [2]
    assert not of(StateChanged, said)
