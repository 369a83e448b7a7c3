"""Writing: a network that predicts the next letter writes on, as it learns."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QTextEdit, QToolButton

from rnnviz.engine.messages import Written
from rnnviz.gui.aspect import Aspect
from rnnviz.gui.lab import Lab
from rnnviz.gui.panels.panel import Panel
from rnnviz.gui.theme import Theme
from rnnviz.gui.widgets.slider import Slider

LENGTH = 300
TEMPERATURES = 20
"""steps of a tenth, from 0 to 2"""


class WritingPanel(Panel):
    """Goes on with a text that a person gives. The likelier a letter was, the stronger its
    background; pointing at it tells what else could have come."""

    name = "writing"

    def __init__(self, lab: Lab, theme: Theme) -> None:
        super().__init__(lab.clock, theme)
        self._lab = lab
        self._written: Written | None = None
        self._epochs = 0
        self.seed_text = QLineEdit("The ")
        self.seed_text.setPlaceholderText(self.tr("goes on with this text"))
        self.seed_text.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.seed_text.returnPressed.connect(self.write)
        self.temperature = Slider()
        self.temperature.setRange(0, TEMPERATURES)
        self.temperature.setValue(8)
        self.temperature.setToolTip(
            self.tr("Temperature: 0 always takes the likeliest letter, more dares more.")
        )
        self.temperature.setAccessibleName(self.tr("temperature"))
        self._degrees = QLabel("0.8")
        self.temperature.valueChanged.connect(lambda t: self._degrees.setText(f"{t / 10:.1f}"))
        self.temperature.sliderReleased.connect(self.write)
        self.button = QToolButton(text=self.tr("Write"))
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(self.write)
        self.always = QCheckBox(self.tr("as it learns"))
        self.always.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.always.setChecked(True)
        self.page = QTextEdit(readOnly=True)
        self.page.setMouseTracking(True)
        self.page.viewport().setMouseTracking(True)
        self.page.viewport().installEventFilter(self)
        self.page.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        line = QHBoxLayout()
        line.setContentsMargins(8, 6, 8, 2)
        for widget in (
            self.seed_text,
            QLabel(self.tr("temperature"), objectName="muted"),
            self.temperature,
            self._degrees,
        ):
            line.addWidget(widget)
        self.body.addLayout(line)
        self.body.addWidget(self.page)
        self.readout = QLabel(objectName="muted")
        for widget in (self.button, self.always, self.readout):
            self.controls.addWidget(widget)
        lab.run.written.connect(self._show)
        lab.run.changed.connect(self._run_changed)

    @property
    def title(self) -> str:
        return self.tr("Writing")

    def write(self) -> None:
        """Ask the network of now for a text."""
        experiment = self._lab.run.experiment
        if experiment is not None and experiment.task.writes and self._lab.run.can_trace:
            self._lab.run.write(
                self.seed_text.text(), LENGTH, self.temperature.value() / 10, self._epochs
            )

    def draw(self, what: Aspect) -> None:
        experiment = self._lab.run.experiment
        writes = experiment is not None and experiment.task.writes
        self.say_empty(
            ""
            if writes and self._written is not None
            else self.tr("The text that the network writes as it learns will be here.")
            if writes
            else self.tr("Choose the task Characters: its network writes as it learns.")
        )
        self.page.setVisible(writes and self._written is not None)
        self.button.setEnabled(writes and self._lab.run.can_trace)
        if self._written is not None and what & (Aspect.THEME | Aspect.PROGRESS):
            self.page.setHtml(self._as_html(self._written))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Say what is under the mouse."""
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._point(event)
        return super().eventFilter(watched, event)

    def _run_changed(self, what: Aspect) -> None:
        run = self._lab.run
        if len(run.history) < self._epochs:
            self._written = None
        if len(run.history) != self._epochs:
            self._epochs = len(run.history)
            if self.always.isChecked() and self.isVisible() and run.history:
                self.write()
        if what & Aspect.STATE:
            self.mark(Aspect.STATE)

    def _show(self, written: Written) -> None:
        self._written = written
        self.mark(Aspect.PROGRESS)

    def _as_html(self, written: Written) -> str:
        given = html.escape(self.seed_text.text())
        shade = QColor(self.colours.answer)
        red, green, blue = shade.red(), shade.green(), shade.blue()
        parts = []
        for letter, likely in zip(written.text, written.likely, strict=True):
            share = dict(likely).get(letter, 0.0)
            parts.append(
                f'<span style="background-color: rgba({red},{green},{blue},{0.45 * share:.2f})">'
                f"{html.escape(letter)}</span>"
            )
        return f'<div style="white-space: pre-wrap"><b>{given}</b>{"".join(parts)}</div>'.replace(
            "\n", "<br>"
        )

    def _point(self, event: QMouseEvent) -> None:
        if self._written is None:
            return
        cursor = self.page.cursorForPosition(event.position().toPoint())
        place = cursor.position() - len(self.seed_text.text())
        if 0 <= place < len(self._written.likely):
            best = self._written.likely[place][:5]
            self.readout.setText(
                "  ".join(f"{repr(letter)[1:-1]} {share:.0%}" for letter, share in best)
            )
        else:
            self.readout.setText("")
