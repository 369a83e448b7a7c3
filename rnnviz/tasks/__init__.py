"""What there is to learn: one file a task, and the list of them."""

from rnnviz.tasks.adding import Adding
from rnnviz.tasks.characters import Characters
from rnnviz.tasks.chorales import Chorales
from rnnviz.tasks.copy import Copy
from rnnviz.tasks.dates import Dates
from rnnviz.tasks.reber import Reber
from rnnviz.tasks.recall import Recall
from rnnviz.tasks.sentiment import Sentiment
from rnnviz.tasks.series import Series
from rnnviz.tasks.sine import Sine
from rnnviz.tasks.tagging import Tagging
from rnnviz.tasks.task import DataError, Examples, Split, Task
from rnnviz.tasks.waves import Waves

TASKS: dict[str, type[Task]] = {
    "sine": Sine,
    "series": Series,
    "waves": Waves,
    "sentiment": Sentiment,
    "tagging": Tagging,
    "characters": Characters,
    "dates": Dates,
    "chorales": Chorales,
    "recall": Recall,
    "adding": Adding,
    "copy": Copy,
    "reber": Reber,
}

__all__ = ["TASKS", "DataError", "Examples", "Sine", "Split", "Task"]
