"""``rnnviz train``: a run without a window, the same as in it number for number."""

from __future__ import annotations

import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import msgspec

import rnnviz
from rnnviz.cli.options import UsageError
from rnnviz.cli.status import INTERRUPTED
from rnnviz.experiment import Experiment
from rnnviz.records.run import Ended, EpochRecord, Figures, RunRecord
from rnnviz.records.trainer_state import TrainerState
from rnnviz.store import files, history, runs
from rnnviz.words.escaping import printable
from rnnviz.words.number_format import short
from rnnviz.words.phrase import Refused
from rnnviz.words.translation import tr

if TYPE_CHECKING:
    from rnnviz.learning.training.trainer import Trainer


class Files(NamedTuple):
    """Where a run is written and where it comes from, by the names that were typed."""

    json: str | None = None
    """the record of the run; - is stdout"""
    csv: str | None = None
    """its history"""
    save: str | None = None
    """all of it, to be gone on with"""
    resume: str | None = None
    """where it was read, if it is gone on with"""


def train(experiment: Experiment, names: Files, state: TrainerState | None = None) -> int:
    """Train to the end or until Ctrl+C, from the start or from a `state`; write the files, say
    how it went.

    Until the first batch Ctrl+C is not heeded here: there is nothing to keep. After it the
    first one ends the training, and what was learned is judged and written.

    Gives the exit status: 0, 1 where the training failed, 130 after Ctrl+C. In each case
    the files have what there is. Raises `UsageError` before anything is trained where a
    file cannot be written, the device is not there or the state does not fit.
    """
    for name in filter(None, [names.json if names.json != "-" else None, names.csv, names.save]):
        reason = files.why_not(Path(name))
        if reason is not None:
            raise UsageError("Cannot write {name}: {reason}.", name=name, reason=reason)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from rnnviz.engine.failures import kind_of
        from rnnviz.learning.training.resuming import StateError
        from rnnviz.learning.training.trainer import Trainer

        try:
            trainer = Trainer(experiment) if state is None else Trainer.restored(state, experiment)
        except StateError as error:
            raise UsageError("{file}: {why}", file=names.resume, why=error) from None
        except Refused as error:
            raise UsageError(error.phrase) from None
        except Exception as error:
            return max(_fail(error), _write(_unmade(experiment, error), names))
        if trainer.dataset.remark is not None:
            _complain(str(trainer.dataset.remark))
        if trainer.stopped_early and trainer.epoch < experiment.training.epochs:
            _complain(
                tr(
                    "This run was stopped early after epoch {epoch}: its patience is over, and "
                    "more epochs change nothing.",
                    epoch=trainer.epoch,
                )
            )
        with _interruptible() as interrupted:
            status = 0
            ended: Ended | None = None
            result: Figures | None = None
            try:
                _run(trainer, interrupted)
                if interrupted and not trainer.done:
                    status, ended = INTERRUPTED, "stopped"
            except Exception as error:
                status, ended = _fail(error), kind_of(error)
            # What was learned is safe before it is judged, which may take a while.
            unsaved = _save(trainer, trainer.record(ended=ended), names.save)
            try:
                result = trainer.result()
            except Exception as error:  # the memory may still be full
                status = _fail(error)
            record = trainer.record(result, ended)
            return max(status, unsaved or _save(trainer, record, names.save), _write(record, names))


def _unmade(experiment: Experiment, error: Exception) -> RunRecord:
    """The record of a run that could not begin."""
    from rnnviz.engine.failures import kind_of

    return RunRecord(
        rnnviz=rnnviz.__version__,
        experiment=experiment,
        fingerprint=None,
        device="",
        threads=0,
        parameters=0,
        batches=0,
        baselines={},
        ended=kind_of(error),
    )


def _fail(error: Exception) -> int:
    """Say what went wrong and what to try; gives the exit status."""
    from rnnviz.engine.explain import explain
    from rnnviz.engine.failures import failure

    _complain(explain(failure(error, run=0, step=getattr(error, "step", 0))))
    return 1


def _run(trainer: Trainer, interrupted: list[bool]) -> None:
    epochs = trainer.experiment.training.epochs
    with _progress(epochs, trainer.batches) as shown:
        while not trainer.done and not interrupted:
            record = trainer.train_batch()
            shown.advance(trainer.step, record)


def _save(trainer: Trainer, record: RunRecord, name: str | None) -> int:
    if name is None:
        return 0
    from rnnviz.store import run_file

    try:
        run_file.write(Path(name), msgspec.structs.replace(trainer.state(), record=record))
    except OSError as error:
        why = error.strerror or str(error)
        _complain(tr("The run could not be saved: {why}.", why=why))
        return 1
    return 0


def _write(record: RunRecord, names: Files) -> int:
    try:
        if names.json == "-":
            sys.stdout.buffer.write(runs.as_json(record))
            sys.stdout.flush()
        elif names.json is not None:
            runs.write_json(Path(names.json), record)
        if names.csv is not None:
            history.write_csv(Path(names.csv), record.history)
    except OSError as error:
        why = error.strerror or str(error)
        _complain(tr("The result could not be written: {why}.", why=why))
        return 1
    if names.json != "-" and record.result is not None:
        print(_summary(record, record.result))
    return 0


def _summary(record: RunRecord, result: Figures) -> str:
    epochs, threads = short(result.epoch), record.threads
    return tr(
        "validation loss {loss:.3g} after {epochs} ({rules}); "
        "{seconds:.1f} s on {device}, {threads}",
        loss=result.valid_loss,
        epochs=tr("1 epoch") if epochs == "1" else tr("{n} epochs", n=epochs),
        rules=", ".join(f"{tr(name)} {loss:.2g}" for name, loss in record.baselines.items()),
        seconds=record.seconds,
        device=record.device,
        threads=tr("1 thread") if threads == 1 else tr("{n} threads", n=threads),
    )


def _complain(sentence: str) -> None:
    print(f"rnnviz: {printable(sentence)}", file=sys.stderr)


@contextmanager
def _interruptible() -> Iterator[list[bool]]:
    """A list that is filled at the first Ctrl+C; the second one ends the program as usual."""
    asked: list[bool] = []

    def note(_signal: int, _frame: object) -> None:
        asked.append(True)
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


class _Shown(Protocol):
    def advance(self, step: int, record: EpochRecord | None) -> None: ...


class _Silent:
    def advance(self, step: int, record: EpochRecord | None) -> None:
        pass


class _Bar:
    def __init__(self, bar: Any, task: Any) -> None:
        self._bar, self._task = bar, task

    def advance(self, step: int, record: EpochRecord | None) -> None:
        self._bar.update(self._task, completed=step)
        if record is not None:
            self._bar.update(self._task, epoch=record.epoch, valid=f"{record.valid_loss:.2e}")


@contextmanager
def _progress(epochs: int, batches: int) -> Iterator[_Shown]:
    """A progress bar on a terminal, nothing where stderr goes elsewhere."""
    if not sys.stderr.isatty():
        yield _Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(tr("epoch") + " {task.fields[epoch]}/" + str(epochs)),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        TextColumn(tr("validation loss") + " {task.fields[valid]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Bar(bar, bar.add_task("", total=epochs * batches, epoch=0, valid="…"))
