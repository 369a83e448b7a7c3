"""Dropout: what was hidden from the network in its last batch."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.panels.base.panel import Behind, Context, Panel
from rnnviz.gui.widgets.masks import Mask, Masks
from rnnviz.records.arrays import BoolArray
from rnnviz.words.translation import mark, tr


class DropoutPanel(Panel):
    """One picture for each place where dropout is on: dark where a number was hidden.

    The readout has a row for each example of the batch, for each has units of its own hidden;
    inputs and layers have the timesteps of the first example.
    """

    name = "dropout"
    title = mark("Dropout")
    help = mark("What dropout hid from the network in its last batch.")
    home = Behind("gradient_norm", after="error_by_position")

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        workspace = context.workspace
        self._run = workspace.run
        self.readout = QLabel(objectName="muted")
        self.controls.addWidget(self.readout)
        workspace.run.changed.connect(self.mark)

    def build(self) -> None:
        self.masks = Masks()
        self.body.addWidget(self.masks)

    def draw(self, what: Aspect) -> None:
        if Aspect.THEME in what:
            self.masks.recolour(self.colours)
        if not what & (Aspect.DROPOUT | Aspect.STATE):
            return
        hidden = self._run.dropout
        self.say_empty("" if hidden else self._why_empty())
        self.masks.setVisible(bool(hidden))
        self.masks.show_masks([self._named(place, mask) for place, mask in hidden.items()])
        self.readout.setText(self._share(hidden))

    def _named(self, place: str, mask: BoolArray) -> Mask:
        kind, _, number = place.partition(" ")
        names = {
            "inputs": tr("inputs"),
            "layer": tr("layer {n} to next").format(n=number),
            "readout": tr("readout"),
        }
        rows, columns = mask.shape
        axes = (
            tr("{rows} examples × {columns}")
            if kind == "readout"
            else tr("{rows} steps × {columns}")
        )
        return Mask(names[kind], axes.format(rows=rows, columns=columns), mask)

    def _share(self, hidden: dict[str, BoolArray]) -> str:
        if not hidden:
            return ""
        share = sum(mask.sum() for mask in hidden.values()) / sum(m.size for m in hidden.values())
        return tr("■ hidden in the last batch: {share:.0%}").format(share=share)

    def _why_empty(self) -> str:
        experiment = self._run.experiment
        network = None if experiment is None else experiment.network
        if network and (
            network.dropout_inputs or network.dropout_layers or network.dropout_readout
        ):
            return tr("What dropout hides from each batch will be here while it trains.")
        return tr(
            "Nothing is hidden from this network: turn one of its dropout knobs up and train."
        )
