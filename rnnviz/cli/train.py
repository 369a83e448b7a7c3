"""``rnnviz train``: a run without a window, the same as in it number for number."""

from __future__ import annotations

import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rnnviz.cli.options import UsageError
from rnnviz.cli.status import INTERRUPTED
from rnnviz.experiment import Experiment
from rnnviz.records.run import EpochRecord
from rnnviz.store import files, history
from rnnviz.words.escaping import printable
from rnnviz.words.number_format import short
from rnnviz.words.phrase import Refused
from rnnviz.words.translation import tr

if TYPE_CHECKING:
    from rnnviz.learning.training.trainer import Trainer


def train(experiment: Experiment, json: str | None = None, csv: str | None = None) -> int:
    """Train to the end or until Ctrl+C, write the files, say how it went.

    Until the first batch Ctrl+C is not heeded here: there is nothing to keep. After it the
    first one ends the training, and what was learned is judged and written.

    Gives the exit status: 0, 1 where the training failed, 130 after Ctrl+C. In each case
    the files have what there is. Raises `UsageError` before anything is trained where a
    file cannot be written or the device is not there.
    """
    for name in filter(None, [json if json != "-" else None, csv]):
        reason = files.why_not(Path(name))
        if reason is not None:
            raise UsageError("Cannot write {name}: {reason}.", name=name, reason=reason)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from rnnviz.learning.training.trainer import Trainer

        try:
            trainer = Trainer(experiment)
        except Refused as error:
            raise UsageError(error.phrase) from None
        except Exception as error:
            return max(_fail(error), _write(experiment, [], {}, json, csv))
        if trainer.dataset.remark:
            _complain(str(trainer.dataset.remark))
        with _interruptible() as interrupted:
            status, result = 0, {}
            try:
                _run(trainer, interrupted)
                status = INTERRUPTED if interrupted and not trainer.done else 0
            except Exception as error:
                status = _fail(error)
            try:
                result = trainer.result()
            except Exception as error:  # the memory may still be full
                status = _fail(error)
            return max(status, _write(experiment, trainer.history, result, json, csv))


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


def _write(
    experiment: Experiment,
    epochs: list[EpochRecord],
    result: dict[str, Any],
    json: str | None,
    csv: str | None,
) -> int:
    try:
        if json == "-":
            sys.stdout.buffer.write(history.result_json(experiment, epochs, result))
            sys.stdout.flush()
        elif json is not None:
            history.write_json(Path(json), experiment, epochs, result)
        if csv is not None:
            history.write_csv(Path(csv), epochs)
    except OSError as error:
        why = error.strerror or str(error)
        _complain(tr("The result could not be written: {why}.", why=why))
        return 1
    if json != "-" and result.get("valid_loss") is not None:
        print(_summary(result))
    return 0


def _summary(result: dict[str, Any]) -> str:
    epochs, threads = short(result["epoch"]), result["threads"]
    return tr(
        "validation loss {loss:.3g} after {epochs} ({rules}); "
        "{seconds:.1f} s on {device}, {threads}",
        loss=result["valid_loss"],
        epochs=tr("1 epoch") if epochs == "1" else tr("{n} epochs", n=epochs),
        rules=", ".join(f"{tr(name)} {loss:.2g}" for name, loss in result["baselines"].items()),
        seconds=result["seconds"],
        device=result["device"],
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
