"""Reads a file of torch: the container decides which module does it."""

from __future__ import annotations

import gc
import struct
from typing import TYPE_CHECKING

from rnninspect.plugin import SavedModel, Source, UnreadableFile
from rnninspect_torch.describing import describe_model
from rnninspect_torch.sniffing import Container, sniff
from rnninspect_torch.survey import find_roots
from rnninspect_torch.values import Mapping
from rnninspect_torch.walking import Walk

if TYPE_CHECKING:
    from rnninspect_torch.saved import Saved

_FOREIGN = (
    *(ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError),
    *(ValueError, struct.error),
)


def read_model(source: Source) -> SavedModel:
    """Describe a file; UnreadableFile, or RefusedFile, whatever is wrong with it."""
    collecting = gc.isenabled()
    gc.disable()  # a million small values without a cycle: looking for cycles takes a fifth
    try:
        return _read(source)
    except _FOREIGN as error:
        reason = str(error).splitlines()[0][:200] if str(error) else "nothing more is known"
        raise UnreadableFile(f"{type(error).__name__} while it is read: {reason}") from error
    finally:
        if collecting:
            gc.enable()


def _read(source: Source) -> SavedModel:
    match sniff(source):
        case Container.ZIP:
            return _read_zip(source)
        case Container.LEGACY:
            from rnninspect_torch.legacy import read_legacy  # noqa: PLC0415 - each when needed

            return of_saved(read_legacy(source))
        case Container.SAFETENSORS:
            from rnninspect_torch.safetensors import read_header  # noqa: PLC0415 - as above

            saved, root = read_header(source)
            return describe_model(saved, [root])
        case Container.FLATBUFFER:
            raise UnreadableFile("a flatbuffer of PyTorch Mobile, which is not supported")
        case Container.EXECUTORCH:
            raise UnreadableFile("an ExecuTorch program, which is not supported")
        case container:
            raise UnreadableFile(f"a file of torch that is not supported: {container}")


def _read_zip(source: Source) -> SavedModel:
    from rnninspect_torch.archive import Archive, read_saved  # noqa: PLC0415 - only for zips

    archive = Archive(source)
    if "constants.pkl" in archive:
        from rnninspect_torch.torchscript import read_script  # noqa: PLC0415 - as above

        return describe_model(*read_script(archive))
    return of_saved(read_saved(archive))


def of_saved(saved: Saved) -> SavedModel:
    """The model in one pickled value."""
    roots = find_roots(saved.value, Walk(saved.calls.source.limits))
    return describe_model(saved, roots, _producer(saved.value))


def _producer(value: object) -> str:
    """Lightning signs its checkpoints; torch itself leaves no version."""
    if isinstance(value, Mapping):
        version = value.named.get("pytorch-lightning_version")
        if isinstance(version, str):
            return f"pytorch-lightning {version[:20]}"
    return ""
