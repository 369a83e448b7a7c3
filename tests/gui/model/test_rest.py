"""A slider that comes to rest starts nothing that was started or taken back in the meantime."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QTimer

from rnnviz.gui.model.workspace import REST_MS, Workspace
from tests.gui.driver import SINE, SMALL, wait_until

MEANWHILE: dict[str, Callable[[Workspace], None]] = {
    "training goes on or begins": lambda workspace: workspace.train(),
    "training begins anew": lambda workspace: workspace.begin(),
    "one batch is trained": lambda workspace: workspace.train_one("batch"),
    "all is reset": lambda workspace: workspace.reset(),
    "the knob is put back": lambda workspace: workspace.draft.stack.undo(),
    "the window is closed": lambda workspace: workspace.close(),
}


@pytest.fixture
def turned(qapp: object) -> Iterator[Workspace]:
    """A workspace whose window of time was turned a moment ago: the network is about to follow.
    There is no engine, and nothing is computed."""
    workspace = Workspace(SMALL)
    workspace.run.start(SMALL, paused=True)
    workspace.draft.turn("task.window", SINE.window + 1, "turned by a test")
    yield workspace
    workspace.close()


def let_rest() -> None:
    """Let Qt work for as long as any slider that moved needs to come to rest."""
    timer = QTimer(interval=2 * REST_MS, singleShot=True)
    timer.start()
    wait_until(lambda: not timer.isActive())


def test_the_network_follows_a_slider_that_comes_to_rest(turned: Workspace):
    number = turned.run.number
    let_rest()
    assert turned.run.number == number + 1
    assert turned.run.experiment == turned.draft.experiment


@pytest.mark.parametrize("act", MEANWHILE.values(), ids=MEANWHILE.keys())
def test_nothing_begins_once_more_where_meanwhile(
    turned: Workspace, act: Callable[[Workspace], None]
):
    act(turned)
    number = turned.run.number
    let_rest()
    assert turned.run.number == number
