"""How well the sine is learnt: validation MSE over twelve seeds.

    python tests/benchmarks/sine_quality.py [seeds]

A plain loop in PyTorch reaches a median of 1.6e-4 after 5 epochs and 2.2e-5 after 30,
2.5e-4 at the worst. One thread, so that the same seed gives the same figures everywhere.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from rnnviz.experiment import Experiment
from rnnviz.learning.training.devices import Choice
from rnnviz.learning.training.trainer import Trainer
from tests.benchmarks.machine import Option, numbers


def main(seeds: int) -> None:
    """Print the losses of each seed, then their medians and the worst."""
    early, late = [], []
    for seed in range(seeds):
        experiment = Experiment().with_value("training.seed", seed)
        trainer = Trainer(experiment, choice=Choice("cpu", 1))
        while not trainer.done:
            trainer.train_batch()
        losses = [record.valid_loss for record in trainer.history]
        early.append(losses[4])
        late.append(losses[-1])
        print(f"seed {seed:2}: {losses[4]:.1e} after 5, {losses[-1]:.1e} after 30 epochs")
    print(
        f"median {median(early):.1e} after 5 (plain loop 1.6e-4), "
        f"{median(late):.1e} after 30 (2.2e-5), worst {max(late):.1e} (2.5e-4)"
    )


if __name__ == "__main__":
    main(*numbers(__doc__, Option("seeds", 12)))
