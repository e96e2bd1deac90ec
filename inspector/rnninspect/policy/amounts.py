"""Reads the values of a policy as people write them: `5M`, `20 MB`, `2%`, lists of words.

Each function takes what TOML, a variable or an option gives, and raises ValueError with a clause
that says what was expected.
"""

from __future__ import annotations

from rnninspect.cells import every_cell
from rnninspect.cells.naming import cell_named, similar_names
from rnninspect.lean import re
from rnninspect.rules import RULES, Level
from rnninspect.rules.naming import similar_rules
from rnninspect.wording.nearest import suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

AMOUNT = re.compile(r"(\d{1,3}(?:[_,]\d{3}){1,8}|\d{1,24})(\.\d{1,12})? ?([A-Za-z]*)", re.ASCII)
PERCENTAGE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?) ?%", re.ASCII)
MOST_WORDS = 1_000  # each is compared with every finding or every model
UNLIMITED, NEVER = "none", "never"
WORDS_OF_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
COUNT_UNITS = {
    "": 1,
    "k": 10**3,
    "m": 10**6,
    "million": 10**6,
    "g": 10**9,
    "b": 10**9,
    "billion": 10**9,
}
BYTE_UNITS = {"": 1, "b": 1, "byte": 1, "bytes": 1} | {
    letter + ending: base**power
    for power, letter in enumerate("kmgt", 1)
    for ending, base in (("", 1000), ("b", 1000), ("ib", 1024))
}


def count(value: object) -> int | None:
    """A number of things, such as 5M, 200k or 5,000,000; None for `none`: no limit."""
    return _amount(value, COUNT_UNITS, "not a number (try 5M, 200k or 5000000)")


def byte_count(value: object) -> int | None:
    """A number of bytes: 20 MB has 10⁶ bytes each, 1.5GiB has 2³⁰; None for `none`: no limit."""
    return _amount(value, BYTE_UNITS, "not a number of bytes (try 20 MB, 1.5GiB or 5000000)")


def _amount(value: object, units: Mapping[str, int], otherwise: str) -> int | None:
    if value == UNLIMITED:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    match = AMOUNT.fullmatch(str(value).strip()) if isinstance(value, str | int) else None
    if match is None or match[3].lower() not in units:
        raise ValueError(f"{_shown(value)} is {otherwise}")
    places = (match[2] or ".")[1:]
    digits = match[1].replace("_", "").replace(",", "") + places
    scale: int = 10 ** len(places)
    whole, rest = divmod(int(digits) * units[match[3].lower()], scale)
    if rest:
        raise ValueError(f"{_shown(value)} is not a whole number")
    return whole


def percentage(value: object) -> Fraction | None:
    """A share, with its sign: 2% is 1/50; None for `none`."""
    if value == UNLIMITED:
        return None
    match = PERCENTAGE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{_shown(value)} is not a percentage (try 2% or 97.5%)")
    from fractions import Fraction  # noqa: PLC0415 - it imports `decimal`, for few policies

    return Fraction(match[1]) / 100


def coverage(value: object) -> Fraction | None:
    """A percentage of at most 100 %."""
    share = percentage(value)
    if share is not None and share > 1:
        raise ValueError(f"{_shown(value)} is more than 100 %")
    return share


def flag(value: object) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in WORDS_OF_TRUTH:
        return WORDS_OF_TRUTH[value.lower()]
    raise ValueError(f"{_shown(value)} is not true or false")


def words(value: object) -> tuple[str, ...]:
    """A list of words, or the words between the commas of a string."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValueError(f"{_shown(value)} is not a list of strings")
    if len(parts) > MOST_WORDS:
        raise ValueError(f"a list of more than {MOST_WORDS:,} strings")
    stripped = tuple(part.strip() for part in parts)
    if not all(stripped):
        raise ValueError(f"{_shown(value)} has an empty entry")
    return stripped


def cells(value: object) -> tuple[str, ...]:
    """Names of cells, as people write them."""
    named = {word: cell_named(word) for word in words(value)}
    for word, known in named.items():
        if known is None:
            near = suggestion(similar_names(word))
            raise ValueError(f"{_shown(word)} is not one of {', '.join(every_cell())}{near}")
    return tuple(known for known in named.values() if known is not None)


def codes(value: object) -> tuple[str, ...]:
    """Rule codes or prefixes of codes: R101, R1, R."""
    named = tuple(word.upper() for word in words(value))
    strange = [word for word in named if not any(code.startswith(word) for code in RULES)]
    if strange:
        near = suggestion([rule.code for rule in similar_rules(strange[0])])
        raise ValueError(f"no rule has a code that starts with {_shown(strange[0])}{near}")
    return named


def ignores(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Codes by glob: a table of lists, or `GLOB:CODE` between the commas of a string."""
    if isinstance(value, dict):
        return tuple((glob, codes(listed)) for glob, listed in value.items())
    pairs = [word.rpartition(":") for word in words(value)] if isinstance(value, str) else []
    if not pairs or not all(glob and code for glob, _, code in pairs):
        raise ValueError(f"{_shown(value)} is not a table of globs (try GLOB:CODE,GLOB:CODE)")
    return tuple((glob, codes(code)) for glob, _, code in pairs)


def level(value: object) -> Level | None:
    """The level from which findings fail; None for `never`."""
    known = (*Level, NEVER)
    if value not in known:
        raise ValueError(f"{_shown(value)} is not one of {', '.join(known)}")
    return None if value == NEVER else Level(str(value))


def text(value: object) -> str:
    """A string that is not empty."""
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError(f"{_shown(value)} is not a string, or empty")
    return value


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"
