"""Bags of tokens against a dense computation, and logistic regression against PyTorch."""

import math

import numpy as np
import pytest
import torch

from rnnviz.tasks import Split
from rnnviz.tasks.rules import bags


def split_of(rows, classes):
    width = max(map(len, rows))
    inputs = np.array([row + [0] * (width - len(row)) for row in rows])[..., None]
    return Split(inputs, np.array(classes), np.array([len(row) for row in rows]))


def dense(train_rows, rows, run):
    """The same bags without any trick: a dictionary of runs, and one column for each."""

    def runs(row):
        return {tuple(row[i : i + n]) for n in range(1, run + 1) for i in range(len(row) - n + 1)}

    bag = [runs(row) for row in train_rows]
    kept = [g for g in sorted(set().union(*bag)) if sum(g in b for b in bag) >= 2]
    idf = [math.log(len(bag) / sum(g in b for b in bag)) + 1 for g in kept]
    table = np.array(
        [[w * (g in runs(row)) for g, w in zip(kept, idf, strict=True)] for row in rows]
    )
    length = np.linalg.norm(table, axis=1, keepdims=True)
    return table / np.where(length, length, 1)


def solved(features, classes):
    """Logistic regression by PyTorch's L-BFGS in double precision."""
    x, y = torch.tensor(features), torch.tensor(classes, dtype=torch.float64)
    w = torch.zeros(x.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [w], max_iter=500, line_search_fn="strong_wolfe", tolerance_grad=1e-10
    )

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            x @ w[:-1] + w[-1], y, reduction="sum"
        )
        loss = loss + bags.DECAY / 2 * (w[:-1] ** 2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return w.detach().numpy()


@pytest.mark.parametrize("run", [1, 2, 3])
def test_chances_are_those_of_a_dense_bag_and_of_pytorchs_solution(run):
    chance = np.random.default_rng(run)
    rows = [chance.integers(1, 9, size=chance.integers(1, 12)).tolist() for _ in range(120)]
    classes = [int(row.count(3) + chance.integers(0, 2) > 1) for row in rows]
    train, asked = split_of(rows[:80], classes[:80]), split_of(rows[80:], classes[80:])
    w = solved(dense(rows[:80], rows[:80], run), classes[:80])
    z = dense(rows[:80], rows[80:], run) @ w[:-1] + w[-1]
    np.testing.assert_allclose(bags.chances(train, asked, run), 1 / (1 + np.exp(-z)), atol=2e-5)


def test_a_bag_of_what_was_never_seen_is_judged_by_the_bias_alone():
    train = split_of([[2, 3], [2], [3], [2, 3]], [1, 1, 1, 0])
    chance = bags.chances(train, split_of([[7], [8, 9]], [0, 1]), 1)
    assert chance[0] == chance[1]
    assert np.isfinite(chance).all()


def test_without_anything_seen_twice_only_the_share_is_left():
    train = split_of([[2], [3], [4], [5]], [1, 1, 1, 0])
    assert bags.chances(train, split_of([[2]], [1]), 1) == pytest.approx(0.75, abs=1e-4)


def test_padding_is_in_no_bag():
    short = split_of([[2, 3], [3], [2], [2, 2]], [1, 0, 1, 0])
    longer = short._replace(inputs=np.pad(short.inputs, ((0, 0), (0, 5), (0, 0))))
    np.testing.assert_array_equal(bags.chances(short, short, 3), bags.chances(longer, longer, 3))
