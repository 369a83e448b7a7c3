"""The sentiment task: reviews, their tokens, and what may be known of them."""

import math
import re
import time
from collections import Counter

import numpy as np
import pytest
import torch

from rnnviz.experiment import Experiment, Network, suited
from rnnviz.learning.network.model import build
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks import TASKS, DataError
from rnnviz.tasks import sentiment as module
from rnnviz.tasks.data import shipped, vocabulary
from rnnviz.tasks.sentiment import FILES, NAMES, Sentiment

WAYS = [
    (language, tokens)
    for language in ("English", "Korean")
    for tokens in ("words", "characters", "subwords")
]


@pytest.fixture
def replaced(monkeypatch):
    """Put another text in the place of a data file."""

    def put(content):
        monkeypatch.setattr(shipped, "text", lambda name: content)
        module._reviews.cache_clear()

    yield put
    module._reviews.cache_clear()


def test_the_task_is_listed_by_its_name():
    assert TASKS["sentiment"] is Sentiment


@pytest.mark.parametrize(("language", "tokens"), WAYS)
def test_every_split_has_the_promised_sizes(language, tokens):
    module._reviews.cache_clear()
    start = time.process_time()
    data = Sentiment(language=language, tokens=tokens).open(0)
    examples = data.examples
    assert time.process_time() - start < 2
    for split in examples:
        count = len(split.inputs)
        assert split.inputs.shape == (count, data.timesteps, 1)
        assert split.inputs.dtype == split.targets.dtype == np.int64
        assert split.inputs.max() < data.vocabularies[0]
        assert set(split.targets) == {0, 1}
        lengths = (split.inputs[..., 0] != 0).sum(axis=1)
        np.testing.assert_array_equal(split.lengths, lengths)
        assert lengths.min() >= 1
    kept = sum(len(split.inputs) for split in examples)
    assert len(examples.valid.inputs) == len(examples.test.inputs) == kept // 10


@pytest.mark.parametrize(("language", "tokens"), WAYS[:2] + WAYS[3:5])
def test_whatever_is_seen_twice_in_the_training_part_has_a_number(language, tokens):
    data = Sentiment(language=language, tokens=tokens, vocabulary=8000).open(0)
    cut = {
        "words": lambda text: re.findall(r"\w+(?:['’]\w+)*|[^\w\s]", text.lower()),  # noqa: RUF001
        "characters": lambda text: text.lower().replace("\t", " "),
    }[tokens]
    reviews = module._reviews(FILES[language])["train"]
    counted = Counter(token for review, _ in reviews for token in cut(review))
    twice = sum(count > 1 for count in counted.values())
    assert data.vocabularies == (2 + twice,)  # padding and the unknown
    assert Sentiment(language=language, tokens=tokens, vocabulary=50).open(0).vocabularies == (50,)


@pytest.mark.parametrize("vocabulary", [10, 500, 8000])
@pytest.mark.parametrize("tokens", ["words", "subwords"])
def test_no_token_is_beyond_the_vocabulary(tokens, vocabulary):
    data = Sentiment(tokens=tokens, vocabulary=vocabulary).open(0)
    assert max(split.inputs.max() for split in data.examples) < data.vocabularies[0]
    assert data.vocabularies[0] <= vocabulary


def test_reviews_are_the_same_for_every_seed_and_every_call():
    one, other = Sentiment().open(0).examples, Sentiment().open(7).examples
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a.inputs, b.inputs)
        np.testing.assert_array_equal(a.targets, b.targets)


@pytest.mark.parametrize("language", ["English", "Korean"])
def test_no_review_lies_in_two_parts(language):
    seen = [
        {review.lower() for review, _ in part} for part in module._reviews(FILES[language]).values()
    ]
    assert len(set.union(*seen)) == sum(map(len, seen))


@pytest.mark.parametrize("tokens", ["words", "characters", "subwords"])
def test_what_is_kept_apart_changes_nothing_that_was_fitted(tokens, replaced):
    task = Sentiment(tokens=tokens, vocabulary=1000)
    data = task.open(0)
    before, known = data.examples.train, data._known
    parts = module._reviews(FILES["English"])
    marked = {review.lower() for part in ("valid", "test") for review, _ in parts[part]}
    lines = ["label\ttext"]
    for line in shipped.text("reviews-en.tsv").splitlines()[1:]:
        label, review = line.split("\t")
        if review.strip().lower() in marked:
            review = "☃ qzqz qzqz " + review
        lines.append(f"{label}\t{review}")
    replaced("\n".join(lines))
    changed = task.open(0)
    examples = changed.examples
    assert changed._known.names == known.names
    np.testing.assert_array_equal(examples.train.inputs, before.inputs)
    # What was put in is there, and reads as unknown.
    assert (examples.valid.inputs == vocabulary.UNKNOWN).any(axis=(1, 2)).all()


