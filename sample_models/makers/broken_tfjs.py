"""Models of TensorFlow.js with one fault each, made from the intact ones."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from makers.records import Broken
from makers.tfjs_samples import DOCUMENT, LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHARDS = tuple(f"group1-shard{number}of3.bin" for number in (1, 2, 3))
FORWARD = "both/forward_lstm/lstm_cell"


def _copied(change: Callable[[Path], None]) -> Callable[[Path, Path], None]:
    def make(source: Path, target: Path) -> None:
        shutil.copytree(source, target, dirs_exist_ok=True)
        change(target)

    return make


def _edited(change: Callable[[dict[str, Any]], None]) -> Callable[[Path, Path], None]:
    def edit(folder: Path) -> None:
        document = json.loads((folder / DOCUMENT).read_text())
        change(document)
        (folder / DOCUMENT).write_text(json.dumps(document))

    return _copied(edit)


def _short(folder: Path) -> None:
    path = folder / SHARDS[-1]
    path.write_bytes(path.read_bytes()[:-4])


def _more_units(document: dict[str, Any]) -> None:
    both = document["modelTopology"]["model_config"]["config"]["layers"][1]
    both["config"]["layer"]["config"]["units"] = 6


def _renamed(document: dict[str, Any]) -> None:
    for weight in document["weightsManifest"][0]["weights"]:
        if weight["name"] == f"{FORWARD}/bias":
            weight["name"] = "head/surplus"


def _outside(document: dict[str, Any]) -> None:
    document["weightsManifest"][0]["paths"][-1] = "../elsewhere.bin"


def _files(name: str, *gone: str) -> tuple[str, ...]:
    return tuple(f"broken/{name}/{part}" for part in (*SHARDS, DOCUMENT) if part not in gone)


BROKEN = (
    Broken(
        "broken/tfjs_short_shard",
        LAYERS,
        "the last shard ends four bytes early",
        "R201",
        _copied(_short),
        tensor="head/bias",
        companions=_files("tfjs_short_shard"),
    ),
    Broken(
        "broken/tfjs_missing_shard",
        LAYERS,
        "the first shard is not there",
        "R204",
        _copied(lambda folder: (folder / SHARDS[0]).unlink()),
        layer="both",
        companions=_files("tfjs_missing_shard", SHARDS[0]),
    ),
    Broken(
        "broken/tfjs_outside_shard",
        LAYERS,
        "the last shard is in another folder",
        "R205",
        _edited(_outside),
        layer="plain",
        companions=_files("tfjs_outside_shard"),
    ),
    Broken(
        "broken/tfjs_more_units",
        LAYERS,
        "a layer declares another number of units",
        "R101",
        _edited(_more_units),
        layer="both",
        tensor=f"{FORWARD}/kernel",
        companions=_files("tfjs_more_units"),
    ),
    Broken(
        "broken/tfjs_no_bias",
        LAYERS,
        "the bias of a direction has the name of another layer",
        "R102",
        _edited(_renamed),
        layer="both",
        companions=_files("tfjs_no_bias"),
    ),
)
