"""Reads the part of a saved JSON report that a comparison needs."""

from __future__ import annotations

from rnninspect.cells import CELLS, OWN, Sizes
from rnninspect.comparison import LayerOutline, Outline
from rnninspect.comparison.outline import CONSTANTS
from rnninspect.decode.json import parse_json
from rnninspect.errors import UnreadableFile
from rnninspect.model import Fate
from rnninspect.report import SCHEMA_VERSION, Verdict
from rnninspect.rules import Level
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    Json = dict[str, Any]
    from rnninspect.source.source import Source

    Value = TypeVar("Value")

MEMORY_OF_A_BYTE = 16  # the most memory for a byte of JSON: the three of `[],` take 64
LARGEST_NUMBER = 10**100  # far above the count of any formula with 64-bit sizes


def is_report(source: Source) -> bool:
    """Whether the content is a JSON object, and so a report unless a reader knows it."""
    start = source.head(64).removeprefix(b"\xef\xbb\xbf").split()
    return b"".join(start).startswith((b'{"', b"{}"))


def read_reports(source: Source) -> tuple[Outline, ...]:
    """The outlines of the files in a report.

    Raises:
        UnreadableFile: it is not a report, has another version, or a field is wrong; the message
            names the field.
        RefusedFile: it is too large.
    """
    source.limits.require(
        Limit.HEADER_BYTES, source.size * MEMORY_OF_A_BYTE, "the report in memory"
    )
    document = parse_json(source.read(0, source.size), "the report")
    version = _Fields(document, "").get("schema_version", int)
    if version != SCHEMA_VERSION:
        raise UnreadableFile(f"schema_version is {version}, this rnninspect reads {SCHEMA_VERSION}")
    return tuple(map(_outline, _Fields(document, "").objects("reports")))


def _outline(report: _Fields) -> Outline:
    totals = report.object("totals")
    others = totals.object("not_parameters")
    return Outline(
        path=report.get("path", str),
        format=report.get("format", str),
        framework=report.get("framework", str),
        file_bytes=report.count("file_bytes"),
        layers=tuple(map(_layer, report.objects("layers"))),
        skipped=tuple(
            (layer.get("name", str), layer.get("kind", str)) for layer in report.objects("skipped")
        ),
        parameters=totals.count("parameters"),
        recurrent=totals.count("recurrent"),
        bytes=totals.count("bytes"),
        constants=sum(others.count(purpose) for purpose in CONSTANTS),
        errors=sum(
            finding.get("level", str) == Level.ERROR for finding in report.objects("findings")
        ),
        copies=totals.count("copies"),
    )


def _layer(layer: _Fields) -> LayerOutline:
    parameters = layer.object("parameters")
    key = "cell" if layer.lacks("variant") else "variant"
    cell, vectors = layer.get(key, str), layer.count("bias_vectors")
    if cell not in CELLS:
        raise UnreadableFile(
            f"{layer.place}.{key} is {cell!r}, not a known cell", place=layer.place
        )
    if vectors > 2:
        raise UnreadableFile(
            f"{layer.place}.bias_vectors is {vectors}, more than 2", place=layer.place
        )
    return LayerOutline(
        name=layer.get("name", str),
        kind=layer.get("kind", str),
        cell=cell,
        sizes=_sizes(layer, cell),
        convention=layer.get("convention", str),
        bias_vectors=vectors,
        peepholes=layer.get("peepholes", bool),
        dtypes=tuple(layer.items("dtypes", str)),
        expected=parameters.count("expected"),
        stored=parameters.count("stored"),
        bytes=layer.count("bytes"),
        verdict=_verdict(layer.get("verdict", str)),
    )


def _verdict(text: str) -> Verdict:
    """The verdict that a report shows as this text."""
    for fate in Fate:
        if text == Verdict(fate=fate).text:
            return Verdict(fate=fate)
    return Verdict(tuple(text.split()))


def _sizes(layer: _Fields, cell: str) -> Sizes:
    return Sizes(
        input_size=0 if CELLS[cell].symbols else layer.count("input_size"),
        hidden_size=0 if CELLS[cell].symbols else layer.count("hidden_size"),
        projection_size=None if layer.lacks("projection_size") else layer.count("projection_size"),
        kernel_size=() if layer.lacks("kernel_size") else tuple(layer.items("kernel_size", int)),
        directions=layer.count("directions"),
        own=_own_sizes(layer, cell),
    )


def _own_sizes(layer: _Fields, cell: str) -> tuple[tuple[str, int], ...]:
    """Sizes of the cell's own, which reports of earlier versions do not have."""
    if layer.lacks("own_sizes"):
        return ()
    sizes = layer.object("own_sizes")
    known = (*OWN, *(symbol for symbol, _ in CELLS[cell].symbols))
    return tuple((symbol, sizes.count(symbol)) for symbol in known if symbol in sizes.values)


class _Fields:
    """An object of the document; each access states a type, and errors name the place."""

    def __init__(self, value: object, place: str) -> None:
        if not isinstance(value, dict):
            raise UnreadableFile(f"{place or 'the report'} is not a JSON object")
        self.values: Json = value
        self.place = place

    def get(self, key: str, kind: type[Value]) -> Value:
        if key not in self.values:
            raise UnreadableFile(f"{self._at(key)} is missing", place=self._at(key))
        return _typed(self.values[key], kind, self._at(key))

    def lacks(self, key: str) -> bool:
        return self.values.get(key) is None

    def count(self, key: str) -> int:
        number = self.get(key, int)
        if not 0 <= number <= LARGEST_NUMBER:
            raise UnreadableFile(
                f"{self._at(key)} is {number}, not a possible count", place=self._at(key)
            )
        return number

    def object(self, key: str) -> _Fields:
        return _Fields(self.get(key, dict), self._at(key))

    def items(self, key: str, kind: type[Value]) -> list[Value]:
        values: list[Any] = self.get(key, list)
        return [_typed(item, kind, f"{self._at(key)}[{n}]") for n, item in enumerate(values)]

    def objects(self, key: str) -> list[_Fields]:
        items = self.items(key, dict)
        return [_Fields(item, f"{self._at(key)}[{n}]") for n, item in enumerate(items)]

    def _at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key


def _typed(value: object, kind: type[Value], place: str) -> Value:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise UnreadableFile(f"{place} is {type(value).__name__}, not {kind.__name__}", place=place)
    return value
