"""Which device an experiment gets, and why."""

import pytest
import torch

from rnnviz.experiment import Experiment, Training, suited
from rnnviz.learning.training import devices
from rnnviz.learning.training.devices import Choice, DeviceMissing, available, choose, fastest
from rnnviz.learning.training.trainer import Trainer
from rnnviz.records.run import Timing
from rnnviz.tasks import TASKS
from rnnviz.tasks.dataset import Sizes

no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
several = pytest.mark.skipif(devices.ALL_THREADS == 1, reason="there is one core")


def timings(one: float, both: float, gpu: float | None = None) -> tuple[Timing, ...]:
    found = [
        Timing(device="cpu", threads=1, milliseconds=one),
        Timing(device="cpu", threads=2, milliseconds=both),
    ]
    if gpu is not None:
        found.append(Timing(device="cuda", threads=0, milliseconds=gpu))
    return tuple(found)


def on(device: str, **knobs: int) -> Experiment:
    experiment = Experiment().with_value("training.device", device)
    for name, value in knobs.items():
        experiment = experiment.with_value(name.replace("__", "."), value)
    return experiment


def chosen(experiment: Experiment) -> Choice:
    return choose(experiment, experiment.task.open(0).sizes)


def test_the_cpu_comes_first_and_has_a_name():
    first = available()[0]
    assert first.kind == "cpu"
    assert first.name
    assert first.threads == devices.ALL_THREADS


def test_the_cpu_is_not_measured():
    assert chosen(on("cpu")) == Choice("cpu", 1, ())


@several
def test_large_networks_get_all_threads_and_small_ones_one():
    assert chosen(on("cpu", network__hidden=64)).threads == 1
    assert chosen(on("cpu", network__hidden=128)).threads == 1
    assert chosen(on("cpu", network__hidden=256)).threads == devices.ALL_THREADS
    assert chosen(on("cpu", network__hidden=256, training__batch=8)).threads == 1


@no_gpu
def test_a_gpu_that_is_not_there_is_refused_in_one_sentence():
    with pytest.raises(DeviceMissing, match="no GPU here: set the device to auto or cpu"):
        chosen(on("cuda"))
    with pytest.raises(DeviceMissing):
        Trainer(on("cuda"))


def test_auto_reports_what_it_measured():
    choice = chosen(on("auto"))
    on_cpu = [timing.threads for timing in choice.timings if timing.device == "cpu"]
    assert on_cpu == sorted({1, devices.ALL_THREADS})
    assert all(timing.milliseconds > 0 for timing in choice.timings)


def test_auto_measures_equal_sizes_once():
    one = chosen(on("auto", training__seed=1))
    other = chosen(on("auto", training__seed=2, training__epochs=7))
    assert one.timings is other.timings


def test_measuring_disturbs_neither_threads_nor_the_random_generator():
    threads = torch.get_num_threads()
    torch.manual_seed(4)
    expected = torch.rand(3)
    torch.manual_seed(4)
    chosen(on("auto", network__hidden=7))
    assert torch.equal(torch.rand(3), expected)
    assert torch.get_num_threads() == threads


def test_the_longest_sequences_are_timed_in_part():
    # The whole step would be 5,000 timesteps of 512 examples: minutes.
    sizes = {"task__window": 5000, "training__batch": 512, "network__hidden": 512}
    choice = chosen(on("auto", network__layers=4, **sizes))
    assert all(timing.milliseconds > 1e4 for timing in choice.timings if timing.device == "cpu")


@pytest.mark.parametrize(
    ("measured", "usual", "expected"),
    [
        (timings(2.0, 2.2), 1, ("cpu", 1)),
        (timings(2.0, 1.5), 1, ("cpu", 1)),  # faster, but not clearly
        (timings(2.0, 1.3), 1, ("cpu", 2)),
        (timings(9.0, 6.0), 2, ("cpu", 2)),
        (timings(6.0, 6.5), 2, ("cpu", 2)),  # slower, but not clearly
        (timings(3.0, 6.0), 2, ("cpu", 1)),
        (timings(2.0, 2.2, gpu=1.9), 1, ("cuda", 1)),
        (timings(2.0, 2.2, gpu=2.1), 1, ("cpu", 1)),
    ],
)
def test_the_rule_gives_way_to_what_is_clearly_faster(measured, usual, expected):
    choice = fastest(measured, usual)
    assert (choice.device, choice.threads) == expected
    assert choice.timings == measured


def test_a_run_tells_where_it_is_computed(small):
    trainer = Trainer(small(training__device="auto"))
    assert trainer.timings
    assert trainer.record().threads == trainer.threads


def test_a_run_computes_with_its_own_number_of_threads(small):
    one, two = Trainer(small(), choice=Choice("cpu", 1)), Trainer(small(), choice=Choice("cpu", 2))
    one.train_batch()
    assert torch.get_num_threads() == 1
    two.train_batch()
    assert torch.get_num_threads() == 2


def test_tiny_numbers_are_0_while_it_computes_and_there_again_afterwards(small):
    tiny = torch.tensor(1e-39)
    with devices.without_tiny_numbers():
        assert (tiny * 1).item() == 0
    assert (tiny * 1).item() > 0
    Trainer(small()).train_batch()
    assert (tiny * 1).item() > 0


@pytest.mark.parametrize("device", ["cpu", "auto"])
def test_the_number_of_threads_that_is_asked_for_is_taken(device):
    for threads in (1, 3):
        training = Training(device=device, threads=threads)
        assert chosen(Experiment(training=training)).threads == threads


@pytest.mark.parametrize("name", [name for name, task in TASKS.items() if task.whole_sequence])
def test_a_network_that_reads_from_both_ends_is_timed_too(name):
    chosen = suited(TASKS[name]()).with_value("network.direction", "both")
    sizes = Sizes("many-to-many", 2, (), 2, 3)
    assert choose(chosen, sizes).timings
