"""Models as a bill of materials: CycloneDX 1.7, with a component and a model card for each.

https://cyclonedx.org/docs/1.7/json/
"""

from __future__ import annotations

from itertools import chain, count, groupby

from rnninspect.render.json_stream import stream
from rnninspect.render.kept import Kept
from rnninspect.report import Unreadable
from rnninspect.source.locations import is_remote
from rnninspect.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence
    from typing import Any

    from rnninspect.counter import LayerCount
    from rnninspect.render.view import View
    from rnninspect.report import Report
    from rnninspect.source.hashing import FileHash

    Json = dict[str, Any]

SCHEMA = "http://cyclonedx.org/schema/bom-1.7.schema.json"
NAMESPACE = "rnninspect"
MOST_NAMED = 20  # kinds of layers that a line names
NOT_HASHED = "not computed: only parts of a remote file are read"


def render(results: Iterable[Report | Unreadable], _: View) -> Iterator[str]:
    """One document for all files; equal files give equal documents: no time, no serial number."""
    references: set[str] = set()
    unreadable: list[Unreadable] = []
    with Kept() as components:
        for result in results:
            if isinstance(result, Unreadable):
                unreadable.append(result)
            else:
                reference = _unused(f"model:{result.path}", references)
                references.add(reference)
                components.add(_component(result, reference))
        yield from stream(_document(iter(components), unreadable))


def _unused(reference: str, known: Container[str]) -> str:
    """A reference that no other component has: the same model may be named twice."""
    others = (f"{reference} ({number})" for number in count(2))
    return next(name for name in chain((reference,), others) if name not in known)


def _document(components: Iterator[Json], unreadable: Sequence[Unreadable]) -> Json:
    tool = {"type": "application", "name": "rnninspect", "version": __version__}
    metadata: Json = {"tools": {"components": [tool]}}
    if unreadable:
        texts = [("unreadable", f"{file.path}: {file.reason}") for file in unreadable]
        metadata["properties"] = _properties(texts)
    return {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "version": 1,
        "metadata": metadata,
        "components": components,
        **({"compositions": [{"aggregate": "incomplete"}]} if unreadable else {}),
    }


def _component(report: Report, reference: str) -> Json:
    """A model; of several files each is a component inside it, with its own hash."""
    files = report.hashes
    alone = len(files) == 1 and files[0].location == report.files[0]
    return {
        "type": "machine-learning-model",
        "bom-ref": reference,
        "name": _name(report.path),
        **({"hashes": _hashes(files[0])} if alone else {}),
        **({"externalReferences": [_source(report.path)]} if is_remote(report.path) else {}),
        **({"components": _files(files, reference)} if files and not alone else {}),
        "modelCard": {"modelParameters": _parameters(report)},
        "properties": _properties(_facts(report)),
    }


def _files(files: Sequence[FileHash], reference: str) -> list[Json]:
    return [
        {
            "type": "file",
            "bom-ref": f"{reference}#file-{number}",
            "name": _name(file.location),
            "hashes": _hashes(file),
            "properties": _properties([("file_bytes", str(file.bytes))]),
        }
        for number, file in enumerate(files, 1)
    ]


def _hashes(file: FileHash) -> list[Json]:
    return [{"alg": "SHA-256", "content": file.sha256}]


def _source(url: str) -> Json:
    return {"type": "distribution", "url": url}


def _name(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2] or path


def _parameters(report: Report) -> Json:
    """The part of a model card that is about its construction; empty without a recurrent layer."""
    if not report.layers:
        return {}
    families = dict.fromkeys(counted.cell.family for counted in report.layers)
    return {
        "architectureFamily": f"{', '.join(families)} neural network",
        "modelArchitecture": _architecture(report.layers),
    }


def _architecture(layers: Sequence[LayerCount]) -> str:
    """The layers in their order, equal ones that follow each other together: `2 × LSTM (6 → 5)`."""
    groups = [(text, len(list(same))) for text, same in groupby(map(_layer, layers))]
    named = [text if number == 1 else f"{number} × {text}" for text, number in groups[:MOST_NAMED]]
    more = len(groups) - MOST_NAMED
    return ", ".join([*named, *([f"and {more:,} more"] if more > 0 else [])])


def _layer(counted: LayerCount) -> str:
    sizes = counted.layer.sizes
    if sizes.input_size and sizes.hidden_size:
        return f"{counted.layer.kind} ({sizes.input_size} → {sizes.hidden_size})"
    own = ", ".join(f"{symbol} = {size}" for symbol, size in sizes.own)
    return f"{counted.layer.kind} ({own})" if own else counted.layer.kind


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    """The properties of a model by name; counts are of elements, sizes in bytes."""
    totals = report.totals
    yield "path", report.path
    yield "format", report.format
    yield "framework", report.framework
    if report.producer:
        yield "producer", report.producer
    numbers = {
        "file_bytes": report.file_bytes,
        "parameters": totals.parameters,
        "recurrent_parameters": totals.recurrent,
        "other_parameters": totals.other,
        "parameter_bytes": totals.bytes,
        "recurrent_layers": len(report.layers),
        "skipped_layers": len(report.skipped),
        "tensors": totals.tensors,
        "understood_tensors": totals.attributed,
    }
    yield from ((name, str(number)) for name, number in numbers.items())
    if report.traffic:
        yield "sha256", NOT_HASHED
    for finding in report.findings:
        place = " ".join(filter(None, (finding.layer, finding.tensor)))
        about = f" {place}:" if place else ""
        rule = f"{finding.level.value} {finding.rule} {finding.name}"
        yield "finding", f"{rule}:{about} {finding.message}"


def _properties(facts: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"name": f"{NAMESPACE}:{name}", "value": value} for name, value in facts]
