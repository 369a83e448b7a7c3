"""Judging in parts, so that nobody who wants to stop waits for a long validation."""

import numpy as np
import pytest
import torch

from rnnviz.experiment import suited
from rnnviz.learning.batching.losses import summed, take, tensors
from rnnviz.learning.training import evaluation
from rnnviz.learning.training.evaluation import Evaluator
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks.characters import Characters
from rnnviz.tasks.dates import Dates
from rnnviz.tasks.tagging import Tagging
from tests.learning.toys import Curve, Labels, Later, Notes, Review, Value, untrained
from tests.learning.toys import experiment as toy_experiment

DATES = Dates(dates=500)
TEXT = Characters(text="English reviews", share=0.1, window=20)


def experiment(task, batch=64):
    found = suited(task).with_value("network.hidden", 8).with_value("training.batch", batch)
    return found.with_value("training.device", "cpu").with_value("training.epochs", 2)


def in_parts(monkeypatch):
    """Seven dates at a time: four bytes for each of 8 units at each of 28 timesteps."""
    monkeypatch.setattr(evaluation, "PART_BYTES", 7 * 4 * 28 * 8)


def counted(parts):
    """How many times one can stop between the parts, and what came of them."""
    stops = 0
    while True:
        try:
            next(parts)
        except StopIteration as end:
            return stops, end.value
        stops += 1


def test_parts_come_to_the_same_as_the_whole(monkeypatch):
    model, valid = untrained(experiment(DATES)), DATES.open(0).examples.valid
    evaluator = Evaluator(DATES, valid, "cpu")
    loss, outputs = evaluator.loss(model)
    decoded = evaluator.decoded(model)
    in_parts(monkeypatch)
    stops, found = counted(evaluator.parts_of_loss(model))
    assert stops == 8  # 50 dates, 7 at a time
    assert found[0] == pytest.approx(loss, rel=1e-6)
    np.testing.assert_allclose(found[1], outputs, atol=1e-6)
    stops, found = counted(evaluator.parts_of_decoded(model))
    assert stops == 8
    np.testing.assert_allclose(found, decoded, atol=1e-6)


def test_what_fits_at_once_is_not_cut(monkeypatch):
    model = untrained(experiment(DATES))
    assert (
        counted(Evaluator(DATES, DATES.open(0).examples.valid, "cpu").parts_of_loss(model))[0] == 0
    )


def test_between_two_parts_the_network_is_as_it_learns(monkeypatch):
    in_parts(monkeypatch)
    model = untrained(experiment(DATES)).train()
    for _ in Evaluator(DATES, DATES.open(0).examples.valid, "cpu").parts_of_loss(model):
        assert model.training
        assert torch.is_grad_enabled()


def test_notepads_are_carried_through_the_streams_of_a_text():
    """Judged in streams side by side, each window's answers are those of its whole stream."""
    model, valid = untrained(experiment(TEXT)), TEXT.open(0).examples.valid
    loss, outputs = Evaluator(TEXT, valid, "cpu").loss(model)
    rows = len(valid.inputs) // 16
    with torch.no_grad():
        stream = torch.as_tensor(valid.inputs[: 2 * rows]).view(2, -1, 1)
        whole = model(stream).view(2 * rows, 20, -1)
    np.testing.assert_allclose(outputs[: 2 * rows], whole, atol=1e-5)
    nats = torch.nn.functional.cross_entropy(
        torch.as_tensor(outputs).flatten(0, 1), torch.as_tensor(valid.targets).flatten()
    )
    assert loss == pytest.approx(float(nats), rel=1e-5)


@pytest.mark.parametrize(
    ("task", "parts_of_an_epoch"), [(DATES, 16), (TEXT, 2)], ids=["dates", "text"]
)
def test_a_run_judges_one_part_a_call_and_learns_the_same(task, parts_of_an_epoch, monkeypatch):
    whole, parts = Trainer(experiment(task)), Trainer(experiment(task))
    while not whole.done:
        whole.train_batch()
    in_parts(monkeypatch)
    calls = 0
    while not parts.done:
        step, was_validating = parts.step, parts.validating
        record = parts.train_batch()
        assert parts.step == step + (not was_validating)
        assert (record is not None) == (parts.step % parts.batches == 0 and not parts.validating)
        calls += was_validating
    assert calls == 2 * parts_of_an_epoch
    assert parts.step == whole.step
    for one, other in zip(parts.history, whole.history, strict=True):
        assert one.train_loss == other.train_loss
        assert one.valid_loss == pytest.approx(other.valid_loss, rel=1e-6)
        assert one.metrics == pytest.approx(other.metrics, rel=1e-5)


@pytest.mark.parametrize("toy", [Value, Review, Curve, Labels, Later, Notes])
def test_answers_lie_in_the_order_of_the_examples(toy, monkeypatch):
    chosen = toy_experiment(toy(), network__cell="GRU")
    model, valid = untrained(chosen).eval(), toy().open(0).examples.valid
    monkeypatch.setattr(evaluation, "PART_BYTES", 3 * 4 * 9 * 6)  # three examples at a time
    loss, outputs = Evaluator(toy(), valid, "cpu").loss(model)
    total, count = 0.0, 0
    for example in range(len(valid.inputs)):
        alone = take(tensors(valid, "cpu"), torch.tensor([example]))
        with torch.no_grad():
            answers = model(alone.inputs)
        part, number = summed(toy.loss, answers, alone)
        total, count = total + part.item(), count + number
        found = outputs[example, : valid.length(example)]
        found = outputs[example] if toy.shape == "many-to-one" else found
        np.testing.assert_allclose(found, answers[0].numpy(), atol=1e-5)
    assert loss == pytest.approx(total / count, rel=1e-5)


def test_rules_that_take_long_are_fitted_in_parts():
    task = Tagging(language="Korean")
    data, model = task.open(0), untrained(experiment(task)).eval()
    evaluator = Evaluator(task, data.examples.valid, "cpu")
    stops, found = counted(evaluation.parts_of_summary(data, model, "cpu", evaluator))
    assert stops >= data.output_size  # one for each tag's regression
    assert len(found.rules) == 3
