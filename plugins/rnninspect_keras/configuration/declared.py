"""A model's configuration as a tree of declared layers, whatever values it has."""

from __future__ import annotations

from rnninspect.plugin import LARGEST_SIZE, Limit, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rnninspect.decode.json import Json
    from rnninspect.plugin import Limits


class Declared(Record):
    """One layer, cell or model of a configuration.

    Attributes:
        class_name: without the package of a registered class.
        name: the layer's own; empty if it has none.
        settings: its `config`, unchanged.
        input_shape: that it was built for, impossible axes None; None if it was not built or does
            not say.
        module: where the framework would import the class from; empty if it does not say.
        foreign: whether the class is neither Keras' nor the addons' by what the entry says.
        shared_id: number by which Keras marks an object that occurs more than once.
        entry: the whole entry, for what is stored beside `config`.
    """

    class_name: str
    name: str
    settings: Mapping[str, Json]
    input_shape: tuple[int | None, ...] | None
    module: str
    foreign: bool
    shared_id: Json
    entry: Mapping[str, Json]

    def child(self, key: str) -> Declared | None:
        """The layer under a key of the settings; None if there is none."""
        return read_declared(self.settings.get(key))

    def children(self, key: str) -> tuple[Declared, ...]:
        """The layers in a list under a key of the settings."""
        items = self.settings.get(key)
        if not isinstance(items, list):
            return ()
        return tuple(child for child in map(read_declared, items) if child is not None)

    def size(self, *keys: str) -> int | None:
        """The first of these settings that is a possible size."""
        return next((size for key in keys if (size := as_size(self.settings.get(key)))), None)

    def flag(self, key: str, *, default: bool) -> bool:
        """A setting that is true or false."""
        value = self.settings.get(key)
        return value if isinstance(value, bool) else default


_OWN_PACKAGES = ("", "builtins", "keras", "tf_keras", "tensorflow", "tensorflow_addons")
_OWN_REGISTERED = ("", "Addons", "keras", "builtins")


def read_declared(value: Json) -> Declared | None:
    """A configuration's entry as a layer; None if it does not describe a layer."""
    if not isinstance(value, dict):
        return None
    entry: dict[str, Json] = value
    class_name = entry.get("class_name")
    if not isinstance(class_name, str):
        return None
    settings = entry.get("config")
    if isinstance(settings, list):  # Keras before 2.2.3 writes Sequential's layers alone
        settings = {"layers": settings}
    settings = settings if isinstance(settings, dict) else {}
    package, _, short = class_name.rpartition(">")
    registered = as_text(entry.get("registered_name")).rpartition(">")[0] or package
    module = as_text(entry.get("module"))
    built = entry.get("build_config")
    shape = built.get("input_shape") if isinstance(built, dict) else entry.get("build_input_shape")
    return Declared(
        class_name=short,
        name=as_text(settings.get("name")) or as_text(entry.get("name")),
        settings=settings,
        input_shape=as_shape(shape),
        module=module,
        foreign=module.partition(".")[0] not in _OWN_PACKAGES or registered not in _OWN_REGISTERED,
        shared_id=entry.get("shared_object_id"),
        entry=entry,
    )


def as_text(value: Json) -> str:
    """A string as it is, anything else as the empty one."""
    return value if isinstance(value, str) else ""


def as_size(value: Json) -> int | None:
    """A whole number that a size may be; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value <= LARGEST_SIZE else None


def as_sizes(value: Json, axes: int) -> tuple[int, ...] | None:
    """Sizes given as a list with one for each axis, or as one for all axes."""
    if isinstance(value, list):
        sizes = tuple(size for item in value if (size := as_size(item)))
        return sizes if len(sizes) == len(value) == axes else None
    size = as_size(value)
    return None if size is None else (size,) * axes


def as_shape(value: Json) -> tuple[int | None, ...] | None:
    """The axes of a shape, impossible ones None; None if it is not a shape."""
    if not isinstance(value, list):
        return None
    axes = []
    for axis in value:
        if isinstance(axis, (list, dict)):
            return None
        axes.append(as_size(axis))
    return tuple(axes)


def walk_entries(value: Json, limits: Limits) -> Iterator[tuple[Mapping[str, Json], int]]:
    """Every object of a JSON value with its depth, parents first; bounded by `limits.nesting`."""
    pending: list[tuple[Json, int]] = [(value, 0)]
    while pending:
        current, depth = pending.pop()
        limits.require(Limit.NESTING, depth // _JSON_PER_LAYER, "the depth of the configuration")
        if isinstance(current, dict):
            yield current, depth
            pending.extend((item, depth + 1) for item in reversed(current.values()))
        elif isinstance(current, list):
            pending.extend((item, depth + 1) for item in reversed(current))


_JSON_PER_LAYER = 4  # levels of JSON that one level of layers takes: entry, config, list, entry
