"""Flatbuffers of PyTorch Mobile and of ExecuTorch that lie: references, sizes, places, depths."""

from __future__ import annotations

from typing import Any

from hostile.entry import Hostile, written
from making.torch.executorch import FLOAT, Fields, built, data_file, number, program, tensor

CLASS, OBJECT, LIST, TENSOR, STRING, TEXT_CLASS = 1, 10, 7, 5, 6, "__torch__.Net"


def value(kind: int, fields: Fields) -> dict[int, Any]:
    return {0: number("B", kind), 1: fields}


def weight(storage: int, shape: list[int], strides: list[int], offset: int = 0) -> dict[int, Any]:
    fields = {0: number("I", storage), 1: number("b", FLOAT), 2: number("i", offset)}
    return value(TENSOR, fields | {3: number("i", shape), 4: number("i", strides)})


def module(
    values: list[dict[int, Any]], names: list[str], state: int | None = None, **more: object
) -> bytes:
    """A module whose last value is an object with these attributes, numbered from 0."""
    attributes = {0: number("I", 0), 2: number("I", list(range(len(names))))}
    slots = {"sources": 8, "constants": 9, "types": 7}
    root = {
        3: number("I", len(values) if state is None else state),
        4: [*values, value(OBJECT, attributes)],
        6: [{0: bytes(320)}, {0: bytes(256)}, {0: bytes(64)}, {0: bytes(64)}],
        7: [{0: TEXT_CLASS, 1: number("B", CLASS), 2: names}],
    }
    return built(root | {slots[name]: item for name, item in more.items()}, b"PTMF")


NAMES = ["rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0", "rnn.bias_hh_l0"]
SOUND = [weight(0, [16, 5], [5, 1]), weight(1, [16, 4], [4, 1])]
SOUND += [weight(2, [16], [1]), weight(3, [16], [1])]


def lists(depth: int) -> list[dict[int, Any]]:
    """Lists, each of which contains the one before it twice."""
    nested = [value(LIST, {0: number("I", [at + 3] * 2)}) for at in range(depth)]
    return [*SOUND, *nested]


def long_lists(count: int) -> list[dict[int, Any]]:
    return [*SOUND, *([value(LIST, {0: number("I", [0] * 100_000)})] * count)]


def code(text: str) -> list[Fields]:
    return [{0: "__torch__", 1: text}]


