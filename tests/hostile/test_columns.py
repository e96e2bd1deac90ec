"""Tensors in columns: a file is reported as it is with a value for each of its tensors."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostile.corpus import CORPUS
from making.by_hand import report
from rnninspect.contract import fault_in
from rnninspect.errors import RnnInspectError
from rnninspect.model import SavedModel
from rnninspect.readers import open_model, recognise
from rnninspect.stored.columns import TensorColumns

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
# Of the formats whose tensors are always in columns.
SUFFIXES = (".gguf", ".msgpack", ".param", ".param.bin")
FILES = sorted(path for path in SAMPLES.rglob("*") if path.name.endswith(SUFFIXES))
ENTRIES = sorted(name for name in CORPUS if name.endswith(SUFFIXES))
LARGE = 2**20  # bytes of a hostile file that takes long
MUTATIONS = 30


def held_equal(path: Path) -> bool:
    """Compare both reports on a file; whether its tensors are in columns."""
    try:
        with open_model(str(path), None) as source:
            model = recognise(source).read()
    except RnnInspectError:
        return False
    if not isinstance(model, SavedModel) or not isinstance(model.tensors, TensorColumns):
        return False
    of_columns = report(model)
    assert fault_in(model) is None
    assert report(model._replace(tensors=tuple(model.tensors))) == of_columns
    return True


def mutations(data: bytes) -> Iterator[bytes]:
    """Copies with some bytes of the first ones changed, and one that is cut."""
    numbers = random.Random(len(data))  # noqa: S311 - the same copies in each run
    for _ in range(MUTATIONS):
        changed = bytearray(data)
        for _ in range(numbers.randint(1, 3)):
            changed[numbers.randrange(min(len(data), 4096))] = numbers.choice((0, 1, 255, 128))
        yield bytes(changed)
    yield data[: len(data) - len(data) // 3]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_a_sample_and_its_mutations_are_reported_alike(path: Path, tmp_path: Path) -> None:
    assert held_equal(path)
    for at, data in enumerate(mutations(path.read_bytes())):
        changed = tmp_path / f"{at}" / path.name
        changed.parent.mkdir()
        changed.write_bytes(data)
        held_equal(changed)


@pytest.mark.slow
@pytest.mark.parametrize("name", ENTRIES)
def test_a_hostile_file_is_reported_alike(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    CORPUS[name].make(path)
    if path.stat().st_size < LARGE:
        held_equal(path)
