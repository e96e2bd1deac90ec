"""Goes through a program once: what each value is made of, and what each stored one is for."""

from __future__ import annotations

from itertools import zip_longest
from math import prod

from rnninspect.plugin import (
    DTYPES,
    Fate,
    Purpose,
    Recurrences,
    Role,
    SkippedLayer,
    StoredTensor,
    has_recurrent_name,
    no_formula,
)
from rnninspect_coreml.framework import COREML
from rnninspect_coreml.loops import Step, products_of_state
from rnninspect_coreml.programs.blobs import Blobs, Wanted
from rnninspect_coreml.programs.element_types import TEXT
from rnninspect_coreml.programs.layout import (
    ACTIVE,
    DATA,
    LAYOUT,
    MASKS,
    PRODUCTS,
    SCALED,
    SCALES,
    STATES,
)
from rnninspect_coreml.programs.records import Literal
from rnninspect_coreml.programs.recurrent import describe_operation
from rnninspect_coreml.programs.values import Value
from rnninspect_coreml.programs.worth import may_contain_cell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.plugin import Source
    from rnninspect_coreml.description import Description
    from rnninspect_coreml.programs.decoding import Decoder
    from rnninspect_coreml.programs.records import Block, Function, Operation, Shape
    from rnninspect_coreml.programs.recovered.translation import Translation

_CONSTANT, _VALUE = "const", "val"
_LOOP, _BRANCH = "while_loop", "cond"


