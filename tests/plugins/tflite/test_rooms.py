"""The order of the TFLite plugin's rooms: each imports only from rooms before it."""

from __future__ import annotations

import re

import pytest

from making.imports import PLUGINS, ROOT, graph_of, rooms

ROOMS = rooms(graph_of(next(path for path in PLUGINS if path.name == "rnninspect_tflite")))
HEADING = "## rnninspect_tflite, room by room"


def listed() -> list[str]:
    """The rooms in the order of their map in plugins/README.md."""
    text = (ROOT / "plugins" / "README.md").read_text()
    section = text.partition(HEADING)[2].partition("\n## ")[0]
    return re.findall(r"^  (\w+)(?:/|\.py) ", section, re.MULTILINE)


def test_the_map_lists_every_room_once() -> None:
    assert sorted(listed()) == sorted(ROOMS.keys() - {"__init__"})


@pytest.mark.parametrize("room", sorted(ROOMS.keys() - {"__init__"}))
def test_a_room_imports_only_from_rooms_before_it(room: str) -> None:
    order = listed()
    assert ROOMS[room] <= set(order[: order.index(room)])
