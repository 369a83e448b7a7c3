"""The command line. Each command imports what it needs: ``rnnviz --version`` is at once."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import rnnviz
from rnnviz.cli.status import INTERRUPTED
from rnnviz.words.translation import mark, tr

if TYPE_CHECKING:
    from rnnviz.cli.options import Option
    from rnnviz.records.trainer_state import TrainerState

COMMANDS = {
    "train": mark("train without a window"),
    "tasks": mark("list what there is to learn"),
    "info": mark("show versions, devices and folders, for a report of a problem"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that was typed and give the exit status: 2 for what cannot be meant."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    if typed and typed[0] in ("--version", "-V"):
        print(f"rnnviz {rnnviz.__version__}")
        return 0
    if typed and typed[0] == "train":
        # Before numpy is loaded: as in the engine, so that baselines have the same last digits.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from rnnviz.cli.options import UsageError, meant
    from rnnviz.words import languages
    from rnnviz.words.escaping import printable

    languages.speak(languages.best(languages.of_environment()))
    try:
        if not typed or typed[0].startswith("-"):
            return _window(typed)
        command, *rest = typed
        if command == "train":
            return _train(rest)
        if command in ("tasks", "info"):
            return _show(command, rest)
        there = ", ".join(COMMANDS)
        raise UsageError(
            "There is no command {command}{hint}; there are {there}, or none for the window.",
            command=command,
            hint=meant(command, COMMANDS),
            there=there,
        )
    except UsageError as error:
        print(f"rnnviz: {printable(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED


def _window(typed: list[str]) -> int:
    from rnnviz.cli.options import Option, UsageError, experiment_of, knob_options, read

    options = [Option("--train", mark("Begin to train at once.")), *knob_options()]
    if _wants_help(typed):
        commands = {tr("[options]"): tr("open the window")}
        commands |= {name: tr(what) for name, what in COMMANDS.items()}
        print(
            f"rnnviz: {tr('see a recurrent network learn and think')}.\n\n"
            + "".join(f"  rnnviz {name:<16} {what}\n" for name, what in commands.items())
            + f"  rnnviz --version\n\n{tr('Options of the window')}:"
        )
        _print_options(options)
        return 0
    values = read(typed, options)
    # With nothing typed the window has the settings of the last time.
    typed_knobs = values.keys() - {"--train"}
    experiment = experiment_of(values, options) if typed_knobs else None
    # The window must not abort in the toolkit: what is missing is found before it is loaded.
    from rnnviz.gui.preflight import complain

    complaint = complain()
    if complaint is not None:
        raise UsageError(complaint)
    # Nothing that is made while the window comes up is garbage, and looking for some in all
    # the modules takes as long as painting it does; an open window looks for it by itself.
    gc.disable()
    from rnnviz.gui.app import run

    return run(experiment, train="--train" in values)


def _train(typed: list[str]) -> int:
    from rnnviz.cli.options import Option, experiment_of, knob_options, read, resumed

    options = [
        Option("--json", mark("Write the record of the run here; - is stdout."), "FILE"),
        Option("--csv", mark("Write the history here as a table."), "FILE"),
        Option("--save", mark("Write the whole run here, to go on with it by --resume."), "FILE"),
        Option(
            "--resume",
            mark(
                "Go on with a run that --save wrote, as if it had never been ended. What is typed "
                "besides may be more epochs, another learning rate or another clipping norm."
            ),
            "FILE",
        ),
        *knob_options(),
    ]
    if _wants_help(typed):
        print(f"rnnviz train: {tr(COMMANDS['train'])}.\n\n{tr('Options')}:")
        _print_options(options)
        return 0
    values = read(typed, options)
    state = None if "--resume" not in values else _saved(values["--resume"])
    if state is None:
        experiment = experiment_of(values, options)
    else:
        experiment = resumed(state.record, values, options)
    from rnnviz.cli.train import Files, train

    names = Files(*(values.get(name) for name in ("--json", "--csv", "--save", "--resume")))
    return train(experiment, names, state)


def _saved(name: str) -> TrainerState:
    """The run in a file that was typed; raises `UsageError`."""
    from rnnviz.cli.options import UsageError
    from rnnviz.store import run_file

    try:
        return run_file.read(Path(name))
    except run_file.RunFileError as error:
        raise UsageError(error.phrase) from None


def _show(command: str, typed: list[str]) -> int:
    if _wants_help(typed):
        print(f"rnnviz {command}: {tr(COMMANDS[command])}.")
        return 0
    from rnnviz.cli.options import read

    read(typed, [])
    from rnnviz import about

    print(about.tasks() if command == "tasks" else about.info())
    return 0


def _wants_help(typed: list[str]) -> bool:
    return "--help" in typed or "-h" in typed


def _print_options(options: list[Option]) -> None:
    from rnnviz.cli.options import described

    print(described(options))


if __name__ == "__main__":
    sys.exit(main())
