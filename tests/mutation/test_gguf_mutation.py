"""Each fault in each tensor of each layer of the intact GGUF samples: found by a right rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gguf
import numpy as np
import pytest

from mutation.table import note
from rnninspect import inspect_file
from rnninspect.counter import LayerCount
from rnninspect.report import Report

pytestmark = [pytest.mark.mutation, pytest.mark.slow]
SAMPLES = Path(__file__).resolve().parents[2] / "sample_models" / "gguf"
INTACT = sorted(path.name for path in SAMPLES.glob("*.gguf") if "-of-" not in path.name)
SHAPES = frozenset({"R101", "R104", "R105", "R106"})

Arrays = dict[str, tuple[np.ndarray, gguf.GGMLQuantizationType]]


def cut(arrays: Arrays, name: str) -> frozenset[str]:
    array, kind = arrays[name]
    arrays[name] = (array[:-1] if array.shape[0] > 1 else array[..., :-1], kind)
    return SHAPES


def grown(arrays: Arrays, name: str) -> frozenset[str]:
    array, kind = arrays[name]
    arrays[name] = (np.concatenate([array, array[:1]]), kind)
    return SHAPES


def swapped(arrays: Arrays, name: str) -> frozenset[str]:
    array, kind = arrays[name]
    axes = [size for size in array.shape if size > 1]
    if len(set(axes)) < 2 or gguf.GGML_QUANT_SIZES[kind][0] > 1:
        return frozenset()
    arrays[name] = (np.ascontiguousarray(array.T), kind)
    return SHAPES


def dropped(arrays: Arrays, name: str) -> frozenset[str]:
    del arrays[name]
    return frozenset({"R102", "R106", "R401"})


def renamed(arrays: Arrays, name: str) -> frozenset[str]:
    arrays[f"{name}x"] = arrays.pop(name)
    return frozenset({"R102", "R106", "R401"})


FAULTS: dict[str, Callable[[Arrays, str], frozenset[str]]] = {
    "cut": cut,
    "grown": grown,
    "swapped": swapped,
    "dropped": dropped,
    "renamed": renamed,
}
# Optional weights: without one the layer is as others are that never had it.
OPTIONAL = ("ssm_conv1d.bias", "time_mix_v0", "time_mix_v1", "time_mix_v2")
# No shape of RWKV-7 shows it: any other divisor of the width may be meant.
UNSEEN = "rwkv7.wkv.head_size"


def written(base: Path, target: Path, change: Callable[[Arrays], frozenset[str]]) -> frozenset[str]:
    reader = gguf.GGUFReader(base)
    arrays: Arrays = {each.name: (np.array(each.data), each.tensor_type) for each in reader.tensors}
    rules = change(arrays)
    fields = {name: field.contents() for name, field in reader.fields.items()}
    writer = gguf.GGUFWriter(target, fields["general.architecture"])
    for key, value in fields.items():
        if isinstance(value, int) and not key.startswith("GGUF."):
            writer.add_uint32(key, value)
    for name, (array, kind) in arrays.items():
        writer.add_tensor(name, array, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return rules


@pytest.mark.parametrize("name", INTACT)
def test_each_seeded_fault_is_found(name: str, tmp_path: Path) -> None:
    path, target = SAMPLES / name, tmp_path / name
    wrong, seeded = [], 0
    for tensor in (each for counted in inspect_file(path).layers for each in names(counted)):
        for fault, seed in FAULTS.items():
            rules = written(path, target, lambda arrays: seed(arrays, tensor))  # noqa: B023 - called here
            if not rules or (fault in ("dropped", "renamed") and is_optional(tensor)):
                continue
            told = {each.rule for each in inspect_file(target).findings if each.level != "note"}
            note("gguf", fault, found=bool(rules & told))
            seeded += 1
            if not rules & told:
                wrong.append(f"{fault} in {tensor}: {sorted(told)}")
    assert not wrong
    assert seeded > 10


def is_optional(tensor: str) -> bool:
    return any(word in tensor for word in OPTIONAL)


@pytest.mark.parametrize("name", INTACT)
def test_each_size_declared_otherwise_is_found(name: str, tmp_path: Path) -> None:
    path, target = SAMPLES / name, tmp_path / name
    data = path.read_bytes()
    reader = gguf.GGUFReader(path)
    sizes = [key for key in reader.fields if key.partition(".")[2].startswith(SIZES)]
    assert len(sizes) >= 3
    for key in (each for each in sizes if each != UNSEEN):
        field = reader.fields[key]
        at = field.offset + sum(part.nbytes for part in field.parts[:-1])
        changed = data[:at] + (2 * int(field.contents())).to_bytes(4, "little") + data[at + 4 :]
        target.write_bytes(changed)
        told = errors(inspect_file(target))
        note("gguf", "declared", found="R104" in told)
        assert "R104" in told, key


SIZES = ("ssm.", "wkv.", "attention.", "embedding_length", "block_count")


@pytest.mark.parametrize("name", INTACT)
def test_an_intact_file_raises_no_error(name: str) -> None:
    told = errors(inspect_file(SAMPLES / name))
    note("gguf", "(false alarms)", found=not told)
    assert not told


def names(counted: LayerCount) -> list[str]:
    return [tensor.name for operand in counted.layer.operands for tensor in operand.tensors]


def errors(report: Report) -> frozenset[str]:
    return frozenset(each.rule for each in report.findings if each.level == "error")
