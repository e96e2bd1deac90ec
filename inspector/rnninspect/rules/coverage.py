"""R4: what was not understood, or understood only in part."""

from __future__ import annotations

from rnninspect.cells import Symbol
from rnninspect.model import Fact, Fate, Origin
from rnninspect.rules.finding import Breach, Case, Level, Rule, observed
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.model import RecurrentLayer


_SYMBOLS = {"input_size": Symbol.INPUT, "hidden_size": Symbol.HIDDEN}


def _skipped(case: Case) -> Iterator[Breach]:
    for layer in case.model.skipped:
        held = sum(tensor.parameters for tensor in layer.tensors)
        yield Breach(f"{layer.kind}, {plural(held, 'parameter')}: {layer.reason}", layer.name)


def _possible(case: Case) -> Iterator[Breach]:
    for noted in case.model.observations:
        if noted.fact is Fact.POSSIBLE:
            held = sum(tensor.parameters for tensor in noted.tensors)
            size = f"; {plural(held, 'parameter')}" if noted.tensors else ""
            yield Breach(f"{noted.detail}{size}", noted.layer, noted.tensor)


def _inferred(case: Case) -> Iterator[Breach]:
    for counted in case.counts:
        if counted.layer.origin is not Origin.DECLARED:
            yield Breach(_origin(counted.layer), counted.layer.name)


def _origin(layer: RecurrentLayer) -> str:
    """Which sizes were inferred, and from what where one tensor alone says it."""
    names = layer.inferred_sizes
    if not names:
        return f"sizes {layer.origin}, not declared"
    sources = [
        operand.name
        for operand in layer.operands
        if any(_SYMBOLS.get(names[0]) in axis for axis in operand.axes)
    ]
    alone = len(names) == len(sources) == 1
    words = [name.replace("_", " ") for name in names]
    listed = " and ".join((", ".join(words[:-1]), words[-1]) if words[1:] else words)
    return f"{listed} inferred from {sources[0] if alone else 'tensor shapes'}"


def _fed(case: Case) -> Iterator[Breach]:
    for counted in case.counts:
        fates = {operand.operand.fate for operand in counted.operands}
        if Fate.INPUT in fates:
            which = "all" if fates == {Fate.INPUT} else "some"
            yield Breach(f"{which} of its weights are inputs of the graph", counted.layer.name)


def _computed(case: Case) -> Iterator[Breach]:
    for counted in case.counts:
        for operand in counted.layer.operands:
            if operand.fate is Fate.COMPUTED:
                names = ", ".join(tensor.name for tensor in operand.tensors)
                made = f"computed from {names}" if names else "computed from no stored tensor"
                yield Breach(made, counted.layer.name, operand.name)


RULES = (
    Rule(
        "R401",
        "layer-skipped",
        Level.WARNING,
        "A recurrent layer was found whose formula is not known.",
        "Its tensors are in the total, and nobody has checked them: coverage is lower.",
        "Read its class; if the cell is a common one, ask for it to be added.",
        _skipped,
    ),
    Rule(
        "R402",
        "sizes-inferred",
        Level.NOTE,
        "The file does not declare all of the layer's sizes; some were read off its tensors.",
        "Tensors that are wrong in the same way agree with each other.",
        "Keep a configuration beside a weights-only file.",
        _inferred,
    ),
    Rule(
        "R403",
        "kind-ambiguous",
        Level.NOTE,
        "More than one cell explains the tensors.",
        "The count holds, the name of the cell may not.",
        "Look at the code that made the file.",
        observed(Fact.AMBIGUOUS),
    ),
    Rule(
        "R404",
        "weights-are-inputs",
        Level.NOTE,
        "Weights are fed from outside at run time; the file does not store them.",
        "Their number is not in the file's total.",
        "Nothing, if it is meant; else export with the parameters.",
        _fed,
    ),
    Rule(
        "R405",
        "possible-recurrent",
        Level.NOTE,
        "Tensors look like those of a recurrent cell, and no formula is known for them.",
        "They are in the total, and nobody has checked them: coverage is lower.",
        "Look at the code that made the file.",
        _possible,
    ),
    Rule(
        "R406",
        "weight-computed",
        Level.NOTE,
        "A weight is not stored as it is used: it is computed from other tensors.",
        "Stored and expected parameters may differ, and both be right.",
        "Nothing; weight normalisation, pruning masks and low-rank factors do this.",
        _computed,
    ),
    Rule(
        "R407",
        "unusual",
        Level.NOTE,
        "Something in the file is odd and harmless.",
        "It may explain a difference to another tool.",
        "Nothing.",
        observed(Fact.UNUSUAL),
    ),
    Rule(
        "R408",
        "zero-bias",
        Level.NOTE,
        "A stored bias vector is zeros throughout; looked for only with `--values`.",
        "The model it was exported from probably has one bias vector, and counts fewer parameters.",
        "Nothing; the exporter fills the vector that its format asks for and the model lacks.",
        observed(Fact.ZERO_BIAS),
    ),
)
