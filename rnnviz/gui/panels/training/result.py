"""The result: how good the network is on examples that nothing was chosen by."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QLabel

from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.panels.base.panel import Behind, Context, Panel
from rnnviz.gui.widgets.table import Row, Table
from rnnviz.records.run import Figures
from rnnviz.words.number_format import short
from rnnviz.words.translation import mark, tr


@dataclass(frozen=True)
class ResultView:
    """What the table shows: a row for the network, and one for each simple rule."""

    measures: list[str]
    rows: list[tuple[str, list[float | None]]]
    """each with the loss on the validation examples, then the measures"""
    test_examples: int
    """0 where the measures are of the validation examples"""
    lag: dict[str, int]


def result_view(result: Figures, baselines: dict[str, float]) -> ResultView:
    """Put the network and the rules side by side. `baselines` are validation losses by rule."""
    found = result.test or result.metrics
    measures = [name for name in found if name != "loss"]
    rows: list[tuple[str, list[float | None]]] = [
        ("", [result.valid_loss, *(found[name] for name in measures)])
    ]
    for rule in dict.fromkeys([*baselines, *result.rules]):
        reached = result.rules.get(rule, {})
        rows.append((rule, [baselines.get(rule), *(reached.get(name) for name in measures)]))
    return ResultView(measures, rows, result.test_examples if result.test else 0, result.lag)


class ResultPanel(Panel):
    """Judged once, when training has ended: who looks at test examples before that chooses by
    them."""

    name = "result"
    title = mark("Result")
    help = mark(
        "How good the network is on examples that nothing was chosen by, beside simple rules on "
        "the same examples."
    )
    home = Behind("loss")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        workspace = context.workspace
        self._run = workspace.run
        workspace.run.changed.connect(self.mark)

    def build(self) -> None:
        self.table = Table()
        self.table.setSelectionMode(Table.SelectionMode.NoSelection)
        self.lag = QLabel(objectName="muted", wordWrap=True)
        self.lag.setContentsMargins(12, 2, 12, 8)
        self.about = QLabel(objectName="muted", wordWrap=True)
        self.about.setContentsMargins(12, 8, 12, 4)
        for widget in (self.about, self.table, self.lag):
            self.body.addWidget(widget)
        self.body.setStretchFactor(self.table, 1)

    def draw(self, what: Aspect) -> None:
        if not what & (Aspect.RESULT | Aspect.STATE | Aspect.THEME):
            return
        result, started = self._run.result, self._run.started
        there = result is not None and started is not None
        for widget in (self.about, self.table, self.lag):
            widget.setVisible(there)
        self.say_empty("" if there else self._why_empty())
        if result is None or started is None:
            return
        found = result_view(result, started.baselines)
        assert self._run.experiment is not None
        loss, epoch = self._run.experiment.task.loss, short(result.epoch)
        examples = tr("on {n:,} test examples that it has never seen").format(n=found.test_examples)
        self.about.setText(
            tr(
                "After epoch {e}: loss ({loss}) on the validation examples, the rest {examples}."
            ).format(e=epoch, loss=loss, examples=examples)
            if found.test_examples
            else tr(
                "After epoch {e}: all on the validation examples; this task has no others."
            ).format(e=epoch)
        )
        self.table.show_rows(
            ["", tr("loss"), *(tr(measure) for measure in found.measures)],
            [
                Row(
                    [
                        tr(name) if name else tr("this network"),
                        *("–" if value is None else short(value) for value in values),
                    ],
                    strong=not name,
                )
                for name, values in found.rows
            ],
            self.colours,
        )
        self.lag.setText(self._about_lag(found.lag))
        self.lag.setVisible(bool(found.lag))

    def _why_empty(self) -> str:
        if self._run.judged:
            return tr("The network could not be judged; the log says why.")
        if self._run.state in ("finished", "stopped", "failed") and self._run.step:
            return tr("Judging …")
        return tr(
            "When training has ended, the network is judged here on examples that it has never "
            "seen, beside simple rules."
        )

    def _about_lag(self, lag: dict[str, int]) -> str:
        if not lag:
            return ""
        return tr(
            "Prediction lag in timesteps: {network} of this network, {persistence} of persistence."
        ).format(**lag)
