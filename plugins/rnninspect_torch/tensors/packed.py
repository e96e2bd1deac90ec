"""Tensors in other values: packed parameters of quantised layers, tuples of tensors."""

from __future__ import annotations

from rnninspect.decode.pickles.values import Global, Instance, Mapping
from rnninspect_torch.tensors.views import TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FEW = 16  # packed parameters have at most four
_DEEPEST = 6
QUANTISERS = (".quantiser.scales", ".quantiser.zero_points")  # of per-channel quantisation
# Names for the parts of torchbind objects (aten/src/ATen/native/quantized).
_LINEAR = ("weight", "bias")


def tensors_in(value: object, depth: int = 0) -> Iterator[tuple[str, TensorView]]:
    """The tensors in a value of a state dict, each with a suffix for its name.

    A tensor has an empty suffix, items of a tuple have their index, weights and biases of a packed
    parameter their name.
    """
    if depth > _DEEPEST:
        return
    match value:
        case TensorView():
            yield "", value
            if value.note == "quantised":
                yield from zip(QUANTISERS, value.parts, strict=False)
        case tuple() | list() if len(value) <= FEW:
            for index, item in enumerate(value):
                for name, tensor in tensors_in(item, depth + 1):
                    yield f".{index}{name}", tensor
        case Instance() if is_packed(value):
            yield from _unpacked(value, depth)


def is_packed(value: object) -> bool:
    """Whether it is a torchbind object, as in state dicts and TorchScript."""
    if not isinstance(value, Instance):
        return False
    path = value.path
    return path == "torch.ScriptObject" or path.startswith("__torch__.torch.classes.")


def _unpacked(value: Instance, depth: int) -> Iterator[tuple[str, TensorView]]:
    state = value.state
    kind = value.path
    if type(state) is tuple and len(state) == 2 and isinstance(state[1], str | Global):
        kind = state[1] if isinstance(state[1], str) else state[1].path
        state = state[0]
    if isinstance(state, Mapping):
        state = tuple(state.named.values())
    if "CellParams" in kind and type(state) is tuple and len(state) == 5:
        yield from _cell(state, depth)
        return
    parts = state if type(state) is tuple else (state,)
    named = "LinearPackedParams" in kind or "_packed" in kind
    for index, part in enumerate(parts[:FEW]):
        label = _LINEAR[index] if named and index < len(_LINEAR) else str(index)
        for name, tensor in tensors_in(part, depth + 1):
            yield f".{label}{name}", tensor


def _cell(state: tuple[object, ...], depth: int) -> Iterator[tuple[str, TensorView]]:
    """The tensors of CellParamsBase: kind, tensors, doubles, integers, packed weights.

    An int8 cell stores its biases as tensors and again with the packed weights; a float16 cell
    only with the packed weights.
    """
    biases = state[1] if isinstance(state[1], list) else []
    packed = state[4] if isinstance(state[4], list) else []
    for label, item in zip(("bias_ih", "bias_hh"), biases, strict=False):
        yield from ((f".{label}{name}", tensor) for name, tensor in tensors_in(item, depth + 1))
    for side, item in zip(("ih", "hh"), packed, strict=False):
        for name, tensor in tensors_in(item, depth + 1):
            known = {".weight": f".weight_{side}", ".bias": "" if biases else f".bias_{side}"}
            yield known.get(name) or f".packed_{side}{name}", tensor
