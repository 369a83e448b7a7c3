"""The workspace: what the window shows and steers, without the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from rnnviz.engine.explain import engine_lost, explain
from rnnviz.engine.messages import Failed
from rnnviz.experiment import Experiment
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.clock import FrameClock
from rnnviz.gui.model.composer import Composer
from rnnviz.gui.model.draft import Draft
from rnnviz.gui.model.engine_thread import EngineThread
from rnnviz.gui.model.garbage import Garbage
from rnnviz.gui.model.loudspeaker import Loudspeaker
from rnnviz.gui.model.pinned_runs import PinnedRuns
from rnnviz.gui.model.player import Player
from rnnviz.gui.model.questions import Questions
from rnnviz.gui.model.run import Run
from rnnviz.gui.model.step_costs import StepCosts
from rnnviz.gui.model.view_state import Subject, ViewState
from rnnviz.records.trace import Trace
from rnnviz.words.phrase import Phrase

REST_MS = 150
"""How long a slider has to rest before the network follows it, in milliseconds."""

PAINT_MS = 30
"""How long the engine waits for the window to be painted, in milliseconds. Both at once on
two cores take half as long again, and the window is what a person waits for first."""


class Workspace(QObject):
    """Ties the draft, the run, the player and the view state together.

    Before anything was trained, the untrained network follows the sliders by itself. From
    then on a knob that moves makes the run stale, or starts it again where `retrain` is set;
    live knobs act at once.
    """

    changed = Signal()
    """What can be done now: the state of the run, or whether it is stale."""
    warned = Signal(str)
    """One sentence for the person; an empty one takes the last back."""

    def __init__(self, experiment: Experiment, log_file: Path | None = None) -> None:
        super().__init__()
        self.clock = FrameClock(self)
        self.garbage = Garbage(self)
        self.engine_thread = EngineThread(log_file)
        self.draft = Draft(experiment, self)
        self.player = Player(self.clock, self)
        self.view_state = ViewState(self.player, self)
        self.questions = Questions(self.engine_thread, self)
        self.run = Run(self.engine_thread, self.questions, self)
        self.pinned_runs = PinnedRuns(self)
        self.step_costs = StepCosts(self.questions, self)
        self.composer = Composer(self.run, self.questions, self.player, self)
        self.loudspeaker = Loudspeaker(self)
        self.retrain = False
        self._trained = False
        self._remark: Phrase | None = None
        self._rest = QTimer(self, interval=REST_MS, singleShot=True)
        self._rest.timeout.connect(self._follow)
        self._launch = QTimer(self, interval=PAINT_MS, singleShot=True)
        # Not the bound method: Qt would call it in the engine's thread, which is yet to run.
        self._launch.timeout.connect(lambda: self.engine_thread.start())
        self.draft.changed.connect(self._turned)
        self.run.changed.connect(self._run_changed)
        self.run.trace_received.connect(self._show)
        self.run.trace_failed.connect(self._go_back)
        self.run.failed.connect(self._fail)
        self.questions.failed.connect(self._fail)
        self.engine_thread.refused.connect(self.warned)
        self.view_state.needs_changed.connect(self.run.need)
        self.player.example_changed.connect(self._look)
        self.player.epoch_changed.connect(self._look)

    def open(self, *, train: bool = False) -> None:
        """Start the engine and make the network ready, or train it at once."""
        self.run.start(self.draft.experiment, paused=not train)
        self.view_state.name(self._named)
        self._launch.start()
        self.garbage.start()

    def close(self) -> None:
        """End the engine; nothing is left behind."""
        self._rest.stop()
        self._launch.stop()
        self.player.pause()
        self.loudspeaker.close()
        self.engine_thread.close()
        self.garbage.stop()

    # --- what can be done ----------------------------------------------------------------

    @property
    def stale(self) -> bool:
        """Whether the run on the screen was made with other settings than the sliders show, or of
        other data than there are now."""
        return self.run.trained and self.run.is_stale(self.draft.experiment)

    @property
    def resumable(self) -> bool:
        """Whether the run can go on as it is."""
        return self.run.state == "paused" and not self.run.is_stale(self.draft.experiment)

    @property
    def running(self) -> bool:
        """Whether it trains, or will in a moment."""
        return self.run.state == "training"

    @property
    def due(self) -> bool:
        """Whether something begins in a moment by itself: the engine, or the network that follows
        a slider which has come to rest."""
        return self._rest.isActive() or self._launch.isActive()

    def set_retrain(self, on: bool) -> None:
        """Start training again whenever a slider comes to rest, or wait to be asked."""
        self.retrain = on
        if on and self.stale:
            self._rest.start()

    def train(self) -> None:
        """Train: go on if the run can, begin anew if it is over or stale."""
        self._rest.stop()
        if self.resumable:
            self.run.advance()
        else:
            self._start(paused=False)

    def begin(self) -> None:
        """Train from the start."""
        self._rest.stop()
        self._start(paused=False)

    def train_one(self, what: str) -> None:
        """Train for one ``"batch"`` or one ``"epoch"``."""
        self._rest.stop()
        if not self.resumable:
            self._start(paused=True)
        self.run.advance("epoch" if what == "epoch" else "batch")

    def toggle_pause(self) -> None:
        """Pause, or go on."""
        if self.running:
            self.run.pause()
        elif self.resumable:
            self.run.advance()

    def stop(self) -> None:
        """End the run here; what it learned stays to be looked at."""
        self.run.stop()

    def reset(self) -> None:
        """Back to the start that the seed gives, with nothing learned."""
        self._rest.stop()
        self._start(paused=True)

    def _start(self, *, paused: bool) -> None:
        self.warned.emit("")
        if self.step_costs.measuring:
            self.step_costs.cancel()
        self.run.start(self.draft.experiment, self.player.example, paused=paused)
        self.player.show_epoch(None)  # the frames of the run before are gone, the first too
        self.view_state.name(self._named)

    # --- what happens --------------------------------------------------------------------

    def _turned(self) -> None:
        experiment, run = self.draft.experiment, self.run
        if run.experiment is None or experiment == run.experiment:
            self._rest.stop()
        elif not run.is_stale(experiment):
            if run.state in ("preparing", "training", "paused"):
                run.adjust(experiment)
        elif self.retrain or not run.trained:
            self._rest.start()
        self.changed.emit()

    def _follow(self) -> None:
        self._start(paused=not self.retrain or not self.run.trained)

    def _run_changed(self, what: Aspect) -> None:
        run = self.run
        if what & (Aspect.EPOCHS | Aspect.STATE):
            self.player.set_epochs(len(run.history), run.stride)
        if Aspect.STATE in what:
            self._hold_on()
            if run.started is not None:
                self.player.set_examples(run.started.valid_examples)
                self._say(run.started.remark)
            if run.state in ("finished", "stopped") and self.view_state.order != "index":
                self.view_state.sort_again()
        begins = run.trained and not self._trained
        self._trained = run.trained
        if begins or what & (Aspect.EPOCHS | Aspect.STATE):
            self.changed.emit()

    def _say(self, remark: Phrase | None) -> None:
        """Pass on what the engine remarks about a file, once and not with every run."""
        if remark is not None and remark != self._remark:
            self.warned.emit(str(remark))
        self._remark = remark

    def _hold_on(self) -> None:
        """Stay with the trace that there is once there can be no other."""
        run, held = self.run, self.player.held
        if run.state == "lost" and not held:
            there = self.view_state.subject
            if there is None or there.run != run.number:
                self.view_state.show(None)
                there = self._named
            self.player.hold(there.example, there.epoch)
            self.view_state.name(there)
        elif run.state != "lost" and held:
            self.player.release()
        if run.state == "failed" and run.started is None:
            self.view_state.show(None)  # the weights that it was of are gone

    @property
    def _named(self) -> Subject:
        return Subject(self.run.number, self.player.example, self.player.epoch)

    def _show(self, trace: Trace, subject: Subject) -> None:
        self.view_state.show(trace, subject)
        self.player.show_epoch(subject.epoch)  # the one asked for may be kept no longer

    def _look(self) -> None:
        self.run.look_at(self.player.example, self.player.epoch)
        self.view_state.name(self._named)

    def _go_back(self) -> None:
        shown = self.view_state.subject
        if shown is not None:
            self.player.show_example(shown.example)
            self.player.show_epoch(shown.epoch)

    def _fail(self, failure: Failed | None) -> None:
        self.warned.emit(engine_lost() if failure is None else explain(failure))
