"""What was measured of each row, and the Markdown tables that are made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median

import msgspec

from rnnviz.experiment import Experiment
from rnnviz.words.number_format import short
from tests.benchmarks.figure_rows import Figure, Row

HEAD = (
    *("task", "settings", "cell", "units", "measure", "wanted", "reached before", "validation"),
    *("test", "simple rules on the same examples", "epochs", "after 10 s", "to the figure"),
    *("s in all", "parameters"),
)

README_HEAD = ("task", "measured by", "network", "best simple rule", "s")

NOTES = """\
Each row is a task as it suits it when it is chosen, but for the settings that are named. The
test examples (where a task has none, the validation examples) are what a figure is compared
with, and nothing is chosen by them. The way to the figure is the first time that the validation
examples had it, looked at after each epoch, in `recall` after every ten batches. Seconds are
those of one core from pressing Train: making the examples, training and validation.

The middle of all seeds stands with the least and the greatest behind it; a seed that never gets
to a figure is later than all others. ± is the standard error that the choice of examples gives a
figure, by the jackknife over 20 blocks of them (for series, stretches of time). Simple rules
have a loss where they have nothing else to be measured by, and the middle of all seeds too.
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
    at_once: int
    """how many runs were under way together, each with one thread"""
    parameters: int
    setup: float
    seconds: float
    """of setup, training and validation"""
    epochs: int
    steps: int
    """batches in all"""
    early: Early
    valid: dict[str, Value]
    test: dict[str, Value]
    rules: dict[str, dict[str, float]]
    reached: dict[str, Moment | None]
    """when the validation examples had each figure for the first time"""


Results = dict[str, dict[int, Measured]]
"""by the row's name, then by seed"""


def current(row: Row, results: Results) -> dict[int, Measured]:
    """What was measured of a row with the settings of now, by seed."""
    runs = results.get(row.name, {})
    return {seed: run for seed, run in runs.items() if run.experiment == row.experiment(seed)}


def written(rows: Iterable[Row], results: Results) -> str:
    """The whole file: the table of the rows that were measured, and what it means."""
    lines = [_line(HEAD), _line(["---"] * len(HEAD))]
    met, count = 0, 0
    where: set[str] = set()
    for row in rows:
        if runs := list(current(row, results).values()):
            for figure in row.figures:
                lines.append(_line(_cells(row, figure, runs)))
                met += _met(figure, runs)
                count += 1
            where |= {
                f"torch {run.torch}, {_plural(run.cores, 'core')}, {run.at_once} at a time "
                "with one thread each"
                for run in runs
            }
    title = "# All figures\n\nMade by `tests/benchmarks/figures.py`; raw results in `figures.json`."
    made = f"{met} of {count} figures are as good as what is wanted, or better. Measured with "
    return "\n\n".join([title, made + _listed(sorted(where)) + ".", "\n".join(lines), NOTES])


def in_readme(rows: Iterable[Row], results: Results) -> str:
    """The README's table: each figure beside the best of the simple rules, the better one bold."""
    lines = [_line(README_HEAD), _line(["---"] * len(README_HEAD))]
    for row in rows:
        runs = list(current(row, results).values())
        for figure in row.figures if runs else ():
            value = median(_judged(run, figure) for run in runs)
            network = _spread([_judged(run, figure) for run in runs], _as(figure, 3))
            rule, reached = _best(runs, figure)
            if row.every:
                network += f", there after {_batches(figure, runs)}"
            if rule and _better(figure, reached, value):
                rule = f"**{_as(figure, 3)(reached)}**, {rule}"
            else:
                rule = rule and f"{_as(figure, 3)(reached)}, {rule}"
                network = f"**{network}**" if rule else network
            seconds = f"{median(run.seconds for run in runs):.0f}"
            where = "" if runs[0].test else " (validation)"
            lines.append(
                _line([_named(row), figure.measure + where, network, rule or "–", seconds])
            )
    return "\n".join(lines) + "\n"


def _named(row: Row) -> str:
    """A row's task and what is changed of it, as the README says it."""
    name = type(row.task).__struct_config__.tag
    return ", ".join([f"`{name}`", *row.changed])


def _best(runs: Sequence[Measured], figure: Figure) -> tuple[str, float]:
    """The simple rule that is best by a figure's measure, and what it reaches."""
    found = {
        rule: value
        for rule, (measure, value) in _of_rules(runs, figure).items()
        if measure == figure.measure
    }
    if not found:
        return "", 0.0
    rule = (max if figure.sense == "at least" else min)(found, key=found.__getitem__)
    return rule, found[rule]


