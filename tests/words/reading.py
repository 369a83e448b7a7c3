"""A language in which every word that went through the catalogue can be told: «it stands so»."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pyqtgraph import GraphicsView
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QComboBox, QLineEdit, QTabBar, QTableWidget, QWidget

SCRIPT = Path(__file__).parents[2] / "resources" / "catalogue.py"
READ = ("text", "toolTip", "windowTitle", "title", "placeholderText", "accessibleName")
OTHERS = re.compile(
    # Names that are the same in every language, and what is of the data or of the machine.
    r"rnnviz|RNN|LSTM|GRU|relu|Adam|SGD|MSE|RMSE|MAE|NLL|MIDI|WAV|CSV|CPU|GPU|UTF|ISO|cuda|cpu|pip|English"
    r"|PyTorch|PySide6?|tanh|log|min|max|std|Essentials|Shakespeare"
    # What Qt and pyqtgraph say of themselves, which is theirs to translate.
    r"|Export\.*|Scroll (Left|Right)|Close|Float"
)
KEYS = re.compile(
    r"\((?:(?:Ctrl|Shift|Alt|Meta|Home|End|Esc|Space|Left|Right|PgUp|PgDown|F\d+)[^()]*)\)"
)


@cache
def script():
    """The script that makes the catalogues."""
    spec = importlib.util.spec_from_file_location("catalogue", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def pseudo() -> dict[str, str]:
    """A catalogue of everything that is found, each text between marks."""
    return {text: f"«{text}»" for text in script().texts()}


def untranslated(text: str) -> list[str]:
    """The words in a text that did not go through the catalogue."""
    text = KEYS.sub("", re.sub(r"<[^>]+>|&\w+;", " ", text))
    depth, bare = 0, ""
    for sign in text:
        depth += (sign == "«") - (sign == "»")
        bare += sign if depth == 0 and sign != "»" else " "
    return re.findall(r"[A-Za-z]{3,}", OTHERS.sub(" ", bare))


def readable(root: QWidget) -> Iterator[str]:
    """Every text below a widget that a person can read, seen now or not."""
    for thing in [root, *root.findChildren(QObject)]:
        for name in READ:
            getter = getattr(thing, name, None)
            typed = isinstance(thing, QLineEdit) and name == "text"
            if callable(getter) and (not typed or thing.objectName() == "number"):
                try:
                    text = getter()
                except (TypeError, NotImplementedError):  # it means something else by that name
                    continue
                if isinstance(text, str):
                    yield text
        if isinstance(thing, QComboBox):
            yield from (thing.itemText(k) for k in range(thing.count()))
        elif isinstance(thing, QTabBar):
            yield from (thing.tabText(k) for k in range(thing.count()))
        elif isinstance(thing, QTableWidget):
            yield from _cells(thing)
        elif isinstance(thing, GraphicsView):
            yield from _drawn(thing)


def _cells(table: QTableWidget) -> Iterator[str]:
    heads = [table.horizontalHeaderItem(k) for k in range(table.columnCount())]
    inner = [table.item(r, c) for r in range(table.rowCount()) for c in range(table.columnCount())]
    yield from (item.text() for item in [*heads, *inner] if item is not None)


def _drawn(view: GraphicsView) -> Iterator[str]:
    for item in view.scene().items():
        if hasattr(item, "toPlainText"):
            yield item.toPlainText()
        elif hasattr(item, "labelText"):
            yield item.labelText
