"""Lists every dataset of an HDF5 file as a tensor, and what is unusual about its structure."""

from __future__ import annotations

from rnninspect.decode.hdf5 import Alike, Dataset, Group, Link, LinkKind, TypeClass
from rnninspect.plugin import (
    DTYPES,
    Fact,
    Limit,
    Observation,
    Purpose,
    StoredTensor,
    UnreadableFile,
)
from rnninspect.stored.tensor import IN_COLUMNS
from rnninspect_keras.containers.runs import overlaps
from rnninspect_keras.containers.store import LABEL, VARIABLES, Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.hdf5 import Datatype, File, Layout, Node, Plain
    from rnninspect_keras.containers.columns import DatasetColumns

_NUMBERS = (TypeClass.FIXED, TypeClass.FLOAT, TypeClass.COMPLEX, TypeClass.BITFIELD)
_LABELLED, _CELL = f"/{VARIABLES}", "/cell"
# Types that HDF5 has no class for: Keras stores them as opaque bytes and names them in `dtype`.
_DTYPE = "dtype"
OPAQUE_TYPES = ("bfloat16", "float8_e4m3fn", "float8_e5m2", "int4", "uint4")


def read_store(file: File) -> Store:
    """List all datasets of a file as tensors; those of a large file are in columns."""
    store = Store()
    add_file(store, file, alike=True)
    if not store.are_unique():  # which only dicts have the words for
        store = Store()
        add_file(store, file)
    return store


def add_file(store: Store, file: File, origin: str = "", *, alike: bool = False) -> None:
    """Add all datasets of a file; `origin` distinguishes the shards of one model.

    With `alike`, and as the only file of the store, objects like others are put into columns.
    """
    if file.space.is_remote:
        from rnninspect.decode.hdf5.ahead import fetch_ahead  # noqa: PLC0415 - no other file needs it

        fetch_ahead(file)
    listing = _Listing(store, file, origin)
    try:
        for path, found in file.visit() if alike else file.walk():
            listing.take(path, found)
    except UnreadableFile:
        file.check()
        raise
    overlapping = listing.overlaps()
    if listing.soft:
        from rnninspect_keras.containers.links import resolve_links  # noqa: PLC0415 - Keras writes none

        store.make_all()
        resolve_links(store, listing.soft, file.space.limits)
    store.observations.extend(overlapping)


