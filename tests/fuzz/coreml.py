"""Seeds of Core ML: networks, programs with compressed weights and with a loop, blob files."""

from __future__ import annotations

import shutil
from pathlib import Path

from makers.coreml_files import (
    FLOAT32,
    UINT8,
    WEIGHTS,
    block,
    const,
    field,
    inline,
    lstm_operations,
    named,
    operation,
    pipeline,
    program,
)

PACKAGE = Path(__file__).parents[2] / "sample_models" / "coreml" / "program.mlpackage"


def looped() -> bytes:
    """A program with a loop that is a simple cell."""
    state = field(1, named("h", FLOAT32, (1, 4)))
    body = block(
        [
            const("w", inline((4, 4)), (4, 4)),
            const("k", inline((4, 3)), (4, 3)),
            operation("linear", "p", {"x": "h", "weight": "w"}, (1, 4)),
            operation("gather", "t", {"x": "x", "indices": "i"}, (1, 3)),
            operation("linear", "q", {"x": "t", "weight": "k"}, (1, 4)),
            operation("add", "s", {"x": "p", "y": "q"}, (1, 4)),
            operation("tanh", "h1", {"x": "s"}, (1, 4)),
        ],
        ("h1",),
        state,
    )
    given: dict[str, str | tuple[str, ...]] = {"loop_vars": ("h0",)}
    loop = operation("while_loop", "y", given, (1, 4), blocks=(block([], ("h",), state), body))
    return program([const("h0", inline((1, 4)), (1, 4)), loop])


def compressed() -> bytes:
    """A program whose kernel is quantised."""
    made = lstm_operations(3, 4, {})
    inputs = {"quantized_data": inline((16, 3), UINT8), "scale": inline((16,))}
    made[0] = operation("constexpr_affine_dequantize", "weight_ih", {}, (16, 3), attributes=inputs)
    return program(made)


def models() -> list[bytes]:
    """The samples, and what they do not have."""
    files = sorted(PACKAGE.parent.rglob("*.mlmodel"))
    samples = [path.read_bytes() for path in files]
    return [*samples, looped(), compressed(), pipeline(samples[0], looped())]


def packaged(data: bytes, folder: Path) -> Path:
    """The sample package with another blob file."""
    if not folder.exists():
        shutil.copytree(PACKAGE, folder)
    (folder / WEIGHTS).write_bytes(data)
    return folder


def blob_files() -> list[bytes]:
    """That of the sample."""
    return [(PACKAGE / WEIGHTS).read_bytes()]
