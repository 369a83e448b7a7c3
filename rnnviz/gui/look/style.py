"""How Qt's own widgets look: the palette of a theme, and a style sheet in its roles."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from rnnviz.gui.look.theme import Colours, Theme


def dress(theme: Theme) -> None:
    """Give the whole application the colours and the size of text of a theme.

    The style sheet is set once and for all: setting one makes every widget look for its rules,
    change its style and be laid out anew, which takes hundreds of milliseconds.
    """
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    font, wanted = app.font(), palette(theme.colours)
    font.setPointSizeF(theme.points)
    if app.styleSheet() == _SHEET and app.font() == font and app.palette() == wanted:
        return
    if app.font() != font:
        app.setFont(font)
    if app.palette() != wanted:
        app.setPalette(wanted)
    if app.styleSheet() != _SHEET:
        app.setStyleSheet(_SHEET)
        return
    # Each widget keeps its rules with the palette and the font that they were found with.
    for widget in QApplication.allWidgets():
        app.style().polish(widget)


def palette(colours: Colours) -> QPalette:
    """Qt's palette; the style sheet has no colours of its own."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.window,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.panel,
        QPalette.ColorRole.AlternateBase: colours.field,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.Button: colours.field,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.ToolTipBase: colours.field,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.muted,
        QPalette.ColorRole.Highlight: colours.text,
        QPalette.ColorRole.HighlightedText: colours.panel,
        QPalette.ColorRole.Link: colours.text,
        QPalette.ColorRole.Mid: colours.line,
        QPalette.ColorRole.BrightText: colours.error,
    }
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    grey = QColor(colours.muted)
    grey.setAlpha(130)
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        made.setColor(QPalette.ColorGroup.Disabled, role, grey)
    return made


_SHEET = """
QMainWindow, QDialog { background: palette(window); }
QMainWindow::separator { background: palette(window); width: 6px; height: 6px; }
QToolTip {
    background: palette(alternate-base); color: palette(text); border: 1px solid palette(mid);
    padding: 4px;
}

QMenuBar, QStatusBar { background: palette(window); }
QStatusBar::item { border: 0; }
QToolBar { background: palette(window); border: 0; spacing: 2px; padding: 3px 6px; }
QToolBar::separator { background: palette(mid); width: 1px; margin: 4px 6px; }
QToolButton { background: transparent; border: 0; border-radius: 5px; padding: 4px; }
QToolButton:hover { background: palette(mid); }
QToolButton:checked { background: palette(mid); }
QToolButton:focus { border: 1px solid palette(placeholder-text); padding: 3px; }
QToolButton::menu-indicator { image: none; }
QToolButton#primary {
    background: palette(text); color: palette(base); padding: 5px 12px; font-weight: 600;
}
QToolButton#primary:hover { background: palette(placeholder-text); }
QToolButton#primary:disabled { background: palette(mid); color: palette(placeholder-text); }

QSplitter::handle { background: palette(window); image: none; }
QFrame#panel, QWidget#panel { background: palette(base); }
QWidget#header { background: palette(base); border-bottom: 1px solid palette(mid); }
QLabel#title { font-weight: 600; }
QLabel#muted, QLabel#empty { color: palette(placeholder-text); }
QLabel#section { font-weight: 600; color: palette(placeholder-text); }
QLabel#error { color: palette(bright-text); }
QLabel#notice {
    background: palette(alternate-base); border: 1px solid palette(bright-text);
    border-radius: 5px; padding: 6px;
}

QScrollArea { background: palette(base); border: 0; }
QScrollArea > QWidget > QWidget { background: palette(base); }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar::handle:vertical {
    background: palette(mid); border-radius: 4px; min-height: 30px; margin: 1px;
}
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }

QSlider::groove:horizontal { background: palette(mid); height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal {
    background: palette(placeholder-text); height: 4px; border-radius: 2px;
}
QSlider::sub-page:horizontal:disabled { background: palette(mid); }
QSlider::handle:horizontal {
    background: palette(text); width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
}
QSlider::handle:horizontal:disabled { background: palette(mid); }
QSlider::handle:horizontal:focus { border: 2px solid palette(base); background: palette(text); }

QTableWidget#numbers { background: palette(base); border: 0; padding: 0 2px; }
QTableWidget#numbers::item { border: 0; padding: 0 2px; }
QTableWidget#numbers::item:selected { background: palette(alternate-base); color: palette(text); }
QTableWidget#numbers QHeaderView, QTableWidget#numbers QHeaderView::section {
    background: palette(base); border: 0; color: palette(placeholder-text);
}
QTableWidget#numbers QHeaderView::section {
    border-bottom: 1px solid palette(mid); padding: 4px 2px;
}

QLineEdit#number {
    background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 0 4px;
}
QLineEdit#number:hover { border-color: palette(mid); background: palette(alternate-base); }
QLineEdit#number:focus {
    border-color: palette(placeholder-text); background: palette(alternate-base);
}
QLineEdit#number[wrong="true"] { border-color: palette(bright-text); }
QProgressBar {
    background: palette(mid); border: 0; border-radius: 3px; max-height: 6px; min-height: 6px;
}
QProgressBar::chunk { background: palette(text); border-radius: 3px; }
"""
