"""Text measured, cut and wrapped by the columns that a terminal gives it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.widths import MOST_MARKS, end_of, pad, start_of, width_of, wrap

TEXTS = st.text(max_size=40).map(for_terminal)


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("encoder.lstm", 12),
        ("2 × 4(nm + n² + 2n) → …", 23),
        ("한글", 4),
        ("\u1112\u1161\u11ab", 2),  # the same syllable in three parts, as macOS writes names
        ("編碼器", 6),
        ("ｆｕｌｌ", 8),
        ("ﾊﾝｶｸ", 4),
        ("cafe\u0301", 4),
        ("e\u0301\u0302\u0303", 1),
        ("नमस्ते", 4),
        ("שָׁלוֹם", 4),
        ("🚀", 2),
        ("👍🏽", 2),
        ("🇩🇪", 2),
        ("❤", 1),
        ("❤\ufe0f", 2),
        ("1\ufe0f\u20e3", 2),
        ("a\ufe0f", 1),
    ],
)
def test_width_in_columns(text: str, width: int) -> None:
    """The widths that wcwidth 0.9.4 gives."""
    assert width_of(text) == width


def test_a_joiner_is_escaped_and_counted_as_its_escape() -> None:
    assert for_terminal("👩\u200d💻") == "👩\\u200d💻"
    assert width_of(for_terminal("👩\u200d💻")) == 10


@given(TEXTS, st.integers(3, 20))
def test_a_shortened_text_fits(text: str, width: int) -> None:
    short = shorten(text, width)
    assert width_of(short) <= width
    assert len(short) <= MOST_MARKS * width + 1
    if "…" not in short:
        assert short == text


@given(TEXTS, st.integers(0, 20))
def test_no_part_starts_with_a_combining_mark_of_another(text: str, width: int) -> None:
    assert text.startswith(start_of(text, width))
    end = end_of(text, width)
    assert text.endswith(end)
    assert end == text or unicodedata.category(f"{end}x"[0]) not in ("Mn", "Me")


@given(TEXTS, st.integers(2, 20))
def test_wrapping_keeps_all_but_the_blanks(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line) <= width for line in lines)


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("編碼器長短期記憶", 16, "編碼器長短期記憶"),
        ("編碼器長短期記憶", 15, "編碼器…期記憶"),
        ("編碼器長短期記憶", 14, "編碼器…期記憶"),
        ("編碼器長短期記憶", 12, "編碼…期記憶"),
        ("encode\u0301r.lstm.weights", 9, "enco…ghts"),
        ("abcdefge\u0301\u0302hij", 7, "abc…hij"),
        ("abcdefghie\u0301\u0302", 7, "abc…hie\u0301\u0302"),
    ],
)
def test_no_character_is_cut_in_two(text: str, width: int, short: str) -> None:
    assert shorten(text, width) == short


def test_a_text_of_combining_marks_is_cut() -> None:
    assert len(shorten("e" + "\u0301" * 5000, 20)) <= MOST_MARKS * 20 + 1


def test_padding_counts_columns() -> None:
    assert pad("한글", 6) == "한글  "
    assert pad("한글", 6, right=True) == "  한글"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("B holds a bias vector", 10, ["B holds a", "bias", "vector"]),
        ("encoder.recurrent_kernel.0", 12, ["encoder.", "recurrent_", "kernel.0"]),
        ("reset_after=True, the default", 15, ["reset_after=", "True, the", "default"]),
        ("abcdefghijklm", 5, ["abcde", "fghij", "klm"]),
        ("長短期記憶", 5, ["長短", "期記", "憶"]),
    ],
)
def test_long_words_are_broken_at_separators(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines
