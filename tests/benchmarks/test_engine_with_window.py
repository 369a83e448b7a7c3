"""Steps a second are by the clock: what lies between two steps is in them."""

import numpy as np
import pytest

from rnnviz.engine.messages import Failed, Progress, StateChanged
from rnnviz.records.arrays import FloatArray
from tests.benchmarks import engine_with_window


def progress(first: int, losses: FloatArray, seconds: float) -> Progress:
    return Progress(
        run=1,
        first=first,
        losses=losses,
        grad_norms=losses,
        clipped=losses > 0,
        steps_per_second=0.0,
        samples_per_second=0.0,
        seconds=seconds,
        seconds_left=0.0,
    )


def test_what_is_between_the_steps_counts_too(monkeypatch, capsys):
    now, worked = [100.0], [7.0]
    monkeypatch.setattr(engine_with_window, "perf_counter", lambda: now[0])
    monkeypatch.setattr(engine_with_window, "processor_time", lambda _: worked[0])
    watched = engine_with_window.Watched()
    losses = np.zeros(40, np.float32)
    watched.take(StateChanged(run=1, state="training", step=0), 1)
    for number in (1, 2):
        now[0] += 5.0
        worked[0] += 2.0
        watched.take(progress(40 * (number - 1), losses, 4.0 * number), 1)
    watched.take(StateChanged(run=1, state="finished", step=80), 1)
    watched.print(frames=300)
    # 80 steps in 10 seconds, 8 of them counted by the engine, 4 worked; 300 frames.
    assert capsys.readouterr().out.split() == ["8.0", "10.0", "50000.0", "30.0"]


def test_a_run_that_fails_is_no_figure():
    watched = engine_with_window.Watched()
    with pytest.raises(SystemExit, match="the run failed"):
        watched.take(Failed(run=1, kind="not_finite", step=3), 1)