def calls(number_of_calls: int, *values: dict[int, Any]) -> bytes:
    """A method that calls operators of a cell over and over, all with the same arguments."""
    call = {0: number("B", 1), 1: {0: number("i", 0), 1: number("i", [0, 1, 2, 2])}}
    other = {0: number("B", 1), 1: {0: number("i", 1), 1: number("i", [2, 3, 3])}}
    plan = {
        5: [{2: [call, other] * (number_of_calls // 2)}],
        6: [{0: "aten::mm", 1: "out"}, {0: "aten::tanh", 1: "out"}],
    }
    given = [tensor(1, (4, 4)), *values, tensor(0, (4, 4)), tensor(0, (4, 4))]
    return program(given, [bytes(64)], (0, 0), plan)


ENTRIES: dict[str, Hostile] = {
    "calls.pte": written(lambda: calls(20_000, tensor(0, (4, 4)))),
    "list_of_itself.pte": written(
        lambda: calls(2, {0: number("B", 7), 1: {0: number("q", [1, 1])}})
    ),
    "tensors_of_itself.pte": written(
        lambda: calls(2, {0: number("B", 10), 1: {0: number("i", [1, 1])}})
    ),
    "far_value.pte": written(lambda: calls(2, {0: number("B", 7), 1: {0: number("q", [99])}})),
    "sound.ptl": written(lambda: module(SOUND, NAMES), 0),
    "later_value.ptl": written(
        lambda: module([value(LIST, {0: number("I", [9])}), *SOUND], NAMES), 2
    ),
    "itself.ptl": written(lambda: module([value(LIST, {0: number("I", [0])}), *SOUND], NAMES), 2),
    "no_state.ptl": written(lambda: module(SOUND, NAMES, state=2**32 - 1), 2),
    "no_type.ptl": written(lambda: module(SOUND, NAMES, types=[]), 2),
    "fewer_names.ptl": written(
        lambda: module(SOUND, NAMES, types=[{0: TEXT_CLASS, 1: number("B", CLASS), 2: ["a"]}]), 2
    ),
    "no_storage.ptl": written(lambda: module([weight(99, [1], [1])], ["w"]), 2),
    "huge_shape.ptl": written(lambda: module([weight(0, [2**31 - 1] * 3, [1, 1, 1])], ["w"])),
    "negative.ptl": written(lambda: module([weight(0, [-5, -16], [-1, 1], -7)], ["w"])),
    "beyond.ptl": written(lambda: module([weight(0, [16, 50], [50, 1])], ["w"]), 1),
    "axes.ptl": written(lambda: module([weight(0, [1] * 1000, [1] * 1000)], ["w"]), 2),
    "type.ptl": written(
        lambda: module([value(TENSOR, {0: number("I", 0), 1: number("b", 99)})], ["w"])
    ),
    "doubling.ptl": written(lambda: module(lists(5_000), NAMES)),
    "long_lists.ptl": written(lambda: module(long_lists(60), NAMES)),
    "many_values.ptl": written(lambda: module(SOUND + [{}] * 150_000, NAMES)),
    "code.ptl": written(lambda: module(SOUND, NAMES, sources=code("class Net(Module):\n" * 9_000))),
    "deep_code.ptl": written(lambda: module(SOUND, NAMES, sources=code("(" * 100_000))),
    "named_markup.ptl": written(
        lambda: module(SOUND, [f"<script>|\n\x1b[2J.{name}" for name in NAMES])
    ),
    "long_name.ptl": written(lambda: module([weight(0, [1], [1])], ["w" * 60_000])),
    "cut.ptl": written(lambda: module(SOUND, NAMES)[:400], 2),
    "empty.ptl": written(b"\x08\0\0\0PTMF" + bytes(16), 2),
    "sound.pte": written(lambda: program([tensor(1, (2, 3))], [bytes(32)], (0, 0)), 0),
    "huge.pte": written(lambda: program([tensor(1, [2**31 - 1] * 4)], [bytes(32)], (0, 0))),
    "negative.pte": written(lambda: program([tensor(1, [-2, 3])], [bytes(32)], (0, 0)), 1),
    "axes.pte": written(lambda: program([tensor(1, [2] * 5_000)], [bytes(32)], (0, 0)), 2),
    "far_buffer.pte": written(lambda: program([tensor(2**32 - 1, (2, 3))], [bytes(32)], (0, 0)), 1),
    "far_offset.pte": written(lambda: program([tensor(1, (2, 3))], [bytes(32)], (0, 2**64 - 1)), 1),
    "many_values.pte": written(
        lambda: program([tensor(at + 1, (1,)) for at in range(50_000)], [bytes(16)], [0] * 50_001)
    ),
    "canary.pte": written(
        lambda: program([tensor(0, (1,), extra={1: "../canary.txt", 2: number("b", 1)})])
    ),
    "header.pte": written(
        lambda: program([tensor(1, (2, 3))], [bytes(32)], (0, 0)).replace(
            b"eh00\x20\0\0\0", b"eh00\xff\xff\xff\xff"
        )
    ),
    "sound.ptd": written(lambda: data_file({"a.weight": (2, 3)}), 0),
    "twice.ptd": written(
        lambda: data_file({"a.weight": (2, 3), "b.weight": (2, 3)}).replace(b"b.wei", b"a.wei"), 1
    ),
    "negative.ptd": written(
        lambda: data_file({"a.weight": (77, 3)}).replace(b"\x4d\0\0\0", b"\xff" * 4), 1
    ),
}
