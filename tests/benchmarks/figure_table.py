"""What was measured of each row, and the Markdown table that is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

import msgspec

from rnnviz.experiment import Experiment
from rnnviz.numerals import short
from tests.benchmarks.figure_rows import Figure, Row

HEAD = (
    *("task", "cell", "units", "measure", "wanted", "reached before", "validation", "test"),
    *("simple rules on the same examples", "epochs", "after 10 s", "s to the figure"),
    *("s in all", "parameters"),
)

NOTES = """\
Each row is a task with its own defaults and what the row's name says is changed. The test
examples (where a task has none, the validation examples) are what a figure is compared with,
and what the seconds to the figure are about: the first time that the figure was there, looked
at after each epoch, in `recall` after every ten batches. Nothing is chosen by them. Seconds
count from pressing Train: making the examples, training and validation.

± is the standard error that the choice of examples gives a figure, by the jackknife over 20
blocks of them (for series, stretches of time). Where there are several seeds, the middle one
stands with the least and the greatest behind it. Simple rules have a loss where they have
nothing else to be measured by; those of `waves` are measured on the first hundred signals.
"""


class Value(msgspec.Struct, frozen=True):
    """A figure with its standard error, if that is known."""

    value: float
    error: float | None = None


class Moment(msgspec.Struct, frozen=True):
    """When something was so."""

    epoch: int
    step: int
    seconds: float


class Early(msgspec.Struct, frozen=True):
    """What is to be seen after some seconds: the last epoch's values, if one has ended."""

    moment: Moment
    train_loss: float
    values: dict[str, float] = {}
    """on the validation examples, by measure"""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a row. `valid`, `test` and `rules` are by measure."""

    experiment: Experiment
    torch: str
    cores: int
    threads: int
    parameters: int
    setup: float
    seconds: float
    """of setup, training and validation"""
    epochs: int
    early: Early
    valid: dict[str, Value]
    test: dict[str, Value]
    rules: dict[str, dict[str, float]]
    reached: dict[str, Moment | None]


Results = dict[str, dict[int, Measured]]
"""by the row's name, then by seed"""


def written(rows: Iterable[Row], results: Results) -> str:
    """The whole file: the table of the rows that were measured, and what it means."""
    lines = [_line(HEAD), _line(["---"] * len(HEAD))]
    met, count = 0, 0
    for row in rows:
        if runs := list(results.get(row.name, {}).values()):
            for figure in row.figures:
                lines.append(_line(_cells(row, figure, runs)))
                met += _met(figure, runs)
                count += 1
    runs = [run for seeds in results.values() for run in seeds.values()]
    where = sorted(
        f"torch {run.torch}, {_plural(run.threads, 'thread')}, {_plural(run.cores, 'core')}"
        for run in runs
    )
    title = "# All figures\n\nMade by `tests/benchmarks/figures.py`; raw results in `figures.json`."
    made = f"{met} of {count} figures are as good as what is wanted, or better. Measured with "
    return "\n\n".join([title, made + _listed(where) + ".", "\n".join(lines), NOTES])


def _cells(row: Row, figure: Figure, runs: Sequence[Measured]) -> list[str]:
    network = runs[0].experiment.network
    middle = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    mark = "" if _met(figure, runs) else " (missed)"
    test = _values([run.test.get(figure.measure) for run in runs], figure)
    valid = _values([run.valid[figure.measure] for run in runs], figure)
    return [
        row.name,
        network.cell,
        str(network.hidden),
        figure.measure,
        f"{figure.sense} {_number(figure.wanted, figure)}",
        figure.before,
        valid + (mark if not test else ""),
        test + mark if test else "–",
        ", ".join(_rules(middle.rules, figure)),
        _listed([str(run.epochs) for run in runs], " or "),
        _early(middle.early, figure),
        _moments([run.reached[figure.measure] for run in runs], figure),
        f"{median(run.seconds for run in runs):.0f}",
        f"{runs[0].parameters:,}",
    ]


def _met(figure: Figure, runs: Sequence[Measured]) -> bool:
    """Whether the middle seed is as good as is wanted."""
    values = [(run.test or run.valid)[figure.measure].value for run in runs]
    return figure.reached(median(values))


def _values(values: Sequence[Value | None], figure: Figure) -> str:
    found = [value for value in values if value is not None]
    if not found:
        return ""
    text = _number(median(value.value for value in found), figure)
    if errors := [value.error for value in found if value.error is not None]:
        text += f" ± {_number(median(errors), figure, 2)}"
    if len(found) > 1:
        ends = min(value.value for value in found), max(value.value for value in found)
        text += f" ({' to '.join(_number(end, figure) for end in ends)}; {len(found)} seeds)"
    return text


def _rules(rules: dict[str, dict[str, float]], figure: Figure) -> list[str]:
    """Each rule with its own measure of this figure, or with its loss."""
    found = []
    for rule, values in rules.items():
        if figure.measure in values:
            found.append(f"{rule} {_number(values[figure.measure], figure)}")
        elif "loss" in values:
            found.append(f"{rule} loss {short(values['loss'])}")
    return found


def _early(early: Early, figure: Figure) -> str:
    moment = early.moment
    if not early.values:
        return f"batch {moment.step}: training loss {short(early.train_loss)}"
    return f"epoch {moment.epoch}: {_number(early.values[figure.measure], figure)}"


def _moments(moments: Sequence[Moment | None], figure: Figure) -> str:
    """The median of the seconds, never being later than anything."""
    if figure.sense == "stays above":
        return "–"
    never = Moment(0, 0, float("inf"))
    ordered = sorted((moment or never for moment in moments), key=lambda moment: moment.seconds)
    middle = ordered[(len(ordered) - 1) // 2]
    if middle == never:
        return "never"
    return f"{middle.seconds:.1f} (epoch {middle.epoch}, step {middle.step})"


def _number(value: float, figure: Figure, digits: int = 4) -> str:
    """Shares in per cent, all else as short as it can be read."""
    return f"{100 * value:.2f} %" if figure.sense == "at least" else short(value, digits)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _plural(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _listed(names: Sequence[str], between: str = "; ") -> str:
    return between.join(dict.fromkeys(names))
