"""Describes a program with the parameters beside it."""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation, Purpose, Record, SavedModel, Search, Searched
from rnninspect_paddle.framework import PADDLE
from rnninspect_paddle.modules import cells_in, layers_of, modules_in
from rnninspect_paddle.parameters import tensors_in
from rnninspect_paddle.programs.beside import parameters_of, unnamed
from rnninspect_paddle.programs.operators import recurrent_in
from rnninspect_paddle.programs.titles import titles_beside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from rnninspect.plugin import RecurrentLayer, SkippedLayer, Source, StoredTensor
    from rnninspect_paddle.modules import Module
    from rnninspect_paddle.programs.messages import Operation, Program

_LOOPS = frozenset({"while", "recurrent"})
_GATES = frozenset({"sigmoid", "tanh", "relu"})
_PRODUCTS = frozenset({"mul", "matmul", "matmul_v2", "fc"})


def describe_program(program: Program, source: Source, form: str) -> SavedModel:
    """Describe a program.

    Args:
        program: what the file says.
        source: the file, whose neighbours have the parameters.
        form: the format's name, for reports.

    Raises:
        UnreadableFile: a parameter's header is malformed.
        RefusedFile: a limit is exceeded.
    """
    parameters = parameters_of(program, source)
    tensors = _with_statistics(parameters.tensors, program)
    titles = titles_beside(source)
    found = recurrent_in(program, tensors, titles.names, source)
    taken = _names(found.layers, found.skipped)
    cells = _cells_by_names(tensors, taken, titles.names)
    named = layers_of(cells, {name: name for name in tensors}, source)
    taken |= _names(named.layers, ())
    return SavedModel(
        format=form,
        framework=PADDLE,
        producer=program.producer,
        layers=(*found.layers, *named.layers),
        tensors=tuple(tensors.values()),
        skipped=found.skipped,
        observations=(
            *parameters.notes,
            *titles.notes,
            *named.observations,
            *_loops(program, tensors, taken),
        ),
        search=Search(Searched.OPERATORS, len(program.operations)),
    )


def _cells_by_names(
    tensors: Mapping[str, StoredTensor], taken: Container[str], titles: Mapping[str, str]
) -> list[Module]:
    """The cells that only the names of parameters tell, those of layers taken away."""
    left = {
        name: tensor
        for name, tensor in tensors.items()
        if name not in taken and tensor.purpose is Purpose.PARAMETER
    }
    titled = {title: left[name] for name, title in titles.items() if name in left}
    untitled = (tensor for name, tensor in left.items() if name not in titles)
    return [*modules_in(titled, ()), *cells_in(untitled)]


def _with_statistics(
    tensors: Mapping[str, StoredTensor], program: Program
) -> dict[str, StoredTensor]:
    """The tensors, of which those that a normalisation measures are never trained."""
    measured = {
        operation.first(word)
        for operation in program.operations
        if "batch_norm" in operation.kind
        for word in ("Mean", "Variance")
    }
    return {
        name: tensor._replace(trained=False) if name in measured else tensor
        for name, tensor in tensors.items()
    }


def describe_parameters(source: Source) -> SavedModel:
    """Describe parameters whose program, which has their names, is missing.

    Raises:
        UnreadableFile: a tensor's header is malformed.
        RefusedFile: a limit is exceeded.
    """
    tensors = tuple(unnamed(*pair) for pair in enumerate(tensors_in(source)))
    detail = "the program, which says what the tensors are, is not beside them"
    return SavedModel(
        format="paddle parameters",
        framework=PADDLE,
        producer="",
        layers=(),
        tensors=tensors,
        observations=(Observation(Fact.POSSIBLE, detail, tensors=tensors),),
    )


def _names(layers: Iterable[RecurrentLayer], skipped: Iterable[SkippedLayer]) -> set[str]:
    parts = [
        *(operand.tensors for layer in layers for operand in layer.operands),
        *(layer.tensors for layer in skipped),
    ]
    return {tensor.name for tensors in parts for tensor in tensors}


class _Body(Record):
    """A block that a loop repeats: what its operators do, and the weights that they multiply."""

    kinds: set[str]
    weights: dict[str, None]


def _loops(
    program: Program, tensors: Mapping[str, StoredTensor], taken: set[str]
) -> Iterator[Observation]:
    """A note for each loop that multiplies stored weights which are in no layer, as a cell does."""
    bodies: dict[int, _Body] = {
        operation.number("sub_block"): _Body(set(), {})
        for operation in program.operations
        if operation.kind in _LOOPS
    }
    for operation in program.operations:
        body = bodies.get(operation.block)
        if body is not None:
            body.kinds.add(operation.kind)
            if operation.kind in _PRODUCTS:
                body.weights.update(dict.fromkeys(_stored(operation, tensors)))
    for block, body in bodies.items():
        left = [tensors[name] for name in body.weights if name not in taken]
        if left and not body.kinds.isdisjoint(_GATES):
            detail = f"the loop in block {block} multiplies weights as a recurrent cell does"
            yield Observation(Fact.POSSIBLE, detail, tensors=tuple(left))


def _stored(operation: Operation, tensors: Mapping[str, StoredTensor]) -> list[str]:
    return [name for names in operation.inputs.values() for name in names if name in tensors]
