"""Dates in seven spellings, read back by parsers of their own."""

import datetime
import itertools
import math
import re
from collections import Counter

import numpy as np
import pytest
import torch

from rnnviz.experiment import suited
from rnnviz.learning.generating import decoding
from rnnviz.learning.network.model import build
from rnnviz.learning.training.evaluation import Evaluator
from rnnviz.learning.training.trainer import Trainer
from rnnviz.tasks import TASKS
from rnnviz.tasks.dates import (
    ALPHABET,
    ANSWERS,
    END,
    FIRST,
    LONGEST,
    SPELLINGS,
    START,
    Dates,
    in_korean,
)
from rnnviz.tasks.examples import PAD

DAY = datetime.date(2024, 3, 5)


def small(**knobs):
    experiment = suited(Dates(dates=500, **knobs)).with_value("training.device", "cpu")
    return experiment.with_value("network.hidden", 12)


def read(split, example):
    """The date as it was written, and the answer."""
    text = split.inputs[example, : split.lengths[example], 0]
    answer = split.targets[example]
    return "".join(ALPHABET[t] for t in text), "".join(ANSWERS[t] for t in answer)


def parsed(text):
    """What day a person understands, for any of the spellings."""
    if match := re.fullmatch(r"(\d+)/(\d+)/(\d\d)", text):
        month, day, year = map(int, match.groups())
        return datetime.date(year + (1900 if year >= 50 else 2000), month, day)
    if match := re.fullmatch(r"(\d+)년 (\d+)월 (\d+)일|(\d+)\. (\d+)\. (\d+)\. \(.\)", text):
        return datetime.date(*(int(part) for part in match.groups() if part))
    if match := re.fullmatch(r"(.+)년 (.+)월 (.+)일", text):
        year, month, day = match.groups()
        return datetime.date(
            number(year), number({"유": "육", "시": "십"}.get(month, month)), number(day)
        )
    for form in ("%B %d, %Y", "%d %b %Y", "%A, %d %B %Y"):
        try:
            return datetime.datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise AssertionError(text)


def number(words):
    """A Korean number word, read digit by digit."""
    total, digit = 0, 0
    for word in words:
        if word in "십백천":
            total += (digit or 1) * {"십": 10, "백": 100, "천": 1000}[word]
            digit = 0
        else:
            digit = "일이삼사오육칠팔구".index(word) + 1
    return total + digit


def test_the_task_is_listed_by_its_name():
    assert TASKS["dates"] is Dates


def test_a_day_is_written_in_seven_ways():
    assert [spelling.write(DAY) for spelling in SPELLINGS] == [
        "March 5, 2024",
        "5 Mar 2024",
        "Tuesday, 5 March 2024",
        "3/5/24",
        "2024년 3월 5일",
        "2024. 3. 5. (화)",
        "이천이십사년 삼월 오일",
    ]


def test_june_and_october_are_said_as_koreans_say_them():
    spoken = SPELLINGS[-1].write
    assert spoken(datetime.date(1999, 6, 10)) == "천구백구십구년 유월 십일"
    assert spoken(datetime.date(2010, 10, 31)) == "이천십년 시월 삼십일일"
    assert spoken(datetime.date(2000, 12, 20)) == "이천년 십이월 이십일"


def test_korean_numbers_can_be_read_back():
    assert [number(in_korean(n)) for n in range(1, 10_000)] == list(range(1, 10_000))


def test_every_day_in_every_spelling_fits_and_is_understood():
    days = [FIRST + datetime.timedelta(n) for n in range(0, (END - FIRST).days, 17)]
    known, longest = set(ALPHABET), 0
    for day, spelling in itertools.product(days, SPELLINGS):
        text = spelling.write(day)
        assert parsed(text) == day
        assert known.issuperset(text)
        longest = max(longest, len(text))
    assert longest == LONGEST


def test_examples_are_dates_and_their_answers():
    for split in Dates().open(0).examples:
        assert split.inputs.shape[1:] == (LONGEST, 1)
        assert split.targets.shape[1:] == (10,)
        for example in range(200):
            text, answer = read(split, example)
            assert parsed(text).isoformat() == answer


def test_no_day_is_in_two_parts_nor_twice_in_one():
    answers = [
        read(split, n)[1] for split in Dates().open(0).examples for n in range(len(split.inputs))
    ]
    assert len(set(answers)) == len(answers) == 12_000


def test_the_parts_have_the_sizes_they_should():
    assert [len(split.inputs) for split in Dates(dates=1234).open(0).examples] == [988, 123, 123]


def test_padding_is_behind_and_nowhere_else():
    split = Dates().open(0).examples.train
    inside = np.arange(LONGEST) < split.lengths[:, None]
    assert ((split.inputs[..., 0] != PAD) == inside).all()


def test_all_spellings_come_about_as_often():
    split = Dates(dates=30_000).open(0).examples.train
    spoken = sum(
        "년" in text and not re.search(r"\d", text)
        for text, _ in map(read, itertools.repeat(split), range(7000))
    )
    # A seventh of 7000 is 1000, with a standard deviation of 29.
    assert spoken == pytest.approx(1000, abs=120)


@pytest.mark.parametrize(
    ("name", "count", "like"),
    [
        ("all seven", 7, "."),
        ("English", 4, r"[A-Z]|/"),
        ("Korean", 3, "[월.]"),
        ("figures", 3, r"^[^A-Za-z이]+$"),
        ("words", 4, "[A-Z]|이천|구백"),
    ],
)
def test_only_the_spellings_that_were_asked_for_take_part(name, count, like):
    split = Dates(dates=500, spellings=name).open(0).examples.train
    texts = [read(split, example)[0] for example in range(len(split.inputs))]
    assert all(re.search(like, text) for text in texts)
    kinds = {re.sub(r"\d+", "0", re.sub("[^\\W\\d_]+", "a", text)) for text in texts}
    assert len(kinds) == count


