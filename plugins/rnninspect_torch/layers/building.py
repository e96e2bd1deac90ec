"""Builds recurrent layers from groups of weights: one for each level of each stack."""

from __future__ import annotations

from rnninspect.lean import lru_cache
from rnninspect.plugin import (
    BIASES,
    CELLS,
    SHARED_ROLES,
    Fact,
    Fate,
    Observation,
    Operand,
    Origin,
    Record,
    RecurrentLayer,
    Role,
    Sizes,
    Slot,
    Stack,
)
from rnninspect_torch.dialect.layout import GATE_ORDERS, axes_of
from rnninspect_torch.layers.declaring import Description, describe, is_recurrent
from rnninspect_torch.layers.sizing import StackSpec, infer
from rnninspect_torch.networks.naming import without_wrappers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rnninspect.plugin import StoredTensor
    from rnninspect_torch.networks.named_tensors import NamedTensor
    from rnninspect_torch.networks.records import DeclaredModule
    from rnninspect_torch.networks.weights import Position, StoredWeight, WeightGroup

_ROLES = SHARED_ROLES


class BuiltLayers(Record):
    """The layers of a group or of a network, with observations on them."""

    layers: tuple[RecurrentLayer, ...]
    observations: tuple[Observation, ...] = ()


def build(
    group: WeightGroup,
    declared: DeclaredModule | None,
    stored: Callable[[NamedTensor], StoredTensor],
    root: str | None,
) -> BuiltLayers | None:
    """The layers of a group; None if no cell explains its tensors."""
    described_group = _describe_group(group, declared)
    if described_group is None:
        return None
    described, origin, kind, notes = described_group
    cleaned = without_wrappers(group.name)
    name = cleaned or kind
    original = None if cleaned == group.path else group.path
    levels = _by_level(tuple(group.weights))
    maker = _LayerMaker(group, described, origin, kind, stored, levels, original)
    layers = tuple(maker.layer(level, name, root) for level in range(described.levels))
    facts = tuple(Observation(fact, text, layer=layers[0].name) for fact, text in notes)
    return BuiltLayers(layers, facts)


@lru_cache(maxsize=256)
def _slots(direction: int, role: Role) -> tuple[Slot, ...]:
    return (Slot(direction, role),)


_Described = tuple[Description, Origin, str, list[tuple[Fact, str]]]


def _describe_group(group: WeightGroup, declared: DeclaredModule | None) -> _Described | None:
    """The description of a stack as declared, or else as inferred from its tensors."""
    shapes = {
        position: shape
        for position, weight in group.weights.items()
        if (shape := weight.shape) is not None
    }
    spec = infer(shapes, group.signature.cell)
    notes: list[tuple[Fact, str]] = []
    if declared is not None:
        claimed = describe(declared, spec)
        if isinstance(claimed, Description):
            if spec is not None and not is_recurrent(declared):
                claimed = claimed._replace(roles=_roles(group, spec))
            origin = Origin.DECLARED if claimed.declares_sizes else Origin.INFERRED
            return claimed, origin, declared.name, notes
        if claimed is not None:
            notes.append((Fact.CONTRADICTION, claimed))
    if spec is None:
        return None
    if spec.ambiguity:
        notes.append((Fact.AMBIGUOUS, spec.ambiguity))
    kind = declared.name if declared else group.signature.kind.format(spec.cell)
    origin = Origin.RECOVERED if group.recovered else Origin.INFERRED
    described = Description(spec, _roles(group, spec), len(spec.inputs))
    return described, origin, kind, notes


def _roles(group: WeightGroup, spec: StackSpec) -> frozenset[Role]:
    """The roles of all levels and directions: those of any of them, and both biases or none."""
    seen = frozenset([position.role for position in group.weights])
    return _declared_by(seen, group.signature.biases, spec.cell, spec.projection)


@lru_cache(maxsize=256)
def _declared_by(
    seen: frozenset[Role], biases: frozenset[Role], cell: str, projection: int | None
) -> frozenset[Role]:
    roles = set(CELLS[cell].required())
    if seen & BIASES:
        roles |= biases
    if projection is not None:
        roles.add(Role.PROJECTION)
    return frozenset(roles | (seen - BIASES))


@lru_cache(maxsize=64)
def _by_level(positions: tuple[Position, ...]) -> Mapping[int, list[Position]]:
    """The positions of a group's weights by level, in order."""
    levels: dict[int, list[Position]] = {}
    for position in sorted(positions, key=_in_order):
        levels.setdefault(position.level, []).append(position)
    return levels


def _in_order(position: Position) -> tuple[int, int, int]:
    return position.level, position.direction, _ROLES.index(position.role)


class _LayerMaker(Record):
    group: WeightGroup
    described: Description
    origin: Origin
    kind: str
    stored: Callable[[NamedTensor], StoredTensor]
    positions: Mapping[int, list[Position]]
    original_name: str | None

    def layer(self, level: int, name: str, root: str | None) -> RecurrentLayer:
        """The layer of one level."""
        spec, levels = self.described.spec, self.described.levels
        numbered = levels > 1
        return RecurrentLayer(
            name=f"{name}[{level}]" if numbered else name,
            kind=f"Bidirectional({self.kind})" if spec.directions > 1 else self.kind,
            cell=spec.cell,
            sizes=Sizes(
                spec.inputs[level],
                spec.hidden,
                spec.projection,
                directions=spec.directions,
            ),
            origin=self.origin,
            convention=self.group.signature.convention,
            roles=self.described.roles,
            operands=tuple(self._operands(level)),
            stack=Stack(name, level, levels) if numbered else None,
            extras=tuple(self._beyond()) if level == levels - 1 else (),
            original_name=self.original_name,
            root=root,
            gate_order=GATE_ORDERS.get(spec.cell, ""),
        )

    def _operands(self, level: int) -> Iterator[Operand]:
        for position in self.positions.get(level, ()):
            if position.direction < self.described.spec.directions:
                yield self._operand(position, self.group.weights[position])

    def _operand(self, position: Position, weight: StoredWeight) -> Operand:
        slots, plain = _slots(position.direction, position.role), weight.plain
        if plain is not None:
            axes, tensors = axes_of(position.role, plain.shape), (self.stored(plain),)
            return Operand(plain.name, slots, axes, plain.shape, Fate.STORED, tensors)
        shape = weight.shape
        named = weight.main or next(iter(weight.parts.values()))
        return Operand(
            name=named.name,
            slots=slots,
            axes=axes_of(position.role, shape or ()),
            shape=shape,
            fate=Fate.COMPUTED if weight.is_computed else Fate.STORED,
            tensors=tuple([self.stored(entry) for entry in weight.counted]),
        )

    def _beyond(self) -> Iterator[StoredTensor]:
        """Tensors of levels and directions that the module does not declare."""
        for position, weight in self.group.weights.items():
            spec = self.described.spec
            if position.level >= self.described.levels or position.direction >= spec.directions:
                for entry in weight.counted:
                    yield self.stored(entry)
