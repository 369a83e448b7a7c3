"""Knobs: what a person may turn, declared once.

A settings struct annotates each of its fields with a `Knob`. The slider, the
command-line option, the check and the reference table all follow from it.
"""

from __future__ import annotations

import math
import os
import typing
from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from rnnviz.words.number_format import short
from rnnviz.words.phrase import Refused
from rnnviz.words.translation import tr

Scale = Literal["linear", "log"]
Value = int | float | str | bool


_SWITCHES = {
    **dict.fromkeys(("yes", "true", "on", "1"), True),
    **dict.fromkeys(("no", "false", "off", "0"), False),
}


class KnobError(Refused, ValueError):
    """A value that its knob does not take."""

    def __init__(self, knob: str, template: str, **values: object) -> None:
        super().__init__(template, **values)
        self.knob = knob


class Knob(msgspec.Struct, frozen=True):
    """One thing that can be set: what it is called, what it does and what it takes.

    `low` and `high` are the ends of the slider. `most` is the largest number that
    can be typed where that is more than a slider should offer. Where `off` is
    given, 0 is taken too, stands left of `low` and is shown as that word.
    `live` knobs also act on a run that is under way. A knob whose field is a `bool` is a switch.

    Where `files` is given, the knob holds the path of a file, "" for none (shown as `off`).
    `files` says which kind as Qt's file dialogs do: ``"Text files (*.txt *.md)"``. Whether
    there is such a file, and what is in it, is found out by whoever reads it.
    """

    title: str
    help: str
    low: float = 0.0
    high: float = 0.0
    scale: Scale = "linear"
    unit: str = ""
    most: float | None = None
    off: str = ""
    live: bool = False
    files: str = ""
    choices: tuple[str, ...] = ()
    name: str = ""
    kind: type = float
    default: Value = 0.0

    @property
    def limit(self) -> float:
        """The largest value that is taken."""
        return self.high if self.most is None else self.most

    def check(self, value: Value) -> None:
        """Raise `KnobError` unless this knob takes `value`."""
        if self.choices:
            if value not in self.choices:
                self._refuse("{title} must be {right}, not {given}.", value)
            return
        if self.kind is bool:
            if not isinstance(value, bool):
                self._refuse("{title} must be {right}, not {given}.", value)
            return
        if self.files:
            if not isinstance(value, str) or "\0" in value:
                self._refuse("{title} must be {right}, not {given}.", value)
            # Neither what is stored nor what the engine is told could hold it.
            if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
                self._refuse("{title}: the name {given} is not UTF-8; rename it.", value)
            return
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._refuse("{title} must be a number, not {given}.", value)
        if self.kind is int and not isinstance(value, int):
            self._refuse("{title} must be a whole number, not {given}.", value)
        if self.off and value == 0:
            return
        if not (math.isfinite(value) and self.low <= value <= self.limit):
            self._refuse("{title} must be {right}, not {given}.", value)

    def parse(self, text: str) -> Value:
        """Read what a person typed, checked; raise `KnobError` with what would be right.

        A path may begin with ``~`` or where the program was started; what is kept is absolute.
        """
        if self.files:
            none = text.strip().lower() in ("", *self._spellings_of_off)
            self.check(text)
            return "" if none else os.path.abspath(os.path.expanduser(text))
        text = text.strip()
        value: Value = text
        if self.kind is bool:
            spoken = {tr("yes").lower(): True, tr("no").lower(): False}
            value = (_SWITCHES | spoken).get(text.lower(), text)
        elif not self.choices:
            if self.off and text.lower() in self._spellings_of_off:
                return self.kind(0)
            try:
                number = float(text.replace(",", "."))
            except ValueError:
                self._refuse("{title} must be a number, not {given}.", text)
            whole = self.kind is int and number.is_integer()
            value = int(number) if whole else number
        self.check(value)
        return value

    @property
    def takes(self) -> str:
        """What is taken, in words: ``"1 to 512"`` or ``"auto, cpu or cuda"``."""
        if self.choices:
            *first, last = (tr(choice) for choice in self.choices)
            return tr("{first} or {last}", first=", ".join(first), last=last)
        off = tr(self.off)
        if self.kind is bool:
            return tr("yes or no")
        if self.files:
            return tr("{files}, or {off}", files=tr(self.files), off=off)
        if self.off:
            return tr("{low:g} to {high:g}, or 0 ({off})", low=self.low, high=self.limit, off=off)
        return tr("{low:g} to {high:g}", low=self.low, high=self.limit)

    def text(self, value: Value) -> str:
        """`value` as a person reads it: three significant digits, no trailing zeros."""
        if self.kind is bool:
            return tr("yes") if value else tr("no")
        if isinstance(value, str):
            return tr(self.off) if self.files and not value else tr(value)
        if self.off and value == 0:
            return tr(self.off)
        if self.kind is int:
            return str(value)
        return short(value)

    @property
    def _spellings_of_off(self) -> tuple[str, str]:
        return self.off.lower(), tr(self.off).lower()

    def _refuse(self, template: str, given: Value) -> typing.NoReturn:
        shown = f"{given:g}" if isinstance(given, float) else given
        title = tr(self.title)
        title = title[:1].upper() + title[1:]
        raise KnobError(self.name, template, title=title, right=self.takes, given=shown)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what can be set: every field with a `Knob` is checked when it is made."""

    def __post_init__(self) -> None:
        for knob in knobs_of(type(self)).values():
            knob.check(getattr(self, knob.name))


S = TypeVar("S", bound=Settings)

_known: dict[type, dict[str, Knob]] = {}


def knobs_of(settings: type[Settings]) -> dict[str, Knob]:
    """The knobs of a settings struct by field name, in the order of their declaration."""
    if settings not in _known:
        hints = typing.get_type_hints(settings, include_extras=True)
        _known[settings] = {
            field.name: _complete(hints[field.name], field)
            for field in msgspec.structs.fields(settings)
            if _declared(hints[field.name]) is not None
        }
    return _known[settings]


def with_live(settings: S, other: S) -> S:
    """`settings` with the live knobs of `other`, of the same kind."""
    live = {knob.name for knob in knobs_of(type(settings)).values() if knob.live}
    return msgspec.structs.replace(settings, **{name: getattr(other, name) for name in live})


def _declared(hint: Any) -> Knob | None:
    notes = hint.__metadata__ if typing.get_origin(hint) is Annotated else ()
    return next((note for note in notes if isinstance(note, Knob)), None)


def _complete(hint: Any, field: msgspec.structs.FieldInfo) -> Knob:
    knob = _declared(hint)
    assert knob is not None
    plain = typing.get_args(hint)[0]
    choices = typing.get_args(plain) if typing.get_origin(plain) is Literal else ()
    return msgspec.structs.replace(
        knob,
        name=field.name,
        kind=str if choices else plain,
        choices=choices,
        default=field.default,
    )


def positions(knob: Knob) -> list[int | float]:
    """Every value that the slider of a numeric knob stops at, in rising order.

    Logarithmic knobs stop at 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 in each decade (whole
    knobs at the powers of two as well), linear ones at up to 200 even steps. The
    default is always among them.
    """
    stops = set(_log_stops(knob) if knob.scale == "log" else _linear_stops(knob))
    stops |= {knob.low, knob.high, typing.cast(float, knob.default)}
    if knob.off:
        stops.add(0)
    return sorted({int(stop) for stop in stops} if knob.kind is int else stops)


def _log_stops(knob: Knob) -> Iterator[float]:
    for decade in range(math.floor(math.log10(knob.low)), math.ceil(math.log10(knob.high)) + 1):
        for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8):
            stop = float(f"{step}e{decade}")
            whole = knob.kind is not int or stop == int(stop)
            if knob.low <= stop <= knob.high and whole:
                yield stop
    if knob.kind is int:
        yield from (2**k for k in range(20) if knob.low <= 2**k <= knob.high)


def _linear_stops(knob: Knob) -> Iterator[float]:
    span = knob.high - knob.low
    if knob.kind is int:
        stride = max(1, round(span / 200))
        yield from range(int(knob.low), int(knob.high) + 1, stride)
    else:
        yield from (round(knob.low + span * k / 100, 10) for k in range(101))
