"""The status line: what the run does now, how far it is, how fast, and how good."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.clock import FrameClock
from rnnviz.gui.model.workspace import Workspace
from rnnviz.words.number_format import short
from rnnviz.words.translation import tr


class StatusLine(QWidget):
    """One line in plain words, with a progress bar while it trains."""

    def __init__(self, workspace: Workspace, clock: FrameClock) -> None:
        super().__init__()
        self._workspace = workspace
        self._dirty = True
        self._clock = clock
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 2, 10, 4)
        line.setSpacing(12)
        self.state = QLabel()
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedWidth(140)
        self.numbers = QLabel(objectName="muted")
        self.result = QLabel()
        for widget in (self.state, self.bar, self.numbers):
            line.addWidget(widget)
        line.addStretch(1)
        line.addWidget(self.result)
        clock.add(self)
        workspace.run.changed.connect(self._mark)
        workspace.changed.connect(self._mark)

    def _mark(self, what: Aspect | None = None) -> None:
        self._dirty = True
        self._clock.wake()

    def draw_if_dirty(self) -> bool:
        """Write what changed, once a frame at most."""
        if not self._dirty or not self.isVisible():
            return False
        self._dirty = False
        self._write()
        return True

    def _write(self) -> None:
        run = self._workspace.run
        epochs = run.experiment.training.epochs if run.experiment else 0
        self.state.setText(self._state())
        self.bar.setVisible(run.trained)
        if run.started is not None:
            self.bar.setRange(0, epochs * run.started.batches)
            self.bar.setValue(self.bar.maximum() if run.state == "finished" else run.step)
        self.numbers.setText(" · ".join(self._speed()))
        self.result.setText(" · ".join(self._quality()))

    def _state(self) -> str:
        run = self._workspace.run
        if run.state == "preparing":
            if run.engine is None:
                return tr("Starting the engine …")
            return tr("Preparing …")
        if run.state == "paused" and not run.trained:
            return tr("Press Train (Ctrl+T), then step through the sequence with ← and →.")
        states = {
            "none": "",
            "training": tr("Training"),
            "paused": tr("Paused"),
            "finished": tr("Finished"),
            "stopped": tr("Stopped"),
            "failed": tr("Failed"),
            "lost": tr("Engine lost"),
        }
        text = states[run.state]
        if run.started is not None and run.experiment is not None and run.state != "lost":
            # Between two epochs the next has begun, but not where none is to come.
            begun = run.step // run.started.batches + (run.state != "finished")
            epoch = min(begun, run.experiment.training.epochs)
            text += tr(", epoch {e}/{all}").format(e=epoch, all=run.experiment.training.epochs)
        if run.stopped_early:
            text += tr(": no better, back to epoch {best}").format(best=run.best_epoch)
        if self._workspace.stale:
            text += tr(" (other data)") if run.data_changed else tr(" (other settings)")
        return text

    def _speed(self) -> list[str]:
        run = self._workspace.run
        progress = run.progress
        if progress is None or not progress.steps_per_second:
            return []
        parts = [
            tr("{n:,.0f} steps/s").format(n=progress.steps_per_second),
            tr("{n:,.0f} samples/s").format(n=progress.samples_per_second),
        ]
        if run.state == "training":
            parts.insert(0, tr("{time} left").format(time=_time(progress.seconds_left)))
        else:
            parts.insert(0, _time(progress.seconds))
        return parts

    def _quality(self) -> list[str]:
        """How good the network is, and after which epoch: while it trains, after the last."""
        run, figures = self._workspace.run, self._workspace.run.figures
        if figures is None or run.experiment is None or run.started is None:
            return []
        valid = tr("epoch {e}: validation {loss} {value}").format(
            e=short(figures.epoch), loss=run.experiment.task.loss, value=short(figures.valid_loss)
        )
        if "persistence" in run.started.baselines:
            persistence = short(run.started.baselines["persistence"])
            valid += tr(" (persistence {value})").format(value=persistence)
        # As many as there is room for: those on the test examples are the ones that count.
        test = [name for name in figures.test if name != "loss"][:1]
        metrics = list(figures.metrics.items())[: 1 if test else 2]
        return [
            valid,
            *(f"{tr(name)} {short(value)}" for name, value in metrics),
            *(
                tr("test {name} {value}").format(name=tr(name), value=short(figures.test[name]))
                for name in test
            ),
        ]


def _time(seconds: float) -> str:
    """A stretch of time as a person says it."""
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 1 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"
