"""What quantised nodes use as weights and scales, told by names, without running the nodes.

It is what `Leaves` finds from the values of the nodes' inputs. The nodes of a graph are passed from
the last to the first, so an input is followed when the node that makes it is met.
"""

from __future__ import annotations

from rnninspect.plugin import Record
from rnninspect_onnx.operators.leading import Lead, lead_of, some_of
from rnninspect_onnx.operators.quantised import is_told_by_names, positions
from rnninspect_onnx.protobuf.encoded_nodes import Links
from rnninspect_onnx.protobuf.initializers import Initializers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from collections.abc import Set as AbstractSet

    from rnninspect_onnx.protobuf.messages import GraphProto, NodeProto

    Node = NodeProto | Links

_WEIGHT, _SCALE, _FACTOR = 1, 2, 4  # what a name is followed for
_VIEWED, _MIXED = 8, 16  # on the way it passed a view of one input, or of several
_MOST_ROOTS = 256  # uses that are followed together


class StoredUses(Record):
    """Offsets of tensors that are used as quantised weights, and as scales and zero points."""

    weights: set[int]
    scales: set[int]


class UsesByName:
    """Tells the uses of the stored tensors of one graph.

    Attributes:
        uses: what was told.
        followed: by name, what values that nodes to come make are used for.
        wanted: inputs of nodes that are run, which whoever passes the nodes adds.
        passed: hashes of the outputs of others, which take less memory than names.
        untold: inputs of nodes that must be run to tell what they use.
    """

    def __init__(self, graph: GraphProto, untold: AbstractSet[str], calls: Collection[str]) -> None:
        tensors = graph.initializers
        self._stored = {
            sparse.values.name: sparse.values.offset
            for sparse in reversed(graph.sparse_initializers)
        }
        self._stored |= zip(reversed(tensors.names), reversed(tensors.offsets), strict=True)
        self._constants = {
            name: offset
            for part in graph.nodes.storing
            if isinstance(part, Initializers)
            for name, offset in zip(part.names, part.offsets, strict=True)
        }
        self._stored.pop("", None)  # the name of an input that is omitted
        self._positions: dict[tuple[str, int], tuple[tuple[int, int], ...]] = {}
        self._fed, self._types = frozenset(graph.inputs), graph.types
        self._given, self._calls = untold, calls
        self.followed: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._factors: dict[str, list[int]] = {}
        self.wanted, self.passed = set[str](), set[int]()
        self.uses, self.untold = StoredUses(set(), set()), set[str]()

    def note(self, node: Node) -> bool:
        """Note what a node uses; False if it must be run to tell that."""
        inputs = node.inputs
        if node.operator == "Mul":
            return self._note_factors(inputs)
        key = node.operator, len(inputs)
        places = self._positions.get(key)
        if places is None:
            places = self._positions[key] = _told_positions(*key)
        found = self._stored.get
        followed: list[tuple[str, int]] = []
        for at, use in places:
            name = inputs[at]
            offset = found(name)
            if offset is None:
                followed.append((name, use))
            elif use == _SCALE:
                self.uses.scales.add(offset)
            else:
                self.uses.weights.add(offset)
        if not followed:
            return bool(places)
        return self._note_followed(followed)

    def _note_followed(self, followed: Iterable[tuple[str, int]]) -> bool:
        for name, use in followed:
            if name in self._given or not self._is_before(name):
                return False
            if name and name not in self._fed:
                self._follow(name, use, (name,))
        return True

    def _note_factors(self, inputs: Iterable[str]) -> bool:
        """A product: what is stored is a scale if another factor is one found at run time."""
        others = [name for name in inputs if name not in self._stored]
        if not self._note_followed([(name, _FACTOR) for name in others]):
            return False
        factors = [self._stored[name] for name in inputs if name in self._stored]
        for name in others if factors else ():
            self._factors.setdefault(name, []).extend(factors)
        return True

    def _is_before(self, name: str) -> bool:
        """Whether a name is certainly made, if at all, by a node that is yet to be met."""
        return name not in self.wanted and hash(name) not in self.passed

    def _follow(self, name: str, use: int, roots: tuple[str, ...]) -> None:
        known = self.followed.get(name)
        if known is not None:
            use, roots = use | known[0], tuple({*roots, *known[1]})
            if len(roots) > _MOST_ROOTS:
                self.untold.update(roots)
                return
        self.followed[name] = use, roots

    def meet(self, node: Node, *, graphs: bool) -> None:
        """Follow the outputs of a node that others use; `graphs` if there are some inside it."""
        for at, name in enumerate(node.outputs):
            known = self.followed.get(name)
            if known is None:
                continue
            if name not in self.wanted:
                del self.followed[name]
            told = not graphs and node.operator not in self._calls
            if not told or not self._told(node, at, *known):
                self.untold.update(known[1])
            if name not in self.wanted:
                self._factors.pop(name, None)

    def _told(self, node: Node, at: int, use: int, roots: tuple[str, ...]) -> bool:
        """Whether it is told where an output leads, which is followed or noted."""
        match lead_of(node.operator, node.domain):
            case Lead.NOWHERE:
                return True
            case Lead.SCALED:
                return not use & _SCALE
            case Lead.FIRST:
                is_first = at == 0 or node.operator == "Split"
                return is_first and self._view(node.inputs[:1], use | _VIEWED, roots)
            case Lead.SOME:
                use |= _VIEWED | _MIXED
                return self._view(some_of(node.operator, node.inputs), use, roots)
            case Lead.MEASURED:
                return at == 0 or self._measured(node.outputs[at], use)
        is_plain = isinstance(node, Links) and node.operator == "Constant"
        return is_plain and self._noted(self._constants.get(node.outputs[at]), use)

    def _view(self, sources: Iterable[str], use: int, roots: tuple[str, ...]) -> bool:
        """Follow the inputs of a node whose output is made of their elements."""
        for name in sources:
            if name in self._stored:
                if not self._noted(self._stored[name], use):
                    return False
            elif name and name not in self._fed:
                if not self._is_before(name):
                    return False
                self._follow(name, use, roots)
        return True

    def _noted(self, offset: int | None, use: int) -> bool:
        """Note the use of a stored tensor; False if that depends on more than this."""
        if offset is None or use & (_FACTOR | _MIXED):
            return False
        if use & _WEIGHT:
            self.uses.weights.add(offset)
        if use & _SCALE:
            self.uses.scales.add(offset)
        return True

    def _measured(self, name: str, use: int) -> bool:
        if not use & _FACTOR:
            return True
        if use & _VIEWED or name in self._types:
            return False
        self.uses.scales.update(self._factors.get(name, ()))
        return True


def _told_positions(operator: str, count: int) -> tuple[tuple[int, int], ...]:
    """The positions among so many inputs and the use of each; none if they do not say it."""
    if not is_told_by_names(operator):
        return ()
    pairs = zip(positions(operator, count), (_WEIGHT, _SCALE), strict=True)
    return tuple((at, use) for some, use in pairs for at in some if at < count)
