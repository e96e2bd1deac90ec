"""Lies about ranges after the first, and archives that grow: as bounded as on the disk."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from making.wayward import Handler, Wayward
from rnninspect import Limits, UnreadableFile, inspect_file

HEADER = b'{"w":{"dtype":"F32","shape":[250000],"data_offsets":[0,1000000]}}'.ljust(300_000)
LONG = len(HEADER).to_bytes(8, "little") + HEADER + bytes(1_000_000)  # a header of several blocks
SECOND_LIES: dict[str, tuple[str, str]] = {
    "the total grows": ("bytes {first}-{last}/{more}", "changed while it was read"),
    "the total shrinks": ("bytes {first}-{last}/{less}", "changed while it was read"),
    "the range is another one": ("bytes 0-65535/{size}", "sends bytes 0-65535"),
    "the range is shifted": ("bytes {shifted}-{last}/{size}", "sends bytes"),
    "no total": ("bytes {first}-{last}/*", "206 with Content-Range"),
    "no range": ("", "206 with no Content-Range"),
    "another unit": ("items {first}-{last}/{size}", "206 with Content-Range"),
    "a negative range": ("bytes -{first}-{last}/{size}", "206 with Content-Range"),
}


@pytest.mark.parametrize("name", SECOND_LIES)
def test_a_lie_about_a_later_range_is_one_line(name: str, server: Wayward) -> None:
    text, reason = SECOND_LIES[name]

    def lying(handler: Handler) -> None:
        first, last = handler.range
        if len(server.seen) == 1:
            handler.serve(LONG)
            return
        size = len(LONG)
        numbers = {"size": size, "more": size + 1, "less": size - 1, "shifted": first + 1}
        said = text.format(first=first, last=last, **numbers)
        handler.answer(206, {"Content-Range": said, "ETag": '"v1"'}, LONG[first : last + 1])

    server.behave = lying
    with pytest.raises(UnreadableFile, match=reason) as caught:
        inspect_file(f"{server.url}/m.safetensors")
    assert "\n" not in str(caught.value)
    assert len(server.seen) == 2


def test_a_byte_at_a_time_is_bounded_by_the_number_of_requests(server: Wayward) -> None:
    def drops(handler: Handler) -> None:
        first, last = handler.range
        last = last if len(server.seen) == 1 else first
        text = f"bytes {first}-{last}/{len(LONG)}"
        handler.answer(206, {"Content-Range": text, "ETag": '"v1"'}, LONG[first : last + 1])

    server.behave = drops
    with pytest.raises(UnreadableFile, match="limit requests=50"):
        inspect_file(f"{server.url}/m.safetensors", Limits(requests=50))
    assert len(server.seen) == 50


def _zipped(path: Path, **members: bytes) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return path.read_bytes()


def _claiming(path: Path) -> bytes:
    """A directory that says that it has 65,534 entries and is as long as the file."""
    data = _zipped(path, a__data_pkl=b"N.")
    end = data.rindex(b"PK\x05\x06")
    counts = b"\xfe\xff\xfe\xff" + end.to_bytes(4, "little") + bytes(4)
    return data[: end + 8] + counts + data[end + 20 :]


LARGE = 80 * 2**20  # more than the limit `expansion`
BOMBS: dict[str, Callable[[Path], bytes]] = {
    "a.pt": lambda path: _zipped(path, a__data_pkl=b"N0" * (LARGE // 2)),
    "a.keras": lambda path: _zipped(path, config_json=b" " * LARGE, model_weights_h5=b""),
    "b.pt": _claiming,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_zip_bomb_over_ranges_costs_what_it_costs_on_the_disk(
    name: str, server: Wayward, tmp_path: Path
) -> None:
    path = tmp_path / name
    data = BOMBS[name](path)
    path.write_bytes(data)
    server.behave = lambda handler: handler.serve(data)
    with pytest.raises(UnreadableFile) as here:
        inspect_file(path)
    with pytest.raises(UnreadableFile) as there:
        inspect_file(f"{server.url}/{name}")
    assert str(there.value) == str(here.value)
    assert len(server.seen) <= 5
