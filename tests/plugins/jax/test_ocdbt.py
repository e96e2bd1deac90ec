"""Stores in OCDBT as TensorStore writes them: the same keys and values, whatever the tree."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
import tensorstore

from rnninspect.source.limits import Limits
from rnninspect.source.source import open_source
from rnninspect_jax.orbax.ocdbt import OcdbtStore


def written(folder: Path, seed: int, **config: object) -> dict[str, bytes]:
    """Write values in some commits, of which later ones replace and remove some."""
    random = Random(seed)  # noqa: S311 - no secret
    spec = {"driver": "ocdbt", "base": f"file://{folder}/", "config": config}
    store = tensorstore.KvStore.open(spec).result()
    kept: dict[str, bytes] = {}
    for _ in range(3):
        names = [f"params.layer{random.randrange(200)}.w/{random.randrange(4)}" for _ in range(150)]
        values = {name: random.randbytes(random.choice((0, 3, 40, 300))) for name in names}
        gone = [name for name in kept if name not in values][:20]
        with tensorstore.Transaction() as change:
            inside = store.with_transaction(change)
            for name, value in values.items():
                inside.write(name, value).result()
            for name in gone:
                inside.write(name, None).result()
        kept = {name: value for name, value in (kept | values).items() if name not in gone}
    return kept


@pytest.mark.parametrize("compression", [None, {"id": "zstd", "level": 3}], ids=["plain", "zstd"])
@pytest.mark.parametrize("node_bytes", [300, 2_000, 8_000_000])
@pytest.mark.parametrize("inline_bytes", [0, 50, 1_000])
def test_keys_and_values_are_those_of_tensorstore(
    tmp_path: Path, inline_bytes: int, node_bytes: int, compression: object
) -> None:
    config = {"max_inline_value_bytes": inline_bytes, "max_decoded_node_bytes": node_bytes}
    kept = written(tmp_path, node_bytes + inline_bytes, **config, compression=compression)
    with open_source(tmp_path, Limits()) as source:
        store = OcdbtStore(source, "")
        assert {key.decode() for key in store.values} == kept.keys()
        assert {key: store.value(key) for key in kept} == kept
        assert all(store.size(key) == len(value) for key, value in kept.items())
