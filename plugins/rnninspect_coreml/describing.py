"""Describes a model: the networks and programs in it, those of a pipeline among them."""

from __future__ import annotations

from rnninspect.decode.protobuf import WireReader
from rnninspect.plugin import (
    Fact,
    Limit,
    Observation,
    SavedModel,
    Search,
    Searched,
    SkippedLayer,
    parsing,
)
from rnninspect_coreml.description import Description
from rnninspect_coreml.framework import COREML
from rnninspect_coreml.kinds import KINDS, LINKED, NETWORKS, OPAQUE, OTHERS, PIPELINES, PROGRAM
from rnninspect_coreml.manifest import model_in
from rnninspect_coreml.networks.layers import Network
from rnninspect_coreml.recognition import is_zip
from rnninspect_coreml.zipped import model_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import Message
    from rnninspect.plugin import Source

_DESCRIPTION, _METADATA, _USER_DEFINED = 2, 100, 100
_VERSION_KEY = "com.github.apple.coremltools.version"
_MODELS, _NAMES = 1, 2  # of a pipeline
_MAIN, _PACKAGE = "main", "coreml package"
_MOST_ENTRIES = 1000


def describe(source: Source) -> SavedModel:
    """Describe a file, a package or a package in a zip archive.

    Raises:
        UnreadableFile: malformed, or the package's model is not in it.
        RefusedFile: a limit is exceeded.
    """
    with parsing("Core ML model"):
        if source.is_folder:
            with source.open_neighbour(model_in(source)) as model:
                return _describe(model, _PACKAGE)
        if is_zip(source):
            return _describe(model_of(source), _PACKAGE)
        return _describe(source, "coreml model")


def _describe(source: Source, format_name: str) -> SavedModel:
    wire = WireReader(source)
    into = Description(source)
    parts = Parts(wire, into)
    parts.read(wire.whole(), "")
    return SavedModel(
        format=format_name,
        framework=COREML,
        producer=_producer(wire),
        layers=tuple(into.layers),
        tensors=into.all_tensors(),
        skipped=tuple(into.skipped),
        observations=tuple(into.observations),
        search=Search(parts.searched, into.searched, into.finished),
    )


class Parts:
    """Describes models, one inside the other.

    Attributes:
        searched: what was looked through for layers.
    """

    def __init__(self, wire: WireReader, into: Description) -> None:
        self._wire, self._into = wire, into
        self.searched = Searched.LAYERS

    def read(self, model: Message, path: str, depth: int = 0) -> None:
        """Describe a model whose layers are below a path."""
        self._into.source.limits.require(Limit.NESTING, depth, "the depth of pipelines")
        found = self._wire.collect(model, KINDS)
        numbers = found.numbers()
        if len(numbers) != 1:
            what = f"{path.rstrip('/') or 'the model'} has {len(numbers)} kinds instead of one"
            self._into.observations.append(Observation(Fact.CONTRADICTION, what))
        for number in sorted(numbers):
            self._part(number, found.message(number), path, depth)

    def _part(self, number: int, message: Message, path: str, depth: int) -> None:
        name = path.rstrip("/") or "the model"
        if number in PIPELINES:
            if PIPELINES[number]:
                message = self._wire.collect(message, (1,)).message(1)
            self._pipeline(message, path, depth)
        elif number in NETWORKS:
            Network(self._wire, self._into).read(message, path)
        elif number == PROGRAM:
            self._program(message, path)
        elif number == LINKED:
            detail = f"{name} is a link to a model in another file"
            self._into.observations.append(Observation(Fact.EXTERNAL_OUTSIDE, detail))
        elif number in OPAQUE:
            reason = "what it computes is not in the file, or in bytes without a specification"
            self._into.skipped.append(SkippedLayer(name, OPAQUE[number], reason))
        else:
            detail = f"{name} is not a neural network ({OTHERS[number]}): nothing in it is counted"
            self._into.observations.append(Observation(Fact.UNUSUAL, detail))

    def _pipeline(self, message: Message, path: str, depth: int) -> None:
        found = self._wire.collect(message, (_MODELS, _NAMES))
        names = self._wire.texts(found, _NAMES)
        for at, span in enumerate(found.spans(_MODELS)):
            name = names[at] if at < len(names) and names[at] else f"models_{at}"
            self.read((span,), f"{path}{name}/", depth + 1)

    def _program(self, message: Message, path: str) -> None:
        from rnninspect_coreml.programs.decoding import Decoder  # noqa: PLC0415 - only for programs
        from rnninspect_coreml.programs.running import Run  # noqa: PLC0415 - as above

        self.searched = Searched.OPERATORS
        decoder = Decoder(self._wire, self._into)
        run = Run(decoder, self._into)
        for function in decoder.functions(message):
            run.function(function, path if function.name == _MAIN else f"{path}{function.name}/")
        run.finish(self._into.source)


def _producer(wire: WireReader) -> str:
    """The program that wrote the model, with its version; empty if the metadata do not say it."""
    description = wire.collect(wire.whole(), (_DESCRIPTION,)).message(_DESCRIPTION)
    metadata = wire.collect(description, (_METADATA,)).message(_METADATA)
    for span in wire.collect(metadata, (_USER_DEFINED,)).spans(_USER_DEFINED)[:_MOST_ENTRIES]:
        entry = wire.collect((span,), (1, 2))
        if wire.last_text(entry, 1) == _VERSION_KEY:
            return f"coremltools {wire.last_text(entry, 2)}"
    return ""
