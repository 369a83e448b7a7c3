"""A run that rested: taken out, put back, it goes on as the one that never rested."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from rnnviz.experiment import Experiment, Training, suited
from rnnviz.learning.training.devices import Choice
from rnnviz.learning.training.resuming import StateError
from rnnviz.learning.training.trainer import Trainer, TrainingFailed
from rnnviz.records.trainer_state import TrainerState
from rnnviz.store import run_file
from rnnviz.tasks import TASKS, Dataset, Examples, Split
from rnnviz.tasks.characters import Characters
from tests.learning.conftest import finish, small
from tests.learning.toys import TOYS, Stream, experiment

CPU = Choice("cpu", 1)


def steps(trainer: Trainer, count: int) -> Trainer:
    for _ in range(count):
        trainer.train_batch()
    return trainer


def all_of(trainer: Trainer) -> list[Any]:
    """Everything that must be the same in two runs that are the same; seconds never are."""
    state = trainer.state()
    record = msgspec.structs.replace(
        state.record,
        seconds=0.0,
        history=tuple(
            msgspec.structs.replace(epoch, seconds=0.0, training_seconds=0.0)
            for epoch in state.record.history
        ),
    )
    arrays = {name: array.tobytes() for name, array in sorted(state.arrays.items())}
    weights = [p.detach().cpu().numpy().tobytes() for p in trainer.model.parameters()]
    # As text: a measure that is NaN is the same as itself there.
    figures = [repr(record), state.step, state.good_step, trainer.learned]
    return [arrays, weights, *figures, trainer.best_epoch, trainer.stopped_early]


def longer(whole: Experiment, epochs: int) -> Experiment:
    return whole.with_value("training.epochs", epochs)


def losses(trainer: Trainer) -> bytes:
    return np.stack(trainer.take_losses(), axis=1, dtype=np.float32).tobytes()


LITTLE: dict[str, dict[str, Any]] = {
    "waves": {"signals": 60, "length": 40, "stretch": 20},
    "characters": {"share": 0.1, "window": 8},
    "dates": {"dates": 500},
    "chorales": {"longest": 16},
    "sentiment": {"longest": 8},
    "sine": {"windows": 120, "window": 10},
    "series": {"series": "passengers"},
}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every task only some examples, made once; simple rules, which see nothing of the network,
    are not fitted to them."""
    known: dict[tuple[str, int], Dataset] = {}

    def cut(split: Split) -> Split:
        return Split(*(None if part is None else part[:40] for part in split))

    for task in TASKS.values():

        def opened(self: Any, seed: int, whole: Any = task.open) -> Dataset:
            key = (repr(self), seed)
            if key not in known:
                data = known[key] = whole(self, seed)
                data.examples = Examples(*(part and cut(part) for part in data.examples))
                data.rules = dict
                data.parts_of_rules = partial(Dataset.parts_of_rules, data)
            return known[key]

        monkeypatch.setattr(task, "open", opened)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("name", TASKS)
def test_three_epochs_saved_and_three_more_are_six_for_every_task(
    name: str, tmp_path: Path
) -> None:
    whole = suited(TASKS[name](**LITTLE.get(name, {})))
    for path, value in (("hidden", 6), ("embedding", 3)):
        whole = whole.with_value(f"network.{path}", value)
    for path, value in (("batch", 7), ("epochs", 6), ("device", "cpu"), ("schedule", "constant")):
        whole = whole.with_value(f"training.{path}", value)
    never_rested = finish(Trainer(whole, choice=CPU))
    first = finish(Trainer(longer(whole, 3), choice=CPU))
    run_file.write(tmp_path / "run.rnnviz", first.state())
    again = finish(Trainer.restored(run_file.read(tmp_path / "run.rnnviz"), whole))
    assert all_of(again) == all_of(never_rested)
    assert losses(first) + losses(again) == losses(never_rested)
    assert repr(again.result()) == repr(never_rested.result())


EVERYTHING = {
    "network__layers": 2,
    "network__dropout_inputs": 0.2,
    "network__dropout_layers": 0.3,
    "network__dropout_readout": 0.4,
}


