"""The view state: the trace that the panels show, and how a person wants to look at it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal

from rnnviz.analysis.units import Order, unit_order
from rnnviz.gui.model.aspect import EVERYTHING, Aspect
from rnnviz.gui.model.player import Player
from rnnviz.records.trace import Presentation, Trace

READABLE = 48
"""Tokens that are in view at first: more could not be read."""


PATIENCE_MS = 200
"""How long the trace before may stay while another is on its way, in milliseconds: most come
within a frame or two, and panels that went empty for those would flicker."""


class Subject(NamedTuple):
    """What a trace is of."""

    run: int
    example: int
    epoch: int | None
    """None: the weights of now"""


@dataclass(frozen=True)
class Scene:
    """What the panels of a trace show, at one moment. Timesteps and units count from 0."""

    trace: Trace | None
    awaited: int | None
    """the example whose trace is on its way and late; `trace` is None meanwhile"""
    timestep: int
    layer: int
    """layer and direction, as in the trace"""
    part: str
    """what is shown of each unit: ``"h"``, ``"c"`` or the symbol of a gate"""
    unit: int | None
    order: npt.NDArray[np.intp]
    """``(H,)``: which unit stands in each row"""
    view: tuple[float, float]
    """the stretch of time in view; the first timestep is 1"""

    @property
    def presentation(self) -> Presentation:
        """How the numbers of the trace read."""
        assert self.trace is not None
        return self.trace.presentation

    @property
    def hidden(self) -> npt.NDArray[np.float32]:
        """Hidden states of the layer that is looked at, ``(T, H)``."""
        assert self.trace is not None
        return self.trace.hidden[:, self.layer]

    @property
    def start(self) -> npt.NDArray[np.float32] | None:
        """The notepad of that layer before the first timestep that it reads; None for 0."""
        assert self.trace is not None
        return None if self.trace.start is None else self.trace.start[self.layer]

    @property
    def backwards(self) -> bool:
        """Whether that layer reads from the end."""
        return self.trace is not None and self.trace.directions == 2 and self.layer % 2 == 1

    @property
    def states(self) -> npt.NDArray[np.float32]:
        """What is looked at of that layer, ``(T, H)``: h_t, c_t or a gate."""
        assert self.trace is not None
        if self.part == "c" and self.trace.cell is not None:
            return self.trace.cell[:, self.layer]
        if self.part in self.trace.gates:
            return self.trace.gates[self.part][:, self.layer]
        return self.hidden

    @property
    def row(self) -> int | None:
        """The row in which the selected unit stands."""
        return None if self.unit is None else int(np.flatnonzero(self.order == self.unit)[0])


def parts(trace: Trace) -> list[str]:
    """What can be shown of each unit: h, c where there is one, the gates."""
    return ["h", *(["c"] if trace.cell is not None else []), *trace.gates]


class ViewState(QObject):
    """Holds the trace and the choices; panels draw the `Scene` that follows from them."""

    changed = Signal(object)
    """An `Aspect`."""
    unit_selected = Signal()
    """A person picked a unit."""
    needs_changed = Signal(object)
    """The parts of a trace that somebody looks at, as a frozenset of `TracedPart`."""

    def __init__(self, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.player = player
        player.timestep_changed.connect(self._follow)
        self._needs: dict[str, frozenset[str]] = {}
        self.trace: Trace | None = None
        self.subject: Subject | None = None
        """what the trace is of, where it is one of a run"""
        self.named: Subject | None = None
        """what the window names, which the trace should be of"""
        self._late = False
        self._patience = QTimer(self, interval=PATIENCE_MS, singleShot=True)
        self._patience.timeout.connect(lambda: self._set_late(True))
        self.layer = 0
        self.part = "h"
        self.unit: int | None = None
        self.order: Order = "index"
        self._rows: npt.NDArray[np.intp] = np.arange(0)
        self._view: tuple[float, float] | None = None
        self._sorting = 0
        self._sorter: _Sorter | None = None

    @property
    def scene(self) -> Scene:
        """All that the panels of a trace need."""
        return Scene(
            None if self._late else self.trace,
            self.named.example if self._late and self.named else None,
            self.player.timestep,
            self.layer,
            self.part,
            self.unit,
            self._rows,
            self._view or self.whole_view,
        )

    @property
    def waiting(self) -> bool:
        """Whether a trace of something else stays for a moment, while the right one is on its
        way."""
        return self._patience.isActive()

    @property
    def whole_view(self) -> tuple[float, float]:
        """From the first timestep to the last answer; each takes half a timestep around it."""
        steps = self.trace.timesteps if self.trace else 1
        horizon = self.trace.presentation.horizon if self.trace else 0
        return 0.5, steps + horizon + 0.5

    def name(self, subject: Subject) -> None:
        """Say what the window names. A trace of something else may stay for a moment; then
        the panels say that they wait for the right one."""
        self.named = subject
        self._look_for_it()

    def _look_for_it(self) -> None:
        if self.trace is None or self.subject == self.named:
            self._patience.stop()
            self._set_late(False)
        elif not self._late and not self._patience.isActive():
            self._patience.start()

    def _set_late(self, late: bool) -> None:
        if late != self._late:
            self._late = late
            self.changed.emit(EVERYTHING)

    def need(self, who: str, parts: frozenset[str]) -> None:
        """Say which costly parts of a trace somebody needs from now on."""
        before = self.needs
        self._needs[who] = parts
        if self.needs != before:
            self.needs_changed.emit(self.needs)

    @property
    def needs(self) -> frozenset[str]:
        """The costly parts of a trace that somebody looks at."""
        return frozenset().union(*self._needs.values())

    def show(self, trace: Trace | None, subject: Subject | None = None) -> None:
        """Show another trace; what was selected stays where it still exists."""
        before, whole = self.trace, self.whole_view
        self.trace, self.subject = trace, subject
        self._look_for_it()
        aspect = Aspect.TRACE
        if trace is not None:
            if self.whole_view != whole:
                self._view = None
                wide = trace.presentation.kind == "tokens" and trace.timesteps > READABLE
                if wide:
                    self._view = self._around(trace.timesteps, READABLE)
                aspect |= Aspect.VIEW
            if before is None or before.units != trace.units or before.layers != trace.layers:
                self.layer = min(self.layer, trace.layers - 1)
                if self.unit is not None and self.unit >= trace.units:
                    self.unit = None
                self._rows = np.arange(trace.units)
                aspect |= Aspect.UNIT | Aspect.ORDER
            if self.part != "h" and self.part not in parts(trace):
                self.part = "h"
            self.player.set_timesteps(trace.timesteps)
        self.changed.emit(aspect)
        if Aspect.ORDER in aspect:
            self.sort_again()

    def select_unit(self, unit: int | None) -> None:
        """Select a unit everywhere; the one that is selected already is let go."""
        self.unit = None if unit == self.unit else unit
        self.changed.emit(Aspect.UNIT)
        if self.unit is not None:
            self.unit_selected.emit()

    def show_layer(self, layer: int) -> None:
        """Look at another layer."""
        if self.trace is not None and 0 <= layer < self.trace.layers and layer != self.layer:
            self.layer = layer
            self.changed.emit(Aspect.TRACE | Aspect.UNIT)
            self.sort_again()

    def show_part(self, part: str) -> None:
        """Look at h, c or a gate, where the trace has it."""
        if self.trace is not None and part in parts(self.trace) and part != self.part:
            self.part = part
            self.changed.emit(Aspect.TRACE | Aspect.UNIT)
            self.sort_again()

    def order_by(self, order: Order) -> None:
        """Put the units in another order."""
        self.order = order
        self.sort_again()

    def sort_again(self) -> None:
        """Sort the units by what they do now. While a network learns they stay in their rows,
        or nothing could be followed with the eye."""
        if self.trace is None:
            return
        # Correlations of hundreds of units take longer than a frame: not in this thread.
        self._sorting += 1
        there = replace(self.scene, trace=self.trace)  # late or not
        self._sorter = _Sorter(there.states, self.order, self._sorting)
        self._sorter.done.connect(self._take_order)
        QThreadPool.globalInstance().start(self._sorter.task)

    def zoom(self, low: float, high: float) -> None:
        """Show a stretch of time, at least two timesteps, at most all of it."""
        first, last = self.whole_view
        width = min(max(high - low, 2.0), last - first)
        low = max(first, min(low, last - width))
        self._view = None if width >= last - first else (low, low + width)
        self.changed.emit(Aspect.VIEW)

    def _follow(self) -> None:
        """Keep the present timestep in view."""
        aspect = Aspect.TIMESTEP
        if self._view is not None:
            low, high = self._view
            here = self.player.timestep + 1
            if not low <= here <= high:
                self._view = self._around(here, high - low)
                aspect |= Aspect.VIEW
        self.changed.emit(aspect)

    def _around(self, here: float, width: float) -> tuple[float, float]:
        first, last = self.whole_view
        low = max(first, min(here - width / 2, last - width))
        return low, low + width

    def reset_view(self) -> None:
        """Show all timesteps."""
        self._view = None
        self.changed.emit(Aspect.VIEW)

    def _take_order(self, sorting: int, rows: npt.NDArray[np.intp]) -> None:
        if sorting == self._sorting and self.trace is not None and len(rows) == self.trace.units:
            self._rows = rows
            self.changed.emit(Aspect.ORDER)


class _Sorter(QObject):
    """Sorts units in the thread pool; its signal brings the rows back."""

    done = Signal(int, object)

    def __init__(self, hidden: npt.NDArray[np.float32], order: Order, number: int) -> None:
        super().__init__()
        self.task = QRunnable.create(lambda: self.done.emit(number, unit_order(hidden, order)))
