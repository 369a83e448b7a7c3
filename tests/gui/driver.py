"""Driving the real window in a test: ears for what the engine reports, hands for the mouse.

Waits have deadlines and end as soon as what they wait for is there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import (
    QCoreApplication,
    QDeadlineTimer,
    QEvent,
    QObject,
    QPoint,
    QPointF,
    Qt,
    Slot,
)
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from rnnviz.engine.messages import Answer, LiveTrace, Part, Report, Started
from rnnviz.experiment import Experiment, Network, Training
from rnnviz.gui.panels.base.panel import Behind
from rnnviz.gui.widgets.knob_row import KnobRow
from rnnviz.gui.widgets.plot import Plot
from rnnviz.gui.window.main_window import MainWindow
from rnnviz.store import places
from rnnviz.tasks import Sine

SIZE = (1280, 800)
DEADLINE = 30_000  # milliseconds; only a test that fails waits so long

SINE = Sine(window=12, windows=120)
SMALL = Experiment(
    task=SINE,
    network=Network(hidden=9),
    training=Training(epochs=3, batch=20, device="cpu"),
)
"""100 windows to train in 5 batches an epoch, 20 to validate: over in a moment."""

LONG = Experiment(
    task=Sine(window=20, windows=600),
    network=Network(hidden=16),
    training=Training(epochs=10_000, batch=50, device="cpu"),
)
"""Trains until it is told to end."""

Kind = TypeVar("Kind", bound=Report)


def wait_until(wanted: Callable[[], bool], timeout: int = DEADLINE) -> None:
    """Let Qt work until something is so; fail at the deadline."""
    deadline = QDeadlineTimer(timeout)
    while not wanted():
        if deadline.hasExpired():
            pytest.fail(f"it was not so within {timeout / 1000:g} s")
        QTest.qWait(5)


class Ear(QObject):
    """Hears in the window's thread, in order with what the window hears."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Report] = []

    @Slot(object)
    def hear(self, report: Report) -> None:
        self.heard.append(report)


class Driver:
    """A window, what its engine said, and the hands of a person."""

    def __init__(self, window: MainWindow) -> None:
        self.window, self.workspace = window, window.workspace
        self._ear = Ear()
        self.heard = self._ear.heard
        self.notices: list[str] = []
        self.workspace.engine_thread.reported.connect(self._ear.hear)
        self.workspace.warned.connect(self.notices.append)

    # --- waiting -------------------------------------------------------------------------

    def until(self, wanted: Callable[[], bool]) -> None:
        """Let the window work until something is so; fail at the deadline."""
        wait_until(wanted)

    def until_state(self, *states: str) -> None:
        self.until(lambda: self.workspace.run.state in states)

    def until_drawn(self) -> None:
        """Until nothing is left to draw."""
        self.until(lambda: not self.workspace.clock.running)

    def until_ready(self) -> None:
        """Until the network of the sliders stands untrained, and is shown."""
        self.until(
            lambda: (
                self.workspace.run.state == "paused"
                and self.workspace.run.experiment == self.workspace.draft.experiment
                and bool(self.reports(LiveTrace))
            )
        )
        self.until_drawn()

    def reports(self, kind: type[Kind]) -> list[Kind]:
        """What the engine said or answered about the present run, of one kind."""
        number = self.workspace.run.number
        of_now = [r for r in self.heard if getattr(r, "run", None) == number]
        told = [r.what if isinstance(r, Part | Answer) else r for r in of_now]
        return [r for r in told if isinstance(r, kind)]

    @property
    def started(self) -> Started:
        return self.reports(Started)[-1]

    @property
    def whole(self) -> bool:
        """Whether a trace with all its parts is shown, as it comes while nothing trains."""
        trace = self.workspace.view_state.trace
        return trace is not None and trace.saliency is not None

    # --- doing ---------------------------------------------------------------------------

    def do(self, action: str) -> None:
        """Trigger an action as its menu does; it must be possible now."""
        assert self.window.actions_by_name[action].isEnabled(), action
        self.window.actions_by_name[action].trigger()

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier):
        """Press a key wherever the keyboard is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def set_up(self, experiment: Experiment) -> None:
        """Make this the experiment, with its network untrained and shown."""
        self.workspace.draft.replace(experiment, "set up by a test")
        self.workspace.draft.stack.clear()
        self.workspace.reset()
        self.until_ready()

    def train_to_the_end(self) -> None:
        self.do("train")
        self.until_state("finished")
        self.until_rested()

    def until_rested(self) -> None:
        """Until the trace that is owed after training is there, with its saliency."""
        self.until(lambda: self.whole)
        self.until_drawn()

    # --- finding -------------------------------------------------------------------------

    def panel(self, name: str) -> Any:  # each has parts of its own
        return self.window.panels[name]

    def row(self, path: str) -> KnobRow:
        return self.panel("experiment").rows[path]

    def button(self, action: str) -> QWidget:
        """The button of an action in a toolbar."""
        holders: list[Any] = self.window.actions_by_name[action].associatedObjects()
        for widget in holders:
            if widget.metaObject().className() == "QToolBar" or hasattr(widget, "widgetForAction"):
                found = widget.widgetForAction(self.window.actions_by_name[action])
                if found is not None:
                    return found
        raise LookupError(action)


def pixel(plot: Plot, x: float, y: float) -> QPoint:
    """Where a point of a plot is, in the pixels of its viewport."""
    return plot.mapFromScene(plot.box.mapViewToScene(QPointF(x, y)))


def point_at(plot: Plot, x: float, y: float) -> None:
    """Move the mouse over a point of a plot, no button pressed."""
    send_mouse(plot.viewport(), QEvent.Type.MouseMove, pixel(plot, x, y))


def click_at(plot: Plot, x: float, y: float) -> None:
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=pixel(plot, x, y))


def drag(widget: QWidget, *places: QPoint) -> None:
    """Press at the first place, move over the others, release at the last."""
    left = Qt.MouseButton.LeftButton
    send_mouse(widget, QEvent.Type.MouseButtonPress, places[0], left)
    for place in places[1:]:
        send_mouse(widget, QEvent.Type.MouseMove, place, left)
    send_mouse(widget, QEvent.Type.MouseButtonRelease, places[-1], left)


def send_mouse(
    widget: QWidget,
    kind: QEvent.Type,
    place: QPoint,
    button: Qt.MouseButton = Qt.MouseButton.NoButton,
) -> None:
    # QTest.mouseMove has no pressed button and moves the one pointer that the screen has.
    moving, up = kind == QEvent.Type.MouseMove, kind == QEvent.Type.MouseButtonRelease
    event = QMouseEvent(
        kind,
        QPointF(place),
        QPointF(widget.mapToGlobal(place)),
        Qt.MouseButton.NoButton if moving else button,
        Qt.MouseButton.NoButton if up else button,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)


def end(window: MainWindow) -> None:
    """Close a window and delete it now. What it remembers is of no use to others: windows of a
    module or of the session share a home."""
    window.close()
    (places.settings_folder() / "rnnviz.conf").unlink(missing_ok=True)
    window.workspace.deleteLater()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def put_back(driver: Driver) -> None:
    """Make the shared window as it was at first, whatever a test did with it."""
    window, workspace = driver.window, driver.workspace
    player, view_state = workspace.player, workspace.view_state
    if window.theme.choice != "light":
        window.choose_theme("light")
    if window.theme.larger:
        window.theme.enlarge(-window.theme.larger)
    window.actions_by_name["full_screen"].setChecked(False)
    if window.size().toTuple() != SIZE:
        window.resize(*SIZE)
    docks = window.docks.values()
    displaced = any(one.isHidden() != one.panel.home.closed for one in window.frames.values())
    moved = list(window.stage.lanes) != [state[0] for state in window.stage.lane_states()]
    if displaced or moved or any(dock.isFloating() for dock in docks):
        window.reset_layout()
    for dock in docks:
        home = dock.panel.home
        if isinstance(home, Behind) and not dock.visibleRegion().isEmpty():
            window.docks[home.front].raise_()
    driver.panel("experiment").retrain.setChecked(False)
    driver.panel("hidden").order_choice.setCurrentIndex(0)
    player.pause()
    player.set_loop(False)
    player.set_speed(1)
    player.show_epoch(None)
    view_state.select_unit(view_state.unit)
    if view_state.order != "index":
        view_state.order_by("index")
    view_state.show_layer(0)
    view_state.reset_view()
    if QApplication.focusWidget() is not None:
        QApplication.focusWidget().clearFocus()
    window.activateWindow()
    driver.until(window.isActiveWindow)
    moved = player.example != 0
    player.show_example(0)
    untouched = workspace.run.experiment == workspace.draft.experiment == SMALL and not moved
    if untouched and workspace.run.state == "paused" and not workspace.run.trained and driver.whole:
        workspace.draft.stack.clear()
    else:
        driver.set_up(SMALL)
    player.go_to(player.timesteps - 1)
    for panel in window.panels.values():  # the mouse points at nothing
        if hasattr(panel, "plot"):
            panel.plot.left.emit()
    driver.panel("notepad").cells.pointed.emit(-1)
    driver.until_drawn()
    driver.heard.clear()
    driver.notices.clear()
