"""TensorStore, with which Orbax stores arrays: it lists them and reads their metadata, no weights.

Orbax itself is not asked: it starts an event loop, which needs sockets that the child may not open.
"""

from __future__ import annotations

import json
from importlib.metadata import version as version_of
from math import prod
from pathlib import Path

import tensorstore

from rnninspect.verification.arrays import book_arrays
from rnninspect_jax.orbax.metadata import TREE
from rnninspect_jax.orbax.ocdbt import NAME
from rnninspect_jax.orbax.zarr import V2, V3

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.verification.question import Answer, Question


def version() -> str:
    """The version of TensorStore."""
    return version_of("tensorstore")


def answer(question: Question, given: Answer) -> None:
    """Count the elements of all arrays, and those of each layer."""
    path = Path(question.path)
    folders = [path] if (path / TREE).exists() else [each.parent for each in path.glob(f"*/{TREE}")]
    counts = {
        name if folder == path else f"{folder.name}/{name}": count
        for folder in folders
        for name, count in _counts(folder)
    }
    if len(folders) == 1 and folders != [path]:
        counts = {name.partition("/")[2]: count for name, count in counts.items()}
    book_arrays(question, given, counts)


def _counts(folder: Path) -> Iterator[tuple[str, int]]:
    """The elements of each array in a store by its name there."""
    spec: dict[str, object] = {"driver": "file", "path": f"{folder}/"}
    if (folder / NAME).exists():
        spec = {"driver": "ocdbt", "base": spec}
    store = tensorstore.KvStore.open(spec).result()
    for key in store.list().result():
        name, _, last = key.decode().rpartition("/")
        if name and last in (V2, V3):
            yield name, prod(json.loads(store.read(key).result().value)["shape"])
