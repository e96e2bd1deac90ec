"""How many weights a layer's configuration packs two to a byte."""

from __future__ import annotations

import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect_keras.configuration.declared import Declared
    from rnninspect_keras.configuration.shapes import Shape

_PACKED_MODES = ("int4", "gptq/4", "awq/4")


def packed_size(layer: Declared, shape: Shape) -> int | None:
    """Weights in the packed array of a layer by its configuration; None if it has none."""
    policy = layer.settings.get("dtype")
    settings = policy.get("config") if isinstance(policy, dict) else None
    mode = settings.get("mode") if isinstance(settings, dict) else None
    if not isinstance(mode, str) or not mode.startswith(_PACKED_MODES):
        return None
    width = None if not shape else shape[-1]
    match layer.class_name:
        case "Dense":
            sizes = (width, layer.size("units"))
        case "Embedding" | "ReversibleEmbedding":
            sizes = (layer.size("input_dim"), layer.size("output_dim"))
        case "EinsumDense":
            return _of_equation(layer, shape or ())
        case _:
            return None
    return None if None in sizes else math.prod(size or 0 for size in sizes)


def _of_equation(layer: Declared, shape: Sequence[int | None]) -> int | None:
    """The product of the kernel's axes, each of which is an axis of the input or the output."""
    equation, output = layer.settings.get("equation"), layer.settings.get("output_shape")
    if not isinstance(equation, str) or not isinstance(output, list):
        return None
    operands, _, result = equation.replace("...", "").partition("->")
    inputs, _, kernel = operands.partition(",")
    sizes: dict[str, object] = dict(zip(reversed(result), reversed(output), strict=False))
    sizes.update(zip(reversed(inputs), reversed(shape), strict=False))
    known = [size for axis in kernel if isinstance(size := sizes.get(axis), int) and size > 0]
    return math.prod(known) if len(known) == len(kernel) else None
