"""Windows for the tests: one that most share, with its engine, and fresh ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from rnnviz.experiment import Experiment
from rnnviz.gui import layout
from rnnviz.gui.app import application, open_window
from rnnviz.gui.lab import Lab
from rnnviz.gui.main_window import MainWindow
from rnnviz.gui.preferences import Preferences
from rnnviz.gui.theme import Theme
from tests.gui.driver import SIZE, SMALL, Driver, end


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The application as `rnnviz` makes it."""
    app = application()
    app.setStyle("Fusion")
    return app


@pytest.fixture(scope="session")
def _shared(qapp: QApplication) -> Iterator[Driver]:
    driver = Driver(open_window(SMALL))
    yield driver
    end(driver.window)


@pytest.fixture
def driver(_shared: Driver) -> Iterator[Driver]:
    """The window that the tests share, as new: `SMALL` untrained, light, 1280 × 800."""
    put_back(_shared)
    yield _shared
    if _shared.lab.running:
        _shared.lab.stop()  # leave the processor to the tests that follow


def put_back(driver: Driver) -> None:
    """Make the shared window as it was at first, whatever a test did with it."""
    window, lab = driver.window, driver.lab
    player, stage = lab.player, lab.stage
    if window.theme.choice != "light":
        window.choose_theme("light")
    if window.theme.larger:
        window.theme.enlarge(-window.theme.larger)
    window.actions_by_name["full_screen"].setChecked(False)
    if window.size().toTuple() != SIZE:
        window.resize(*SIZE)
    closed = {name for name, dock in window.docks.items() if dock.isHidden()}
    if closed != layout.CLOSED or any(dock.isFloating() for dock in window.docks.values()):
        window.reset_layout()
    driver.panel("experiment").retrain.setChecked(False)
    driver.panel("hidden")._order.setCurrentIndex(0)
    player.pause()
    player.set_loop(False)
    player.set_speed(1)
    player.show_epoch(None)
    stage.select_unit(stage.unit)
    if stage.order != "index":
        stage.order_by("index")
    stage.show_layer(0)
    stage.reset_view()
    if QApplication.focusWidget() is not None:
        QApplication.focusWidget().clearFocus()
    window.activateWindow()
    driver.until(window.isActiveWindow)
    moved = player.example != 0
    player.show_example(0)
    untouched = lab.run.experiment == lab.draft.experiment == SMALL and not moved
    if untouched and lab.run.state == "paused" and not lab.run.trained and driver.whole:
        lab.draft.stack.clear()
    else:
        driver.set_up(SMALL)
    player.go_to(player.timesteps - 1)
    driver.until_drawn()
    driver.heard.clear()
    driver.notices.clear()


@pytest.fixture
def opened(qapp: QApplication) -> Iterator[Callable[..., Driver]]:
    """Opens windows with an engine of their own, as `rnnviz` does; a test may break them."""
    windows: list[MainWindow] = []

    def open_one(experiment: Experiment | None = SMALL, *, train: bool = False) -> Driver:
        windows.append(open_window(experiment, train=train))
        windows[-1].resize(*SIZE)
        return Driver(windows[-1])

    yield open_one
    while windows:
        end(windows.pop())


@pytest.fixture
def unplugged(qapp: QApplication) -> Iterator[Callable[..., Driver]]:
    """Opens windows whose engine was never started: quick, where nothing is computed."""
    windows: list[MainWindow] = []

    def open_one(experiment: Experiment = SMALL) -> Driver:
        preferences = Preferences()
        window = MainWindow(Lab(experiment), Theme(preferences.theme), preferences)
        windows.append(window)
        window.show()
        return Driver(window)

    yield open_one
    while windows:
        end(windows.pop())
