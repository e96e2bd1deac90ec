"""Recognises JSON of audio programs by its keys, in the first and the last 64 KiB."""

from __future__ import annotations

from rnninspect.lean import StrEnum, re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_PIECE = 1 << 16
_BLANKS = b"\xef\xbb\xbf \t\r\n"


class JsonKind(StrEnum):
    """Whose JSON it is."""

    RTNEURAL = "rtneural"
    NAM = "nam"
    STATE_DICT = "state dict"


# Of each kind the patterns that must all be there.
_KEYS = {
    JsonKind.NAM: (
        rb'"architecture"\s*:\s*"',
        rb'"config"\s*:\s*\{',
        rb'"weights"\s*:\s*\[|"submodels"\s*:\s*\[',
    ),
    JsonKind.RTNEURAL: (rb'"in_shape"\s*:\s*\[', rb'"layers"\s*:\s*\['),
    JsonKind.STATE_DICT: (
        rb'"model_data"\s*:\s*\{|"[^"]*weight_ih_l0"\s*:\s*\[',
        rb'"state_dict"|"unit_type"|"RecNet"|weight_[ih]h_l0"\s*:\s*\[',
    ),
}
_PATTERNS = {kind: tuple(map(re.compile, keys)) for kind, keys in _KEYS.items()}


def json_kind(source: Source) -> JsonKind | None:
    """Whose JSON a file is; None if it is another file."""
    head = source.head(_PIECE)
    if head.lstrip(_BLANKS)[:1] != b"{":
        return None
    tail = b""
    if source.size > _PIECE:
        length = min(_PIECE, source.size - _PIECE)
        tail = source.read(source.size - length, length)
    for kind, patterns in _PATTERNS.items():
        if all(pattern.search(head) or pattern.search(tail) for pattern in patterns):
            return kind
    return None
