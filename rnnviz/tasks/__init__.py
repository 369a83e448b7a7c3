"""What there is to learn: one file a task, and the list of them."""

from rnnviz.tasks.sine import Sine
from rnnviz.tasks.task import DataError, Examples, Split, Task

TASKS: dict[str, type[Task]] = {"sine": Sine}

__all__ = ["TASKS", "DataError", "Examples", "Sine", "Split", "Task"]