def test_the_same_seed_gives_the_same_dates_and_another_gives_others():
    one, same, other = (Dates().open(seed).examples.train.targets for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_the_decoder_is_taught_with_the_answer_one_step_late():
    split = Dates().open(0).examples.train
    assert (split.decoder[:, 0, 0] == START).all()
    np.testing.assert_array_equal(split.decoder[:, 1:, 0], split.targets[:, :-1])
    assert split.targets.min() > START
    assert split.targets.max() < len(ANSWERS) == Dates().open(0).output_size


def test_the_baseline_is_that_of_counting_each_place():
    data = Dates(dates=2000).open(0)
    train, valid, test = data.examples
    loss = exact = right = 0.0
    for place in range(10):
        counts = Counter(train.targets[:, place].tolist())
        for asked in valid.targets[:, place].tolist():
            loss -= math.log((counts[asked] + 1) / (len(train.inputs) + len(ANSWERS)))
        right += np.mean(test.targets[:, place] == max(sorted(counts), key=counts.get)) / 10
    found = data.baselines()
    assert found == {"frequent characters": pytest.approx(loss / valid.targets.size)}
    rules = data.rules()["frequent characters"]
    assert rules["characters right"] == pytest.approx(right)
    assert rules["exact"] == pytest.approx(exact, abs=0.01)


def test_metrics_count_whole_answers_and_characters():
    data = Dates(dates=500).open(0)
    split = data.examples.test
    outputs = np.eye(len(ANSWERS), dtype=np.float32)[split.targets]
    assert data.metrics(outputs, split) == {"exact": 1.0, "characters right": 1.0}
    outputs[:10, 3] = 0.0
    outputs[:10, 7] = 0.0
    found = data.metrics(outputs, split)
    assert found == {
        "exact": pytest.approx(0.8),
        "characters right": pytest.approx(1 - 20 / 500),
    }
    wrong = np.zeros(10)
    wrong[[3, 7]] = 0.2
    np.testing.assert_allclose(data.error_by_position(outputs, split), wrong, atol=1e-6)


def test_padding_changes_no_answer():
    experiment = small()
    data = experiment.task.open(0)
    model, split = build(experiment, data.sizes).eval(), data.examples.valid
    rows = np.argsort(split.lengths)[:3]
    inputs, decoder = torch.as_tensor(split.inputs[rows]), torch.as_tensor(split.decoder[rows])
    lengths = torch.as_tensor(split.lengths[rows])
    with torch.no_grad():
        together = model(inputs, lengths, decoder)
        for row, length in enumerate(lengths.tolist()):
            alone = model(inputs[row : row + 1, :length], None, decoder[row : row + 1])
            torch.testing.assert_close(together[row], alone[0], atol=1e-6, rtol=1e-5)
        assert model.reader.embed[0].weight[PAD].abs().max() == 0


@pytest.mark.parametrize("cell", ["RNN", "GRU", "LSTM"])
def test_decoding_ends_and_reads_its_own_answers(cell):
    """What greedy decoding read, read again as if it were taught, gives the same answers."""
    experiment = small().with_value("network.cell", cell)
    data = experiment.task.open(0)
    model, split = build(experiment, data.sizes).eval(), data.examples.valid
    inputs, lengths = torch.as_tensor(split.inputs), torch.as_tensor(split.lengths)
    start = torch.full((len(inputs), 1), START)
    logits, tokens = decoding.greedy(model, inputs, lengths, start, 10)
    assert logits.shape == (len(inputs), 10, len(ANSWERS))
    assert (tokens[:, 0] == START).all()
    np.testing.assert_array_equal(tokens[:, 1:], logits.argmax(dim=2)[:, :-1])
    with torch.no_grad():
        taught = model(inputs, lengths, tokens[..., None])
    torch.testing.assert_close(logits, taught, atol=1e-5, rtol=1e-4)


def test_one_epoch_is_judged_by_what_the_network_writes_itself():
    trainer = Trainer(small().with_value("training.epochs", 1))
    while not trainer.done:
        trainer.train_batch()
    data, valid = trainer.dataset, trainer.examples.valid
    own = Evaluator(data.task, valid, "cpu").decoded(trainer.model)
    assert trainer.history[0].metrics == data.metrics(own, valid)
    test = trainer.result().test
    assert set(test) == {"loss", "exact", "characters right"}


def test_a_trace_has_two_stretches_and_reads_as_text():
    trainer = Trainer(small())
    split = trainer.examples.valid
    text, answer = read(split, 4)
    trace = trainer.trace(4)
    presentation = trace.presentation
    assert presentation.handover == len(text)
    assert trace.timesteps == len(text) + 10 == len(presentation.steps)
    assert "".join(presentation.steps[: len(text)]) == text
    assert "".join(presentation.asked) == answer
    said = presentation.answers[len(text) :]
    assert presentation.steps[len(text) :] == ["→", *said[:-1]]
    assert presentation.answers[: len(text)] == [""] * len(text)
    assert presentation.right[: len(text)] == [None] * len(text)
    assert presentation.right[len(text) :] == [a == b for a, b in zip(said, answer, strict=True)]
    assert [row[0][0] for row in presentation.likely[len(text) :]] == said
    # The decoder's first notepad follows from the encoder's last: no gap, no zeros.
    own = decoding.greedy(
        trainer.model,
        torch.as_tensor(split.inputs[4:5, : len(text)]),
        torch.tensor([len(text)]),
        torch.tensor([[START]]),
        10,
    )[0]
    np.testing.assert_allclose(trace.output[len(text) :], own[0], atol=1e-5)
