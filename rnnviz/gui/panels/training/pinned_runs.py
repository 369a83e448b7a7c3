"""The comparison: the present run and the pinned ones in a small table."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.pinned_runs import Pinned, pinned
from rnnviz.gui.panels.base.panel import Behind, Context, Panel
from rnnviz.gui.widgets.table import Row, Table
from rnnviz.words.number_format import short
from rnnviz.words.translation import mark, tr


class PinnedRunsPanel(Panel):
    """Delete lets the selected run go; a double click takes its settings back."""

    name = "pinned_runs"
    title = mark("Comparison")
    help = mark(
        "The present run and those that are pinned, each with its settings and figures. A "
        "double click takes the settings over."
    )
    home = Behind("notepad")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        workspace = context.workspace
        self._workspace = workspace
        workspace.pinned_runs.changed.connect(lambda: self.mark(Aspect.PINS))
        workspace.run.changed.connect(self.mark)

    def build(self) -> None:
        self.table = _Table(self)
        self.body.addWidget(self.table)
        self.table.cellDoubleClicked.connect(lambda row, _: self._take_back(row))

    def let_go(self, row: int) -> None:
        """Let the run in a row go; the present run stays."""
        self._workspace.pinned_runs.unpin(row - self._first)

    @property
    def _first(self) -> int:
        """The row of the first pinned run: the present one stands above them."""
        return 0 if pinned(self._workspace.run, "") is None else 1

    def draw(self, what: Aspect) -> None:
        shown = Aspect.PINS | Aspect.EPOCHS | Aspect.STATE | Aspect.RESULT | Aspect.THEME
        if not what & shown:
            return
        now = pinned(self._workspace.run, tr("now"))
        runs = [*([now] if now else []), *self._workspace.pinned_runs.runs]
        self.say_empty(
            "" if runs else tr("Runs will stand here side by side: train, then pin one (Ctrl+D).")
        )
        self.table.setVisible(bool(runs))
        measures = {run.measure for run in runs}
        # One measure for all is named once, at the head.
        measure = measures.pop() if len(measures) == 1 else ""
        headers = [
            tr("run"),
            tr("loss"),
            tr(measure) if measure else tr("measure"),
            tr("test"),
            tr("ms/step"),
            tr("s"),
            tr("params"),
        ]
        rows = [Row(_cells(run, named=not measure), about=self._about(run)) for run in runs]
        self.table.show_rows(headers, rows, self.colours)

    def _about(self, run: Pinned) -> str:
        network = run.experiment.network
        return tr(
            "{task}: {cell}, {hidden} units, {layers} layers, {parameters:,} parameters, "
            "judged at epoch {epoch}"
        ).format(
            task=tr(run.experiment.task.title),
            cell=network.cell,
            hidden=network.hidden,
            layers=network.layers,
            parameters=run.parameters,
            epoch=short(run.figures.epoch),
        )

    def _take_back(self, row: int) -> None:
        place = row - self._first
        if 0 <= place < len(self._workspace.pinned_runs.runs):
            run = self._workspace.pinned_runs.runs[place]
            self._workspace.draft.replace(run.experiment, run.label)


class _Table(Table):
    def __init__(self, panel: PinnedRunsPanel) -> None:
        super().__init__()
        self._panel = panel

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  Qt's name
        """Delete lets the selected run go."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._panel.let_go(self.currentRow())
        else:
            super().keyPressEvent(event)


def _cells(run: Pinned, *, named: bool) -> list[str]:
    valid, test = (
        "–" if value is None else f"{run.measure} {short(value)}" if named else short(value)
        for value in (run.valid, run.test)
    )
    return [
        run.label,
        short(run.figures.valid_loss),
        valid,
        test,
        f"{run.milliseconds:.2f}",
        f"{run.seconds:.1f}",
        f"{run.parameters:,}",
    ]
