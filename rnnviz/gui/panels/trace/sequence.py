"""The sequence: what was read so far, the answer if it stopped here, and what was asked for."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox

from rnnviz.gui.model.aspect import EVERYTHING, Aspect
from rnnviz.gui.model.view_state import Scene
from rnnviz.gui.panels.base.panel import Column, Context
from rnnviz.gui.panels.base.time_panel import TimePanel
from rnnviz.gui.panels.trace.hidden import offer
from rnnviz.gui.panels.trace.sequence_roll import Roll
from rnnviz.gui.panels.trace.sequence_tokens import Tokens
from rnnviz.gui.panels.trace.sequence_values import Values
from rnnviz.words.translation import mark, tr


class SequencePanel(TimePanel):
    """Draws a sequence as its task reads it: as curves, as words, or as a roll."""

    name = "sequence"
    title = mark("Sequence")
    help = mark(
        "What the network has read up to the timestep, what it answers there, and what was "
        "asked for. What it has not read yet is faint."
    )
    home = Column("trace", 190)
    of_trace = True

    def __init__(self, context: Context) -> None:
        super().__init__(context, "")
        self._values = Values(self.plot)
        self._painters: dict[str, Values | Tokens | Roll] = {
            "values": self._values,
            "tokens": Tokens(self.plot),
            "roll": Roll(self.plot),
        }
        self.kind = "values"
        """which of them draws"""
        self.output_choice = QComboBox(visible=False)
        self.output_choice.setToolTip(tr("Which of the outputs is drawn, with its target."))
        self.output_choice.activated.connect(self._choose_output)
        self.controls.addWidget(self.output_choice)

    @property
    def promise(self) -> str:
        return tr("What the network reads and what it answers will be here.")

    def resting_text(self) -> str:
        scene = self._view_state.scene
        if scene.trace is None:
            return ""
        return self._painters[scene.presentation.kind].legend(scene, self.colours)

    def draw_scene(self, scene: Scene, what: Aspect) -> None:
        kind = scene.presentation.kind
        if kind != self.kind:
            self._painters[self.kind].clear()
            self.kind = kind
            what = EVERYTHING
        # A line through words would cross them out: the column is shaded instead.
        self._cursor.setVisible(kind != "tokens")
        if Aspect.TRACE in what:
            self._offer_outputs(scene)
        self._painters[kind].draw(scene, what, self.colours)

    def _offer_outputs(self, scene: Scene) -> None:
        count = self._values.outputs(scene) if scene.presentation.kind == "values" else 0
        names = [tr("output {n} of {all}").format(n=n + 1, all=count) for n in range(count)]
        offer(self.output_choice, names)
        self._values.output = max(0, self.output_choice.currentIndex())

    def _choose_output(self, place: int) -> None:
        self._values.output = place
        self.mark(Aspect.TRACE)

    def describe(self, scene: Scene, timestep: int, y: float) -> str:
        return self._painters[scene.presentation.kind].describe(scene, timestep, y)
