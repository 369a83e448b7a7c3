"""Knobs: every position of every slider is taken, every refusal is a sentence."""

import math
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz.experiment import Experiment, knobs
from rnnviz.knobs import Knob, KnobError, Settings, knobs_of, positions
from rnnviz.tasks import TASKS

ALL = dict(knobs(Experiment())) | {
    f"{task}.{name}": knob
    for task, settings in TASKS.items()
    for name, knob in knobs_of(settings).items()
}
NUMERIC = {
    path: knob
    for path, knob in ALL.items()
    if not (knob.choices or knob.files or knob.kind is bool)
}
each_numeric = pytest.mark.parametrize("knob", NUMERIC.values(), ids=NUMERIC)
each = pytest.mark.parametrize("knob", ALL.values(), ids=ALL)


@each_numeric
def test_every_position_of_the_slider_is_taken(knob):
    for position in positions(knob):
        knob.check(position)
        assert isinstance(position, int) or knob.kind is float


@each_numeric
def test_positions_rise_from_end_to_end_and_hold_the_default(knob):
    stops = positions(knob)
    assert stops == sorted(set(stops))
    assert stops[0] == (0 if knob.off else knob.low)
    assert stops[-1] == knob.high
    assert knob.default in stops


@each_numeric
def test_what_is_shown_of_a_position_can_be_typed_again(knob):
    for position in positions(knob):
        again = knob.parse(knob.text(position))
        assert type(again) is knob.kind or again == position
        assert again == pytest.approx(position, rel=6e-3, abs=5e-3 * knob.low)


@each_numeric
@given(share=st.floats(0, 1))
def test_what_is_shown_of_any_value_can_be_typed_again(knob, share):
    value = knob.kind(knob.low + share * (knob.limit - knob.low))
    shown = knob.text(value)
    assert knob.parse(shown) == pytest.approx(value, rel=6e-3)


@each
def test_every_knob_says_what_it_does_in_a_sentence(knob):
    assert knob.title
    assert knob.help[0].isupper()
    assert knob.help.endswith(".")
    knob.check(knob.default)


@each_numeric
@given(text=st.text())
def test_whatever_is_typed_is_either_taken_or_refused_in_a_sentence(knob, text):
    refused = None
    try:
        value = knob.parse(text)
    except KnobError as error:
        refused = error
    if refused is None:
        knob.check(value)
        assert math.isfinite(value)
    else:
        assert str(refused).endswith(".")
        assert refused.knob == knob.name
        assert refused.phrase.template.format(**refused.phrase.values) == str(refused)


@each_numeric
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, None, "many", [1]])
def test_what_is_no_number_in_range_is_refused(knob, value):
    with pytest.raises(KnobError):
        knob.check(value)


@each_numeric
def test_values_beyond_the_ends_are_refused_with_what_would_be_right(knob):
    for value in (knob.low - 1, knob.limit + 1):
        if knob.off and value == 0:
            continue
        with pytest.raises(KnobError) as caught:
            knob.check(knob.kind(value))
        assert knob.takes in str(caught.value)


RATE = Knob("rate", "How fast.", low=0.01, high=1.0, most=50.0, scale="log", off="off", name="r")
COUNT = Knob("units", "How many.", low=1, high=512, scale="log", kind=int, default=64, name="n")


@pytest.mark.parametrize(
    ("knob", "typed", "value"),
    [
        (RATE, "0,5", 0.5),
        (RATE, " 1e-2 ", 0.01),
        (RATE, "OFF", 0.0),
        (RATE, "0", 0.0),
        (RATE, "50", 50.0),
        (COUNT, "64", 64),
        (COUNT, "64.0", 64),
    ],
)
def test_numbers_are_read_as_people_type_them(knob, typed, value):
    found = knob.parse(typed)
    assert found == value
    assert type(found) is knob.kind


@pytest.mark.parametrize(
    ("knob", "typed", "sentence"),
    [
        (COUNT, "6.5", "Units must be a whole number, not 6.5."),
        (COUNT, "1000", "Units must be 1 to 512, not 1000."),
        (COUNT, "some", "Units must be a number, not some."),
        (RATE, "51", "Rate must be 0.01 to 50, or 0 (off), not 51."),
        (RATE, "nan", "Rate must be 0.01 to 50, or 0 (off), not nan."),
    ],
)
def test_refusals_say_what_was_wrong_and_what_would_be_right(knob, typed, sentence):
    with pytest.raises(KnobError) as caught:
        knob.parse(typed)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "off"),
        (0.5, "0.5"),
        (0.001, "1e-3"),
        (0.00125, "1.25e-3"),
        (123.4, "123"),
        (2e4, "2e4"),
    ],
)
def test_numbers_are_shown_as_people_write_them(value, shown):
    assert RATE.text(value) == shown


def test_a_choice_takes_its_words_alone():
    device = ALL["training.device"]
    assert device.parse("cpu") == "cpu"
    with pytest.raises(KnobError, match="Device must be auto, cpu or cuda, not tpu"):
        device.parse("tpu")


class Switched(Settings):
    """A settings struct with a switch."""

    bias: Annotated[bool, Knob("bias", "Whether a constant is added.")] = True


SWITCH = knobs_of(Switched)["bias"]


@pytest.mark.parametrize(
    ("text", "value"), [("yes", True), ("NO", False), ("on", True), ("0", False), (" true ", True)]
)
def test_a_switch_reads_yes_and_no(text: str, value: bool):
    assert SWITCH.parse(text) is value
    assert SWITCH.parse(SWITCH.text(value)) is value


@pytest.mark.parametrize("wrong", [1, 0.0, "maybe", None])
def test_a_switch_takes_nothing_but_yes_and_no(wrong):
    with pytest.raises(KnobError, match=r"Bias must be yes or no, not .*\."):
        SWITCH.check(wrong)
    with pytest.raises(KnobError):
        Switched(bias=wrong)


def test_a_live_knob_is_one_of_the_training():
    live = [path for path, knob in ALL.items() if knob.live]
    assert live
    assert all(path.startswith("training.") for path in live)
