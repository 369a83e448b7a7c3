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
from rnnviz.words.phrase import Refused
from rnnviz.words.translation import tr


class UsageError(Refused):
    """What was typed cannot be meant."""


class Option(NamedTuple):
    """One option, such as ``--epochs``. Without a `value` to name it is a switch."""

    name: str
    help: str
    value: str = ""
    path: str = ""
    """the knob that it turns, such as ``"training.epochs"``"""


def knob_options() -> list[Option]:
    """The task, then every knob of every task, of the network and of the training."""
    options = [Option("--task", tr("What to learn: {tasks}.", tasks=_listed(TASKS)), "NAME")]
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
    details = [tr("{task} task", task=task) if task else "", knob.takes, tr(knob.unit)]
    details.append(tr("default {value}", value=knob.text(knob.default)))
    value = "N" if knob.kind is int else "X"
    if knob.choices or knob.files:
        value = "NAME" if knob.choices else "FILE"
    elif knob.kind is bool:
        value = "yes|no"
    return Option(
        _spelled(knob.name), f"{tr(knob.help)} ({'; '.join(filter(None, details))})", value, path
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
            hint = meant(name, known)
            if name.startswith("-"):
                raise UsageError("There is no option {name}{hint}.", name=name, hint=hint)
            raise UsageError("There is no argument {name}{hint}.", name=name, hint=hint)
        if known[name].value and not equals:
            if not rest or rest[0].startswith("--"):
                raise UsageError(
                    "The option {name} needs a value, as in {name} {sample}.",
                    name=name,
                    sample=_sample(known[name]),
                )
            value = rest.pop(0)
        elif equals and not known[name].value:
            raise UsageError("The option {name} takes no value.", name=name)
        typed[name] = value
    return typed


def experiment_of(typed: dict[str, str], options: Iterable[Option]) -> Experiment:
    """The experiment that was typed; raises `UsageError`."""
    task = typed.get("--task", "sine")
    if task not in TASKS:
        raise UsageError(
            "There is no task {task}{hint}; there are these: {tasks}.",
            task=task,
            hint=meant(task, TASKS),
            tasks=_listed(TASKS),
        )
    experiment = Experiment(task=TASKS[task]())
    own = dict(knobs(experiment))
    turned = [option for option in options if option.path and option.name in typed]
    for option in turned:
        if option.path not in own:
            raise UsageError("The task {task} has no option {name}.", task=task, name=option.name)
    values: dict[str, dict[str, Value]] = {"task": {}, "network": {}, "training": {}}
    for option in turned:
        try:
            value = own[option.path].parse(typed[option.name])
        except KnobError as error:
            raise UsageError("{name}: {error}", name=option.name, error=error) from None
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
        raise UsageError("{name}: {error}", name=_spelled(error.knob), error=error) from None


def resumed(record: RunRecord, typed: dict[str, str], options: Iterable[Option]) -> Experiment:
    """The experiment of a run that is gone on with, and what was typed besides; raises
    `UsageError` for what contradicts the run. Where it is computed stays as it was."""
    began = experiment = record.experiment
    task = str(type(began.task).__struct_config__.tag)
    if typed.get("--task", task) != task:
        raise UsageError(
            "--task: This run learns {task}, not {other}.", task=task, other=typed["--task"]
        )
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
            raise UsageError("The task {task} has no option {name}.", task=task, name=option.name)
        knob = own[path]
        try:
            value = knob.parse(typed[option.name])
            if may_change(path, knob):
                experiment = experiment.with_value(path, value)
                continue
        except KnobError as error:
            raise UsageError("{name}: {error}", name=option.name, error=error) from None
        was = computed.get(path, began.value(path))
        if value != was and not (path in computed and value in ("auto", 0)):
            raise UsageError(
                "{name}: This run has {knob} {before} and cannot go on with {now}: train anew for "
                "that.",
                name=option.name,
                knob=tr(knob.title),
                before=knob.text(was),
                now=knob.text(value),
            )
    return experiment


def described(options: Iterable[Option], width: int = 88) -> str:
    """The options with their help, one paragraph each."""
    lines: list[str] = []
    for option in options:
        lines.append(f"  {option.name} {option.value}".rstrip())
        lines += textwrap.wrap(
            tr(option.help), width, initial_indent=" " * 6, subsequent_indent=" " * 6
        )
    return "\n".join(lines)


def meant(typed: str, known: Iterable[str]) -> str:
    """``"; did you mean …?"`` without its full stop, or nothing."""
    close = difflib.get_close_matches(typed, list(known), n=1)
    return tr(" (did you mean {name}?)", name=close[0]) if close else ""


def _sample(option: Option) -> str:
    return {"N": "10", "X": "0.1", "yes|no": "yes"}.get(option.value, option.value)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