@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"training__optimizer": "SGD", "training__momentum": 0.5},
        {"training__schedule": "cosine"},
        {"training__weight_decay": 0.1, "training__clip_norm": 0.05},
        {"training__patience": 2, "training__learning_rate": 0.3},
        EVERYTHING,
        EVERYTHING | {"network__cell": "LSTM", "training__patience": 3},
        EVERYTHING | {"network__cell": "GRU", "training__schedule": "cosine"},
    ],
)
def test_wherever_a_run_rests_it_goes_on_the_same(knobs: dict[str, Any]) -> None:
    never_rested, states = Trainer(small(**knobs), choice=CPU), {}
    while not never_rested.done:
        if never_rested.step in (0, 4, 10, 19):
            states[never_rested.step] = never_rested.state()
        never_rested.train_batch()
    all_losses = losses(never_rested)
    for rest, state in states.items():
        again = finish(Trainer.restored(state))
        assert all_of(again) == all_of(never_rested)
        assert losses(again) == all_losses[12 * rest :]


@pytest.mark.parametrize("threads", [1, 2])
def test_it_goes_on_with_as_many_threads_as_it_had(threads: int) -> None:
    whole = small(network__hidden=64, training__batch=64)
    never_rested = finish(Trainer(whole, choice=Choice("cpu", threads)))
    again = finish(
        Trainer.restored(steps(Trainer(whole, choice=Choice("cpu", threads)), 2).state())
    )
    assert again.threads == threads
    assert all_of(again) == all_of(never_rested)


@pytest.mark.parametrize("toy", TOYS)
@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_every_shape_rests_within_an_epoch(toy: type, cell: str) -> None:
    whole = experiment(toy(), network__cell=cell, network__layers=2, network__dropout_layers=0.3)
    never_rested = finish(Trainer(whole, choice=CPU))
    again = Trainer.restored(steps(Trainer(whole, choice=CPU), 4).state())
    assert all_of(finish(again)) == all_of(never_rested)


def test_a_notepad_that_is_carried_over_is_taken_along() -> None:
    whole = experiment(Stream(), network__cell="LSTM", training__batch=3)
    first = steps(Trainer(whole, choice=CPU), 3)
    arrays = first.state().arrays
    assert arrays["hidden"].shape == arrays["cell"].shape == (1, 3, 6)
    assert arrays["hidden"].any()
    emptied = {**arrays, "hidden": np.zeros_like(arrays["hidden"])}
    other = Trainer.restored(msgspec.structs.replace(first.state(), arrays=emptied))
    assert all_of(finish(other)) != all_of(finish(first))


def test_a_validation_under_way_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnnviz.learning.training.evaluation.PART_BYTES", 4 * 12 * 10 * 3)
    never_rested = finish(Trainer(small(), choice=CPU))
    first = Trainer(small(), choice=CPU)
    while not first.validating:
        first.train_batch()
    first.train_batch()
    assert first.validating
    again = Trainer.restored(first.state())
    assert again.validating
    assert all_of(finish(again)) == all_of(never_rested)


IMPATIENT = {"training__patience": 2, "training__learning_rate": 0.3, "training__epochs": 12}


def test_a_run_that_patience_ended_stays_ended_with_more_epochs() -> None:
    whole = small(**IMPATIENT)
    first = finish(Trainer(whole, choice=CPU))
    assert first.stopped_early
    more = longer(whole, 40)
    again = Trainer.restored(first.state(), more)
    assert again.done
    assert all_of(again) == all_of(finish(Trainer(more, choice=CPU)))


def test_a_run_that_ended_with_its_best_weights_goes_on_with_its_last() -> None:
    whole = small(**IMPATIENT)
    ended = finish(Trainer(whole, choice=CPU)).epoch
    for epochs in (1, ended - 1):
        first = finish(Trainer(longer(whole, epochs), choice=CPU))
        again = finish(Trainer.restored(first.state(), whole))
        assert all_of(again) == all_of(finish(Trainer(whole, choice=CPU)))
        # Not asked for more it is as it was: the best weights are in place.
        assert all_of(Trainer.restored(first.state())) == all_of(first)


def test_knobs_that_were_turned_on_the_way_stay_turned() -> None:
    first = steps(Trainer(small(), choice=CPU), 7)
    first.adjust(Training(learning_rate=0.05, clip_norm=0.2))
    again = Trainer.restored(first.state())
    assert all_of(finish(again)) == all_of(finish(first))


def test_what_is_restored_can_be_looked_at() -> None:
    first = finish(Trainer(small(), choice=CPU))
    again = Trainer.restored(first.state())
    assert again.kept_epochs == sorted({0, first.best_epoch, 3})
    for epoch in (0, 3, None):
        one, other = first.trace(2, epoch), again.trace(2, epoch)
        np.testing.assert_array_equal(one.hidden, other.hidden)


# --- what does not fit ---------------------------------------------------------------------


