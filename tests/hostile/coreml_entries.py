"""Core ML models with lying lengths, sizes and offsets, deep pipelines, and paths outside."""

from __future__ import annotations

import struct
from functools import partial
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from hostile.entry import Hostile, written
from makers.coreml_files import (
    BLOB_FLOAT32,
    FLOAT32,
    GRU,
    INNER,
    LOOP,
    LSTM,
    MODEL,
    NETWORK,
    PIPELINE,
    PROGRAM,
    blob_value,
    blobs,
    block,
    const,
    field,
    floats,
    gru,
    inline,
    layer,
    lstm,
    lstm_operations,
    lstm_weights,
    manifest,
    model,
    operation,
    program,
    simple,
    sizes,
    varint,
    write_package,
)

SOUND = model(NETWORK, layer("r", LSTM, lstm(3, 4)))
NESTED = 30_000


def wrapped(inside: bytes, levels: int, *numbers: int) -> bytes:
    """A message in fields of these numbers, again and again, written from the inside."""
    heads: list[bytes] = []
    size = len(inside)
    for at in range(levels * len(numbers)):
        head = varint(numbers[at % len(numbers)] << 3 | 2) + varint(size)
        heads.append(head)
        size += len(head)
    return b"".join(reversed(heads)) + inside


def deep_pipeline(levels: int) -> bytes:
    return field(1, 1) + field(2, b"") + wrapped(b"", levels, 1, PIPELINE)


def deep_loops(levels: int) -> bytes:
    return model(NETWORK, wrapped(b"", levels, 4, LOOP, 1))


def deep_blocks(levels: int) -> bytes:
    function = field(2, "a") + field(3, field(1, "a") + field(2, wrapped(b"", levels, 4, 3)))
    return model(PROGRAM, field(2, field(1, "main") + field(2, function)))


def deep_json(levels: int) -> bytes:
    return b'{"itemInfoEntries": ' + b"[" * levels


def packaged(
    values: dict[str, bytes] | None = None,
    weights: bytes | None = None,
    listed: bytes | None = None,
    code: int | None = None,
) -> Hostile:
    data = program(lstm_operations(3, 4, values or {}))

    def make(path: Path) -> object:
        return write_package(path, data, weights, listed)

    return Hostile(make, code)


def linked(path: Path) -> None:
    """A package whose model is a link to a file outside."""
    write_package(path, SOUND)
    found = path / "Data" / "com.apple.CoreML" / "model.mlmodel"
    found.unlink()
    found.symlink_to(path.parent.parent / "canary.txt")


