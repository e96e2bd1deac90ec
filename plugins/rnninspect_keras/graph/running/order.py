"""The order in which the nodes of a graph can run, and which of them return into a loop.

TensorFlow 1's loops close at `Merge`, whose second input is a `NextIteration`: that edge does not
count, and what leaves a loop waits for what returns in it.
"""

from __future__ import annotations

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect_keras.graph.messages.records import Node

MERGES = frozenset({"Merge", "RefMerge"})
RETURNS = frozenset({"NextIteration", "RefNextIteration"})
EXITS = frozenset({"Exit", "RefExit"})
SWITCHES = frozenset({"Switch", "RefSwitch"})


class Order(Record):
    """The nodes by number, in an order in which they can run.

    Attributes:
        places: the number of the first node of each name.
        order: the numbers.
        returning: of each Merge that closes a loop, the number of its NextIteration.
        cyclic: names of nodes that wait for themselves.
        missing: inputs that no node gives, each with the name of a node that reads it.
        repeated: names that more than one node has.
        read: the numbers of nodes that others read.
    """

    places: dict[str, int]
    order: list[int]
    returning: dict[int, int]
    cyclic: tuple[str, ...]
    missing: dict[str, str]
    repeated: tuple[str, ...]
    read: frozenset[int]


def node_of(reference: str) -> str:
    """The name of the node that an input refers to; empty for a control input."""
    if reference[:1] == "^":
        return ""
    return reference.partition(":")[0] if ":" in reference else reference


def in_order(nodes: Sequence[Node], arguments: Sequence[str] = ()) -> Order:
    """Order nodes by what they read; the arguments of a function are given."""
    places: dict[str, int] = {}
    repeated: dict[str, None] = {}
    for number, node in enumerate(nodes):
        if places.setdefault(node.name, number) != number:
            repeated[node.name] = None
    missing: dict[str, str] = {}
    given = frozenset(arguments)
    edges: list[list[int]] = []
    for node in nodes:
        edges.append([])
        for reference in node.inputs:
            name = node_of(reference)
            if name in places:
                edges[-1].append(places[name])
            elif name and name not in given:
                missing.setdefault(name, node.name)
    read = frozenset([other for after in edges for other in after])
    returning = dict(_returning(nodes, edges))
    for at, after in returning.items():
        edges[at].remove(after)
    for number, node in enumerate(nodes):
        if node.operator in EXITS:
            edges[number] += _before_leaving(nodes, edges, returning, number)
    order, cyclic = _sorted(edges)
    names = tuple(nodes[at].name for at in cyclic)
    return Order(places, order, returning, names, missing, tuple(repeated), read)


def _returning(nodes: Sequence[Node], edges: list[list[int]]) -> Iterator[tuple[int, int]]:
    for number, node in enumerate(nodes):
        if node.operator in MERGES:
            after = next((at for at in edges[number] if nodes[at].operator in RETURNS), None)
            if after is not None:
                yield number, after


def _before_leaving(
    nodes: Sequence[Node], edges: list[list[int]], returning: dict[int, int], number: int
) -> list[int]:
    """What returns in the loop that a node leaves."""
    for switch in edges[number][:1]:
        if nodes[switch].operator in SWITCHES:
            return [returning[at] for at in edges[switch][:1] if at in returning]
    return []


def _is_sorted(edges: list[list[int]]) -> bool:
    """Whether each edge leads to a smaller number, as in most files."""
    for number, after in enumerate(edges):
        for other in after:
            if other >= number:
                return False
    return True


def _sorted(edges: list[list[int]]) -> tuple[list[int], list[int]]:
    """Every number after those that its edges lead to; and those that are in a cycle."""
    if _is_sorted(edges):
        return list(range(len(edges))), []
    order: list[int] = []
    cyclic: dict[int, None] = {}
    state = [0] * len(edges)  # 0 not seen, 1 waiting, 2 done
    for first in range(len(edges)):
        if state[first]:
            continue
        stack = [(first, 0)]
        state[first] = 1
        while stack:
            at, place = stack.pop()
            if place < len(edges[at]):
                stack.append((at, place + 1))
                after = edges[at][place]
                if state[after] == 1:
                    cyclic[after] = None
                elif state[after] == 0:
                    state[after] = 1
                    stack.append((after, 0))
            else:
                state[at] = 2
                order.append(at)
    return order, list(cyclic)
