"""Questions about the data: how an example was made, what the network does with it, and whether
they are still what they were."""

from __future__ import annotations

from rnnviz.analysis.preprocessing import batch_view, series_view, strip_view
from rnnviz.engine.messages import (
    CheckData,
    DataChecked,
    Shown,
    ShowPreprocessing,
    TracedExample,
    TraceExample,
)
from rnnviz.engine.questions import Work, answers
from rnnviz.learning.training.trainer import Trainer
from rnnviz.records.preprocessing import PreparedSequence, PreparedSeries
from rnnviz.tasks import DataError
from rnnviz.tasks.data.fingerprint import fingerprint


@answers(TraceExample, "at once")
def trace(asked: TraceExample, trainer: Trainer) -> Work:
    """The trace of an example after the nearest epoch whose weights are kept."""
    epoch = None if asked.epoch is None else trainer.nearest_epoch(asked.epoch)
    trace = trainer.trace(asked.example, epoch, parts=asked.parts, change=asked.change)
    yield TracedExample(example=asked.example, epoch=epoch, trace=trace)


@answers(ShowPreprocessing, "between")
def preprocessing(asked: ShowPreprocessing, trainer: Trainer) -> Work:
    """How an example was made, and what is to be drawn of that."""
    training = trainer.experiment.training
    made = trainer.dataset.preprocessing("valid", asked.example)
    if isinstance(made, PreparedSeries):
        yield Shown(preprocessing=made, series=series_view(made))
    elif isinstance(made, PreparedSequence):
        batch = batch_view(made, training.batch)
        yield Shown(preprocessing=made, strip=strip_view(made), batch=batch)
    else:
        yield Shown(preprocessing=made)


@answers(CheckData, "between")
def check_data(_asked: CheckData, trainer: Trainer) -> Work:
    """The fingerprint of the data as they are now."""
    try:
        yield DataChecked(fingerprint=fingerprint(trainer.experiment.task))
    except DataError:
        yield DataChecked(fingerprint=None)
