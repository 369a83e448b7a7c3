"""Padding is in neither loss nor trace, for every task that has some."""

import numpy as np
import pytest

from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks import TASKS, Examples
from tests.learning.toys import experiment, with_examples

PADDED = {
    "sentiment": {},
    "tagging": {},
    "dates": {"dates": 500},
    "reber": {"strings": 100},
    "chorales": {},
}


def few(split):
    """Twelve examples of several lengths, so that some of them are padded."""
    kept = slice(0, 12)
    return type(split)(*(None if part is None else part[kept] for part in split))


def spoilt(split):
    """The same examples with something else where they are padded."""
    inputs, targets = split.inputs.copy(), split.targets.copy()
    late = np.arange(inputs.shape[1]) >= split.lengths[:, None]
    assert late.any()
    inputs[late] = 1
    if split.decoder is None and targets.ndim > 1:
        targets[late] = 1
    return split._replace(inputs=inputs, targets=targets)


@pytest.mark.parametrize("name", PADDED)
def test_what_stands_in_the_padding_of_a_task_changes_neither_loss_nor_trace(name):
    task = TASKS[name](**PADDED[name])
    one = Examples(*map(few, task.open(0).examples))
    other = Examples(*map(spoilt, one))
    chosen = experiment(task)
    runs = [Trainer(chosen, dataset=with_examples(chosen, examples)) for examples in (one, other)]
    for run in runs:
        while run.epoch < 1:
            run.train_batch()
    mine, his = (run.history[0] for run in runs)
    assert mine.train_loss == pytest.approx(his.train_loss, rel=1e-5)
    assert mine.valid_loss == pytest.approx(his.valid_loss, rel=1e-5)
    assert mine.grad_norm == pytest.approx(his.grad_norm, rel=1e-4)
    for example in range(3):
        traces = [run.trace(example) for run in runs]
        answers = one.valid.decoder.shape[1] if one.valid.decoder is not None else 0
        assert traces[0].timesteps == one.valid.length(example) + answers
        np.testing.assert_allclose(traces[0].hidden, traces[1].hidden, atol=1e-5)


def test_these_are_all_tasks_that_are_padded():
    small = {"dates": 500, "strings": 100, "lists": 60, "sequences": 60, "windows": 60}
    found = set()
    for name, kind in TASKS.items():
        fields = {key: value for key, value in small.items() if key in kind.__struct_fields__}
        if kind(**fields).open(0).examples.train.lengths is not None:
            found.add(name)
    assert found == set(PADDED)
