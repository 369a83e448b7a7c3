"""Five hundred random actions in the real window while it trains: all stays as it must be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.gui.chance.finder import Finder
from tests.gui.driver import Driver

FIRST, ACTIONS = 120, 500
MORE = 300
"""Qt objects that may be added after the first acts: rows, lists and menus that are made when
they are seen first. Where rows are left behind it is 4 with every act."""
LONGEST = 5.0
"""Seconds for which the window's thread may be away on a machine that does other things too: the
script that is started by hand holds it to a tenth of a second."""


def test_after_five_hundred_random_actions_every_picture_is_what_its_names_say(
    opened: Callable[..., Driver], tmp_path: Path
):
    finder = Finder(opened(), seed=2, folder=tmp_path)
    try:
        finder.settle()
        finder.go(FIRST)
        before = finder.settle()
        finder.go(ACTIONS - FIRST)
        after = finder.settle()
    finally:
        finder.close()
    told = [f"{f.kind}: {f.text}\n" + "\n".join(f.last) for f in finder.faults]
    assert not finder.faults, "\n\n".join(told)
    assert finder.sure > 20  # pictures were compared
    assert finder.pulse.longest < LONGEST
    assert after.windows <= before.windows + 2
    assert after.objects < before.objects + MORE, after.more_than(before)
    assert after.wrappers < before.wrappers + MORE, after.more_than(before)
