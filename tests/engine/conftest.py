"""Real engines: one that the tests share, and one that a test may break."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rnnviz.engine.client import Engine
from tests.engine.conversation import Conversation


@pytest.fixture(scope="session")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Conversation]:
    engine = Engine.launch(tmp_path_factory.mktemp("log") / "engine.log")
    yield Conversation(engine)
    engine.close()


@pytest.fixture
def engine(_shared: Conversation) -> Conversation:
    """The engine that the tests share: one process, many runs, as in the window."""
    return _shared


@pytest.fixture
def own_engine(tmp_path: Path) -> Iterator[Conversation]:
    """An engine that a test may break; its log is ``engine.log`` in the test's folder."""
    engine = Engine.launch(tmp_path / "engine.log")
    yield Conversation(engine)
    engine.close()
