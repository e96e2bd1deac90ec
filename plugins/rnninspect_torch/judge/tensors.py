"""All tensors in a loaded value: dicts, modules, packed parameters."""

from __future__ import annotations

import torch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    Tensors = dict[str, torch.Tensor]

DEEPEST = 20
# Attributes of quantised modules that are not in the state dict of a script.
STATE = ("_parameters", "_buffers", "_modules")  # attributes of a module
PACKED = ("param", "_packed_params")
CELL_PARAMETERS = "CellParamsBase"


def tensors_of(value: object, path: str = "", depth: int = DEEPEST) -> Iterator[tuple[str, Any]]:
    """All tensors below a value, with their paths."""
    if isinstance(value, torch.Tensor):
        yield path, value
    elif depth == 0:
        return
    elif isinstance(value, torch.ScriptObject):
        yield from _unpacked(value, path, depth)
    else:
        for key, inner in _inside(value):
            yield from tensors_of(inner, _join(path, key), depth - 1)
        if isinstance(value, torch.nn.Module | torch.optim.Optimizer):
            yield from tensors_of(value.state_dict(), path, depth - 1)
        if isinstance(value, torch.nn.Module) and not isinstance(value, torch.jit.ScriptModule):
            yield from _beside(value, path, depth)
        if isinstance(value, torch.jit.ScriptModule):
            yield from _packed(value, path, depth)


def _beside(module: torch.nn.Module, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Tensors that a module keeps outside of its state: what pruning computes, other buffers."""
    for name, inner in module.named_modules():
        for attribute, value in vars(inner).items():
            if attribute in STATE:
                continue
            where = f"{name}.{attribute}" if name else attribute
            yield from tensors_of(value, _join(path, where), min(depth - 1, 2))
        for attribute, buffer in inner.named_buffers(recurse=False):
            yield _join(path, f"{name}.{attribute}" if name else attribute), buffer


def _inside(value: object) -> Iterable[tuple[object, object]]:
    """The items of a container by key or index."""
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list | tuple | set) else ()


def elements(tensors: Tensors) -> int:
    """Number of elements of all tensors; one with two names counts once."""
    unique: dict[object, torch.Tensor] = {}
    for name, tensor in tensors.items():
        try:
            key: object = (
                tensor.untyped_storage().data_ptr(),
                tensor.storage_offset(),
                tensor.numel(),
            )
        except (NotImplementedError, RuntimeError):  # a sparse tensor has no storage of its own
            key = name
        unique[key if tensor.numel() else name] = tensor
    return sum(tensor.numel() for tensor in unique.values())


def _join(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)


def _packed(module: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - torch is untyped here
    """Packed parameters of a scripted module and its submodules."""
    for name, inner in module.named_modules():
        for attribute in PACKED:
            packed = getattr(inner, attribute, None)
            if isinstance(packed, torch.ScriptObject):
                where = f"{name}.{attribute}" if name else attribute
                yield from _unpacked(packed, _join(path, where), depth)


def _unpacked(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - as above
    """The weights in a packed object, by the names of torch's cells.

    The state of a packed cell is its kind, its biases, two lists of numbers, and two packed linear
    layers with the same biases (ATen/native/quantized/cpu/…/qrnn).
    """
    state, kind = value.__getstate__()
    if kind.endswith(CELL_PARAMETERS):
        for packed, biases, end in zip(state[4], state[1], ("ih", "hh"), strict=False):
            linear = dict(_unpacked(packed, "", depth - 1))
            yield _join(path, f"weight_{end}"), linear["weight"]
            yield _join(path, f"bias_{end}"), biases
    elif depth > 0:
        for name, inner in zip(("weight", "bias"), state, strict=False):
            yield from tensors_of(inner, _join(path, name), depth - 1)
