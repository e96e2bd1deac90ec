"""The document, parsed as a stream with expat, and without a document type.

Without one there are no entities but XML's own five: nothing is expanded, and no other file is
opened. The standard library's parser is enough for that; defusedxml refuses by the same handler.
"""

from __future__ import annotations

from xml.parsers.expat import ExpatError, ParserCreate

from rnninspect.plugin import Limit, UnreadableFile
from rnninspect_openvino.records import Network, Operator, Port, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_PIECE = 1 << 16
_LONGEST_TOKEN = 1 << 20  # bytes of a tag with its attributes
_MOST_AXES = 64
_LONGEST_SIZE = 19  # digits
_BYTES_IN_A_STEP = 64
_STEPS = {"layer": 15, "edge": 4, "port": 3}  # of other elements 1
_PRODUCERS = frozenset({"MO_version", "Runtime_version"})
_BODIES = frozenset({"body", "then_body", "else_body"})
_MAPS = frozenset({"port_map", "then_port_map", "else_port_map"})
_BLOBS = frozenset({"blobs", "layer"})  # what blobs are in; before version 3 in the layer itself


class Document:
    """Reads a document into a network."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._parser = ParserCreate()
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.buffer_text = True
        self._tags: list[str] = []
        self._skipped = 0  # depth below rt_info
        self._steps = 0
        self._networks: list[Network] = []
        self._operators: list[Operator] = []
        self._words: list[str] = []
        self._root = Network()

    def network(self) -> Network:
        """The whole network.

        Raises:
            UnreadableFile: not well-formed, with a document type, or not a network.
            RefusedFile: a limit is exceeded.
        """
        size = self._source.size
        for at in range(0, size, _PIECE):
            piece = self._source.read(at, min(_PIECE, size - at))
            self._parse(piece, is_last=at + len(piece) == size)
            if at + len(piece) - self._parser.CurrentByteIndex > _LONGEST_TOKEN:
                raise UnreadableFile(f"a tag of more than {_LONGEST_TOKEN:,} bytes")
            self._source.spend(Limit.STEPS, self._steps + len(piece) // _BYTES_IN_A_STEP)
            self._steps = 0
        return self._root

    def _parse(self, piece: bytes, *, is_last: bool) -> None:
        try:
            self._parser.Parse(piece, is_last)
        except ExpatError as error:
            raise UnreadableFile(f"malformed XML: {error}") from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        parent = self._tags[-1] if self._tags else ""
        self._tags.append(tag)
        self._steps += _STEPS.get(tag, 1)
        self._source.limits.require(Limit.NESTING, len(self._tags), "the nesting of elements")
        if self._skipped or tag in ("rt_info", "meta_data"):
            self._skipped += 1
            self._produced_by(tag, attributes)
        elif tag in _BODIES or not parent:
            self._open_network(tag, attributes)
        elif tag == "layer":
            self._open_operator(attributes)
        elif tag == "edge":
            self._edge(parent, attributes)
        elif self._operators:
            self._part(parent, tag, attributes)

    def _end(self, tag: str) -> None:
        self._tags.pop()
        if self._skipped:
            self._skipped -= 1
        elif tag in _BODIES:
            self._networks.pop()
        elif tag == "layer" and self._operators:
            self._operators.pop()
        elif tag == "dim" and self._operators:
            self._dim()

    def _text(self, text: str) -> None:
        self._words.append(text[:_LONGEST_SIZE])

    def _produced_by(self, tag: str, attributes: dict[str, str]) -> None:
        named = tag == "info" and attributes.get("name") == "OpenVINO Runtime"
        if (named or tag in _PRODUCERS) and not self._root.producer:
            self._root.producer = f"OpenVINO {attributes.get('value', '')[:100]}".rstrip()

    def _open_network(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._networks:
            if tag != "net":
                raise UnreadableFile(f"the root is {tag[:40]!r}, expected net")
            self._root.name = attributes.get("name", "")
            self._root.version = whole_number(attributes, "version", "net")
            self._networks.append(self._root)
        elif self._operators:
            body = self._operators[-1].bodies[tag] = Network()
            self._networks.append(body)
        else:
            raise UnreadableFile(f"a {tag} outside of a layer")

    def _open_operator(self, attributes: dict[str, str]) -> None:
        operators = self._networks[-1].operators
        operator = Operator(whole_number(attributes, "id", "a layer"), attributes)
        if operator.id in operators:
            raise UnreadableFile(f"two layers of one network have the id {operator.id}")
        operators[operator.id] = operator
        self._operators.append(operator)

    def _edge(self, parent: str, attributes: dict[str, str]) -> None:
        ends = [whole_number(attributes, f"{end}-layer", "an edge") for end in ("from", "to")]
        if parent == "back_edges" and self._operators:
            self._operators[-1].back_edges.append((ends[0], ends[1]))
            return
        given = (ends[0], whole_number(attributes, "from-port", "an edge"))
        taken = (ends[1], whole_number(attributes, "to-port", "an edge"))
        network = self._networks[-1]
        if network.edges.setdefault(taken, given) != given:
            network.faults.append(f"two edges lead to port {taken[1]} of layer {taken[0]}")

    def _part(self, parent: str, tag: str, attributes: dict[str, str]) -> None:
        """What a layer is made of."""
        operator = self._operators[-1]
        if parent in _MAPS:
            operator.maps.setdefault(parent, []).append({"": tag, **attributes})
        elif tag == "data" and parent == "layer":
            operator.attributes.update(attributes)
        elif tag == "port" and parent in ("input", "output"):
            ports = operator.inputs if parent == "input" else operator.outputs
            place = whole_number(attributes, "id", "a port")
            ports.append(Port(place, attributes.get("precision", ""), ()))
        elif tag == "dim":
            self._parser.CharacterDataHandler = self._text
        if parent in _BLOBS and "offset" in attributes and "size" in attributes:
            operator.blobs.append((tag, attributes))

    def _dim(self) -> None:
        """The size of the last port's next axis; None where it is only known at run time."""
        text = "".join(self._words).strip()
        self._words.clear()
        self._parser.CharacterDataHandler = None
        operator = self._operators[-1]
        ports = operator.outputs if self._tags[-2:] == ["output", "port"] else operator.inputs
        if ports and len(ports[-1].dims) < _MOST_AXES:
            size = int(text) if text.isdecimal() else None
            ports[-1] = ports[-1]._replace(dims=(*ports[-1].dims, size))


def _refuse(*_: object) -> None:
    raise UnreadableFile("it has a document type declaration, which could define entities")
