"""R4: layers that were not understood, or only in part."""

from __future__ import annotations

from rnninspect.cells import CELLS, Symbol
from rnninspect.lean import lru_cache
from rnninspect.model import Fact, Fate, Origin
from rnninspect.rules.finding import Breach, Case, Level, Rule, observed
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.model import Operand, RecurrentLayer


_SYMBOLS = {"input_size": Symbol.INPUT, "hidden_size": Symbol.HIDDEN}


def _skipped(case: Case) -> Iterator[Breach]:
    for layer in case.model.skipped:
        size = plural(sum(tensor.parameters for tensor in layer.tensors), "parameter")
        yield Breach(f"{layer.kind}, {size}: {layer.reason}", layer.name)


def _possible(case: Case) -> Iterator[Breach]:
    for observation in case.model.observations:
        if observation.fact is Fact.POSSIBLE:
            number = sum(tensor.parameters for tensor in observation.tensors)
            size = f"; {plural(number, 'parameter')}" if observation.tensors else ""
            yield Breach(f"{observation.detail}{size}", observation.layer, observation.tensor)


def _inferred(case: Case) -> Iterator[Breach]:
    for counted in case.counts:
        if counted.layer.origin is not Origin.DECLARED:
            yield Breach(_origin(counted.layer), counted.layer.name)


def _origin(layer: RecurrentLayer) -> str:
    """Which sizes were inferred, and from which tensor if only one has them."""
    names = layer.inferred_sizes
    if not names:
        return f"sizes {layer.origin}, not declared"
    sources = [
        operand.name
        for operand in (layer.operands if len(names) == 1 else ())
        if any(_SYMBOLS.get(names[0]) in axis for axis in operand.axes)
    ]
    source = sources[0] if len(sources) == 1 else "tensor shapes"
    return f"{_listed(layer.cell, names)} inferred from {source}"


@lru_cache(maxsize=64)
def _listed(cell: str, names: tuple[str, ...]) -> str:
    """The words of sizes of a cell: `input size and hidden size`."""
    words = [CELLS[cell].word(name).replace("_", " ") for name in names]
    return " and ".join((", ".join(words[:-1]), words[-1]) if words[1:] else words)


def _fed(case: Case) -> Iterator[Breach]:
    for counted in case.odd:
        fates = {operand.operand.fate for operand in counted.operands}
        if Fate.INPUT in fates:
            which = "all" if fates == {Fate.INPUT} else "some"
            yield Breach(f"{which} of its weights are inputs of the graph", counted.layer.name)


def _computed(case: Case) -> Iterator[Breach]:
    for counted in case.odd:
        for operand in counted.layer.operands:
            if operand.fate is Fate.COMPUTED:
                yield Breach(_made_of(operand), counted.layer.name, operand.name)


def _made_of(operand: Operand) -> str:
    names = [tensor.name for tensor in operand.tensors]
    roles = list(dict.fromkeys(slot.role.replace("_", " ") for slot in operand.slots))
    if names == [operand.name] and len(roles) > 1:
        return f"stored as one, the sum of {' and '.join(roles)}"
    return f"computed from {', '.join(names) or 'no stored tensor'}"


RULES = (
    Rule(
        "R401",
        "layer-skipped",
        Level.WARNING,
        "No formula is known for a recurrent layer.",
        "Its tensors count towards the total but were not checked, which lowers the coverage.",
        "Look at its class; if the cell is common, ask for it to be added.",
        _skipped,
    ),
    Rule(
        "R402",
        "sizes-inferred",
        Level.NOTE,
        "The file does not declare all sizes of the layer; some were inferred from its tensors.",
        "Tensors that are wrong in the same way agree with each other.",
        "Keep a configuration with a weights-only file.",
        _inferred,
    ),
    Rule(
        "R403",
        "kind-ambiguous",
        Level.NOTE,
        "More than one cell matches the tensors, or a step may have no state.",
        "The name of the cell may be wrong, or the step is not counted as a layer.",
        "Look at the code that made the file.",
        observed(Fact.AMBIGUOUS),
    ),
    Rule(
        "R404",
        "weights-are-inputs",
        Level.NOTE,
        "Weights are inputs of the model at run time; the file does not store them.",
        "The total does not include them.",
        "Nothing, if intended; otherwise export the model with its parameters.",
        _fed,
    ),
    Rule(
        "R405",
        "possible-recurrent",
        Level.NOTE,
        "Tensors look like those of a recurrent cell for which no formula is known.",
        "They count towards the total but were not checked, which lowers the coverage.",
        "Look at the code that made the file.",
        _possible,
    ),
    Rule(
        "R406",
        "weight-computed",
        Level.NOTE,
        "A weight is computed from other tensors instead of being stored as it is used.",
        "Stored and expected parameters may differ although both are right.",
        "Nothing; weight normalisation, pruning masks and low-rank factors do this.",
        _computed,
    ),
    Rule(
        "R407",
        "unusual",
        Level.NOTE,
        "Something in the file is unusual but harmless.",
        "It may explain a difference from another tool.",
        "Nothing.",
        observed(Fact.UNUSUAL),
    ),
    Rule(
        "R408",
        "zero-bias",
        Level.NOTE,
        "A stored bias vector contains only zeros; checked only with `--values`.",
        "The original model probably has one bias vector, and thus fewer parameters.",
        "Nothing; the exporter fills in a vector that its format requires.",
        observed(Fact.ZERO_BIAS),
    ),
)
