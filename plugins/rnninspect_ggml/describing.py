"""Describes the model in a GGUF file, or in all parts of it."""

from __future__ import annotations

from rnninspect.plugin import (
    Fact,
    Observation,
    Purpose,
    SavedModel,
    parsing,
)
from rnninspect.stored.joining import joined
from rnninspect_ggml.container.files import read_files
from rnninspect_ggml.container.placing import Placed
from rnninspect_ggml.recurrent.declaring import declare_by_values
from rnninspect_ggml.recurrent.layers import Layers, layers_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.plugin import Source
    from rnninspect_ggml.container.files import Files, Part

_MOST_NOTES = 20
_INCOMPLETE = (Fact.EXTERNAL_MISSING, Fact.EXTERNAL_OUTSIDE)


def describe(source: Source) -> SavedModel:
    """Describe a model.

    Raises:
        UnreadableFile: a header is truncated or malformed.
        RefusedFile: a limit is exceeded.
    """
    with parsing("GGUF file"):
        return _describe(source)


def _describe(source: Source) -> SavedModel:
    files = read_files(source)
    values = files.parts[0].header.values
    kind = values.get("general.type")
    purpose = Purpose.QUANTISATION if kind == "imatrix" else Purpose.PARAMETER
    placed = [Placed(part, purpose) for part in files.parts]
    tensors = joined([each.tensors for each in placed])
    architecture = values.get("general.architecture")
    prefix = f"{architecture}."
    sizes = {
        key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)
    }
    found = Layers()
    if kind in (None, "model", "mmproj"):
        found = layers_of(tensors, sizes, source, str(architecture))
    is_whole = not any(note.fact in _INCOMPLETE for note in files.notes)
    declared = declare_by_values(found.layers, sizes, str(architecture), is_whole=is_whole)
    return SavedModel(
        format=_format(files),
        framework="ggml",
        producer=architecture if isinstance(architecture, str) else "",
        layers=declared.layers,
        tensors=tensors,
        skipped=found.skipped,
        observations=(
            *files.notes,
            *_repeated_keys(files.parts),
            *_repeated_names(tensors.names),
            *(note for each in placed for note in each.notes),
            *found.notes,
            *declared.observations,
            *_other_kind(kind),
        ),
    )


def _format(files: Files) -> str:
    header = files.parts[0].header
    order = " big-endian" if header.big_endian else ""
    split = "split " if files.number > 1 else ""
    return f"{split}gguf v{header.version}{order}"


def _repeated_keys(parts: Iterable[Part]) -> Iterator[Observation]:
    for part in parts:
        for key in part.header.repeated:
            yield Observation(Fact.DUPLICATE_NAME, f"key {key[:80]} occurs twice")


def _repeated_names(names: Sequence[str]) -> Iterator[Observation]:
    if len(set(names)) == len(names):
        return
    seen: set[str] = set()
    repeated: dict[str, None] = {}
    for name in names:
        if name in seen:
            repeated[name] = None
        seen.add(name)
    for name in list(repeated)[:_MOST_NOTES]:
        yield Observation(Fact.DUPLICATE_NAME, "the name occurs twice", tensor=name)


def _other_kind(kind: object) -> Iterator[Observation]:
    """What the file is where it is not a model."""
    words = {
        "adapter": "an adapter (LoRA), whose tensors are changes to those of another model",
        "imatrix": "an importance matrix, from which a quantiser reads statistics; not a model",
    }
    if isinstance(kind, str) and kind in words:
        yield Observation(Fact.UNUSUAL, words[kind])
