"""The panels: one view of a run or a trace in each file, found by being there."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from rnnviz.gui.panels.base.panel import Behind, Column, Context, Lane, Panel


@functools.cache
def kinds() -> tuple[type[Panel], ...]:
    """Every panel that there is, in the order of their homes: columns from the top, then
    tabs, then the lanes of the stage.

    A panel is a class below `Panel` with a name, in a module of a folder here.
    """
    for folder in pkgutil.iter_modules(__path__, f"{__name__}."):
        package = importlib.import_module(folder.name)
        for module in pkgutil.iter_modules(package.__path__, f"{folder.name}."):
            importlib.import_module(module.name)
    declared = sorted(_named(Panel), key=lambda kind: kind.name)
    columns = [kind for kind in declared if isinstance(kind.home, Column)]
    tabs = [kind for kind in declared if isinstance(kind.home, Behind)]
    lanes = [kind for kind in declared if isinstance(kind.home, Lane)]
    return (*_chained(columns), *_chained(tabs), *_chained(lanes))


def panels(context: Context, *, of_trace: bool = False) -> list[Panel]:
    """Make all panels, or those that need no more than a trace."""
    return [kind(context) for kind in kinds() if kind.of_trace or not of_trace]


def _named(kind: type[Panel]) -> list[type[Panel]]:
    below = [one for child in kind.__subclasses__() for one in _named(child)]
    return [kind, *below] if "name" in vars(kind) else below


def _chained(kinds: list[type[Panel]]) -> list[type[Panel]]:
    """Each after the one that its home names; one whose neighbour is not there stays where it
    would be without."""
    names = {kind.name for kind in kinds}
    chain: list[type[Panel]] = []

    def add(kind: type[Panel]) -> None:
        chain.append(kind)
        for other in kinds:
            if other.home.after == kind.name:
                add(other)

    for kind in kinds:
        if kind.home.after not in names:
            add(kind)
    return chain
