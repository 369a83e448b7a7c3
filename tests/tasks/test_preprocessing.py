"""How examples are said to have been made, against the examples themselves and the files."""

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnviz.knobs import KnobError, knobs_of, positions
from rnnviz.records.preprocessing import DrawnByLot, PreparedSequence
from rnnviz.resources import resource
from rnnviz.tasks import TASKS
from rnnviz.tasks.characters import Characters
from rnnviz.tasks.data import vocabulary
from rnnviz.tasks.examples import PAD, PARTS

SEQUENCES = ["sentiment", "tagging", "characters", "dates", "chorales", "recall", "copy", "reber"]
"""The tasks whose examples are made of pieces."""

WITH_FILES = {
    "sentiment": ["reviews-en.tsv", "reviews-ko.tsv"],
    "tagging": ["tagged-en.txt", "tagged-ko.txt"],
    "characters": ["shakespeare.txt", "reviews-en.tsv", "reviews-ko.tsv"],
}

SMALL = {"dates": 1000, "strings": 600, "sequences": 1000, "length": 100, "blanks": 100}


@st.composite
def tasks(draw, names=tuple(SEQUENCES)):
    """A task with every knob somewhere on its slider."""
    task = TASKS[draw(st.sampled_from(names))]()
    for name, knob in knobs_of(type(task)).items():
        if knob.files:
            continue
        most = SMALL.get(name, np.inf)
        stops = knob.choices or [stop for stop in positions(knob) if stop <= most]
        try:
            task = msgspec.structs.replace(task, **{name: draw(st.sampled_from(stops))})
        except KnobError:
            continue
    return task


def read_off(stretch):
    """What a stretch says that stands in the tensor: ``(padded, F)``, or ``(padded, I)``."""
    columns = [column.numbers for column in stretch.columns]
    values = stretch.roll if stretch.roll is not None else np.array(columns).T
    return np.pad(values, ((0, stretch.padding), (0, 0)), constant_values=PAD)


@given(tasks(), st.integers(0, 99), st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_preparation_is_what_stands_in_the_tensor(task, seed, data):
    opened = task.open(seed)
    examples = opened.examples
    part = data.draw(st.sampled_from(PARTS))
    split = getattr(examples, part)
    example = data.draw(st.integers(0, len(split.inputs) - 1))
    found = opened.preprocessing(part, example)
    assert isinstance(found, PreparedSequence)
    read = found.stretches[0]
    assert (read.length, read.padded) == (split.length(example), split.inputs.shape[1])
    assert read.padding == split.inputs.shape[1] - split.length(example)
    np.testing.assert_array_equal(read_off(read), split.inputs[example])
    assert len(found.stretches) == (1 if split.decoder is None else 2)
    if split.decoder is not None:
        np.testing.assert_array_equal(read_off(found.stretches[1]), split.decoder[example])
    if split.lengths is None:
        assert found.lengths is None
        assert read.padding == 0
    else:
        np.testing.assert_array_equal(found.lengths, examples.train.lengths)


@given(tasks(), st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_sizes_of_the_vocabularies_are_those_of_the_network(task, data):
    opened = task.open(0)
    found = opened.preprocessing(data.draw(st.sampled_from(PARTS)), 0)
    sizes = [column.size for column in found.stretches[0].columns]
    assert sizes == list(opened.vocabularies)
    for stretch in found.stretches:
        for column in stretch.columns:
            assert len(column.pieces) == len(column.numbers) == stretch.length
            assert PAD not in column.numbers


@given(tasks(tuple(WITH_FILES)), st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_cuts_put_together_are_the_text_of_the_file(task, data):
    raw = task.open(0).preprocessing(
        data.draw(st.sampled_from(PARTS)), data.draw(st.integers(0, 3))
    )
    written = "".join(raw.stretches[0].raw)
    files = [
        resource(f"data/{name}").read_text(encoding="utf-8")
        for name in WITH_FILES[type(task).__struct_config__.tag]
    ]
    lines = [line.split("\t", 1)[-1] for whole in files for line in whole.splitlines()]
    if isinstance(task, Characters):
        assert any(written in "\n".join(lines) + "\n" for lines in map(_texts, files))
    else:
        assert written in [line.strip() for line in lines]


def _texts(whole):
    lines = whole.splitlines()
    return [line.split("\t", 1)[1] for line in lines[1:]] if "\t" in lines[0] else lines


@pytest.mark.parametrize("name", TASKS)
def test_every_task_says_how_its_examples_are_made_and_none_that_is_not_there(name):
    data = TASKS[name]().open(0)
    if name in ("sine", "waves", "adding"):
        found = data.preprocessing("valid", 0)
        assert isinstance(found, DrawnByLot)
        assert all(str(sentence).endswith(".") for sentence in found.how)
        return
    with pytest.raises(IndexError, match="none is 1000000"):
        data.preprocessing("valid", 10**6)


def test_what_is_too_long_is_cut_off_at_its_end():
    opened = TASKS["sentiment"](longest=3).open(0)
    found = next(
        stretch
        for n in range(20)
        for stretch in opened.preprocessing("valid", n).stretches
        if stretch.cut_off
    )
    pieces = vocabulary.words("".join(found.raw))
    assert found.columns[0].pieces == pieces[:3]
    assert found.cut_off == len(pieces) - 3 == len(found.raw) - 3
    assert found.padding == 0


def test_a_word_without_a_number_of_its_own_is_unknown():
    opened = TASKS["sentiment"](vocabulary=10).open(0)
    column = opened.preprocessing("valid", 0).stretches[0].columns[0]
    counted = dict(zip(column.pieces, column.numbers, strict=True))
    rare = [piece for piece, number in counted.items() if number == column.unknown]
    assert rare
    assert len(counted) - len(rare) <= 8  # ten numbers, of which two are no word's


@pytest.mark.parametrize(
    ("written", "pieces", "parts"),
    [
        ("I didn't.", ["i", "didn't", "."], ["I", " didn't", "."]),
        (" 영화 A ", ["␣", "영", "화", "␣", "a", "␣"], [" ", "영", "화", " ", "A", " "]),
        ("Un-\thappy! ", ["un", "-", "hap", "py", "!"], ["Un", "-", "\thap", "py", "! "]),
        ("İs", ["i̇", "s"], ["İ", "s"]),  # one capital, two small letters
        ("", [], []),
    ],
)
def test_cuts_keep_every_letter_with_its_piece(written, pieces, parts):
    assert vocabulary.cuts(written, pieces) == parts


@given(st.text())
@settings(deadline=None)
def test_whatever_is_written_its_cuts_put_together_are_it_again(written):
    for cut in (vocabulary.words, vocabulary.characters):
        pieces = cut(written)
        parts = vocabulary.cuts(written, pieces)
        assert len(parts) == len(pieces)
        assert "".join(parts) == (written if pieces else "")


def test_a_decoder_is_taught_with_the_right_answer_one_character_later():
    data = TASKS["dates"]().open(7)
    read, taught = data.preprocessing("valid", 3).stretches
    targets = data.examples.valid.targets[3]
    assert taught.columns[0].numbers[1:] == targets[:-1].tolist()
    assert "".join(read.raw) == "".join(read.columns[0].pieces)
