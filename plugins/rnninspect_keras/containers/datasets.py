"""Lists every dataset of an HDF5 file as a tensor, and what is unusual about its structure."""

from __future__ import annotations

from rnninspect.decode.hdf5 import Dataset, Group, Link, LinkKind, TypeClass
from rnninspect.plugin import DTYPES, Fact, Limit, Observation, Purpose, StoredTensor
from rnninspect_keras.containers.store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.decode.hdf5 import File, Layout

_NUMBERS = (TypeClass.FIXED, TypeClass.FLOAT, TypeClass.COMPLEX, TypeClass.BITFIELD)
# Types that HDF5 has no class for: Keras stores them as opaque bytes and names them in `dtype`.
OPAQUE_TYPES = ("bfloat16", "float8_e4m3fn", "float8_e5m2", "int4", "uint4")


def read_store(file: File) -> Store:
    """List all datasets of a file as tensors."""
    store = Store()
    add_file(store, file)
    return store


def add_file(store: Store, file: File, origin: str = "") -> None:
    """Add all datasets of a file; `origin` distinguishes the shards of one model."""
    if file.space.is_remote:
        from rnninspect.decode.hdf5.ahead import fetch_ahead  # noqa: PLC0415 - no other file needs it

        fetch_ahead(file)
    runs: dict[int, tuple[int, int, str]] = {}
    soft: dict[str, str] = {}
    for path, found in file.walk():
        if isinstance(found, Group):
            store.groups.setdefault(path, found)
        elif isinstance(found, Dataset):
            file.space.limits.require(Limit.TENSORS, len(store.tensors) + 1)
            if path in store.tensors:
                store.observations.append(Observation(Fact.DUPLICATE_NAME, origin, tensor=path))
            store.tensors[path] = _tensor(path, found, origin)
            store.observations.extend(_external_data(path, found))
            _add_run(runs, found, path)
        elif isinstance(found, Link) and found.kind is LinkKind.SOFT:
            soft[path] = found.target
        elif isinstance(found, Link):
            store.links.add(path)
            clause = f"{found.kind} link to {found.target}, not followed"
            store.observations.append(Observation(Fact.LINK_OUTSIDE, clause, tensor=path))
    if soft:
        from rnninspect_keras.containers.links import resolve_links  # noqa: PLC0415 - Keras writes none

        resolve_links(store, soft, file.space.limits)
    store.observations.extend(_overlaps(runs.values()))


def _tensor(path: str, dataset: Dataset, origin: str) -> StoredTensor:
    stored, dtype = dataset.held_bytes, _dtype(dataset)
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


def _dtype(dataset: Dataset) -> str:
    if dataset.datatype.kind is TypeClass.OPAQUE:
        stated = dataset.text("dtype") or ""
        if stated in OPAQUE_TYPES and DTYPES[stated].whole_bytes == dataset.datatype.size:
            return stated
    return dataset.datatype.name


def _purpose(dataset: Dataset, dtype: str) -> Purpose:
    """Numbers are weights; strings, compounds and references are something else."""
    number = dataset.datatype.kind in _NUMBERS or dtype == "bool" or dtype in OPAQUE_TYPES
    return Purpose.PARAMETER if number else Purpose.CONSTANT


def _external_data(path: str, dataset: Dataset) -> list[Observation]:
    notes = [f"its data is in the external file {name}" for name in dataset.external_files]
    if dataset.layout.kind == "virtual":
        notes.append("a virtual dataset: its elements are in other datasets")
    return [Observation(Fact.LINK_OUTSIDE, note, tensor=path) for note in notes]


def _add_run(runs: dict[int, tuple[int, int, str]], dataset: Dataset, path: str) -> None:
    layout: Layout = dataset.layout
    if layout.address is not None and layout.size and not dataset.external_files:
        runs.setdefault(dataset.address, (layout.address, layout.size, path))


def _overlaps(runs: Iterable[tuple[int, int, str]]) -> list[Observation]:
    """Datasets whose runs of bytes (start, size, path) reach into the next one's."""
    found: list[Observation] = []
    end, last = 0, ""
    for start, size, path in sorted(runs):
        if start < end:
            found.append(Observation(Fact.OVERLAP, f"shares bytes with {last}", tensor=path))
        if start + size > end:
            end, last = start + size, path
    return found
