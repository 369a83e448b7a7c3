"""What must be on the screen: every picture of the task, run, epoch, example and unit that are
named, compared with a trace that does not come from the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from rnnviz.cells import CELLS
from rnnviz.gui.look.theme import hidden_lookup
from rnnviz.gui.panels.base.panel import Panel
from rnnviz.gui.widgets.picture import Drawing
from rnnviz.knobs import Value
from rnnviz.records.trace import Trace
from rnnviz.words.number_format import short
from tests.gui.chance.conversation import Conversation
from tests.gui.driver import Driver

CLOSE = 1e-4


def pictures(driver: Driver, true: Trace, *, sure: bool = True) -> Iterator[str]:
    """What is wrong in the panels along time, where `true` is what they must show. Unless it is
    `sure`, it has other weights, and what hangs on them is not compared."""
    workspace = driver.workspace
    trace, scene = workspace.view_state.trace, workspace.view_state.scene
    if scene.trace is None or trace is None:  # the panels say that they wait
        if workspace.run.can_trace and not workspace.running:
            yield (
                "the panels wait for a trace, and all that was asked for has come: named "
                f"{workspace.view_state.named}, there {workspace.view_state.subject}"
            )
        return
    experiment = workspace.run.experiment
    assert experiment is not None
    if trace.kind != CELLS[experiment.network.cell].mode:
        yield f"the cell is {experiment.network.cell}, the trace of {trace.kind}"
    # What a decoder reads are its own answers, which hang on the weights.
    known = slice(None if sure else true.presentation.handover)
    yield from _differs("the inputs of the trace", trace.inputs[known], true.inputs[known])
    yield from _differs("the target of the trace", trace.target, true.target)
    if trace.hidden.shape != true.hidden.shape:
        yield f"hidden is {trace.hidden.shape}, must be {true.hidden.shape}"
        return
    if sorted(scene.order) != list(range(true.units)):
        yield f"the order of units is no order: {scene.order}"
        return
    if scene.timestep != min(scene.timestep, true.timesteps - 1):
        yield f"timestep {scene.timestep} of {true.timesteps}"
        return
    if sure:
        for name in ("hidden", "cell", "output"):
            yield from _differs(f"{name} of the trace", getattr(trace, name), getattr(true, name))
        for gate in true.gates:
            yield from _differs(f"gate {gate}", trace.gates.get(gate), true.gates[gate])
        if trace.saliency is not None:
            yield from _differs("the saliency", trace.saliency, true.saliency)
    # A picture is compared with the truth, or with the trace, which was compared above.
    shown = true if sure else trace
    for name, look in PANELS.items():
        panel = driver.panel(name)
        if _shown(panel):
            for wrong in look(driver, panel, shown):
                yield f"panel {name}: {wrong}"


def learning(driver: Driver, talk: Conversation) -> Iterator[str]:
    """What is wrong in the numbers of the run, where `talk` heard what the engine said."""
    run = driver.workspace.run
    if run.number != talk.run:
        yield f"the window is at run {run.number}, the engine was asked for {talk.run}"
        return
    if run.history != talk.records:
        yield f"the history has {len(run.history)} epochs, the engine told {len(talk.records)}"
    if len(run.losses) != talk.losses:
        yield f"there are losses of {len(run.losses)} batches, the engine told {talk.losses}"
    loss = driver.panel("loss")
    if _shown(loss) and not loss.plot.isHidden() and run.history:
        x, y = loss.drawn().get("validation", np.zeros((2, 0)))
        wanted = loss.place([record.valid_loss for record in talk.records])
        yield from _differs("panel loss: validation", loss.place(y), wanted)
        if len(x) and x[-1] != talk.records[-1].epoch:
            yield f"panel loss: the last epoch is {x[-1]}, must be {talk.records[-1].epoch}"
        if run.experiment is not None and run.experiment.task.loss not in loss.plot.y_label:
            yield f"panel loss says {loss.plot.y_label} for {run.experiment.task.loss}"
    if _shown(loss) and not loss.plot.isHidden() and 0 < talk.losses < 500:
        _, y = loss.drawn().get("batches", np.zeros((2, 0)))
        if len(y) == talk.losses:
            count = len(talk.last_losses)
            wanted = loss.place(talk.last_losses)
            yield from _differs("panel loss: the last batches", loss.place(y)[-count:], wanted)
    result = driver.panel("result")
    if _shown(result) and run.started is not None:
        there = not result.table.isHidden()
        if there != (talk.result is not None):
            yield f"panel result shows {'a' if there else 'no'} result"
        elif talk.result is not None:
            said = result.table.item(0, 1).text()
            if said != short(talk.result.valid_loss):
                yield f"panel result says {said} for {talk.result.valid_loss}"
    errors = driver.panel("error_by_position")
    if _shown(errors) and talk.error_by_position is not None and not errors.plot.isHidden():
        _, y = errors.drawn().get("errors", np.zeros((2, 0)))
        yield from _differs("panel error_by_position", y, talk.error_by_position)


def knobs_shown(driver: Driver) -> Iterator[str]:
    """What is wrong in the experiment's panel: it shows the draft."""
    draft, panel = driver.workspace.draft.experiment, driver.panel("experiment")
    if panel.tasks.currentData() != type(draft.task).__struct_config__.tag:
        yield f"panel experiment says {panel.tasks.currentText()} for {type(draft.task).__name__}"
    for path, row in panel.rows.items():
        wanted: Value = draft.value(path)
        if row.value != wanted and not row.error:
            yield f"panel experiment: {path} is {row.value}, must be {wanted}"
        field = getattr(row, "number", None)
        if field is None or row.error or field.hasFocus():
            continue
        if field.text() != row.knob.text(wanted):
            yield f"panel experiment: {path} reads {field.text()}, must be {wanted}"


