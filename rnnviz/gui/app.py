"""The application: one window, until it is closed."""

from __future__ import annotations

import gc
import logging
import signal
import sys

from PySide6.QtCore import QLocale, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

import rnnviz
from rnnviz.cli.status import INTERRUPTED
from rnnviz.experiment import Experiment
from rnnviz.gui.look.theme import Theme
from rnnviz.gui.model.preferences import Preferences
from rnnviz.gui.model.workspace import Workspace
from rnnviz.gui.window.main_window import MainWindow
from rnnviz.resources import resource
from rnnviz.store import logs
from rnnviz.words import languages


def application() -> QApplication:
    """The one application of this process, made if there is none yet."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        return app
    app = QApplication(sys.argv[:1])
    app.setApplicationName("rnnviz")
    app.setApplicationVersion(rnnviz.__version__)
    app.setDesktopFileName("rnnviz")
    app.setStyle("Fusion")
    app.setWindowIcon(QIcon(str(resource("icons/rnnviz.svg"))))
    return app


def log_qt_messages() -> None:
    """Let what Qt has to say go to the log: nobody reads the terminal of a desktop program."""
    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }
    log = logging.getLogger("rnnviz.qt")
    qInstallMessageHandler(
        lambda kind, _, text: log.log(levels.get(kind, logging.ERROR), "%s", text)
    )


def open_window(experiment: Experiment | None = None, *, train: bool = False) -> MainWindow:
    """Make the window and start its engine; None for what was set up last time."""
    preferences = Preferences()
    theme = Theme(preferences.theme, preferences.text_size)
    workspace = Workspace(experiment or preferences.experiment, logs.engine_log())
    workspace.set_retrain(preferences.flag("retrain"))
    window = MainWindow(workspace, theme, preferences)
    window.show()
    workspace.open(train=train)
    return window


def _speak(chosen: str) -> None:
    """Speak the language that was chosen, or the first of the system's that there is."""
    if chosen == "system":
        chosen = languages.best(QLocale.system().uiLanguages())
    languages.speak(chosen)


def run(experiment: Experiment | None = None, *, train: bool = False) -> int:
    """Show the window until it is closed; the exit code."""
    logs.start()
    log_qt_messages()
    app = application()
    _speak(Preferences().language)
    window = open_window(experiment, train=train)
    # What is there now stays to the end: from here on garbage is looked for elsewhere.
    gc.freeze()
    interrupted: list[bool] = []

    def close(_signal: int, _frame: object) -> None:
        interrupted.append(True)
        # By the event loop, which may be about to begin: it would not end for a window that
        # was closed before.
        QTimer.singleShot(0, window.close)

    # Ctrl+C in the terminal closes the window as its button does. Python only notices the
    # signal when it gets to run, so let it, now and then.
    before = signal.signal(signal.SIGINT, close)
    nudge = QTimer(window, interval=200)
    nudge.timeout.connect(lambda: None)
    nudge.start()
    status = app.exec()
    signal.signal(signal.SIGINT, before)
    return INTERRUPTED if interrupted else status
