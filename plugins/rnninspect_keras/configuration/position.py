"""Where the walk through a configuration is: the models and wrappers around the next entry."""

from __future__ import annotations

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_keras.configuration.declared import Declared
    from rnninspect_keras.configuration.shapes import Shape


class Position(Record):
    """Where the walk is: what is above the next entry, and the models around it."""

    place: str = ""
    top: str = ""
    names: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    shape: Shape = None
    depth: int = 0
    direction: int | None = None
    edges: tuple[str, ...] = ()

    def at(self, place: str, *edges: str) -> Position:
        """The same position at another place, some attributes further."""
        return self._replace(place=place, edges=(*self.edges, *edges))

    def in_wrapper(self, wrapper: Declared) -> Position:
        """The position of the layer in a wrapper, named after the outermost wrapper."""
        shape = self.shape
        if wrapper.class_name == "TimeDistributed" and shape is not None:
            shape = (*shape[:1], *shape[2:])
        return self._replace(
            place=f"{self.place}/layer",
            shape=shape,
            top=self.top or wrapper.name,
            names=self.names if self.kinds else (*self.names, wrapper.name),
            kinds=(*self.kinds, wrapper.class_name),
            tokens=(*self.tokens, wrapper.name),
            depth=self.depth + 1,
            edges=(*self.edges, "layer"),
        )

    def in_model(self, model: Declared) -> Position:
        """The position of what a model, or a layer of an own class, contains."""
        named = not self.kinds and model.name
        return Position(
            place=self.place,
            top=self.top or model.name,
            names=(*self.names, model.name) if named else self.names,
            shape=self.shape,
            depth=self.depth + 1,
        )
