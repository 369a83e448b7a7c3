"""The worker: commands before the engine is up, reports in order, an end that is an end."""

from __future__ import annotations

import os
import signal
from threading import Thread

import msgspec
import pytest

from rnnviz.engine.messages import (
    Adjust,
    Ask,
    LiveTrace,
    Ready,
    Start,
    Started,
    StateChanged,
    TraceExample,
    Watch,
)
from rnnviz.experiment import Training
from rnnviz.gui.model.engine_thread import EngineThread
from tests.gui.driver import SMALL, Ear, wait_until
from tests.gui.processes import ends


@pytest.fixture
def engine_thread(qapp):
    """A worker that was not started yet, and what it reports."""
    engine_thread, ear = EngineThread(), Ear()
    engine_thread.reported.connect(ear.hear)
    yield engine_thread, ear.heard
    engine_thread.close()


def test_commands_sent_before_the_engine_is_up_arrive_in_order(engine_thread):
    engine_thread, heard = engine_thread
    for run in (1, 2, 3):
        engine_thread.send(Start(run=run, experiment=SMALL, paused=True))
    engine_thread.start()
    wait_until(lambda: any(isinstance(r, StateChanged) and r.run == 3 for r in heard))
    assert isinstance(heard[0], Ready)
    runs = [report.run for report in heard if isinstance(report, Started | LiveTrace)]
    assert runs == sorted(runs)
    pid = engine_thread.engine_pid
    engine_thread.close()
    assert ends(pid)


def test_a_worker_that_was_never_started_can_be_closed(qapp):
    engine_thread = EngineThread()
    engine_thread.send(Start(run=1, experiment=SMALL))
    engine_thread.close()
    assert engine_thread.engine_pid is None


def test_a_closed_worker_starts_no_engine(qapp):
    engine_thread = EngineThread()
    engine_thread.close()
    engine_thread.start()
    engine_thread._thread.quit()
    engine_thread._thread.wait()
    assert engine_thread.engine_pid is None


def test_closing_twice_is_closing_once(qapp):
    engine_thread = EngineThread()
    engine_thread.close()
    engine_thread.close()
    assert not engine_thread._thread.isRunning()


def test_a_log_file_that_cannot_be_opened_is_a_lost_engine(qapp, tmp_path):
    engine_thread = EngineThread(tmp_path / "no folder" / "engine.log")
    lost: list[bool] = []
    engine_thread.engine_lost.connect(lambda: lost.append(True))
    engine_thread.start()
    wait_until(lambda: bool(lost))
    engine_thread.close()


def test_an_engine_that_does_not_read_keeps_nobody_waiting(engine_thread):
    engine_thread, heard = engine_thread
    engine_thread.start()
    engine_thread.send(Start(run=1, experiment=SMALL, paused=True))
    wait_until(lambda: any(isinstance(r, StateChanged) for r in heard))
    os.kill(engine_thread.engine_pid, signal.SIGSTOP)
    try:
        # Far more than a pipe holds: 64 KiB, and each command takes nearly 200 bytes.
        sending = Thread(
            target=lambda: [
                engine_thread.send(Adjust(run=1, training=Training(clip_norm=n + 0.5)))
                for n in range(1000)
            ],
            daemon=True,
        )
        sending.start()
        wait_until(lambda: not sending.is_alive())
    finally:
        os.kill(engine_thread.engine_pid, signal.SIGCONT)


def trace_of(run: int, request: int) -> Ask:
    return Ask(request=request, what=TraceExample(run=run, example=request % 20))


def test_what_waits_is_only_what_is_still_wanted(qapp):
    engine_thread = EngineThread()
    for run in (1, 2):
        engine_thread.send(Start(run=run, experiment=SMALL, paused=True))
        for request in range(100):
            engine_thread.send(Watch(run=run, example=request % 20))
            engine_thread.send(trace_of(run, request))
    assert [msgspec.to_builtins(command) for command in engine_thread.waiting] == [
        msgspec.to_builtins(command)
        for command in (
            Start(run=2, experiment=SMALL, paused=True),
            Watch(run=2, example=19),
            trace_of(2, 99),
        )
    ]
    engine_thread.close()
