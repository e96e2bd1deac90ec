"""Hostile files in a child process: nothing is imported, opened or run, and memory is limited."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from making.torch import bombs
from making.torch.pickles import (
    archive,
    call,
    items,
    lstm,
    mapping,
    name,
    number,
    read,
    records_of,
    saved,
    state_dict,
    storage,
    tensor,
    text,
)
from rnninspect.errors import UnreadableFile
from rnninspect.model import Fact
from rnninspect.rules import check

pytestmark = pytest.mark.slow

HERE = Path(__file__).parents[1]
MOST_MEGABYTES = 100

# Reads good files first, so that what is imported late is imported; then the hook listens.
LISTENER = """
import json, sys
from pathlib import Path
from rnninspect.errors import UnreadableFile
from rnninspect.source.source import open_source
from rnninspect_torch import TorchReader
from rnninspect_torch.tensors import nested

def read(path):
    with open_source(path) as source:
        reading = TorchReader().recognise(source)
        try:
            return reading is not None and bool(reading().tensors)
        except UnreadableFile as error:
            return str(error)

good, *paths = sys.argv[1:]
for path in good.split(":"):
    read(path)
sources = {path: open_source(path) for path in paths}
events = []
HARMLESS = ("object.", "sys._getframe", "code.__new__", "builtins.id", "gc.", "marshal.")
sys.addaudithook(lambda event, args: event.startswith(HARMLESS) or events.append(event))
said = {}
for path, source in sources.items():
    try:
        reading = TorchReader().recognise(source)
        said[path] = reading is not None and bool(reading().tensors)
    except UnreadableFile as error:
        said[path] = str(error)
