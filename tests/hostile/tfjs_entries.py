"""Models of TensorFlow.js whose manifests lie: about shards, sizes, names and depths."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hostile.entry import Hostile, written
from making.tensorflow.tfjs import Weight, first, group, layer, needed, weight, weights, whole_model

TOPOLOGY = whole_model(first("LSTM", "rec", 6, 5, units=4))
LISTED = weights("rec/", kernel=(5, 16), recurrent_kernel=(4, 16), bias=(16,))


def document(listed: list[Weight] | None = None, *paths: str, **fields: Any) -> bytes:  # noqa: ANN401 - JSON
    """A `model.json` whose shards are not there, unless `paths` names some that are."""
    whole = {
        "format": "layers-model",
        "modelTopology": TOPOLOGY,
        "weightsManifest": [group(LISTED if listed is None else listed, *paths)],
    }
    return json.dumps(whole | fields).encode()


def link_outside(path: Path) -> None:
    """A shard that is a link to the canary."""
    (path.parent / "linked.bin").unlink(missing_ok=True)
    (path.parent / "linked.bin").symlink_to("../canary.txt")
    path.write_bytes(document(None, "linked.bin"))


def sound(path: Path) -> None:
    """An intact model with its shard."""
    (path.parent / "sound.bin").write_bytes(bytes(needed(LISTED)))
    path.write_bytes(document(None, "sound.bin"))


def many(number: int) -> bytes:
    return document([weight(f"d{at}/kernel", 1) for at in range(number)])


def alike(number: int) -> bytes:
    """Layers of one name, and as many cells that may be any of them."""
    both = [
        layer("Bidirectional", f"b{at}", layer=layer("LSTM", "rec", units=4))
        for at in range(number)
    ]
    listed = [weight(f"x{at}/forward_rec/kernel", 5, 16) for at in range(number)]
    return document(listed, modelTopology=whole_model(*both))


def deep(levels: int) -> bytes:
    """A configuration that deep."""
    inside = json.dumps(TOPOLOGY)
    nested = (
        '{"class_name": "Sequential", "config": {"layers": [' * levels + inside + "]}}" * levels
    )
    return document().replace(json.dumps(TOPOLOGY).encode(), nested.encode())


def graph(nodes: list[dict[str, Any]], listed: list[Weight] | None = None) -> bytes:
    """A graph model whose one shard is not there."""
    topology = {"node": nodes, "versions": {"producer": 27}}
    return document(listed or [weight("c", 2)], modelTopology=topology, format="graph-model")


def nodes(number: int) -> list[dict[str, Any]]:
    """A chain of as many operators."""
    return [
        {"name": f"n{at}", "op": "Tanh", "input": [f"n{at - 1}"], "attr": {"T": {"type": 1}}}
        for at in range(number)
    ]


def many_numbers(path: Path) -> None:
    """Small constants in as many shards."""
    number = 2_000
    listed = [weight(f"c{at}", dtype="int32") for at in range(number)]
    for at in range(number):
        (path.parent / f"number{at}.bin").write_bytes(bytes(4))
    made = [
        {"name": f"c{at}", "op": "Const", "attr": {"dtype": {"type": 3}}} for at in range(number)
    ]
    groups = [group([entry], f"number{at}.bin") for at, entry in enumerate(listed)]
    topology = {"node": made, "versions": {"producer": 27}}
    path.write_bytes(document(modelTopology=topology, weightsManifest=groups))


def nested_functions(depth: int) -> bytes:
    value: dict[str, Any] = {"b": True}
    for _ in range(depth):
        value = {"func": {"name": "f", "attr": {"a": value}}}
    return graph([{"name": "n", "op": "While", "attr": {"body": value}}])


ENTRIES: dict[str, Hostile] = {
    "graph.json": written(lambda: graph(nodes(3))),
    "graph_nodes.json": written(lambda: graph(nodes(60_000))),
    "graph_cycle.json": written(
        lambda: graph([*nodes(9), {"name": "n-1", "op": "Tanh", "input": ["n8"]}])
    ),
    "graph_depth.json": written(lambda: nested_functions(120), 2),
    "graph_base64.json": written(
        lambda: graph([{"name": "n", "op": "Einsum", "attr": {"equation": {"s": "\u00e9"}}}]), 2
    ),
    "graph_number.json": written(
        lambda: graph([{"name": "n", "op": "Sum", "attr": {"N": {"i": "9" * 5_000}}}]), 2
    ),
    "graph_outside.json": written(
        lambda: document(
            [weight("c", dtype="int32")],
            "../canary.txt",
            modelTopology={"node": [{"name": "c", "op": "Const", "attr": {}}]},
        ),
        1,
    ),
    "graph_shards.json": Hostile(many_numbers, 2),
    "graph_scale.json": written(
        lambda: graph(
            [{"name": "c", "op": "Const", "attr": {}}], [weight("c", stored="uint8")]
        ).replace(b"0.01", b"1e999")
    ),
    "sound.json": Hostile(sound, 0),
    "climbing.json": written(document(None, "../canary.txt"), 1),
    "absolute.json": written(document(None, "/etc/passwd"), 1),
    "address.json": written(document(None, "https://example.org/a.bin", "file:///etc/passwd"), 1),
    "link.json": Hostile(link_outside, 1),
    "device.json": written(document(None, "/dev/zero", "."), 1),
    "long_path.json": written(document(None, "a/" * 100_000), 1),
    "many_paths.json": written(lambda: document(None, *(f"{at}" for at in range(150_000))), 2),
    "same_path.json": written(lambda: document(None, *("a.bin",) * 20_000)),
    "huge.json": written(document([LISTED[0] | {"shape": [10**308, 10**308]}, *LISTED[1:]]), 1),
    "float.json": written(document().replace(b"[5, 16]", b"[1e308, 1e308]"), 1),
    "infinite.json": written(document().replace(b"[5, 16]", b"[1e999, NaN]"), 2),
    "digits.json": written(document().replace(b"[5, 16]", b"[" + b"9" * 100_000 + b"]")),
    "negative.json": written(document([LISTED[0] | {"shape": [-5, -16]}, *LISTED[1:]]), 1),
    "axes.json": written(lambda: document([LISTED[0] | {"shape": [2] * 100_000}]), 2),
    "wide.json": written(lambda: document([LISTED[0] | {"shape": [10**300] * 254}] * 1_000)),
    "twice.json": written(document(LISTED * 2), 1),
    "many_weights.json": written(lambda: many(100_000)),
    "more_weights.json": written(lambda: many(210_000), 2),
    "alike.json": written(lambda: alike(2_400), 2),
    "deep.json": written(lambda: deep(20_000), 2),
    "deep_layers.json": written(lambda: deep(200), 2),
    "deep_manifest.json": written(
        lambda: document().replace(b'"shape": [', b'"shape": ' + b"[" * 90_000, 1), 2
    ),
    "keys.json": written(document()[:-1] + b', "weightsManifest": [], "modelTopology": null}'),
    "strings.json": written(document([weight("w", 2**40, dtype="string")])),
    "type.json": written(document([LISTED[0] | {"dtype": "x" * 100_000}]), 1),
    "quantised.json": written(document([weight("rec/kernel", 5, 16, stored="int1")]), 1),
    "topology.json": written(document(modelTopology=[1]), 2),
    "text.json": written(document(modelTopology="{}"), 2),
    "lambda.json": written(
        document(
            modelTopology=whole_model(
                {"class_name": "Lambda", "module": "os", "config": {"name": "l", "function": "f"}},
                first("LSTM", "rec", 6, 5, units=4),
            )
        )
    ),
    "named_markup.json": written(document(weights("<script>|\n\x1b[2J</script>/", kernel=(5, 16)))),
    "producer.json": written(document(generatedBy="\x1b[2J\u202e" * 50_000)),
    "cut.json": written(document()[:-40], 2),
}
