"""Paddle's files with lying headers, counts and shapes, loops, deep nesting, and code to run."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

from hostile.entry import MARKERS, Hostile, written
from makers.paddle_files import (
    NAMES,
    Op,
    combined,
    in_json,
    lstm_shapes,
    part,
    program,
    state_dict,
    tensor,
    varint,
    zeros,
)
from makers.paddle_samples import both_ways, stack


class Runs:
    """What loading would run: a marker shows it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return eval, (f"open({str(self.path)!r}, 'w')", {"data": 0})


def running(path: Path) -> None:
    marker = path.parent.parent / MARKERS / "paddle-was-run"
    state = {
        **zeros({"fc.weight": (2, 2)}),
        "x": Runs(marker),
        NAMES: {"fc.weight": "linear_0.w_0"},
    }
    path.write_bytes(pickle.dumps(state, 4))


def of_itself() -> bytes:
    """A state dict that contains itself, by a name and by a list."""
    state: dict[str, object] = {**zeros({"fc.weight": (2, 2)}), NAMES: {}}
    state |= {"model": state, "more": [state]}
    return pickle.dumps(state, 4)


def parts(shape: object, keys: object) -> bytes:
    """A state dict whose table of parts has this shape and these keys."""
    table = {"a": {"OriginShape": shape, "slices": keys}}
    return pickle.dumps({**zeros({"b": (4,)}), "UnpackBigParamInfor@@": table, NAMES: {}}, 2)


def described(about: bytes, *, levels: int = 0, more: bytes = b"") -> bytes:
    """A tensor with this description."""
    head = struct.pack("<IQI", 0, levels, 0) + struct.pack("<i", len(about))
    return head + about + more


def shaped(*sizes: int) -> bytes:
    return b"\x08\5" + b"".join(b"\x10" + varint(size) for size in sizes)


def with_parameters(model: bytes, data: bytes | None) -> Callable[[Path], None]:
    """A program and, if there are any, its parameters."""

    def make(path: Path) -> None:
        path.write_bytes(model)
        if data is not None:
            path.with_suffix(".pdiparams").write_bytes(data)

    return make


def titled(path: Path) -> None:
    """A sound program whose names of modules would run code when they are loaded."""
    with_parameters(program(SHAPES, [OP]), SOUND)(path)
    marker = path.parent.parent / MARKERS / "paddle-titles-were-run"
    titles = {
        "lstm_cell_0.w_0": {"structured_name": Runs(marker)},
        "x": {"structured_name": 10**99},
    }
    path.with_suffix(".pdiparams.info").write_bytes(pickle.dumps(titles, 4))


def linked(path: Path) -> None:
    """Parameters that are a link out of the folder."""
    path.write_bytes(program(SHAPES, [OP]))
    path.with_suffix(".pdiparams").symlink_to("../canary.txt")


def with_numbers(**numbers: int) -> bytes:
    return program(SHAPES, [Op(OP.kind, OP.reads, OP.gives, {**OP.attributes, **numbers})])


def in_circles() -> bytes:
    """Sums of each other in front of a cell, and many of them."""
    ops = [Op("sum", {"X": [f"t{(n + 1) % 500}", f"t{n}"]}, {"Out": [f"t{n}"]}) for n in range(500)]
    ops += [Op("gru", {"Input": ["t0"], "Weight": ["w"]}, {}) for _ in range(500)]
    return program({"w": (2, 6)}, ops)


def nested(depth: int) -> bytes:
    """Regions in each other, as text."""
    inner = '{"regions":[{"blocks":[{"ops":['
    return f'{{"base_code":{{"magic":"pir"}},"program":{inner * depth}'.encode()


def of_pir(change: Callable[[dict[str, list[object]]], object]) -> bytes:
    """A sound program in JSON whose only block is changed."""
    shapes = {f"c.{word}": shape for word, shape in lstm_shapes(3, 2, gates=3).items()}
    top = json.loads(in_json(shapes, "GRU", {"hidden_size": 2, "input_size": 3, "num_layers": 1}))
    change(top["program"]["regions"][0]["blocks"][0])
    return json.dumps(top).encode()


