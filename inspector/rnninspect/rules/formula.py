"""R1: each layer's tensors compared with its formula."""

from __future__ import annotations

from rnninspect.cells import BIASES
from rnninspect.model import Fact, Fate, impossible
from rnninspect.rules.finding import Breach, Case, Level, Rule, observed
from rnninspect.rules.mismatch import Reason
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rnninspect.counter import LayerCount, OperandCount, SlotCount
    from rnninspect.model import Slot


def describe_slot(slot: Slot, directions: int) -> str:
    """`recurrent_kernel`, with its direction where there are two."""
    return (
        slot.role.value if directions == 1 else f"{slot.role.value} of direction {slot.direction}"
    )


def _differing(reason: Reason) -> Callable[[Case], Iterator[Breach]]:
    def check(case: Case) -> Iterator[Breach]:
        for counted, operand, found in case.differing:
            if found is reason:
                yield _shape_breach(counted, operand)

    return check


def _shape_breach(counted: LayerCount, operand: OperandCount) -> Breach:
    shapes = [tensor.shape for tensor in operand.operand.tensors]
    word = "stored" if shapes == [operand.operand.shape] else "given"
    given, expected = list(operand.operand.shape or ()), list(operand.expected_shape or ())
    message = f"{word} {given}, expected {expected}"
    return Breach(message, counted.layer.name, operand.operand.name)


def _absent(counted: LayerCount) -> Iterator[tuple[SlotCount, bool]]:
    """Slots that nothing fills; True where the other bias of the same direction is there."""
    absent = [slot for slot in counted.slots if slot.fate is Fate.ABSENT]
    filled = {slot.slot for slot in counted.slots if slot.operands} if absent else set()
    for slot in absent:
        siblings = {
            other.role for other in filled if other.direction == slot.slot.direction
        } & BIASES
        yield slot, slot.slot.role in BIASES and bool(siblings)


def _missing(case: Case) -> Iterator[Breach]:
    """Weights that nothing explains: those of a layer whose file is missing have R204."""
    elsewhere = {
        note.layer for note in case.model.observations if note.fact is Fact.EXTERNAL_MISSING
    }
    for counted in case.odd:
        if not counted.layer.operands and counted.layer.name in elsewhere:
            continue
        for slot, half_of_bias in _absent(counted):
            if not half_of_bias:
                place = describe_slot(slot.slot, counted.layer.sizes.directions)
                message = f"no tensor for the {place} ({plural(slot.expected, 'parameter')})"
                yield Breach(message, counted.layer.name)


def _unexpected(case: Case) -> Iterator[Breach]:
    for counted in case.odd:
        layer = counted.layer
        for operand in layer.operands:
            if operand.slots and layer.roles.isdisjoint([slot.role for slot in operand.slots]):
                roles = " and ".join(sorted({slot.role.value for slot in operand.slots}))
                message = f"the layer is declared without a {roles}"
                yield Breach(message, layer.name, operand.name)
        for tensor in layer.extras:
            yield Breach("no weight of this layer matches the tensor", layer.name, tensor.name)


def _bias_convention(case: Case) -> Iterator[Breach]:
    yield from _differing(Reason.BIAS)(case)
    for counted in case.odd:
        for slot, half_of_bias in _absent(counted):
            if half_of_bias:
                place = describe_slot(slot.slot, counted.layer.sizes.directions)
                message = f"one bias vector where {counted.layer.convention} has two: no {place}"
                yield Breach(message, counted.layer.name)


def _level_input(case: Case) -> Iterator[Breach]:
    yield from _differing(Reason.LEVEL)(case)
    levels = {
        (counted.layer.stack.name, counted.layer.root, counted.layer.stack.level): counted.layer
        for counted in case.counts
        if counted.layer.stack
    }
    for (name, root, level), layer in levels.items():
        below = levels.get((name, root, level - 1))
        if below is None:
            continue
        outputs = below.sizes.directions * below.sizes.fed_back
        if layer.sizes.input_size != outputs:
            inputs = plural(layer.sizes.input_size, "input")
            message = f"reads {inputs}, the level below has {plural(outputs, 'output')}"
            yield Breach(message, layer.name)


def _layer_count(case: Case) -> Iterator[Breach]:
    reported: dict[int, set[str]] = {}
    for counted, operand, _ in case.differing:
        reported.setdefault(id(counted), set()).add(operand.operand.name)
    for counted in case.odd:
        for group in _groups(counted):
            operands = _operands(group)
            fates = {operand.operand.fate for operand in operands}
            names = {operand.operand.name for operand in operands}
            if fates != {Fate.STORED} or names & reported.get(id(counted), set()):
                continue
            if any(impossible(operand.operand.shape or ()) for operand in operands):
                continue
            if breach := _miscounted(counted, group, operands):
                yield breach


