"""Names of the provider's among our own words."""

from dashboard.core.markdown import LONGEST, escaped, short


def test_a_name_is_cut_where_it_would_push_everything_else_aside():
    assert short("麻将 Mahjong") == "麻将 Mahjong"
    assert short("x" * LONGEST) == "x" * LONGEST
    assert short("x" * 10_000) == "x" * (LONGEST - 1) + "…"


def test_a_name_turns_no_word_after_it_around():
    assert short("a\u202eb") == escaped("a\u202eb") == "a\ufffdb"
    assert all(escaped(chr(mark)) == "\ufffd" for mark in (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
    assert short("عربي\u200f") == "عربي\u200f"
