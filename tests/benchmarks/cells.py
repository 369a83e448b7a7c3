"""How long a step of training takes here and in a plain loop of PyTorch: every cell.

    python tests/benchmarks/cells.py [threads] [rounds]

The plain loop has the same network of `torch.nn` modules, batches by index, autograd and
`torch.optim.Adam(fused=True)`, and as many threads (1). Both take turns, a step each, and
the fastest step of each counts. One thread is timed by what its processor worked, so that
it matters little whatever else the machine does; several by the clock.

Where only the end is asked for and T is 200, the plain loop spends most of its time on
gradients below 1e-38 that have vanished on the way back; a run takes those as 0.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[2]))

import torch
import torch.nn.functional as F  # noqa: N812

from rnnviz.experiment import Experiment
from rnnviz.learning.devices import Choice
from rnnviz.learning.network import build
from rnnviz.learning.training import Trainer
from rnnviz.tasks import Sine, Task
from rnnviz.tasks.waves import Waves

CELLS = ("RNN", "RNN relu", "GRU", "LSTM")
ALLOWED = 1.05
"""How many times as long as the plain loop may be taken for as long: what timing cannot tell."""


def plain_loop(experiment: Experiment) -> Callable[[], object]:
    """A step of the loop that anybody would write."""
    task = experiment.task
    many = task.shape == "many-to-many"
    train = task.examples(0).train
    inputs, targets = torch.from_numpy(train.inputs), torch.from_numpy(train.targets)
    model = build(experiment)
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

    return step


def ours(experiment: Experiment, threads: int) -> Callable[[], object]:
    """The same step as a run takes it, loss and gradient norm read."""
    return Trainer(experiment, choice=Choice("cpu", threads)).train_batch


def fastest(
    steps: list[Callable[[], object]], rounds: int, clock: Callable[[], float]
) -> list[float]:
    """The fastest step of each, in milliseconds."""
    taken: list[list[float]] = [[] for _ in steps]
    for _ in range(rounds + 1):
        for step, times in zip(steps, taken, strict=True):
            start = clock()
            step()
            times.append(1e3 * (clock() - start))
    return [min(times[1:]) for times in taken]  # the first loads libraries


def main(threads: int, rounds: int) -> None:
    """Print one line for each size; exit with 1 where the plain loop is faster."""
    tasks: dict[str, Callable[[int], Task]] = {
        "the end": lambda timesteps: Sine(window=timesteps, windows=6000),
        "every step": lambda timesteps: Waves(length=timesteps, signals=1500),
    }
    torch.set_num_threads(threads)
    clock = process_time if threads == 1 else perf_counter
    print(f"threads: {threads}, batch: 64, milliseconds a step", flush=True)
    print("cell      answers at     H    T   rnnviz    plain  ratio", flush=True)
    slower = []
    for cell, (where, make), hidden, timesteps in product(
        CELLS, tasks.items(), (64, 256), (50, 200)
    ):
        experiment = Experiment(task=make(timesteps))
        for path, value in {"network.cell": cell, "network.hidden": hidden}.items():
            experiment = experiment.with_value(path, value)
        steps = [ours(experiment, threads), plain_loop(experiment)]
        count = rounds if hidden * timesteps < 256 * 200 else max(3, rounds // 3)
        mine, plain = fastest(steps, count, clock)
        line = f"{cell:<9} {where:<11} {hidden:>4} {timesteps:>4}"
        print(f"{line} {mine:>8.1f} {plain:>8.1f} {plain / mine:>6.2f}", flush=True)
        if mine > ALLOWED * plain:
            slower.append(line)
    if slower:
        sys.exit("slower than the plain loop:\n" + "\n".join(slower))


if __name__ == "__main__":
    main(*(int(given) for given in (*sys.argv[1:], *("1", "15")[len(sys.argv) - 1 :])))
