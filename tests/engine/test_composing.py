"""Asking an engine for a piece, also while it trains."""

import itertools
from typing import Any

import numpy as np
import pytest
import torch

from rnnviz.engine.messages import (
    Cancel,
    Composed,
    ComposePiece,
    EpochEnded,
    Failed,
    Progress,
    Stop,
)
from rnnviz.experiment import suited
from rnnviz.learning.generating.composing import compose
from rnnviz.tasks.chorales import Chorales
from tests.engine.conversation import LONG, Conversation, is_a, of
from tests.learning.toys import untrained

BACH = (
    suited(Chorales(longest=12))
    .with_value("training.device", "cpu")
    .with_value("training.epochs", 10_000)
    .with_value("training.patience", 0)
    .with_value("network.hidden", 16)
)


def ask(engine: Conversation, request: int, **options: object) -> None:
    engine.ask(request, ComposePiece(run=engine.run, **options))


def whole(engine: Conversation, request: int | None = None) -> list:
    """What is said up to a piece that is composed to its end."""

    def wanted(report: Any) -> bool:
        return (
            is_a(report, Composed)
            and len(report.roll) == report.heard + report.steps
            and request in (None, report.request)
        )

    return engine.until(wanted)


def test_a_run_that_rests_composes_what_its_network_composes(engine: Conversation) -> None:
    engine.start(BACH, paused=True)
    ask(engine, 3, example=2, heard=5, steps=40, temperature=0.8, seed=7)
    piece = whole(engine)[-1]
    start = BACH.task.open(0).examples.valid.inputs[2, :5] > 0
    expected = compose(untrained(BACH), BACH.task, start, 40, 0.8, torch.Generator().manual_seed(7))
    assert (piece.request, piece.heard, piece.steps) == (3, 5, 40)
    assert piece.roll.dtype == bool
    np.testing.assert_array_equal(piece.roll, np.concatenate([start, expected]))
    assert (piece.shares.shape, piece.shares.dtype) == ((40, 88), np.float32)


def test_of_an_example_no_more_is_heard_than_it_has(engine: Conversation) -> None:
    engine.start(BACH, paused=True)
    ask(engine, 1, heard=500, steps=3)
    ask_least = whole(engine)[-1]
    assert (ask_least.heard, ask_least.roll.shape) == (11, (14, 88))
    ask(engine, 2, heard=-4, steps=-1)
    piece = whole(engine)[-1]
    assert (piece.heard, piece.roll.shape, piece.shares.shape) == (1, (1, 88), (0, 88))


def test_it_trains_on_while_it_composes(engine: Conversation) -> None:
    engine.start(BACH)
    engine.until_kind(EpochEnded)
    ask(engine, 1, steps=1000)
    said = whole(engine)
    assert sum(len(report.losses) for report in of(Progress, said)) > 3
    engine.say(Stop(run=engine.run))
    engine.until_state("stopped")
    ask(engine, 2)
    assert whole(engine)[-1].request == 2


def test_on_the_way_it_is_told_what_there_is_so_far(engine: Conversation) -> None:
    engine.start(
        BACH.with_value("network.hidden", 512).with_value("network.layers", 2), paused=True
    )
    ask(engine, 1, steps=600)
    pieces = of(Composed, whole(engine))
    assert len(pieces) > 1
    assert all(piece.steps == 600 for piece in pieces)
    for earlier, later in itertools.pairwise(pieces):
        done = len(earlier.roll)
        assert done < len(later.roll)
        np.testing.assert_array_equal(later.roll[:done], earlier.roll)
        np.testing.assert_array_equal(later.shares[: len(earlier.shares)], earlier.shares)


def test_only_the_newest_piece_is_composed(engine: Conversation) -> None:
    engine.start(BACH, paused=True)
    for request in range(20):
        ask(engine, request, steps=1000 if request < 19 else 5)
    pieces = of(Composed, whole(engine, 19))
    assert len({piece.request for piece in pieces}) < 20
    assert len(pieces[-1].shares) == 5


def test_who_stops_is_not_kept_waiting_by_a_long_piece(engine: Conversation) -> None:
    engine.start(BACH.with_value("network.hidden", 512).with_value("network.layers", 4))
    engine.until_kind(Progress)
    ask(engine, 1, steps=10**9)
    begun = engine.until_kind(Composed)[-1]
    assert len(begun.shares) < begun.steps
    engine.say(Stop(run=engine.run))
    said = of(Composed, engine.until_state("stopped"))
    assert all(len(piece.shares) < piece.steps for piece in said)


def test_a_piece_that_is_left_is_not_answered(engine: Conversation) -> None:
    engine.start(BACH.with_value("network.hidden", 512).with_value("network.layers", 4))
    engine.until_kind(Progress)
    ask(engine, 1, steps=1000)
    engine.say(Cancel(request=1))
    ask(engine, 2, steps=1)
    pieces = of(Composed, whole(engine, 2))
    assert all(len(piece.shares) < 1000 for piece in pieces)
    assert pieces[-1].request == 2


def test_no_more_is_composed_than_can_be_shown(engine: Conversation) -> None:
    engine.start(BACH, paused=True)
    ask(engine, 1, steps=10**9)
    assert whole(engine)[-1].steps == 1000


def test_a_task_that_does_not_compose_fails_alone(engine: Conversation) -> None:
    engine.start(LONG, paused=True)
    ask(engine, 4)
    failed = engine.until_kind(Failed)[-1]
    assert (failed.request, failed.kind) == (4, "error")
    assert "does not answer with its next input" in failed.detail


@pytest.mark.parametrize("wrong", [{"temperature": -1.0}, {"temperature": float("nan")}])
def test_a_temperature_that_is_none_fails_alone(engine: Conversation, wrong: dict) -> None:
    engine.start(BACH, paused=True)
    ask(engine, 5, **wrong)
    assert engine.until_kind(Failed)[-1].request == 5
    ask(engine, 6)
    assert whole(engine)[-1].request == 6


@pytest.mark.parametrize("example", [-1, 78])
def test_an_example_that_is_not_there_fails_alone(engine: Conversation, example: int) -> None:
    engine.start(BACH, paused=True)  # there are 78 to validate by, from 0 on
    ask(engine, 5, example=example)
    assert engine.until_kind(Failed)[-1].request == 5
