"""What a person reads of a task's figures is declared, so that it can be translated."""

from __future__ import annotations

import re

import numpy as np
import pytest

from rnnviz.experiment import suited
from rnnviz.tasks import TASKS

SMALL = {
    "sine": {"windows": 60},
    "waves": {"signals": 60, "frames": 20, "hold": 10},
    "dates": {"count": 500},
    "adding": {"count": 60, "length": 5},
    "copy": {"count": 60, "pause": 2},
    "recall": {"count": 60, "length": 5},
    "reber": {"count": 60},
}
"""A few examples will do, where their number is a knob."""


@pytest.mark.parametrize("name", TASKS)
def test_every_measure_and_every_rule_is_among_the_words_of_its_task(name: str):
    experiment = suited(TASKS[name]())
    for knob, value in SMALL.get(name, {}).items():
        if hasattr(experiment.task, knob):
            experiment = experiment.with_value(f"task.{knob}", value)
    task = experiment.task
    data = task.open(0)
    split = data.examples.valid
    shape = split.targets.shape[:1] if task.shape == "many-to-one" else split.targets.shape[:2]
    outputs = np.zeros((*shape, data.output_size), np.float32)
    names = {*data.metrics(outputs, split), *data.baselines()}
    assert {name for name in names if not re.fullmatch(r"\d+-gram", name)} <= set(task.words)
