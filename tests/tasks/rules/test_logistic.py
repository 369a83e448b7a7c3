"""Logistic regression against PyTorch, and against what can be said with a pencil."""

import numpy as np
import pytest
import torch

from rnnviz.tasks.rules import logistic
from rnnviz.tasks.rules.logistic import Dense, Sparse


def slopes(fitted, table, yes, asked, decay):
    """The gradient of the penalized loss at what was fitted, by autograd."""
    x, y, n = (torch.tensor(part) for part in (table, yes, asked))
    w = torch.tensor(fitted.weights, requires_grad=True)
    b = torch.tensor(fitted.biases, requires_grad=True)
    z = w @ x.T + b[:, None]
    loss = (n * torch.nn.functional.softplus(z) - y * z).sum() + decay / 2 * (w**2).sum()
    loss.backward()
    return torch.cat([w.grad, b.grad[:, None]], dim=1).numpy()


def problem(seed, examples=60, features=9, questions=4):
    chance = np.random.default_rng(seed)
    table = chance.normal(size=(examples, features)) * (chance.random((examples, features)) < 0.4)
    asked = chance.integers(1, 6, examples).astype(float)
    yes = chance.binomial(asked.astype(int), chance.random((questions, examples))).astype(float)
    return table, yes, asked


@pytest.mark.parametrize("decay", [0.01, 1.0, 30.0])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_is_fitted_has_no_slope_left(seed, decay):
    table, yes, asked = problem(seed)
    fitted = logistic.fit(Dense(table), yes, asked, decay)
    start = logistic.Logistic(np.zeros_like(fitted.weights), np.zeros_like(fitted.biases))
    before = np.linalg.norm(slopes(start, table, yes, asked, decay), axis=1)
    after = np.linalg.norm(slopes(fitted, table, yes, asked, decay), axis=1)
    assert (after <= 1.01 * logistic.EXACT * before).all()


def test_a_sparse_matrix_is_the_table_that_it_stands_for():
    table, yes, asked = problem(3)
    rows, columns = np.nonzero(table)
    sparse = Sparse(rows, columns, table[rows, columns], table.shape)
    one, other = (logistic.fit(features, yes, asked, 0.5) for features in (sparse, Dense(table)))
    np.testing.assert_allclose(one.weights, other.weights, atol=1e-6)
    np.testing.assert_allclose(one.chances(sparse), other.chances(Dense(table)), atol=1e-6)


def test_each_question_is_answered_as_if_it_were_alone():
    table, yes, asked = problem(4)
    together = logistic.fit(Dense(table), yes, asked, 0.5)
    for number, row in enumerate(yes):
        alone = logistic.fit(Dense(table), row[None], asked, 0.5)
        np.testing.assert_allclose(together.weights[number], alone.weights[0], atol=1e-5)


def test_an_example_that_is_asked_twice_is_two_examples():
    table, yes, asked = problem(5)
    twice = logistic.fit(Dense(table), 2 * yes, 2 * asked, 0.5)
    doubled = logistic.fit(
        Dense(np.vstack([table, table])), np.hstack([yes, yes]), np.append(asked, asked), 0.5
    )
    np.testing.assert_allclose(twice.weights, doubled.weights, atol=1e-6)


def test_without_features_the_share_of_yes_is_left():
    fitted = logistic.fit(Dense(np.zeros((4, 2))), np.array([[1.0, 1, 1, 0]]), np.ones(4), 1.0)
    assert fitted.chances(Dense(np.zeros((1, 2))))[0, 0] == pytest.approx(0.75, abs=1e-5)
    assert not fitted.weights.any()


def test_steps_that_would_be_too_long_are_shortened():
    # Found by chance: here Newton's own steps leap over the optimum for ever.
    table = np.array([[17.0, 43], [4, 28], [-5, 117], [2, 0]])
    yes, asked = np.array([[1.0, 0, 0, 1]]), np.ones(4)
    fitted = logistic.fit(Dense(table), yes, asked, 0.01)
    assert np.linalg.norm(slopes(fitted, table, yes, asked, 0.01)) < 0.01
