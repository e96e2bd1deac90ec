"""A network as the document has it: operators, their ports and constants, edges, bodies."""

from __future__ import annotations

from rnninspect.plugin import Record, UnreadableFile

_LONGEST_NUMBER = 19  # digits

TYPE_CHECKING = False
if TYPE_CHECKING:
    Dims = tuple[int | None, ...]
    End = tuple[int, int]  # an operator and one of its ports, by their ids


class Port(Record):
    """A port of an operator; `precision` is the type of what goes through it, if it is written."""

    id: int
    precision: str
    dims: Dims


class Operator:
    """An operator, which the format calls a layer."""

    __slots__ = (
        *("attributes", "back_edges", "blobs", "bodies", "id", "inputs", "kind", "maps", "name"),
        *("outputs", "precision", "version"),
    )

    def __init__(self, number: int, attributes: dict[str, str]) -> None:
        self.id = number
        self.name = attributes.get("name", "")
        self.kind = attributes.get("type", "")
        self.version = attributes.get("version", "")
        self.precision = attributes.get("precision", "")
        self.attributes: dict[str, str] = {}
        self.inputs: list[Port] = []
        self.outputs: list[Port] = []
        self.blobs: list[tuple[str, dict[str, str]]] = []  # by the tags that describe them
        self.bodies: dict[str, Network] = {}
        self.maps: dict[str, list[dict[str, str]]] = {}
        self.back_edges: list[End] = []

    def flag(self, name: str) -> bool:
        """Whether an attribute is true, in either way of writing it."""
        return self.attributes.get(name, "").lower() in ("true", "1")


class Network:
    """Operators by their ids, and where each input comes from.

    Attributes:
        name: of the network.
        version: of the format; 0 in bodies.
        producer: the program that wrote it.
        operators: by id, in the order of the document.
        edges: the output that an input reads, by the input.
        faults: edges that lead nowhere, in words.
    """

    __slots__ = ("edges", "faults", "name", "operators", "producer", "version")

    def __init__(self, name: str = "", version: int = 0) -> None:
        self.name, self.version, self.producer = name, version, ""
        self.operators: dict[int, Operator] = {}
        self.edges: dict[End, End] = {}
        self.faults: list[str] = []


def whole_number(attributes: dict[str, str], name: str, whose: str) -> int:
    """The number in an attribute; UnreadableFile if there is none."""
    text = attributes.get(name, "")
    if not text.isdecimal() or len(text) > _LONGEST_NUMBER:
        raise UnreadableFile(f"{name} of {whose} is not a number: {text[:40]!r}")
    return int(text)
