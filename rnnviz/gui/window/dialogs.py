"""The small windows: About, and the list of keys."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
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
from rnnviz.gui.window.actions import Actions, keys_of
from rnnviz.words.translation import tr


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
        super().__init__(parent, tr("Keyboard shortcuts"), _key_table(actions))


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
            rows[tr("this run")] = f"{started.device}, {started.threads} threads"
        rows |= dict(about.folders())
        summary = tr("See a recurrent network learn and think, one timestep at a time.")
        table = "".join(
            f"<tr><td>{html.escape(name)}&nbsp;&nbsp;</td><td>{html.escape(value)}</td></tr>"
            for name, value in rows.items()
        )
        super().__init__(
            parent,
            tr("About rnnviz"),
            f"<h2>rnnviz</h2><p>{summary}</p><table>{table}</table>",
        )
        plain = "\n".join(f"{name}: {value}" for name, value in rows.items())
        copy = self.buttons.addButton(tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QApplication.clipboard().setText(plain))


def _key_table(actions: Actions) -> str:
    parts = []
    for menu, commands in actions.menus.items():
        rows = [
            f"<tr><td width=260>{html.escape(tr(command.tip or command.text))}</td>"
            f"<td><b>{html.escape(keys_of(command))}</b></td></tr>"
            for command in commands
            if command.keys
        ]
        name = html.escape(tr(menu).replace("&", ""))
        parts.append(f"<h3>{name}</h3><table>{''.join(rows)}</table>")
    mouse = {
        tr("Go to a timestep"): tr("press or drag in a panel along time"),
        tr("Select a unit"): tr("click it in the hidden state or the notepad"),
        tr("Look closer"): tr("wheel in a plot; double click shows all again"),
        tr("Put a knob back to its default"): tr("double click its name or slider"),
    }
    rows = [f"<tr><td width=260>{what}</td><td>{how}</td></tr>" for what, how in mouse.items()]
    parts.append(f"<h3>{tr('Mouse')}</h3><table>{''.join(rows)}</table>")
    return "".join(parts)
