"""Light and dark: what every colour means, once.

Data colours follow Okabe and Ito's palette (2008) and hidden states ColorBrewer's RdBu:
both can be told apart with every common kind of colour blindness.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

Choice = Literal["system", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one theme. Data colours mean the same thing in every panel."""

    dark: bool
    window: str
    panel: str
    field: str
    line: str
    text: str
    muted: str
    grid: int
    """opacity of grid lines, 0 to 255"""
    error: str
    input: str
    answer: str
    target: str
    train: str
    unit: str
    bars: str
    """how much something is: change of the notepad, saliency, gradient norm"""

    @property
    def valid(self) -> str:
        """Validation is judged by the targets and has their colour."""
        return self.target


LIGHT = Colours(
    dark=False,
    window="#eceef1",
    panel="#ffffff",
    field="#f4f5f7",
    line="#d3d7dd",
    text="#1c2026",
    muted="#59616d",
    grid=28,
    error="#b3261e",
    input="#1c2026",
    answer="#d55e00",
    target="#00805d",
    train="#7a4fc0",
    unit="#c2308a",
    bars="#64748b",
)

DARK = Colours(
    dark=True,
    window="#14161a",
    panel="#1d2025",
    field="#272b31",
    line="#383d45",
    text="#e9ebee",
    muted="#a2a9b4",
    grid=38,
    error="#ff8a80",
    input="#e9ebee",
    answer="#ffa13d",
    target="#2fc79a",
    train="#b79cf5",
    unit="#ff77c0",
    bars="#93a4ba",
)


# ColorBrewer's RdBu from blue to red, its middle made quite white. Maps of even lightness
# are paler: most hidden states are small, and could not be told apart from a distance.
_RD_BU = (
    *("#053061", "#2166ac", "#4393c3", "#92c5de", "#d1e5f0", "#ffffff"),
    *("#fddbc7", "#f4a582", "#d6604d", "#b2182b", "#67001f"),
)


@cache
def _system_points() -> float:
    return QGuiApplication.font().pointSizeF()  # before anyone enlarged it


@cache
def hidden_lookup() -> npt.NDArray[np.uint8]:
    """256 colours for -1 to 1 as RGBA, ``(256, 4)``: blue below 0, white at 0, red above."""
    stops = pg.ColorMap(np.linspace(-1, 1, len(_RD_BU)), _RD_BU)
    lookup: npt.NDArray[np.uint8] = stops.getLookupTable(-1, 1, 256, alpha=True)
    return lookup


@cache
def no_number_shade() -> npt.NDArray[np.uint8]:
    """The colour of what is no number, RGBA ``(4,)``: a grey that no value of a hidden state
    has, in both themes."""
    return np.array([140, 140, 140, 255], np.uint8)


ROOMY = 1000
"""A screen at least this high, in pixels, is read from further away: a projector's, mostly."""


class Theme(QObject):
    """The colours and the size of text in use: the system's or a person's choice."""

    changed = Signal()

    def __init__(
        self,
        choice: Choice = "system",
        larger: int | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._choice: Choice = choice
        self._usual = _system_points()
        if larger is None:
            roomy = QGuiApplication.primaryScreen().availableGeometry().height() >= ROOMY
            larger = 2 if roomy else 0
        self.larger = larger
        """Points by which text is larger than the system's."""
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self.colours = self._wanted()

    @property
    def choice(self) -> Choice:
        """What was chosen: to follow the system, or one of the two for good."""
        return self._choice

    def choose(self, choice: Choice) -> None:
        """Follow the system or stay with one."""
        self._choice = choice
        self._follow()

    @property
    def points(self) -> float:
        """The size of text."""
        return self._usual + self.larger

    def enlarge(self, points: int) -> None:
        """Make text larger, or smaller."""
        self.larger = max(-2, min(self.larger + points, 12))
        self.changed.emit()

    def _wanted(self) -> Colours:
        if self._choice == "system":
            scheme = QGuiApplication.styleHints().colorScheme()
            return DARK if scheme == Qt.ColorScheme.Dark else LIGHT
        return DARK if self._choice == "dark" else LIGHT

    def _follow(self) -> None:
        wanted = self._wanted()
        if wanted is not self.colours:
            self.colours = wanted
            self.changed.emit()