def player_shown(driver: Driver) -> Iterator[str]:
    """What is wrong in the player's bar."""
    player, bar = driver.workspace.player, driver.window.player_bar
    if player.timesteps:
        said = f"{player.timestep + 1}/{player.timesteps}"
        if bar.timestep_text.text() != said:
            yield f"the player says timestep {bar.timestep_text.text()}, must be {said}"
    said = f"{player.example + 1}/{player.examples}"
    if player.examples and bar.example_text.text() != said:
        yield f"the player says example {bar.example_text.text()}, must be {said}"
    if player.epoch is not None and bar.epoch_text.text() != f"{player.epoch}/{player.epochs}":
        yield f"the player says epoch {bar.epoch_text.text()}, must be {player.epoch}"


def preprocessing(driver: Driver) -> Iterator[str]:
    """What is wrong in the panel of preprocessing: it shows how the watched example was made."""
    panel, run = driver.panel("preprocessing"), driver.workspace.run
    if not _shown(panel) or run.experiment is None or run.started is None:
        return
    example, seed = driver.workspace.player.example, run.experiment.training.seed
    if panel.asked != (run.number, example):
        yield f"panel preprocessing shows {panel.asked and panel.asked[1]}, must be {example}"
        return
    found, wanted = (
        panel.preprocessing,
        run.experiment.task.open(seed).preprocessing("valid", example),
    )
    if type(found) is not type(wanted):
        yield f"panel preprocessing shows {type(found).__name__}"
    elif repr(found) != repr(wanted):
        yield "panel preprocessing shows another example"


# --- one panel each ----------------------------------------------------------------------


def _sequence(driver: Driver, panel: Any, true: Trace) -> Iterator[str]:
    scene, presentation = driver.workspace.view_state.scene, true.presentation
    if panel.kind != presentation.kind:
        yield f"it draws {panel.kind}, must be {presentation.kind}"
        return
    if presentation.kind == "values":
        inputs = true.inputs if presentation.inputs is None else presentation.inputs
        output = true.output if presentation.output is None else presentation.output
        drawn, read = panel.drawn(), scene.timestep + 1
        for number, values in enumerate(inputs.T, 1):
            yield from _differs("what was read", _heights(drawn, f"read {number}"), values[:read])
            yield from _differs("what will be read", _heights(drawn, f"to come {number}"), values)
        if "answers" in drawn and output is not None:
            yield from _differs("the answers", _heights(drawn, "answers"), output[:read, 0])
    elif presentation.kind == "tokens" and scene.presentation.steps != presentation.steps:
        yield f"it reads {scene.presentation.steps[:8]}, must be {presentation.steps[:8]}"


def _hidden(driver: Driver, panel: Any, true: Trace) -> Iterator[str]:
    scene = driver.workspace.view_state.scene
    states = _states(driver, true)
    picture = panel.drawn()
    drawn = picture.get("states")
    wanted = states[:, scene.order].T
    if drawn is None or drawn.shape != wanted.shape:
        yield f"the picture is {None if drawn is None else drawn.shape}, must be {wanted.shape}"
        return
    off = np.abs(drawn.astype(float) - _shade(wanted, _top(true, scene.part, states)))
    if off.max() > 1:
        row, column = np.unravel_index(off.argmax(), off.shape)
        yield f"unit {scene.order[row]} at timestep {column + 1} is {off.max():.0f} shades off"
    lit = picture["lit column"][0]
    if round(lit - 0.5) != scene.timestep:
        yield f"the lit column is at {lit}, not at {scene.timestep}"
    row = picture.get("framed row")
    if scene.unit is not None and (row is None or scene.order[round(row[1] + 0.5)] != scene.unit):
        yield f"the framed row is not that of unit {scene.unit}"
    part = panel.part_choice.currentText()
    if panel.part_choice.count() > 1 and part != f"{scene.part}ₜ":
        yield f"the chooser says {part} for {scene.part}"


