"""The embedded Reber grammar: its strings, what is legal, and an automaton made a network."""

import itertools
import math

import numpy as np
import pytest
import torch

from rnnviz.experiment import Experiment, Network, suited
from rnnviz.learning.network.model import build
from rnnviz.learning.training.evaluation import summary
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks import TASKS, Dataset
from rnnviz.tasks.reber import SYMBOLS, Reber, legal

# From the exercise on the Reber grammar in G. Orr's course on neural networks.
GRAMMATICAL = ["BTSSXXTTVVE", "BPVVE", "BTXXVPSE", "BPVPXVPXVPXVVE", "BTSXXVPSE"]
UNGRAMMATICAL = ["BTSSPXSE", "BPTVVB", "BTXXVVSE", "BPVSPSE", "BTSSSE"]


@pytest.fixture(scope="module")
def data():
    return Reber().open(0)


@pytest.fixture(scope="module")
def examples(data):
    return data.examples


def tokens_of(text: str) -> np.ndarray:
    return np.array([[SYMBOLS.index(symbol) + 1 for symbol in text]])


def accepted(text: str) -> bool:
    """Whether every symbol of a string is legal after those before it, and none after the last."""
    allowed = legal(tokens_of(text))[0]
    first = text[0] == "B"
    rest = all(allowed[t, SYMBOLS.index(symbol)] for t, symbol in enumerate(text[1:]))
    return first and rest and not allowed[-1].any()


def texts(split) -> list[str]:
    """The strings of a split, with the last symbol, which is only asked for."""
    return [
        "".join(SYMBOLS[k - 1] for k in row[:n, 0]) + SYMBOLS[targets[n - 1]]
        for row, targets, n in zip(split.inputs, split.targets, split.lengths, strict=True)
    ]


def test_the_task_is_listed_by_its_name():
    assert TASKS["reber"] is Reber


@pytest.mark.parametrize("branch", "TP")
@pytest.mark.parametrize("inner", GRAMMATICAL)
def test_published_strings_are_legal_within_either_branch(inner, branch):
    assert accepted(f"B{branch}{inner}{branch}E")


@pytest.mark.parametrize("inner", UNGRAMMATICAL)
def test_published_mistakes_are_not_legal(inner):
    assert not accepted(f"BT{inner}TE")


@pytest.mark.parametrize("inner", GRAMMATICAL)
def test_the_last_symbol_but_one_has_to_equal_the_second(inner):
    assert not accepted(f"BT{inner}PE")
    assert not accepted(f"BP{inner}TE")


def test_a_string_as_long_as_nine_has_two_ways_in_each_branch():
    # BTXSE and BPVVE are the shortest of the inner grammar.
    found = [
        text
        for middle in itertools.product("TPSXV", repeat=3)
        for a, b in itertools.product("TP", repeat=2)
        if accepted(text := f"B{a}B{''.join(middle)}E{b}E")
    ]
    assert found == ["BTBTXSETE", "BPBTXSEPE", "BTBPVVETE", "BPBPVVEPE"]


def test_strings_are_legal_and_none_is_longer_than_asked_for(data, examples):
    few = Reber(longest=30, strings=60).open(1)
    for of, split in [*((data, split) for split in examples), (few, few.examples.train)]:
        assert all(accepted(text) for text in texts(split))
        assert split.inputs.shape[1:] == (of.timesteps, 1)
        assert split.inputs.max() < of.vocabularies[0]
        assert max(map(len, texts(split))) <= of.task.longest


def test_every_way_is_taken_as_often_as_the_other(examples):
    found = texts(examples.train)
    second = sum(text[1] == "T" for text in found) / len(found)
    fourth = sum(text[3] == "T" for text in found) / len(found)
    # Half of 4000, within more than five standard deviations.
    assert (second, fourth) == (pytest.approx(0.5, abs=0.045), pytest.approx(0.5, abs=0.045))


def test_no_string_is_in_two_splits(examples):
    train, valid, test = (set(texts(split)) for split in examples)
    assert not (train | valid) & test
    assert not train & valid


def test_the_same_seed_gives_the_same_strings_and_another_gives_others():
    one, same, other = (Reber(strings=60).open(seed).examples for seed in (4, 4, 5))
    for a, b in zip(one, same, strict=True):
        assert texts(a) == texts(b)
    assert texts(one.train) != texts(other.train)


def test_what_is_padded_is_neither_read_nor_right_nor_wrong(data, examples):
    split = examples.valid
    padded = np.arange(39) >= split.lengths[:, None]
    assert (split.inputs[padded] == 0).all()
    assert (split.inputs[~padded] > 0).all()
    outputs = np.random.default_rng(0).normal(size=(*split.targets.shape, 7)).astype(np.float32)
    other = np.where(padded[..., None], -9.0, outputs).astype(np.float32)
    assert data.metrics(outputs, split) == data.metrics(other, split)
    np.testing.assert_array_equal(
        data.error_by_position(outputs, split), data.error_by_position(other, split)
    )


