"""Which runs are kept to be seen beside the present one, and what is known of each: without an
engine."""

from __future__ import annotations

import pytest

from rnnviz.gui.model.engine_thread import EngineThread
from rnnviz.gui.model.pinned_runs import MOST, PinnedRuns, pinned
from rnnviz.gui.model.questions import Questions
from rnnviz.gui.model.run import Run
from rnnviz.records.run import Figures
from tests.gui.driver import SMALL
from tests.gui.model.reports import epoch, started


class Kept:
    """The pinned runs beside a present one, of which the test says what an engine would."""

    def __init__(self) -> None:
        self.thread = EngineThread()
        self.run = Run(self.thread, Questions(self.thread))
        self.runs = PinnedRuns()
        self.told: list[int] = []
        self.runs.changed.connect(lambda: self.told.append(len(self.runs.runs)))

    def begin(self, epochs: int = 1) -> None:
        """Another run, of which so many epochs have ended."""
        self.run.start(SMALL)
        self.thread.reported.emit(started(self.run.number))
        for number in range(1, epochs + 1):
            self.thread.reported.emit(epoch(self.run.number, number))

    def labels(self) -> list[str]:
        return [one.label for one in self.runs.runs]


@pytest.fixture
def kept(qapp: object) -> Kept:
    return Kept()


def test_before_its_first_epoch_has_ended_no_run_is_kept(kept: Kept):
    assert kept.runs.pin(kept.run) is None
    kept.begin(epochs=0)
    assert kept.runs.pin(kept.run) is None
    assert pinned(kept.run, "") is None
    assert (kept.runs.runs, kept.told) == ([], [])


def test_a_run_is_kept_as_it_was_when_it_was_pinned(kept: Kept):
    kept.begin(epochs=2)
    one = kept.runs.pin(kept.run)
    assert one is not None
    assert kept.runs.runs == [one]
    kept.begin(epochs=3)
    assert one.label == "1: RNN 9"
    assert (one.experiment, one.parameters) == (SMALL, 100)
    assert [record.epoch for record in one.history] == [1, 2]
    assert one.seconds == 4.0  # an epoch takes two, and learning in it 1.5
    assert one.milliseconds == pytest.approx(300)  # in five batches
    assert kept.told == [1]


def test_a_run_that_was_judged_is_kept_with_its_measure_on_both_kinds_of_examples(kept: Kept):
    kept.begin()
    before = pinned(kept.run, "")
    assert before is not None
    assert (before.measure, before.valid, before.test) == ("RMSE", 0.5, None)
    figures = Figures(
        epoch=1, valid_loss=1.0, metrics={"MAE": 0.25, "RMSE": 0.5}, test={"RMSE": 3, "MAE": 2}
    )
    kept.run.result = figures
    after = pinned(kept.run, "")
    assert after is not None
    assert (after.figures, after.measure, after.valid, after.test) == (figures, "MAE", 0.25, 2)


def test_a_task_without_measures_has_none_to_compare_by(kept: Kept):
    kept.begin()
    kept.run.result = Figures(epoch=1, valid_loss=1.0, test={"loss": 1.0})
    one = pinned(kept.run, "")
    assert one is not None
    assert (one.measure, one.valid, one.test) == ("", None, None)


def test_the_oldest_makes_room_and_no_number_is_given_twice(kept: Kept):
    kept.begin()
    for _ in range(MOST + 2):
        kept.runs.pin(kept.run)
    assert [label.partition(":")[0] for label in kept.labels()] == [
        str(number) for number in range(3, MOST + 3)
    ]


def test_one_is_let_go_where_there_is_one(kept: Kept):
    kept.begin()
    for _ in range(3):
        kept.runs.pin(kept.run)
    kept.told.clear()
    kept.runs.unpin(-1)
    kept.runs.unpin(3)
    assert kept.told == []
    kept.runs.unpin(0)
    kept.runs.unpin(1)
    assert kept.labels() == ["2: RNN 9"]
    assert kept.told == [2, 1]


def test_all_are_let_go(kept: Kept):
    kept.begin()
    kept.runs.pin(kept.run)
    kept.runs.clear()
    assert (kept.runs.runs, kept.told) == ([], [1, 0])
