"""Where the outputs of an operator lead: to its inputs, or to no stored tensor.

It is what `Leaves` finds when it follows the sources of the values that `run` makes, told from the
operator's name alone.
"""

from __future__ import annotations

from rnninspect.lean import IntEnum
from rnninspect_onnx.operators.cuts import CUTS
from rnninspect_onnx.operators.sequences import SEQUENCES
from rnninspect_onnx.operators.table import ELEMENTWISE
from rnninspect_onnx.operators.views import VIEWS

_RUNTIME = "com.microsoft"  # whose operators are known beside those without a domain


class Lead(IntEnum):
    """Where the outputs of an operator lead."""

    NOWHERE = 0  # they are computed
    SCALED = 1  # element by element: to the operands if these are scales, not if they are weights
    FIRST = 2  # a view, or some entries, of the first input
    SOME = 3  # to some of the inputs, which depends on what these are
    MEASURED = 4  # nowhere; the second and third one are a scale and a zero point
    UNTOLD = 5  # what they are only shows when the node is run


_LEADS = {
    **dict.fromkeys(ELEMENTWISE, Lead.SCALED),
    **dict.fromkeys((*VIEWS, *CUTS), Lead.FIRST),
    **dict.fromkeys(("Concat", "QLinearConcat", "Where"), Lead.SOME),
    **dict.fromkeys(SEQUENCES, Lead.UNTOLD),
    "Constant": Lead.UNTOLD,
    "DynamicQuantizeLinear": Lead.MEASURED,
}
_SOURCES = {"Where": slice(1, None), "QLinearConcat": slice(2, None, 3)}


def lead_of(operator: str, domain: str) -> Lead:
    """Where the outputs of a node lead that has no graphs, and calls no function of the model."""
    if domain and (domain != _RUNTIME or operator == "DynamicQuantizeLinear"):
        return Lead.NOWHERE
    return _LEADS.get(operator, Lead.NOWHERE)


def some_of(operator: str, inputs: tuple[str, ...]) -> tuple[str, ...]:
    """The inputs to some of which a node of `Lead.SOME` leads."""
    return inputs[_SOURCES.get(operator, slice(None))]