def test_simple_rules_cost_what_counting_by_hand_says(data, examples):
    found = data.baselines()
    counts = {symbol: dict.fromkeys(SYMBOLS, 1) for symbol in SYMBOLS}
    for text in texts(examples.train):
        for before, after in itertools.pairwise(text):
            counts[before][after] += 1
    bigrams, grammar, forgetful = [], [], []
    for text in texts(examples.valid):
        ways = legal(tokens_of(text))[0].sum(axis=1)
        for t, (before, after) in enumerate(itertools.pairwise(text)):
            row = counts[before]
            bigrams.append(-math.log(row[after] / sum(row.values())))
            grammar.append(math.log(ways[t]))
            forgetful.append(math.log(2 if t == len(text) - 3 else ways[t]))
    assert found["last symbol"] == pytest.approx(np.mean(bigrams))
    assert found["the grammar"] == pytest.approx(np.mean(grammar))
    assert found["all but the second symbol"] == pytest.approx(np.mean(forgetful))


def automaton(data: Dataset) -> torch.nn.Module:
    """The embedded grammar as a relu network with one unit an arc, written down by hand here.

    A unit is 1 where its symbol is read after an arc that leads to where it leaves:
    h = relu(sum of the arcs before it + x - 1); the first arc fires if nothing fired before.
    """
    inner = {"a": "Tb Pc", "b": "Sb Xd", "c": "Tc Ve", "d": "Xc Sf", "e": "Pd Vf"}
    arcs = [("begin", "B", "second")]
    for branch in "TP":
        arcs.append(("second", branch, branch))
        arcs.append((branch, "B", f"{branch}a"))
        for state, ways in inner.items():
            arcs += [(branch + state, way[0], branch + way[1]) for way in ways.split()]
        arcs.append((f"{branch}f", "E", f"{branch}g"))
        arcs.append((f"{branch}g", branch, "last"))
    arcs.append(("last", "E", "end"))
    network = Network(cell="RNN relu", hidden=len(arcs), embedding=7)
    model = build(Experiment(task=data.task, network=network), data.sizes)
    rnn = model.rnn
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        model.reader.embed[0].weight[1:] = torch.eye(7)
        for unit, (leaves, symbol, _) in enumerate(arcs):
            rnn.weight_ih_l0[unit, SYMBOLS.index(symbol)] = 1.0
            if leaves == "begin":
                rnn.weight_hh_l0[unit] = -1.0
                continue
            rnn.bias_ih_l0[unit] = -1.0
            for other, (_, _, reaches) in enumerate(arcs):
                rnn.weight_hh_l0[unit, other] = float(reaches == leaves)
        for unit, (_, _, reaches) in enumerate(arcs):
            for leaves, symbol, _ in arcs:
                if leaves == reaches:
                    model.readout.weight[SYMBOLS.index(symbol), unit] = 40.0
    return model


def test_the_automaton_as_a_network_is_right_in_every_string():
    data = Reber(strings=600).open(3)
    found = summary(data, automaton(data), "cpu")
    assert found.metrics == {"strings right": 1.0, "last but one right": 1.0}
    assert np.nanmax(np.array(found.error_by_position, float)) == 0
    data.examples = data.examples._replace(valid=data.examples.test)
    of_test = data.baselines()["the grammar"]
    assert found.test["loss"] == pytest.approx(of_test, abs=1e-6)


def test_one_illegal_symbol_above_a_legal_one_makes_a_string_wrong(data, examples):
    split = examples.valid
    outputs = legal(split.inputs[:, :, 0]).astype(np.float32)
    assert data.metrics(outputs, split)["strings right"] == 1.0
    # T or P may follow the first B: E above one of them is a mistake.
    outputs[0, 0, SYMBOLS.index("E")] = 1.0
    outputs[1, split.lengths[1] - 2] = 0.0
    found = data.metrics(outputs, split)
    assert found["strings right"] == pytest.approx(1 - 2 / len(split.targets))
    assert found["last but one right"] == pytest.approx(1 - 1 / len(split.targets))


def test_an_example_reads_as_symbols_and_what_may_follow(data, examples):
    split = examples.valid
    text = texts(split)[0]
    output = legal(split.inputs[:1, :, 0])[0, : len(text) - 1].astype(np.float32)
    presentation = data.read(split, 0, output)
    assert presentation.kind == "tokens"
    assert "".join(presentation.steps) == text[:-1]
    assert presentation.asked[0] == "T/P"
    assert presentation.asked[-2:] == [text[1], "E"]
    assert presentation.right == [True] * (len(text) - 1)


def test_two_batches_are_trained_and_an_example_is_traced():
    experiment = suited(Reber(strings=60)).with_value("training.device", "cpu")
    trainer = Trainer(experiment.with_value("training.batch", 20))
    trainer.train_batch()
    assert trainer.train_batch().metrics.keys() == {"strings right", "last but one right"}
    length = trainer.examples.valid.length(0)
    assert trainer.trace(0).timesteps == len(trainer.trace(0).presentation.answers) == length
