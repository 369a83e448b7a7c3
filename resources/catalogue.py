"""Make the catalogues of what rnnviz says, from its source and its declarations.

    python resources/catalogue.py

Writes `resources/translations/template.json` with every text that a person can read, and brings
the catalogues of languages beside it up to date: texts that are new are empty there, and texts
that are gone are gone. A catalogue is a JSON object, from texts to translations; what is empty
stays English. Values stand in braces in both.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

FOLDER = ROOT / "resources" / "translations"
TEMPLATE = FOLDER / "template.json"
REFUSALS = (
    *("Refused", "DataError", "UsageError", "DeviceMissing", "TraceError"),
    *("StateError", "RunFileError"),
)
SAYS = {
    **dict.fromkeys(("tr", "mark", "Phrase", "_refuse"), (0,)),
    **dict.fromkeys(REFUSALS, (0,)),
    "KnobError": (1,),
}
"""Functions and classes that are given a text, with the places of their texts."""


def texts() -> list[str]:
    """Every text that a person can read, sorted."""
    found = {text for file in sorted((ROOT / "rnnviz").rglob("*.py")) for text in _written(file)}
    return sorted((found | set(_declared())) - {""})


def _written(file: Path) -> Iterator[str]:
    """Texts in a file's source, where they are handed to what says them."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            for place in SAYS.get(name, ()):
                yield from _literals(node.args[place : place + 1])


def _literals(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.IfExp):
            yield from _literals([node.body, node.orelse])


def _declared() -> Iterator[str]:
    """Texts in the declarations of tasks and knobs."""
    from rnnviz.experiment import Experiment, knobs
    from rnnviz.knobs import Knob, knobs_of
    from rnnviz.tasks import TASKS

    every: list[Knob] = [knob for _, knob in knobs(Experiment())]
    for task in TASKS.values():
        every += knobs_of(task).values()
        yield from (task.title, task.summary, task.position, task.error, *task.words)
    for knob in every:
        yield from (knob.title, knob.help, knob.unit, knob.off, knob.files)
        yield from (str(choice) for choice in knob.choices)


def main() -> None:
    """Write the template, and bring the catalogues up to date."""
    wanted = texts()
    FOLDER.mkdir(exist_ok=True)
    for file in sorted({TEMPLATE, *FOLDER.glob("*.json")}):
        known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        kept = {text: known.get(text, "") for text in wanted}
        file.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        missing = sum(not text for text in kept.values())
        print(f"{file.name}: {len(kept)} texts, {missing} without a translation")


if __name__ == "__main__":
    main()
