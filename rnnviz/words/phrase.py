"""Words with values in them, kept apart until they are shown, so that they can be translated."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from rnnviz.words.translation import tr


class Phrase(msgspec.Struct, frozen=True):
    """Words for a person; ``str`` gives them in the language of this process.

    The template names each value in braces, and may give it a format. A value that is a phrase
    itself is translated too.
    """

    template: str
    values: Mapping[str, int | float | str | Phrase] = {}

    def __str__(self) -> str:
        said = {
            name: str(value) if isinstance(value, Phrase) else value
            for name, value in self.values.items()
        }
        return tr(self.template, **said)


class Refused(Exception):
    """What cannot be done, and what would be right: one sentence for a person, a `Phrase`."""

    def __init__(self, template: str | Phrase, /, **values: object) -> None:
        super().__init__(template)
        plain = {name: _plain(value) for name, value in values.items()}
        self.phrase = template if isinstance(template, Phrase) else Phrase(template, plain)

    def __str__(self) -> str:
        return str(self.phrase)


def _plain(value: object) -> int | float | str | Phrase:
    if isinstance(value, Refused):
        return value.phrase
    return value if isinstance(value, int | float | str | Phrase) else str(value)
