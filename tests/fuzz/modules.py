"""Names and shapes of modules with cells of today, to fuzz the matching of signatures with."""

from __future__ import annotations

import json
import math
import random

from rnninspect.cells import CELLS
from rnninspect.counter import count_layer
from rnninspect.errors import UnreadableFile
from rnninspect.model import StoredTensor
from rnninspect.signatures.finding import find
from rnninspect.signatures.layers import layer_of
from rnninspect.signatures.signature import Signature
from rnninspect.signatures.tables import SIGNATURES

from .faults import mutate_bytes

_SIZES = (0, 1, 2, 3, 8, 12, 48, 2**31, 2**63)
_PATHS = ("", "model.", "layers.0.mixer.", "layers.1.mixer.", "a/b/", "lstm.", "....")


def match(data: bytes) -> None:
    """Find the layers among names and shapes, and count each."""
    try:
        given = json.loads(data)
        shapes = {str(name): tuple(map(int, shape)) for name, shape in given.items()}
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise UnreadableFile("not names with shapes") from error
    tensors = {
        name: StoredTensor(name, shape, "float32", 4 * abs(math.prod(shape)), name)
        for name, shape in shapes.items()
    }
    for found in find(shapes):
        count_layer(layer_of(found, tensors.__getitem__, name=found.path))


def mutate_modules(data: bytes, chance: random.Random) -> bytes:
    """Drop, rename, add or move a tensor, or change a shape; or spoil bytes."""
    try:
        shapes = dict(json.loads(data))
    except (ValueError, TypeError, RecursionError):
        return mutate_bytes(data, chance)
    if not shapes or chance.random() < 0.1:
        return mutate_bytes(data, chance)
    name = chance.choice(list(shapes))
    shape = shapes[name]
    match chance.randrange(5):
        case 0:
            del shapes[name]
        case 1:
            shapes[chance.choice(_PATHS) + _any_name(chance)] = shapes.pop(name)
        case 2:
            shapes[chance.choice(_PATHS) + _any_name(chance)] = shape
        case 3 if isinstance(shape, list) and shape:
            shape[chance.randrange(len(shape))] = chance.choice(_SIZES)
        case _ if isinstance(shape, list):
            shapes[name] = chance.choice((shape[::-1], shape[1:], [*shape, 1]))
    return json.dumps(shapes).encode()


def _any_name(chance: random.Random) -> str:
    return chance.choice(list(chance.choice(SIGNATURES).weights()))


def modules() -> list[bytes]:
    """Three modules of each signature, with small sizes."""
    return [json.dumps(_stack(signature)).encode() for signature in SIGNATURES]


def _stack(signature: Signature) -> dict[str, list[int]]:
    weights = signature.weights()
    sizes = dict.fromkeys(
        {symbol for each in weights.values() for axis in each.axes for symbol in axis.symbols()}, 4
    )
    for symbol, product in CELLS[signature.cell].relations:
        if product.symbols() <= sizes.keys():
            sizes[symbol] = product.value(sizes)
    return {
        f"{signature.within}.{at}.mixer.{name}": [axis.value(sizes) for axis in weight.axes]
        for at in range(3)
        for name, weight in weights.items()
    }
