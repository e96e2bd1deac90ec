"""Limits that cover several parts of a file: each is reached exactly."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from making.described import model_of
from making.torch.pickles import archive, mapping, name, number, read, tensor, text
from rnninspect.errors import RefusedFile
from rnninspect.model import SavedModel
from rnninspect.plugin import Limits
from rnninspect.source.source import open_source
from rnninspect_torch import TorchReader
from rnninspect_torch.dialect.signatures import STACK
from rnninspect_torch.layers.gathering import match_plain_name

WEIGHT = {"data/0": bytes(24)}


def within(limits: Limits, data: bytes, folder: Path) -> SavedModel:
    path = folder / "bounded.pt"
    path.write_bytes(data)
    with open_source(path, limits) as source:
        return model_of(TorchReader(), source)


def beside(values: bytes) -> bytes:
    """An archive of one tensor and a list of these values, written as opcodes."""
    return archive(
        mapping({"weight": tensor("0", (6,)), "list": b"](" + values + b"e"}) + b".", WEIGHT
    )


@pytest.mark.parametrize(
    ("value", "most"),
    [(b"K\1", 400), (b"}", 90), (b"]", 90), (b"cmine\nThing\n)\x81", 25)],
)
def test_containers_cost_more_than_numbers(value: bytes, most: int, tmp_path: Path) -> None:
    limits = Limits(nodes=500)
    assert len(within(limits, beside(value * most), tmp_path).tensors) == 1
    with pytest.raises(RefusedFile, match="nodes=500"):
        within(limits, beside(value * (2 * most)), tmp_path)


def test_the_last_value_of_a_duplicate_key_counts(tmp_path: Path) -> None:
    pairs = [("a", tensor("0", (6,))), ("b", tensor("0", (6,))), ("a", number(1))]
    opcodes = b"}(" + b"".join(text(key) + value for key, value in pairs) + b"u."
    assert [stored.name for stored in read(archive(opcodes, WEIGHT), tmp_path).tensors] == ["b"]


def test_the_limit_covers_the_classes_of_all_code(tmp_path: Path) -> None:
    value = name("__torch__", "Net") + b")\x81" + mapping({"weight": tensor("0", (6,))}) + b"b."
    code = b"\n".join(b"class C%d(Module):\n  training : bool" % index for index in range(20))
    records = {
        **WEIGHT,
        "constants.pkl": b"\x80\x02).",
        **{f"code/__torch__/m{index}.py": b"# printed\n" + code for index in range(5)},
    }
    data = archive(value, records)
    assert len(within(Limits(members=100), data, tmp_path).tensors) == 1
    with pytest.raises(RefusedFile, match="the number of classes in the code exceeds the limit"):
        within(Limits(members=99), data, tmp_path)


def test_the_limit_covers_all_json_of_an_exported_program(tmp_path: Path) -> None:
    meta = {"dtype": 7, "sizes": [{"as_int": 6}], "strides": [{"as_int": 1}]}
    meta["storage_offset"] = {"as_int": 0}
    fields = {"path_name": "w", "is_param": True, "tensor_meta": meta}
    config = json.dumps({"config": {"weight": fields}}).encode()
    graph = json.dumps({"torch_version": "2.9", "unused": "x" * 1_000}).encode()
    records = {
        "archive_format": b"pt2",
        "data/weights/model_weights_config.json": config,
        "data/weights/w": bytes(24),
        **{f"models/model{index}.json": graph for index in range(5)},
    }
    data = archive(b"", records)
    json_bytes = 4 * (len(config) + 5 * len(graph))
    assert len(within(Limits(header_bytes=json_bytes), data, tmp_path).tensors) == 1
    with pytest.raises(RefusedFile, match="the size of all JSON records exceeds the limit header"):
        within(Limits(header_bytes=json_bytes - 1), data, tmp_path)


@pytest.mark.parametrize("path", ["", "rnn.", "a.b/", "weight_l0.", ".", "_l1."])
@pytest.mark.parametrize("end", ["_l0", "_l9_reverse", "_l10", "_l00", "_l", "", "_l1_g", "_l²"])
def test_the_shortcut_for_plain_names_agrees_with_the_pattern(path: str, end: str) -> None:
    for word in ("weight_ih", "bias_hh", "weight_hr", "weight", "xweight_ih", "weight_ih_l0"):
        label = f"{path}{word}{end}"
        read_off, match = match_plain_name(label), re.search(STACK.pattern, label)
        if read_off is not None:
            assert match is not None
            assert read_off[0] == label[: match.start()]
            groups = {key: value or "" for key, value in match.groupdict().items() if key != "part"}
            assert (read_off[1], match["part"]) == (groups, None)
        elif match is not None:
            assert end in ("_l10", "_l1_g") or "/" in path
