"""The comparison: the present run and the pinned ones in a small table."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from rnnviz.gui.aspect import Aspect
from rnnviz.gui.comparison import Pinned, pinned
from rnnviz.gui.lab import Lab
from rnnviz.gui.panels.panel import Panel
from rnnviz.gui.theme import Theme
from rnnviz.numerals import short


class ComparisonPanel(Panel):
    """Delete lets the selected run go; a double click takes its settings back."""

    name = "comparison"

    def __init__(self, lab: Lab, theme: Theme) -> None:
        super().__init__(lab.clock, theme)
        self._lab = lab
        lab.comparison.changed.connect(lambda: self.mark(Aspect.PINS))
        lab.run.changed.connect(self.mark)

    def build(self) -> None:
        self.table = _Table(self)
        self.body.addWidget(self.table)
        self.table.cellDoubleClicked.connect(lambda row, _: self._take_back(row - 1))

    @property
    def title(self) -> str:
        return self.tr("Comparison")

    def let_go(self, row: int) -> None:
        """Let the run in a row go; the first row is the present run and stays."""
        self._lab.comparison.unpin(row - 1)

    def draw(self, what: Aspect) -> None:
        if not what & (Aspect.PINS | Aspect.EPOCHS | Aspect.STATE | Aspect.THEME):
            return
        now = pinned(self._lab.run, self.tr("now"))
        runs = [*([now] if now else []), *self._lab.comparison.runs]
        self.say_empty(
            ""
            if runs
            else self.tr("Runs will stand here side by side: train, then pin one (Ctrl+D).")
        )
        self.table.setVisible(bool(runs))
        headers = [
            self.tr("run"),
            self.tr("parameters"),
            self.tr("epochs"),
            self.tr("loss"),
            self.tr("measure"),
            self.tr("s"),
            self.tr("ms/step"),
        ]
        self.table.setColumnCount(len(headers))
        self.table.setHorizontalHeaderLabels(headers)
        self.table.setRowCount(len(runs))
        for row, run in enumerate(runs):
            for column, text in enumerate(_cells(run)):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.table.setItem(row, column, item)

    def _take_back(self, place: int) -> None:
        if 0 <= place < len(self._lab.comparison.runs):
            run = self._lab.comparison.runs[place]
            self._lab.draft.replace(run.experiment, run.label)


class _Table(QTableWidget):
    def __init__(self, panel: ComparisonPanel) -> None:
        super().__init__()
        self._panel = panel
        self.verticalHeader().setVisible(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setHighlightSections(False)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  Qt's name
        """Delete lets the selected run go."""
        if event.key() == Qt.Key.Key_Delete and self.currentRow() > 0:
            self._panel.let_go(self.currentRow())
        else:
            super().keyPressEvent(event)


def _cells(run: Pinned) -> list[str]:
    last = run.last
    name, value = next(iter(last.metrics.items()), ("", None))
    return [
        run.label,
        f"{run.parameters:,}",
        str(last.epoch),
        short(last.valid_loss),
        f"{name} {short(value)}" if value is not None else "",
        f"{last.seconds:.1f}",
        f"{run.milliseconds:.2f}",
    ]
