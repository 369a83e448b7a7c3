"""The panels: one view of a run or a trace in each file."""

from __future__ import annotations

from rnnviz.gui.look.theme import Theme
from rnnviz.gui.model.clock import FrameClock
from rnnviz.gui.model.view_state import ViewState
from rnnviz.gui.model.workspace import Workspace
from rnnviz.gui.panels.base.panel import Panel
from rnnviz.gui.panels.data.preprocessing import PreprocessingPanel
from rnnviz.gui.panels.generating.composing import ComposingPanel
from rnnviz.gui.panels.generating.writing import WritingPanel
from rnnviz.gui.panels.trace.change import ChangePanel
from rnnviz.gui.panels.trace.hidden import HiddenPanel
from rnnviz.gui.panels.trace.notepad import NotepadPanel
from rnnviz.gui.panels.trace.saliency import SaliencyPanel
from rnnviz.gui.panels.trace.sequence import SequencePanel
from rnnviz.gui.panels.trace.unit import UnitPanel
from rnnviz.gui.panels.training.dropout import DropoutPanel
from rnnviz.gui.panels.training.error_by_position import ErrorByPositionPanel
from rnnviz.gui.panels.training.experiment import ExperimentPanel
from rnnviz.gui.panels.training.gradient_norm import GradientNormPanel
from rnnviz.gui.panels.training.loss import LossPanel
from rnnviz.gui.panels.training.pinned_runs import PinnedRunsPanel
from rnnviz.gui.panels.training.result import ResultPanel
from rnnviz.gui.panels.training.step_cost import StepCostPanel


def trace_panels(view_state: ViewState, clock: FrameClock, theme: Theme) -> list[Panel]:
    """The panels that show a trace."""
    kinds = (SequencePanel, HiddenPanel, UnitPanel, ChangePanel, SaliencyPanel, NotepadPanel)
    return [kind(view_state, clock, theme) for kind in kinds]


def all_panels(workspace: Workspace, theme: Theme) -> list[Panel]:
    """All panels of the main window."""
    return [
        ExperimentPanel(workspace, theme),
        *trace_panels(workspace.view_state, workspace.clock, theme),
        LossPanel(workspace, theme),
        GradientNormPanel(workspace.run, workspace.clock, theme),
        ErrorByPositionPanel(workspace, theme),
        PinnedRunsPanel(workspace, theme),
        ResultPanel(workspace, theme),
        StepCostPanel(workspace, theme),
        DropoutPanel(workspace, theme),
        WritingPanel(workspace, theme),
        ComposingPanel(workspace, theme),
        PreprocessingPanel(workspace, theme),
    ]
