"""The panels: one view of a run or a trace in each file."""

from __future__ import annotations

from rnnviz.gui.look.theme import Theme
from rnnviz.gui.model.clock import FrameClock
from rnnviz.gui.model.view_state import Stage
from rnnviz.gui.model.workspace import Lab
from rnnviz.gui.panels.base.panel import Panel
from rnnviz.gui.panels.data.preprocessing import PreprocessingPanel
from rnnviz.gui.panels.generating.composing import ComposingPanel
from rnnviz.gui.panels.generating.writing import WritingPanel
from rnnviz.gui.panels.trace.change import ChangePanel
from rnnviz.gui.panels.trace.hidden import HiddenPanel
from rnnviz.gui.panels.trace.notepad import NotepadPanel
from rnnviz.gui.panels.trace.saliency import RelevancePanel
from rnnviz.gui.panels.trace.sequence import SequencePanel
from rnnviz.gui.panels.trace.unit import UnitPanel
from rnnviz.gui.panels.training.dropout import DropoutPanel
from rnnviz.gui.panels.training.error_by_position import ErrorByPositionPanel
from rnnviz.gui.panels.training.experiment import ExperimentPanel
from rnnviz.gui.panels.training.gradient_norm import GradientNormPanel
from rnnviz.gui.panels.training.loss import LossPanel
from rnnviz.gui.panels.training.pinned_runs import ComparisonPanel
from rnnviz.gui.panels.training.result import ResultPanel
from rnnviz.gui.panels.training.step_cost import PricePanel


def trace_panels(stage: Stage, clock: FrameClock, theme: Theme) -> list[Panel]:
    """The panels that show a trace."""
    kinds = (SequencePanel, HiddenPanel, UnitPanel, ChangePanel, RelevancePanel, NotepadPanel)
    return [kind(stage, clock, theme) for kind in kinds]


def all_panels(lab: Lab, theme: Theme) -> list[Panel]:
    """All panels of the main window."""
    return [
        ExperimentPanel(lab, theme),
        *trace_panels(lab.stage, lab.clock, theme),
        LossPanel(lab, theme),
        GradientNormPanel(lab.run, lab.clock, theme),
        ErrorByPositionPanel(lab, theme),
        ComparisonPanel(lab, theme),
        ResultPanel(lab, theme),
        PricePanel(lab, theme),
        DropoutPanel(lab, theme),
        WritingPanel(lab, theme),
        ComposingPanel(lab, theme),
        PreprocessingPanel(lab, theme),
    ]
