"""Finds the reader for a file: content decides, the suffix only orders the tries."""

from __future__ import annotations

import os
import sys

from rnninspect.errors import (
    PluginError,
    RnnInspectError,
    UnknownFormat,
    UnreadableFile,
)
from rnninspect.lean import cache, partial
from rnninspect.plugin import Filing, Framework
from rnninspect.record import Record
from rnninspect.source.locations import is_remote
from rnninspect.source.source import open_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    from rnninspect.model import SavedModel
    from rnninspect.plugin import Convention, Inside, Read, Reader
    from rnninspect.source.limits import Limits
    from rnninspect.source.source import Source

    Answer = TypeVar("Answer")

GROUP = "rnninspect.readers"
# The readers of this distribution with their suffixes: a call loads the one that a file's suffix
# says, and others only where the content is none of its formats.
BUILT_IN = {
    "rnninspect_onnx:OnnxReader": ".onnx .onnxtxt .onnxtext .onnxjson .textproto .txtpb .ort",
    "rnninspect_torch:TorchReader": ".pt .pth .th .ckpt .checkpoint .bin .pkl .pickle .joblib "
    ".tar .jit .ptl .pte .ptd .pt2 .safetensors .distcp .gz .npz .npy",
    "rnninspect_coreml:CoreMlReader": ".mlmodel .mlpackage",  # before Keras, whose graphs are alike
    "rnninspect_keras:KerasReader": ".keras .h5 .hdf5 .index .pb .pbtxt .json",
    "rnninspect_tflite:TfliteReader": ".tflite .lite .task",
    "rnninspect_ggml:GgmlReader": ".gguf",
    "rnninspect_jax:JaxReader": ".msgpack .flax .mpk .eqx",
    "rnninspect_tesseract:TesseractReader": ".traineddata .lstm",
    "rnninspect_audio:AudioReader": ".nam .json .rnnn",
    "rnninspect_openvino:OpenvinoReader": ".xml",
    "rnninspect_paddle:PaddleReader": ".pdparams .pdopt .pdmodel .pdiparams",
    "rnninspect_ncnn:NcnnReader": ".param",
}


def open_model(path: str, limits: Limits | None = None) -> Source:
    """Open what a user named, or that with an ending which its framework leaves out.

    Raises:
        UnreadableFile: there is nothing, it may not be read, or it is something else.
    """
    if is_remote(path):
        from rnninspect.remote.opening import open_remote  # noqa: PLC0415 - for URLs alone

        return open_remote(path, limits)
    try:
        return open_source(path, limits)
    except UnreadableFile:
        whole = None if os.path.lexists(path) else _with_ending(path)
        if whole is None:
            raise
        return open_source(whole, limits)


def _with_ending(path: str) -> str | None:
    named = (path + ending for reader in every_reader() for ending in reader.implied_suffixes)
    return next(filter(os.path.isfile, named), None)


class Recognised(Record):
    """A source that a reader knows, and the call that describes it."""

    reader: Reader
    read: Read


def recognise(source: Source) -> Recognised:
    """What the first reader that knows the content offers; built-in readers are asked first.

    Raises:
        UnknownFormat: none does; the message says what the file seems to be.
        PluginError: an installed reader cannot be loaded, or fails.
    """
    found = look_at(source)
    if found is None:
        from rnninspect.foreign.describing import describe  # noqa: PLC0415 - only for these

        readers = built_in_readers()
        endings = [reader.suffixes for reader in readers]
        raise UnknownFormat(describe(source, endings, partial(_is_known, readers)))
    return found


def _is_known(readers: Sequence[Reader], source: Source) -> bool:
    return any(reader.recognise(source) is not None for reader in readers)


def look_at(source: Source) -> Recognised | None:
    """What `recognise` returns; None if no reader knows the content.

    Raises:
        PluginError: an installed reader cannot be loaded, or fails.
    """
    suffix = f".{source.name.rpartition('.')[2].lower()}"
    for target in sorted(BUILT_IN, key=lambda target: suffix not in BUILT_IN[target].split()):
        reader = _load(target)
        read = _asked(reader, "recognise", partial(reader.recognise, source))
        if read is not None:
            return Recognised(reader, partial(_asked, reader, "read", read))
    for reader in installed_readers():
        read = recognise_by(reader, source)
        if read is not None:
            return Recognised(reader, partial(read_by, reader, read))
    return None


def recognise_by(reader: Reader, source: Source) -> Read | None:
    """What an installed reader recognises.

    Raises:
        PluginError: it raises, or returns neither None nor something to call.
    """
    try:
        read = _asked(reader, "recognise", partial(reader.recognise, source))
    except UnreadableFile as error:
        raise _fault(reader, "recognise", error) from error
    if read is not None and not callable(read):
        raise PluginError(
            f"reader {reader.name}: recognise returned {read!r:.80}, not None or a callable"
        )
    return read


