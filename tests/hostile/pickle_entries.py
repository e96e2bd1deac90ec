"""Pickles of objects, of joblib's arrays and of whole model files that ask for too much."""

from __future__ import annotations

import io
import pickle
import tarfile
import zipfile
from pathlib import Path

from hostile.entry import MARKERS, Hostile, written
from making.torch.pickles import call, items, mapping, name, number, numbers, text

KERAS = Path(__file__).parents[2] / "sample_models" / "keras" / "lstm_no_bias.keras"
START = b"\x80\x02"
THING = name("mine", "Thing") + b")\x81"


def in_a_list(value: bytes, times: int, end: bytes = b"") -> bytes:
    """A pickle of a list of equal values, written as opcodes."""
    return START + b"](" + value * times + b"e" + end + b"."


def module() -> bytes:
    """An object with the dicts of a module, and a list beside them."""
    held = {"_parameters": b"}", "_modules": b"}", "others": b"](K\1e"}
    return THING + mapping(held) + b"b"


def wrapper(shape: bytes, code: str = "f4", padding: bytes = b"N") -> bytes:
    """What joblib writes before the elements of an array."""
    kind = call("numpy", "dtype", text(code), b"\x89", b"\x88")
    held = {"shape": shape, "dtype": kind, "numpy_array_alignment_bytes": padding}
    return name("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81" + mapping(held) + b"b"


def bomb() -> bytes:
    """A pickle of an archive whose configuration inflates to a gigabyte."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("config.json", "w") as member:
            for _ in range(1 << 10):
                member.write(bytes(1 << 20))
        archive.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n")
    return pickle.dumps(stream.getvalue())


def packed(members: int, label: str = "saved_model.pb") -> bytes:
    """A pickle of a tar archive of many empty files below a SavedModel's."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for number_ in range(members):
            archive.addfile(tarfile.TarInfo(f"{number_}/{label}"))
    return pickle.dumps(stream.getvalue())


def running(path: Path) -> bytes:
    """A pickle that opens a marker for writing before it comes to its archive."""
    marker = text(str(path.parents[1] / MARKERS / path.name))
    return START + name("builtins", "open") + b"(" + marker + text("w") + b"tR0"


ENTRIES = {
    "objects.pkl": written(lambda: in_a_list(THING, 190_000)),
    "objects_with_states.pkl": written(lambda: in_a_list(THING + b"}X\1\0\0\0aK\1sb", 100_000)),
    "objects_with_slots.pkl": written(lambda: in_a_list(THING + b"(K\1K\2K\3tb", 100_000)),
    "objects_in_objects.pkl": written(
        lambda: START + (THING + b"}X\1\0\0\0a") * 60_000 + b"N" + b"sb" * 60_000 + b"."
    ),
    "modules_in_a_list.pkl": written(lambda: in_a_list(module(), 90_000)),
    "module_that_holds_a_list_of_modules.pkl": written(
        lambda: (
            START
            + THING
            + mapping({"_modules": b"}", "a": in_a_list(module(), 60_000)[2:-1]})
            + b"b."
        )
    ),
    "joblib_array_without_end.joblib": written(
        lambda: START + wrapper(numbers((2**40, 2**20))) + bytes(64) + b".", code=2
    ),
    "joblib_padding_past_the_end.joblib": written(
        lambda: START + wrapper(numbers((1,)), padding=number(16)) + b"\xff.", code=2
    ),
    "joblib_many_empty_arrays.joblib": written(lambda: in_a_list(wrapper(numbers((0,))), 30_000)),
    "joblib_many_arrays_of_objects.joblib": written(
        lambda: in_a_list(wrapper(numbers((1,)), "O8") + pickle.dumps(list(range(900))), 3_000)
    ),
    "joblib_objects_in_objects.joblib": written(
        lambda: START + wrapper(items(number(1)), "O8") * 20_000 + b"N.", code=2
    ),
    "pickled_zip_bomb.pkl": written(bomb, code=2),
    "pickled_heads_of_archives.pkl": written(
        lambda: b"\x80\x03](" + (b"C\x60" + b"PK\3\4" * 24) * 140_000 + b"e.", code=2
    ),
    "pickled_tar_of_many_files.pkl": written(lambda: packed(100_000)),
    "pickled_archive_behind_a_call.pkl": Hostile(
        lambda path: path.write_bytes(running(path) + pickle.dumps(KERAS.read_bytes())[2:]), code=0
    ),
}
