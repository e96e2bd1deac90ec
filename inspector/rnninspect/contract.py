"""What every reader must be and return, checked at each call of an installed reader.

`rnninspect.testing` checks the same before a reader is published. Nothing here is imported where
a built-in reader describes the file.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum
from functools import cache
from types import UnionType
from typing import get_args, get_origin, get_type_hints

from rnninspect.cells import CELLS
from rnninspect.counter import count_layers
from rnninspect.model import Purpose, SavedModel, StoredTensor, impossible
from rnninspect.plugin import Convention, Inside
from rnninspect.rules import check
from rnninspect.source.source import Source
from rnninspect.stored.columns import TensorColumns
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from rnninspect.model import RecurrentLayer

ATTRIBUTES = (("name", str), ("summary", str), ("suffixes", tuple), ("implied_suffixes", tuple))
METHODS = ("recognise", "conventions", "frameworks")


def lacks(reader: object) -> str | None:
    """The first member of `rnninspect.plugin.Reader` that is missing or of a wrong type."""
    for name, kind in ATTRIBUTES:
        if not isinstance(getattr(reader, name, None), kind):
            return f"has no {name} that is a {kind.__name__}"
    missing = (name for name in METHODS if not callable(getattr(reader, name, None)))
    return next((f"has no method {name}" for name in missing), None)


def fault_in_convention(convention: Convention) -> str | None:
    """What is wrong with a convention."""
    if not isinstance(convention, Convention):
        return f"{convention!r:.80} is not a Convention"
    if convention.cell not in CELLS:
        return f"{convention.name}: {convention.cell} is not a cell"
    strange = {*convention.with_bias, *convention.options} - CELLS[convention.cell].roles()
    if strange:
        return f"{convention.name}: {convention.cell} has no {', '.join(sorted(strange))}"
    return None


def fault_in(found: object) -> str | None:
    """The first thing that is wrong with what a reader returns, and where; None if it is right."""
    if isinstance(found, Inside):
        is_source = isinstance(found.source, Source)
        return None if is_source else "source is not a rnninspect.plugin.Source"
    if not isinstance(found, SavedModel):
        return f"{found!r:.80} is not a SavedModel or an Inside"
    return (
        _mistyped(found, SavedModel, "") or next(_contradictions(found), None) or _uncounted(found)
    )


def _mistyped(value: object, kind: Any, place: str) -> str | None:  # noqa: ANN401 - any annotation
    """Where a value is not of the type that its field is annotated with."""
    if get_origin(kind) is UnionType or isinstance(kind, UnionType):
        return _none_of(value, get_args(kind), place)
    origin = get_origin(kind)
    if origin is not None:
        return _mistyped_items(value, origin, get_args(kind), place)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        return f"{place or 'it'} is {_shown(value)}, not {_article(kind.__name__)}"
    if hasattr(kind, "_fields"):
        start = f"{place}." if place else ""
        checked = (
            _mistyped(getattr(value, name), hint, f"{start}{name}")
            for name, hint in _hints(kind).items()
        )
        return next(filter(None, checked), None)
    return None


def _none_of(value: object, kinds: tuple[Any, ...], place: str) -> str | None:
    faults = [_mistyped(value, kind, place) for kind in kinds]
    return None if None in faults else faults[0]


def _mistyped_items(value: object, origin: Any, kinds: tuple[Any, ...], place: str) -> str | None:  # noqa: ANN401 - as above
    """Where a value is not a tuple or a set, or has an item of another type."""
    if not isinstance(value, origin):
        return f"{place} is {_shown(value)}, not {_article(origin.__name__)}"
    if origin is tuple and kinds[-1] is not Ellipsis:
        if len(value) != len(kinds):
            return f"{place} has {plural(len(value), 'item')}, not {len(kinds)}"
        pairs: Iterable[tuple[object, Any]] = zip(value, kinds, strict=True)
    else:
        pairs = ((item, kinds[0]) for item in value)
    checked = (_mistyped(item, kind, f"{place}[{at}]") for at, (item, kind) in enumerate(pairs))
    return next(filter(None, checked), None)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, localns={TensorColumns.__name__: TensorColumns})


def _shown(value: object) -> str:
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    return (
        f"{value!r:.40}" if isinstance(value, str | int | None) else _article(type(value).__name__)
    )


def _article(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiouAEIOU' else 'a'} {noun}"


def _contradictions(model: SavedModel) -> Iterator[str]:
    """What no type can say: cells, roles and directions that do not exist, tensors not listed."""
    for name in ("format", "framework"):
        if not getattr(model, name):
            yield f"{name} is empty"
    if isinstance(model.tensors, TensorColumns):
        yield from _faults_of_columns(model.tensors)
    known = {tensor.identity for tensor in model.tensors}
    for at, layer in enumerate(model.layers):
        yield from (f"layers[{at}]: {fault}" for fault in _faults_of_layer(layer, known))
    for at, skipped in enumerate(model.skipped):
        if not skipped.reason:
            yield f"skipped[{at}].reason is empty"
        yield from (f"skipped[{at}]: {fault}" for fault in _unlisted(skipped.tensors, known))
    for at, observation in enumerate(model.observations):
        yield from (
            f"observations[{at}]: {fault}" for fault in _unlisted(observation.tensors, known)
        )


def _faults_of_columns(columns: TensorColumns) -> Iterator[str]:
    """Columns of unequal length, tensors unlike their columns, plain ones that are not plain."""
    lengths = {len(columns.shapes), len(columns.dtypes), len(columns.sizes)}
    if lengths != {len(columns)}:
        yield "tensors: the columns are not equally long"
        return
    plain = {place for purpose in Purpose for place in columns.plain(purpose)}
    times = Counter(tensor.identity for tensor in columns)
    for place, tensor in enumerate(columns):
        if fault := _mistyped(tensor, StoredTensor, f"tensors[{place}]"):
            yield fault
            return
        if tensor[:4] != columns.row(place) or tensor.trained != (place not in columns.buffers):
            yield f"tensors[{place}] is unlike its columns"
        if tensor.purpose is not columns.purposes.get(place, Purpose.PARAMETER):
            yield f"tensors[{place}] has another purpose than its column"
        if place in plain and (times[tensor.identity] > 1 or not _is_plain(tensor)):
            yield f"tensors[{place}] is not plain, and was not asked for"


def _is_plain(tensor: StoredTensor) -> bool:
    held, needed = tensor.held_bytes, tensor.needed_bytes
    fits = held is None or needed is None or held == needed
    return fits and tensor.elements is None and not impossible(tensor.shape)


def _faults_of_layer(layer: RecurrentLayer, known: set[str]) -> Iterator[str]:
    if layer.cell not in CELLS:
        yield f"{layer.cell!r} is not a cell"
        return
    strange = layer.roles - CELLS[layer.cell].roles()
    if strange:
        yield f"{layer.cell} has no {', '.join(sorted(strange))}"
    if layer.sizes.directions not in (1, 2):
        yield f"{layer.sizes.directions} directions"
    for operand in layer.operands:
        for slot in operand.slots:
            if not 0 <= slot.direction < layer.sizes.directions:
                yield f"{operand.name} fills a slot of direction {slot.direction}"
            if slot.role not in CELLS[layer.cell].roles():
                yield f"{operand.name} fills the slot {slot.role}, which {layer.cell} does not have"
        yield from _unlisted(operand.tensors, known)
    yield from _unlisted(layer.extras, known)


def _unlisted(tensors: Iterable[StoredTensor], known: set[str]) -> Iterator[str]:
    for tensor in tensors:
        if tensor.identity not in known:
            yield f"the tensor {tensor.name} is not in SavedModel.tensors"


def _uncounted(model: SavedModel) -> str | None:
    """Why the layers cannot be counted, such as a size of its cell that a layer lacks."""
    try:
        tuple(check(model, count_layers(model.layers)))
    except Exception as error:  # noqa: BLE001 - whatever it is, the model is the cause
        return f"its layers cannot be counted: {type(error).__name__}: {error}"
    return None
