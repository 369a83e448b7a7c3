"""The characters against the texts that they come from."""

import math
from collections import Counter

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from rnnviz.experiment import idle, suited
from rnnviz.learning.training.trainer import Trainer
from rnnviz.resources import resource
from rnnviz.tasks import TASKS, DataError, characters
from rnnviz.tasks.characters import SELDOM, UNKNOWN, Characters
from rnnviz.tasks.data import shipped
from rnnviz.tasks.examples import PAD, Split

TEXTS = ["Shakespeare", "English reviews", "Korean reviews"]


@pytest.fixture
def other_text(monkeypatch):
    """Put another text in the place of Shakespeare's."""

    def put(text):
        monkeypatch.setattr(shipped, "text", lambda name: text)
        characters._shipped.cache_clear()

    yield put
    characters._shipped.cache_clear()


def written(data, tokens):
    return "".join(data.alphabet[token] or "�" for token in tokens)


def stretch(data, split):
    """The text that a split's windows are, with the very last character."""
    return written(data, split.inputs.reshape(-1)) + data.alphabet[split.targets[-1, -1]]


def test_the_task_is_listed_by_its_name():
    assert TASKS["characters"] is Characters


@pytest.mark.parametrize("text", TEXTS)
def test_windows_follow_each_other_and_ask_for_the_next_character(text):
    data = Characters(text=text, window=64).open(0)
    for split in data.examples:
        assert split.inputs.shape[1:] == (64, 1)
        assert split.inputs.dtype == split.targets.dtype == np.int64
        assert min(split.inputs.min(), split.targets.min()) > PAD
        assert split.inputs.max() < data.vocabularies[0] == data.output_size
        np.testing.assert_array_equal(split.inputs.reshape(-1)[1:], split.targets.reshape(-1)[:-1])


def test_the_parts_are_the_text_in_its_own_order():
    text = resource("data/shakespeare.txt").read_text(encoding="utf-8")
    data = Characters(window=100).open(0)
    train, valid, test = (stretch(data, split) for split in data.examples)
    counts = Counter(text)
    whole = "".join(c if counts[c] > 10 else "�" for c in text)
    cuts = int(0.9 * len(text)), int(0.95 * len(text))
    assert train == whole[: len(train)]
    assert valid == whole[cuts[0] : cuts[0] + len(valid)]
    assert test == whole[cuts[1] : cuts[1] + len(test)]
    assert len(train) <= cuts[0]
    assert len(valid) <= cuts[1] - cuts[0]
    assert (len(train), len(valid), len(test)) == (1_003_801, 54_401, 54_401)


def test_nothing_depends_on_the_seed():
    for one, other in zip(
        Characters().open(1).examples, Characters().open(2).examples, strict=True
    ):
        np.testing.assert_array_equal(one.inputs, other.inputs)


def test_the_alphabet_is_that_of_the_training_part_alone(other_text):
    train = "the quick brown fox jumps over the lazy dog\n" * 4000
    later = "ÆØÅ" * 3000
    other_text(train + later)
    data = Characters().open(0)
    assert set("".join(data.alphabet)) == set(train)
    examples = data.examples
    assert (examples.train.inputs > UNKNOWN).all()
    assert (examples.test.inputs == UNKNOWN).any()
    other_text(train + later.replace("Æ", "e"))
    assert Characters().open(0).alphabet == data.alphabet


def test_what_comes_too_seldom_is_unknown(other_text):
    text = "ab" * 60_000
    other_text("x" * SELDOM + "y" * (SELDOM - 1) + text)
    data = Characters().open(0)
    assert data.alphabet == ["", "", "a", "b", "x"]
    first = data.examples.train.inputs[0, :10, 0].tolist()
    assert first == [4] * SELDOM + [UNKNOWN] * (SELDOM - 1) + [2]


def test_any_text_can_be_read():
    data = Characters().open(0)
    tokens = data.tokens_of("To be한\U0001f600\ud800")
    assert tokens.shape == (8, 1)
    assert written(data, tokens[:5, 0]) == "To be"
    assert tokens[5:, 0].tolist() == [UNKNOWN] * 3
    assert written(data, data.tokens_of("")[:, 0]) == "\n"


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_share_is_the_beginning_of_the_text(share):
    data = Characters(share=share).open(0)
    train = stretch(data, data.examples.train)
    text = resource("data/shakespeare.txt").read_text(encoding="utf-8")
    # Some letters are too rare in so little text.
    assert all(a in (b, "�") for a, b in zip(train, text, strict=False))
    assert train.count("�") < 60
    assert len(train) == pytest.approx(share * 0.9 * 1_115_394, rel=0.01)


def test_bigrams_reach_what_is_known_of_them():
    data = Characters().open(0)
    examples = data.examples
    found = data.baselines()
    assert found["bigram"] == pytest.approx(2.48, abs=0.02)
    # Counted again, with one more of every pair instead of Witten and Bell's rule.
    counts = np.ones((data.output_size, data.output_size))
    np.add.at(counts, (examples.train.inputs[..., 0], examples.train.targets), 1)
    chance = counts / counts.sum(axis=1, keepdims=True)
    valid = examples.valid
    other = -np.log(chance[valid.inputs[..., 0], valid.targets]).mean()
    assert found["bigram"] == pytest.approx(other, abs=0.01)
    assert found["trigram"] < found["bigram"] < found["unigram"] < math.log(data.output_size)


