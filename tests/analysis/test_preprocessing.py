"""What is drawn of how an example was prepared, worked out without a window."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.analysis.preprocessing import batch_view, series_view, strip_view
from rnnviz.records.preprocessing import Column, PreparedSequence, Stretch
from rnnviz.tasks import TASKS
from rnnviz.tasks.series import Series


def made(words: int, padded: int, raw: int | None = None, cut: int = 0) -> Stretch:
    names = [f"w{n}" for n in range(words)]
    column = Column(
        name="word", pieces=names, numbers=[1, *range(2, words + 1)], size=99, unknown=1
    )
    raws = [f" w{n}" for n in range(words if raw is None else raw)]
    return Stretch(role="text", raw=raws, columns=[column], padded=padded, cut_off=cut)


def strip(*stretches: Stretch):
    return strip_view(PreparedSequence(stretches=list(stretches), fitted=""))


def test_padding_is_cells_of_0_up_to_the_length_of_the_tensor():
    view = strip(made(3, 7))
    assert [cell.kind for cell in view.cells] == ["read"] * 3 + ["padding"] * 4
    assert [cell.texts for cell in view.cells[3:]] == [("", "", "0")] * 4
    assert (view.read, view.padding, view.end) == (3, 4, 7)


def test_a_piece_without_a_number_of_its_own_is_marked():
    view = strip(made(3, 3))
    assert [any(cell.unknown) for cell in view.cells] == [True, False, False]
    assert view.unknown == 1


def test_what_was_cut_off_stands_behind_the_tensor():
    view = strip(made(3, 3, raw=5, cut=2))
    assert [cell.kind for cell in view.cells] == ["read"] * 3 + ["cut"] * 2
    assert (view.cut_off, view.padding, view.end) == (2, 0, 5)


def test_what_is_asked_for_and_not_read_stands_above_the_padding():
    view = strip(made(3, 5, raw=4))
    assert view.cells[3].kind == "padding"
    assert view.cells[3].texts == ("w3", "", "0")
    assert strip(made(3, 3, raw=4)).cells[3].kind == "asked"


def test_a_decoders_stretch_follows_the_padding_of_the_encoder():
    view = strip(made(3, 5), made(2, 2))
    (read, taught) = view.spans
    assert (read.stop, taught.start) == (5, 6)
    assert [view.position(t) for t in range(6)] == [0, 1, 2, 6, 7, None]


@pytest.mark.parametrize("name", ["sentiment", "tagging", "dates", "reber", "chorales", "copy"])
@given(example=st.integers(0, 50), seed=st.integers(0, 5))
@settings(max_examples=4, deadline=None)
def test_the_cells_are_the_tensor_of_the_split(name, example, seed):
    data = TASKS[name]().open(seed)
    split = data.examples.valid
    view = strip_view(data.preprocessing("valid", example))
    first = view.spans[0]
    kinds = [c.kind for c in view.cells if c.position < first.stop]
    assert kinds.count("read") == split.length(example)
    assert kinds.count("padding") == split.inputs.shape[1] - split.length(example)


def test_the_batches_have_the_padding_that_their_lengths_say():
    view = batch_view(TASKS["sentiment"]().open(0).preprocessing("valid", 0), 32)
    assert len(view.mixed) == len(view.alike) == 32
    assert view.alike_share < 0.1 < 0.4 < view.mixed_share


def test_where_nothing_is_padded_there_are_no_batches_to_show():
    assert batch_view(TASKS["copy"]().open(0).preprocessing("valid", 0), 32) is None


def test_the_window_slides_by_one_timestep_with_each_example():
    first, second = (series_view(Series().open(0).preprocessing("valid", n)) for n in (0, 1))
    assert second.window == (first.window[0] + 1, first.window[1] + 1)
    assert second.target == first.target + 1


def test_the_first_validation_window_ends_where_the_training_part_does():
    view = series_view(Series().open(0).preprocessing("valid", 0))
    assert view.window[1] == view.parts[0][1] == 1974.5  # 2820 less 564 and 282
    assert [view.present(t) for t in (0, 23)] == [1974 - 23, 1974]


def test_raw_points_lie_before_the_timestep_that_was_made_of_them():
    found = Series(every=4).open(0).preprocessing("valid", 0)
    view = series_view(found)
    # Sampled is the last of four: it lies on the curve.
    np.testing.assert_allclose(view.raw_x[3::4][:5], [1, 2, 3, 4, 5])
    np.testing.assert_allclose(found.raw[3::4][:5], found.values[:5])
    assert len(series_view(Series().open(0).preprocessing("valid", 0)).raw_x) == 0


def test_a_change_begins_at_the_last_value_read():
    found = Series(predict="change", horizon=3).open(0).preprocessing("valid", 7)
    view = series_view(found)
    assert view.since == (found.stop, found.values[found.stop - 1])
    assert series_view(Series().open(0).preprocessing("valid", 7)).since is None


@pytest.mark.parametrize("kind", ["standard", "min-max", "log"])
def test_ticks_of_scaled_values_stand_where_the_scaling_puts_them(kind):
    data = Series(scaling=kind).open(0)
    ticks = series_view(data.preprocessing("valid", 0)).ticks
    assert len(ticks) >= 2
    places = np.array([place for place, _ in ticks])
    np.testing.assert_allclose(
        data._ready.scaling.apply(places), [mark for _, mark in ticks], atol=0.02
    )


@pytest.mark.parametrize(
    ("kind", "measure"),
    [
        ("standard", lambda v: (v.mean() - v.std(), v.mean() + v.std())),
        ("min-max", lambda v: (v.min(), v.max())),
    ],
)
def test_the_band_is_that_of_the_training_part_alone(kind, measure):
    found = Series(scaling=kind).open(0).preprocessing("valid", 0)
    assert found.fitted == pytest.approx(measure(found.raw[:1974].astype(float)), rel=1e-5)
