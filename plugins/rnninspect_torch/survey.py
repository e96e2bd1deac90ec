"""Finds the networks in what a file holds: state dicts and modules, however they are wrapped."""

from __future__ import annotations

from itertools import takewhile

from rnninspect.plugin import Purpose
from rnninspect_torch.arrays import array_of
from rnninspect_torch.copies import settle
from rnninspect_torch.modules import is_module, module_root
from rnninspect_torch.packed import FEW, is_packed, tensors_in
from rnninspect_torch.purposes import purpose_of_class, purpose_of_key
from rnninspect_torch.roots import Entry, Root
from rnninspect_torch.values import Instance, Mapping, Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeGuard

    from rnninspect_torch.walking import Walk

_HOLDING = (Tensor, Mapping, Instance, list, tuple)  # what a tensor may be in
_COST = 3  # what one of these takes, beside a number or a text
_COST_OF_OBJECT = 10  # which has attributes, items and arguments, each of them walked

Place = tuple[str, object, Purpose]

# What torch.compile returns; it is pickled as a call with the module itself, and how to compile it.
_COMPILED = "torch._dynamo.eval_frame.OptimizedModule"


def find_roots(value: object, walk: Walk) -> list[Root]:
    """All roots below a value, in the file's order, with what each is for."""
    roots: list[Root] = []
    waiting: list[Place] = [("", value, Purpose.PARAMETER)]
    while waiting:
        place = waiting.pop()
        walk.step()
        if isinstance(place[1], Tensor):
            roots.append(Root("", place[2], [Entry(place[0] or "tensor", place[1])]))
        elif walk.first_visit(place[1]):
            waiting.extend(reversed(list(_look_into(place, roots, walk))))
    return settle([root for root in roots if root.entries])


def _look_into(place: Place, roots: list[Root], walk: Walk) -> Iterator[Place]:
    """Add the root that a value is, and yield what else lies in it."""
    path, value, purpose = place
    match value:
        case Mapping():
            yield from _dict(path, value.items(), purpose, (roots, walk))
        case list() | tuple():
            yield from _dict(path, _pairs(value), purpose, (roots, walk))
        case Instance() if is_module(value):
            roots.append(module_root(value, path, purpose, walk))
        case Instance() if value.path == _COMPILED:
            yield path, value.args, purpose
        case Instance():
            walk.step(_COST_OF_OBJECT)
            inner = purpose_of_class(value.path, purpose) if value.pairs is None else purpose
            for name, item in value.attributes.items():
                yield walk.join(path, name), item, purpose_of_key(name, inner)
            yield from _dict(path, Mapping(value.pairs).items(), inner, (roots, walk))
            yield path, value.items, inner
            yield path, value.args, inner


def _pairs(value: list[object] | tuple[object, ...]) -> Iterator[tuple[object, object]]:
    """Items by their number; of `list(model.named_parameters())` the tensors by their names."""
    named = dict(item for item in takewhile(_is_named, value) if _is_named(item))
    if len(named) == len(value):
        yield from named.items()
    else:
        yield from ((str(index), item) for index, item in enumerate(value))


def _is_named(item: object) -> TypeGuard[tuple[str, Tensor]]:
    if not isinstance(item, tuple) or len(item) != 2:
        return False
    return isinstance(item[0], str) and isinstance(item[1], Tensor)


def _dict(
    path: str,
    pairs: Iterator[tuple[object, object]],
    purpose: Purpose,
    into: tuple[list[Root], Walk],
) -> Iterator[Place]:
    roots, walk = into
    held, tensors = _holding(pairs, walk)
    for key in tensors:
        yield path, (key,), purpose
    if "param_groups" in held and "state" in held:
        purpose = Purpose.OPTIMIZER
    elif "python" in held and "cpu" in held:  # what transformers' Trainer saves of generators
        purpose = Purpose.STATE
    own = Root(path, purpose)
    for label, value in held.items():
        if (array := array_of(value)) is not None:
            own.entries.append(Entry(label, array))
        elif _is_tensors(value):
            own.entries.extend(Entry(label + tail, tensor) for tail, tensor in tensors_in(value))
        elif isinstance(value, Mapping | Instance | list | tuple):
            yield walk.join(path, label), value, purpose_of_key(label, purpose)
    if own.entries:
        roots.append(own)


def _holding(
    pairs: Iterator[tuple[object, object]], walk: Walk
) -> tuple[dict[str, object], list[Tensor]]:
    """The values that tensors may be in, by a name for their key, and the keys that are tensors."""
    held: dict[str, object] = {}
    tensors: list[Tensor] = []
    for index, (key, value) in enumerate(pairs):
        walk.step()
        label = _label(key, index)
        if isinstance(value, _HOLDING):
            walk.step(_COST)
            held[label] = value
        elif label in held:  # the last value of a key counts
            del held[label]
        if isinstance(key, Tensor):
            tensors.append(key)
    return held, tensors


def _is_tensors(value: object) -> bool:
    """A tensor, a packed parameter, or a tuple of these as quantised layers have it."""
    if isinstance(value, tuple):
        parts = [item for item in value[:FEW] if item is not None]
        return 0 < len(parts) <= len(value) <= FEW and all(
            isinstance(item, Tensor) or is_packed(item) for item in parts
        )
    return isinstance(value, Tensor) or is_packed(value)


def _label(key: object, index: int) -> str:
    """A name for a key; what is no text, no number and no None is counted instead."""
    if isinstance(key, str):
        return key
    if key is None or (isinstance(key, int) and abs(key) < 2**63):
        return str(key)
    return f"[{index}]"
