"""Networks of OpenVINO with entities, lying sizes, loops, and constants that are elsewhere."""

from __future__ import annotations

from pathlib import Path

from hostile.entry import CANARY, Hostile
from makers.openvino_files import Graph, loop, lstm

ROOT = '<net name="n" version="11">'
LAYER = '<layer id="{0}" name="l{0}" type="Relu"></layer>'


def document(text: str, code: int | None = None, data: bytes = b"") -> Hostile:
    """A document and the constants beside it."""

    def make(path: Path) -> None:
        path.write_text(text)
        path.with_suffix(".bin").write_bytes(data)

    return Hostile(make, code)


def changed(old: str, new: str, code: int | None = None) -> Hostile:
    """A sound LSTM, with one thing changed."""
    graph = lstm()
    text = graph.text()
    assert old in text
    return document(text.replace(old, new), code, bytes(graph.data))


def layers(text: str) -> str:
    return f"{ROOT}<layers>{text}</layers></net>"


def bomb() -> str:
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 12)
    )
    return f'<?xml version="1.0"?><!DOCTYPE net [{entities}]>{ROOT}&a11;</net>'


def bodies(levels: int) -> str:
    start = '<layer id="0" name="t" type="TensorIterator"><body><layers>'
    return ROOT + "<layers>" + start * levels


def in_a_circle() -> Graph:
    """A kernel that is a sum of itself."""
    graph = lstm()
    one = graph.add("Add", (4,), (1, 8, 3))
    graph.add("LSTMSequence", (0, 2, 3, 1, one, 5, 6), (1, 1, 4, 2), name="odd", hidden_size=2)
    return graph


def many(count: int) -> str:
    return layers("".join(LAYER.format(number) for number in range(count)))


def outside(path: Path) -> None:
    """Constants that a link leads to, outside of the model's folder."""
    path.write_text(lstm().text())
    path.with_suffix(".bin").symlink_to(path.parent.parent / "canary.txt")


def circle(path: Path) -> None:
    graph = in_a_circle()
    number = graph.text().rpartition('type="Add"')[0].rpartition('id="')[2].partition('"')[0]
    loop = f'<edge from-layer="{number}" from-port="1" to-layer="{number}" to-port="0"/>'
    text = graph.text()
    at = text.index(f'to-layer="{number}" to-port="0"/>')
    first = text.rindex("<edge", 0, at)
    end = text.index("/>", at) + 2
    path.write_text(text[:first] + loop + text[end:])
    path.with_suffix(".bin").write_bytes(bytes(graph.data))


def chain(steps: int) -> Graph:
    """A matrix that is applied over and over."""
    graph = Graph()
    value, matrix = graph.parameter((1, 4)), graph.const((4, 4))
    for _ in range(steps):
        value = graph.add("Tanh", (graph.add("MatMul", (value, matrix), (1, 4)),), (1, 4))
    graph.add("Result", (value,))
    return graph


def in_a_loop(old: str, new: str) -> Hostile:
    """A loop whose body multiplies its state, with one thing changed."""
    graph = Graph()
    x, start = graph.parameter((4, 3)), graph.const((1, 2))
    body = Graph(graph)
    step, h = body.parameter((1, 3)), body.parameter((1, 2))
    sums = body.add("MatMul", (h, body.const((2, 2))), (1, 2))
    sums = body.add("Add", (sums, body.add("MatMul", (step, body.const((3, 2))), (1, 2))), (1, 2))
    result = body.add("Result", (body.add("Tanh", (sums,), (1, 2)),))
    sliced = f'<input external_port_id="0" internal_layer_id="{step}" axis="0" stride="1"/>'
    inner = loop(body, {1: h}, {result: h}, sliced)
    graph.add("TensorIterator", (x, start), (1, 2), name="loop", inner=inner)
    text = graph.text()
    assert old in text
    return document(text.replace(old, new), None, bytes(graph.data))


EXTERNAL = '<!DOCTYPE net [<!ENTITY e SYSTEM "{}">]>' + ROOT + "<layers>&e;</layers></net>"
DTD = '<!DOCTYPE net SYSTEM "../canary.txt">' + ROOT + "</net>"
ENTRIES: dict[str, Hostile] = {
    "sound.xml": document(lstm().text(), 0, bytes(lstm().data)),
    "external_entity.xml": document(EXTERNAL.format("../canary.txt"), 2),
    "passwords.xml": document(EXTERNAL.format("file:///etc/passwd"), 2),
    "parameter_entity.xml": document(
        f'<!DOCTYPE net [<!ENTITY % p SYSTEM "../canary.txt"> %p;]>{ROOT}</net>', 2
    ),
    "external_dtd.xml": document(DTD, 2),
    "entity_bomb.xml": document(bomb(), 2),
    "unknown_entity.xml": document(layers(f"&{CANARY};"), 2),
    "deep.xml": document(ROOT + "<a>" * 100_000, 2),
    "deep_bodies.xml": document(bodies(10_000), 2),
    "cut.xml": document(lstm().text()[:-40], 2, bytes(lstm().data)),
    "long_tag.xml": Hostile(
        lambda path: path.write_bytes(f'{ROOT}<layers a="'.encode() + b"x" * 30_000_000), 2
    ),
    "many_layers.xml": document(many(250_000), 2),
    "same_id.xml": document(layers(LAYER.format(1) * 2), 2),
    "id_is_no_number.xml": document(layers('<layer id="-1" name="a" type="Const"></layer>'), 2),
    "huge_shape.xml": changed('shape="1,8,3"', f'shape="{",".join(["9" * 18] * 60)}"', 1),
    "negative_shape.xml": changed('shape="1,8,3"', 'shape="1,-8,3"', 1),
    "no_shape.xml": changed('shape="1,8,3"', 'shape="many"', 2),
    "beyond_the_end.xml": changed('offset="24"', f'offset="{2**62}"', 1),
    "overlapping.xml": changed('offset="24"', 'offset="28"', 1),
    "no_type.xml": changed('element_type="f32"', f'element_type="{"q" * 5000}"'),
    "huge_hidden.xml": changed('hidden_size="2"', f'hidden_size="{10**4000}"', 1),
    "no_constants.xml": Hostile(lambda path: path.write_text(lstm().text()), 1),
    "constants_outside.xml": Hostile(outside, 1),
    "circle.xml": Hostile(circle),
    "chain.xml": document(chain(4_000).text(), 0, bytes(64)),
    "loop.xml": in_a_loop("<net", "<net"),
    "loop_of_no_axis.xml": in_a_loop('axis="0"', f'axis="{10**30}"'),
    "loop_of_itself.xml": in_a_loop('from-layer="8" to-layer="1"', 'from-layer="1" to-layer="1"'),
    "loop_of_nothing.xml": in_a_loop('internal_layer_id="0"', 'internal_layer_id="77"'),
    "loop_of_digits.xml": in_a_loop('external_port_id="1"', f'external_port_id="{"9" * 5000}"'),
    "loop_without_ports.xml": in_a_loop("output>", "odd>"),
    "same_edge_twice.xml": changed(
        "</edges>", '<edge from-layer="0" from-port="0" to-layer="7" to-port="4"/></edges>', 1
    ),
}
