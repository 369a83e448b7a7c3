"""Reports as an engine would make them, for what is tested without one."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnviz.engine.messages import EpochEnded, Progress, Started, StateChanged
from rnnviz.records.run import EpochRecord


def started(run: int, **more: Any) -> Started:
    plain = {
        "device": "cpu",
        "threads": 1,
        "timings": [],
        "parameters": 100,
        "batches": 5,
        "valid_examples": 20,
        "baselines": {"mean": 1.0},
    }
    return Started(run=run, **(plain | more))


def progress(run: int, first: int, grad_norms: list[float], clipped: list[bool]) -> Progress:
    """Of batches whose losses are all 1/2."""
    return Progress(
        run=run,
        first=first,
        losses=np.full(len(grad_norms), 0.5, np.float32),
        grad_norms=np.array(grad_norms, np.float32),
        clipped=np.array(clipped),
        steps_per_second=1.0,
        samples_per_second=1.0,
        seconds=3.0,
        seconds_left=1.0,
    )


def epoch(run: int, number: int, *, valid_loss: float = 1.0, **more: Any) -> EpochEnded:
    record = EpochRecord(
        epoch=number,
        train_loss=1.0,
        valid_loss=valid_loss,
        grad_norm=1.0,
        seconds=2.0 * number,
        metrics={"RMSE": 0.5},
        training_seconds=1.5 * number,
    )
    return EpochEnded(run=run, record=record, **more)


def state(run: int, name: str, step: int = 0) -> StateChanged:
    return StateChanged(run=run, state=name, step=step)
