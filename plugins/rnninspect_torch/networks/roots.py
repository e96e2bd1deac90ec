"""Finds the state dicts and modules in a pickled value, however deeply they are nested."""

from __future__ import annotations

from itertools import takewhile

from rnninspect.decode.pickles.values import Global, Instance, Mapping
from rnninspect.plugin import MOST_ELEMENTS, Purpose, Record
from rnninspect_torch.networks.copies import assign_purposes
from rnninspect_torch.networks.modules import add_module, is_module
from rnninspect_torch.networks.named_tensors import NamedTensor
from rnninspect_torch.networks.purposes import (
    is_ambiguous,
    is_scaler,
    purpose_of_key,
    purpose_of_object,
)
from rnninspect_torch.networks.records import Root
from rnninspect_torch.tensors.arrays import array_of
from rnninspect_torch.tensors.packed import FEW, is_packed, tensors_in
from rnninspect_torch.tensors.views import TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from typing import TypeGuard

    from rnninspect_torch.networks.named_tensors import InColumns
    from rnninspect_torch.networks.walking import Walk

    _Into = tuple[list[Root], Walk]

_CONTAINERS = (TensorView, Mapping, Instance, list, tuple)  # values that may contain tensors
_COST = 3  # of one of these, in visits of plain values
_COST_OF_OBJECT = 10  # attributes, items and arguments are walked
_OF_STATE_DICTS = "_metadata"  # attribute of the dicts that nn.Module.state_dict returns
_OF_GRAD_SCALERS = "growth_factor"  # key of the state of torch.amp.GradScaler
# The result of torch.compile, pickled as a call with the module and the options as arguments.
_COMPILED = "torch._dynamo.eval_frame.OptimizedModule"
_LOSSES = "torch.nn.modules.loss."
_ASIDE = (Purpose.OPTIMIZER, Purpose.STATE)


class _Reached(Record):
    """A value and the path to it.

    Attributes:
        purpose: purpose of a network found here.
        outside_module: whether it belongs to an object that is not a module, whose bare tensors may
            be a table or a replay buffer.
        home: the root of the module with this attribute.
    """

    path: str
    value: object
    purpose: Purpose
    outside_module: bool = False
    home: Root | None = None

    def below(
        self, path: str, key: str, value: object, *, outside_module: bool = False
    ) -> _Reached:
        """The value under a key of this one."""
        purpose = purpose_of_key(key, self.purpose)
        outside_module = outside_module or self.outside_module or is_ambiguous(key)
        return _Reached(path, value, purpose, outside_module, self.home)


def find_roots(value: object, walk: Walk) -> list[Root]:
    """All roots below a value, in the file's order, each with its purpose.

    Optimizers and training state are walked last, so that a network that they share with the rest
    of the file is a network.
    """
    roots: list[Root] = []
    aside = _walk([_Reached("", value, Purpose.PARAMETER)], roots, walk, _ASIDE)
    _walk(aside[::-1], roots, walk)
    for root in roots:
        if root.alike and walk.in_columns is not None:
            walk.in_columns.settle(root)
    return assign_purposes([root for root in roots if root.every])


def _walk(
    waiting: list[_Reached], roots: list[Root], walk: Walk, leave: Container[Purpose] = ()
) -> list[_Reached]:
    """Add the roots below some values, and return the values whose purpose is in `leave`."""
    left: list[_Reached] = []
    while waiting:
        place = waiting.pop()
        walk.step()
        if place.purpose in leave:
            left.append(place)
        elif isinstance(place.value, TensorView):
            entry = NamedTensor(place.path or "tensor", place.value)
            roots.append(Root("", place.purpose, [entry], outside_module=place.outside_module))
        elif walk.first_visit(place.value):
            waiting.extend(reversed(list(_look_into(place, roots, walk))))
    return left


