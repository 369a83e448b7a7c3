"""How long a step of training takes here and in a plain loop of PyTorch: every cell that it has.

    python tests/benchmarks/cells.py [threads] [rounds]

The plain loop has the same network of `torch.nn` modules, batches by index, autograd and
`torch.optim.Adam(fused=True)`, and as many threads (1). Both take turns, a step of one full
batch each, and their medians stand side by side: an epoch's last batch, which is smaller, and
validation are trained between the turns. One thread is timed by what its processor worked, so
that it matters little whatever else the machine does; several by the clock.

A third turn has nothing but the matrix products that a step's recurrence is made of, B × H by
H × G H with G gates, at each timestep one on the way forward and two on the way back. The
share beside each time is the products' part of it: what a step reaches of the machine.

Where only the end is asked for and T is 200, the plain loop spends most of its time on
gradients below 1e-38 that have vanished on the way back; a run takes those as 0, and goes no
further back where nothing is left: its share of all the products may then be above 100 %.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[2]))

import torch
import torch.nn.functional as F  # noqa: N812

from rnnviz.cells import CELLS
from rnnviz.experiment import Experiment
from rnnviz.learning.network.model import build
from rnnviz.learning.training.devices import Choice
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks import Sine, Task
from rnnviz.tasks.waves import Waves
from tests.benchmarks.machine import Option, numbers

ALLOWED = 1.05
"""How many times as long as the plain loop may be taken for as long: what timing cannot tell."""


@dataclass(frozen=True)
class Side:
    """What takes turns: `step` is timed, and `prepare` before it is not."""

    step: Callable[[], object]
    prepare: Callable[[], object] = lambda: None


def plain_loop(experiment: Experiment) -> Side:
    """A step of the loop that anybody would write."""
    task = experiment.task
    many = task.shape == "many-to-many"
    data = task.open(0)
    train = data.examples.train
    inputs, targets = torch.from_numpy(train.inputs), torch.from_numpy(train.targets)
    model = build(experiment, data.sizes)
    rnn, readout = model.rnn, model.readout
    adam = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)

    def step() -> None:
        rows = torch.randint(len(inputs), (experiment.training.batch,))
        hidden = rnn(inputs[rows])[0]
        if many:
            loss = F.cross_entropy(readout(hidden).flatten(0, 1), targets[rows].flatten())
        else:
            loss = F.mse_loss(readout(hidden[:, -1]), targets[rows])
        adam.zero_grad()
        loss.backward()
        adam.step()

    return Side(step)


def ours(experiment: Experiment, threads: int) -> Side:
    """The same step as a run takes it, loss and gradient norm read."""
    trainer = Trainer(experiment, choice=Choice("cpu", threads))

    def past_the_end_of_an_epoch() -> None:
        while trainer.validating or trainer.step % trainer.batches == trainer.batches - 1:
            trainer.train_batch()

    return Side(trainer.train_batch, past_the_end_of_an_epoch)


def products(experiment: Experiment) -> Side:
    """The matrix products of a step's recurrence, without anything else."""
    hidden = experiment.network.hidden
    states = torch.rand(experiment.training.batch, hidden)
    weights = torch.rand(hidden, CELLS[experiment.network.cell].blocks * hidden)
    out = states @ weights
    timesteps = experiment.task.open(0).timesteps

    def step() -> None:
        for _ in range(3 * timesteps):
            torch.mm(states, weights, out=out)

    return Side(step)


def in_turns(sides: list[Side], rounds: int, clock: Callable[[], float]) -> list[list[float]]:
    """What the steps of each side took in each round, in milliseconds."""
    taken: list[list[float]] = [[] for _ in sides]
    for _ in range(rounds + 1):
        for side, times in zip(sides, taken, strict=True):
            side.prepare()
            start = clock()
            side.step()
            times.append(1e3 * (clock() - start))
    return [times[1:] for times in taken]  # the first loads libraries


def measured(cell: str, task: Task, hidden: int) -> Experiment:
    """What both sides train: it never comes to its end."""
    experiment = Experiment(task=task)
    for path, value in {
        "network.cell": cell,
        "network.hidden": hidden,
        "training.epochs": 10_000,
        "training.patience": 0,
    }.items():
        experiment = experiment.with_value(path, value)
    return experiment


def main(threads: int, rounds: int) -> None:
    """Print one line for each size; exit with 1 where the plain loop is faster."""
    tasks: dict[str, Callable[[int], Task]] = {
        "the end": lambda timesteps: Sine(window=timesteps, windows=6000),
        "every step": lambda timesteps: Waves(length=timesteps, signals=1500),
    }
    torch.set_num_threads(threads)
    clock = process_time if threads == 1 else perf_counter
    print(f"threads: {threads}, batch: 64, milliseconds a step: median of {rounds} at most")
    print("cell      answers at     H    T   rnnviz share    plain share  ratio", flush=True)
    slower = []
    modules = [cell.name for cell in CELLS.values() if cell.module]  # others have no plain loop
    for cell, (where, make), hidden, timesteps in product(
        modules, tasks.items(), (64, 256), (50, 200)
    ):
        experiment = measured(cell, make(timesteps), hidden)
        sides = [ours(experiment, threads), plain_loop(experiment), products(experiment)]
        count = rounds if hidden * timesteps < 256 * 200 else max(3, rounds // 3)
        times = in_turns(sides, count, clock)
        mine, plain, least = (median(side) for side in times)
        ratio = median(b / a for a, b in zip(*times[:2], strict=True))
        line = f"{cell:<9} {where:<11} {hidden:>4} {timesteps:>4}"
        print(
            f"{line} {mine:>8.1f} {least / mine:>5.0%} {plain:>8.1f} {least / plain:>5.0%} "
            f"{ratio:>6.2f}",
            flush=True,
        )
        if ratio * ALLOWED < 1:
            slower.append(line)
    if slower:
        sys.exit("slower than the plain loop:\n" + "\n".join(slower))


if __name__ == "__main__":
    main(*numbers(__doc__, Option("threads", 1), Option("rounds", 15)))