SHAPES, OP = stack()
SOUND = combined(SHAPES)
HUGE = (2**62, 2**62)
ENTRIES: dict[str, Hostile] = {
    "sound.pdparams": written(state_dict(*both_ways()), 0),
    "sound.pdmodel": Hostile(with_parameters(program(SHAPES, [OP]), SOUND), 0),
    "sound.json": written(of_pir(dict.copy), 1),  # its parameters are not beside it
    "running.pdparams": Hostile(running, 0),
    "cut.pdparams": written(state_dict(*both_ways())[:-40], 2),
    "of_itself.pdparams": written(of_itself, 0),
    "parts_huge.pdparams": written(parts(HUGE, ["b"] * 1000)),
    "parts_of_nothing.pdparams": written(parts(("x", -1), [["b"], None])),
    "titled.pdmodel": Hostile(titled, 0),
    "not_beside.pdmodel": Hostile(with_parameters(program(SHAPES, [OP]), None), 1),
    "linked.pdmodel": Hostile(linked, 1),
    "short.pdmodel": Hostile(with_parameters(program(SHAPES, [OP]), SOUND[:-1]), 1),
    "longer.pdmodel": Hostile(with_parameters(program(SHAPES, [OP]), SOUND * 3), 1),
    "no_header.pdmodel": Hostile(with_parameters(program(SHAPES, [OP]), SOUND + b"\0" * 7), 2),
    "outside.pdmodel": Hostile(
        with_parameters(program({"../../canary.txt": (2,), **SHAPES}, [OP]), SOUND), 1
    ),
    "__model__": written(program({"../canary.txt": (2,), "/etc/passwd": (2,)}, [OP]), 1),
    "many_levels.pdmodel": Hostile(with_parameters(with_numbers(num_layers=2**31 - 1), SOUND)),
    "below_nothing.pdmodel": Hostile(
        with_parameters(with_numbers(hidden_size=-5, input_size=-7), SOUND)
    ),
    "in_circles.pdmodel": Hostile(with_parameters(in_circles(), combined({"w": (2, 6)}))),
    "no_names.pdmodel": Hostile(
        with_parameters(program({}, [Op("rnn", {}, {}), Op("lstm", {}, {}), Op("", {}, {})]), b"")
    ),
    "negative.pdmodel": Hostile(with_parameters(program({"w": (-1, -(2**62))}, [OP]), SOUND)),
    "cut_inside.pdmodel": written(program(SHAPES, [OP])[:-30], 2),
    "huge.pdiparams": written(described(shaped(*HUGE), more=bytes(64))),
    "many_levels_of_lod.pdiparams": written(described(shaped(2), levels=2**63), 2),
    "many.pdiparams": written(tensor(()) * 20_000),
    "many_axes.pdiparams": written(described(shaped(*[1] * 300), more=bytes(4)), 2),
    "unknown_type.pdiparams": written(described(b"\x08\x7f" + b"\x10\2", more=bytes(8)), 2),
    "deep.json": written(nested(100_000), 2),
    "no_blocks.json": written(b'{"base_code":{"magic":"pir"},"program":{"regions":[{}]}}', 2),
    "no_shape.json": written(of_pir(lambda block: block["ops"].insert(0, {"#": "p"})), 2),
    "words.json": written(
        of_pir(lambda block: block["ops"].append({"#": "1.rnn", "I": 7, "O": "x", "A": [[]]}))
    ),
    "lists_of_lists.json": written(
        of_pir(
            lambda block: block["ops"].extend(
                {"#": "0.combine", "I": [{"%": 900 + n}] * 2, "O": [{"%": 901 + n}]}
                for n in range(40)
            )
        )
    ),
    "loops.json": written(
        of_pir(lambda block: block["ops"].append({"#": "1.while", "regions": [{}]})), 2
    ),
    "one_field.pdmodel": written(part(1, part(1, 0) + part(2, 0) + part(3, b"\xff" * 9)), 2),
}
