"""What every panel is: a view with a title, drawn by the frame clock when something changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from rnnviz.gui.look.theme import Colours, Theme
from rnnviz.gui.model.aspect import EVERYTHING, Aspect
from rnnviz.gui.model.clock import FrameClock
from rnnviz.gui.model.view_state import ViewState
from rnnviz.gui.widgets.picture import Drawing, Picture

if TYPE_CHECKING:
    from rnnviz.gui.model.workspace import Workspace


@dataclass(frozen=True)
class Column:
    """The home of a panel that has a place of its own, in one of the window's columns."""

    name: str
    height: int
    """in pixels, of a window of 800"""
    after: str = ""
    """the panel above it; it is the topmost without"""
    closed: bool = False
    """whether it is closed until something opens it"""


@dataclass(frozen=True)
class Behind:
    """The home of a panel that shares the place of another, as a tab behind it."""

    front: str
    """that other one; "" for the topmost of the first column"""
    after: str = ""
    """the tab on its left, where not that other one"""
    closed: bool = False


@dataclass(frozen=True)
class Lane:
    """The home of a panel along time that stands in the stage, one axis of time with the others."""

    height: int
    """in pixels, of a stage of 560"""
    after: str = ""
    """the lane above it; it is the topmost without"""
    closed: bool = False
    """whether it is closed until something opens it"""


Home = Column | Behind | Lane


class Context:
    """What panels are made from: a trace to be looked at, and where networks are trained the
    workspace as well."""

    def __init__(
        self,
        theme: Theme,
        clock: FrameClock,
        view_state: ViewState,
        workspace: Workspace | None = None,
    ) -> None:
        self.theme, self.clock, self.view_state = theme, clock, view_state
        self._workspace = workspace

    @property
    def workspace(self) -> Workspace:
        """Where networks are trained; panels `of_trace` must do without."""
        assert self._workspace is not None
        return self._workspace


class Panel(QWidget):
    """A view of a run or a trace.

    A panel is declared by its class alone: what stands here is read by the window, its menus and
    its layout. Sources of data call `mark`; the clock calls `draw` at most once a frame, with all
    that changed since, and only while the panel can be seen. `controls` stand in its header.
    """

    name: ClassVar[str]
    """names the panel in the kept layout; never shown"""
    title: ClassVar[str]
    """what stands in its header"""
    help: ClassVar[str]
    """one or two sentences for one who never saw it"""
    home: ClassVar[Home] = Behind("")
    of_trace: ClassVar[bool] = False
    """whether a trace is all that it needs"""
    needs: ClassVar[frozenset[str]] = frozenset()
    """the parts of a trace that are only computed where somebody looks, see `TracedPart`"""

    def __init__(self, context: Context) -> None:
        super().__init__(objectName="panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self._clock = clock = context.clock
        self._theme = theme = context.theme
        self._dirty = EVERYTHING
        self._built = False
        self._in_front = True
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.controls = QHBoxLayout()
        self.controls.setSpacing(4)
        self._empty = QLabel(self, objectName="empty", wordWrap=True, visible=False)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(lambda: self.mark(Aspect.THEME))
        clock.add(self)

    @property
    def colours(self) -> Colours:
        """The colours of the theme in use."""
        return self._theme.colours

    def mark(self, what: Aspect) -> None:
        """Say that something changed: it is drawn with the next frame."""
        self._dirty |= what
        self._clock.wake()

    def come_forward(self, in_front: bool) -> None:
        """Be in front, or behind another panel's tab: Qt calls that visible too, and only moves
        it out of sight."""
        self._in_front = in_front
        self._clock.wake()
        self._tell_needs()

    def draw_if_dirty(self) -> bool:
        """Draw what changed, if it can be seen; say whether anything was drawn."""
        if not (self._dirty and self._in_front and self.isVisible()):
            return False
        if not self._built:
            self._built = True
            self.build()
        dirty, self._dirty = self._dirty, Aspect(0)
        self.draw(dirty)
        return True

    def build(self) -> None:
        """Make what is only needed once the panel is seen: those behind a tab wait for it."""

    def draw(self, what: Aspect) -> None:
        """Bring on the screen what changed."""
        raise NotImplementedError

    @property
    def up_to_date(self) -> bool:
        """Whether it can be seen, and has drawn all that changed."""
        return self._built and self._in_front and self.isVisible() and not self._dirty

    def drawn(self) -> Drawing:
        """What its pictures draw, those in its header too; see `Picture`."""
        inside = [one for one in self.findChildren(QWidget) if one.isVisibleTo(self)]
        controls = (self.controls.itemAt(place) for place in range(self.controls.count()))
        header = [one.widget() for one in controls if one is not None]
        seen: list[object] = [*inside, *(one for one in header if one and not one.isHidden())]
        drawn: Drawing = {}
        for one in seen:
            if isinstance(one, Picture):
                drawn |= one.drawn()
        return drawn

    @property
    def empty_text(self) -> str:
        """What stands in for content that is not there; "" where there is content."""
        return "" if self._empty.isHidden() else self._empty.text()

    def say_empty(self, what_will_be_here: str) -> None:
        """Stand in for content that is not there yet; an empty text takes it away."""
        self._empty.setText(what_will_be_here)
        self._empty.setVisible(bool(what_will_be_here))
        if what_will_be_here:
            self._empty.raise_()
            self._place_empty()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  Qt's name
        """Catch up with what changed while nobody could see it."""
        super().showEvent(event)
        self._clock.wake()
        self._tell_needs()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Need nothing while nobody looks."""
        super().hideEvent(event)
        self._tell_needs()

    def _tell_needs(self) -> None:
        if self.needs:
            seen = self._in_front and self.isVisible()
            self._context.view_state.need(self.name, self.needs if seen else frozenset())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the empty text in the middle."""
        super().resizeEvent(event)
        self._place_empty()

    def _place_empty(self) -> None:
        if not self._empty.isHidden():
            room = self.rect().adjusted(24, 8, -24, -8)
            self._empty.setGeometry(room)
