"""Finds the networks in what a file holds: state dicts and modules, however they are wrapped."""

from __future__ import annotations

from itertools import takewhile

from rnninspect.plugin import Purpose, Record
from rnninspect_torch.networks.copies import settle
from rnninspect_torch.networks.modules import add_module, is_module
from rnninspect_torch.networks.purposes import (
    is_ambiguous,
    is_scaler,
    purpose_of_key,
    purpose_of_object,
)
from rnninspect_torch.networks.records import NamedTensor, Root
from rnninspect_torch.pickles.values import Global, Instance, Mapping, TensorView
from rnninspect_torch.tensors.arrays import array_of
from rnninspect_torch.tensors.packed import FEW, is_packed, tensors_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from typing import TypeGuard

    from rnninspect_torch.networks.walking import Walk

    _Into = tuple[list[Root], Walk]

_HOLDING = (TensorView, Mapping, Instance, list, tuple)  # what a tensor may be in
_COST = 3  # what one of these takes, beside a number or a text
_COST_OF_OBJECT = 10  # which has attributes, items and arguments, each of them walked
_OF_STATE_DICTS = "_metadata"  # the attribute that nn.Module.state_dict gives the dict it makes
_OF_GRAD_SCALERS = "growth_factor"  # a key of the dict that torch.amp.GradScaler makes
# What torch.compile returns; it is pickled as a call with the module itself, and how to compile it.
_COMPILED = "torch._dynamo.eval_frame.OptimizedModule"
_LOSSES = "torch.nn.modules.loss."
_ASIDE = (Purpose.OPTIMIZER, Purpose.STATE)


class _Reached(Record):
    """A value and how it was reached.

    Attributes:
        purpose: what a network found here is for.
        loose: whether it belongs to an object that is not a module, whose bare tensors may be
            anything: a table, a replay buffer.
        home: the root of the module that it is an attribute of.
    """

    path: str
    value: object
    purpose: Purpose
    loose: bool = False
    home: Root | None = None

    def below(self, path: str, key: str, value: object, *, loose: bool = False) -> _Reached:
        """The place of something that this one holds under a key."""
        purpose = purpose_of_key(key, self.purpose)
        loose = loose or self.loose or is_ambiguous(key)
        return _Reached(path, value, purpose, loose, self.home)


def find_roots(value: object, walk: Walk) -> list[Root]:
    """All roots below a value, in the file's order, with what each is for.

    What optimizers and states of the training hold comes last: a network that one of them refers
    to counts as a network if anything else refers to it.
    """
    roots: list[Root] = []
    aside = _walk([_Reached("", value, Purpose.PARAMETER)], roots, walk, _ASIDE)
    _walk(aside[::-1], roots, walk)
    return settle([root for root in roots if root.entries])


def _walk(
    waiting: list[_Reached], roots: list[Root], walk: Walk, leave: Container[Purpose] = ()
) -> list[_Reached]:
    """Add the roots below some places, and return those left for later because of their purpose."""
    left: list[_Reached] = []
    while waiting:
        place = waiting.pop()
        walk.step()
        if place.purpose in leave:
            left.append(place)
        elif isinstance(place.value, TensorView):
            entry = NamedTensor(place.path or "tensor", place.value)
            roots.append(Root("", place.purpose, [entry], loose=place.loose))
        elif walk.first_visit(place.value):
            waiting.extend(reversed(list(_look_into(place, roots, walk))))
    return left


def _look_into(place: _Reached, roots: list[Root], walk: Walk) -> Iterator[_Reached]:
    """Add the root that a value is, and yield what else lies in it."""
    value = place.value
    match value:
        case Mapping():
            marked = isinstance(value.state, Mapping) and _OF_STATE_DICTS in value.state.named
            if is_scaler(place.path) and _OF_GRAD_SCALERS in value.named:
                place = place._replace(purpose=Purpose.OPTIMIZER)
            yield from _dict(place, value.items(), (roots, walk), is_state_dict=marked)
        case list() | tuple():
            yield from _dict(place, _pairs(value), (roots, walk))
        case Instance() if is_module(value):
            yield from _module(place, value, (roots, walk))
        case Instance() if value.path == _COMPILED:
            yield place._replace(value=value.args)
        case Instance() if (array := array_of(value)) is not None:
            entry = NamedTensor(place.path or "array", array)
            roots.append(Root("", place.purpose, [entry], loose=place.loose))
        case Instance():
            yield from _object(place, value, (roots, walk))


