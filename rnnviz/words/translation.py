"""Words that can be translated: looked up by what stands in the source.

A text is written where it is used, as ``tr("…")``, or where it is declared, as ``mark("…")`` or
as part of a declaration (a knob, a task, a panel, an action), and then handed to `tr` where it is
shown. `tests/words/catalogue.py` finds both kinds and makes the catalogues of them.
"""

from __future__ import annotations

_catalogue: dict[str, str] = {}


def tr(text: str, /, **values: object) -> str:
    """`text` in the language that is used, with `values` in the places of their names.

    A text without a translation stays as it is.
    """
    found = _catalogue.get(text, text)
    return found.format(**values) if values else found


def mark(text: str) -> str:
    """`text` as it is: to be found for the catalogue, and translated where it is shown."""
    return text


def use(catalogue: dict[str, str]) -> None:
    """Speak the language of a catalogue from now on: translations by source text."""
    _catalogue.clear()
    _catalogue.update(catalogue)
