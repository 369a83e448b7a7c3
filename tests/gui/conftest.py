"""Windows for the tests: one that most share, with its engine, and fresh ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from rnnviz.experiment import Experiment
from rnnviz.gui.app import application, open_window
from rnnviz.gui.look.theme import Theme
from rnnviz.gui.model.preferences import Preferences
from rnnviz.gui.model.workspace import Workspace
from rnnviz.gui.window.main_window import MainWindow
from tests.gui.driver import SIZE, SMALL, Driver, end, put_back


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The application as `rnnviz` makes it."""
    app = application()
    app.setStyle("Fusion")
    return app


@pytest.fixture(scope="session")
def shared(qapp: QApplication) -> Iterator[Driver]:
    """The window that most tests share, as the last one left it."""
    driver = Driver(open_window(SMALL))
    yield driver
    end(driver.window)


@pytest.fixture
def driver(shared: Driver) -> Iterator[Driver]:
    """The window that the tests share, as new: `SMALL` untrained, light, 1280 × 800."""
    put_back(shared)
    yield shared
    if shared.workspace.running:
        shared.workspace.stop()  # leave the processor to the tests that follow


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
        window = MainWindow(Workspace(experiment), Theme(preferences.theme), preferences)
        windows.append(window)
        window.show()
        return Driver(window)

    yield open_one
    while windows:
        end(windows.pop())
