"""A slow reader costs nothing but time: no loss is lost, no ending dropped."""

import queue
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from rnnviz.engine.messages import EpochEnded, Failed, LiveTrace, Progress, Report, StateChanged
from rnnviz.engine.outbox import INTERVAL, Outbox
from rnnviz.records.run import EpochRecord
from rnnviz.records.trace import Trace

DEADLINE = 20.0


class SlowReader:
    """Takes one report, then none until it is told to go on."""

    def __init__(self) -> None:
        self.taken: list[Report] = []
        self.holding = threading.Event()
        self.go_on = threading.Event()

    def deliver(self, report: Report) -> None:
        self.taken.append(report)
        self.holding.set()
        assert self.go_on.wait(DEADLINE)


def progress(first: int, count: int, run: int = 1) -> Progress:
    batches = np.arange(first, first + count, dtype=np.float32)
    return Progress(
        run=run,
        first=first,
        losses=batches,
        grad_norms=-batches,
        clipped=batches % 2 > 0,
        steps_per_second=float(first),
        samples_per_second=0.0,
        seconds=0.0,
        seconds_left=0.0,
    )


def live(step: int) -> LiveTrace:
    hidden = np.zeros((1, 1, 1), np.float32)
    trace = Trace(kind="RNN_TANH", inputs=hidden[0], hidden=hidden)
    return LiveTrace(run=1, step=step, example=0, trace=trace)


def epoch(number: int) -> EpochEnded:
    record = EpochRecord(epoch=number, train_loss=0.0, valid_loss=0.0, grad_norm=0.0, seconds=0.0)
    return EpochEnded(run=1, record=record)


def state(name: str, run: int = 1) -> StateChanged:
    return StateChanged(run=run, state=name, step=0)


def what_arrives_late(*reports: Report) -> list[Report]:
    """The reports that a reader gets which was busy while they were put."""
    reader = SlowReader()
    outbox = Outbox(reader.deliver)
    outbox.put(state("training", run=0))
    assert reader.holding.wait(DEADLINE)
    for report in reports:
        outbox.put(report)
    reader.go_on.set()
    outbox.close()
    return reader.taken[1:]


def test_the_losses_of_waiting_batches_travel_together() -> None:
    (joined,) = what_arrives_late(progress(0, 3), progress(3, 1), progress(4, 2))
    assert isinstance(joined, Progress)
    assert joined.first == 0
    np.testing.assert_array_equal(joined.losses, np.arange(6))
    np.testing.assert_array_equal(joined.grad_norms, -np.arange(6))
    np.testing.assert_array_equal(joined.clipped, [False, True] * 3)


def test_joined_progress_has_the_latest_numbers() -> None:
    (joined,) = what_arrives_late(progress(0, 3), progress(3, 1))
    assert isinstance(joined, Progress)
    assert joined.steps_per_second == 3


def test_the_latest_live_trace_wins() -> None:
    arrived = what_arrives_late(live(1), live(2), live(3))
    assert [report.step for report in arrived if isinstance(report, LiveTrace)] == [3]


def test_every_epoch_arrives_after_its_losses() -> None:
    arrived = what_arrives_late(progress(0, 2), epoch(1), progress(2, 2), epoch(2), live(4))
    assert [type(report) for report in arrived] == [Progress, EpochEnded, EpochEnded, LiveTrace]


def test_losses_stay_on_their_side_of_a_change_of_state() -> None:
    arrived = what_arrives_late(progress(0, 1), state("paused"), state("training"), progress(1, 1))
    kinds = [type(report) for report in arrived]
    assert kinds == [Progress, StateChanged, StateChanged, Progress]


def test_losses_of_two_runs_stay_apart() -> None:
    arrived = what_arrives_late(progress(0, 1, run=1), progress(0, 1, run=2))
    assert [report.run for report in arrived if isinstance(report, Progress)] == [1, 2]


def test_changes_of_state_are_never_dropped() -> None:
    names = ["training", "paused"] * 50 + ["finished"]
    arrived = what_arrives_late(*map(state, names))
    assert [report.state for report in arrived if isinstance(report, StateChanged)] == names


def test_an_urgent_report_takes_those_before_it_along() -> None:
    taken: queue.SimpleQueue[Report] = queue.SimpleQueue()
    outbox = Outbox(taken.put)
    outbox.put(progress(0, 1))
    outbox.put(epoch(1))
    outbox.put(state("finished"))
    kinds = [type(taken.get(timeout=DEADLINE)) for _ in range(3)]
    outbox.close()
    assert kinds == [Progress, EpochEnded, StateChanged]


def test_a_patient_report_arrives_without_an_urgent_one() -> None:
    taken: queue.SimpleQueue[Report] = queue.SimpleQueue()
    outbox = Outbox(taken.put)
    outbox.put(state("training"))
    taken.get(timeout=DEADLINE)
    outbox.put(progress(0, 1))
    assert isinstance(taken.get(timeout=DEADLINE), Progress)
    outbox.close()


def test_nothing_happens_when_nobody_listens_any_more() -> None:
    tried = threading.Event()

    def broken(_report: Report) -> None:
        tried.set()
        raise BrokenPipeError

    outbox = Outbox(broken)
    outbox.put(state("training"))
    assert tried.wait(DEADLINE)
    for step in range(100):
        outbox.put(live(step))
    outbox.close()


def test_two_kinds_make_no_more_than_sixty_messages_a_second() -> None:
    assert pytest.approx(60) == 2 / INTERVAL


@pytest.fixture
def rare(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Outbox, queue.SimpleQueue[Report]]]:
    """An outbox that has just delivered, and would not do so again within the hour."""
    monkeypatch.setattr("rnnviz.engine.outbox.INTERVAL", 3600.0)
    taken: queue.SimpleQueue[Report] = queue.SimpleQueue()
    outbox = Outbox(taken.put)
    outbox.put(state("training"))
    taken.get(timeout=DEADLINE)
    yield outbox, taken
    outbox.close()


def test_what_is_urgent_waits_for_no_interval(rare) -> None:
    outbox, taken = rare
    for report in (state("paused"), Failed(run=1, kind="error")):
        outbox.put(report)
        assert taken.get(timeout=DEADLINE) is report


def test_what_is_patient_is_urgent_where_it_is_said_to_be(rare) -> None:
    outbox, taken = rare
    outbox.put(live(1), urgent=True)
    assert isinstance(taken.get(timeout=DEADLINE), LiveTrace)


def test_what_is_patient_waits_for_the_interval_and_is_there_at_the_end(rare) -> None:
    outbox, taken = rare
    for report in (progress(0, 1), epoch(1), live(1)):
        outbox.put(report)
    with pytest.raises(queue.Empty):
        taken.get(timeout=0.2)
    outbox.close()
    assert [type(taken.get(timeout=DEADLINE)) for _ in range(3)] == [
        Progress,
        EpochEnded,
        LiveTrace,
    ]


def test_after_the_end_nothing_is_taken_any_more(rare) -> None:
    outbox, taken = rare
    outbox.close()
    outbox.put(state("finished"))
    outbox.close()
    assert taken.empty()
