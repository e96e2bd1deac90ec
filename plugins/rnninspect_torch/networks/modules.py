"""Walks pickled nn.Module objects: their tensors by name, and what each module says of itself."""

from __future__ import annotations

from rnninspect.plugin import Purpose
from rnninspect_torch.networks.records import DeclaredModule, NamedTensor
from rnninspect_torch.pickles.values import Instance, Mapping, TensorView
from rnninspect_torch.tensors.packed import FEW, is_packed, tensors_in
from rnninspect_torch.tensors.rebuilders import STATEFUL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.networks.records import Root
    from rnninspect_torch.networks.walking import Walk

PathedValue = tuple[str, str, object]  # the path of an attribute, its name and its value

_COST = 20  # of a module, beside a number or a text
_OWN = ("_parameters", "_buffers", "_modules")
_PLAIN = (bool, int, float, str, type(None))


def is_module(value: object) -> bool:
    """Whether it is an instance with the dicts that every nn.Module has."""
    if not isinstance(value, Instance) or not value.has_attributes:
        return False
    held = value.attributes
    return any(isinstance(held.get(name), Mapping) for name in ("_parameters", "_modules"))


def add_module(root: Root, path: str, module: Instance, walk: Walk) -> list[PathedValue]:
    """Add a module and all registered below it to a root; return what else they hold.

    A module that stands in two places gives its tensors the names of both; what lies below it is
    walked once.
    """
    waiting: list[tuple[str, Instance]] = [(path, module)]
    late: list[NamedTensor] = []
    others: list[PathedValue] = []
    is_new = True  # whoever found the module has visited it
    while waiting:
        path, current = waiting.pop()
        held = current.attributes
        walk.step(_COST + len(held))
        root.declared[path] = DeclaredModule(current.path, _plain(held))
        root.entries.extend(_registered(path, held, walk))
        if is_new or walk.first_visit(current):
            is_new = False
            late.extend(_loose(path, held, walk))
            others.extend(_others(path, held, walk))
            waiting.extend(reversed(list(_children(path, held, walk))))
    root.entries.extend(late)
    return others


def _plain(held: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in held.items() if isinstance(value, _PLAIN)}


def _registered(path: str, held: dict[str, object], walk: Walk) -> Iterator[NamedTensor]:
    """Parameters and buffers; a buffer that a state dict would leave out is a state."""
    for name, tensor in _tensors(held, "_parameters"):
        yield NamedTensor(walk.join(path, name), tensor)
    passing = held.get("_non_persistent_buffers_set")
    left_out = [name for name in passing if type(name) is str] if type(passing) is list else []
    for name, tensor in _tensors(held, "_buffers"):
        purpose = Purpose.STATE if name in left_out else Purpose.PARAMETER
        yield NamedTensor(walk.join(path, name), tensor, purpose)
    for name, value in held.items():
        if is_packed(value):
            for label, tensor in tensors_in(value):
                yield NamedTensor(walk.join(path, name + label), tensor)


def _tensors(held: dict[str, object], registry: str) -> Iterator[tuple[str, TensorView]]:
    registered = held.get(registry)
    if isinstance(registered, Mapping):
        for name, value in registered.named.items():
            tensor = _held_by(value) if isinstance(value, Instance) else value
            if isinstance(tensor, TensorView):
                yield name, tensor


def _held_by(value: Instance) -> object:
    """The tensor of a parameter whose class was called without it, as in torch 0.1."""
    state = value.state
    return state[0] if value.path in STATEFUL and type(state) is tuple and state else None


def _loose(path: str, held: dict[str, object], walk: Walk) -> Iterator[NamedTensor]:
    """Tensors that are plain attributes, or lie in plain lists: `_flat_weights`, a state h0."""
    for name, value in held.items():
        if name not in _OWN and not is_packed(value):
            for label, tensor in tensors_in(value):
                yield NamedTensor(walk.join(path, name + label), tensor, Purpose.STATE)


def _children(path: str, held: dict[str, object], walk: Walk) -> Iterator[tuple[str, Instance]]:
    modules = held.get("_modules")
    if isinstance(modules, Mapping):
        for name, value in modules.named.items():
            if isinstance(value, Instance) and not is_packed(value):
                yield walk.join(path, name), value


def _others(path: str, held: dict[str, object], walk: Walk) -> Iterator[PathedValue]:
    """What a module holds without registering it: other modules, alone, in a list or an object."""
    for name, value in held.items():
        if name not in _OWN and _may_hold(value) and not is_packed(value):
            yield walk.join(path, name), name, value


def _may_hold(value: object) -> bool:
    match value:
        case Instance():
            return True
        case Mapping():
            return bool(value.pairs)
        case list() | tuple():
            nested = (isinstance(item, Mapping | Instance | list | tuple) for item in value)
            return len(value) > FEW or any(nested)
        case _:
            return False