def _unit(driver: Driver, panel: Any, true: Trace) -> Iterator[str]:
    scene = driver.workspace.view_state.scene
    if scene.unit is None:
        return
    curve = _states(driver, true)[:, scene.unit]
    yield from _differs(f"the curve of unit {scene.unit}", _heights(panel.drawn(), "unit"), curve)
    said = panel.readout.text()
    here = f"unit {scene.unit}, timestep {scene.timestep + 1}: {curve[scene.timestep]:+.3f}"
    # What is under the mouse is said instead, of the same unit.
    if said != here and not said.startswith(f"unit {scene.unit}, "):
        yield f"it says {said!r}, must be {here!r}"


def _change(driver: Driver, panel: Any, true: Trace) -> Iterator[str]:
    layer = driver.workspace.view_state.scene.layer
    if true.directions == 2 and layer % 2:
        return
    steps = np.linalg.norm(np.diff(true.hidden[:, layer], axis=0), axis=1)
    yield from _differs("the bars", _bars(panel)[1:], steps)


def _saliency(driver: Driver, panel: Any, true: Trace) -> Iterator[str]:
    if panel.plot.isHidden() or true.saliency is None:
        return
    t = driver.workspace.view_state.scene.timestep
    yield from _differs("the bars", _bars(panel), true.saliency[t, : t + 1])


def _notepad(driver: Driver, panel: Any, true: Trace) -> Iterator[str]:
    scene = driver.workspace.view_state.scene
    states = _states(driver, true)
    picture = panel.drawn()
    cells = picture.get("cells", np.zeros((0, 4), np.uint8))
    if len(cells) != true.units:
        yield f"there are {len(cells)} cells, must be {true.units}"
        return
    now = _shade(states[scene.timestep][scene.order], _top(true, scene.part, states))
    for cell in {0, true.units // 2, true.units - 1}:
        near = range(max(0, int(now[cell]) - 1), min(255, int(now[cell]) + 1) + 1)
        if not any(np.array_equal(cells[cell], hidden_lookup()[k]) for k in near):
            yield f"the cell of unit {scene.order[cell]} is {cells[cell]}"
    framed = picture.get("framed")
    if framed != scene.row:
        yield f"cell {framed} is framed, must be {scene.row}"


Look = Callable[[Driver, Panel, Trace], Iterator[str]]
PANELS: dict[str, Look] = {
    "sequence": _sequence,
    "hidden": _hidden,
    "unit": _unit,
    "change": _change,
    "saliency": _saliency,
    "notepad": _notepad,
}


# --- small things ------------------------------------------------------------------------


def _shown(panel: Panel) -> bool:
    """Whether a panel has drawn all that it has to, because it can be seen."""
    return panel.up_to_date


def _heights(drawn: Drawing, name: str) -> np.ndarray | None:
    """The heights of a curve; None where there is none."""
    return drawn[name][1] if name in drawn else None


def _bars(panel: Panel) -> np.ndarray:
    """The heights of all bars; those that are hatched are no numbers."""
    drawn = panel.drawn()
    heights = drawn["bars"][1]
    return np.where(drawn["gaps"][1] > 0, np.nan, heights) if "gaps" in drawn else heights


def _states(driver: Driver, true: Trace) -> np.ndarray:
    scene = driver.workspace.view_state.scene
    whole = {"h": true.hidden, "c": true.cell, **true.gates}[scene.part]
    assert whole is not None
    return whole[:, scene.layer]


def _top(true: Trace, part: str, states: np.ndarray) -> float:
    unbounded = true.kind == "RNN_RELU" or part == "c"
    return max(1.0, float(np.abs(states).max())) if unbounded else 1.0


def _shade(values: np.ndarray, top: float) -> np.ndarray:
    return np.clip(np.floor(127.5 + values * 127.5 / top), 0, 255)


def _differs(what: str, found: object, wanted: object) -> Iterator[str]:
    if found is None or wanted is None:
        if found is not wanted:
            yield f"{what} {'is missing' if found is None else 'should not be there'}"
        return
    a, b = np.asarray(found, float), np.asarray(wanted, float)
    if a.shape != b.shape:
        yield f"{what} is {a.shape}, must be {b.shape}"
    elif not np.allclose(a, b, rtol=CLOSE, atol=CLOSE, equal_nan=True):
        yield f"{what} is off by up to {np.nanmax(np.abs(a - b)):.3g}"
