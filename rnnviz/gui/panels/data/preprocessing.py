"""Preprocessing: how the watched example was made of raw data, up to what the network reads."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton

from rnnviz.analysis.preprocessing import BatchView, Row, SeriesView, StripView
from rnnviz.engine.messages import Content, Failed, Shown, ShowPreprocessing
from rnnviz.gui.model.aspect import EVERYTHING, Aspect
from rnnviz.gui.panels.base.panel import Behind, Context, Panel
from rnnviz.gui.panels.base.time_panel import key
from rnnviz.gui.panels.data.prepared_series import SeriesPainter
from rnnviz.gui.widgets.batch_picture import BatchPicture
from rnnviz.gui.widgets.plot import Plot
from rnnviz.gui.widgets.strip import Strip
from rnnviz.records.preprocessing import DrawnByLot, PreparedSequence, PreparedSeries, Preprocessing
from rnnviz.words.translation import mark, tr

ROOM_FOR_BATCHES = 560
"""A panel at least this wide, in pixels, shows two batches beside its strip."""


class PreprocessingPanel(Panel):
    """Shows where the watched example lies in the whole, and what was done to it."""

    name = "preprocessing"
    title = mark("Preprocessing")
    help = mark(
        "How the example was made of raw data, step by step, up to the numbers that the network "
        "reads."
    )
    home = Behind("stage")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        workspace = context.workspace
        self._workspace = workspace
        self.asked: tuple[int, int] | None = None
        """the run and the example that were asked for last"""
        self.preprocessing: Preprocessing | None = None
        """what is shown"""
        self._series: SeriesView | None = None
        self._strip: StripView | None = None
        self._batch: BatchView | None = None
        self.near = QToolButton(text=tr("zoom to the window"), checkable=True, visible=False)
        self.near.toggled.connect(lambda: self.mark(Aspect.VIEW))
        self.readout = QLabel(objectName="muted")
        self.controls.addWidget(self.near)
        self.controls.addWidget(self.readout)
        workspace.view_state.changed.connect(self._follow)

    def build(self) -> None:
        self.plot = Plot(tr("timestep"), "")
        self.strip = Strip()
        self.batch = BatchPicture()
        line = QHBoxLayout()
        line.addWidget(self.strip, 1)
        line.addWidget(self.batch)
        self.body.addWidget(self.plot)
        self.body.addLayout(line)
        self._painter = SeriesPainter(self.plot)
        # A header gives way where there is no room; a button that is cut cannot be read.
        self.near.setMinimumWidth(self.near.sizeHint().width())
        self.plot.zoomed.connect(self._zoom)
        self.plot.reset.connect(lambda: self.mark(Aspect.VIEW))
        self.plot.pointed.connect(self._point_series)
        self.plot.left.connect(self._rest)
        self.strip.pointed.connect(self._point_strip)

    def draw(self, what: Aspect) -> None:
        # Only what can be seen is drawn, so data are read for a panel in view alone.
        if Aspect.TRACE in what:
            self._ask()
        if Aspect.THEME in what:
            self.plot.recolour(self.colours)
            self.strip.recolour(self.colours)
            what = EVERYTHING
        if what & (Aspect.EPOCHS | Aspect.THEME):
            self._draw_found()
        found = self.preprocessing
        t = self._workspace.player.timestep
        if isinstance(found, PreparedSeries) and self._series is not None:
            if what & (Aspect.VIEW | Aspect.EPOCHS):
                whole = (0.5, len(found.values) + 0.5)
                self.plot.set_x(*(self._series.near if self.near.isChecked() else whole))
            self._painter.draw_present(found, self._series, t, self.colours)
        elif self._strip is not None:
            self.strip.mark(self._strip.position(t))

    def _follow(self, what: Aspect) -> None:
        if what & (Aspect.TRACE | Aspect.TIMESTEP):
            self.mark(what & (Aspect.TRACE | Aspect.TIMESTEP))

    # --- asking --------------------------------------------------------------------------

    def _ask(self) -> None:
        run, example = self._workspace.run, self._workspace.player.example
        if run.started is None:
            if self._workspace.view_state.trace is None:
                self._show(Shown(preprocessing=None))
        elif (run.number, example) != self.asked:
            self.asked = run.number, example
            what = ShowPreprocessing(run=run.number, example=example)
            self._workspace.questions.ask(what, self._take, self._lose)

    def _take(self, answer: Content, _last: bool) -> None:
        assert isinstance(answer, Shown)
        self._show(answer)

    def _lose(self, failure: Failed | None) -> None:
        if failure is not None:
            self._show(Shown(preprocessing=None))

    def _show(self, shown: Shown) -> None:
        self.preprocessing, self._series = shown.preprocessing, shown.series
        self._strip, self._batch = shown.strip, shown.batch
        self.mark(Aspect.EPOCHS)

    # --- drawing -------------------------------------------------------------------------

    def _draw_found(self) -> None:
        found, series, strip = self.preprocessing, self._series, self._strip
        self.plot.setVisible(series is not None)
        self.near.setVisible(series is not None)
        self.strip.setVisible(strip is not None)
        self._place_batch()
        self.say_empty(self._instead(found))
        if isinstance(found, PreparedSeries) and series is not None:
            self._painter.draw(found, series, self.colours)
        if strip is not None:
            self.strip.show_view(strip, [self._row_name(row) for row in strip.rows])
        if self._batch is not None:
            self.batch.show_view(self._batch, self.colours)
        self._rest()

    def _instead(self, found: Preprocessing | None) -> str:
        if isinstance(found, DrawnByLot):
            return " ".join(str(phrase) for phrase in found.how)
        if found is None:
            return tr("How the watched example was made of raw data.")
        return ""

    def _place_batch(self) -> None:
        room = self.width() >= ROOM_FOR_BATCHES
        self.batch.setVisible(room and self._batch is not None)

    def _row_name(self, row: Row) -> str:
        names = {
            "raw": tr("raw"),
            "token": tr("token"),
            "number": tr("number"),
            "both": tr(row.column),
            "roll": tr("zeros and ones"),
        }
        return names[row.kind]

    def _rest(self) -> None:
        """Say in the header what is to be seen."""
        found, strip = self.preprocessing, self._strip
        text = tip = ""
        if isinstance(found, PreparedSeries):
            text = self._painter.legend(found, self.colours)
        elif isinstance(found, PreparedSequence) and strip is not None:
            text, tip = self._facts(found, strip), self._sizes(found)
        self.readout.setText(text)
        self.readout.setToolTip(tip or text)

    def _facts(self, found: PreparedSequence, strip: StripView) -> str:
        colours = self.colours
        read = tr("{n} read").format(n=strip.read)
        entries = [key(colours.input, "■", read)]
        if strip.padding:
            said = tr("{n} padding: neither read nor counted in the loss")
            entries.append(key(colours.muted, "▨", said.format(n=strip.padding)))
        if strip.unknown:
            said = tr("{n} unknown").format(n=strip.unknown)
            entries.append(key(colours.error, "⬚ ?", said))
        if strip.cut_off:
            said = tr("{n} cut off").format(n=strip.cut_off)
            entries.append(key(colours.error, "▨", said))
        return "&nbsp;&nbsp; ".join([*entries, self._sizes(found)])

    def _sizes(self, found: PreparedSequence) -> str:
        sizes = [
            f"{column.size} × {tr(column.name)}"
            for stretch in found.stretches
            for column in stretch.columns
        ]
        return ", ".join([*sizes, str(found.fitted)])

    # --- the mouse -----------------------------------------------------------------------

    def _zoom(self, low: float, high: float) -> None:
        if isinstance(self.preprocessing, PreparedSeries):
            last = len(self.preprocessing.values) + 0.5
            wide = min(max(high - low, 2.0), last - 0.5)
            low = max(0.5, min(low, last - wide))
            self.plot.set_x(low, low + wide)

    def _point_series(self, x: float, y: float) -> None:
        if isinstance(self.preprocessing, PreparedSeries) and self._series is not None:
            self.readout.setText(self._painter.describe(self.preprocessing, self._series, x))

    def _point_strip(self, position: int) -> None:
        strip = self._strip
        cell = next((c for c in strip.cells if c.position == position), None) if strip else None
        if strip is None or cell is None:
            self._rest()
            return
        names = [self._row_name(row) for row in strip.rows]
        pairs = zip(names, cell.texts, strict=True)
        said = ", ".join(f"{name} {text}" for name, text in pairs if text)
        if any(cell.unknown):
            said += tr(" (unknown)")
        kinds = {
            "padding": tr("padding: neither read nor counted in the loss"),
            "cut": tr("cut off: the sequence is too long"),
            "asked": tr("asked for, not read"),
        }
        kind = kinds.get(cell.kind, "")
        if cell.kind == "padding" and cell.texts[0]:  # what is asked for stands above it
            said = tr("{raw} is asked for, not read").format(raw=cell.texts[0])
        self.readout.setText(" · ".join(filter(None, [str(position + 1), said, kind])))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        """Give the batches room where there is some."""
        super().resizeEvent(event)
        if self._built:
            self._place_batch()
