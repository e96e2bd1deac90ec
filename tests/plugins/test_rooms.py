"""The order of each plugin's rooms: each imports only from rooms before it on the map."""

from __future__ import annotations

import re

import pytest

from making.imports import PLUGINS, ROOT, graph_of, rooms

MAPS = (ROOT / "plugins" / "README.md").read_text()
ROOMS = {plugin.name: rooms(graph_of(plugin)) for plugin in PLUGINS}
EACH = [(plugin, room) for plugin in ROOMS for room in sorted(ROOMS[plugin].keys() - {"__init__"})]


def listed(plugin: str) -> list[str]:
    """The rooms in the order of their map in plugins/README.md."""
    section = MAPS.partition(f"## {plugin}, room by room")[2].partition("\n## ")[0]
    return re.findall(r"^  (\w+)(?:/|\.py)?  ", section, re.MULTILINE)


@pytest.mark.parametrize("plugin", ROOMS)
def test_the_map_lists_every_room_once(plugin: str) -> None:
    assert sorted(listed(plugin)) == sorted(ROOMS[plugin].keys() - {"__init__"})


@pytest.mark.parametrize(("plugin", "room"), EACH)
def test_a_room_imports_only_from_rooms_before_it(plugin: str, room: str) -> None:
    order = listed(plugin)
    assert ROOMS[plugin][room] <= set(order[: order.index(room)])
