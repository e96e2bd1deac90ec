"""Whether an exported program may contain a cell that was taken apart: a look at its nodes.

A state returns in a loop, through a matrix that is applied twice, or from an output to an input.
"""

from __future__ import annotations

from rnninspect.lean import Counter
from rnninspect_torch.recovered.exported.records import changed_in, fields_of, items_of, name_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_ATEN = "torch.ops.aten."
_HIGHER_ORDER = "torch.ops.higher_order."
_PRODUCT_NAMES = (
    "linear matmul mm bmm addmm addmv mv baddbmm einsum conv1d conv2d conv3d convolution"
)
_ACTIVATION_NAMES = """
    sigmoid tanh relu hardsigmoid hardtanh clamp elu selu celu leaky_relu softplus maximum minimum
    clamp_min clamp_max softsign where exp
"""
_PRODUCTS, _ACTIVATIONS = frozenset(_PRODUCT_NAMES.split()), frozenset(_ACTIVATION_NAMES.split())
_ON_THE_WAY = frozenset({"t", "permute", "transpose", "slice", "split", "chunk", "select", "clone"})
_MATRIX = 2  # its axes


def operators_in(program: dict[str, object]) -> int:
    """How many operators the outermost graph has."""
    return len(items_of(_graph(program).get("nodes")))


def may_contain_cell(program: dict[str, object]) -> bool:
    """Whether recognition may find a cell."""
    graph = _graph(program)
    nodes = [fields_of(node) for node in items_of(graph.get("nodes"))]
    names = {_operator(node) for node in nodes}
    if any(name.startswith(_HIGHER_ORDER) for name in names):
        return True
    if not names & _PRODUCTS or not names & _ACTIVATIONS:
        return False
    return _repeats(graph, nodes) or _returns(program)


def _graph(program: dict[str, object]) -> dict[str, object]:
    return fields_of(fields_of(program.get("graph_module")).get("graph"))


def _operator(node: dict[str, object]) -> str:
    """The name of an operator of aten, or the whole target."""
    target = str(node.get("target"))
    return target[len(_ATEN) :].partition(".")[0] if target.startswith(_ATEN) else target


def _repeats(graph: dict[str, object], nodes: list[dict[str, object]]) -> bool:
    """Whether an input with two axes, as weights are, is used twice."""
    meta = fields_of(graph.get("tensor_values"))
    given = (name_in(each) for each in items_of(graph.get("inputs")))
    matrices = {name for name in given if _rank(meta.get(name)) >= _MATRIX}
    uses: Counter[str] = Counter()
    for node in nodes:
        if _operator(node) in _PRODUCTS or _operator(node) in _ON_THE_WAY:
            uses.update(name for name in _names(node) if name in matrices)
    return any(count > 1 for count in uses.values())


def _names(node: dict[str, object]) -> Iterator[str]:
    for given in items_of(node.get("inputs")):
        yield name_in(fields_of(given).get("arg"))


def _rank(meta: object) -> int:
    return len(items_of(fields_of(meta).get("sizes")))


def _returns(program: dict[str, object]) -> bool:
    """Whether an output has as many axes as one of several inputs: of a step, a state."""
    graph = _graph(program)
    signature = fields_of(fields_of(program.get("graph_module")).get("signature"))
    meta = fields_of(graph.get("tensor_values"))
    fed = [
        _rank(meta.get(name))
        for spec in items_of(signature.get("input_specs"))
        for kind in ("user_input", "buffer")
        for name in [name_in(fields_of(fields_of(spec).get(kind)).get("arg"))]
        if _rank(meta.get(name)) >= _MATRIX
    ]
    given = {_rank(meta.get(name_in(each))) for each in items_of(graph.get("outputs"))}
    return len(fed) > 1 and (bool(given.intersection(fed)) or bool(changed_in(program)))
