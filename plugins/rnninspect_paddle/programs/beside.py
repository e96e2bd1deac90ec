"""The parameters of a program: all in one file beside it, or each in a file of its name."""

from __future__ import annotations

from math import prod

from rnninspect.plugin import (
    DTYPES,
    UNUSABLE,
    Fact,
    Limit,
    Observation,
    Record,
    RefusedFile,
    StoredTensor,
    UnreadableFile,
    Whereabouts,
    plural,
)
from rnninspect_paddle.parameters import Stored, expected_heads, tensor_at, tensors_in
from rnninspect_paddle.purposes import is_trained, purpose_of
from rnninspect_paddle.state import code_in, read_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source
    from rnninspect_paddle.programs.messages import Program, Variable

_ENDING = ".pdiparams"
_STATE = ".pdparams"  # a state dict, beside a program that is saved to be trained
_IN_ONE = ("__params__", "params")  # beside a program without an ending
_MOST_NOTES = 20


class Parameters(Record):
    """The parameters of a program.

    Attributes:
        tensors: by the names of their variables.
        notes: on what is missing, or is not as the program says.
    """

    tensors: dict[str, StoredTensor]
    notes: tuple[Observation, ...] = ()


def parameters_of(program: Program, source: Source) -> Parameters:
    """The parameters beside a program.

    Raises:
        UnreadableFile: a parameter's header is malformed; the message names its file.
        RefusedFile: a limit would be exceeded.
    """
    variables = [program.variables[name] for name in sorted(program.variables)]
    if not variables:
        return Parameters({})
    stem, _, ending = source.name.rpartition(".")
    combined = f"{stem}{_ENDING}" if stem and ending in ("pdmodel", "json") else ""
    for name in (combined,) if combined else _IN_ONE:
        if source.neighbour(name).whereabouts is Whereabouts.INSIDE:
            return _from_one(variables, source, name)
    if combined and source.neighbour(f"{stem}{_STATE}").whereabouts is Whereabouts.INSIDE:
        return _from_state(variables, source, f"{stem}{_STATE}")
    if combined:
        fact, words = UNUSABLE[source.neighbour(combined).whereabouts]
        missing = Observation(fact, f"its parameters are in {combined}, which {words}")
        return Parameters({each.name: _tensor(each, None) for each in variables}, (missing,))
    return _from_many(variables, source)


def _from_one(variables: list[Variable], source: Source, name: str) -> Parameters:
    """The tensors of one file, in the order of their variables' names."""
    with source.open_neighbour(name) as file:
        if all(min(each.shape, default=0) >= 0 for each in variables):
            file.expect(expected_heads((each.shape, each.dtype) for each in variables))
        try:
            stored = tensors_in(file)
        except UnreadableFile as error:
            raise error.inside(name) from error
    pairs = dict(zip([each.name for each in variables], stored, strict=False))
    notes = _differences(variables, pairs)
    if len(stored) != len(variables):
        of = plural(len(variables), "parameter")
        detail = f"{name} has {plural(len(stored), 'tensor')} for {of} of the program"
        notes.insert(0, Observation(Fact.CONTRADICTION, detail))
    tensors = {each.name: _tensor(each, pairs.get(each.name), cut=True) for each in variables}
    for number, more in enumerate(stored[len(variables) :], start=len(variables)):
        tensors[f"tensor {number}"] = unnamed(number, more)
    return Parameters(tensors, tuple(notes))


def _from_state(variables: list[Variable], source: Source, name: str) -> Parameters:
    """The arrays of a state dict with the names of the variables."""
    with source.open_neighbour(name) as file:
        try:
            state = read_state(file)
        except RefusedFile:
            raise
        except UnreadableFile as error:
            raise error.inside(name) from error
    pairs = {
        array.name: Stored(
            array.shape,
            array.dtype,
            array.needed,
            array.needed or 0 if array.held is None else array.held,
        )
        for array in state.arrays
    }
    notes = [*code_in(state.foreign), *_differences(variables, pairs)]
    tensors = {each.name: _tensor(each, pairs.get(each.name), cut=True) for each in variables}
    return Parameters(tensors, tuple(notes))


def _from_many(variables: list[Variable], source: Source) -> Parameters:
    """The tensors of files with the names of the variables."""
    pairs: dict[str, Stored] = {}
    notes: list[Observation] = []
    source.limits.require(Limit.MEMBERS, len(variables), "the number of files with parameters")
    source.expect_neighbours([each.name for each in variables])
    for each in variables:
        found = source.neighbour(each.name)
        if found.whereabouts is not Whereabouts.INSIDE:
            fact, words = UNUSABLE[found.whereabouts]
            detail = f"it is in a file of its name, which {words}"
            notes.append(Observation(fact, detail, tensor=each.name))
            continue
        with source.open_neighbour(each.name) as file:
            try:
                pairs[each.name], end = tensor_at(file, 0)
            except UnreadableFile as error:
                raise error.inside(each.name) from error
            if end < file.size:
                detail = f"{plural(file.size - end, 'trailing byte')} after it"
                notes.append(Observation(Fact.UNUSUAL, detail, tensor=each.name))
    more = len(notes) - _MOST_NOTES
    if more > 0:
        notes[_MOST_NOTES:] = [
            Observation(Fact.EXTERNAL_MISSING, f"and {plural(more, 'file')} more like these")
        ]
    notes += _differences(variables, pairs)
    return Parameters(
        {each.name: _tensor(each, pairs.get(each.name)) for each in variables}, tuple(notes)
    )


def _differences(variables: list[Variable], pairs: dict[str, Stored]) -> list[Observation]:
    """Notes on tensors whose shapes or types are not those that the program declares."""
    notes = []
    for each in variables:
        stored = pairs.get(each.name)
        if stored is None or (stored.shape, stored.dtype) == (each.shape, each.dtype):
            continue
        detail = (
            f"stored as {stored.dtype} {list(stored.shape)}, "
            f"the program declares {each.dtype} {list(each.shape)}"
        )
        notes.append(Observation(Fact.CONTRADICTION, detail, tensor=each.name))
    return notes[:_MOST_NOTES]


def _tensor(variable: Variable, stored: Stored | None, *, cut: bool = False) -> StoredTensor:
    """A parameter as it is stored; as it is declared where it is not.

    Args:
        variable: as the program declares it.
        stored: None if no file has it.
        cut: whether the file that should have it ends before.
    """
    name = variable.name
    if stored is not None:
        return unnamed(0, stored)._replace(
            name=name,
            identity=name,
            purpose=purpose_of(name),
            trained=is_trained(name, stored.dtype),
        )
    element = DTYPES.get(variable.dtype)
    count = prod(variable.shape) if min(variable.shape, default=0) >= 0 else 0
    needed = count * element.bits // 8 if element and element.bits else None
    held = 0 if cut else None
    return StoredTensor(
        name,
        variable.shape,
        variable.dtype,
        0 if cut else needed or 0,
        name,
        purpose_of(name),
        needed_bytes=needed,
        held_bytes=held,
        trained=is_trained(name, variable.dtype),
    )


def unnamed(number: int, stored: Stored) -> StoredTensor:
    """A tensor of a file by its place in it."""
    return StoredTensor(
        f"tensor {number}",
        stored.shape,
        stored.dtype,
        stored.held,
        f"tensor {number}",
        needed_bytes=stored.needed,
        held_bytes=stored.held,
    )
