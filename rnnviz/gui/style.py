"""How Qt's own widgets look: the palette and the style sheet of a theme."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from rnnviz.gui.theme import Colours, Theme


def dress(theme: Theme) -> None:
    """Give the whole application the colours and the size of text of a theme."""
    colours = theme.colours
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    font = app.font()
    font.setPointSizeF(theme.points)
    app.setFont(font)
    app.setPalette(palette(colours))
    app.setStyleSheet(style_sheet(colours, theme.points))


def palette(colours: Colours) -> QPalette:
    """Qt's palette for widgets that the style sheet does not name."""
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
* {{ font-size: {points}pt; }}
QMainWindow, QDialog {{ background: {window}; }}
QMainWindow::separator {{ background: {window}; width: 6px; height: 6px; }}
QToolTip {{ background: {field}; color: {text}; border: 1px solid {line}; padding: 4px; }}

QMenuBar, QStatusBar {{ background: {window}; }}
QStatusBar::item {{ border: 0; }}
QToolBar {{ background: {window}; border: 0; spacing: 2px; padding: 3px 6px; }}
QToolBar::separator {{ background: {line}; width: 1px; margin: 4px 6px; }}
QToolButton {{ background: transparent; border: 0; border-radius: 5px; padding: 4px; }}
QToolButton:hover {{ background: {line}; }}
QToolButton:checked {{ background: {line}; }}
QToolButton:focus {{ border: 1px solid {muted}; padding: 3px; }}
QToolButton:disabled {{ color: {disabled}; }}
QToolButton::menu-indicator {{ image: none; }}
QToolButton#primary {{ background: {text}; color: {panel}; padding: 5px 12px; font-weight: 600; }}
QToolButton#primary:hover {{ background: {muted}; }}
QToolButton#primary:disabled {{ background: {line}; color: {muted}; }}

QFrame#panel, QWidget#panel {{ background: {panel}; }}
QWidget#header {{ background: {panel}; border-bottom: 1px solid {line}; }}
QLabel#title {{ font-weight: 600; }}
QLabel#muted, QLabel#empty {{ color: {muted}; }}
QLabel#section {{ font-weight: 600; color: {muted}; }}
QLabel#error {{ color: {error}; }}
QLabel#notice {{
    background: {field}; border: 1px solid {error}; border-radius: 5px; padding: 6px;
}}

QScrollArea {{ background: {panel}; border: 0; }}
QScrollArea > QWidget > QWidget {{ background: {panel}; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar::handle:vertical {{
    background: {line}; border-radius: 4px; min-height: 30px; margin: 1px;
}}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}

QSlider::groove:horizontal {{ background: {line}; height: 4px; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {muted}; height: 4px; border-radius: 2px; }}
QSlider::sub-page:horizontal:disabled {{ background: {line}; }}
QSlider::handle:horizontal {{
    background: {text}; width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
}}
QSlider::handle:horizontal:disabled {{ background: {line}; }}
QSlider::handle:horizontal:focus {{ border: 2px solid {panel}; background: {text}; }}

QTableWidget#numbers {{ background: {panel}; border: 0; padding: 0 2px; }}
QTableWidget#numbers::item {{ border: 0; padding: 0 2px; }}
QTableWidget#numbers::item:selected {{ background: {field}; color: {text}; }}
QTableWidget#numbers QHeaderView, QTableWidget#numbers QHeaderView::section {{
    background: {panel}; border: 0; color: {muted};
}}
QTableWidget#numbers QHeaderView::section {{
    border-bottom: 1px solid {line}; padding: 4px 2px;
}}

QLineEdit#number {{
    background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 0 4px;
}}
QLineEdit#number:hover {{ border-color: {line}; background: {field}; }}
QLineEdit#number:focus {{ border-color: {muted}; background: {field}; }}
QLineEdit#number[wrong="true"] {{ border-color: {error}; }}
QProgressBar {{
    background: {line}; border: 0; border-radius: 3px; max-height: 6px; min-height: 6px;
}}
QProgressBar::chunk {{ background: {text}; border-radius: 3px; }}
"""


def style_sheet(colours: Colours, points: float) -> str:
    """The style sheet of a theme, with text of a size in points."""
    disabled = QColor(colours.muted)
    disabled.setAlpha(130)
    named = {name: getattr(colours, name) for name in colours.__slots__ if name != "grid"}
    return _SHEET.format(**named, disabled=disabled.name(QColor.NameFormat.HexArgb), points=points)
