"""What there is to learn: one file a task, found by being there."""

from __future__ import annotations

import importlib
import pkgutil

from rnnviz.tasks.dataset import Dataset as Dataset
from rnnviz.tasks.examples import Examples as Examples
from rnnviz.tasks.examples import Split as Split
from rnnviz.tasks.sine import Sine as Sine
from rnnviz.tasks.task import DataError as DataError
from rnnviz.tasks.task import Task as Task


def _tasks() -> dict[str, type[Task]]:
    """Every task by its name, in their order: a class below `Task` in a module of this folder."""
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.iter_modules(__path__, f"{__name__}.")
        if not module.ispkg
    ]
    declared = [
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Task) and kind is not Task
        if kind.__module__ == module.__name__
    ]
    declared.sort(key=lambda kind: (kind.order, kind.title))
    return {str(kind.__struct_config__.tag): kind for kind in declared}


TASKS = _tasks()
