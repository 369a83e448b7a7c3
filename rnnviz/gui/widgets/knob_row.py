"""One knob on the screen: its name, its number and its slider, all from its declaration."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import count

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from rnnviz.gui.widgets.file_field import FileField, Memory
from rnnviz.gui.widgets.slider import Slider
from rnnviz.knobs import Knob, KnobError, Value, positions
from rnnviz.words.translation import tr

_gestures = count(1)


def field_of(knob: Knob) -> str:
    """Which kind of field a knob needs: a row can show any knob of its kind."""
    if knob.kind is bool:
        return "switch"
    return "choice" if knob.choices else "file" if knob.files else "slider"


class KnobRow(QWidget):
    """Shows a value of one knob and lets a person turn it.

    A double click on the name or the slider asks for the default. What is typed and not
    taken stays, with the reason below, until it is mended or Escape gives it up. A file may be
    dropped on the row of a knob that holds one.
    """

    turned = Signal(object, int)
    """A value was chosen, and the number of the gesture (one drag, one entry) it is part of."""

    def __init__(self, knob: Knob, memory: Callable[[], Memory]) -> None:
        super().__init__()
        self._memory = memory
        self._gesture = 0
        self.title = QLabel()
        if not knob.choices:
            self.title.setMinimumWidth(40)  # the number matters more than the end of a long name
        self.title.installEventFilter(self)
        self._error = QLabel(objectName="error", wordWrap=True, visible=False)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.title, 0, 0)
        grid.setColumnStretch(0, 1)
        self.choice: QComboBox | None = None
        self.file: FileField | None = None
        self.switch: QCheckBox | None = None
        if knob.kind is bool:
            self._make_switch(grid)
        elif knob.choices:
            self._make_choice(grid)
        elif knob.files:
            self._make_file(grid)
        else:
            self._make_slider(grid)
        grid.addWidget(self._error, 2, 0, 1, 2)
        self.show_knob(knob)

    def show_knob(self, knob: Knob) -> None:
        """Show a knob of the same kind in place of the one before, at its default."""
        self.knob = knob
        title, unit = tr(knob.title), tr(knob.unit)
        self.title.setText(title)
        if self.choice is not None:
            self.choice.clear()
            self.choice.addItems([tr(choice) for choice in knob.choices])
            self.choice.setAccessibleName(title)
        elif self.switch is not None:
            self.switch.setAccessibleName(title)
        elif self.file is not None:
            self.file.files = knob.files
            self.file.button.setAccessibleName(title)
        else:
            self._stops = positions(knob)
            self.slider.blockSignals(True)
            self.slider.setRange(0, len(self._stops) - 1)
            self.slider.setPageStep(max(1, len(self._stops) // 10))
            self.slider.blockSignals(False)
            self.slider.setAccessibleName(title)
            self.number.setAccessibleName(title)
        what = tr(knob.help)
        takes = tr(
            "{takes}; default {default}",
            takes=f"{knob.takes} {unit}".strip(),
            default=knob.text(knob.default),
        )
        self.setToolTip(f"<p>{what}</p><p>{takes}</p>")
        self.show_value(knob.default)

    @property
    def fields(self) -> list[QWidget]:
        """What Tab goes to in this row, in order."""
        if self.choice is not None:
            return [self.choice]
        if self.switch is not None:
            return [self.switch]
        if self.file is not None:
            return [self.file.button, self.file.let_go]
        return [self.slider]

    def _make_choice(self, grid: QGridLayout) -> None:
        self.choice = QComboBox()
        self.choice.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.choice.activated.connect(self._choose)
        grid.addWidget(self.choice, 0, 1)

    def _make_switch(self, grid: QGridLayout) -> None:
        self.switch = QCheckBox()
        self.switch.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.switch.clicked.connect(self._flip)
        grid.addWidget(self.switch, 0, 1, Qt.AlignmentFlag.AlignRight)

    def _make_file(self, grid: QGridLayout) -> None:
        self.file = FileField(self._memory)
        self.file.chosen.connect(self.type)
        self.setAcceptDrops(True)
        grid.addWidget(self.file, 0, 1)
        grid.addWidget(self.file.name, 1, 0, 1, 2)

    def _make_slider(self, grid: QGridLayout) -> None:
        self.number = QLineEdit(objectName="number", alignment=Qt.AlignmentFlag.AlignRight)
        self.number.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.number.editingFinished.connect(self._read)
        self.number.installEventFilter(self)
        self.slider = Slider()
        self.slider.setFixedHeight(16)
        self.slider.sliderPressed.connect(self._begin)
        self.slider.valueChanged.connect(self._slide)
        self.slider.double_clicked.connect(self.reset)
        grid.addWidget(self.number, 0, 1)
        grid.addWidget(self.slider, 1, 0, 1, 2)

    @property
    def value(self) -> Value:
        """The value that is shown."""
        return self._value

    @property
    def text(self) -> str:
        """What stands in its field."""
        if self.choice is not None:
            return self.choice.currentText()
        if self.switch is not None:
            return tr("on") if self.switch.isChecked() else tr("off")
        if self.file is not None:
            return self.file.name.text()
        return self.number.text()

    @property
    def error(self) -> str:
        """Why what was typed is not taken; empty if nothing is wrong."""
        return "" if self._error.isHidden() else self._error.text()

    def show_value(self, value: Value) -> None:
        """Show a value without saying that it was turned."""
        self._value = value
        if self.choice is not None:
            self.choice.setCurrentIndex(self.knob.choices.index(str(value)))
            return
        if self.switch is not None:
            self.switch.setChecked(bool(value))
            return
        if self.file is not None:
            self.file.show_path(str(value))
            return
        assert not isinstance(value, str)
        self.slider.blockSignals(True)
        place = bisect_left(self._stops, value)
        self.slider.setValue(min(place, len(self._stops) - 1))
        self.slider.blockSignals(False)
        text = self.knob.text(value)
        self.number.setText(text)
        self._fit_number()
        self._complain("")

    def reset(self) -> None:
        """Ask for the default."""
        self._begin()
        self._say(self.knob.default)

    def type(self, text: str) -> None:
        """Take what a person typed, or say under the field why not."""
        try:
            value = self.knob.parse(text)
        except KnobError as error:
            self._complain(str(error))
            return
        self._begin()
        self._complain("")
        self._say(value)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802  Qt's name
        """Take a file, and nothing else."""
        if _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Choose the file that was dropped."""
        event.acceptProposedAction()
        self.type(_dropped(event))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """A double click on the name resets; Escape in the number gives up."""
        if watched is self.title and event.type() == QEvent.Type.MouseButtonDblClick:
            self.reset()
            return True
        if watched is not self.title and event.type() == QEvent.Type.FontChange:
            self._fit_number()
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()  # or the window's Escape would take it
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.show_value(self._value)
                self.number.clearFocus()
                return True
        return super().eventFilter(watched, event)

    def _fit_number(self) -> None:
        """As wide as it must be: the name beside it has the rest."""
        wide = max(52, self.number.fontMetrics().horizontalAdvance(self.number.text()) + 20)
        if self.number.minimumWidth() != wide:  # or the whole column is laid out anew
            self.number.setFixedWidth(wide)

    def _begin(self) -> None:
        self._gesture = next(_gestures)

    def _say(self, value: Value) -> None:
        self.show_value(value)
        self.turned.emit(value, self._gesture)

    def _slide(self, place: int) -> None:
        if not self.slider.isSliderDown():
            self._begin()
        self._say(self._stops[place])

    def _read(self) -> None:
        if self.number.text() != self.knob.text(self._value):
            self.type(self.number.text())
        else:
            self._complain("")
        if not self.error:
            self.number.clearFocus()

    def _flip(self, on: bool) -> None:
        self._begin()
        self._say(on)

    def _choose(self, index: int) -> None:
        self._begin()
        self._say(self.knob.choices[index])

    def _complain(self, why: str) -> None:
        self._error.setText(why)
        self._error.setVisible(bool(why))
        if self.file is None and self.number.property("wrong") != bool(why):
            self.number.setProperty("wrong", bool(why))
            self.number.style().polish(self.number)


def _dropped(event: QDropEvent) -> str:
    """The path of the one file that is dragged, or ""."""
    urls = event.mimeData().urls()
    return urls[0].toLocalFile() if len(urls) == 1 else ""
