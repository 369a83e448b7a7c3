"""The experiment: every knob of the task, the network and the training."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QLabel, QScrollArea, QVBoxLayout, QWidget

from rnnviz.experiment import knobs
from rnnviz.gui.aspect import Aspect
from rnnviz.gui.lab import Lab
from rnnviz.gui.panels.panel import Panel
from rnnviz.gui.theme import Theme
from rnnviz.gui.widgets.knob_row import KnobRow, translated
from rnnviz.knobs import Value


class ExperimentPanel(Panel):
    """Shows the draft; every row turns one of its knobs."""

    name = "experiment"

    def __init__(self, lab: Lab, theme: Theme) -> None:
        super().__init__(lab.clock, theme)
        self._draft = draft = lab.draft
        self.rows: dict[str, KnobRow] = {}
        self._scroll = QScrollArea(widgetResizable=True)
        self.body.addWidget(self._scroll)
        self.retrain = QCheckBox(self.tr("retrain as I move"))
        self.retrain.setToolTip(
            self.tr("Start training again a moment after a slider comes to rest.")
        )
        self.retrain.setChecked(lab.retrain)
        self.retrain.toggled.connect(lab.set_retrain)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 5, 12, 6)
        foot.addWidget(self.retrain)
        self.body.addLayout(foot)
        self._build()
        draft.changed.connect(self._show)

    @property
    def title(self) -> str:
        return self.tr("Experiment")

    def draw(self, what: Aspect) -> None:
        """Nothing moves here by itself; Qt paints the rows."""

    def _build(self) -> None:
        experiment = self._draft.experiment
        page = QWidget()
        rows = QVBoxLayout(page)
        rows.setContentsMargins(12, 4, 14, 4)
        rows.setSpacing(3)
        titles = {
            "task": self.tr("Task: {title}").format(
                title=QCoreApplication.translate("Task", experiment.task.title)
            ),
            "network": self.tr("Network"),
            "training": self.tr("Training"),
        }
        for path, knob in knobs(experiment):
            part = path.partition(".")[0]
            if part in titles:
                rows.addWidget(QLabel(titles.pop(part), objectName="section"))
            row = KnobRow(knob)
            row.turned.connect(lambda value, gesture, path=path: self._turn(path, value, gesture))
            self.rows[path] = row
            rows.addWidget(row)
        rows.addStretch(1)
        self._scroll.setWidget(page)
        self._show()

    def _turn(self, path: str, value: Value, gesture: int) -> None:
        knob = self.rows[path].knob
        self._draft.turn(path, value, translated(knob.title), gesture=gesture)

    def _show(self) -> None:
        for path, row in self.rows.items():
            value = self._draft.experiment.value(path)
            if value != row.value:
                row.show_value(value)
