"""Sizes that are sums of products of other sizes, such as `2·E + 2·G·N + H`."""

from __future__ import annotations

from rnninspect.lean import lru_cache
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Sum(Record):
    """A size as a sum of terms, each a number and the symbols that it is multiplied with."""

    terms: tuple[tuple[int, tuple[str, ...]], ...]

    def value(self, sizes: Mapping[str, int]) -> int:
        """The number that it is; KeyError for a symbol without a size."""
        total = 0
        for number, symbols in self.terms:
            product = number
            for symbol in symbols:
                product *= sizes[symbol]
            total += product
        return total

    def symbols(self) -> frozenset[str]:
        """All symbols in it."""
        return _symbols_in(self.terms)

    def spelled(self, spell: Callable[[str], str], times: str) -> str:
        """The sum as people write it, each symbol by `spell`."""
        terms = (
            times.join(
                [*([str(number)] if number != 1 or not symbols else []), *map(spell, symbols)]
            )
            for number, symbols in self.terms
        )
        return " + ".join(terms).replace("+ -", "- ")


@lru_cache(maxsize=1024)
def _symbols_in(terms: tuple[tuple[int, tuple[str, ...]], ...]) -> frozenset[str]:
    return frozenset([symbol for _, symbols in terms for symbol in symbols])


@lru_cache(maxsize=1024)
def parse_sum(text: str) -> Sum:
    """A sum from text such as `2*E + 2*G*N - H`; ValueError if it is malformed."""
    return Sum(tuple(_term(term) for term in text.replace("-", "+-").split("+")))


@lru_cache(maxsize=256)
def parse_products(text: str) -> tuple[tuple[Sum, ...], ...]:
    """The products in text such as `E*N + (E + 2*G)*(k-1)`; ValueError if it is malformed."""
    terms = _split(text, "+") if text else ()
    return tuple(
        tuple(parse_sum(factor.strip().strip("()")) for factor in _split(term, "*"))
        for term in terms
    )


def _split(text: str, separator: str) -> list[str]:
    """The parts of a text between separators that are not in parentheses, which are not nested."""
    parts: list[str] = []
    for part in text.split(separator):
        if parts and "(" in parts[-1] and ")" not in parts[-1]:
            parts[-1] += separator + part
        else:
            parts.append(part)
    return parts


def _term(text: str) -> tuple[int, tuple[str, ...]]:
    number, symbols = 1, []
    for factor in text.split("*"):
        word = factor.strip()
        if word.startswith("-"):
            number, word = -number, word[1:].strip()
        if word.isdigit():
            number *= int(word)
        elif word.isidentifier():
            symbols.append(word)
        else:
            raise ValueError(f"malformed size {text!r}")
    return number, tuple(symbols)