@pytest.mark.parametrize(
    ("text", "rule", "known"),
    [
        # Interpolated 5-grams by other code have 1.766, 1.525 and more than trigrams' 3.209.
        ("Shakespeare", "7-gram", 1.579),
        ("English reviews", "7-gram", 1.399),
        ("Korean reviews", "6-gram", 3.074),
    ],
)
def test_the_longest_runs_reach_what_is_said_of_them(text, rule, known):
    data = Characters(text=text).open(0)
    found = data.rules()
    assert found[rule]["nats per character"] == pytest.approx(known, abs=0.001)
    assert min(found, key=lambda name: found[name]["nats per character"]) == rule


def test_rules_are_fitted_on_the_training_part_alone():
    data = Characters(text="English reviews").open(0)
    examples = data.examples
    before = data.baselines()
    data.examples = examples._replace(test=examples.valid)
    assert data.baselines() == before
    assert data.rules()["bigram"]["nats per character"] == before["bigram"]
    few = Split(*(part[:99] for part in examples.train[:2]))
    data.examples = examples._replace(train=few)
    assert data.baselines()["trigram"] > before["trigram"]


def test_metrics_are_those_of_pytorch():
    data = Characters(text="English reviews", window=20).open(0)
    split = data.examples.valid
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 9, (*split.targets.shape, data.output_size)).astype(np.float32)
    nats = F.cross_entropy(torch.tensor(logits).flatten(0, 1), torch.tensor(split.targets.ravel()))
    found = data.metrics(logits, split)
    assert found["nats per character"] == pytest.approx(float(nats), rel=1e-5)
    assert found["bits per character"] == pytest.approx(float(nats) / math.log(2), rel=1e-5)
    right = logits.argmax(axis=2) == split.targets
    assert found["accuracy"] == pytest.approx(right.mean())
    np.testing.assert_allclose(data.error_by_position(logits, split), 1 - right.mean(axis=0))


def test_a_window_reads_as_text():
    data = Characters(window=30).open(0)
    split = data.examples.valid
    answer = np.zeros((30, data.output_size), np.float32)
    answer[np.arange(30), split.targets[2]] = 5.0
    answer[3] = 0.0
    answer[3, data.tokens_of("Q")[0, 0]] = 5.0
    presentation = data.read(split, 2, answer)
    assert presentation.kind == "tokens"
    text = written(data, split.inputs[2, :, 0]).replace(" ", "␣").replace("\n", "↵")
    assert "".join(presentation.steps) == text
    assert presentation.asked[:-1] == presentation.steps[1:]
    assert presentation.answers[3] == "Q"
    assert presentation.right == [step != 3 for step in range(30)]
    first = presentation.likely[0]
    assert first[0][0] == presentation.asked[0]
    # e^5 against O - 1 times e^0.
    assert first[0][1] == pytest.approx(math.exp(5) / (math.exp(5) + data.output_size - 1))


@pytest.mark.parametrize("text", [None, "", "label\ttext\n1 no tab\n", "label\ttext\n1\tshort\n"])
def test_a_damaged_file_is_one_sentence(text, monkeypatch, other_text, tmp_path):
    if text is None:
        monkeypatch.setattr("rnnviz.resources._CHECKOUT", tmp_path)
        monkeypatch.setattr("rnnviz.resources._INSTALLED", tmp_path)
        shipped.text.cache_clear()
        characters._shipped.cache_clear()
    else:
        other_text(text)
    # The knobs of the task can be shown all the same.
    experiment = suited(Characters(text="Korean reviews"))
    assert not any(idle(experiment, path) for path in ("task.text", "network.embedding"))
    with pytest.raises(DataError) as caught:
        Characters(text="Korean reviews").open(0)
    assert "reviews-ko.tsv" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "window", "share"),
    [("English reviews", 500, 0.1), ("Korean reviews", 8, 0.1), ("Shakespeare", 500, 1.0)],
)
def test_whatever_the_sliders_allow_is_trained_and_traced(text, window, share):
    task = Characters(text=text, window=window, share=share)
    experiment = suited(task).with_value("network.hidden", 4)
    experiment = experiment.with_value("training.device", "cpu").with_value("training.batch", 8)
    trainer = Trainer(experiment)
    for _ in range(2):
        trainer.train_batch()
    losses, *_ = trainer.take_losses()
    assert losses == pytest.approx([math.log(trainer.dataset.output_size)] * 2, abs=0.3)
    trace = trainer.trace(len(trainer.examples.valid.inputs) - 1)
    assert trace.hidden.shape == (window, 1, 4)
    assert len(trace.presentation.steps) == len(trace.presentation.likely) == window


def test_the_notepad_goes_on_from_window_to_window():
    """Two windows with the notepad handed over answer as one window of both does."""
    task = Characters(window=20)
    trainer = Trainer(suited(task).with_value("training.device", "cpu"))
    text = torch.as_tensor(trainer.examples.train.inputs[:2])  # (2, T, 1)
    with torch.no_grad():
        first, state = trainer.model.carry(text[:1])
        second, _ = trainer.model.carry(text[1:], state=state)
        whole = trainer.model(text.reshape(1, 40, 1))
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole, atol=1e-5, rtol=1e-5)
