"""The arithmetic of one layer as labelled texts and rows, which each format draws its own way."""

from __future__ import annotations

from rnninspect.cells import BIASES, Symbol, term
from rnninspect.cells.groupings import groupings
from rnninspect.cells.spelling import equations, gate_names
from rnninspect.counter import bias_vectors
from rnninspect.model import Fate
from rnninspect.readers import resets_after
from rnninspect.render.colour import judged
from rnninspect.render.escape import for_terminal
from rnninspect.render.report.columns import verdict_in_words
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.counter import LayerCount, OperandCount, SlotCount
    from rnninspect.model import RecurrentLayer
    from rnninspect.render.report.columns import Value
    from rnninspect.report import Report

HEADS = ("Weight", "D", "Formula", "Expected", "Tensor", "Shape", "Stored")
TENSOR = 4  # the column of names, which may be long
Labelled = tuple[str, str]  # a label and its text; one that continues the text above has no label


def description(counted: LayerCount) -> Iterator[Labelled]:
    """Sizes and who declares them, convention and state of a layer."""
    layer = counted.layer
    yield "sizes", f"{', '.join(_sizes(counted))}; {_origin(layer)}{_number_of_gates(counted)}"
    if layer.declared_by:
        yield "declared", f"by {for_terminal(layer.declared_in)}: {', '.join(_declared(layer))}"
    vectors = bias_vectors(layer)
    amount = {0: "no bias", 1: "one bias vector", 2: "two bias vectors"}[vectors]
    each = " in each direction" if layer.sizes.directions > 1 else ""
    biases = "" if counted.cell.symbols else f": {amount}{each}"
    yield "convention", f"{for_terminal(layer.convention)}{biases}"
    if counted.state_elements is not None:
        yield "state", f"{plural(counted.state_elements, 'element')} for one sequence"


def step(counted: LayerCount) -> Iterator[Labelled]:
    """The gates of a layer and the equations of one step; the same for layers of one kind."""
    yield from _gates(counted.layer, gate_names(counted.cell))
    yield from _equations(counted)


def _sizes(counted: LayerCount) -> Iterator[str]:
    sizes = counted.layer.sizes
    if not counted.cell.symbols:
        yield f"m = {plural(sizes.input_size, 'input')}"
        yield f"n = {sizes.hidden_size:,} hidden"
    if sizes.projection_size is not None:
        yield f"p = {sizes.projection_size:,} projected"
    if sizes.kernel_size:
        yield f"k = {'·'.join(map(str, sizes.kernel_size))} taps"
    for symbol, size in sizes.own:
        yield f"{symbol} = {size:,} {counted.cell.word(symbol)}"


def _origin(layer: RecurrentLayer) -> str:
    """`declared`, or which sizes were inferred where the others are declared."""
    names = [name.replace("_", " ") for name in layer.inferred]
    return f"{' and '.join(names)} inferred" if names else layer.origin.value


def _declared(layer: RecurrentLayer) -> Iterator[str]:
    """The keys that declare sizes, each with the sizes that it does."""
    symbols: dict[str, list[str]] = {}
    for symbol, keys in layer.declared_by:
        symbols.setdefault(keys, []).append(symbol)
    for keys, each in symbols.items():
        yield f"{for_terminal(keys)} ({', '.join(each)})"


def _number_of_gates(counted: LayerCount) -> str:
    return f" ({plural(len(counted.cell.gates), 'gate')})" if counted.cell.gates else ""


def _gates(layer: RecurrentLayer, names: dict[str, str]) -> Iterator[Labelled]:
    """The gates with the letters of the equations, in the order in which they are stored."""
    if len(names) > 1:
        known = set(layer.gate_order) == set(names)
        listed = ", ".join(f"{letter} {names[letter]}" for letter in layer.gate_order or names)
        yield "gates", f"{listed}{', stored in this order' if known else ''}"


def _equations(counted: LayerCount) -> Iterator[Labelled]:
    label = "step"
    for equation in layer_equations(counted):
        yield label, equation
        label = ""


def layer_equations(counted: LayerCount) -> Iterator[str]:
    """The equations of one step of a layer, by its weights and its convention."""
    layer, cell = counted.layer, counted.cell
    after = resets_after(cell.name, layer.convention) if "reset" in cell.gates else None
    yield from equations(cell, layer.roles, reset_after=after)
    if layer.normalised:
        yield "with layer normalisation before the gates"


def weights(counted: LayerCount) -> Iterator[list[Value]]:
    """A row for each weight, by HEADS; one in several tensors has a row for each of them."""
    shown: set[int] = set()
    for slot in counted.slots:
        symbols = term(counted.cell, slot.slot.role, counted.layer.sizes)
        head: list[Value] = [slot.slot.role.value, slot.slot.direction, symbols, slot.expected]
        yield from _filled(slot, head, shown)


def _filled(slot: SlotCount, head: list[Value], shown: set[int]) -> Iterator[list[Value]]:
    """A line for each operand of a slot; one that fills several is counted in the first."""
    if not slot.operands:
        yield [*head, Fate.ABSENT.value, "", 0]
    for operand in slot.operands:
        name, shape, stored = _tensor(operand)
        yield [*head, name, *(("as above", None) if id(operand) in shown else (shape, stored))]
        shown.add(id(operand))
        head = ["", None, "", None]


def _tensor(counted: OperandCount) -> tuple[Value, Value, Value]:
    operand = counted.operand
    name = for_terminal(operand.name)
    if operand.fate is not Fate.STORED:
        name = f"{name} ({operand.fate})"
    shape = "?" if operand.shape is None else "×".join(map(str, operand.shape)) or "scalar"
    return name, shape, counted.parameters


def results(report: Report, counted: LayerCount, *, colour: bool = False) -> Iterator[Labelled]:
    """The formula in symbols and numbers beside what is stored, and the verdict."""
    formula = counted.formula
    yield "formula", formula.symbolic
    yield "", f"= {formula.substituted} = {counted.expected:,}"
    verdict = judged(verdict_in_words(report, counted), colour=colour)
    yield "stored", f"{_stored(counted)}: {verdict}"


def other_forms(counted: LayerCount) -> Iterator[Labelled]:
    """Other ways to write the formula of a gated cell, and the textbook's count."""
    if not counted.cell.symbols:
        yield from _groupings(counted)
        yield "textbook", _textbook(counted)


def _stored(counted: LayerCount) -> str:
    """The amount, and the bits per weight unless the element type has 32 or 64."""
    bits = counted.bits_per_weight
    each = "" if bits in (None, 32, 64) else f", {bits:.4g} bits each"
    return f"{counted.stored:,} in {plural(counted.bytes, 'byte')}{each}"


def _groupings(counted: LayerCount) -> Iterator[Labelled]:
    if not any(Symbol.FED_BACK in weight.factors for weight in counted.cell.weights):
        return  # no square of the units to group by
    each = " in each direction" if counted.layer.sizes.directions > 1 else ""
    by_gate, joined = groupings(counted.cell, counted.layer.roles, counted.layer.sizes)
    yield "by gate", f"{by_gate}{each}"
    yield "one matrix", f"{joined}{each}, without biases"


def _textbook(counted: LayerCount) -> str:
    number = counted.formula.textbook
    difference = counted.expected - number
    roles, required = counted.layer.roles, counted.cell.required()
    if roles == required | BIASES:
        reason = ": the second bias vector"
    elif roles == required:
        reason = ": no bias"
    else:
        reason = ""
    compared = f"; this layer has {difference:+,}{reason}" if difference else ""
    return f"one bias vector, no extras: {number:,}{compared}"