def test_guessing_the_majority_costs_its_entropy():
    data = Sentiment().open(0)
    examples = data.examples
    good = sum(examples.train.targets) / len(examples.train.targets)
    share = sum(examples.valid.targets) / len(examples.valid.targets)
    expected = -share * math.log(good) - (1 - share) * math.log(1 - good)
    assert data.baselines()["majority"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("language", "tokens", "right"),
    [("English", "words", 237 / 293), ("Korean", "characters", 826 / 1000)],
)
def test_a_bag_gets_what_its_optimum_gets(language, tokens, right):
    # As an independent solver has it, run until nothing changes.
    data = Sentiment(language=language, tokens=tokens).open(0)
    rules = data.rules()
    assert rules[f"bag of {tokens}"]["accuracy"] == pytest.approx(right)
    assert rules["majority"]["accuracy"] == pytest.approx(0.5, abs=0.05)
    assert data.baselines()[f"bag of {tokens}"] < 0.45


def test_padding_changes_no_answer():
    task, longer = Sentiment(longest=30), Sentiment(longest=90)
    data = task.open(0)
    model = build(suited(task), data.sizes).eval()
    split, padded = data.examples.valid, longer.open(0).examples.valid
    rows = np.flatnonzero(padded.lengths <= 30)[:20]
    with torch.no_grad():
        ask = [
            model(torch.as_tensor(s.inputs[rows]), torch.as_tensor(s.lengths[rows]))
            for s in (split, padded)
        ]
        alone = [model(torch.as_tensor(padded.inputs[[r], : padded.lengths[r]])) for r in rows]
    torch.testing.assert_close(ask[0], ask[1])
    torch.testing.assert_close(torch.cat(alone), ask[1])


@torch.no_grad()
def test_a_network_set_by_hand_counts_good_and_bad_words():
    task = Sentiment()
    data = task.open(0)
    examples = data.examples
    words = {name: number for number, name in enumerate(data._known.names)}
    network = Network(cell="RNN relu", hidden=2, embedding=2)
    model = build(Experiment(task=task, network=network), data.sizes).eval()
    for parameter in model.parameters():
        parameter.zero_()
    for unit, said in enumerate(["bad worst poor not", "great good love best"]):
        for word in said.split():
            model.reader.embed[0].weight[words[word], unit] = 1.0
    model.rnn.weight_ih_l0.copy_(torch.eye(2))
    model.rnn.weight_hh_l0.copy_(torch.eye(2))  # h_t = relu(x_t + h_{t-1}): it adds
    model.readout.weight.copy_(torch.eye(2))
    model.readout.bias[1] = -0.5  # who says nothing good is a bad one
    valid = examples.valid
    outputs = model(torch.as_tensor(valid.inputs), torch.as_tensor(valid.lengths)).numpy()
    answers = []
    for review, _ in module._reviews(FILES["English"])["valid"]:
        found = vocabulary.words(review)[: task.longest]
        bad = sum(found.count(word) for word in ("bad", "worst", "poor", "not"))
        good = sum(found.count(word) for word in ("great", "good", "love", "best"))
        answers.append(int(good > bad))
    expected = np.mean(np.array(answers) == valid.targets)
    assert data.metrics(outputs, valid)["accuracy"] == pytest.approx(expected)
    assert expected > 0.6


@pytest.mark.parametrize("direction", ["forward", "both"])
@pytest.mark.parametrize(("language", "tokens"), [("English", "words"), ("Korean", "subwords")])
def test_a_review_reads_as_its_tokens_and_is_answered_at_its_end(language, tokens, direction):
    task = Sentiment(language=language, tokens=tokens)
    data = task.open(0)
    network = Network(cell="GRU", hidden=4, direction=direction)
    experiment = Experiment(task=task, network=network)
    model, split = build(experiment, data.sizes).eval(), data.examples.valid
    trainer = Trainer(experiment.with_value("training.device", "cpu"))
    trace, length = trainer.trace(3), split.length(3)
    presentation = trace.presentation
    assert presentation.kind == "tokens"
    names = data._known.names
    assert presentation.steps == [names[n] for n in split.inputs[3, :length, 0]]
    assert trace.output.shape == (length, 2)
    with torch.no_grad():
        answer = model(torch.as_tensor(split.inputs[3:4]), torch.tensor([length]))[0].numpy()
    np.testing.assert_allclose(trace.output[-1], answer, atol=1e-5)
    assert presentation.answers == [""] * (length - 1) + [NAMES[answer.argmax()]]
    assert presentation.asked[-1] == NAMES[split.targets[3]]
    assert presentation.right[-1] is (presentation.answers[-1] == presentation.asked[-1])
    assert all(
        sum(chance for _, chance in step) == pytest.approx(1) for step in presentation.likely
    )


@pytest.mark.parametrize("line", ["2\tfine", "1", "1\t ", "good\tfine"])
def test_a_damaged_line_is_named_in_one_sentence(line, replaced):
    replaced(f"label\ttext\n1\tgood\n{line}\n")
    with pytest.raises(DataError, match=r"^Line 3 of the data file reviews-en.tsv is damaged: "):
        Sentiment().open(0)
