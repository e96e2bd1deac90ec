"""Every constant of a network as a stored tensor with its purpose, each run of bytes once."""

from __future__ import annotations

from rnninspect.plugin import (
    DTYPES,
    UNUSABLE,
    Fact,
    Limit,
    Observation,
    Purpose,
    StoredTensor,
    Whereabouts,
    plural,
)
from rnninspect_openvino.constants import constants_of
from rnninspect_openvino.uses import uses_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source
    from rnninspect_openvino.constants import Constant
    from rnninspect_openvino.records import Operator
    from rnninspect_openvino.values import Scope

_STEPS_OF_A_CONSTANT = 15
# Of uses of the same bytes, the first of these counts.
_ORDER = (Purpose.PARAMETER, Purpose.QUANTISATION, Purpose.STATE, Purpose.CONSTANT)


class Stored:
    """The stored tensors of a network.

    Attributes:
        tensors: by their identities, in the order of the document.
        constants: those of each operator.
    """

    def __init__(self, source: Source, found: list[Scope]) -> None:
        self._source = source
        stem = source.name.rpartition(".")[0] or source.name
        self.file = f"{stem}.bin"
        self.constants: dict[Operator, tuple[Constant, ...]] = {}
        self.tensors: dict[str, StoredTensor] = {}
        self._names: dict[Operator, str] = {}
        for scope in found:
            for operator in (one for one in scope.network.operators.values() if one.blobs):
                name = self._names[operator] = scope.name(operator)
                self.constants[operator] = tuple(constants_of(operator, name[:80]))
        self._beside = source.neighbour(self.file) if self.constants else None
        self._describe(uses_of(found, self.constants))

    def of(self, operator: Operator) -> tuple[StoredTensor, ...]:
        """The stored tensors of an operator's constants."""
        return tuple(self.tensors[each.identity] for each in self.constants.get(operator, ()))

    def observations(self) -> Iterator[Observation]:
        """What is odd about the file of constants, and about the bytes that they take."""
        beside = self._beside
        if beside is None:
            return
        if beside.whereabouts in UNUSABLE:
            fact, what = UNUSABLE[beside.whereabouts]
            yield Observation(fact, f"its constants are in {self.file}, which {what}")
            return
        yield from _overlaps(self._parts())
        end = max((part.offset + part.size for part, _ in self._parts()), default=0)
        if end < beside.size:
            detail = f"{plural(beside.size - end, 'trailing byte')} in {self.file}"
            yield Observation(Fact.UNUSUAL, detail)

    def contradictions(self) -> Iterator[Observation]:
        """Constants whose shape is another one at their output."""
        for operator, parts in self.constants.items():
            dims = operator.outputs[0].dims if operator.kind == "Const" and operator.outputs else ()
            for part in parts:
                if dims and part.shape != dims:
                    said = ["?" if size is None else size for size in dims]
                    detail = f"its shape is {list(part.shape)}, that of its output {said}"
                    name = self._names[operator]
                    yield Observation(Fact.CONTRADICTION, detail, tensor=name)

    def _parts(self) -> list[tuple[Constant, str]]:
        return [
            (part, self._names[operator])
            for operator, parts in self.constants.items()
            for part in parts
        ]

    def _describe(self, uses: dict[Operator, Purpose]) -> None:
        kept: dict[str, tuple[Constant, str, Purpose]] = {}
        for operator, parts in self.constants.items():
            for part in parts:
                self._source.spend(Limit.STEPS, _STEPS_OF_A_CONSTANT)
                purpose = uses.get(operator) or _purpose_of(part)
                known = kept.get(part.identity)
                if known is None or _ORDER.index(purpose) < _ORDER.index(known[2]):
                    kept[part.identity] = (part, self._name_of(operator, part), purpose)
        self._source.limits.require(Limit.TENSORS, len(kept))
        for identity, (part, name, purpose) in kept.items():
            self.tensors[identity] = self._stored(part, name, purpose)

    def _name_of(self, operator: Operator, part: Constant) -> str:
        return f"{self._names[operator]}/{part.label}" if part.label else self._names[operator]

    def _stored(self, part: Constant, name: str, purpose: Purpose) -> StoredTensor:
        beside = self._beside
        inside = beside is not None and beside.whereabouts is Whereabouts.INSIDE
        there = max(0, min(part.size, beside.size - part.offset)) if beside and inside else None
        return StoredTensor(
            name,
            part.shape,
            part.dtype,
            there or 0,
            part.identity,
            purpose,
            needed_bytes=part.size if part.is_flat else part.needed,
            held_bytes=there,
        )


def _purpose_of(part: Constant) -> Purpose:
    """Of a constant that nothing says more about: floats with an axis are weights."""
    element = DTYPES.get(part.dtype)
    is_weight = part.shape and (part.label or (element is not None and element.is_real))
    return Purpose.PARAMETER if is_weight else Purpose.CONSTANT


def _overlaps(parts: list[tuple[Constant, str]]) -> Iterator[Observation]:
    """Constants that share some of their bytes; over exactly the same bytes they are one."""
    end, other, last = 0, "", ""
    for part, name in sorted(parts, key=lambda pair: (pair[0].offset, pair[0].size)):
        if part.identity == last:
            continue
        if part.offset < end and part.size:
            detail = f"its bytes overlap those of {other}"
            yield Observation(Fact.OVERLAP, detail, tensor=name)
        last = part.identity
        if part.offset + part.size > end:
            end, other = part.offset + part.size, name
