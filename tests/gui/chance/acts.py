"""What a person may do, drawn by chance and written as words that can be done again.

Each act has a line: its name and its words. To `draw` it may look at the window; done again, it
does what the words say, and nothing where that cannot be done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.gui.driver import Driver

Words = list[str]


@dataclass(frozen=True)
class Act:
    """`draw` gives its words, None where it is impossible now; `do` does what they say."""

    weight: float
    draw: Callable[[Driver, Random], Words | None]
    do: Callable[..., None]


ACTS: dict[str, Act] = {}


def act(
    weight: float, draw: Callable[[Driver, Random], Words | None]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def add(do: Callable[..., None]) -> Callable[..., None]:
        ACTS[do.__name__] = Act(weight, draw, do)
        return do

    return add


def drawn(driver: Driver, chance: Random, *, kill: float = 0.0) -> Words:
    """A line of words for something that can be done now."""
    weights = [kill if name == "kill" else act.weight for name, act in ACTS.items()]
    while True:
        (name,) = chance.choices(list(ACTS), weights)
        words = ACTS[name].draw(driver, chance)
        if words is not None:
            return [name, *words]


def do(driver: Driver, words: Words) -> None:
    """Do what a line says."""
    ACTS[words[0]].do(driver, *words[1:])