def _look_into(place: _Reached, roots: list[Root], walk: Walk) -> Iterator[_Reached]:
    """Add the value's own root, and yield the values in it that may have roots."""
    value = place.value
    match value:
        case Mapping():
            marked = isinstance(value.state, Mapping) and _OF_STATE_DICTS in value.state.named
            if is_scaler(place.path) and _OF_GRAD_SCALERS in value.named:
                place = place._replace(purpose=Purpose.OPTIMIZER)
            if (columns := _columns(value, place.purpose, walk)) is None:
                yield from _dict(place, value.items(), (roots, walk), is_state_dict=marked)
                return
            around = place.outside_module
            own = Root(
                *(place.path, place.purpose),
                columns=columns,
                outside_module=around,
                is_state_dict=marked,
            )
            roots.append(own)
        case list() | tuple():
            yield from _dict(place, _pairs(value), (roots, walk))
        case Instance() if is_module(value):
            yield from _module(place, value, (roots, walk))
        case Instance() if value.path == _COMPILED:
            yield place._replace(value=value.args)
        case Instance() if (array := array_of(value)) is not None:
            entry = NamedTensor(place.path or "array", array)
            roots.append(Root("", place.purpose, [entry], outside_module=place.outside_module))
        case Instance():
            yield from _object(place, value, (roots, walk))


def _columns(value: Mapping, purpose: Purpose, walk: Walk) -> InColumns | None:
    """The tensors of a dict in columns; None if it has anything but many plain ones.

    Those of the dicts in the state of an optimizer are one root then, instead of one for each.
    """
    if not value.tables or walk.in_columns is None:
        return None
    pairs = len(value.apart.pairs) // 2
    columns = walk.in_columns.of_dict(value, purpose, walk)
    if columns is not None:
        walk.step(pairs + len(columns) * (1 + _COST))
    return columns


def _module(place: _Reached, module: Instance, into: _Into) -> Iterator[_Reached]:
    """Add a module to its root, or as a root of its own."""
    roots, walk = into
    if module.path.startswith(_LOSSES):  # no parameters, at most weights of classes
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
        yield inside.below(whole, key, value, outside_module=True)


def _object(place: _Reached, value: Instance, into: _Into) -> Iterator[_Reached]:
    """Yield the contents of an object that is not a module: a trainer, an optimizer."""
    _, walk = into
    walk.step(_COST_OF_OBJECT)
    values = value.attributes if value.has_attributes else {}
    purpose = purpose_of_object(value.path, values, place.purpose)
    outside_module = place.outside_module or value.pairs is None
    own = _Reached(place.path, value, purpose, outside_module, place.home)
    if values:
        yield from _dict(own, values.items(), into)
    elif value.state:  # operand of a __setstate__
        yield own._replace(value=value.state)
    if value.pairs is not None:
        yield from _dict(own, Mapping(value.pairs).items(), into)
    for part in (value.items, value.args, value.maker):
        if part and not isinstance(part, Global):
            yield own._replace(value=part)


def _pairs(value: list[object] | tuple[object, ...]) -> Iterator[tuple[object, object]]:
    """Items by their index; those of `list(model.named_parameters())` by their names."""
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
    values, tensors = _containers_and_keys(pairs, walk)
    for key in tensors:
        yield place._replace(value=(key,))
    if "param_groups" in values and "state" in values:
        place = place._replace(purpose=Purpose.OPTIMIZER)
    elif "python" in values and "cpu" in values:  # random states, as saved by transformers
        place = place._replace(purpose=Purpose.STATE)
    own = Root(
        place.path, place.purpose, outside_module=place.outside_module, is_state_dict=is_state_dict
    )
    for label, value in values.items():
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


def _containers_and_keys(
    pairs: Iterable[tuple[object, object]], walk: Walk
) -> tuple[dict[str, object], list[TensorView]]:
    """The values that may contain tensors, by a label for their key, and keys that are tensors."""
    values: dict[str, object] = {}
    tensors: list[TensorView] = []
    for index, (key, value) in enumerate(pairs):
        walk.step()
        label = _label(key, index)
        if isinstance(value, _CONTAINERS):
            walk.step(_COST)
            values[label] = value
        elif label in values:  # the last value of a key counts
            del values[label]
        if isinstance(key, TensorView):
            tensors.append(key)
    return values, tensors


def _is_tensors(value: object) -> bool:
    """Whether it is a tensor, a packed parameter, or a tuple of these as in quantised layers."""
    if isinstance(value, tuple):
        parts = [item for item in value[:FEW] if item is not None]
        return 0 < len(parts) <= len(value) <= FEW and all(
            isinstance(item, TensorView) or is_packed(item) for item in parts
        )
    return isinstance(value, TensorView) or is_packed(value)


def _label(key: object, index: int) -> str:
    """A label for a key; its index unless it is a string, an integer or None."""
    if isinstance(key, str):
        return key
    if key is None or (isinstance(key, int) and abs(key) <= MOST_ELEMENTS):
        return str(key)
    return f"[{index}]"
