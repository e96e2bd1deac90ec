"""Describes a state dict: its layers by the names of their weights, every array once."""

from __future__ import annotations

from itertools import islice

from rnninspect.lean import re
from rnninspect.plugin import (
    Fact,
    Observation,
    Purpose,
    SavedModel,
    StoredTensor,
    plural,
)
from rnninspect.signatures.describing import known_layers
from rnninspect.signatures.marks import possible_layers
from rnninspect.spellings import remainder
from rnninspect.stored.entries import Entries
from rnninspect_paddle.framework import PADDLE
from rnninspect_paddle.modules import layers_of, modules_in, second_name
from rnninspect_paddle.purposes import is_trained, purpose_of
from rnninspect_paddle.state import code_in, read_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from rnninspect.plugin import RecurrentLayer, Source
    from rnninspect.stored.columns import TensorColumns
    from rnninspect_paddle.state import SavedArray, SavedState


_FLUID = re.compile(r"(?s)(?P<path>(?:.*\W)?(?:lstm|lstmp|gru|gru_unit)_\d+)\.w_0$")


_MOST_NOTES = 20
_FEW = 10_000  # arrays that are made at once


def describe_state(source: Source) -> SavedModel:
    """Describe a state dict.

    Raises:
        UnreadableFile: truncated or malformed.
        RefusedFile: a limit is exceeded.
    """
    state = read_state(source)
    second = _second_names(state.arrays)
    tensors = _tensors(state.arrays, second)
    layers, notes = _layers(state, tensors, source)
    return SavedModel(
        format="paddle state dict",
        framework=PADDLE,
        producer="",
        layers=layers,
        tensors=tensors,
        observations=(*notes, *_differences(state, second), *_oddities(state, len(second))),
    )


def _second_names(arrays: Sequence[SavedArray]) -> dict[int, int]:
    """The places of the arrays that hold a parameter once more, each with that of the first."""
    named = [array.parameter for array in arrays if array.parameter]
    if len(set(named)) == len(named):
        return {}
    by_parameter: dict[str, list[tuple[int, SavedArray]]] = {}
    for number, array in enumerate(arrays):
        if array.parameter:
            by_parameter.setdefault(array.parameter, []).append((number, array))
    again: dict[int, int] = {}
    for same in by_parameter.values():
        kept = next((number for number, one in same if not second_name(one.name)), same[0][0])
        again.update((number, kept) for number, _ in same if number != kept)
    return again


def _tensors(
    arrays: Sequence[SavedArray], second: Container[int]
) -> tuple[StoredTensor, ...] | TensorColumns:
    """The arrays as stored tensors, in columns if there are many."""

    def made(number: int) -> StoredTensor:
        return _stored(arrays[number], number in second)

    if len(arrays) <= _FEW:
        return tuple(map(made, range(len(arrays))))
    from rnninspect_paddle.columns import columns_of  # noqa: PLC0415 - for large files

    return columns_of(arrays, made)


def _stored(array: SavedArray, again: bool) -> StoredTensor:  # noqa: FBT001 - not public
    needed = array.needed
    held = needed or 0 if array.held is None else array.held
    purpose = purpose_of(array.name)
    if again and purpose is Purpose.PARAMETER:
        purpose = Purpose.COPY
    return StoredTensor(
        array.name,
        array.shape,
        array.dtype,
        held,
        f"array {array.number}",
        purpose,
        needed_bytes=needed,
        held_bytes=array.held,
        trained=is_trained(array.name, array.dtype),
    )


def _layers(
    state: SavedState, tensors: tuple[StoredTensor, ...] | TensorColumns, source: Source
) -> tuple[tuple[RecurrentLayer, ...], tuple[Observation, ...]]:
    """The layers, those of other libraries among them, and notes on what may be some."""
    entries = Entries(tensors)
    named = {entries.names[at]: entries[at].tensor for at in _near(entries.names)}
    stacks = {second_name(array.name) for array in state.arrays} - {""}
    parameters = {array.name: array.parameter for array in state.arrays if array.name in named}
    own = layers_of(modules_in(named, stacks), parameters, source)
    notes = list(own.observations)
    rest = _without(named, own.layers, notes)
    layers = [*own.layers, *known_layers(rest, source)]
    notes.extend(possible_layers(rest, layers))
    notes.extend(_fluid(_without(named, layers, notes)))
    taken = named.keys() - _without(named, layers, notes).keys()
    cells = remainder(entries, entries.without(taken) if taken else entries, {}, source)
    if cells is not None:
        from rnninspect.spellings.building import describe_cells  # noqa: PLC0415 - few need it

        found = describe_cells(cells, lambda entry: entry.tensor)
        return (*layers, *found.layers), (*notes, *found.observations)
    return tuple(layers), tuple(notes)


def _near(names: Sequence[str]) -> Iterable[int]:
    """The indices of parameters that may be of a layer with names; of few names all."""
    if len(names) <= _FEW:
        return range(len(names))
    from rnninspect_paddle.columns import near_layers  # noqa: PLC0415 - for large files

    return near_layers(names)


def _fluid(tensors: dict[str, StoredTensor]) -> Iterator[Observation]:
    """Weights of fluid's operators: only a program says which product has their kernel."""
    for name, tensor in tensors.items():
        found = _FLUID.match(name)
        if found is not None:
            bias = tensors.get(f"{found['path']}.b_0")
            detail = f"{found['path']}: recurrent weights, whose kernel is that of another layer"
            both = (tensor,) if bias is None else (tensor, bias)
            yield Observation(Fact.POSSIBLE, f"{detail}; the program says which", tensors=both)


def _without(
    named: dict[str, StoredTensor], layers: Iterable[RecurrentLayer], notes: Iterable[Observation]
) -> dict[str, StoredTensor]:
    """The tensors that no layer and no note takes."""
    taken = {
        tensor.name
        for parts in (
            *(operand.tensors for layer in layers for operand in layer.operands),
            *(note.tensors for note in notes),
        )
        for tensor in parts
    }
    if not taken:
        return named
    return {name: tensor for name, tensor in named.items() if name not in taken}


def _differences(state: SavedState, second: dict[int, int]) -> Iterator[Observation]:
    """A note for each parameter that is stored under two names in two shapes."""
    unlike = (
        (state.arrays[first], state.arrays[again])
        for again, first in second.items()
        if state.arrays[again].shape != state.arrays[first].shape
    )
    for first, again in islice(unlike, _MOST_NOTES):
        detail = (
            f"stored as {list(first.shape)}, and as {list(again.shape)} under the name "
            f"{again.name} of the same parameter"
        )
        yield Observation(Fact.CONTRADICTION, detail, tensor=first.name)


def _oddities(state: SavedState, again: int) -> Iterator[Observation]:
    yield from code_in(state.foreign)
    if again:
        detail = f"{plural(again, 'parameter')} stored twice, under two names each: counted once"
        yield Observation(Fact.UNUSUAL, detail)
    if state.left_out:
        shown = ", ".join(name[:60] for name in state.left_out[:3])
        yield Observation(
            Fact.UNUSUAL, f"{plural(len(state.left_out), 'array')} without numbers: {shown}"
        )
    if state.trailing:
        detail = f"{plural(state.trailing, 'trailing byte')} after the pickle"
        yield Observation(Fact.UNUSUAL, detail)
