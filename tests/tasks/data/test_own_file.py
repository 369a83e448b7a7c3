"""A person's own text: every usual encoding comes back, every trouble is one sentence."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnviz.tasks import DataError
from rnnviz.tasks.characters import Characters
from rnnviz.tasks.data import own_file

KOREAN = "오늘은 날씨가 참 좋아서 친구와 함께 공원에 갔다. 그런데 비가 왔다!\n"
WESTERN = {
    "French": "Où est passé l'été ? Les élèves étaient déjà là, à côté du château.\n",
    "German": "Über die Straße läuft ein großer Bär. Ähnlich ist es für Öl und Häuser.\n",
    "Spanish": "El niño comió mañana. ¿Dónde está la señora? ¡Qué día!\n",
}

any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"))
syllables = [chr(code) for code in range(0xAC00, 0xD7A4)] + list(" .,\nabz")
usual = [letter for letter in syllables if len(letter.encode("euc-kr")) < 8]
hangul = st.tuples(
    st.text(st.sampled_from(usual)), st.text(st.sampled_from(syllables), max_size=20)
).map("".join)
quick = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path, data):
    path.write_bytes(data)
    return own_file.read(str(path))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@quick
@given(text=any_text)
def test_any_text_in_unicode_comes_back(tmp_path, encoding, text):
    found = read(tmp_path / "a.txt", f"a{text}".encode(encoding))
    assert found.text == f"a{text}"
    assert found.whole
    assert not found.guessed


@quick
@given(text=hangul)
def test_any_korean_text_in_cp949_comes_back(tmp_path, text):
    assert read(tmp_path / "a.txt", (KOREAN + text).encode("cp949")).text == KOREAN + text


def test_euc_kr_is_told_too(tmp_path):
    assert read(tmp_path / "a.txt", KOREAN.encode("euc-kr")).text == KOREAN


@pytest.mark.parametrize("times", [1, 500])
@pytest.mark.parametrize("language", WESTERN)
def test_latin_1_comes_back(tmp_path, language, times):
    text = WESTERN[language] * times
    assert read(tmp_path / "a.txt", text.encode("latin-1")).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Все счастливые семьи похожи друг на друга, каждая несчастлива.\n"),  # noqa: RUF001
        ("shift_jis", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n"),
        ("gb18030", "我们都是中国人，今天天气很好，大家一起去公园玩吧。\n"),  # noqa: RUF001
    ],
)
def test_others_are_guessed_and_that_is_said(tmp_path, encoding, text):
    found = read(tmp_path / "a.txt", (text * 20).encode(encoding))
    assert found.text == text * 20
    assert str(found.remark("a.txt")).startswith("a.txt is not UTF-8 and was read as ")


def test_a_page_of_plain_letters_does_not_hide_the_encoding(tmp_path):
    text = "plain letters\n" * 20_000 + KOREAN
    assert read(tmp_path / "a.txt", text.encode("cp949")).text == text


def test_every_line_ends_with_a_newline_alone(tmp_path):
    assert read(tmp_path / "a.txt", b"a\r\nb\rc\n").text == "a\nb\nc\n"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_text_torn_within_its_last_character_is_read_and_that_is_said(tmp_path, mark):
    for torn in (1, 2):
        found = read(tmp_path / "a.txt", mark + KOREAN.encode() + "한".encode()[:torn])
        assert (found.text, found.encoding, found.whole) == (KOREAN, "utf-8", True)
        said = "a.txt ends within a character, which is left out."
        assert str(found.remark("a.txt")) == said


def test_plain_letters_with_a_last_one_in_latin_1_are_not_torn(tmp_path):
    assert read(tmp_path / "a.txt", "un café".encode("latin-1")).text == "un café"


def test_a_very_long_text_is_read_in_part_and_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(own_file, "LONGEST", 1000)
    for text in ("한" * 1001, "\U0001f600" * 5000, "a" * 5000):
        found = read(tmp_path / "a.txt", text.encode())
        assert found.text == text[:1000]
        assert "its first 1,000 characters are used" in str(found.remark("a.txt"))
    assert read(tmp_path / "a.txt", b"a" * 1000).whole


@pytest.mark.parametrize(
    ("data", "right"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b" \r\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "was saved as plain text"),
        (b"\xff\xfeabc", "save it again as UTF-8"),
    ],
)
def test_what_is_no_text_is_one_sentence_with_its_name(tmp_path, data, right):
    with pytest.raises(DataError, match=r"my\.txt") as caught:
        read(tmp_path / "my.txt", data)
    assert right in str(caught.value)
    assert str(caught.value).count("\n") == 0


def test_what_is_no_file_is_one_sentence_with_its_name(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("x")
    for name, right in [
        ("gone.txt", "There is no file"),
        ("file/gone.txt", "There is no file"),
        ("pipe", "no ordinary file"),
        ("", "is a folder"),
        ("x" * 5000, "cannot be read"),
    ]:
        with pytest.raises(DataError, match=right) as caught:
            own_file.check(os.path.join(tmp_path, name))
        assert os.path.basename(name) in str(caught.value)


def test_a_file_that_may_not_be_read_is_one_sentence(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text("secret")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(DataError, match=r"secret\.txt cannot be read"):
        own_file.read(str(path))


# --- the task -------------------------------------------------------------------------


def test_the_letters_are_those_of_the_file(tmp_path):
    (tmp_path / "a.txt").write_text("abc\n" * 1000)
    task = Characters(file=str(tmp_path / "a.txt"), window=8)
    data = task.open(0)
    assert data.alphabet == ["", "", "\n", "a", "b", "c"]
    assert data.remark is None
    assert task.idle("text")
    assert not Characters().idle("text")


def test_a_changed_file_is_read_anew_by_the_next_run_and_not_by_this_one(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("ab" * 1000)
    task, before = Characters(file=str(path), window=8), path.stat()
    data = task.open(0)
    path.write_text("xy" * 1000)
    # As large as before, and as old to the nanosecond.
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "".join(data.alphabet) == "ab"
    assert data.examples.train.inputs.max() < len(data.alphabet)
    assert "".join(task.open(0).alphabet) == "xy"


@pytest.mark.parametrize(("window", "share"), [(8, 1.0), (64, 1.0), (64, 0.5), (200, 0.25)])
def test_the_shortest_text_is_what_the_sentence_says(tmp_path, window, share):
    path = tmp_path / "short.txt"

    def made(length):
        path.write_text(("ab cd" * length)[:length])
        return Characters(file=str(path), window=window, share=share)

    with pytest.raises(DataError, match=r"short\.txt has 100 characters") as caught:
        made(100).open(0)
    needed = int(str(caught.value).partition("that takes ")[2].rstrip(".").split(",")[0])
    # A twentieth of what is used is for validation, and must have a window and one more.
    assert needed * share / 20 == pytest.approx(window + 1, rel=0.1)
    for split in made(needed).open(0).examples:
        assert len(split.inputs) >= 1
    with pytest.raises(DataError):
        made(int(needed - 1 / share)).open(0)


def test_a_shorter_window_is_named_where_one_would_do(tmp_path):
    (tmp_path / "a.txt").write_text("ab" * 500)
    with pytest.raises(DataError, match="windows of 49 at most"):
        Characters(file=str(tmp_path / "a.txt"), window=64).open(0)
    assert Characters(file=str(tmp_path / "a.txt"), window=49).open(0).examples


def test_an_alphabet_without_end_is_bounded(tmp_path):
    text = "".join(chr(0x4E00 + k) * (2 if k < 3000 else 4) for k in range(4000)) * 3
    (tmp_path / "a.txt").write_text(text)
    data = Characters(file=str(tmp_path / "a.txt")).open(0)
    assert data.output_size == 1502
    assert chr(0x4E00 + 3500) in data.alphabet  # the most frequent ones are kept


def test_a_text_without_repetition_is_one_sentence(tmp_path):
    (tmp_path / "a.txt").write_text("".join(chr(0x4E00 + k) for k in range(3000)))
    with pytest.raises(DataError, match=r"a\.txt has hardly a character twice"):
        Characters(file=str(tmp_path / "a.txt")).open(0)
