"""The arithmetic of layers, weight by weight: in symbols, in numbers, and what is stored."""

from __future__ import annotations

from rnninspect.cells import BIASES, Symbol, term
from rnninspect.cells.groupings import groupings
from rnninspect.cells.spelling import equations, gate_names
from rnninspect.counter import bias_vectors
from rnninspect.model import Fate
from rnninspect.readers import resets_after
from rnninspect.record import Record
from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.grid import draw
from rnninspect.render.names import shared_beginning, shorten_apart
from rnninspect.render.widths import width_of
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.counter import LayerCount, OperandCount, SlotCount
    from rnninspect.model import RecurrentLayer
    from rnninspect.render.report.columns import Value
    from rnninspect.render.view import View
    from rnninspect.report import Report

LONGEST_NAME, TENSOR = 60, 4
HEADS = ("Weight", "D", "Formula", "Expected", "Tensor", "Shape", "Stored")


class Explanation(Record):
    """Some layers of a report, to be explained."""

    report: Report
    layers: tuple[LayerCount, ...]


def render(explanation: Explanation, view: View) -> Iterator[str]:
    """A block for each layer, its table as narrow as names allow."""
    gap = ""
    for counted in explanation.layers:
        yield gap + "\n".join([*_block(explanation.report, counted, view.width), ""])
        gap = "\n"


def _block(report: Report, counted: LayerCount, width: int) -> Iterator[str]:
    yield from _description(counted)
    yield from _weights_table(counted, width)
    yield ""
    formula = counted.formula
    yield f"formula     {formula.symbolic}"
    yield f"            = {formula.substituted} = {counted.expected:,}"
    yield f"stored      {_stored(counted)}: {report.verdict(counted).text}"
    if not counted.cell.symbols:
        yield from _groupings(counted)
        yield _textbook(counted)
    for finding in report.findings_of(counted.layer.name):
        place = f"{for_terminal(finding.tensor)}: " if finding.tensor else ""
        message = for_terminal(finding.message)
        yield f"{finding.level} {finding.rule} {finding.name}: {place}{message}"


def _stored(counted: LayerCount) -> str:
    """The amount, and the bits per weight unless the element type has 32 or 64."""
    bits = counted.bits_per_weight
    each = "" if bits in (None, 32, 64) else f", {bits:.4g} bits each"
    return f"{counted.stored:,} in {plural(counted.bytes, 'byte')}{each}"


def _description(counted: LayerCount) -> Iterator[str]:
    layer, sizes = counted.layer, counted.layer.sizes
    level = f", level {layer.stack.level} of {layer.stack.levels}" if layer.stack else ""
    yield f"{shorten(for_terminal(layer.name), 72)}: {for_terminal(layer.kind)}{level}"
    parts = []
    if not counted.cell.symbols:
        parts += [f"m = {plural(sizes.input_size, 'input')}", f"n = {sizes.hidden_size:,} hidden"]
    if sizes.projection_size is not None:
        parts.append(f"p = {sizes.projection_size:,} projected")
    if sizes.kernel_size:
        parts.append(f"k = {'·'.join(map(str, sizes.kernel_size))} taps")
    parts.extend(f"{symbol} = {size:,} {counted.cell.word(symbol)}" for symbol, size in sizes.own)
    gates = f" ({plural(len(counted.cell.gates), 'gate')})" if counted.cell.gates else ""
    yield f"sizes       {', '.join(parts)}; {_origin(layer)}{gates}"
    vectors = bias_vectors(layer)
    amount = {0: "no bias", 1: "one bias vector", 2: "two bias vectors"}[vectors]
    each = " in each direction" if sizes.directions > 1 else ""
    biases = "" if counted.cell.symbols else f": {amount}{each}"
    yield f"convention  {for_terminal(layer.convention)}{biases}"
    if counted.state_elements is not None:
        yield f"state       {plural(counted.state_elements, 'element')} for one sequence"
    yield from _gates(layer, gate_names(counted.cell))
    yield from _step(counted)


def _gates(layer: RecurrentLayer, names: dict[str, str]) -> Iterator[str]:
    """The gates with the letters of the equations, in the order in which they are stored."""
    if len(names) > 1:
        known = set(layer.gate_order) == set(names)
        listed = ", ".join(f"{letter} {names[letter]}" for letter in layer.gate_order or names)
        stored = ", stored in this order" if known else ""
        yield f"gates       {listed}{stored}"


def _step(counted: LayerCount) -> Iterator[str]:
    layer, cell = counted.layer, counted.cell
    after = resets_after(cell.name, layer.convention) if "reset" in cell.gates else None
    head = "step        "
    for equation in equations(cell, layer.roles, reset_after=after):
        yield f"{head}{equation}"
        head = " " * len(head)
    if layer.normalised:
        yield f"{head}with layer normalisation before the gates"


def _weights_table(counted: LayerCount, width: int) -> Iterator[str]:
    """A line for each weight; where names do not fit, their common beginning is above the table."""
    grid = list(_weights(counted))
    names = shorten_apart((str(line[TENSOR]) for line in grid), LONGEST_NAME)
    text = draw(HEADS, _renamed(grid, names))
    if width_of(text[: text.index("\n")]) > width:
        stored = [name for name in names.values() if name != Fate.ABSENT.value]
        if shared := shared_beginning(stored):
            yield f"tensors     … is {shared}"
            names = {name: f"…{text.removeprefix(shared)}" for name, text in names.items()}
            names[Fate.ABSENT.value] = Fate.ABSENT.value
        text = draw(HEADS, _renamed(grid, names), width, wrapped=TENSOR)
    yield ""
    yield text


def _renamed(grid: Iterable[list[Value]], names: dict[str, str]) -> list[list[Value]]:
    return [[*line[:TENSOR], names[str(line[TENSOR])], *line[TENSOR + 1 :]] for line in grid]


def _origin(layer: RecurrentLayer) -> str:
    """`declared`, or which sizes were inferred where the others are declared."""
    names = [name.replace("_", " ") for name in layer.inferred]
    return f"{' and '.join(names)} inferred" if names else layer.origin.value


def _weights(counted: LayerCount) -> Iterator[list[Value]]:
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


def _groupings(counted: LayerCount) -> Iterator[str]:
    if not any(Symbol.FED_BACK in weight.factors for weight in counted.cell.weights):
        return  # no square of the units to group by
    each = " in each direction" if counted.layer.sizes.directions > 1 else ""
    by_gate, joined = groupings(counted.cell, counted.layer.roles, counted.layer.sizes)
    yield f"by gate     {by_gate}{each}"
    yield f"one matrix  {joined}{each}, without biases"


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
    return f"textbook    one bias vector, no extras: {number:,}{compared}"