def _better(figure: Figure, one: float, other: float) -> bool:
    return one > other if figure.sense == "at least" else one < other


def _cells(row: Row, figure: Figure, runs: Sequence[Measured]) -> list[str]:
    network = runs[0].experiment.network
    middle = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    mark = "" if _met(figure, runs) else " (missed)"
    test = _values([run.test.get(figure.measure) for run in runs], figure)
    valid = _values([run.valid[figure.measure] for run in runs], figure)
    return [
        row.name,
        ", ".join(row.changed) or "as chosen",
        network.cell,
        str(network.hidden),
        figure.measure,
        f"{figure.sense} {_as(figure)(figure.wanted)}",
        figure.before,
        valid + (mark if not test else ""),
        test + mark if test else "–",
        ", ".join(_rules(runs, figure)),
        _spread([run.epochs for run in runs], str),
        _early(middle.early, figure),
        _way(figure, runs),
        f"{median(run.seconds for run in runs):.0f}",
        f"{runs[0].parameters:,}",
    ]


def _met(figure: Figure, runs: Sequence[Measured]) -> bool:
    """Whether the middle seed is as good as is wanted."""
    return figure.reached(median(_judged(run, figure) for run in runs))


def _judged(run: Measured, figure: Figure) -> float:
    """A figure on the test examples, where there are any."""
    return (run.test or run.valid)[figure.measure].value


def _values(values: Sequence[Value | None], figure: Figure) -> str:
    found = [value for value in values if value is not None]
    if not found:
        return ""
    text = _as(figure)(median(value.value for value in found))
    if errors := [value.error for value in found if value.error is not None]:
        text += f" ± {_as(figure, 2)(median(errors))}"
    return text + _range([value.value for value in found], _as(figure))


def _spread(values: Sequence[float], said: Callable[[float], str]) -> str:
    """The middle one of some values, and in brackets the least and the greatest."""
    middle = sorted(values)[len(values) // 2]
    return said(middle) + _range(values, said)


def _range(values: Sequence[float], said: Callable[[float], str]) -> str:
    if len(values) == 1:
        return " (1 seed)"
    least, greatest = said(min(values)), said(max(values))
    ends = "" if least == greatest else f"{least} to {greatest}; "
    return f" ({ends}{len(values)} seeds)"


def _of_rules(runs: Sequence[Measured], figure: Figure) -> dict[str, tuple[str, float]]:
    """Each rule with the measure that it has, the figure's or the loss, and its middle value."""
    found = {}
    for rule in runs[0].rules:
        values = [run.rules[rule] for run in runs if rule in run.rules]
        for measure in (figure.measure, "loss"):
            if all(measure in value for value in values):
                found[rule] = measure, median(value[measure] for value in values)
                break
    return found


def _rules(runs: Sequence[Measured], figure: Figure) -> list[str]:
    """Each rule with its own measure of this figure, or with its loss."""
    return [
        f"{rule} {_as(figure)(value)}"
        if measure == figure.measure
        else f"{rule} loss {short(value)}"
        for rule, (measure, value) in _of_rules(runs, figure).items()
    ]


def _early(early: Early, figure: Figure) -> str:
    moment = early.moment
    if not early.values:
        return f"batch {moment.step}: training loss {short(early.train_loss)}"
    return f"epoch {moment.epoch}: {_as(figure)(early.values[figure.measure])}"


def _way(figure: Figure, runs: Sequence[Measured]) -> str:
    """The batches and the seconds to a figure."""
    if figure.sense == "stays above":
        return "–"
    moments = [run.reached[figure.measure] for run in runs]
    never = Moment(0, 0, float("inf"))
    seconds = sorted((moment or never).seconds for moment in moments)[len(runs) // 2]
    batches = _batches(figure, runs)
    return batches if seconds == never.seconds else f"{seconds:.1f} s, {batches}"


def _batches(figure: Figure, runs: Sequence[Measured]) -> str:
    """After how many batches the validation examples had a figure, never being the last."""
    most = max(run.steps for run in runs)
    moments = [run.reached[figure.measure] for run in runs]
    steps = [float("inf") if moment is None else moment.step for moment in moments]
    return _spread(
        steps,
        lambda step: f"not within {most} batches" if step == float("inf") else f"{step} batches",
    )


def _as(figure: Figure, digits: int = 4) -> Callable[[float], str]:
    """How a figure is written: shares in per cent, all else as short as it can be read."""
    if figure.sense == "at least":
        return lambda value: f"{100 * value:.2f} %"
    return lambda value: short(value, digits)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _plural(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _listed(names: Sequence[str], between: str = "; ") -> str:
    return between.join(dict.fromkeys(names))
