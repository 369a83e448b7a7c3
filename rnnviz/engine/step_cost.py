"""The price of going step by step: how long a training step takes, measured on demand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from rnnviz.engine.messages import StepCost
from rnnviz.experiment import Experiment, Network, Training
from rnnviz.learning.training import devices
from rnnviz.tasks import Sine

CELLS = ("RNN", "GRU", "LSTM")
TIMESTEPS = (25, 50, 100, 200)
"""at `UNITS` hidden units"""
HIDDEN = (16, 64, 128, 256)
"""at `STEPS` timesteps"""
UNITS, STEPS, BATCH = 64, 50, 64


class StepCostList:
    """Measures one combination of cell, length, size and device at a time, cheap ones first."""

    def __init__(self, request: int, report: Callable[[StepCost], None]) -> None:
        self.request = request
        self._report = report
        self._all = list(_combinations())
        self._done = 0

    @property
    def over(self) -> bool:
        """Whether everything was measured."""
        return self._done == len(self._all)

    def work(self) -> None:
        """Measure the next one and report it."""
        cell, timesteps, hidden, device = self._all[self._done]
        experiment = Experiment(
            task=Sine(window=timesteps),
            network=Network(hidden=hidden),
            training=Training(batch=BATCH),
        ).with_value("network.cell", cell)
        milliseconds = devices.time_step(
            experiment, experiment.task.open(experiment.training.seed).sizes, device
        )
        self._done += 1
        self._report(
            StepCost(
                request=self.request,
                done=self._done,
                count=len(self._all),
                cell=cell,
                timesteps=timesteps,
                hidden=hidden,
                device=device,
                milliseconds=milliseconds,
            )
        )


def _combinations() -> Iterator[tuple[str, int, int, str]]:
    sizes = sorted({(t, UNITS) for t in TIMESTEPS} | {(STEPS, h) for h in HIDDEN})
    kinds = dict.fromkeys(device.kind for device in devices.available())
    for device, (timesteps, hidden), cell in itertools.product(kinds, sizes, CELLS):
        yield cell, timesteps, hidden, device
