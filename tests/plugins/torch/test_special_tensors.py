"""Tensors without names, numpy arrays, distributed and flattened tensors, source code."""

from __future__ import annotations

import math
from pathlib import Path

from making.torch.pickles import (
    archive,
    call,
    checkpoint,
    items,
    lstm,
    mapping,
    name,
    number,
    numbers,
    parameters,
    purposes,
    read,
    tensor,
    text,
)
from rnninspect.model import Purpose


def test_a_list_of_tensors(tmp_path: Path) -> None:
    made = b"".join(tensor(str(key), shape) for key, shape in enumerate(lstm(3, 2).values()))
    model = read(archive(b"](" + made + b"e."), tmp_path)
    assert model.layers == ()
    assert purposes(model) == {Purpose.PARAMETER: 56}
    assert any("without names" in note.detail for note in model.observations)


def test_pairs_of_names_and_tensors_are_a_state_dict(tmp_path: Path) -> None:
    """A saved `list(model.named_parameters())`."""
    shapes = lstm(3, 2, "rnn")
    pairs = [
        text(label) + tensor(str(key), shape) + b"\x86"
        for key, (label, shape) in enumerate(shapes.items())
    ]
    model = read(archive(b"](" + b"".join(pairs) + b"e."), tmp_path)
    assert [layer.name for layer in model.layers] == ["rnn"]
    mixed = read(archive(b"](" + b"".join(pairs) + b"Ne."), tmp_path)
    assert parameters(mixed) == parameters(model) == 56
    assert mixed.layers == ()


def test_a_tensor_alone(tmp_path: Path) -> None:
    model = read(archive(tensor("0", (3, 4)) + b"."), tmp_path)
    assert [stored.name for stored in model.tensors] == ["tensor"]


def array(shape: tuple[int, ...], code: str, data: bytes) -> bytes:
    """A numpy array, pickled with protocol 3."""
    made = call("numpy.core.multiarray", "_reconstruct", name("numpy", "ndarray"), b")", b"C\1b")
    kind = call("numpy", "dtype", text(code), b"\x89", b"\x88")
    payload = b"B" + len(data).to_bytes(4, "little") + data
    return made + items(number(1), numbers(shape), kind, b"\x89", payload) + b"b"


def test_numpy_arrays_as_tensors(tmp_path: Path) -> None:
    pairs = {
        label: array(shape, "f4", bytes(4 * math.prod(shape)))
        for label, shape in lstm(3, 2, "rnn").items()
    }
    pairs["names"] = array((3,), "O8", b"")
    model = checkpoint(tmp_path, pairs)
    assert [layer.name for layer in model.layers] == ["rnn"]
    assert {stored.dtype for stored in model.tensors} == {"float32"}
    assert purposes(model) == {Purpose.PARAMETER: 56}
    assert model.observations == ()


def test_an_array_with_missing_bytes(tmp_path: Path) -> None:
    model = checkpoint(tmp_path, {"weight": array((6,), "f4", bytes(8))})
    assert [(stored.needed_bytes, stored.held_bytes) for stored in model.tensors] == [(24, 8)]


def test_a_shard_of_a_distributed_tensor_has_the_full_shape(tmp_path: Path) -> None:
    kind = name("torch.distributed.tensor", "DTensor")
    inner = items(kind, name("torch", "float32"), numbers((20, 7)), numbers((7, 1)), *[b"N"] * 4)
    state = mapping({"_local_tensor": tensor("0", (10, 7)), "_spec": b"N"})
    function = name("torch._utils", "_rebuild_wrapper_subclass")
    whole = call("torch._tensor", "_rebuild_from_type_v2", function, kind, inner, state)
    model = checkpoint(tmp_path, {"rnn.weight": whole})
    assert [(stored.shape, stored.bytes) for stored in model.tensors] == [((20, 7), 280)]
    (note,) = model.observations
    assert "the shard of one rank" in note.detail


def test_flattened_parameters_are_noted(tmp_path: Path) -> None:
    model = checkpoint(tmp_path, {"_fsdp_wrapped_module.flat_param": tensor("0", (560,))})
    assert any("flattened by FSDP" in note.detail for note in model.observations)


def test_source_code_in_a_file_is_noted(tmp_path: Path) -> None:
    source = (
        items(text("module"), name("mine", "Net"), text("net.py"), text("class Net: ...")) + b"Q"
    )
    payload = mapping({"_parameters": mapping({"weight": tensor("0", (3,))}), "_modules": b"}"})
    model = read(archive(source + b")\x81" + payload + b"b."), tmp_path)
    assert any("source code of 1 class: mine.Net" in note.detail for note in model.observations)
