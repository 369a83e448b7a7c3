"""The panels: one view of a run or a trace in each file."""

from __future__ import annotations

from rnnviz.gui.clock import FrameClock
from rnnviz.gui.lab import Lab
from rnnviz.gui.panels.change import ChangePanel
from rnnviz.gui.panels.comparison import ComparisonPanel
from rnnviz.gui.panels.composing import ComposingPanel
from rnnviz.gui.panels.dropout import DropoutPanel
from rnnviz.gui.panels.error_by_position import ErrorByPositionPanel
from rnnviz.gui.panels.experiment import ExperimentPanel
from rnnviz.gui.panels.gradient_norm import GradientNormPanel
from rnnviz.gui.panels.hidden import HiddenPanel
from rnnviz.gui.panels.loss import LossPanel
from rnnviz.gui.panels.notepad import NotepadPanel
from rnnviz.gui.panels.panel import Panel
from rnnviz.gui.panels.preprocessing import PreprocessingPanel
from rnnviz.gui.panels.price import PricePanel
from rnnviz.gui.panels.relevance import RelevancePanel
from rnnviz.gui.panels.result import ResultPanel
from rnnviz.gui.panels.sequence import SequencePanel
from rnnviz.gui.panels.unit import UnitPanel
from rnnviz.gui.panels.writing import WritingPanel
from rnnviz.gui.stage import Stage
from rnnviz.gui.theme import Theme


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
