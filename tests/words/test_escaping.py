"""What cannot be seen is spelled out; all else stays as it is."""

from rnnviz.words.escaping import printable


def test_letters_of_all_scripts_stay() -> None:
    assert printable("책 été 本\u3000#1.txt") == "책 été 本\u3000#1.txt"


def test_what_cannot_be_seen_is_spelled_out() -> None:
    assert printable("a\x1b[31m\n\u202e\udcff\u2028") == r"a\x1b[31m\n\u202e\udcff\u2028"
