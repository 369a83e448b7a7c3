"""Labels that would lie over each other are moved apart."""

from __future__ import annotations

from collections.abc import Sequence


def apart(places: Sequence[float], size: float, low: float, high: float) -> list[float]:
    """The middles of labels of one `size` along a line, so that no two overlap.

    Each stays as near to its wanted place as the order of all allows, and between `low` and
    `high` as long as there is room for all.
    """
    order = sorted(range(len(places)), key=lambda k: places[k])
    # Neighbours that touch become one block around the mean of what its labels want.
    blocks: list[list[float]] = []  # sum of wanted first places, count
    for rank, k in enumerate(order):
        blocks.append([places[k] - rank * size, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += count
    firsts = [total / count for total, count in blocks for _ in range(int(count))]
    last = high - size / 2 - (len(places) - 1) * size
    found = [0.0] * len(places)
    for rank, (k, first) in enumerate(zip(order, firsts, strict=True)):
        found[k] = max(low + size / 2, min(first, last)) + rank * size
    return found
