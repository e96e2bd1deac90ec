"""Walks pickled nn.Module objects: their tensors by name, and the attributes of each module."""

from __future__ import annotations

from rnninspect.decode.pickles.values import Instance, Mapping
from rnninspect.plugin import Purpose
from rnninspect_torch.networks.named_tensors import NamedTensor
from rnninspect_torch.networks.records import DeclaredModule
from rnninspect_torch.tensors.packed import FEW, is_packed, tensors_in
from rnninspect_torch.tensors.rebuilders import STATEFUL
from rnninspect_torch.tensors.views import TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.networks.records import ModulesAlike, Root
    from rnninspect_torch.networks.walking import Child, Walk

PathedValue = tuple[str, str, object]  # the path of an attribute, its name and its value

_COST = 20  # of a module, in visits of plain values
_OWN = ("_parameters", "_buffers", "_modules")
_PLAIN = (bool, int, float, str, type(None))


def is_module(value: object) -> bool:
    """Whether it is an instance with the registries of nn.Module."""
    if not isinstance(value, Instance) or not value.has_attributes:
        return False
    attributes = value.attributes
    return any(isinstance(attributes.get(name), Mapping) for name in ("_parameters", "_modules"))


def add_module(root: Root, path: str, module: Instance, walk: Walk) -> list[PathedValue]:
    """Add a module and all registered below it to a root; return their other attributes.

    Tensors of a module with two paths are named by both; its submodules are walked once.
    """
    waiting: list[Child] = [(path, module)]
    aliases: list[tuple[int, ModulesAlike]] = []
    unregistered: list[NamedTensor] = []
    others: list[PathedValue] = []
    is_new = True  # the caller has visited the module
    while waiting:
        path, current = waiting.pop()
        if not isinstance(current, Instance):
            current.declare(root)
            root.alike.append((len(root.entries), current, False))
            aliases.append((len(unregistered), current))
            continue
        attributes = current.attributes
        walk.step(_COST + len(attributes))
        root.declared[path] = DeclaredModule(current.path, _plain(attributes))
        root.entries.extend(_registered(path, attributes, walk))
        if is_new or walk.first_visit(current):
            is_new = False
            unregistered.extend(_unregistered(path, attributes, walk))
            others.extend(_others(path, attributes, walk))
            waiting.extend(reversed(list(_children(path, attributes, walk))))
    root.alike += [(len(root.entries) + at, alike, True) for at, alike in aliases]
    root.entries.extend(unregistered)
    return others


def _plain(attributes: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in attributes.items() if isinstance(value, _PLAIN)}


def _registered(path: str, attributes: dict[str, object], walk: Walk) -> Iterator[NamedTensor]:
    """Parameters and buffers; a non-persistent buffer is a state."""
    for name, tensor in _tensors(attributes, "_parameters"):
        yield NamedTensor(walk.join(path, name), tensor)
    passing = attributes.get("_non_persistent_buffers_set")
    left_out = [name for name in passing if type(name) is str] if type(passing) is list else []
    for name, tensor in _tensors(attributes, "_buffers"):
        purpose = Purpose.STATE if name in left_out else Purpose.PARAMETER
        yield NamedTensor(walk.join(path, name), tensor, purpose)
    for name, value in attributes.items():
        if is_packed(value):
            for label, tensor in tensors_in(value):
                yield NamedTensor(walk.join(path, name + label), tensor)


def _tensors(attributes: dict[str, object], registry: str) -> Iterator[tuple[str, TensorView]]:
    registered = attributes.get(registry)
    if isinstance(registered, Mapping):
        for name, value in registered.named.items():
            tensor = _tensor_in_state(value) if isinstance(value, Instance) else value
            if isinstance(tensor, TensorView):
                yield name, tensor


def _tensor_in_state(value: Instance) -> object:
    """The tensor of a parameter whose class was called without arguments, as in torch 0.1."""
    state = value.state
    return state[0] if value.path in STATEFUL and type(state) is tuple and state else None


def _unregistered(path: str, attributes: dict[str, object], walk: Walk) -> Iterator[NamedTensor]:
    """Tensors in plain attributes and lists: `_flat_weights`, an initial state."""
    for name, value in attributes.items():
        if name not in _OWN and not is_packed(value):
            for label, tensor in tensors_in(value):
                yield NamedTensor(walk.join(path, name + label), tensor, Purpose.STATE)


def _children(path: str, attributes: dict[str, object], walk: Walk) -> Iterator[Child]:
    modules = attributes.get("_modules")
    if isinstance(modules, Mapping):
        if modules.tables and walk.in_columns is not None:
            found = walk.in_columns.children(path, modules, walk)
            if found is not None:
                yield from found
                return
        for name, value in modules.named.items():
            if isinstance(value, Instance) and not is_packed(value):
                yield walk.join(path, name), value


def _others(path: str, attributes: dict[str, object], walk: Walk) -> Iterator[PathedValue]:
    """Unregistered attributes that may contain tensors: modules, lists, objects."""
    for name, value in attributes.items():
        if name not in _OWN and _may_contain_tensors(value) and not is_packed(value):
            yield walk.join(path, name), name, value


def _may_contain_tensors(value: object) -> bool:
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
