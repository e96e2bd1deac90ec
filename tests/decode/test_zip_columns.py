"""Members of a large archive are those that are read one by one, errors included."""

from __future__ import annotations

import io
import random
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnninspect.decode import zip_directory
from rnninspect.decode.zip_columns import MemberColumns
from rnninspect.decode.zip_directory import Member, read_directory
from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source
from rnninspect_torch.archives.archive import Archive

MANY = 1_500


def archive(names: list[str], unusual: dict[int, str]) -> bytes:
    """An archive of empty members but for the first, some with a comment or an extra field."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        for at, name in enumerate(names):
            member = zipfile.ZipInfo(name)
            if unusual.get(at) == "comment":
                member.comment = b"PK\1\2"
            if unusual.get(at) == "extra":
                member.extra = b"\x01\x00\x10\x00" + bytes(16)
            if unusual.get(at) == "deflated":
                member.compress_type = zipfile.ZIP_DEFLATED
            written.NameToInfo.clear()  # lest it warns of a duplicate name
            written.writestr(member, b"12345" * (at < 3))
    return file.getvalue()


def storages(count: int) -> list[str]:
    return ["net/data.pkl", *(f"net/data/{at}" for at in range(count)), "net/version"]


def members_of(data: bytes) -> tuple[Member, ...] | str:
    try:
        return tuple(read_directory(holding_source("a.zip", data, Limits())))
    except UnreadableFile as error:
        return str(error)


def both(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[tuple[Member, ...] | str, ...]:
    quick = members_of(data)
    with monkeypatch.context() as patched:
        patched.setattr(zip_directory, "_MANY", 10**9)
        return quick, members_of(data)


UNUSUAL: list[dict[int, str]] = [{}, {700: "comment"}, {0: "extra", 1_400: "deflated"}]


@pytest.mark.parametrize("unusual", UNUSUAL)
def test_members_in_columns(unusual: dict[int, str], monkeypatch: pytest.MonkeyPatch) -> None:
    data = archive(storages(MANY), unusual)
    assert isinstance(read_directory(holding_source("a.zip", data, Limits())), MemberColumns)
    quick, slow = both(data, monkeypatch)
    assert quick == slow
    assert len(quick) == MANY + 2


def test_names_that_are_not_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"ä/{at}" if at % 400 == 0 else f"PK\1\2/\n{at}" for at in range(MANY)]
    quick, slow = both(archive(names, {}), monkeypatch)
    assert quick == slow
    assert [member.name for member in quick if isinstance(member, Member)] == names


@given(st.integers(0, 2**32), st.integers(1, 3), st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_directory_is_read_alike(
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    changes: int,
    shorter: bool,
) -> None:
    drawn, data = random.Random(seed), bytearray(archive(storages(1_100), {600: "comment"}))  # noqa: S311 - mutations
    start = data.index(b"PK\1\2")
    for _ in range(changes):
        data[drawn.randrange(start, len(data))] = drawn.choice([0, 1, 255, drawn.randrange(256)])
    if shorter:
        del data[drawn.randrange(start, len(data)) :]
    quick, slow = both(bytes(data), monkeypatch)
    assert quick == slow


@pytest.mark.parametrize(
    "names",
    [
        storages(MANY),
        [*storages(MANY), "net/data/007"],
        [*storages(MANY), "net/data/99999999"],
        [*storages(MANY), "net/Data/8"],
        [*storages(MANY), "net/data/8"],
        [*storages(MANY), "other/data/8"],
        [f"net/other/{at}" for at in range(MANY)],
        [*storages(MANY)[::-1], "net/data/x"],
        [f"data/{at}" for at in range(MANY)],
        ["data.pkl", *(f"data/{at}" for at in range(MANY))],
    ],
)
def test_records_of_a_large_archive(names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    data = archive(names, {5: "deflated"})
    asked = [*(name.partition("/")[2] for name in names), "data/08", "data/-1", "data/", "data/²"]

    def records() -> object:
        try:
            found = Archive(holding_source("a.pt", data, Limits()))
        except UnreadableFile as error:
            return str(error)
        sizes = [found.size(name) for name in asked]
        heads = [found.open(name).head(3) for name in asked if name in found]
        return found.folder, found.outside, sizes, heads

    quick = records()
    monkeypatch.setattr(zip_directory, "_MANY", 10**9)
    assert quick == records()
