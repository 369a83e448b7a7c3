"""Seriation: a row of things in which neighbours are near each other, as a short path."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.intp]
Distances = npt.NDArray[np.float32]

REARRANGING = 100_000_000
"""Distances that are looked at to shorten a path, at most: a few tenths of a second. 512
things want a quarter of it."""

SHORTER = np.float32(1e-6)
"""What counts as shorter: less may be the rounding of distances of up to 2."""


def short_path(distances: Distances) -> Indices:
    """A short path through n things that lie `distances` apart, ``(n, n)``, symmetric.

    Nearest ends are joined until one path is left (the greedy edge of Bentley 1992). While
    that makes it shorter, a stretch of it is turned round (2-opt, Croes 1958), or it is
    closed to a ring and cut where two are furthest apart. Of the two ways to walk it, the
    one whose first thing has the smaller number.
    """
    path = _shortened(distances, _joined(distances))
    return path if not len(path) or path[0] <= path[-1] else path[::-1]


def _joined(distances: Distances) -> Indices:
    # Two ends that are each other's nearest would be joined by whoever always joins the
    # nearest two, whatever comes before: all such pairs of a round are joined at once.
    count = len(distances)
    apart = distances.copy()  # infinitely, where two may not be joined
    np.fill_diagonal(apart, np.inf)
    neighbours: list[list[int]] = [[] for _ in range(count)]
    far_end = np.arange(count)  # of the piece of path that a thing is one end of
    joins = 0
    while joins < count - 1:
        nearest = apart.argmin(axis=1)
        ends = np.flatnonzero(nearest[nearest] == np.arange(count))
        ends = ends[(ends < nearest[ends]) & np.isfinite(apart[ends, nearest[ends]])]
        ends = ends[np.argsort(apart[ends, nearest[ends]], kind="stable")]
        for a, b in zip(ends.tolist(), nearest[ends].tolist(), strict=True):
            if far_end[a] == b:  # a join of this round has made them two ends of one piece
                continue
            first, last = far_end[a], far_end[b]
            far_end[first], far_end[last] = last, first
            apart[first, last] = apart[last, first] = np.inf
            for end, other in ((a, b), (b, a)):
                neighbours[end].append(other)
                if len(neighbours[end]) == 2:
                    apart[end] = apart[:, end] = np.inf
            joins += 1
    return _walked(neighbours)


def _walked(neighbours: list[list[int]]) -> Indices:
    """The path in which everything but the two ends has two neighbours."""
    path: list[int] = [thing for thing, beside in enumerate(neighbours) if len(beside) < 2][:1]
    while len(path) < len(neighbours):
        path += [thing for thing in neighbours[path[-1]] if thing not in path[-2:-1]]
    return np.array(path, np.intp)


def _shortened(distances: Distances, path: Indices) -> Indices:
    count = len(path)
    # Along the path, with something before and behind it that is near to everything: an end
    # is turned round like a stretch between two others.
    along = np.zeros((count + 2, count + 2), np.float32)
    along[1:-1, 1:-1] = distances[np.ix_(path, path)]
    path = path.copy()
    backwards = np.tri(count + 1, dtype=bool)
    for _ in range(REARRANGING // (count + 1) ** 2):
        step = along.diagonal(1)
        # Turning round what lies behind i up to j makes two steps of two others.
        gain = step[:, None] + step
        gain -= along[:-1, :-1]
        gain -= along[1:, 1:]
        gain[backwards] = 0
        i, j = divmod(int(gain.argmax()), count + 1)
        widest = int(step.argmax())
        if gain[i, j] > SHORTER:
            low, rows = i, np.arange(i, j)[::-1]
        elif step[widest] - along[1, -2] > SHORTER:  # from its first to its last
            low, rows = 0, np.roll(np.arange(count), -widest)
        else:
            break
        place = slice(low, low + len(rows))
        path[place] = path[rows]
        along[1:-1][place] = along[1 + rows]
        along[:, 1:-1][:, place] = along[:, 1 + rows]
    return path
