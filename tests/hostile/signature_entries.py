"""State dicts whose names are those of Mamba: very many layers, each wrong otherwise, and lies."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from pathlib import Path

from hostile.entry import Hostile

Shapes = Iterable[tuple[str, tuple[int, ...]]]

MAMBA: dict[str, tuple[int, ...]] = {
    "A_log": (6, 2),
    "D": (6,),
    "conv1d.bias": (6,),
    "conv1d.weight": (6, 1, 4),
    "dt_proj.bias": (6,),
    "dt_proj.weight": (6, 3),
    "in_proj.weight": (12, 5),
    "out_proj.weight": (5, 6),
    "x_proj.weight": (7, 6),
}
TURNS = {"A_log": 97, "x_proj.weight": 89, "in_proj.weight": 83, "D": 79}


def with_hole(shapes: Callable[[], Shapes], code: int | None = None) -> Hostile:
    """Safetensors with these shapes, whose data is a hole."""

    def make(path: Path) -> None:
        header, end = {}, 0
        for name, shape in shapes():
            start, end = end, end + 4 * math.prod(shape)
            header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, end]}
        text = json.dumps(header).encode()
        with path.open("wb") as file:
            file.write(len(text).to_bytes(8, "little") + text)
            file.truncate(8 + len(text) + end)

    return Hostile(make, code)


def layers(count: int, path: str = "layers.{}.mixer.") -> Shapes:
    for at in range(count):
        for name, shape in MAMBA.items():
            yield path.format(at) + name, shape


def each_wrong(count: int) -> Shapes:
    """Layers of which none has the shapes of another, and all contradict themselves."""
    for at in range(count):
        for name, shape in MAMBA.items():
            more = at % TURNS[name] if name in TURNS else 0
            yield f"layers.{at}.mixer.{name}", tuple(size + more for size in shape)


def lies() -> Shapes:
    for at, (name, shape) in enumerate(MAMBA.items()):
        for turn, size in enumerate((0, 1, 2**31, 2**40)):
            path = f"layers.{4 * at + turn}.mixer."
            yield from ((path + other, MAMBA[other]) for other in MAMBA if other != name)
            yield path + name, tuple(size if at else 0 for at in range(len(shape)))


ENTRIES: dict[str, Hostile] = {
    "layers.safetensors": with_hole(lambda: layers(2_000)),
    "many_layers.safetensors": with_hole(lambda: layers(9_000), 2),
    "too_many_layers.safetensors": with_hole(lambda: layers(20_000), 2),
    "each_wrong.safetensors": with_hole(lambda: each_wrong(9_000), 2),
    "odd_alone.safetensors": with_hole(lambda: ((f"l.{at}.A_log", (2,)) for at in range(90_000))),
    "deep.safetensors": with_hole(
        lambda: (("a." * 200 + f"{at}.A_log", (2, 2)) for at in range(15_000))
    ),
    "dots.safetensors": with_hole(
        lambda: (("." * (at % 900) + "A_log." * 5 + str(at), (2,)) for at in range(9_000))
    ),
    "long_numbers.safetensors": with_hole(lambda: layers(1_000, "7" * 900 + ".{}.mixer.")),
    "at_the_root.safetensors": with_hole(lambda: [*layers(1, ""), *layers(900)]),
    "lies.safetensors": with_hole(lies),
}
