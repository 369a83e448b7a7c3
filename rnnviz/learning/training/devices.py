"""Where to compute: which devices there are, and which is the fastest for an experiment."""

from __future__ import annotations

import contextlib
import functools
import platform
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import torch

from rnnviz.experiment import Experiment, Training
from rnnviz.learning.network.model import build
from rnnviz.learning.training.optimizer import Optimizer
from rnnviz.records.run import Device, Timing
from rnnviz.tasks.dataset import Sizes
from rnnviz.words.phrase import Refused

ALL_THREADS = min(8, torch.get_num_threads())
"""What "all threads" means. The products of one timestep are too small to feed more."""

CLEARLY = 1.5
"""How many times as fast another number of threads has to be to be taken against the rule."""

STEPS, SECONDS = 15, 0.04
"""How many steps are timed on each, or for how long; two at least."""


class DeviceMissing(Refused):
    """The device that was asked for is not there."""


class Choice(NamedTuple):
    """Where a run is computed. `timings` is empty where nothing was measured."""

    device: str
    threads: int
    timings: tuple[Timing, ...] = ()


def available() -> list[Device]:
    """The CPU, then every GPU that PyTorch can use."""
    found = [Device(kind="cpu", name=_processor(), threads=ALL_THREADS)]
    gpus = (torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count()))
    return found + [Device(kind="cuda", name=name) for name in gpus]


def choose(experiment: Experiment, sizes: Sizes) -> Choice:
    """The device and the number of threads for an experiment with data of some sizes.

    ``cpu`` measures nothing: the number of threads follows from the sizes by
    `usual_threads`. ``auto`` times some steps of real training on the CPU with one thread
    and with all, and on the GPU if there is one (once for equal sizes, a tenth of a second
    in all for the sine job), and takes the fastest.

    The sums over batch and time in the gradients are split between threads, so another
    number of threads changes the last bits of the weights (the states and the trace are
    the same bits). So that the same seed gives the same numbers with ``cpu``, with ``auto``
    and from one start of the program to the next, ``auto`` departs from `usual_threads`
    only where the other is `CLEARLY` faster, as where other programs keep the cores busy;
    ``cpu`` never does. Neither departs from a number of threads that is asked for.

    Raises `DeviceMissing` for ``cuda`` where PyTorch finds none.
    """
    wanted = experiment.training.device
    if wanted == "cuda" and not torch.cuda.is_available():
        raise DeviceMissing("PyTorch finds no GPU here: set the device to auto or cpu.")
    usual = usual_threads(experiment)
    if wanted != "auto":
        return Choice(wanted, usual)
    timings = _timings(_timed(experiment), sizes)
    return fastest(timings, usual)


def fastest(timings: tuple[Timing, ...], usual: int) -> Choice:
    """The choice that follows from timings, `usual` being the threads that go by the rule."""
    on_cpu = {timing.threads: timing for timing in timings if timing.device == "cpu"}
    best = min(on_cpu.values(), key=lambda timing: timing.milliseconds)
    if on_cpu[usual].milliseconds < CLEARLY * best.milliseconds:
        best = on_cpu[usual]
    for timing in timings:
        if timing.device != "cpu" and timing.milliseconds < best.milliseconds:
            best = timing
    # What a GPU leaves to the CPU (drawing up batches, traces) is as small as ever.
    return Choice(best.device, best.threads if best.device == "cpu" else usual, timings)


def usual_threads(experiment: Experiment) -> int:
    """The threads that are asked for, or else one thread for small networks and all for large
    ones, by the work of one timestep, B H^2.

    On two cores all threads are slower at H = 64 with B = 64 and also take the core that
    the window draws with, even at H = 128, and 1.5 times as fast at H = 256.
    """
    if experiment.training.threads:
        return experiment.training.threads
    work = experiment.training.batch * experiment.network.hidden**2
    return ALL_THREADS if work >= 2**21 else 1


def _timed(experiment: Experiment) -> Experiment:
    """All settings that the time of a step depends on; what else there is to set is as it comes."""
    training = experiment.training
    return Experiment(
        task=type(experiment.task)(),  # which says whether a network may read from the end
        network=experiment.network,
        training=Training(
            batch=training.batch, optimizer=training.optimizer, threads=training.threads
        ),
    )


@functools.lru_cache(maxsize=256)
def _timings(timed: Experiment, sizes: Sizes) -> tuple[Timing, ...]:
    threads = torch.get_num_threads()
    found = []
    try:
        for count in sorted({timed.training.threads or 1, timed.training.threads or ALL_THREADS}):
            torch.set_num_threads(count)
            found.append(
                Timing(device="cpu", threads=count, milliseconds=_time("cpu", timed, sizes))
            )
    finally:
        torch.set_num_threads(threads)
    if torch.cuda.is_available():
        # A GPU that is full, or too old for this PyTorch, is a reason to take the CPU.
        with contextlib.suppress(RuntimeError):
            found.append(Timing(device="cuda", threads=0, milliseconds=_time("cuda", timed, sizes)))
    return tuple(found)


def time_step(experiment: Experiment, sizes: Sizes, device: str) -> float:
    """Milliseconds of one step of training on a device, with as many threads as usual."""
    threads = torch.get_num_threads()
    torch.set_num_threads(usual_threads(experiment))
    try:
        return _time(device, experiment, sizes)
    finally:
        torch.set_num_threads(threads)


@contextlib.contextmanager
def without_tiny_numbers() -> Iterator[None]:
    """Take numbers below 1e-38 as 0, for which a processor needs many times as long.

    Gradients that vanish go there: a step of an LSTM at H = 64, T = 200 takes three times as
    long with them, at H = 256 eight times.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


LONGEST = 2e8
"""Multiplications in one step that is timed; longer sequences are timed in part."""


def _time(device: str, experiment: Experiment, sizes: Sizes) -> float:
    """Milliseconds of one step of training on made-up examples, the fastest of some.

    The fastest, because the first loads libraries, and any other may have shared its core.

    Every timestep costs the same, so where a step takes long, one over fewer timesteps is
    timed and its time multiplied.
    """
    network, batch = experiment.network, experiment.training.batch
    work = 3 * batch * network.hidden**2 * (2 * network.layers - 1)  # of one timestep
    timesteps = max(1, min(sizes.timesteps, int(LONGEST / work)))
    model = build(experiment, sizes).to(device)
    optimizer = Optimizer(model)
    columns = len(sizes.vocabularies)
    inputs = torch.zeros(
        (batch, timesteps, columns or sizes.inputs),
        dtype=torch.int64 if columns else torch.float32,
        device=device,
    )
    decoder = inputs[:, :1, :1].long() if sizes.shape == "encoder-decoder" else None
    taken: list[float] = []
    with without_tiny_numbers():
        while len(taken) < STEPS and (len(taken) < 2 or sum(taken) < SECONDS):
            start = perf_counter()
            # Waits for the GPU: it reads the loss.
            optimizer.gradient(model(inputs, decoder=decoder).square().mean())
            optimizer.update(experiment.training, 1e-3)
            taken.append(perf_counter() - start)
    return 1e3 * min(taken) * sizes.timesteps / timesteps


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()
