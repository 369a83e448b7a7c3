"""Both sides of the comparison do the same work, whatever the round."""

import pytest
import torch
from torch.nn.modules.module import register_module_forward_pre_hook

from rnnviz.tasks import Sine
from rnnviz.tasks.waves import Waves
from tests.benchmarks import cells

TASKS = {"the end": Sine(window=6, windows=170), "every step": Waves(length=20, signals=170)}
ROUNDS = 12  # through several epochs


@pytest.mark.parametrize("where", TASKS)
def test_every_step_that_is_timed_learns_from_one_full_batch(where):
    task = TASKS[where]
    experiment = cells.measured("GRU", task, hidden=4)
    batch = experiment.training.batch
    train = len(task.open(0).examples.train.inputs)
    assert 0 < train // batch < ROUNDS  # an epoch ends between the turns
    assert train % batch  # and its last batch is smaller
    read: list[tuple[bool, tuple[int, ...]]] = []  # learning or judging, and of which shape
    timed: list[list[tuple[bool, tuple[int, ...]]]] = []

    def note(module, given):
        if isinstance(module, torch.nn.Linear):
            read.append((torch.is_grad_enabled(), tuple(given[0].shape)))

    def watched(side: cells.Side) -> cells.Side:
        def step() -> None:
            read.clear()
            side.step()
            timed.append(read.copy())

        return cells.Side(step, side.prepare)

    with register_module_forward_pre_hook(note):
        sides = [watched(cells.ours(experiment, 1)), watched(cells.plain_loop(experiment))]
        cells.in_turns(sides, ROUNDS, lambda: 0.0)
    states = (batch, 4) if where == "the end" else (batch, 20, 4)
    assert timed == [[(True, states)]] * (2 * (ROUNDS + 1))


def test_a_sides_times_are_of_its_steps_alone_without_the_first():
    now = [0.0]

    def lasting(seconds):
        def work():
            now[0] += seconds

        return work

    sides = [cells.Side(lasting(0.5), lasting(8.0)), cells.Side(lasting(0.25))]
    assert cells.in_turns(sides, 3, lambda: now[0]) == [[500.0] * 3, [250.0] * 3]
