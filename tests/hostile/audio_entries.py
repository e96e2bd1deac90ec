"""RNNoise's text files with wrong sizes, words instead of numbers, and more than they need."""

from __future__ import annotations

from hostile.entry import Hostile, written
from makers.rnnoise_files import HEADER, SIZES, text_of

SOUND = text_of(SIZES)


def text(content: str) -> bytes:
    return content.encode()


ENTRIES: dict[str, Hostile] = {
    "sound.rnnn": written(text(SOUND), 0),
    "other_version.rnnn": written(text(SOUND.replace("version 1", "version 2")), 2),
    "no_numbers.rnnn": written(text(HEADER), 2),
    "cut.rnnn": written(text(SOUND[:-100]), 2),
    "digits.rnnn": written(text(f"{HEADER}{'9' * 100_000} 1 0"), 2),
    "negative_size.rnnn": written(text(f"{HEADER}-1 24 0"), 2),
    "words.rnnn": written(text(SOUND.replace(" 7 ", " seven ")), 2),
    "long_word.rnnn": written(text(f"{HEADER}1 1 0 {'x' * 1_000_000}"), 2),
    "zeros.rnnn": written(text(HEADER + "0 0 0\n" * 6), 2),
    "much_more.rnnn": written(lambda: text(SOUND + "1 " * 4_000_000), 0),
    "no_newlines.rnnn": written(lambda: text(HEADER.rstrip() + " " * 5_000_000), 2),
    "other_digits.rnnn": written(f"{HEADER}٤٢ 24 0".encode(), 2),
}
