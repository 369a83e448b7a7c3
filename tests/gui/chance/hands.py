"""The hands: where a person finds things in the window, and answers to what opens by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from PySide6.QtCore import QEventLoop, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QSlider,
    QTableWidget,
    QToolBar,
    QWidget,
)

from rnnviz.gui.widgets.batch_picture import BatchPicture
from rnnviz.gui.widgets.cells import Cells
from rnnviz.gui.widgets.knob_row import KnobRow
from rnnviz.gui.widgets.plot import Plot
from rnnviz.gui.widgets.strip import Strip
from rnnviz.gui.widgets.written_page import WrittenPage
from tests.gui.driver import Driver, drag

KINDS: dict[str, tuple[type[QWidget], ...]] = {
    "button": (QAbstractButton,),
    "chooser": (QComboBox,),
    "slider": (QSlider,),
    "field": (QLineEdit,),
    "picture": (Plot, Cells, Strip, BatchPicture, WrittenPage),
    "table": (QTableWidget,),
}


def places(driver: Driver) -> dict[str, QWidget]:
    """Where widgets are, by name: each panel with its header, and the toolbars."""
    bars = {bar.objectName(): bar for bar in driver.window.findChildren(QToolBar)}
    return {**driver.window.frames, **{name: bar for name, bar in bars.items() if name}}


def widgets(place: QWidget, kind: str) -> list[QWidget]:
    """All widgets of a kind in a place, in the order in which they were made; not those of knob
    rows, which come and go and are found by the names of their knobs."""
    found = [w for w in place.findChildren(QWidget) if isinstance(w, KINDS[kind])]
    return [w for w in found if not _in_row(w, place) and w.objectName() != "qt_spinbox_lineedit"]


def _in_row(widget: QWidget, place: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None and parent is not place:
        if isinstance(parent, KnobRow | QTableWidget):
            return True
        parent = parent.parentWidget()
    return False


def usable(widget: QWidget) -> bool:
    """Whether a person could use it now."""
    return widget.isVisible() and widget.isEnabled() and not widget.visibleRegion().isEmpty()


def within(widget: QWidget, x: float, y: float) -> QPoint:
    """A place in a widget, in shares of its size."""
    return QPoint(int(x * (widget.width() - 1)), int(y * (widget.height() - 1)))


def surface(widget: QWidget) -> QWidget:
    """What takes the mouse: of what scrolls, its viewport."""
    return widget.viewport() if hasattr(widget, "viewport") else widget


def turn_wheel(widget: QWidget, place: QPoint, angle: int) -> None:
    event = QWheelEvent(
        QPointF(place),
        QPointF(widget.mapToGlobal(place)),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


class Manners(QObject):
    """Answers what opens by itself and would wait for ever: dialogs are accepted or cancelled, in
    menus something is picked."""

    def __init__(self, chance: Random, folder: Path) -> None:
        super().__init__()
        self._chance, self._folder = chance, folder
        self._tries: dict[int, int] = {}
        (folder / "text.txt").write_text("To be, or not to be, that is the question. " * 40)
        (folder / "short.txt").write_text("Oh")
        (folder / "noise.txt").write_bytes(bytes(chance.randrange(256) for _ in range(3000)))
        self._timer = QTimer(self, interval=15)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()

    def _look(self) -> None:
        dialog, popup = QApplication.activeModalWidget(), QApplication.activePopupWidget()
        # Not from here: what is answered may open the next one, and this timer would wait for it.
        if isinstance(popup, QMenu):
            QTimer.singleShot(0, self, lambda: self._pick(popup))
        elif isinstance(dialog, QDialog):
            QTimer.singleShot(0, self, lambda: self._answer(dialog))

    def _pick(self, menu: QMenu) -> None:
        if QApplication.activePopupWidget() is not menu:
            return
        if self._patience(menu) > 3 or self._chance.random() < 0.3:
            QTest.keyClick(menu, Qt.Key.Key_Escape)
            return
        for _ in range(self._chance.randrange(1, 1 + max(1, len(menu.actions())))):
            QTest.keyClick(menu, Qt.Key.Key_Down)
        action = menu.activeAction()
        quits = action is not None and action.shortcut().toString() == "Ctrl+Q"
        QTest.keyClick(menu, Qt.Key.Key_Escape if quits else Qt.Key.Key_Return)

    def _answer(self, dialog: QDialog) -> None:
        if QApplication.activeModalWidget() is not dialog:
            return
        if self._patience(dialog) > 3:
            dialog.reject()
            return
        if not isinstance(dialog, QFileDialog):
            QTest.keyClick(dialog, Qt.Key.Key_Return)  # a question of Qt's: its usual answer
            return
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        if field is None or self._chance.random() < 0.4:
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
            return
        saves = dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
        names = ["one", "two.csv", "no such folder/a"] if saves else ["text.txt", "short.txt"]
        if not saves:
            names += ["noise.txt", "nothing.txt"]
        field.setText(str(self._folder / self._chance.choice(names)))
        QTest.keyClick(field, Qt.Key.Key_Return)

    def _patience(self, widget: QWidget) -> int:
        self._tries[id(widget)] = self._tries.get(id(widget), 0) + 1
        return self._tries[id(widget)]


PACE_MS = 400


def pace(driver: Driver, how: str) -> None:
    """Let the window work for a moment: until its next report, trace or frame has come, or a
    slider is followed; no longer where it does not come."""
    if how == "none":
        return
    if how == "turn":
        QApplication.processEvents()
        return
    workspace = driver.workspace
    awaited = {
        "report": workspace.engine_thread.reported,
        "trace": workspace.run.trace_received,
        "drawn": workspace.clock.drawn,
        "follow": workspace._rest.timeout,
    }[how]
    loop = QEventLoop()
    awaited.connect(loop.quit)
    late = QTimer(singleShot=True, interval=PACE_MS)
    late.timeout.connect(loop.quit)
    late.start()
    loop.exec()
    awaited.disconnect(loop.quit)


def some_pace(driver: Driver, chance: Random) -> str:
    """How to wait; for nothing that would not come."""
    workspace, pick = driver.workspace, chance.random()
    follows = workspace.due
    if pick < 0.4 or not (follows or workspace.run.state in ("preparing", "training")):
        return "none" if pick < 0.5 else "turn" if pick < 0.8 else "drawn"
    if follows and pick < 0.6:
        return "follow"
    return "report" if pick < 0.7 else "trace" if pick < 0.9 else "drawn"


def close_popups() -> None:
    """Close what is open on top of the window."""
    for _ in range(4):
        popup = QApplication.activePopupWidget()
        if popup is None:
            return
        QTest.keyClick(popup, Qt.Key.Key_Escape)
        if popup.isVisible():
            popup.close()


def close_dialogs(driver: Driver) -> None:
    """Close About and the list of keys."""
    for dialog in driver.window.findChildren(QDialog):
        dialog.close()


def pick(box: QComboBox, entry: int, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Open a box and pick an entry with the keyboard."""
    box.showPopup()
    view = box.view()
    meanwhile()
    QTest.keyClick(view, Qt.Key.Key_Home)
    for _ in range(min(entry, box.count() - 1)):
        QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Return)
    if view.isVisible():
        box.hidePopup()


def drag_to(slider: QSlider, share: float) -> None:
    """Drag from where the handle is to a share of the whole way."""
    span = max(1, slider.maximum() - slider.minimum())
    here = (slider.value() - slider.minimum()) / span
    middle = slider.height() // 2
    places = [QPoint(round(x * (slider.width() - 1)), middle) for x in (here, (here + share) / 2)]
    drag(slider, *places, QPoint(round(share * (slider.width() - 1)), middle))
