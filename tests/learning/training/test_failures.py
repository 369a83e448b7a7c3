"""Runs that go wrong: told apart, stopped at once, and back at the last good weights."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from rnnviz.experiment import Experiment
from rnnviz.learning.training.trainer import Trainer, TrainingFailed
from rnnviz.tasks import Examples, Split
from tests.learning.toys import untrained, with_examples


def finish(trainer):
    while not trainer.done:
        trainer.train_batch()
    return trainer


def run_into_failure(trainer):
    with pytest.raises(TrainingFailed) as caught:
        finish(trainer)
    return caught.value


def spoilt(examples, example, value):
    targets = examples.train.targets.copy()
    targets[example] = value
    return Examples(Split(examples.train.inputs, targets), examples.valid)


def test_a_learning_rate_of_1000_ends_the_sine_job_at_once():
    experiment = Experiment().with_value("training.learning_rate", 1e3)
    trainer = Trainer(experiment.with_value("training.device", "cpu"))
    failure = run_into_failure(trainer)
    assert (failure.kind, failure.step) == ("diverged", 1)


@pytest.mark.parametrize("rate", [1e-5, 1e-3, 1e-1, 1.0])
def test_no_rate_on_the_slider_is_stopped(small, rate):
    finish(Trainer(small(training__learning_rate=rate, network__hidden=64)))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_stops_the_run_at_that_batch(small, value):
    examples = spoilt(small().task.open(0).examples, 17, value)
    trainer = Trainer(small(), dataset=with_examples(small(), examples))
    order = torch.randperm(80, generator=torch.Generator().manual_seed(0)).tolist()
    failure = run_into_failure(trainer)
    assert (failure.kind, failure.step) == ("not_finite", order.index(17) // 8)
    assert trainer.step == failure.step


def test_the_losses_of_a_failed_run_can_still_be_taken(small):
    examples = spoilt(small().task.open(0).examples, 17, np.inf)
    trainer = Trainer(small(), dataset=with_examples(small(), examples))
    failure = run_into_failure(trainer)
    losses, *_ = trainer.take_losses()
    assert np.isfinite(losses).tolist() == [True] * failure.step + [False]


def test_traces_after_a_failure_show_the_last_good_weights(small):
    trainer = Trainer(small(training__learning_rate=1e3, network__hidden=64))
    run_into_failure(trainer)
    # The first step of Adam spoilt everything: the good weights are the first ones.
    good = untrained(small(network__hidden=64))
    for ours, right in zip(trainer.model.parameters(), good.parameters(), strict=True):
        assert torch.equal(ours, right)
    assert np.isfinite(trainer.trace(0).output).all()


def test_a_failed_run_stays_failed(small):
    trainer = Trainer(small(training__learning_rate=1e3, network__hidden=64))
    failure = run_into_failure(trainer)
    assert run_into_failure(trainer) is failure


def test_weights_spoilt_by_the_last_batch_of_an_epoch_make_no_record(small):
    # One batch an epoch: only the validation sees what the step has done.
    trainer = Trainer(small(training__learning_rate=1e3, training__batch=512, network__hidden=64))
    assert run_into_failure(trainer).kind == "diverged"
    assert trainer.history == []
    assert np.abs(trainer.trace(0).output).max() < 10


def test_targets_far_from_zero_do_not_count_as_diverged(small):
    examples = small().task.open(0).examples
    far = Examples(*(Split(s.inputs, s.targets * 1e-3 + 1e3) for s in examples[:2]))
    finish(Trainer(small(), dataset=with_examples(small(), far)))


FULL = """
import resource
from rnnviz.experiment import Experiment
from rnnviz.learning.training.trainer import Trainer, TrainingFailed
experiment = Experiment().with_value("training.device", "cpu").with_value("network.hidden", 256)
trainer = Trainer(experiment.with_value("task.window", 500).with_value("training.batch", 512))
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + 100 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    trainer.train_batch()  # 250 MiB for the states alone
except TrainingFailed as failure:
    print(failure.kind, failure.step, trainer.trace(0, parts=()).hidden.shape)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is one of Linux")
def test_full_memory_is_told_apart_and_leaves_a_run_that_can_be_traced():
    done = subprocess.run(
        [sys.executable, "-c", FULL], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "out_of_memory 0 (500, 1, 256)"
