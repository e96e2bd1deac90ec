"""What is fetched of a file for what is read of it: little for a jump, more in a run."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rnninspect.errors import UnreadableFile
from rnninspect.remote.blocks import BLOCK, LARGEST, LEAST, WORTH, Blocks
from rnninspect.source.stores import State

SIZE = 16 * 2**20 + 5
DATA = bytes(range(251)) * (SIZE // 251 + 1)


class Server:
    """A file, and the ranges that were asked for; those in `broken` come back as None."""

    def __init__(self, size: int = SIZE) -> None:
        self.asked: list[tuple[int, int]] = []
        self.together: list[list[tuple[int, int]]] = []
        self.broken: set[int] = set()
        self.data = DATA[:size]
        self.blocks = self.made()

    def made(self, kept: int = 2**25, head: bytes = b"") -> Blocks:
        state = State(len(self.data), 0, "file")
        return Blocks(state, self.fetch, kept, head, self.fetch_all)

    def fetch(self, offset: int, length: int) -> bytes:
        self.asked.append((offset, length))
        return self.data[offset : offset + length]

    def fetch_all(self, spans: Sequence[tuple[int, int]]) -> list[bytes | None]:
        self.together.append(list(spans))
        return [
            None if start in self.broken else self.data[start : start + length]
            for start, length in spans
        ]


def test_what_is_read_is_what_is_there() -> None:
    server = Server()
    for offset, length in ((0, 8), (5_000, 9_000), (SIZE - 3, 9), (4_095, 2), (70_000, 300_000)):
        assert server.blocks.read_at(offset, length) == DATA[:SIZE][offset : offset + length]
    assert server.blocks.read_at(SIZE, 1) == b""


def test_a_jump_fetches_little_from_where_it_is() -> None:
    server = Server()
    for place in (8 * BLOCK + 7, 5 * 2**20):
        server.blocks.read_at(place, 10)
    assert server.asked == [(8 * BLOCK, LEAST), (5 * 2**20, LEAST)]
    server.blocks.read_at(8 * BLOCK + LEAST - 10, 10)
    assert len(server.asked) == 2


def test_a_skip_within_a_walk_is_a_jump() -> None:
    server = Server()
    for place in range(0, 8 * LEAST, LEAST + BLOCK):
        server.blocks.read_at(place, 100)
    assert {length for _, length in server.asked} == {LEAST}


def test_a_run_fetches_more_each_time() -> None:
    server = Server()
    for place in range(0, 6 * 2**20, 1_000):
        server.blocks.read_at(place, 1_000)
    lengths = [length for _, length in server.asked]
    assert lengths[:5] == [LEAST, WORTH, 2 * WORTH, LARGEST, LARGEST]
    server.blocks.read_at(12 * 2**20, 10)
    assert server.asked[-1] == (12 * 2**20, LEAST)


def test_a_small_file_is_fetched_in_two_pieces_at_most() -> None:
    server = Server(WORTH)
    blocks = server.made(head=DATA[:LEAST])
    for place in (0, WORTH - 10, LEAST + 10, WORTH // 2):
        assert blocks.read_at(place, 10) == DATA[place : place + 10]
    assert server.asked == [(LEAST, WORTH - LEAST)]


def test_what_is_expected_is_fetched_together_and_its_neighbours_once() -> None:
    server = Server()
    far, farther = 4 * 2**20, 8 * 2**20
    server.blocks.expect([(far, 8), (far + BLOCK, 8), (farther, 8), (far + 20_000, BLOCK)])
    assert server.together == [[(far, 6 * BLOCK), (farther, BLOCK)]]
    for place in (far, far + 20_000, farther):
        assert server.blocks.read_at(place, 8) == DATA[place : place + 8]
    assert server.asked == []
    server.blocks.expect([(far, 8), (farther, 8)])
    server.blocks.expect([(2**20, 8)])  # alone it is as quick when it is read
    assert len(server.together) == 1


@pytest.mark.parametrize("place", [-5, SIZE, 2**70])
def test_a_place_that_does_not_exist_is_not_expected(place: int) -> None:
    server = Server()
    server.blocks.expect([(place, 8), (0, 8), (2**20, 2**70)])
    assert server.together == [[(0, BLOCK), (2**20, LARGEST)]]


def test_what_could_not_be_fetched_together_is_fetched_when_it_is_read() -> None:
    server = Server()
    server.broken = {2**20}
    server.blocks.expect([(0, 8), (2**20, 8)])
    assert server.blocks.read_at(2**20, 8) == DATA[2**20 : 2**20 + 8]
    assert server.asked == [(2**20, LEAST)]


def test_no_more_is_kept_than_may_be() -> None:
    server = Server()
    blocks = server.made(kept=4 * LEAST)
    blocks.expect((place, BLOCK) for place in range(0, SIZE, 2**18))
    blocks.expect([(0, SIZE)])
    for place in range(0, SIZE, 3 * LEAST):
        blocks.read_at(place, 10)
        assert sum(map(len, blocks._kept.values())) <= 4 * LEAST
    assert max(sum(length for _, length in spans) for spans in server.together) <= 2 * LEAST


def test_a_range_that_comes_back_short_is_an_error() -> None:
    server = Server()
    server.data = server.data[:100]
    with pytest.raises(UnreadableFile, match="100 bytes came for 65536 at offset 0"):
        server.blocks.read_at(0, 8)
