"""The recurrent layers that a configuration declares, with their cells in each direction."""

from __future__ import annotations

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_keras.configuration.declared import Declared
    from rnninspect_keras.configuration.plans import (
        CellPlan,
    )


class DeclaredCell(Record):
    """A cell of a recurrent layer, in one direction and one level.

    Attributes:
        plan: what it declares; None if its class is not known.
        declared: its entry in the configuration, the layer's own where it has no cell.
        place: the group of its variables in Keras' own format.
        tokens: names that its weights may have in the older format.
        outer: names of the models around it, which they may have as well.
        edges: the attributes that lead to it from its outermost wrapper, or from its layer.
        direction: 0 forward and 1 backward of two directions; None of one.
    """

    plan: CellPlan | None
    declared: Declared
    place: str
    tokens: tuple[str, ...]
    outer: tuple[str, ...] = ()
    direction: int | None = None
    edges: tuple[str, ...] = ()


class DeclaredLayer(Record):
    """A recurrent layer of a configuration.

    Attributes:
        name: for people: the names of the models around it and its own.
        kind: the framework's classes, wrappers first.
        top: name of the outermost layer that it is in, or is.
        place: its group in Keras' own format.
        nested: whether it is in a model inside of the outermost layer.
        declared: its entry.
        directions: its directions, each a stack of cells.
    """

    name: str
    kind: str
    top: str
    place: str
    nested: bool
    declared: Declared
    directions: tuple[tuple[DeclaredCell, ...], ...]
