"""Where files are kept: settings, data and logs, in the folders that the system has for them.

The environment variable ``RNNVIZ_HOME`` names one folder for all of them instead, for
tests and for a copy that is carried on a stick.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

HOME = "RNNVIZ_HOME"


def settings_folder() -> Path:
    """Where the window's layout and choices are kept; made if it is missing."""
    return _made("settings", platformdirs.user_config_path("rnnviz", appauthor=False))


def data_folder() -> Path:
    """Where runs and sessions are kept; made if it is missing."""
    return _made("data", platformdirs.user_data_path("rnnviz", appauthor=False))


def log_folder() -> Path:
    """Where the logs are; made if it is missing."""
    return _made("log", platformdirs.user_log_path("rnnviz", appauthor=False))


def _made(name: str, usual: Path) -> Path:
    """The folder, made; raises `OSError` where that cannot be done."""
    home = os.environ.get(HOME)
    folder = Path(home).expanduser().resolve() / name if home else usual
    folder.mkdir(parents=True, exist_ok=True)
    return folder