def _groups(counted: LayerCount) -> Iterator[list[SlotCount]]:
    """The slots that need a look, those together that one operand fills together."""
    left = [slot for slot in counted.slots if not _adds_up(slot)]
    while left:
        group = [left.pop(0)]
        for slot in group:  # grows while it is walked
            reached = {other for operand in slot.operands for other in operand.operand.slots}
            group += [other for other in left if other.slot in reached]
            left = [other for other in left if other.slot not in reached]
        yield group


def _adds_up(slot: SlotCount) -> bool:
    """Whether it is empty, or one operand fills it alone with the expected number of elements."""
    if len(slot.operands) != 1:
        return not slot.operands
    (operand,) = slot.operands
    return len(operand.operand.slots) == 1 and operand.parameters == slot.expected


def _operands(group: list[SlotCount]) -> list[OperandCount]:
    found: list[OperandCount] = []
    for slot in group:
        found += [operand for operand in slot.operands if operand not in found]
    return found


def _miscounted(
    counted: LayerCount, group: list[SlotCount], operands: list[OperandCount]
) -> Breach | None:
    """Several tensors for the same slots, or a flat one, whose elements do not add up."""
    flat = any(operand.expected_shape is None for operand in operands)
    expected = [slot.expected for slot in group]
    if not (any(expected) if flat else all(expected)):
        return None
    stored = sum(operand.parameters for operand in operands)
    total = sum(operand.expected for operand in operands) if flat else sum(expected)
    odd = not flat and len(operands) == 1 and stored != operands[0].expected
    if stored == total or odd:  # of the right shape, and packed or expanded
        return None
    directions = counted.layer.sizes.directions
    place = " and ".join(describe_slot(slot.slot, directions) for slot in group)
    tensor = operands[0].operand.name
    return Breach(
        f"{plural(stored, 'element')} for the {place}, expected {total:,}",
        counted.layer.name,
        tensor,
    )


RULES = (
    Rule(
        "R101",
        "tensor-shape",
        Level.ERROR,
        "A tensor's shape is not the one that its layer's formula requires.",
        "The framework rejects the model, or reads other weights than were trained.",
        "Export the model again; if the declared sizes are wrong, correct them in its definition.",
        _differing(Reason.SHAPE),
    ),
    Rule(
        "R102",
        "weight-missing",
        Level.ERROR,
        "A required weight of the layer is not in the file.",
        "The layer runs with random weights, or not at all.",
        "Look for an interrupted save, a renamed tensor, or a missing shard.",
        _missing,
    ),
    Rule(
        "R103",
        "weight-unexpected",
        Level.ERROR,
        "A tensor belongs to a layer by its name, but the layer is declared without such a weight.",
        "The configuration or the weights are from another version of the model.",
        "Save the configuration and the weights of the same object.",
        _unexpected,
    ),
    Rule(
        "R104",
        "size-contradiction",
        Level.ERROR,
        "A declared size is impossible, or contradicts the stored shapes or another declaration.",
        "Readers differ on which one they use; some allocate by the wrong one.",
        "Correct the attribute or the configuration and export again.",
        observed(Fact.CONTRADICTION),
    ),
    Rule(
        "R105",
        "axes-swapped",
        Level.ERROR,
        "A tensor has the right sizes, but its axes are in another order.",
        "The count is right, but the computation is wrong: the layout is another framework's.",
        "Transpose the tensor when converting between frameworks.",
        _differing(Reason.AXES),
    ),
    Rule(
        "R106",
        "layer-count",
        Level.ERROR,
        "The elements stored for a weight do not add up to its formula.",
        "A gate's array is missing or duplicated, or a flat buffer is truncated.",
        "Compare the arrays of the layer gate by gate with `rnninspect explain`.",
        _layer_count,
    ),
    Rule(
        "R107",
        "bias-convention",
        Level.ERROR,
        "The layer stores one bias vector where its convention has two, or the other way round.",
        "Some frameworks have one bias vector per layer, others two: see `rnninspect count`.",
        "Convert the bias: add the two vectors to get one, or append a vector of zeros to get two.",
        _bias_convention,
    ),
    Rule(
        "R108",
        "gate-count",
        Level.ERROR,
        "A tensor fits the layer's sizes with another number of gates.",
        "It belongs to another cell: RNN has 1 gate, GRU 3, LSTM 4.",
        "Check that the layer's class and its weights come from the same model.",
        _differing(Reason.GATES),
    ),
    Rule(
        "R109",
        "level-input",
        Level.ERROR,
        "The input size of a stack's level is not the output size of the level below.",
        "The stack cannot run: level i reads directions × fed-back width of level i - 1.",
        "Check whether levels were reordered or taken from different models.",
        _level_input,
    ),
    Rule(
        "R110",
        "size-undeclared",
        Level.WARNING,
        "The file does not declare a size that its runtime needs.",
        "The size can be inferred from the weights, but the runtime refuses to load the model.",
        "Set the attribute, or export the model again with an exporter that sets it.",
        observed(Fact.UNDECLARED),
    ),
)