def read_by(reader: Reader, read: Read) -> SavedModel | Inside:
    """What an installed reader describes.

    Raises:
        UnreadableFile: the file cannot be read.
        PluginError: the reader raises something else, or breaks `rnninspect.contract`.
    """
    from rnninspect.contract import fault_in  # noqa: PLC0415 - only for installed readers

    found = _asked(reader, "read", read)
    fault = fault_in(found)
    if fault:
        raise PluginError(f"reader {reader.name}: read returned a malformed model: {fault}")
    return found


def conventions_of(cell: str) -> list[Convention]:
    """What every reader, built in or installed, says of a cell: which biases its framework gives.

    Raises:
        PluginError: an installed reader cannot be loaded, or names what the cell cannot have.
    """
    known = (said for reader in every_reader() for said in _conventions(reader))
    return [convention for convention in known if convention.cell == cell]


def _conventions(reader: Reader) -> tuple[Convention, ...]:
    said = _asked(reader, "conventions", lambda: tuple(reader.conventions()))
    if f"{type(reader).__module__}:{type(reader).__name__}" not in BUILT_IN:
        from rnninspect.contract import fault_in_convention  # noqa: PLC0415 - as below

        fault = next(filter(None, map(fault_in_convention, said)), None)
        if fault:
            raise PluginError(f"reader {reader.name}: conventions: {fault}")
    return said


@cache
def framework_named(name: str) -> Framework:
    """What a reader says of a framework; its bare name where no reader knows it.

    A report may have been saved where other readers were installed.

    Raises:
        PluginError: an installed reader cannot be loaded, or fails.
    """
    known = (framework for reader in every_reader() for framework in _frameworks(reader))
    return next((one for one in known if one.name == name), Framework(name, name))


def _frameworks(reader: Reader) -> tuple[Framework, ...]:
    said = _asked(reader, "frameworks", lambda: tuple(reader.frameworks()))
    if not all(isinstance(framework, Framework) for framework in said):
        raise PluginError(f"reader {reader.name}: frameworks: not all are a Framework")
    return said


def filing_of(reader: Reader) -> Filing:
    """How the models of a reader are filed; one that does not say it has sure suffixes alone.

    Raises:
        PluginError: an installed reader fails.
    """
    asked: Callable[[], Filing] | None = getattr(reader, "filing", None)
    if asked is None:
        return Filing(sure_suffixes=tuple(reader.suffixes))
    said = _asked(reader, "filing", asked)
    if not isinstance(said, Filing):
        raise PluginError(f"reader {reader.name}: filing: {said!r:.80} is not a Filing")
    return said


@cache
def resets_after(cell: str, convention: str) -> bool | None:
    """Whether the reset gate of such a cell acts after the recurrent product; None if unknown.

    Raises:
        PluginError: an installed reader cannot be loaded, or fails.
    """
    known = (said for reader in every_reader() for said in _conventions(reader))
    same = (said for said in known if (said.cell, said.name) == (cell, convention))
    return next((said.reset_after for said in same), None)


def _asked(reader: Reader, what: str, call: Callable[[], Answer]) -> Answer:
    """What a reader answers: it may be anybody's, and its bug must not look like the file's."""
    try:
        return call()
    except RnnInspectError:
        raise
    except (Exception, SystemExit) as error:
        raise _fault(reader, what, error) from error


def _fault(reader: Reader, what: str, error: BaseException) -> PluginError:
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return PluginError(f"reader {reader.name} failed in {what}: {said[:300]}")


def built_in_readers() -> list[Reader]:
    """The readers of this distribution."""
    return [_load(target) for target in BUILT_IN]


def every_reader() -> Iterator[Reader]:
    """The built-in readers, then the installed ones, which are looked for when it comes to them."""
    yield from built_in_readers()
    yield from installed_readers()


def installed_readers() -> Iterator[Reader]:
    """Readers of other distributions, by their entry points in `rnninspect.readers`."""
    for target in _installed(tuple(sys.path)):
        yield _complete(_load(target), target)


@cache
def _installed(
    path: tuple[str, ...],  # noqa: ARG001 - what is found depends on it
) -> tuple[str, ...]:
    """What entry points name; to look for them takes longer than to look at a file."""
    from rnninspect.lean.entry_points import may_have_others  # noqa: PLC0415 - see above

    if not may_have_others(GROUP, BUILT_IN):
        return ()
    from importlib.metadata import entry_points  # noqa: PLC0415 - large, and mostly not needed

    return tuple(point.value for point in entry_points(group=GROUP) if point.value not in BUILT_IN)


def _load(target: str) -> Reader:
    module, _, name = target.partition(":")
    try:
        __import__(module)  # `importlib` takes as long to import as a reader
        reader: Reader = getattr(sys.modules[module], name)()
    except (Exception, SystemExit) as error:
        raise PluginError(f"reader {target} cannot be loaded: {error}") from error
    return reader


def _complete(reader: Reader, target: str) -> Reader:
    """The reader, if it has what `rnninspect.plugin.Reader` lists."""
    from rnninspect.contract import lacks  # noqa: PLC0415 - only for installed readers

    fault = lacks(reader)
    if fault:
        raise PluginError(f"reader {target} {fault}")
    return reader
