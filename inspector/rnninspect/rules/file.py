"""R2: the bytes of the file: payloads, shapes, element types, names."""

from __future__ import annotations

from rnninspect.counter import never_trained
from rnninspect.dtypes import DTYPES, ElementKind
from rnninspect.lean import defaultdict
from rnninspect.model import Fact, Purpose, impossible
from rnninspect.rules.finding import Breach, Case, Level, Rule, observed
from rnninspect.stored.tensor import plain_sums, single
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.model import StoredTensor
    from rnninspect.stored.columns import TensorColumns

SHOWN_AXES = 8
_OF_LAYERS = ("weight", "bias")  # how the names begin of what is trained in most layers
_INCOMPLETE = {Fact.EXTERNAL_MISSING, Fact.EXTERNAL_OUTSIDE}


def _payload(case: Case, sign: int) -> Iterator[Breach]:
    wrong = [
        (tensor, tensor.held_bytes, tensor.needed_bytes)
        for tensor in single(case.model.tensors)
        if tensor.held_bytes != tensor.needed_bytes
        and tensor.held_bytes is not None
        and tensor.needed_bytes is not None
    ]
    owners = _owners(case) if wrong else {}
    for tensor, stored, needed in wrong:
        if (stored - needed) * sign > 0:
            message = f"stores {plural(stored, 'byte')}, needs {needed:,}"
            yield Breach(message, owners.get(tensor.identity), tensor.name)


def _short(case: Case) -> Iterator[Breach]:
    yield from _payload(case, -1)


def _long(case: Case) -> Iterator[Breach]:
    yield from _payload(case, 1)


def _impossible(case: Case) -> Iterator[Breach]:
    wrong = [tensor for tensor in single(case.model.tensors) if impossible(tensor.shape)]
    owners = _owners(case) if wrong else {}
    for tensor in wrong:
        shape = ", ".join(_bounded(size) for size in tensor.shape[:SHOWN_AXES])
        message = f"impossible shape [{shape}]"
        yield Breach(message, owners.get(tensor.identity), tensor.name)


def _bounded(size: int) -> str:
    return str(size) if abs(size) < 10**24 else "a number of more than 24 digits"


def _owners(case: Case) -> dict[str, str]:
    """The layer of each tensor that belongs to one."""
    return {
        tensor.identity: counted.layer.name for counted in case.counts for tensor in counted.tensors
    }


def _mixed(case: Case) -> Iterator[Breach]:
    for counted in case.counts:
        if len({tensor.loaded_as or tensor.dtype for tensor in counted.tensors}) == 1:
            continue
        by_dtype: dict[str, StoredTensor] = {}
        for tensor in counted.tensors:
            dtype = tensor.loaded_as or tensor.dtype
            element = DTYPES.get(dtype)
            if element is not None and element.is_computed_in:
                by_dtype.setdefault(dtype, tensor)
        if len(by_dtype) > 1:
            listed = " and ".join(sorted(by_dtype))
            yield Breach(f"the weights of one layer are {listed}", counted.layer.name)


def _shared(case: Case) -> Iterator[Breach]:
    users: dict[str, list[str]] = defaultdict(list)
    every = [tensor.identity for counted in case.counts for tensor in counted.tensors]
    shared = len(set(every)) < len(every)
    for counted in case.counts:
        if counted.layer.also_at:
            places = ", ".join(counted.layer.also_at)
            yield Breach(f"the same weights are used at {places}", counted.layer.name)
        for tensor in counted.tensors if shared else ():
            users[tensor.identity].append(counted.layer.name)
    pairs = {tuple(names) for names in users.values() if len(names) > 1}
    for first, *others in sorted(pairs):
        yield Breach(f"shares some of its tensors with {', '.join(others)}", first)


def _declared_totals(case: Case) -> Iterator[Breach]:
    """A declared total that is none of those that a writer may mean.

    Writers count what is trained or all that is stored, a tensor of several names once or for each
    name. Elements of packed tensors are not compared: the index has their logical ones.
    """
    declared = case.model.declared_totals
    noted = {observation.fact for observation in case.model.observations}
    if declared is None or noted & _INCOMPLETE:
        return
    named = [each for each in single(case.model.tensors) if each.purpose is Purpose.PARAMETER]
    once = list({tensor.identity: tensor for tensor in named}.values())
    untrained = never_trained(once, case.counts)
    plain = plain_sums(case.model.tensors, Purpose.PARAMETER)
    elements, sizes = set(), {declared.file_bytes}
    for tensors in (named, once):
        trained = [tensor for tensor in tensors if tensor.identity not in untrained]
        every, some = _elements(tensors) + plain.elements, _elements(trained) + plain.elements
        elements |= {every, some - plain.buffer_elements}
        size, part = _bytes(tensors) + plain.bytes, _bytes(trained) + plain.bytes
        sizes |= {size, part - plain.buffer_bytes}
    if declared.bytes is not None and declared.bytes not in sizes:
        yield Breach(f"metadata.total_size {declared.bytes:,}, stored {size:,}")
    if any(map(_may_be_packed, plain.dtypes | {each.dtype for each in once if each.trained})):
        return
    number = declared.parameters
    if number is None or number in elements:
        return
    if not 0 <= every - number <= _elements_of_any_name(once, case.model.tensors):
        yield Breach(f"{declared.key} {declared.parameters:,}, stored {every:,}")


