"""`model.json` of TensorFlow.js, or the weights manifest alone that older converters wrote.

Format: `ModelJSON` in `tfjs-core/src/io/types.ts`.
"""

from __future__ import annotations

from rnninspect.lean import StrEnum
from rnninspect.plugin import Limit, Record, UnreadableFile
from rnninspect_keras.containers.json_text import parse_config
from rnninspect_keras.tfjs.manifest import Manifest, MisplacedRowsError, read_manifest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnninspect.decode.json import Json
    from rnninspect.plugin import Source
    from rnninspect_keras.tfjs.weight_rows import RowParser

_LARGE = 300_000  # bytes of a document whose weights are kept in columns
_LONGEST_PRODUCER = 80  # characters


class Form(StrEnum):
    """What a document contains beside weights, in the words of a report's `format`."""

    LAYERS = "tensorflow.js layers model"
    GRAPH = "tensorflow.js graph model"
    WEIGHTS = "tensorflow.js weights"


class Document(Record):
    """A model of TensorFlow.js.

    Attributes:
        form: what the topology is.
        topology: Keras' configuration, a GraphDef in JSON, or None.
        producer: what wrote it, and what it was converted from.
        manifest: its weights.
    """

    form: Form
    topology: Mapping[str, Json] | None
    producer: str
    manifest: Manifest


def read_document(source: Source, name: str) -> Document:
    """Parse the JSON of a model.

    Args:
        source: its bytes.
        name: its file name, for messages.

    Raises:
        UnreadableFile: it is not JSON, or not a model.
        RefusedFile: it is too large.
    """
    source.limits.require(Limit.EXPANSION, source.size, name)
    if source.size < _LARGE:
        return _document(source, name, None)
    from rnninspect_keras.tfjs.weight_rows import RowParser  # noqa: PLC0415 - for large documents

    parser = RowParser()
    try:
        return _document(source, name, parser)
    except MisplacedRowsError:
        return _document(source, name, None)


def _document(source: Source, name: str, parser: RowParser | None) -> Document:
    """The document; weights are kept in columns if there is a parser for them."""
    value = parse_config(source.read(0, source.size), source, name, parser)
    fields: Mapping[str, Json] = value if isinstance(value, dict) else {"weightsManifest": value}
    topology = fields.get("modelTopology")
    if topology is not None and not isinstance(topology, dict):
        raise UnreadableFile("modelTopology is not an object")
    config = topology.get("model_config") if topology else None
    if isinstance(config, dict):  # as Keras writes a whole model
        topology = config
    rows = None if parser is None else parser.rows
    manifest = read_manifest(fields.get("weightsManifest"), source, rows)
    return Document(_form(topology), topology, _producer(fields), manifest)


def _form(topology: Mapping[str, Json] | None) -> Form:
    """By its content: older documents state no format."""
    if topology is None:
        return Form.WEIGHTS
    return Form.GRAPH if "node" in topology else Form.LAYERS


def _producer(fields: Mapping[str, Json]) -> str:
    """`keras v2.15.0, TensorFlow.js Converter v4.22.0`."""
    stated = (fields.get(key) for key in ("generatedBy", "convertedBy"))
    return ", ".join(text[:_LONGEST_PRODUCER] for text in stated if isinstance(text, str) and text)