def _module(place: _Reached, module: Instance, into: _Into) -> Iterator[_Reached]:
    """Add a module to the root that it is part of, or as a root of its own."""
    roots, walk = into
    if module.path.startswith(_LOSSES):  # it has no parameters, at most the weights of classes
        place = place._replace(purpose=Purpose.STATE)
    root, path = place.home, ""
    if root is None or root.purpose is not place.purpose:
        root = Root(place.path, place.purpose)
        roots.append(root)
    else:
        path = place.path[len(root.name) :].removeprefix(".")
    inside = place._replace(home=root)
    for below, key, value in add_module(root, path, module, walk):
        whole = walk.join(root.name, below) if root.name else below
        yield inside.below(whole, key, value, loose=True)


def _object(place: _Reached, value: Instance, into: _Into) -> Iterator[_Reached]:
    """What an object holds that is not a module: a trainer, an optimizer, a named tuple."""
    _, walk = into
    walk.step(_COST_OF_OBJECT)
    held = value.attributes if value.has_attributes else {}
    purpose = purpose_of_object(value.path, held, place.purpose)
    loose = place.loose or value.pairs is None
    own = _Reached(place.path, value, purpose, loose, place.home)
    if held:
        yield from _dict(own, held.items(), into)
    elif value.state:  # what its own __setstate__ would take: a partial's, a list of slots
        yield own._replace(value=value.state)
    if value.pairs is not None:
        yield from _dict(own, Mapping(value.pairs).items(), into)
    for part in (value.items, value.args, value.maker):
        if part and not isinstance(part, Global):
            yield own._replace(value=part)


def _pairs(value: list[object] | tuple[object, ...]) -> Iterator[tuple[object, object]]:
    """Items by their number; of `list(model.named_parameters())` the tensors by their names."""
    named = dict(item for item in takewhile(_is_named, value) if _is_named(item))
    if len(named) == len(value):
        yield from named.items()
    else:
        yield from ((str(index), item) for index, item in enumerate(value))


def _is_named(item: object) -> TypeGuard[tuple[str, TensorView]]:
    if not isinstance(item, tuple) or len(item) != 2:
        return False
    return isinstance(item[0], str) and isinstance(item[1], TensorView)


def _dict(
    place: _Reached,
    pairs: Iterable[tuple[object, object]],
    into: _Into,
    *,
    is_state_dict: bool = False,
) -> Iterator[_Reached]:
    roots, walk = into
    held, tensors = _holding(pairs, walk)
    for key in tensors:
        yield place._replace(value=(key,))
    if "param_groups" in held and "state" in held:
        place = place._replace(purpose=Purpose.OPTIMIZER)
    elif "python" in held and "cpu" in held:  # what transformers' Trainer saves of generators
        place = place._replace(purpose=Purpose.STATE)
    own = Root(place.path, place.purpose, loose=place.loose, is_state_dict=is_state_dict)
    for label, value in held.items():
        if (array := array_of(value)) is not None:
            own.entries.append(NamedTensor(label, array))
        elif _is_tensors(value):
            own.entries.extend(
                NamedTensor(label + tail, tensor) for tail, tensor in tensors_in(value)
            )
        elif isinstance(value, Mapping | Instance | list | tuple):
            yield place.below(walk.join(place.path, label), label, value)
    if own.entries:
        roots.append(own)


def _holding(
    pairs: Iterable[tuple[object, object]], walk: Walk
) -> tuple[dict[str, object], list[TensorView]]:
    """The values that tensors may be in, by a name for their key, and the keys that are tensors."""
    held: dict[str, object] = {}
    tensors: list[TensorView] = []
    for index, (key, value) in enumerate(pairs):
        walk.step()
        label = _label(key, index)
        if isinstance(value, _HOLDING):
            walk.step(_COST)
            held[label] = value
        elif label in held:  # the last value of a key counts
            del held[label]
        if isinstance(key, TensorView):
            tensors.append(key)
    return held, tensors


def _is_tensors(value: object) -> bool:
    """A tensor, a packed parameter, or a tuple of these as quantised layers have it."""
    if isinstance(value, tuple):
        parts = [item for item in value[:FEW] if item is not None]
        return 0 < len(parts) <= len(value) <= FEW and all(
            isinstance(item, TensorView) or is_packed(item) for item in parts
        )
    return isinstance(value, TensorView) or is_packed(value)


def _label(key: object, index: int) -> str:
    """A name for a key; what is no text, no number and no None is counted instead."""
    if isinstance(key, str):
        return key
    if key is None or (isinstance(key, int) and abs(key) < 2**63):
        return str(key)
    return f"[{index}]"
