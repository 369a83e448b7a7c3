"""The panel of the preprocessing: it reads what is seen, and shows what is asked for now."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from rnnviz.engine.messages import ShowPreprocessing
from rnnviz.experiment import suited
from rnnviz.gui.app import open_window
from rnnviz.gui.panels.data.preprocessing import PreprocessingPanel
from rnnviz.records.preprocessing import PreparedSequence, PreparedSeries
from rnnviz.tasks import TASKS
from tests.gui.driver import SIZE, SMALL, Driver, end, point_at


@pytest.fixture(scope="module")
def driver(qapp: QApplication) -> Iterator[Driver]:
    """A window with this panel in front. What builds it is of the module: pyqtgraph keeps a
    widget for each plot, as long as the plot lives."""
    driver = Driver(open_window(SMALL))
    driver.window.resize(*SIZE)
    driver.until_ready()
    driver.window.frames["preprocessing"].raise_()
    driver.until(lambda: driver.panel("preprocessing").preprocessing is not None)
    yield driver
    end(driver.window)


def shown(driver: Driver, **task: object) -> PreprocessingPanel:
    """The panel in front, with an experiment on this task."""
    driver.window.frames["preprocessing"].raise_()
    name = str(task.pop("name"))
    driver.set_up(suited(TASKS[name](**task)).with_value("training.device", "cpu"))
    panel = driver.panel("preprocessing")
    assert isinstance(panel, PreprocessingPanel)
    driver.until(lambda: (panel.asked or (0,))[0] == driver.workspace.run.number)
    driver.until(lambda: not driver.workspace.questions.open(ShowPreprocessing))
    driver.until_drawn()
    return panel


def test_behind_a_tab_it_reads_nothing(driver: Driver):
    driver.window.frames["stage"].raise_()
    panel = driver.panel("preprocessing")
    driver.until_drawn()
    before = panel.asked
    driver.set_up(suited(TASKS["series"](series="passengers")))
    assert panel.asked == before


def test_a_review_is_shown_with_its_padding(driver: Driver):
    panel = shown(driver, name="sentiment", longest=20)
    assert isinstance(panel.preprocessing, PreparedSequence)
    assert panel.strip.isVisible()
    assert not panel.plot.isVisible()
    (stretch,) = panel.preprocessing.stretches
    padding = stretch.padded - stretch.length
    assert padding == panel.drawn()["padding"].sum() > 0
    assert f"{padding} padding: neither read nor counted" in panel.readout.text()


def test_the_frame_follows_the_player_past_the_padding(driver: Driver):
    panel = shown(driver, name="dates", dates=500)
    length = panel.preprocessing.stretches[0].length
    driver.workspace.player.go_to(length)  # the decoder's first timestep
    driver.until_drawn()
    drawn = panel.drawn()
    positions = drawn["positions"]
    (begins,) = positions[1:][np.diff(positions) > 1]  # a gap is between what is read and taught
    assert begins > length  # padding is before it
    low, high = drawn["in view"]
    assert drawn["framed"] == begins
    assert low <= drawn["framed"] < high


def test_another_example_moves_the_window_of_a_series(driver: Driver):
    panel = shown(driver, name="series", series="passengers", window=6)
    assert isinstance(panel.preprocessing, PreparedSeries)
    first = panel.drawn()["window"]
    driver.workspace.player.show_example(2)
    driver.until(lambda: np.array_equal(panel.drawn()["window"], first + 2))
    driver.until_drawn()


def test_pointing_at_a_series_says_its_month(driver: Driver):
    panel = shown(driver, name="series", series="passengers", window=6)
    point_at(panel.plot, 1, 300)
    assert panel.readout.text().startswith("1949-01: 112 → scaled")


def test_a_stale_answer_is_dropped(driver: Driver):
    panel = shown(driver, name="series", series="passengers", window=6)
    first = panel.preprocessing.start
    for example in (1, 2, 3, 0):  # none but the last is waited for
        driver.workspace.player.show_example(example)
        driver.workspace.clock.draw_now()
    driver.until(lambda: not driver.workspace.questions.open(ShowPreprocessing))
    driver.until_drawn()
    assert panel.preprocessing.start == first


def test_where_examples_are_drawn_by_lot_the_task_says_so(driver: Driver):
    panel = shown(driver, name="adding", lists=60, length=10)
    assert panel.empty_text == " ".join(map(str, panel.preprocessing.how))
    assert not panel.strip.isVisible()