class _Listing:
    """The datasets of one file, which are added to a store; `soft` are links by their paths."""

    def __init__(self, store: Store, file: File, origin: str) -> None:
        self._store, self._file, self._origin = store, file, origin
        self._runs: dict[int, tuple[int, int, str]] = {}  # by the addresses of the headers
        self._most_in_columns = IN_COLUMNS * file.space.limits.tensors
        self._of_names: dict[tuple[Plain, str], Plain] = {}
        self.soft: dict[str, str] = {}

    def take(self, path: str, found: Node | Link | Alike) -> None:
        """Add what is at a path."""
        store = self._store
        if isinstance(found, Alike):
            self.add_alike(path, found)
        elif isinstance(found, Group):
            store.groups.setdefault(path, found)
        elif isinstance(found, Dataset):
            self.add(path, found)
        elif isinstance(found, Link) and found.kind is LinkKind.SOFT:
            self.soft[path] = found.target
        elif isinstance(found, Link):
            store.links.add(path)
            clause = f"{found.kind} link to {found.target}, not followed"
            store.observations.append(Observation(Fact.LINK_OUTSIDE, clause, tensor=path))

    def add(self, path: str, found: Dataset) -> None:
        """Add a dataset as a tensor."""
        store, columns = self._store, self._store.columns
        number = len(store.tensors) if columns is None else columns.weight
        self._file.space.limits.require(Limit.TENSORS, number + 1)
        if columns is None and path in store.tensors:
            store.observations.append(Observation(Fact.DUPLICATE_NAME, self._origin, tensor=path))
        tensor = _tensor(path, found, self._origin)
        _add_run(self._runs, found, path)
        if columns is None:
            store.tensors[path] = tensor
        else:
            columns.put(tensor, found.address, self._run(found.address))
        store.observations.extend(_external_data(path, found))

    def add_alike(self, path: str, found: Alike) -> None:
        """Add a group or a dataset whose header is that of others."""
        columns = self._store.columns
        if columns is None:
            columns = self._begin_columns()
        if found.plain is None:
            if found.messages and path.endswith(_LABELLED):
                self._note_label(path, found, columns.groups.names[-1])
            columns.groups.add(path, found.address)
        elif _is_number(found.plain.datatype):
            columns.add(path, found.plain, found.address, found.start)
            if len(columns.names) > self._most_in_columns:
                self._file.space.limits.require(Limit.TENSORS, columns.weight)
        elif (named := self._named(found)) is not None:
            columns.add(path, named, found.address, found.start)
        elif isinstance(made := self._file.open(found.address), Dataset):
            self.add(path, made)

    def _note_label(self, path: str, found: Alike, before: str) -> None:
        """Note how the variables of a cell, or of its layer, are labelled: that is asked for."""
        owner = path.removesuffix(_LABELLED)
        if not owner.endswith(_CELL) and before != f"{owner}{_CELL}{_LABELLED}":
            return
        try:
            self._store.note_label(path, self._file.text(found, LABEL))
        except UnreadableFile:  # which is said where the label is asked for
            return

    def _named(self, found: Alike) -> Plain | None:
        """What opaque bytes are in common whose type an attribute names; None of anything else."""
        plain = found.plain
        if plain is None or plain.datatype.kind is not TypeClass.OPAQUE:
            return None
        dtype = _dtype(plain.datatype, self._file.text(found, _DTYPE))
        if dtype not in OPAQUE_TYPES:
            return None
        if (plain, dtype) not in self._of_names:
            named = plain._replace(datatype=plain.datatype._replace(name=dtype))
            self._of_names[plain, dtype] = named
        return self._of_names[plain, dtype]

    def _begin_columns(self) -> DatasetColumns:
        """Put what was found by now into columns, where the rest will be added."""
        from rnninspect_keras.containers.columns import DatasetColumns  # noqa: PLC0415 - for large files
        from rnninspect_keras.containers.groups import GroupColumns  # noqa: PLC0415 - as above

        store = self._store
        groups = GroupColumns(self._file)
        for path, group in store.groups.items():
            groups.setdefault(path, group)
        columns = DatasetColumns(groups)
        for tensor in store.tensors.values():
            address = int(tensor.identity[1:])
            columns.put(tensor, address, self._run(address))
        store.groups, store.tensors, store.columns = groups, columns, columns
        return columns

    def _run(self, address: int) -> tuple[int, int]:
        """Where the bytes are of the dataset with this header."""
        start, size, _ = self._runs.get(address, (0, 0, ""))
        return start, size

    def overlaps(self) -> list[Observation]:
        """Datasets whose bytes reach into those of others."""
        columns = self._store.columns
        return overlaps(self._runs.values()) if columns is None else columns.overlaps()


def _tensor(path: str, dataset: Dataset, origin: str) -> StoredTensor:
    is_opaque = dataset.datatype.kind is TypeClass.OPAQUE
    dtype = _dtype(dataset.datatype, dataset.text(_DTYPE) if is_opaque else None)
    stored = dataset.held_bytes
    compared = not dataset.filters and stored is not None
    return StoredTensor(
        name=path,
        shape=dataset.shape or (),
        dtype=dtype,
        bytes=_bytes(dataset, stored),
        identity=f"{origin}@{dataset.address}",
        purpose=_purpose(dataset, dtype),
        elements=0 if dataset.shape is None else None,
        needed_bytes=dataset.needed_bytes if compared else None,
        held_bytes=stored if compared else None,
    )


def _bytes(dataset: Dataset, stored: int | None) -> int:
    """Bytes in this file; what shape and type require where only the chunks know."""
    if stored is None:
        return 0 if dataset.external_files else dataset.needed_bytes
    return stored


def _dtype(datatype: Datatype, stated: str | None) -> str:
    """The type of elements; of opaque bytes what an attribute states, if it is of their size."""
    if stated in OPAQUE_TYPES and DTYPES[stated].whole_bytes == datatype.size:
        return stated
    return datatype.name


def _purpose(dataset: Dataset, dtype: str) -> Purpose:
    """Numbers are weights; strings, compounds and references are something else."""
    number = _is_number(dataset.datatype) or dtype in OPAQUE_TYPES
    return Purpose.PARAMETER if number else Purpose.CONSTANT


def _is_number(datatype: Datatype) -> bool:
    return datatype.kind in _NUMBERS or datatype.name == "bool"


def _external_data(path: str, dataset: Dataset) -> list[Observation]:
    notes = [f"its data is in the external file {name}" for name in dataset.external_files]
    if dataset.layout.kind == "virtual":
        notes.append("a virtual dataset: its elements are in other datasets")
    return [Observation(Fact.LINK_OUTSIDE, note, tensor=path) for note in notes]


def _add_run(runs: dict[int, tuple[int, int, str]], dataset: Dataset, path: str) -> None:
    layout: Layout = dataset.layout
    if layout.address is not None and layout.size and not dataset.external_files:
        runs.setdefault(dataset.address, (layout.address, layout.size, path))
