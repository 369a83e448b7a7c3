"""A person's own text file: any usual encoding, and one clear sentence where it is none."""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from rnnviz.tasks.task import DataError
from rnnviz.words.phrase import Phrase
from rnnviz.words.translation import mark

LONGEST = 5_000_000
"""Characters that are read at most, some fifteen novels: an epoch of them takes minutes."""

_SAMPLE = 2**16
"""Bytes that an encoding is guessed from."""

_MARKS = {
    # That of UTF-32 begins as that of UTF-16 does.
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


class OwnText(NamedTuple):
    """What was read, each line ending with a newline alone."""

    text: str
    encoding: str
    whole: bool
    """whether that is all there is"""
    guessed: bool
    """whether the encoding was worked out from the text"""
    torn: bool = False
    """whether the file ends within a character"""

    def remark(self, name: str) -> Phrase | None:
        """What a person should know about how it was read, if there is anything."""
        parts = []
        if self.guessed:
            read_as = {"encoding": self.encoding}
            parts.append(Phrase("is not UTF-8 and was read as {encoding}", read_as))
        if self.torn:
            parts.append(Phrase("ends within a character, which is left out"))
        if not self.whole:
            template = mark("is very long, so that its first {most:,} characters are used")
            parts.append(Phrase(template, {"most": LONGEST}))
        if not parts:
            return None
        whole, *others = parts
        for part in others:
            whole = Phrase("{before}, and {part}", {"before": whole, "part": part})
        return Phrase("{name} {remark}.", {"name": name, "remark": whole})


def check(path: str) -> None:
    """Look at a file without reading it; raises `DataError` where there is none."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(
            "There is no file {path}: choose another, or put it back.", path=path
        ) from None
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    if stat.S_ISDIR(found.st_mode):
        raise DataError("{path} is a folder: choose a text file in it.", path=path)
    if not stat.S_ISREG(found.st_mode):
        raise DataError("{path} is no ordinary file: choose a text file.", path=path)


def read(path: str) -> OwnText:
    """Read a text as it is now, `LONGEST` characters at most; raises `DataError`.

    UTF-8, UTF-16 and UTF-32 are told by their marks or by being right, all others by a guess:
    Korean and Western ones by rules of their own, which are surer, the rest by
    charset-normalizer.
    """
    check(path)
    name = os.path.basename(path)
    most = 4 * LONGEST  # no encoding takes more bytes for a character
    try:
        with open(path, "rb") as opened:
            data = opened.read(most + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    cut = len(data) > most
    data = data[:most]
    mark = next((mark for mark in _MARKS if data.startswith(mark)), None)
    guessed = torn = False
    if mark is not None:
        encoding = _MARKS[mark]
        text = _decoded(data[len(mark) :], encoding, cut)
        if text is None and encoding == "utf-8":
            text = _decoded(data[len(mark) :], encoding, cut=True)
            torn = text is not None
        if text is None:
            raise DataError(
                "{name} begins as {encoding} and does not go on so: save it again as UTF-8.",
                name=name,
                encoding=encoding[:6].upper(),
            )
    elif b"\0" in data:
        raise DataError(
            "{name} is no text, it has bytes that no text has: choose a file that was "
            "saved as plain text.",
            name=name,
        )
    else:
        encoding, text = "utf-8", _decoded(data, "utf-8", cut)
        if text is None:
            text = _decoded(data, "utf-8", cut=True)
            # Plain letters before a last one that is none may be of another encoding.
            torn = text is not None and not text.isascii()
            if not torn:
                guessed = True
                encoding = _guess(_sample(data)) or ""
                text = _decoded(data, encoding, cut) if encoding else None
        if text is None:
            raise DataError("{name} is in an unknown encoding: save it again as UTF-8.", name=name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise DataError("{name} is empty: choose a file with a text in it.", name=name)
    return OwnText(text[:LONGEST], encoding, not cut and len(text) <= LONGEST, guessed, torn)


def unreadable(path: str, error: Exception) -> DataError:
    """What is said of a file that is there and cannot be read."""
    why = error.strerror if isinstance(error, OSError) else error
    return DataError(
        "{path} cannot be read ({why}): choose a file that you may read.", path=path, why=why
    )


def _decoded(data: bytes, encoding: str, cut: bool) -> str | None:
    """Text, or None where it is not so encoded; where it was cut, a torn end is left out."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, final=not cut)
    except UnicodeError:
        return None


def _sample(data: bytes) -> bytes:
    """Lines with characters beyond ASCII: a text may begin with a page of plain letters."""
    lines, size = [], 0
    for line in re.finditer(rb"[^\n]*[\x80-\xff][^\n]*\n?", data):
        lines.append(line[0][:_SAMPLE])
        size += len(lines[-1])
        if size >= _SAMPLE:
            break
    found = b"".join(lines)
    # In no encoding is a space the end of a longer character.
    return found if size < _SAMPLE else found[:_SAMPLE].rpartition(b" ")[0] or found


def _guess(sample: bytes) -> str | None:
    for encoding, right in _RULES:
        text = _decoded(sample, encoding, cut=True)
        if text is not None and not text.isascii() and right(text):
            return encoding
    # 30 ms, which only a text of another encoding needs.
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return None if best is None else best.encoding


def _is_korean(text: str) -> bool:
    """Whether what is beyond ASCII is Hangul, and half of it the usual syllables, which are
    those of KS X 1001: Chinese, read as Korean, has many hanja, and Japanese odd syllables."""
    beyond = Counter(character for character in text if character > "\x7f")
    hangul = Counter({c: n for c, n in beyond.items() if "가" <= c <= "힣" or "ㄱ" <= c <= "ㆎ"})
    # Two bytes in EUC-KR, where others are spelled out in eight.
    usual = sum(n for c, n in hangul.items() if len(c.encode("euc-kr")) == 2)
    return hangul.total() >= 0.9 * beyond.total() and 2 * usual >= hangul.total()


_WESTERN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœ€£°§«»‹›“”„‘’‚–—…·¡¿\xa0")  # noqa: RUF001


def _is_western(text: str) -> bool:
    """Whether what is beyond ASCII are the letters and marks of Western Europe, here and there:
    Cyrillic, read as Western, is nothing but such letters, and Polish has other signs too."""
    beyond = [character for character in text.lower() if character > "\x7f"]
    letters = sum(character.isalpha() for character in text)
    known = sum(character in _WESTERN for character in beyond)
    return known >= 0.95 * len(beyond) and sum(c.isalpha() for c in beyond) <= 0.3 * letters


_RULES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("cp949", _is_korean),
    ("cp1252", _is_western),
    ("latin-1", _is_western),
)
