"""What training does, on the screen: clipped steps, dropout, the best epoch, the result."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from rnnviz.engine.messages import EpochEnded, LiveTrace, Progress
from rnnviz.experiment import suited
from rnnviz.gui.model.aspect import Aspect
from rnnviz.gui.model.pinned_runs import MOST
from rnnviz.gui.panels.training.result import result_view
from rnnviz.learning.training.evaluation import Evaluator
from rnnviz.learning.training.trainer import Trainer
from rnnviz.records.run import Figures
from rnnviz.tasks.reber import Reber
from rnnviz.tasks.recall import Recall
from rnnviz.tasks.series import Series
from rnnviz.tasks.waves import Waves
from rnnviz.words.number_format import short
from tests.gui.driver import SMALL, Driver
from tests.learning.toys import untrained

WAVES = (
    suited(Waves(length=24, stretch=10, signals=60))
    .with_value("training.epochs", 2)
    .with_value("training.device", "cpu")
    .with_value("network.hidden", 8)
)


def bring_forward(driver: Driver, *names: str) -> None:
    for name in names:
        driver.window.frames[name].show()
        driver.window.frames[name].raise_()
    driver.until_drawn()


def judged(driver: Driver) -> Figures:
    driver.until(lambda: driver.workspace.run.result is not None)
    driver.until_drawn()
    return driver.workspace.run.result


def cells(driver: Driver, panel: str) -> list[list[str]]:
    table = driver.panel(panel).table
    return [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


# --- clipping ----------------------------------------------------------------------------


def test_a_stroke_stands_on_the_line_for_every_step_that_was_clipped(driver: Driver):
    driver.set_up(SMALL.with_value("training.clip_norm", 1.0))
    bring_forward(driver, "gradient_norm")
    driver.train_to_the_end()
    norms = np.concatenate([report.grad_norms for report in driver.reports(Progress)])
    places = np.flatnonzero(norms > 1.0)
    assert 0 < len(places) < len(norms)
    x, y = driver.panel("gradient_norm").drawn()["clipped"]
    batches = driver.started.batches
    np.testing.assert_allclose(x[::2], (places + 1) / batches, rtol=1e-6)
    np.testing.assert_allclose(y[1::2], norms[places], rtol=1e-5)
    np.testing.assert_allclose(y[::2], 1.0, rtol=1e-5)
    text = driver.panel("gradient_norm").readout.text()
    assert f"{len(places)} of {len(norms)}" in text


def test_without_clipping_no_stroke_is_drawn(driver: Driver):
    bring_forward(driver, "gradient_norm")
    driver.train_to_the_end()
    assert "clipped" not in driver.panel("gradient_norm").drawn()
    assert driver.panel("gradient_norm").readout.text() == ""


def test_a_gradient_that_vanished_lies_on_a_floor_that_says_so(driver: Driver):
    bring_forward(driver, "gradient_norm")
    driver.train_to_the_end()
    panel = driver.panel("gradient_norm")
    assert "floor" not in panel.drawn()
    driver.workspace.run.grad_norms.extend(np.float32([1e-25, 0.0]))
    panel.mark(Aspect.PROGRESS)
    driver.until_drawn()
    drawn = panel.drawn()
    assert drawn["floor"] == pytest.approx(1e-30, rel=1e-9, abs=0)
    assert drawn["name of the floor"] == "below 1e-30"
    np.testing.assert_allclose(drawn["batches"][1, -2:], [1e-25, 1e-30], rtol=1e-5)
    panel.log_button.setChecked(False)
    driver.until_drawn()
    assert not {"floor", "name of the floor"} & panel.drawn().keys()
    panel.log_button.setChecked(True)


# --- dropout -----------------------------------------------------------------------------


def test_what_dropout_hid_in_the_last_batch_is_painted(driver: Driver):
    driver.set_up(SMALL.with_value("network.dropout_readout", 0.5))
    bring_forward(driver, "dropout")
    driver.train_to_the_end()
    (mask,) = driver.panel("dropout").drawn().values()
    told = driver.reports(LiveTrace)[-1].dropout["readout"]
    np.testing.assert_array_equal(mask, told)
    assert told.shape == (20, 9)
    assert f"{told.mean():.0%}" in driver.panel("dropout").readout.text()


def test_without_dropout_the_panel_says_how_to_get_some(driver: Driver):
    bring_forward(driver, "dropout")
    assert "turn one of its dropout knobs up" in driver.panel("dropout").empty_text
    assert not driver.panel("dropout").masks.isVisible()


def test_another_run_takes_the_masks_away(driver: Driver):
    driver.set_up(SMALL.with_value("network.dropout_inputs", 0.5))
    bring_forward(driver, "dropout")
    driver.train_to_the_end()
    assert driver.panel("dropout").masks.isVisible()
    driver.set_up(SMALL)
    assert not driver.panel("dropout").masks.isVisible()


# --- the best epoch ----------------------------------------------------------------------


def test_a_star_marks_the_epoch_with_the_lowest_validation_loss(driver: Driver):
    driver.train_to_the_end()
    records = [report.record for report in driver.reports(EpochEnded)]
    best = min(records, key=lambda record: record.valid_loss)
    x, y = driver.panel("loss").drawn()["best"]
    assert x.tolist() == [best.epoch]
    assert y[0] == pytest.approx(best.valid_loss)


def test_patience_says_that_it_ended_the_run_and_which_weights_are_back(driver: Driver):
    driver.set_up(
        SMALL.with_value("training.patience", 2)
        .with_value("training.epochs", 200)
        .with_value("training.learning_rate", 0.1)
    )
    driver.train_to_the_end()
    run = driver.workspace.run
    assert len(run.history) < 200
    losses = [record.valid_loss for record in run.history]
    best = losses.index(min(losses)) + 1
    text = driver.window.status_line.state.text()
    assert f"epoch {len(losses)}/200: no better, back to epoch {best}" in text
    assert len(losses) - best == 2
    bar = driver.window.status_line.bar
    assert bar.value() == bar.maximum()


# --- the result --------------------------------------------------------------------------


def test_while_it_trains_nothing_is_judged_on_test_examples(driver: Driver):
    driver.set_up(WAVES)
    bring_forward(driver, "result")
    driver.do("epoch")
    driver.until(lambda: len(driver.workspace.run.history) == 1)
    driver.until_state("paused")
    driver.until_drawn()
    assert driver.workspace.run.result is None
    assert "When training has ended" in driver.panel("result").empty_text


def test_the_result_stands_beside_the_rules(driver: Driver):
    driver.set_up(WAVES)
    bring_forward(driver, "result")
    driver.do("train")
    result = judged(driver)
    rows = cells(driver, "result")
    assert [row[0] for row in rows] == ["this network", "majority", "nearest template"]
    assert rows[0][2] == f"{result.test['accuracy']:.3g}"
    assert rows[1][2] == f"{result.rules['majority']['accuracy']:.3g}"
    assert "10 test examples" in driver.panel("result").about.text()
    assert f"test accuracy {result.test['accuracy']:.3g}" in driver.window.status_line.result.text()


def test_the_lag_of_a_series_is_said_beside_that_of_persistence(driver: Driver):
    driver.set_up(
        suited(Series(series="passengers"))
        .with_value("training.epochs", 1)
        .with_value("training.device", "cpu")
    )
    bring_forward(driver, "result")
    driver.do("train")
    lag = judged(driver).lag
    said = driver.panel("result").lag.text()
    assert said.endswith(f"{lag['network']} of this network, {lag['persistence']} of persistence.")


def test_a_task_without_test_examples_is_judged_by_those_it_has():
    result = Figures(epoch=1, valid_loss=0.25, metrics={"RMSE": 0.5})
    found = result_view(result, {"mean": 1.0})
    assert found.measures == ["RMSE"]
    assert found.rows == [("", [0.25, 0.5]), ("mean", [1.0, None])]
    assert found.test_examples == 0


# --- comparison and positions ------------------------------------------------------------


def test_a_pinned_run_keeps_its_result_in_the_table(driver: Driver):
    driver.workspace.pinned_runs.clear()
    driver.set_up(WAVES)
    bring_forward(driver, "pinned_runs")
    driver.do("train")
    result = judged(driver)
    driver.do("pin")
    driver.do("reset")
    driver.until_ready()
    ((label, loss, valid, test, *_),) = cells(driver, "pinned_runs")
    assert label.endswith(": GRU 8")
    assert loss == f"{result.valid_loss:.3g}"
    assert (valid, test) == tuple(
        f"{found['accuracy']:.3g}" for found in (result.metrics, result.test)
    )
    driver.workspace.pinned_runs.clear()


def test_a_pinned_runs_milliseconds_a_step_are_of_training_alone(driver: Driver):
    driver.workspace.pinned_runs.clear()
    driver.set_up(WAVES)
    bring_forward(driver, "pinned_runs")
    driver.do("train")
    judged(driver)
    last = driver.workspace.run.history[-1]
    steps = driver.workspace.run.step
    assert 0 < last.training_seconds < last.seconds
    milliseconds = cells(driver, "pinned_runs")[0][4]
    assert milliseconds == f"{1000 * last.training_seconds / steps:.2f}"
    driver.workspace.pinned_runs.clear()


def test_the_error_by_position_says_what_it_counts_along(driver: Driver):
    driver.set_up(WAVES)
    bring_forward(driver, "error_by_position")
    driver.do("train")
    judged(driver)
    panel = driver.panel("error_by_position")
    assert panel.along.text() == "frames after a switch"
    told = driver.reports(EpochEnded)[-1].error_by_position
    np.testing.assert_array_equal(panel.drawn()["errors"][1], told)


def test_stopped_within_an_epoch_all_figures_are_of_the_weights_as_they_are(driver: Driver):
    driver.workspace.pinned_runs.clear()
    driver.set_up(WAVES.with_value("training.batch", 4).with_value("training.learning_rate", 0.3))
    bring_forward(driver, "result", "pinned_runs")
    driver.do("epoch")
    driver.until(lambda: len(driver.workspace.run.history) == 1)
    driver.until_state("paused")
    for batch in range(1, 4):
        driver.do("batch")
        driver.until(
            lambda batch=batch: driver.workspace.run.step == driver.started.batches + batch
        )
        driver.until_state("paused")
    driver.do("stop")
    judged(driver)
    trainer = Trainer(driver.workspace.run.experiment)
    for _ in range(trainer.batches + 3):
        trainer.train_batch()
    loss, answers = Evaluator(WAVES.task, trainer.examples.valid, "cpu").loss(trainer.model)
    accuracy = trainer.dataset.metrics(answers, trainer.examples.valid)["accuracy"]
    assert short(loss) != short(driver.workspace.run.history[-1].valid_loss)
    ((_, said, valid, *_),) = cells(driver, "pinned_runs")
    assert (said, valid) == (short(loss), short(accuracy))
    assert cells(driver, "result")[0][:2] == ["this network", short(loss)]
    assert driver.panel("result").about.text().startswith("After epoch 1.3: ")
    status = driver.window.status_line.result.text()
    assert status.startswith(f"epoch 1.3: validation cross-entropy {short(loss)} · ")
    bring_forward(driver, "error_by_position")
    errors = trainer.dataset.error_by_position(answers, trainer.examples.valid)
    np.testing.assert_array_equal(driver.panel("error_by_position").drawn()["errors"][1], errors)


def test_a_run_that_failed_is_judged_by_its_last_good_weights(driver: Driver):
    """At this rate the first step spoils everything: the good weights are the first ones."""
    driver.set_up(SMALL.with_value("training.learning_rate", 1e4))
    driver.do("train")
    driver.until_state("failed")
    judged(driver)
    fresh, valid = untrained(SMALL), SMALL.task.open(0).examples.valid
    with torch.no_grad():
        answers = fresh(torch.as_tensor(valid.inputs))
    loss = torch.nn.functional.mse_loss(answers, torch.as_tensor(valid.targets)).item()
    assert driver.workspace.run.figures.epoch == 0
    assert driver.workspace.run.figures.valid_loss == pytest.approx(loss, rel=1e-5)


def test_cells_from_one_start_stand_side_by_side_with_their_results(driver: Driver):
    driver.workspace.pinned_runs.clear()
    driver.set_up(
        suited(Recall(length=6, strings=60))
        .with_value("training.epochs", 1)
        .with_value("training.device", "cpu")
    )
    driver.do("compare_cells")
    driver.until(lambda: len(driver.workspace.pinned_runs.runs) == 4)
    runs = driver.workspace.pinned_runs.runs
    cells = [run.experiment.network.cell for run in runs]
    assert cells == ["none", "RNN", "GRU", "LSTM"]
    assert len({run.experiment.training.seed for run in runs}) == 1
    assert all(run.test is not None for run in runs)
    assert not driver.window.sweep.going
    driver.workspace.pinned_runs.clear()


def test_at_most_eight_runs_are_kept_the_newest(driver: Driver):
    driver.workspace.pinned_runs.clear()
    driver.train_to_the_end()
    for _ in range(MOST + 2):
        driver.do("pin")
    labels = [run.label.partition(":")[0] for run in driver.workspace.pinned_runs.runs]
    assert len(labels) == MOST
    assert [int(b) - int(a) for a, b in itertools.pairwise(labels)] == [1] * (MOST - 1)
    driver.workspace.pinned_runs.clear()


# --- words -------------------------------------------------------------------------------


def rows_of(words: np.ndarray) -> list[np.ndarray]:
    """Words row by row from the top, each from the left to the right."""
    words = np.sort(words, order="x")
    heights = np.round(words["y"], 6)
    return [words[heights == y] for y in np.unique(heights)[::-1]]


def test_words_stand_as_they_read_with_a_mark_below_each_answer(driver: Driver):
    driver.set_up(
        suited(Reber(strings=60))
        .with_value("network.hidden", 8)
        .with_value("training.device", "cpu")
    )
    driver.workspace.player.go_to(3)
    driver.until_drawn()
    presentation = driver.workspace.view_state.trace.presentation
    words = driver.panel("sequence").drawn()["words"]
    rows = rows_of(words)
    assert len(rows) == 4
    read, answered, marked, asked = (row["text"].tolist() for row in rows)
    assert read == presentation.steps
    assert answered == presentation.answers[:4]
    assert marked == ["✓" if right else "✗" for right in presentation.right[:4]]
    assert asked == presentation.asked
    assert (rows[0]["strength"] < 255).tolist() == [t > 3 for t in range(len(presentation.steps))]


def test_what_it_would_answer_so_far_is_faint_until_it_is_asked(driver: Driver):
    driver.set_up(suited(Recall(length=6, strings=60)).with_value("training.device", "cpu"))
    driver.workspace.player.go_to(5)
    driver.until_drawn()
    trace = driver.workspace.view_state.trace
    words = driver.panel("sequence").drawn()["words"]
    answers = rows_of(words)[1]
    letters = ["ABCD"[place] for place in trace.output.argmax(axis=1)]
    assert answers["text"].tolist() == letters
    assert (answers["strength"] < 255).tolist() == [True] * 5 + [False]
