"""The small windows: About, and the list of keys."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from rnnviz import about
from rnnviz.gui.model.workspace import Workspace
from rnnviz.gui.window.actions import Actions


class _Dialog(QDialog):
    def __init__(self, parent: QWidget, title: str, text: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        label = QLabel(text, textFormat=Qt.TextFormat.RichText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setMargin(16)
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setWidget(label)
        self.text = label.text()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.rejected.connect(self.close)
        page = QVBoxLayout(self)
        page.addWidget(scroll)
        page.addWidget(self.buttons)
        size = label.sizeHint()
        room = parent.size() * 0.9
        self.resize(min(size.width() + 60, room.width()), min(size.height() + 90, room.height()))


class ShortcutsDialog(_Dialog):
    """Every action that has a key, in the groups of the menus."""

    def __init__(self, parent: QWidget, actions: Actions) -> None:
        super().__init__(parent, parent.tr("Keyboard shortcuts"), _key_table(parent, actions))


class AboutDialog(_Dialog):
    """Versions, the device, and where files are kept; all of it can be copied."""

    def __init__(self, parent: QWidget, workspace: Workspace) -> None:
        rows = dict(about.versions())
        if workspace.run.engine is not None:
            rows["engine"] = f"process {workspace.run.engine.pid}"
            for device in workspace.run.engine.devices:
                rows[device.kind] = device.name
        if workspace.run.started is not None:
            started = workspace.run.started
            rows[parent.tr("this run")] = f"{started.device}, {started.threads} threads"
        rows |= dict(about.folders())
        summary = parent.tr("See a recurrent network learn and think, one timestep at a time.")
        table = "".join(
            f"<tr><td>{html.escape(name)}&nbsp;&nbsp;</td><td>{html.escape(value)}</td></tr>"
            for name, value in rows.items()
        )
        super().__init__(
            parent,
            parent.tr("About rnnviz"),
            f"<h2>rnnviz</h2><p>{summary}</p><table>{table}</table>",
        )
        plain = "\n".join(f"{name}: {value}" for name, value in rows.items())
        copy = self.buttons.addButton(parent.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QApplication.clipboard().setText(plain))


def _key_table(parent: QWidget, actions: Actions) -> str:
    parts = []
    for group, entries in actions.groups.items():
        rows = [
            f"<tr><td width=260>{html.escape(entry.tip or entry.text)}</td>"
            f"<td><b>{html.escape(_keys(entry.keys))}</b></td></tr>"
            for entry in entries
            if entry.keys
        ]
        parts.append(f"<h3>{html.escape(group)}</h3><table>{''.join(rows)}</table>")
    mouse = {
        parent.tr("Go to a timestep"): parent.tr("press or drag in a panel along time"),
        parent.tr("Select a unit"): parent.tr("click it in the hidden state or the notepad"),
        parent.tr("Look closer"): parent.tr("wheel in a plot; double click shows all again"),
        parent.tr("Put a knob back to its default"): parent.tr("double click its name or slider"),
    }
    rows = [f"<tr><td width=260>{what}</td><td>{how}</td></tr>" for what, how in mouse.items()]
    parts.append(f"<h3>{parent.tr('Mouse')}</h3><table>{''.join(rows)}</table>")
    return "".join(parts)


def _keys(keys: tuple[str, ...]) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(key).toString(native) for key in keys)