def refused(state: TrainerState, experiment: Experiment | None = None) -> str:
    with pytest.raises(StateError) as refusal:
        Trainer.restored(state, experiment)
    sentence = str(refusal.value)
    assert re.fullmatch(r"(This|The|moved\.txt) [^\n]*\.", sentence)
    return sentence


@pytest.fixture(scope="module")
def rested() -> TrainerState:
    return steps(Trainer(small(**EVERYTHING), choice=CPU), 14).state()


@pytest.mark.parametrize(
    ("knobs", "sentence"),
    [
        ({"network__hidden": 11}, "has hidden units 10 and cannot go on with 11"),
        ({"training__seed": 3}, "has seed 0 and cannot go on with 3"),
        ({"training__optimizer": "SGD"}, "has optimizer Adam and cannot go on with SGD"),
        ({"training__epochs": 1}, "is in the middle of epoch 2"),
    ],
)
def test_a_knob_that_contradicts_the_run_is_refused(
    rested: TrainerState, knobs: dict[str, Any], sentence: str
) -> None:
    assert sentence in refused(rested, small(**(EVERYTHING | knobs)))


def test_fewer_epochs_than_there_were_are_refused() -> None:
    state = finish(Trainer(small(), choice=CPU)).state()
    assert "learned for 3 epochs already" in refused(state, small(training__epochs=2))


def test_a_rate_that_falls_within_the_epochs_takes_no_others() -> None:
    falling = small(training__schedule="cosine")
    state = steps(Trainer(falling, choice=CPU), 14).state()
    assert "falls to 0 within 3 epochs" in refused(state, longer(falling, 6))


def test_a_run_that_failed_is_refused() -> None:
    trainer = Trainer(small(training__learning_rate=1e4), choice=CPU)
    with pytest.raises(TrainingFailed):
        finish(trainer)
    assert trainer.record().ended == "diverged"
    assert "has failed" in refused(trainer.state())


def test_another_text_than_it_began_with_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "own.txt"
    text.write_text("xyz\n" * 1500)
    whole = experiment(Characters(file=str(text), window=10))
    state = steps(Trainer(whole, choice=CPU), 2).state()
    moved = text.rename(tmp_path / "moved.txt")
    there = whole.with_value("task.file", str(moved))
    assert Trainer.restored(state, there).step == 2
    moved.write_text("xyw\n" * 1500)
    assert "moved.txt is not what it was" in refused(state, there)


def _without(name: str) -> Any:
    return lambda arrays: {key: value for key, value in arrays.items() if key != name}


def _with(name: str, change: Any) -> Any:
    return lambda arrays: {**arrays, name: change(arrays[name])}


def _holding(value: float) -> Any:
    def change(array: Any) -> Any:
        array = array.copy()
        array.flat[0] = value
        return array

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        *((_without(name), f"lacks {name}") for name in ("weights", "best", "losses", "dropout")),
        (lambda arrays: {**arrays, "code": arrays["good"]}, "has a needless code"),
        (_with("weights", lambda array: array[:-1]), "weights is float32"),
        (_with("mean", lambda array: array.astype(np.float64)), "mean is float64"),
        (_with("losses", lambda array: array[:-1]), "losses is float64 (3, 3)"),
        (_with("good", _holding(np.nan)), "good has values that cannot be"),
        (_with("best", _holding(np.inf)), "best has values that cannot be"),
        (_with("square", _holding(-1e-9)), "square has values that cannot be"),
        (_with("shuffling", lambda array: array[:-1]), "shuffling is uint8"),
        (_with("shuffling", lambda array: array * 0 + 255), "chance is none of PyTorch's"),
        (_with("dropout", lambda array: array * 0 + 255), "chance is none of PyTorch's"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    rested: TrainerState, change: Any, sentence: str
) -> None:
    state = msgspec.structs.replace(rested, arrays=change(rested.arrays))
    assert sentence in refused(state)


@pytest.mark.parametrize(
    "change",
    [
        {"step": -1},
        {"step": 9},
        {"step": 21},
        {"good_step": 15},
        {"good_step": -1},
        {"batches": 11},
        {"history": ()},
        {"threads": 0},
        {"threads": 10**9},
        {"device": "toaster"},
    ],
)
def test_counters_that_do_not_fit_are_refused(rested: TrainerState, change: Any) -> None:
    record = {name: value for name, value in change.items() if not hasattr(rested, name)}
    counters = {name: value for name, value in change.items() if hasattr(rested, name)}
    other = msgspec.structs.replace(rested.record, **record)
    assert "damaged" in refused(msgspec.structs.replace(rested, record=other, **counters))
