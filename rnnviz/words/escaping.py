"""Text from outside, such as the name of a file, made fit for a terminal or a label."""

from __future__ import annotations

import unicodedata

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of Unicode that move the cursor, turn the line round or cannot be written."""


def printable(text: str) -> str:
    r"""`text` with all that cannot be seen as Python spells it: ``"\x1b"``, ``"\n"``."""
    return "".join(
        sign.encode("unicode_escape").decode() if unicodedata.category(sign) in HIDDEN else sign
        for sign in text
    )