def zipped(*members: tuple[str, bytes]) -> bytes:
    """A zip archive of deflated members."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


WEIGHTS, OFFSETS = blobs((BLOB_FLOAT32, bytes(192)), (BLOB_FLOAT32, bytes(256)))
KERNEL = partial(blob_value, (16, 3))
MANY = b"".join(layer(f"r{at}", LSTM, sizes(1, 1)) for at in range(3_000))
ZIPPED = (("Manifest.json", manifest()), (MODEL, SOUND))
ENTRIES: dict[str, Hostile] = {
    "sound.mlpackage.zip": written(lambda: zipped(*ZIPPED), 0),
    "bomb.mlpackage.zip": written(
        lambda: zipped(*ZIPPED, (MODEL.replace("model", "weights/a"), bytes(2**28))), 2
    ),
    "outside.mlpackage.zip": written(
        lambda: zipped(("a/Manifest.json", manifest("../../../canary.txt")), ("a/x.mlmodel", b"")),
        2,
    ),
    "two.mlpackage.zip": written(
        lambda: zipped(*((f"{each}/{name}", data) for each in "ab" for name, data in ZIPPED)), 2
    ),
    "sound.mlmodel": written(SOUND, 0),
    "sound.mlpackage": packaged({"weight_ih": KERNEL(64)}, WEIGHTS, code=0),
    "cut.mlmodel": written(SOUND[:-5], 2),
    "cut_in_the_description.mlmodel": written(SOUND[:7], 2),
    "claims.mlmodel": written(field(1, 4) + field(2, b"") + b"\xa2\x1f\xff\xff\xff\xff\x0f", 2),
    "deep_pipeline.mlmodel": written(lambda: deep_pipeline(NESTED), 2),
    "deep_loops.mlmodel": written(lambda: deep_loops(NESTED), 2),
    "deep_blocks.mlmodel": written(lambda: deep_blocks(NESTED), 2),
    "huge_sizes.mlmodel": written(model(NETWORK, layer("r", GRU, sizes(2**62, 2**63))), 2),
    "large_sizes.mlmodel": written(
        model(NETWORK, layer("r", GRU, sizes(2**31 - 1, 2**31 - 1) + gru(1, 1)[4:])), 1
    ),
    "huge_dense.mlmodel": written(
        model(
            NETWORK,
            layer(
                "d",
                INNER,
                sizes(2**60, 2**60) + field(20, floats(4)),
            ),
        ),
        1,
    ),
    "many_bits.mlmodel": written(
        model(
            NETWORK,
            layer(
                "d", INNER, sizes(2, 2) + field(20, field(30, b"aa") + field(40, field(1, 2**60)))
            ),
        ),
        1,
    ),
    "three_ways.mlmodel": written(
        model(NETWORK, layer("b", 430, sizes(1, 1) + field(20, lstm_weights(1, 1)) * 3)), 2
    ),
    "two_kinds.mlmodel": written(SOUND + field(PROGRAM, b""), 1),
    "no_layers.mlmodel": written(model(NETWORK, b""), 0),
    "same_names.mlmodel": written(model(NETWORK, layer("r", 400, simple(1, 1)) * 50), 0),
    "too_many_layers.mlmodel": written(lambda: model(NETWORK, MANY), 2),
    "single_floats.mlmodel": written(
        lambda: model(
            NETWORK, layer("d", INNER, sizes(1, 1) + field(20, b"\x0d\0\0\0\0" * 50_000))
        ),
        1,
    ),
    "half_a_float.mlmodel": written(
        model(NETWORK, layer("d", INNER, sizes(1, 1) + field(20, field(1, b"abc")))), 2
    ),
    "unknown_kinds.mlmodel": written(model(NETWORK, layer("a", 1999, b"") * 100), 0),
    "no_opset.mlmodel": written(model(PROGRAM, field(2, field(1, "main") + field(2, b""))), 0),
    "many_axes.mlmodel": written(program([const("a", inline((1,) * 3000), (1,))]), 2),
    "no_values.mlmodel": written(
        program([operation("const", "a", {}, ()), operation("lstm", "y", {}, ())]), 0
    ),
    "reads_itself.mlmodel": written(
        program([operation("linear", "y", {"x": "y", "weight": "y"}, (1,))]), 0
    ),
    "loops_by_name.mlmodel": written(
        program(
            [
                operation(
                    "while_loop", "y", {"loop_vars": "y"}, (1,), blocks=(block([], ("y",)),) * 3
                )
            ]
        ),
        0,
    ),
    "outside_blob.mlpackage": packaged(
        {"weight_ih": KERNEL(64, FLOAT32, "@model_path/../../../../canary.txt")}, WEIGHTS, code=1
    ),
    "absolute_blob.mlpackage": packaged({"weight_ih": KERNEL(64, FLOAT32, "/etc/passwd")}, code=1),
    "missing_blob.mlpackage": packaged({"weight_ih": KERNEL(64)}, code=1),
    "far_blob.mlpackage": packaged({"weight_ih": KERNEL(2**63)}, WEIGHTS, code=1),
    "not_a_blob.mlpackage": packaged({"weight_ih": KERNEL(0)}, WEIGHTS, code=1),
    "no_blob_file.mlpackage": packaged({"weight_ih": KERNEL(64)}, b"PK\3\4", code=2),
    "far_elements.mlpackage": packaged(
        {"weight_ih": KERNEL(64)},
        WEIGHTS[:72] + struct.pack("<QQ", 2**64 - 1, 2**64 - 1) + WEIGHTS[88:],
        code=1,
    ),
    "many_files.mlpackage": Hostile(
        lambda path: write_package(
            path,
            program(
                [
                    const(f"c{at}", blob_value((1,), 64, FLOAT32, f"f{at}"), (1,))
                    for at in range(2_000)
                ]
            ),
        ),
        2,
    ),
    "outside.mlpackage": packaged(listed=manifest("../../canary.txt"), code=2),
    "absolute.mlpackage": packaged(listed=manifest("/etc/passwd"), code=2),
    "itself.mlpackage": packaged(listed=manifest("../Manifest.json"), code=2),
    "a_folder.mlpackage": packaged(listed=manifest("com.apple.CoreML"), code=2),
    "no_root.mlpackage": packaged(listed=manifest(root="x"), code=2),
    "deep_manifest.mlpackage": packaged(listed=deep_json(200_000), code=2),
    "a_list.mlpackage": packaged(listed=b'["itemInfoEntries"]', code=2),
    "linked.mlpackage": Hostile(linked, 2),
}
