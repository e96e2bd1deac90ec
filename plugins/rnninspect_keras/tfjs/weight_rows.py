"""Plain weights of a manifest in columns, collected while its JSON is parsed.

A weight is an object of a name, a shape and a type, and of how it is quantised. In the place of
each plain one the parsed document has `ROW`; they come in the order of the document.
"""

from __future__ import annotations

from _collections_abc import Sequence  # without the module `collections`
from array import array

from rnninspect.plugin import UnreadableFile
from rnninspect_keras.containers.json_text import unwrapped
from rnninspect_keras.tfjs.manifest_weight import ROW, ManifestWeight, weight_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.json import Json
    from rnninspect.plugin import Observation

    Kind = tuple[str, int | None, str]  # type, width and the type that is loaded

_KEYS = (("name", "shape", "dtype"), ("name", "shape", "dtype", "quantization"))


class WeightRows(Sequence[ManifestWeight]):
    """Weights one after the other, none of which is a slot of an optimizer.

    Attributes:
        names: as the manifest gives them.
        shapes: equal ones are one tuple.
        kinds: type, width and the type that is loaded; equal ones are one tuple.
    """

    __slots__ = ("_known", "_least", "_scales", "kinds", "names", "shapes")

    def __init__(self) -> None:
        self.names: list[str] = []
        self.shapes: list[tuple[int, ...]] = []
        self.kinds: list[Kind] = []
        self._known: dict[Kind, Kind] = {}
        self._scales, self._least = array("d"), array("d")

    def add(self, weight: ManifestWeight) -> None:
        """Add the next one."""
        self.names.append(weight.name)
        self.shapes.append(weight.shape)
        kind = (weight.dtype, weight.width, weight.loaded_as)
        self.kinds.append(self._known.setdefault(kind, kind))
        self._scales.append(weight.scale)
        self._least.append(weight.least)

    def part(self, first: int, last: int) -> WeightRows:
        """Those from an index up to another one."""
        if (first, last) == (0, len(self.names)):
            return self
        part = WeightRows()
        part.names, part.shapes = self.names[first:last], self.shapes[first:last]
        part.kinds = self.kinds[first:last]
        part._scales, part._least = self._scales[first:last], self._least[first:last]
        return part

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> ManifestWeight:  # type: ignore[override]  # no slices
        dtype, width, loaded = self.kinds[index]
        return ManifestWeight(
            self.names[index],
            self.shapes[index],
            dtype,
            width,
            loaded,
            of_optimizer=False,
            scale=self._scales[index],
            least=self._least[index],
        )


class RowParser:
    """Makes the objects of a document, and keeps plain weights in columns.

    Attributes:
        rows: the weights for which it gave `ROW`.
    """

    def __init__(self) -> None:
        self.rows = WeightRows()
        self._shapes: dict[tuple[int, ...], tuple[int, ...]] = {}

    def __call__(self, pairs: list[tuple[str, Json]]) -> Json:
        """The value of an object."""
        keys = tuple([key for key, _ in pairs])
        if keys not in _KEYS:
            return unwrapped(pairs)
        weight = dict(pairs)
        observations: list[Observation] = []
        try:
            found = weight_of(weight, "", observations)
        except UnreadableFile:
            return weight  # whoever reads it says what is wrong with it, and where
        if observations or found.width is None:
            return weight
        self.rows.add(found._replace(shape=self._shapes.setdefault(found.shape, found.shape)))
        return ROW
