"""Questions to the engine: no answer about a run outlives it."""

from __future__ import annotations

from rnnviz.engine.messages import CheckData
from tests.gui.driver import Driver


def test_an_answer_about_a_run_that_is_over_is_not_taken(driver: Driver):
    workspace = driver.workspace
    workspace.run.check_data()
    while workspace.engine_thread.waiting:  # it is on its way before another run begins
        pass
    workspace.reset()
    assert workspace.run.started is None
    assert not workspace.questions.open(CheckData)
    driver.until_ready()  # an answer that was taken would have failed by now
