"""The worker: commands before the engine is up, reports in order, an end that is an end."""

from __future__ import annotations

import pytest

from rnnviz.engine.messages import LiveTrace, Ready, Start, Started, StateChanged
from rnnviz.gui.worker import TrainingWorker
from tests.gui.driver import SMALL, Ear, wait_until
from tests.gui.processes import ends


@pytest.fixture
def worker(qapp):
    """A worker that was not started yet, and what it reports."""
    worker, ear = TrainingWorker(), Ear()
    worker.reported.connect(ear.hear)
    yield worker, ear.heard
    worker.close()


def test_commands_sent_before_the_engine_is_up_arrive_in_order(worker):
    worker, heard = worker
    for run in (1, 2, 3):
        worker.send(Start(run=run, experiment=SMALL, paused=True))
    worker.start()
    wait_until(lambda: any(isinstance(r, StateChanged) and r.run == 3 for r in heard))
    assert isinstance(heard[0], Ready)
    runs = [report.run for report in heard if isinstance(report, Started | LiveTrace)]
    assert runs == sorted(runs)
    pid = worker.engine_pid
    worker.close()
    assert ends(pid)


def test_a_worker_that_was_never_started_can_be_closed(qapp):
    worker = TrainingWorker()
    worker.send(Start(run=1, experiment=SMALL))
    worker.close()
    assert worker.engine_pid is None


def test_a_closed_worker_starts_no_engine(qapp):
    worker = TrainingWorker()
    worker.close()
    worker.start()
    worker._thread.quit()
    worker._thread.wait()
    assert worker.engine_pid is None


def test_closing_twice_is_closing_once(qapp):
    worker = TrainingWorker()
    worker.close()
    worker.close()
    assert not worker._thread.isRunning()


def test_a_log_file_that_cannot_be_opened_is_a_lost_engine(qapp, tmp_path):
    worker = TrainingWorker(tmp_path / "no folder" / "engine.log")
    lost: list[bool] = []
    worker.engine_lost.connect(lambda: lost.append(True))
    worker.start()
    wait_until(lambda: bool(lost))
    worker.close()