heard = list(events)
# Not getrusage: its maximum counts the process that forked this one.
status = Path("/proc/self/status").read_text()
peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
print(json.dumps({"events": heard, "megabytes": peak, "said": said}))
"""

MARKER = "marker"
OPEN = b"c__builtin__\nopen\n"


def calls(marker: str) -> dict[str, bytes]:
    """Pickles that create a file when they are loaded, each by other opcodes."""
    made = text(marker) + text("w")
    return {
        "reduce": OPEN + b"(" + made + b"tR.",
        "object": b"(" + OPEN + made + b"o.",
        "instance": b"(" + made + b"i__builtin__\nopen\n.",
        "new object": OPEN + b"(" + made + b"t\x81.",
        "stack global": b"\x80\x04" + text("builtins") + text("open") + b"\x93(" + made + b"tR.",
        "dotted": b"\x80\x04"
        + text("os")
        + text("path.os.mkdir")
        + b"\x93("
        + text(marker)
        + b"tR.",
        "system": call("os", "system", text(f"touch {marker}")) + b".",
        "eval": call("__builtin__", "eval", text(f"open({marker!r}, 'w')")) + b".",
        "import": b"cantigravity\nfly\n)R.",
        "getattr": call("__builtin__", "getattr", name("pathlib", "Path"), text("touch"))
        + items(call("pathlib", "Path", text(marker)))
        + b"R.",
        "build": b"ctypes\nSimpleNamespace\n)R}"
        + text("__setstate__")
        + OPEN
        + b"sb"
        + text(marker)
        + b"b.",
        "build of a function": b"ccopy\ncopy\n}" + text("__defaults__") + b"K\7\x85sb.",
        "nested bytes": call("torch.storage", "_load_from_bytes", b"B\5\0\0\0cos\n.") + b".",
        "trailing": b"N." + OPEN + b"(" + made + b"tR.",
        "persistent": items(text("module"), OPEN, text("x"), text("y")) + b"Q.",
    }


def listen(good: list[Path], paths: list[Path], folder: Path) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", LISTENER, ":".join(map(str, good)), *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    heard: dict[str, object] = json.loads(done.stdout)
    return heard


def good_files(folder: Path) -> list[Path]:
    """A file for each format."""
    good = [folder / "good.pt", folder / "good.pkl"]
    good[0].write_bytes(saved(lstm(3, 2)))
    good[1].write_bytes(b"\x80\x02}X\1\0\0\0aNs.")
    return good


def test_no_code_of_a_file_runs(tmp_path: Path) -> None:
    marker = tmp_path / MARKER
    paths = []
    for label, pickle in calls(str(marker)).items():
        for shape, data in (("zip.pt", archive(pickle)), ("pickle.pkl", b"\x80\x02" + pickle)):
            paths.append(tmp_path / f"{label} {shape}")
            paths[-1].write_bytes(data)
    heard = listen(good_files(tmp_path), paths, tmp_path)
    assert heard["events"] == []
    assert not marker.exists()


def test_the_audit_hook_reports_events(tmp_path: Path) -> None:
    """Control: the hook reports the import of one of our modules."""
    paths = [tmp_path / "good.safetensors"]
    paths[0].write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    heard = listen(good_files(tmp_path), paths, tmp_path)
    events = heard["events"]
    assert isinstance(events, list)
    assert {"open", "exec"} <= set(events)


def test_bombs_cost_little_memory(tmp_path: Path) -> None:
    paths = []
    for number_, (label, bomb) in enumerate(bombs.BOMBS.items()):
        paths.append(tmp_path / f"{number_}.pt")
        paths[-1].write_bytes(archive(bomb.data()))
        assert label
    heard = listen(good_files(tmp_path), paths, tmp_path)
    assert heard["events"] == []
    megabytes = heard["megabytes"]
    assert isinstance(megabytes, int)
    assert megabytes < MOST_MEGABYTES


def test_a_file_that_runs_code_is_reported_in_full(tmp_path: Path) -> None:
    shapes = lstm(3, 2, "rnn")
    pairs = {label: tensor(str(key), shape) for key, (label, shape) in enumerate(shapes.items())}
    pairs["note"] = call("os", "system", text("true"))
    pairs["more"] = call("builtins", "print")
    model = read(archive(mapping(pairs) + b".", records_of(shapes)), tmp_path)
    assert [layer.name for layer in model.layers] == ["rnn"]
    assert len(model.tensors) == 4
    code = [note.detail for note in model.observations if note.fact is Fact.CODE]
    assert code == ["os.system", "builtins.print"]


def test_many_callables_are_named_in_part(tmp_path: Path) -> None:
    pairs = {f"c{index}": call("foreign", f"call{index}") for index in range(30)}
    pairs["weight"] = tensor("0", (2, 2))
    model = read(archive(mapping(pairs) + b".", {"data/0": bytes(16)}), tmp_path)
    code = [note.detail for note in model.observations if note.fact is Fact.CODE]
    assert len(code) == 21
    assert code[-1] == "and 10 more"


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (tensor("0", (2, 3), strides=(3,)), "rank 2 has 1 stride"),
        (
            call("torch._utils", "_rebuild_tensor_v2", b"N", b"K\0", b")", b")"),
            r"storage \(found NoneType\)",
        ),
        (
            call("torch._utils", "_rebuild_tensor_v2"),
            "malformed call of _rebuild_tensor_v2 with 0 arguments",
        ),
        (tensor("0", (2**70, 3), count=6), "beyond 63 bits"),
        (tensor("0", (1,) * 100), "100 axes"),
        (
            items(text("storage"), b"N", b"N", b"N", b"N") + b"Q",
            r"expected \(type, key, location, length\)",
        ),
        (storage("0", -1), "invalid length"),
    ],
)
def test_malformed_tensors_are_refused(made: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read(archive(mapping({"weight": made}) + b"."), tmp_path)


def test_a_boolean_is_not_a_size(tmp_path: Path) -> None:
    made = tensor("0", (2, 3)).replace(number(2), b"\x88", 1)
    with pytest.raises(UnreadableFile, match=r"not an integer \(found bool\)"):
        read(archive(mapping({"weight": made}) + b"."), tmp_path)


def test_a_negative_size_is_reported_by_the_rules(tmp_path: Path) -> None:
    shapes = lstm(3, 2)
    pairs = {label: tensor(str(key), shape) for key, (label, shape) in enumerate(shapes.items())}
    pairs["weight_ih_l0"] = tensor("0", (-8, 3), count=24)
    model = read(archive(mapping(pairs) + b".", records_of(shapes)), tmp_path)
    found = {finding.rule for finding in check(model, ())}
    assert "R206" in found
    (layer,) = model.layers
    assert (layer.sizes.input_size, layer.sizes.hidden_size) == (0, 2)


@pytest.mark.parametrize(
    ("strides", "offset"), [((-3, 1), 0), ((3, 1), -4)], ids=["stride", "offset"]
)
def test_views_that_torch_refuses_are_contradictions(
    strides: tuple[int, int], offset: int, tmp_path: Path
) -> None:
    made = tensor("0", (2, 3), strides=strides, offset=offset)
    model = read(archive(mapping({"weight": made}) + b".", {"data/0": bytes(24)}), tmp_path)
    assert Fact.CONTRADICTION in {note.fact for note in model.observations}


def test_a_storage_with_two_types_is_a_contradiction(tmp_path: Path) -> None:
    pairs = {"a": tensor("0", (2,)), "b": tensor("0", (2,), kind="LongStorage")}
    model = read(archive(mapping(pairs) + b".", {"data/0": bytes(8)}), tmp_path)
    (clash,) = [note for note in model.observations if note.fact is Fact.CONTRADICTION]
    assert clash.detail == "storage 0 is declared as 2 float32 and as 2 int64"
    assert [stored.dtype for stored in model.tensors] == ["float32", "float32"]


def test_a_key_is_never_a_path(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(24))
    made = tensor("../../secret", (2, 3))
    model = read(archive(mapping({"weight": made}) + b"."), tmp_path)
    assert [(stored.needed_bytes, stored.held_bytes) for stored in model.tensors] == [(24, 0)]


def test_duplicate_members_are_refused(tmp_path: Path) -> None:
    records = {"data/0": bytes(4), "DATA/0": bytes(4)}
    pickle = mapping({"weight": tensor("0", (1,))}) + b"."
    with pytest.raises(UnreadableFile, match="duplicate member"):
        read(archive(pickle, records), tmp_path)


def test_names_of_records_are_case_insensitive(tmp_path: Path) -> None:
    data = saved({"weight": (2, 2)}).replace(b"data.pkl", b"DATA.PKL")
    assert [stored.shape for stored in read(data, tmp_path).tensors] == [(2, 2)]


def test_a_pickle_without_tensors_is_not_a_model(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no tensors found: not a model"):
        read(archive(b"](K\1K\2e."), tmp_path)
    with pytest.raises(UnreadableFile, match=r"loading it would run os\.system"):
        read(archive(call("os", "system", text("ls")) + b"."), tmp_path)


def test_each_changed_byte_results_in_a_model_or_an_error(tmp_path: Path) -> None:
    whole = archive(state_dict(lstm(3, 2)), records_of(lstm(3, 2)))
    start = whole.index(b"\x80\x02}")
    for offset in range(start, start + len(state_dict(lstm(3, 2)))):
        changed = bytearray(whole)
        changed[offset] ^= 0x15
        try:
            read(bytes(changed), tmp_path)
        except UnreadableFile as error:
            assert "\n" not in str(error)  # noqa: PT017 - many changes leave a readable file
