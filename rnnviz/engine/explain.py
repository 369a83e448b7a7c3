"""What went wrong in a run, as one sentence that says what to try."""

from __future__ import annotations

from rnnviz.engine.messages import Failed
from rnnviz.words.translation import mark, tr

WHY = {
    "not_finite": mark(
        "The loss became infinite at step {step}, so training stopped with the last good "
        "weights: try a smaller learning rate or turn clipping on."
    ),
    "diverged": mark(
        "The loss grew far beyond that of a constant answer at step {step}, so training "
        "stopped with the last good weights: try a smaller learning rate or turn clipping on."
    ),
    "out_of_memory": mark(
        "There is not enough memory for this experiment: try fewer hidden units, a smaller "
        "batch or a shorter window."
    ),
    "no_device": mark("PyTorch finds no GPU here that it can use: set the device to auto or cpu."),
    "no_data": mark("{detail} The other tasks go on without it."),
    "error": mark(
        "The engine met an error ({detail}) and stopped the run; what was learned so far "
        "stays, and the log file that rnnviz info names tells more."
    ),
}


def explain(failure: Failed) -> str:
    """Explain why a run ended, and what to try."""
    template = WHY[failure.kind]
    if failure.request is not None and failure.kind == "error":
        template = mark(
            "The engine met an error ({detail}) and could not answer; the run is as it was, and "
            "the log file that rnnviz info names tells more."
        )
    return tr(template, step=failure.step, detail=str(failure.detail))


def engine_lost() -> str:
    """Say that the engine's process ended by itself."""
    return tr(
        "The engine ended unexpectedly; the history and the last picture stay, and Train "
        "starts a new engine."
    )