def _elements_of_any_name(
    once: list[StoredTensor], tensors: tuple[StoredTensor, ...] | TensorColumns
) -> int:
    """Elements of tensors that may be buffers, which a total may lack: not named as in layers."""
    elements = _elements(tensor for tensor in once if not _is_named_as_in_layers(tensor.name))
    if isinstance(tensors, tuple):
        return elements
    plain = tensors.plain(Purpose.PARAMETER)
    others = [place for place in plain if not _is_named_as_in_layers(tensors.names[place])]
    return elements + tensors.elements(others)


def _is_named_as_in_layers(name: str) -> bool:
    return name[name.rfind(".") + 1 :].startswith(_OF_LAYERS)


def _elements(tensors: Iterable[StoredTensor]) -> int:
    return sum(tensor.parameters for tensor in tensors)


def _bytes(tensors: Iterable[StoredTensor]) -> int:
    return sum(tensor.bytes for tensor in tensors)


def _may_be_packed(dtype: str) -> bool:
    """Whether an element may stand for several: of a type that is neither a float nor a counter."""
    element = DTYPES.get(dtype)
    return element is None or element.kind is not ElementKind.FLOAT


RULES = (
    Rule(
        "R201",
        "payload-short",
        Level.ERROR,
        "The file stores fewer bytes for a tensor than its shape and type need.",
        "The file is truncated or its header is wrong; frameworks crash or read unrelated bytes.",
        "Copy or export the file again, then compare checksums.",
        _short,
    ),
    Rule(
        "R202",
        "payload-long",
        Level.ERROR,
        "The file stores more bytes for a tensor than its shape and type need.",
        "The shape or the type was changed after the weights were written.",
        "Export the file again.",
        _long,
    ),
    Rule(
        "R203",
        "tensors-overlap",
        Level.ERROR,
        "Two tensors overlap in the file.",
        "At least one of them contains bytes of the other.",
        "Save the file again with the framework itself.",
        observed(Fact.OVERLAP),
    ),
    Rule(
        "R204",
        "external-missing",
        Level.ERROR,
        "Weights are stored in another file, which is missing.",
        "The model cannot be loaded.",
        "Put the data file next to the model, under the name that the model uses.",
        observed(Fact.EXTERNAL_MISSING),
    ),
    Rule(
        "R205",
        "external-outside",
        Level.ERROR,
        "Weights are stored outside the model's folder, or not in a regular file.",
        "A loader that follows the path reads files outside the model.",
        "Do not load the file; ask its author. rnninspect did not open the path.",
        observed(Fact.EXTERNAL_OUTSIDE),
    ),
    Rule(
        "R206",
        "impossible-shape",
        Level.ERROR,
        "A shape has a negative axis, or more than 2^63 - 1 elements.",
        "The number of elements overflows in loaders.",
        "Do not load the file; ask its author.",
        _impossible,
    ),
    Rule(
        "R207",
        "mixed-dtypes",
        Level.WARNING,
        "The weights of one layer have different floating-point types.",
        "Runtimes reject such a layer or convert it without warning.",
        "Cast the whole layer to one type.",
        _mixed,
    ),
    Rule(
        "R208",
        "shared-weights",
        Level.NOTE,
        "Stored weights are used in more than one place; they are counted once.",
        "Adding up the layers gives more than the number of parameters.",
        "Nothing, if the sharing is intended.",
        _shared,
    ),
    Rule(
        "R209",
        "duplicate-name",
        Level.ERROR,
        "A name is used twice in one scope.",
        "Readers differ on which of the two they use.",
        "Save the file again with the framework itself.",
        observed(Fact.DUPLICATE_NAME),
    ),
    Rule(
        "R211",
        "graph-broken",
        Level.ERROR,
        "An operation of the graph reads what nothing gives, or waits for its own result.",
        "The framework refuses the graph; what the operation is part of may be missing here.",
        "Export again, and keep every node that an output needs.",
        observed(Fact.BROKEN_GRAPH),
    ),
    Rule(
        "R212",
        "declared-total",
        Level.WARNING,
        "The file declares another total of parameters or bytes than it stores.",
        "Hubs and tools show the declared total, which is then wrong by any factor.",
        "Save the model again, or correct the metadata of the index.",
        _declared_totals,
    ),
)
