"""What a run has come to: every figure is of the weights as they are, however it ended."""

import numpy as np
import pytest
import torch

from rnnviz.experiment import Training, suited
from rnnviz.learning.training.trainer import Trainer, TrainingFailed
from rnnviz.tasks.waves import Waves

WAVES = (
    suited(Waves(length=24, stretch=10, signals=60))
    .with_value("network.hidden", 8)
    .with_value("training.device", "cpu")
    .with_value("training.batch", 10)
)


def measured(trainer):
    """Loss and accuracy on the validation examples, without the code that judges."""
    valid = trainer.examples.valid
    with torch.no_grad():
        logits = trainer.model.eval()(torch.as_tensor(valid.inputs)).flatten(0, 1)
    classes = torch.as_tensor(valid.targets).flatten()
    loss = torch.nn.functional.cross_entropy(logits, classes).item()
    return loss, (logits.argmax(dim=1) == classes).float().mean().item()


def agrees(trainer):
    loss, accuracy = measured(trainer)
    result = trainer.result()
    assert result.valid_loss == pytest.approx(loss, rel=1e-5)
    assert result.metrics["accuracy"] == pytest.approx(accuracy)
    return result


def test_before_anything_is_learned_there_are_no_figures():
    assert Trainer(WAVES).result() is None


@pytest.mark.parametrize("batches", [1, 5, 7, 10])
def test_in_the_middle_of_an_epoch_they_are_of_now(batches):
    trainer = Trainer(WAVES)
    for _ in range(batches):
        trainer.train_batch()
    assert agrees(trainer).epoch == batches / trainer.batches


def test_after_an_epoch_they_are_those_of_the_epoch():
    trainer = Trainer(WAVES.with_value("training.epochs", 2))
    while not trainer.done:
        trainer.train_batch()
    result, last = agrees(trainer), trainer.history[-1]
    assert (result.epoch, result.valid_loss, result.metrics) == (
        2,
        last.valid_loss,
        last.metrics,
    )
    np.testing.assert_array_equal(
        np.array(result.error_by_position, np.float32), trainer.error_by_position
    )


def test_after_early_stopping_they_are_of_the_best_epoch():
    rough = WAVES.with_value("training.learning_rate", 0.3).with_value("training.patience", 3)
    trainer = Trainer(rough)
    by_epoch = {}
    while not trainer.done:
        if trainer.train_batch() is not None:
            by_epoch[trainer.epoch] = trainer.error_by_position
    assert trainer.stopped_early
    result, best = agrees(trainer), trainer.best_epoch
    assert best < trainer.epoch
    assert result.epoch == best
    assert result.valid_loss == trainer.history[best - 1].valid_loss
    np.testing.assert_array_equal(np.array(result.error_by_position, np.float32), by_epoch[best])


def test_of_a_failed_run_they_are_of_the_last_good_weights(small):
    trainer = Trainer(small())
    for _ in range(13):
        trainer.train_batch()
    trainer.adjust(Training(learning_rate=1e4, clip_norm=0.0))
    trainer.train_batch()
    with pytest.raises(TrainingFailed):
        trainer.train_batch()
    valid, result = trainer.examples.valid, trainer.result()
    with torch.no_grad():
        answers = trainer.model.eval()(torch.as_tensor(valid.inputs))
    loss = torch.nn.functional.mse_loss(answers, torch.as_tensor(valid.targets)).item()
    assert result.valid_loss == pytest.approx(loss, rel=1e-5)
    assert result.valid_loss != trainer.history[-1].valid_loss
    assert result.epoch == 13 / trainer.batches
