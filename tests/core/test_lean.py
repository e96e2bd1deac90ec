"""What takes the place of the standard modules behaves as they do."""

from __future__ import annotations

import collections
import copy
import enum
import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnninspect import lean


class Level(lean.StrEnum):
    """How bad it is."""

    ERROR = "error"
    NOTE = "note"

    @property
    def short(self) -> str:
        return self.value[0]


class Code(lean.IntEnum):
    """A number in a file."""

    FIRST = 1
    SECOND = 2


class Usual(enum.StrEnum):
    ERROR = "error"
    NOTE = "note"


class UsualCode(enum.IntEnum):
    FIRST = 1
    SECOND = 2


@pytest.mark.parametrize(("ours", "theirs"), [(Level, Usual), (Code, UsualCode)])
def test_an_enumeration_is_one_of_the_standard_library(
    ours: type[Level | Code], theirs: type[Usual | UsualCode]
) -> None:
    assert [*ours] == [*theirs]
    assert len(ours) == len(theirs)
    assert list(ours.__members__) == list(theirs.__members__)
    for our, their in zip(ours, theirs, strict=True):
        assert (our.name, our.value) == (their.name, their.value)
        assert (str(our), f"{our}", hash(our)) == (str(their), f"{their}", hash(their.value))
        assert repr(our) == repr(their).replace(theirs.__name__, ours.__name__)
        assert ours(our.value) is our is ours[our.name] is getattr(ours, our.name)


def test_members_have_the_attributes_of_their_class() -> None:
    assert Level.ERROR.short == "e"
    assert Level.__doc__ == "How bad it is."
    assert Code.SECOND + 1 == 3
    assert Code.FIRST < Code.SECOND


@pytest.mark.parametrize("member", [Level.NOTE, Code.FIRST])
def test_a_copied_member_is_the_member(member: Level | Code) -> None:
    assert pickle.loads(pickle.dumps(member)) is member  # noqa: S301 - our own bytes
    assert copy.deepcopy(member) is member


@pytest.mark.parametrize("value", ["worse", 1, [], None])
def test_what_is_not_a_member_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is not a valid Level"):
        Level(value)  # type: ignore[arg-type] # what a file may have


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5)))
def test_a_counter_counts_as_that_of_collections(first: list[int], more: list[int]) -> None:
    ours, theirs = lean.Counter(first), collections.Counter(first)
    ours.update(more)
    theirs.update(more)
    assert ours == theirs
    assert ours[9] == theirs[9] == 0
    for number in (1, 2, None):
        assert ours.most_common(number) == theirs.most_common(number)


def test_a_cached_property_is_worked_out_once() -> None:
    class Square:
        def __init__(self, side: int) -> None:
            self.side, self.asked = side, 0

        @lean.cached_property
        def area(self) -> int:
            self.asked += 1
            return self.side**2

    square = Square(3)
    assert (square.area, square.area, square.asked) == (9, 9, 1)


def test_a_cached_function_is_called_once() -> None:
    calls = []

    @lean.lru_cache(maxsize=8)
    def double(number: int) -> int:
        calls.append(number)
        return 2 * number

    assert (double(2), double(2), calls) == (4, 4, [2])


def test_a_pattern_is_compiled_where_it_is_used() -> None:
    program = """
import sys
from rnninspect.lean import json, re
number = re.compile("0*([1-9]+)", re.DOTALL | re.IGNORECASE)
assert not {"re", "json", "enum", "functools", "collections"} & set(sys.modules)
assert number.sub(r"<\\1>", "a007") == "a<7>"
assert re.fullmatch("a.", "ab") and "re" in sys.modules
assert json.loads("[1]") == [1]
"""
    subprocess.run([sys.executable, "-c", program], check=True)
