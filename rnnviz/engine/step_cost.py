"""The price of going step by step: how long a training step takes, measured on demand."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from rnnviz.cells import COMPARED
from rnnviz.engine.messages import MeasureStepCosts, StepCost
from rnnviz.engine.questions import Work, answers
from rnnviz.experiment import Experiment, Network, Training
from rnnviz.learning.training import devices
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks import Sine

TIMESTEPS = (25, 50, 100, 200)
"""at `UNITS` hidden units"""
HIDDEN = (16, 64, 128, 256)
"""at `STEPS` timesteps"""
UNITS, STEPS, BATCH = 64, 50, 64


@answers(MeasureStepCosts, "at rest")
def measure(_asked: MeasureStepCosts, _trainer: Trainer | None) -> Work:
    """One combination of cell, length, size and device at a time, cheap ones first."""
    combinations = list(_combinations())
    for done, (cell, timesteps, hidden, device) in enumerate(combinations, start=1):
        experiment = Experiment(
            task=Sine(window=timesteps),
            network=Network(hidden=hidden),
            training=Training(batch=BATCH),
        ).with_value("network.cell", cell)
        sizes = experiment.task.open(experiment.training.seed).sizes
        yield StepCost(
            done=done,
            count=len(combinations),
            cell=cell,
            timesteps=timesteps,
            hidden=hidden,
            device=device,
            milliseconds=devices.time_step(experiment, sizes, device),
        )


def _combinations() -> Iterator[tuple[str, int, int, str]]:
    sizes = sorted({(t, UNITS) for t in TIMESTEPS} | {(STEPS, h) for h in HIDDEN})
    kinds = dict.fromkeys(device.kind for device in devices.available())
    for device, (timesteps, hidden), cell in itertools.product(kinds, sizes, COMPARED):
        yield cell.name, timesteps, hidden, device
