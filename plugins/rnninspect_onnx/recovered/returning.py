"""Whether a graph may be one step of a cell: an input reaches an output of the same shape.

The old state is multiplied by a gate, as in `f·c + i·g`, or the new one is an activation of a
product with it, as Elman's is. Residuals, norms and caches of an attention take no such path.
"""

from __future__ import annotations

from rnninspect.plugin import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rnninspect_onnx.graph.values import Dims
    from rnninspect_onnx.protobuf.decoding import Decoding
    from rnninspect_onnx.protobuf.encoded_nodes import Links
    from rnninspect_onnx.protobuf.messages import GraphProto

# What may be said of a value, as bits.
_STATE = 1  # a state, or a sum with it
_GATED = 2  # a state that was multiplied by a gate, or a sum with it
_PRODUCT = 4  # a product of a state and a matrix, or a sum with it
_ACTIVE = 8  # an activation of that
_GATE = 16  # an activation of anything
_MOST_PASSES = 4  # where nodes are not in the order of their use
_RETURNS = _GATED | _ACTIVE
_OF_STATES = _STATE | _GATED | _PRODUCT
_EVERYTHING = 31

# What an operator does, as bits.
_VIEW, _SUM, _MULTIPLICATION, _MATRIX, _ACTIVATION, _CHOICE = 1, 2, 4, 8, 16, 32

_FEW_NODES = 20_000  # of which it is checked that they are in order
_NOT_STATES = frozenset({6, 7, 8, 9})  # TensorProto.DataType: int32, int64, string, bool
_SUM_NAMES = "Add Sub Sum Mean Neg Div Reciprocal QLinearAdd Dropout BiasAdd"
_VIEW_NAMES = """
    Transpose DequantizeLinear QuantizeLinear DynamicQuantizeLinear Cast CastLike Slice Split
    Identity Reshape Flatten Squeeze Unsqueeze Concat QLinearConcat Expand Tile Gather Where
    SplitToSequence SequenceAt SequenceConstruct SequenceInsert ConcatFromSequence
"""
_SUMS, _VIEWS = (frozenset(names.split()) for names in (_SUM_NAMES, _VIEW_NAMES))
_PRODUCTS_OF_UNITS = frozenset({"Mul", "QLinearMul"})


def returns(
    graph: GraphProto, decoder: Decoding, products: Collection[str], activations: Collection[str]
) -> bool:
    """Whether an input may be a state of which an output is the next one."""
    stored = set(graph.initializers.names)
    fed = [name for name in graph.inputs if name not in stored]
    kinds = _kinds(products, activations)
    if len(fed) == 1 or not _reaches(graph, decoder, fed, kinds):
        return False
    shapes = dict(_shapes(graph, decoder, fed))  # which take longer to decode
    ends = [decoder.shape(given) if given else None for given in graph.output_types]
    states = [name for name, shape in shapes.items() if any(_fits(shape, end) for end in ends)]
    return bool(states) and _reaches(graph, decoder, states, kinds)


def _reaches(
    graph: GraphProto, decoder: Decoding, states: Collection[str], kinds: dict[str, int]
) -> bool:
    """Whether one of these inputs returns in an output."""
    levels = dict.fromkeys(states, _STATE)
    for _ in range(_MOST_PASSES):
        decoder.source.spend(Limit.STEPS, len(graph.nodes))
        is_sorted = _pass(graph, levels, kinds)
        if any(levels.get(name, 0) & _RETURNS for name in graph.outputs):
            return True
        if is_sorted:
            break
    return False


def _pass(graph: GraphProto, levels: dict[str, int], kinds: dict[str, int]) -> bool:
    """Look at all nodes once; whether each came before those that use what it makes."""
    read, is_sorted = set[str](), True
    checks = len(graph.nodes) < _FEW_NODES
    level = levels.get
    for node in graph.nodes.links():
        found = 0
        for name in node.inputs:
            found |= level(name, 0)
        if checks:
            read.update(node.inputs)
        kind = kinds.get(node.operator, 0)
        if not found and kind < _ACTIVATION and not node.domain:
            continue
        found = _level(found, kind, node)
        if found:
            for name in node.outputs:
                is_sorted = is_sorted and (name not in read or level(name) == found)
                levels[name] = found
    return is_sorted


def _shapes(
    graph: GraphProto, decoder: Decoding, names: Collection[str]
) -> Iterator[tuple[str, Dims]]:
    for name in names:
        declared = graph.types.get(name, ())
        shape = decoder.shape(declared) if declared else None
        if shape is None or decoder.element_type(declared) in _NOT_STATES:
            continue
        if shape and any(size != 1 for size in shape):
            yield name, shape


def _fits(shape: Dims, end: Dims | None) -> bool:
    if end is None:
        return True
    pairs = zip(shape, end, strict=False)
    return len(shape) == len(end) and all(
        one == other or None in (one, other) for one, other in pairs
    )


def _level(found: int, kind: int, node: Links) -> int:
    """What is to be said of a node's outputs, by what is said of its inputs."""
    if kind & _MATRIX:
        found = _PRODUCT if found & (_STATE | _GATED) else 0
    if kind & _ACTIVATION:
        return _GATE | (_ACTIVE if found & _PRODUCT else 0)
    if kind & (_MATRIX | _VIEW):
        return found
    if node.domain or node.operator == "If":
        return _EVERYTHING
    if kind & _MULTIPLICATION:
        gated = found & _GATE and found & (_STATE | _GATED)
        return (found & ~_STATE) | _GATED if gated else found
    if kind & _SUM:
        return found & ~(_ACTIVE | _GATE) if found & _OF_STATES else found
    return 0


def _kinds(products: Collection[str], activations: Collection[str]) -> dict[str, int]:
    kinds: dict[str, int] = {"If": _CHOICE}
    groups = (
        (_VIEWS, _VIEW),
        (_SUMS, _SUM),
        (_PRODUCTS_OF_UNITS, _MULTIPLICATION),
        (products, _MATRIX),
        (activations, _ACTIVATION),
    )
    for names, bit in groups:
        for name in names:
            kinds[name] = kinds.get(name, 0) | bit
    return kinds
