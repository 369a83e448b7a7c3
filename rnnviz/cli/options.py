"""Command-line options: made from the knobs, read with one clear sentence for each mistake."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from rnnviz.experiment import Experiment, knobs, may_change, suited
from rnnviz.knobs import Knob, KnobError, Value, knobs_of
from rnnviz.records.run import RunRecord
from rnnviz.tasks import TASKS


class UsageError(Exception):
    """What was typed cannot be meant; the message is one sentence for a person."""


class Option(NamedTuple):
    """One option, such as ``--epochs``. Without a `value` to name it is a switch."""

    name: str
    help: str
    value: str = ""
    path: str = ""
    """the knob that it turns, such as ``"training.epochs"``"""


def knob_options() -> list[Option]:
    """The task, then every knob of every task, of the network and of the training."""
    options = [Option("--task", f"What to learn: {_listed(TASKS)}.", "NAME")]
    for name, task in TASKS.items():
        options += [_option(f"task.{knob.name}", knob, name) for knob in knobs_of(task).values()]
    options += [
        _option(path, knob) for path, knob in knobs(Experiment()) if not path.startswith("task.")
    ]
    # Two tasks may have a knob of the same name: one option with the help of both.
    found: dict[str, Option] = {}
    for option in options:
        first = found.get(option.name, option._replace(help=""))
        found[option.name] = first._replace(help=f"{first.help} {option.help}".strip())
    return list(found.values())


def _option(path: str, knob: Knob, task: str = "") -> Option:
    details = [f"{task} task" if task else "", knob.takes, knob.unit]
    details.append(f"default {knob.text(knob.default)}")
    value = "N" if knob.kind is int else "X"
    if knob.choices or knob.files:
        value = "NAME" if knob.choices else "FILE"
    return Option(
        _spelled(knob.name), f"{knob.help} ({'; '.join(filter(None, details))})", value, path
    )


def _spelled(knob: str) -> str:
    return "--" + knob.replace("_", "-")


def read(arguments: Sequence[str], options: Iterable[Option]) -> dict[str, str]:
    """What was typed for each option, by its name; a switch that is on has the value ``""``.

    ``--name value`` and ``--name=value`` are the same; the last one counts. Raises
    `UsageError`.
    """
    known = {option.name: option for option in options}
    typed: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name not in known:
            what = "option" if name.startswith("-") else "argument"
            raise UsageError(f"There is no {what} {name}{meant(name, known)}.")
        if known[name].value and not equals:
            if not rest or rest[0].startswith("--"):
                raise UsageError(
                    f"The option {name} needs a value, as in {name} {_sample(known[name])}."
                )
            value = rest.pop(0)
        elif equals and not known[name].value:
            raise UsageError(f"The option {name} takes no value.")
        typed[name] = value
    return typed


def experiment_of(typed: dict[str, str], options: Iterable[Option]) -> Experiment:
    """The experiment that was typed; raises `UsageError`."""
    task = typed.get("--task", "sine")
    if task not in TASKS:
        raise UsageError(
            f"There is no task {task}{meant(task, TASKS)}; there are these: {_listed(TASKS)}."
        )
    experiment = Experiment(task=TASKS[task]())
    own = dict(knobs(experiment))
    turned = [option for option in options if option.path and option.name in typed]
    for option in turned:
        if option.path not in own:
            raise UsageError(f"The task {task} has no option {option.name}.")
    values: dict[str, dict[str, Value]] = {"task": {}, "network": {}, "training": {}}
    for option in turned:
        try:
            value = own[option.path].parse(typed[option.name])
        except KnobError as error:
            raise UsageError(f"{option.name}: {error}") from None
        part, name = option.path.split(".")
        values[part][name] = value
    # All knobs of a part at once, for some are refused only together; the task first, for what
    # suits it may hang on its own knobs, such as its length or which series it is.
    choices = {name: value for name, value in values["task"].items() if own[f"task.{name}"].choices}
    try:
        follows = msgspec.structs.replace(experiment.task, **choices).own
        suits = suited(msgspec.structs.replace(experiment.task, **(follows | values["task"])))
        return Experiment(
            task=suits.task,
            network=msgspec.structs.replace(suits.network, **values["network"]),
            training=msgspec.structs.replace(suits.training, **values["training"]),
        )
    except KnobError as error:
        raise UsageError(f"{_spelled(error.knob)}: {error}") from None


def resumed(record: RunRecord, typed: dict[str, str], options: Iterable[Option]) -> Experiment:
    """The experiment of a run that is gone on with, and what was typed besides; raises
    `UsageError` for what contradicts the run. Where it is computed stays as it was."""
    began = experiment = record.experiment
    task = str(type(began.task).__struct_config__.tag)
    if typed.get("--task", task) != task:
        raise UsageError(f"--task: This run learns {task}, not {typed['--task']}.")
    own = dict(knobs(began))
    computed: dict[str, Value] = {
        "training.device": record.device,
        "training.threads": record.threads,
    }
    for option in options:
        path = option.path
        if not path or option.name not in typed:
            continue
        if path not in own:
            raise UsageError(f"The task {task} has no option {option.name}.")
        knob = own[path]
        try:
            value = knob.parse(typed[option.name])
            if may_change(path, knob):
                experiment = experiment.with_value(path, value)
                continue
        except KnobError as error:
            raise UsageError(f"{option.name}: {error}") from None
        was = computed.get(path, began.value(path))
        if value != was and not (path in computed and value in ("auto", 0)):
            raise UsageError(
                f"{option.name}: This run has {knob.title} {knob.text(was)} and cannot go on with "
                f"{knob.text(value)}: train anew for that."
            )
    return experiment


def described(options: Iterable[Option], width: int = 88) -> str:
    """The options with their help, one paragraph each."""
    lines: list[str] = []
    for option in options:
        lines.append(f"  {option.name} {option.value}".rstrip())
        lines += textwrap.wrap(
            option.help, width, initial_indent=" " * 6, subsequent_indent=" " * 6
        )
    return "\n".join(lines)


def meant(typed: str, known: Iterable[str]) -> str:
    """``"; did you mean …?"`` without its full stop, or nothing."""
    close = difflib.get_close_matches(typed, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _sample(option: Option) -> str:
    return {"N": "10", "X": "0.1"}.get(option.value, option.value)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
