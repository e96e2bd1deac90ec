"""The pipeline: from a path to the report on it."""

from __future__ import annotations

import os

from rnninspect.counter import count_layers
from rnninspect.errors import RnnInspectError, UnreadableFile
from rnninspect.model import Search, Searched
from rnninspect.plugin import Inside
from rnninspect.readers import open_model, recognise
from rnninspect.report import Findings, Report, add_up, possible_in
from rnninspect.rules import check
from rnninspect.source.limits import Limit
from rnninspect.source.locations import is_remote, shown
from rnninspect.stored.tensor import weight

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.model import SavedModel
    from rnninspect.source.hashing import FileHash
    from rnninspect.source.limits import Limits
    from rnninspect.source.source import Source

_DEEPEST = 2  # files around the one that is described


def inspect_file(
    path: str | os.PathLike[str],
    limits: Limits | None = None,
    *,
    values: bool = False,
    hashes: bool = False,
) -> Report:
    """Inspect one saved model without running anything of it.

    With `values` a reader also reads those values of weights that a note depends on. With `hashes`
    the report has the SHA-256 of each local file of the model, for which all of it is read.

    Raises:
        UnreadableFile: it cannot be opened or parsed (UnknownFormat, RefusedFile among these).
        PluginError: an installed reader is broken.

    An error has the attributes `path` and `reason`.
    """
    try:
        with open_model(os.fspath(path), limits) as source:
            source.reading.reads_values, source.reading.hashes_files = values, hashes
            return inspect_source(source, os.fspath(path))
    except RnnInspectError as error:
        error.path = os.fspath(path)
        raise


def inspect_source(source: Source, path: str) -> Report:
    """Inspect the model that a source has, which is named by a path in its report.

    The report on a remote model has its location without what is secret in the URL.

    Raises:
        UnreadableFile, PluginError: as `inspect_file`, without their `path`.
    """
    model = _described(source)
    hashes = _hashes(source) if source.reading.hashes_files else ()
    counts = count_layers(model.layers)
    totals = add_up(model, counts)
    return Report(
        path=shown(source.location if is_remote(source.location) else path),
        format=model.format,
        framework=model.framework,
        producer=model.producer,
        file_bytes=source.all_bytes,
        layers=counts,
        skipped=model.skipped,
        possible=possible_in(model),
        totals=totals,
        findings=Findings(check(model, counts)),
        files=tuple(map(shown, (source.location, *source.reading.companions))),
        container=model.container,
        search=model.search or Search(Searched.TENSORS, totals.tensors),
        traffic=source.reading.opener.traffic,
        hashes=hashes,
    )


def _hashes(source: Source) -> tuple[FileHash, ...]:
    from rnninspect.source.hashing import file_hashes  # noqa: PLC0415 - seldom

    hashes = file_hashes(source)
    source.require_unchanged()
    return hashes


def _described(source: Source) -> SavedModel:
    try:
        model = _read(source)
    except RnnInspectError:  # a change may be the cause, and is then reported
        source.require_unchanged()
        raise
    source.require_unchanged()
    return model


def _read(source: Source, depth: int = 0) -> SavedModel:
    found = recognise(source).read()
    model = _read_inside(found, depth) if isinstance(found, Inside) else found
    source.limits.require(Limit.TENSORS, weight(model.tensors))
    source.limits.require(Limit.RECURRENT, len(model.layers), "the number of recurrent layers")
    source.limits.require(Limit.NAME_LENGTH, _letters(model), "the length of all names together")
    return model


def _read_inside(found: Inside, depth: int) -> SavedModel:
    """The model in a file inside another, described like the inner file by itself."""
    if depth >= _DEEPEST:
        raise UnreadableFile(f"a {found.container} inside {depth} other files")
    try:
        model = _read(found.source, depth + 1)
    except UnreadableFile as error:
        raise error.inside(f"the {found.container}", "in ") from error
    return model._replace(
        format=f"{found.container} of a {model.format}",
        observations=(*found.observations, *model.observations),
        container=found.container,
    )


def _letters(model: SavedModel) -> int:
    """The length of all names in a report: those of layers and of their tensors."""
    names = (
        len(layer.name) + sum(len(operand.name) for operand in layer.operands)
        for layer in model.layers
    )
    return sum(names) + sum(len(layer.name) for layer in model.skipped)
