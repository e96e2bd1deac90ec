"""R2: what the file holds, byte for byte."""

from __future__ import annotations

from collections import defaultdict

from rnninspect.counter import unique_tensors
from rnninspect.dtypes import DTYPES
from rnninspect.model import Fact, impossible
from rnninspect.rules.finding import Breach, Case, Level, Rule, observed
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.model import StoredTensor

SHOWN_AXES = 8


def _payload(case: Case, sign: int) -> Iterator[Breach]:
    wrong = [
        (tensor, tensor.held_bytes, tensor.needed_bytes)
        for tensor in case.model.tensors
        if tensor.held_bytes != tensor.needed_bytes
        and tensor.held_bytes is not None
        and tensor.needed_bytes is not None
    ]
    owners = _owners(case) if wrong else {}
    for tensor, held, needed in wrong:
        if (held - needed) * sign > 0:
            message = f"{plural(held, 'byte')} held, {needed:,} needed"
            yield Breach(message, owners.get(tensor.identity), tensor.name)


def _short(case: Case) -> Iterator[Breach]:
    yield from _payload(case, -1)


def _long(case: Case) -> Iterator[Breach]:
    yield from _payload(case, 1)


def _impossible(case: Case) -> Iterator[Breach]:
    wrong = [tensor for tensor in case.model.tensors if impossible(tensor.shape)]
    owners = _owners(case) if wrong else {}
    for tensor in wrong:
        shape = ", ".join(_bounded(size) for size in tensor.shape[:SHOWN_AXES])
        message = f"no array can have the shape [{shape}]"
        yield Breach(message, owners.get(tensor.identity), tensor.name)


def _bounded(size: int) -> str:
    return str(size) if abs(size) < 10**24 else "a number of more than 24 digits"


def _owners(case: Case) -> dict[str, str]:
    """The layer of each tensor that belongs to one."""
    return {
        tensor.identity: counted.layer.name
        for counted in case.counts
        for tensor in unique_tensors(counted.layer)
    }


def _mixed(case: Case) -> Iterator[Breach]:
    for counted in case.counts:
        by_dtype: dict[str, StoredTensor] = {}
        for tensor in unique_tensors(counted.layer):
            element = DTYPES.get(tensor.dtype)
            if element is not None and element.is_computed_in:
                by_dtype.setdefault(tensor.dtype, tensor)
        if len(by_dtype) > 1:
            listed = " and ".join(sorted(by_dtype))
            yield Breach(f"the weights of one layer are {listed}", counted.layer.name)


def _shared(case: Case) -> Iterator[Breach]:
    users: dict[str, list[str]] = defaultdict(list)
    for counted in case.counts:
        if counted.layer.also_at:
            places = ", ".join(counted.layer.also_at)
            yield Breach(f"the same weights are used at {places}", counted.layer.name)
        for tensor in unique_tensors(counted.layer):
            users[tensor.identity].append(counted.layer.name)
    pairs = {tuple(names) for names in users.values() if len(names) > 1}
    for first, *others in sorted(pairs):
        yield Breach(f"shares some of its tensors with {', '.join(others)}", first)


RULES = (
    Rule(
        "R201",
        "payload-short",
        Level.ERROR,
        "The file holds fewer bytes for a tensor than its shape and type need.",
        "The file was cut, or its header lies; frameworks crash or read what lies behind.",
        "Copy or export the file again and compare its checksum.",
        _short,
    ),
    Rule(
        "R202",
        "payload-long",
        Level.ERROR,
        "The file holds more bytes for a tensor than its shape and type need.",
        "The shape or the type was changed after the weights were written.",
        "Export the file again.",
        _long,
    ),
    Rule(
        "R203",
        "tensors-overlap",
        Level.ERROR,
        "Two tensors share bytes of the file.",
        "One of them is not what it claims to be.",
        "Write the file again with the framework's own writer.",
        observed(Fact.OVERLAP),
    ),
    Rule(
        "R204",
        "external-missing",
        Level.ERROR,
        "Weights lie in another file, which is not there.",
        "The model cannot be loaded.",
        "Put the data file beside the model, under the name that the model gives.",
        observed(Fact.EXTERNAL_MISSING),
    ),
    Rule(
        "R205",
        "external-outside",
        Level.ERROR,
        "Weights are said to lie outside the model's folder, or in something that is no file.",
        "A loader that follows such a path reads files that the model has no business with.",
        "Do not load the file; ask its author. rnninspect has opened nothing.",
        observed(Fact.EXTERNAL_OUTSIDE),
    ),
    Rule(
        "R206",
        "impossible-shape",
        Level.ERROR,
        "A shape has a negative axis, or more elements than an address can count.",
        "A loader that multiplies the axes overflows.",
        "Do not load the file; ask its author.",
        _impossible,
    ),
    Rule(
        "R207",
        "mixed-dtypes",
        Level.WARNING,
        "The weights of one layer have different floating-point types.",
        "Runtimes refuse such a layer or convert in silence.",
        "Cast the whole layer to one type.",
        _mixed,
    ),
    Rule(
        "R208",
        "shared-weights",
        Level.NOTE,
        "Stored weights are used in more than one place; they are counted once.",
        "A sum over the places is larger than the number of parameters.",
        "Nothing, if the sharing is meant.",
        _shared,
    ),
    Rule(
        "R209",
        "duplicate-name",
        Level.ERROR,
        "Two things of one scope have the same name.",
        "Readers differ on which one they take.",
        "Write the file again with the framework's own writer.",
        observed(Fact.DUPLICATE_NAME),
    ),
)
