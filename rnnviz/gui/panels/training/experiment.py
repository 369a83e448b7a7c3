"""The experiment: every knob of the task, the network and the training."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from rnnviz.experiment import idle, knobs, suited
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.preferences import Preferences
from rnnviz.gui.panels.base.panel import Column, Context, Panel
from rnnviz.gui.widgets.knob_row import KnobRow, field_of
from rnnviz.gui.widgets.picture import Drawing
from rnnviz.knobs import Knob, Value
from rnnviz.tasks import TASKS
from rnnviz.words.translation import mark, tr

AFTER_MS = 200
"""When the rest of the rows is made after the window, in milliseconds."""


class ExperimentPanel(Panel):
    """Shows the draft; every row turns one of its knobs."""

    name = "experiment"
    title = mark("Experiment")
    help = mark(
        "Every knob of the task, the network and the training: what they do stands in their tips."
    )
    home = Column("experiment", 600)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        workspace = context.workspace
        self._draft = draft = workspace.draft
        self.rows: dict[str, KnobRow] = {}
        self.scroll_area = _Scroll()
        self.body.addWidget(self.scroll_area)
        self.retrain = QCheckBox(tr("retrain as I move"))
        self.retrain.setToolTip(tr("Start training again a moment after a slider comes to rest."))
        self.retrain.setChecked(workspace.retrain)
        self.retrain.toggled.connect(workspace.set_retrain)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 5, 12, 6)
        foot.addWidget(self.retrain)
        self.body.addLayout(foot)
        self._spare: list[KnobRow] = []
        page = QWidget()
        self._rows = QVBoxLayout(page)
        self._rows.setContentsMargins(12, 4, 14, 4)
        self._rows.setSpacing(3)
        self._rows.addLayout(self._task_choice())
        self._task_rows = QVBoxLayout()
        self._task_rows.setSpacing(3)
        self._rows.addLayout(self._task_rows)
        self.scroll_area.setWidget(page)
        self._show_task()
        self._add_rows("network", tr("Network"))
        # The window is painted first: these stand at the lower end.
        QTimer.singleShot(AFTER_MS, self, self._add_rest)
        self._show()
        draft.changed.connect(self._show)

    def draw(self, what: Aspect) -> None:
        """Nothing moves here by itself; Qt paints the rows."""

    def drawn(self) -> Drawing:
        """The text of every row that can be seen, by the path of its knob."""
        return {
            path: np.array(row.text) for path, row in self.rows.items() if row.isVisibleTo(self)
        }

    def _show_task(self) -> None:
        """Show the knobs of the task of now in the rows of the one before: to make and dress
        a row takes ten times as long."""
        task = self._draft.experiment.task
        self._task = type(task)
        self.tasks.setCurrentIndex(list(TASKS.values()).index(self._task))
        self.tasks.setToolTip(tr(task.summary))
        for path in [path for path in self.rows if path.startswith("task.")]:
            row = self.rows.pop(path)
            self._task_rows.removeWidget(row)
            row.hide()
            self._spare.append(row)
        for path, knob in knobs(self._draft.experiment):
            if path.startswith("task."):
                self.rows[path] = self._row(knob)
                self._task_rows.addWidget(self.rows[path])
        self._put_in_order()

    def _put_in_order(self) -> None:
        """Let Tab go from the task through its knobs, as they stand: rows may be older than
        those above them."""
        before: QWidget = self.tasks
        for path, row in self.rows.items():
            if path.startswith("task."):
                for field in row.fields:
                    QWidget.setTabOrder(before, field)
                    before = field

    def _row(self, knob: Knob) -> KnobRow:
        """A row that shows a knob: a spare one of its kind, or a new one."""
        for place, row in enumerate(self._spare):
            if field_of(row.knob) == field_of(knob):
                del self._spare[place]
                row.show_knob(knob)
                return row
        row = KnobRow(knob, Preferences)
        row.turned.connect(partial(self._turn, row))
        return row

    def _add_rest(self) -> None:
        self._add_rows("training", tr("Training"))
        self._rows.addStretch(1)
        self._show()

    def _add_rows(self, part: str, title: str) -> None:
        self._rows.addWidget(QLabel(title, objectName="section"))
        for path, knob in knobs(self._draft.experiment):
            if path.partition(".")[0] == part:
                self.rows[path] = self._row(knob)
                self._rows.addWidget(self.rows[path])

    def _task_choice(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.addWidget(QLabel(tr("Task"), objectName="section"))
        self.tasks = QComboBox()
        self.tasks.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tasks.setAccessibleName(tr("Task"))
        for name, kind in TASKS.items():
            self.tasks.addItem(tr(kind.title), name)
            summary = tr(kind.summary)
            self.tasks.setItemData(self.tasks.count() - 1, summary, Qt.ItemDataRole.ToolTipRole)
        self.tasks.activated.connect(self._choose_task)
        line.addWidget(self.tasks, 1)
        return line

    def _choose_task(self) -> None:
        kind = TASKS[self.tasks.currentData()]
        if kind is not self._task:
            title = tr(kind.title)
            self._draft.replace(suited(kind()), tr("task {title}").format(title=title))

    def _turn(self, turned: KnobRow, value: Value, gesture: int) -> None:
        path = next(path for path, row in self.rows.items() if row is turned)
        self._draft.turn(path, value, tr(turned.knob.title), gesture=gesture)

    def _show(self) -> None:
        experiment = self._draft.experiment
        if type(experiment.task) is not self._task:
            self._show_task()
        for path, row in self.rows.items():
            value = experiment.value(path)
            if value != row.value:
                row.show_value(value)
            row.setVisible(not idle(experiment, path))


class _Scroll(QScrollArea):
    """Scrolls up and down only: never narrower than what is in it, however large the text."""

    def __init__(self) -> None:
        super().__init__(widgetResizable=True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:  # noqa: N802  Qt's name
        """As wide as the widest row."""
        hint, page = super().minimumSizeHint(), self.widget()
        if page is not None:
            bar = self.verticalScrollBar().sizeHint().width()
            hint.setWidth(max(hint.width(), page.minimumSizeHint().width() + bar))
        return hint

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Tell the layout when the rows have become wider."""
        if event.type() == QEvent.Type.LayoutRequest and watched is self.widget():
            self.updateGeometry()
        return super().eventFilter(watched, event)
