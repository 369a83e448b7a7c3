"""The languages that rnnviz speaks: English, and one for each catalogue that ships."""

from __future__ import annotations

import os
from collections.abc import Iterable

import msgspec

from rnnviz.resources import resource
from rnnviz.words import translation

NAMES = {"en": "English", "ko": "한국어"}
"""What each language calls itself."""


def available() -> list[str]:
    """The codes of the languages that there are, English first."""
    folder = resource("translations")
    codes = sorted(file.stem for file in folder.glob("*.json") if file.stem in NAMES)
    return ["en", *(code for code in codes if code != "en")]


def speak(code: str) -> None:
    """Speak a language from now on."""
    translation.use({} if code == "en" else _catalogue(code))


def best(wanted: Iterable[str]) -> str:
    """The first of the `wanted` languages, such as ``ko_KR.UTF-8`` or ``en-GB``, that there is."""
    known = available()
    codes = (name.replace("-", "_").split("_")[0].split(".")[0] for name in wanted)
    return next((code for code in codes if code in known), "en")


def of_environment() -> list[str]:
    """What the environment asks for, as gettext reads it."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name].split(":")
    return []


def _catalogue(code: str) -> dict[str, str]:
    data = resource(f"translations/{code}.json").read_bytes()
    return {text: said for text, said in msgspec.json.decode(data).items() if said}