class Run:
    """Goes through functions, and describes what they contain."""

    def __init__(self, decoder: Decoder, into: Description) -> None:
        self.decoder, self.into = decoder, into
        self._literals: dict[str, tuple[str, Literal]] = {}  # name and value by identity
        self._purposes: dict[str, Purpose] = {}
        self._elements: dict[str, int] = {}
        self._recurrent: list[tuple[str, Operation, dict[str, Value]]] = []
        self._translation: Translation | None = None
        self._loops: list[tuple[str, tuple[str, ...]]] = []
        self.values: dict[str, Value] = {}

    def function(self, function: Function, path: str) -> None:
        """Go through a function whose layers are below a path."""
        self.values = {each.name: Value(each.shape, Fate.INPUT) for each in function.inputs}
        self._translation = self._translation or self._translated(function)
        if self._translation is None:
            self._block(function.block, path)
            return
        self._translation.begin(self.values, function.inputs)
        self._block(function.block, path)
        self._translation.end(function.block.outputs)

    def _translated(self, function: Function) -> Translation | None:
        """What translates the program from here on; None where it cannot contain a cell."""
        if not may_contain_cell(function):
            return None
        from rnninspect_coreml.programs.recovered.translation import Translation  # noqa: PLC0415 - few programs need it

        return Translation(self.decoder, self.into.searched)

    def finish(self, source: Source) -> None:
        """Describe the layers and the stored values of all functions.

        Args:
            source: the file, beside which blob files are.
        """
        blobs = Blobs(source)
        blobs.look_up(
            [
                Wanted(literal.blob, name, literal.dtype, literal.needed_bytes)
                for name, literal in self._literals.values()
                if literal.blob is not None
            ]
        )
        tensors = {
            identity: self._stored(name, literal, blobs)
            for identity, (name, literal) in self._literals.items()
        }
        self.into.add_tensors(tensors.values())
        self.into.observations.extend(blobs.observations)
        self._add_recovered(tensors)
        for path, operation, values in self._recurrent:
            found = describe_operation(self.decoder, path, operation, values, tensors)
            if isinstance(found, SkippedLayer):
                self.into.skipped.append(found)
            else:
                self.into.add_layer(found)

    def _add_recovered(self, tensors: dict[str, StoredTensor]) -> None:
        """Add the cells that were taken apart, and the loops that may be some."""
        found, into = self._recovered(tensors), self.into
        for layer in found.layers:
            into.add_layer(layer)
        into.skipped.extend(found.skipped)
        into.observations.extend(found.observations)
        into.states |= found.states
        into.finished = into.finished and found.finished
        for name, identities in self._loops:
            if found.identities.isdisjoint(identities):
                into.possible(name, tuple(tensors[identity] for identity in identities))

    def _recovered(self, tensors: dict[str, StoredTensor]) -> Recurrences:
        """The cells that were taken apart."""
        if self._translation is None:
            return Recurrences()
        from rnninspect.graphs import recurrences  # noqa: PLC0415 - few programs need it

        def tensors_of(key: object) -> tuple[StoredTensor, ...]:
            found = (tensors.get(each) for each in key) if isinstance(key, tuple) else ()
            return tuple(each for each in found if each and each.purpose is Purpose.PARAMETER)

        return recurrences(self._translation.graph, tensors_of, COREML, frozenset({Role.BIAS}))

    def _block(self, block: Block, path: str) -> None:
        for operation in block.operations:
            self._operation(operation, path)

    def _operation(self, operation: Operation, path: str) -> None:
        given = {
            key: [self._value(each, f"{path}{operation.name}/{key}") for each in bindings]
            for key, bindings in operation.inputs.items()
            if operation.kind != _CONSTANT
        }
        for output in operation.outputs:
            self.values[output.name] = self._result(operation, given, output.shape, path)
        if operation.kind in LAYOUT:
            values = {key: found[0] for key, found in given.items() if found}
            self._recurrent.append((path, operation, values))
            self._start_from(value for key in STATES for value in given.get(key, ()))
        elif has_recurrent_name(operation.kind):
            self._skip(operation, path)
        self._nested(operation, given, path)
        if self._translation is not None:
            self._translation.ran(operation, path + operation.name)

    def _nested(self, operation: Operation, given: dict[str, list[Value]], path: str) -> None:
        values = [value for found in given.values() for value in found]
        carried = _carried(operation)
        if operation.kind == _LOOP:
            self._start_from(value for at, value in enumerate(values) if at in carried)
        for block in operation.blocks:
            for at, (each, value) in enumerate(zip(block.inputs, values, strict=False)):
                computed = Value(each.shape, Fate.COMPUTED)
                self.values[each.name] = computed if at in carried else value
            if self._translation is not None and operation.kind == _LOOP:
                self._translation.enter(block.inputs, carried)
            self._block(block, f"{path}{operation.name}/")
        if self._translation is not None and operation.kind == _BRANCH:
            self._translation.chosen(operation, [block.outputs for block in operation.blocks])
        if operation.kind == _LOOP and operation.blocks:
            self._loop(operation, path)

    def _loop(self, operation: Operation, path: str) -> None:
        """Note a loop that may be a cell."""
        body = operation.blocks[-1]
        if self._translation is not None:
            self._translation.looped(path + operation.name, body.inputs, body.outputs)
        steps = {each.name: self._step(each) for each in body.operations}
        carried = [body.inputs[at].name for at in _carried(operation)]
        names = products_of_state(list(steps.values()), carried, body.outputs)
        identities = {
            identity: None
            for each in body.operations
            if each.name in names
            for identity in self._weights_of(each)
        }
        if identities:
            self._loops.append((path + operation.name, tuple(identities)))

    def _step(self, operation: Operation) -> Step:
        read = tuple(
            each
            for bindings in operation.inputs.values()
            for each in bindings
            if isinstance(each, str)
        )
        given = tuple(each.name for each in operation.outputs)
        is_product = bool(self._weights_of(operation))
        return Step(operation.name, read, given, is_product, operation.kind in ACTIVE)

    def _weights_of(self, operation: Operation) -> tuple[str, ...]:
        """The stored matrices that an operation multiplies by."""
        bindings = [
            each
            for key in PRODUCTS.get(operation.kind, ())
            for each in operation.inputs.get(key, ())
        ]
        values = [self._value(each, f"{operation.name}/weight") for each in bindings]
        return _literals(value for value in values if value.fate is Fate.STORED)

    def _value(self, given: str | Literal, name: str) -> Value:
        if isinstance(given, Literal):
            return self._kept(given, name)
        return self.values.get(given) or Value(None, Fate.COMPUTED)

    def _kept(self, literal: Literal, name: str) -> Value:
        if literal.dtype != TEXT:
            self._literals.setdefault(literal.identity, (name, literal))
        return Value(literal.shape, Fate.STORED, (literal.identity,), literal)

    def _result(
        self, operation: Operation, given: dict[str, list[Value]], shape: Shape | None, path: str
    ) -> Value:
        if operation.kind == _CONSTANT:
            for each in operation.inputs.get(_VALUE, ()):
                if isinstance(each, Literal):
                    return self._kept(each, f"{path}{operation.name}")
            return Value(shape, Fate.COMPUTED)
        if operation.kind in SCALED:
            return self._expanded(given, shape)
        found = [value for values in given.values() for value in values]
        if operation.blocks or any(value.fate is not Fate.STORED for value in found):
            return Value(shape, Fate.COMPUTED)
        return Value(shape, Fate.COMPUTED, _literals(found))

    def _expanded(self, given: dict[str, list[Value]], shape: Shape | None) -> Value:
        """What a compressed weight is when it is used: its data are the weight's parameters."""
        data = [value for key in DATA for value in given.get(key, ())]
        for keys, purpose in ((MASKS, Purpose.STATE), (SCALES, Purpose.QUANTISATION)):
            for identity in _literals(value for key in keys for value in given.get(key, ())):
                self._purposes.setdefault(identity, purpose)
        literals = _literals(data)
        if any(value.fate is not Fate.STORED for value in data):
            return Value(shape, Fate.COMPUTED, literals)
        for identity in literals:
            self._purposes[identity] = Purpose.PARAMETER
            if shape is not None and None not in shape:
                self._elements[identity] = prod(size or 0 for size in shape)
        return Value(shape, Fate.STORED, literals)

    def _start_from(self, values: Iterable[Value]) -> None:
        for value in values:
            if value.fate is Fate.STORED:
                self.into.states.update(value.literals)

    def _skip(self, operation: Operation, path: str) -> None:
        reason = no_formula("this operator")
        self.into.skipped.append(SkippedLayer(path + operation.name, operation.kind, reason))

    def _stored(self, name: str, literal: Literal, blobs: Blobs) -> StoredTensor:
        elements, needed = self._elements.get(literal.identity), literal.needed_bytes
        held = literal.bytes if literal.blob is None else blobs.held.get(literal.blob)
        return StoredTensor(
            name,
            literal.shape,
            literal.dtype,
            (needed or 0) if held is None and literal.blob is None else held or 0,
            literal.identity,
            self._purpose(literal),
            elements,
            needed,
            held,
        )

    def _purpose(self, literal: Literal) -> Purpose:
        purpose = self._purposes.get(literal.identity)
        if purpose is not None:
            return purpose
        element = DTYPES.get(literal.dtype)
        is_weight = element is not None and element.is_real and bool(literal.shape)
        return Purpose.PARAMETER if is_weight else Purpose.CONSTANT


def _carried(operation: Operation) -> frozenset[int]:
    """The places of what a loop changes; what its body hands on as it is stays what it was."""
    if operation.kind != _LOOP or not operation.blocks:
        return frozenset()
    body = operation.blocks[-1]
    pairs = zip_longest((each.name for each in body.inputs), body.outputs[: len(body.inputs)])
    return frozenset(at for at, (name, result) in enumerate(pairs) if name != result)


def _literals(values: Iterable[Value]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for value in values for each in value.literals))
