"""Makes recurrent layers of the groups of a network: one for each level of each stack."""

from __future__ import annotations

from rnninspect.plugin import (
    CELLS,
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
from rnninspect_torch.dialect.layout import TWO_BIASES, axes_of
from rnninspect_torch.layers.declaring import Description, describe, is_recurrent
from rnninspect_torch.layers.sizing import StackSpec, infer
from rnninspect_torch.networks.naming import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rnninspect.plugin import StoredTensor
    from rnninspect_torch.networks.records import (
        DeclaredModule,
        NamedTensor,
        Position,
        StoredWeight,
        WeightGroup,
    )

_ROLES = tuple(Role)


class BuiltLayers(Record):
    """What became of a group: layers and observations; no layers if it is no cell of the table."""

    layers: tuple[RecurrentLayer, ...]
    observations: tuple[Observation, ...] = ()


def build(
    group: WeightGroup,
    declared: DeclaredModule | None,
    stored: Callable[[NamedTensor], StoredTensor],
    root: str | None,
) -> BuiltLayers | None:
    """The layers of a group; None if no cell explains its tensors."""
    settled = _settle(group, declared)
    if settled is None:
        return None
    described, origin, kind, notes = settled
    cleaned = clean(group.name)
    name = cleaned or kind
    original = None if cleaned == group.path else group.path
    maker = _LayerMaker(group, described, origin, kind, stored, _by_level(group), original)
    layers = tuple(maker.layer(level, name, root) for level in range(described.levels))
    facts = tuple(Observation(fact, text, layer=layers[0].name) for fact, text in notes)
    return BuiltLayers(layers, facts)


_Settled = tuple[Description, Origin, str, list[tuple[Fact, str]]]


def _settle(group: WeightGroup, declared: DeclaredModule | None) -> _Settled | None:
    """What the module declares, or else what its tensors look like."""
    shapes = {
        place: weight.shape for place, weight in group.weights.items() if weight.shape is not None
    }
    outline = infer(shapes, group.signature.cell)
    notes: list[tuple[Fact, str]] = []
    if declared is not None:
        said = describe(declared, outline)
        if isinstance(said, Description):
            if outline is not None and not is_recurrent(declared):
                said = said._replace(roles=_roles(group, outline))
            origin = Origin.DECLARED if said.declares_sizes else Origin.INFERRED
            return said, origin, declared.name, notes
        if said is not None:
            notes.append((Fact.CONTRADICTION, said))
    if outline is None:
        return None
    if outline.doubt:
        notes.append((Fact.AMBIGUOUS, outline.doubt))
    kind = declared.name if declared else group.signature.kind.format(outline.cell)
    origin = Origin.RECOVERED if group.recovered else Origin.INFERRED
    described = Description(outline, _roles(group, outline), len(outline.inputs))
    return described, origin, kind, notes


def _roles(group: WeightGroup, outline: StackSpec) -> frozenset[Role]:
    """What any level or direction has, all have; of two biases one alone is not enough."""
    seen = {place.role for place in group.weights}
    roles = set(CELLS[outline.cell].required())
    if seen & TWO_BIASES:
        roles |= group.signature.biases
    if outline.projection is not None:
        roles.add(Role.PROJECTION)
    return frozenset(roles | (seen - TWO_BIASES))


def _by_level(group: WeightGroup) -> dict[int, list[Position]]:
    """The places of a group's weights, those of each level in their order."""
    levels: dict[int, list[Position]] = {}
    for place in sorted(group.weights, key=_in_order):
        levels.setdefault(place.level, []).append(place)
    return levels


def _in_order(place: Position) -> tuple[int, int, int]:
    return place.level, place.direction, _ROLES.index(place.role)


class _LayerMaker(Record):
    group: WeightGroup
    described: Description
    origin: Origin
    kind: str
    stored: Callable[[NamedTensor], StoredTensor]
    places: dict[int, list[Position]]
    original_name: str | None

    def layer(self, level: int, name: str, root: str | None) -> RecurrentLayer:
        """The layer of one level, with all that its names say belongs there."""
        outline, levels = self.described.outline, self.described.levels
        numbered = levels > 1
        return RecurrentLayer(
            name=f"{name}[{level}]" if numbered else name,
            kind=f"Bidirectional({self.kind})" if outline.directions > 1 else self.kind,
            cell=outline.cell,
            sizes=Sizes(
                outline.inputs[level],
                outline.hidden,
                outline.projection,
                directions=outline.directions,
            ),
            origin=self.origin,
            convention=self.group.signature.convention,
            roles=self.described.roles,
            operands=tuple(self._operands(level)),
            stack=Stack(name, level, levels) if numbered else None,
            extras=tuple(self._beyond()) if level == levels - 1 else (),
            original_name=self.original_name,
            root=root,
        )

    def _operands(self, level: int) -> Iterator[Operand]:
        for place in self.places.get(level, ()):
            if place.direction < self.described.outline.directions:
                yield self._operand(place, self.group.weights[place])

    def _operand(self, place: Position, weight: StoredWeight) -> Operand:
        main, shape = weight.main, weight.shape
        named = main or next(iter(weight.parts.values()))
        return Operand(
            name=named.name,
            slots=(Slot(place.direction, place.role),),
            axes=axes_of(place.role, shape or ()),
            shape=shape,
            fate=Fate.COMPUTED if weight.is_computed else Fate.STORED,
            tensors=tuple(self.stored(entry) for entry in weight.counted),
        )

    def _beyond(self) -> Iterator[StoredTensor]:
        """Tensors of levels and directions that the module by its description does not have."""
        for place, weight in self.group.weights.items():
            outline = self.described.outline
            if place.level >= self.described.levels or place.direction >= outline.directions:
                for entry in weight.counted:
                    yield self.stored(entry)
