"""Walks pickled nn.Module objects: their tensors by name, and what each module says of itself."""

from __future__ import annotations

from rnninspect.plugin import Purpose
from rnninspect_torch.packed import is_packed, tensors_in
from rnninspect_torch.roots import Declared, Entry, Root
from rnninspect_torch.values import Instance, Mapping, Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.walking import Walk

_OWN = ("_parameters", "_buffers", "_modules")
_PLAIN = (bool, int, float, str, type(None))


def is_module(value: object) -> bool:
    """Whether it is an instance with the dicts that every nn.Module has."""
    if not isinstance(value, Instance):
        return False
    held = value.attributes
    return any(isinstance(held.get(name), Mapping) for name in ("_parameters", "_modules"))


def module_root(module: Instance, name: str, purpose: Purpose, walk: Walk) -> Root:
    """The root of a module and all modules below it.

    A module that stands in two places gives its tensors the names of both; what lies below it is
    walked once.
    """
    root = Root(name, purpose)
    waiting: list[tuple[str, Instance]] = [("", module)]
    late: list[Entry] = []
    while waiting:
        path, current = waiting.pop()
        held = current.attributes
        walk.step(1 + len(held))
        root.declared[path] = Declared(current.path, _plain(held))
        root.entries.extend(_registered(path, held, walk))
        if not path or walk.first_visit(current):  # whoever found the module has visited it
            late.extend(_loose(path, held, walk))
            waiting.extend(reversed(list(_children(path, held, walk))))
    root.entries.extend(late)
    return root


def _plain(held: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in held.items() if isinstance(value, _PLAIN)}


def _registered(path: str, held: dict[str, object], walk: Walk) -> Iterator[Entry]:
    """Parameters and buffers; a buffer that a state dict would leave out is a state."""
    for name, tensor in _tensors(held, "_parameters"):
        yield Entry(walk.join(path, name), tensor)
    passing = held.get("_non_persistent_buffers_set")
    left_out = [name for name in passing if type(name) is str] if type(passing) is list else []
    for name, tensor in _tensors(held, "_buffers"):
        purpose = Purpose.STATE if name in left_out else Purpose.PARAMETER
        yield Entry(walk.join(path, name), tensor, purpose)
    for name, value in held.items():
        if is_packed(value):
            for label, tensor in tensors_in(value):
                yield Entry(walk.join(path, name + label), tensor)


def _tensors(held: dict[str, object], registry: str) -> Iterator[tuple[str, Tensor]]:
    registered = held.get(registry)
    if isinstance(registered, Mapping):
        for name, value in registered.named.items():
            if isinstance(value, Tensor):
                yield name, value


def _loose(path: str, held: dict[str, object], walk: Walk) -> Iterator[Entry]:
    """Tensors that are plain attributes, or lie in plain lists: `_flat_weights`, a state h0."""
    for name, value in held.items():
        if name not in _OWN and not is_packed(value):
            for label, tensor in tensors_in(value):
                yield Entry(walk.join(path, name + label), tensor, Purpose.STATE)


def _children(path: str, held: dict[str, object], walk: Walk) -> Iterator[tuple[str, Instance]]:
    modules = held.get("_modules")
    if isinstance(modules, Mapping):
        for name, value in modules.named.items():
            if isinstance(value, Instance) and not is_packed(value):
                yield walk.join(path, name), value
    for name, value in held.items():
        if name not in _OWN:
            yield from _hidden(path, name, value, walk)


def _hidden(path: str, name: str, value: object, walk: Walk) -> Iterator[tuple[str, Instance]]:
    """Modules that are attributes without being registered, alone or in a list or dict."""
    if isinstance(value, Instance):
        if is_module(value):
            yield walk.join(path, name), value
        return
    held: dict[str, object] = {}
    if isinstance(value, list | tuple) and walk.first_visit(value):
        walk.step(len(value))
        held = {f"{name}.{index}": item for index, item in enumerate(value)}
    elif isinstance(value, Mapping) and walk.first_visit(value):
        walk.step(len(value.pairs))
        held = {f"{name}.{key}": item for key, item in value.named.items()}
    for key, item in held.items():
        if is_module(item) and isinstance(item, Instance):
            yield walk.join(path, key), item
