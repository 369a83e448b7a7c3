"""The piece that the network composes: asked for, under way, there."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from rnnviz.engine.messages import Composed, ComposePiece, Content
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.player import Player
from rnnviz.gui.model.questions import Questions
from rnnviz.gui.model.run import Run
from rnnviz.records.arrays import BoolArray, FloatArray

PATIENCE_MS = 500
"""How long nothing need be said about a piece that is under way, in milliseconds."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece, or what there is of it so far. Steps are quarter notes."""

    roll: BoolArray
    """``(T, I)``: what was given, then what is composed"""
    heard: int
    """how many steps were given"""
    steps: int
    """how many are composed in all"""
    shares: FloatArray
    """``(T - heard, I)``: the probability that each note was drawn by"""
    lowest: int
    """the MIDI pitch of the first row"""
    names: tuple[str, ...]
    """what the notes are called"""

    @property
    def done(self) -> int:
        """How many steps are composed."""
        return len(self.shares)


class Composer(QObject):
    """Asks for pieces; a new request drops what is left of the one before.

    Each time it is asked after the same epoch it takes another seed, so that a second press
    gives another piece, and the same experiment the same series of pieces.
    """

    changed = Signal()
    """There is another piece or more of it, or it is no longer composed."""

    def __init__(
        self, run: Run, questions: Questions, player: Player, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._run, self._questions, self._player = run, questions, player
        self.piece: Piece | None = None
        self.slow = False
        """Whether composing takes so long that a person wants to know."""
        self.tempo = 90
        """quarter notes a minute"""
        self._number = run.number
        self._epoch, self._presses = 0, 0
        self._patience = QTimer(self, interval=PATIENCE_MS, singleShot=True)
        self._patience.timeout.connect(self._lose_patience)
        run.changed.connect(self._run_changed)

    @property
    def composes(self) -> bool:
        """Whether the task of the run is one that composes."""
        experiment = self._run.experiment
        return experiment is not None and experiment.task.composes

    @property
    def able(self) -> bool:
        """Whether there is a network that could compose now."""
        return self.composes and self._run.can_trace

    @property
    def composing(self) -> bool:
        """Whether a piece is under way."""
        return self._questions.open(ComposePiece)

    def set_tempo(self, tempo: int) -> None:
        """Take quarter notes a minute."""
        self.tempo = tempo

    def compose(self, heard: int, steps: int, temperature: float, *, another: bool = True) -> None:
        """Go on with the first `heard` steps of the watched example; without `another` with the
        first chance of this epoch."""
        if not self.able:
            return
        epoch = len(self._run.history)
        if epoch != self._epoch:
            self._epoch, self._presses = epoch, 0
        self._presses += another
        what = ComposePiece(
            run=self._run.number,
            example=self._player.example,
            heard=heard,
            steps=steps,
            temperature=temperature,
            seed=1000 * epoch + self._presses,
        )
        self._questions.ask(what, self._take, lambda _failure: self._end())
        self.slow = False
        self._patience.start()
        self.changed.emit()

    def stop(self) -> None:
        """Compose no further; what is there stays."""
        if self.composing:
            self._questions.cancel(ComposePiece)
            self._end()

    def _take(self, report: Content, last: bool) -> None:
        assert isinstance(report, Composed)
        started = self._run.started
        assert started is not None
        self.piece = Piece(
            report.roll,
            report.heard,
            report.steps,
            report.shares,
            started.lowest_pitch,
            started.row_names,
        )
        if last:
            self._end()
        else:
            self.changed.emit()

    def _end(self) -> None:
        self.slow = False
        self._patience.stop()
        self.changed.emit()

    def _lose_patience(self) -> None:
        self.slow = True
        self.changed.emit()

    def _run_changed(self, what: Aspect) -> None:
        if self._run.number != self._number:
            self._number = self._run.number
            self._epoch = self._presses = 0
            self.piece = None
            self._questions.drop(ComposePiece)
            self._end()
