"""Recurrent cells, one file each: all that anything asks about a cell it asks here.

A module in this folder that declares a `Cell` is found by itself. The window reads
the declarations, and the engine computes with the same files.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from rnnviz.cells.base import Cell

__all__ = ["CELLS", "COMPARED", "Cell", "declared", "of_mode"]


def declared() -> Iterator[Cell]:
    """The cells that the modules in this folder declare."""
    for module in pkgutil.iter_modules(__path__):
        values = vars(import_module(f"{__name__}.{module.name}")).values()
        yield from (value for value in values if isinstance(value, Cell))


CELLS: dict[str, Cell] = {
    cell.name: cell
    for cell in sorted(declared(), key=lambda cell: (len(cell.weights) * cell.blocks, cell.name))
}
"""All cells by name, from the one with the fewest weights to the one with most."""

COMPARED: list[Cell] = [cell for cell in CELLS.values() if cell.compared]
"""Those that are measured and trained beside each other."""

_by_mode = {cell.mode: cell for cell in CELLS.values()}


def of_mode(mode: str) -> Cell:
    """The cell of a module or a trace, by what they call it."""
    return _by_mode[mode]
