"""Describes an HDF5 file twice, by our reader and by h5py, in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h5py
import numpy as np

from rnninspect.decode.hdf5 import (
    Dataset,
    File,
    Group,
    LayoutKind,
    Link,
    NamedType,
    Node,
    TypeClass,
)
from rnninspect.source.source import open_source

if TYPE_CHECKING:
    from pathlib import Path

Description = dict[str, tuple[object, ...]]

# h5py reports the size of a variable value in memory, and adds up a compound's members anew.
UNSIZED = (TypeClass.VARIABLE, TypeClass.COMPOUND)
# Element types that both name alike; of the others only the class is compared.
CLASSES = {
    TypeClass.TIME: "time",
    TypeClass.STRING: "string",
    TypeClass.OPAQUE: "opaque",
    TypeClass.COMPOUND: "compound",
    TypeClass.REFERENCE: "reference",
    TypeClass.ENUM: "enum",
    TypeClass.ARRAY: "array",
}


def by_us(path: Path) -> Description:
    with open_source(path) as source:
        found: Description = {}
        for name, item in File(source).walk():
            found[name] = _ours(item)
        return found


def _ours(item: Node | Link) -> tuple[object, ...]:
    match item:
        case Link():
            return "link", item.kind.value, item.target
        case Group():
            return "group", _our_attributes(item)
        case Dataset():
            return (
                "dataset",
                item.shape,
                item.datatype.name,
                None if item.datatype.kind in UNSIZED else item.datatype.size,
                item.layout.kind.value,
                item.filters,
                item.external_files,
                _our_size(item),
                _our_attributes(item),
            )
        case NamedType():
            return "type", _our_attributes(item)
    raise AssertionError(item)


def _our_size(item: Dataset) -> int | None:
    """The stored size that both report: that of one run, whether or not the file goes so far."""
    match item.layout.kind:
        case LayoutKind.COMPACT:
            return item.layout.size
        case LayoutKind.CONTIGUOUS if not item.external_files:
            return 0 if item.layout.address is None else item.layout.size
    return None


def _our_attributes(item: Node) -> tuple[object, ...]:
    return tuple(
        sorted(
            (name, known.shape, known.datatype.name, item.texts(name))
            for name, known in item.attributes().items()
        )
    )


def by_h5py(path: Path) -> Description:
    with h5py.File(path, "r") as file:
        found: Description = {"": ("group", _attributes(file))}
        _list(file, "", {file.id.__hash__()}, found)
        return found


def _list(group: h5py.Group, path: str, entered: set[int], found: Description) -> None:
    """The links of a group; a group is listed again under a second name, not entered again."""
    below = []
    for raw in group.id:
        name = text(raw)
        place = f"{path}/{name}" if path else name
        kind = group.id.links.get_info(raw).type
        if kind == h5py.h5l.TYPE_SOFT:
            found[place] = ("link", "soft", text(group.id.links.get_val(raw)))
        elif kind == h5py.h5l.TYPE_EXTERNAL:
            file, target = group.id.links.get_val(raw)
            found[place] = ("link", "external", f"{text(file)}:{text(target)}")
        else:
            item = group[raw]
            found[place] = _theirs(item)
            if isinstance(item, h5py.Group) and item.id.__hash__() not in entered:
                entered.add(item.id.__hash__())
                below.append((item, place))
    for item, place in below:
        _list(item, place, entered, found)


def text(raw: bytes | str) -> str:
    return raw if isinstance(raw, str) else raw.decode("utf-8", "surrogateescape")


def _theirs(item: h5py.Group | h5py.Dataset | h5py.Datatype) -> tuple[object, ...]:
    if isinstance(item, h5py.Group):
        return "group", _attributes(item)
    if isinstance(item, h5py.Datatype):
        return "type", _attributes(item)
    plist = item.id.get_create_plist()
    layout = {
        h5py.h5d.COMPACT: "compact",
        h5py.h5d.CONTIGUOUS: "contiguous",
        h5py.h5d.CHUNKED: "chunked",
        h5py.h5d.VIRTUAL: "virtual",
    }[plist.get_layout()]
    external = tuple(name for name, _, _ in item.external or ())
    compared = layout in ("compact", "contiguous") and not external
    return (
        "dataset",
        item.shape,
        type_name(item.id.get_type()),
        _size(item.id.get_type()),
        layout,
        tuple(FILTERS[plist.get_filter(at)[0]] for at in range(plist.get_nfilters())),
        external,
        item.id.get_storage_size() if compared else None,
        _attributes(item),
    )


def _size(kind: h5py.h5t.TypeID) -> int | None:
    """Bytes of an element as stored; None where h5py reports another size."""
    variable = isinstance(kind, h5py.h5t.TypeStringID) and kind.is_variable_str()
    unsized = variable or kind.get_class() in (h5py.h5t.VLEN, h5py.h5t.COMPOUND)
    return None if unsized else int(kind.get_size())


FILTERS = {1: "deflate", 2: "shuffle", 3: "fletcher32", 6: "scaleoffset", 32000: "lzf"}


def _attributes(item: h5py.Group | h5py.Dataset | h5py.Datatype) -> tuple[object, ...]:
    listed = []
    for name in item.attrs:
        known = item.attrs.get_id(name)
        kind = type_name(known.get_type())
        listed.append((text(name), known.shape, kind, _texts(item, name, kind)))
    return tuple(sorted(listed))


def _texts(item: h5py.Group, name: str | bytes, kind: str) -> tuple[str, ...] | None:
    if kind != "string":
        return None
    value = item.attrs[name]
    if isinstance(value, h5py.Empty):
        return ()
    values = np.atleast_1d(np.asarray(value, dtype=object)).ravel().tolist()
    return tuple(text(value) for value in values)


def type_name(kind: h5py.h5t.TypeID) -> str:
    size = kind.get_size()
    match kind.get_class():
        case h5py.h5t.INTEGER:
            return f"{'uint' if kind.get_sign() == h5py.h5t.SGN_NONE else 'int'}{8 * size}"
        case h5py.h5t.FLOAT:
            fields = kind.get_fields()
            short = {(2, 8): "bfloat16", (1, 4): "float8_e4m3", (1, 5): "float8_e5m2"}
            return short.get((size, fields[2]), f"float{8 * size}")
        case h5py.h5t.STRING:
            return "string"
        case h5py.h5t.VLEN:
            return "variable"
        case h5py.h5t.ENUM if kind.dtype == np.dtype(bool):
            return "bool"
    return CLASSES[TypeClass(kind.get_class())]
