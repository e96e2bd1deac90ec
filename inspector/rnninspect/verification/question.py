"""What a framework is asked in its child, and what it answers: values that JSON can carry.

A judge imports this module, and `rnninspect.plugin`. It has two functions. `version() -> str`
imports the framework and names its version. `answer(question, given)` loads `question.path` and
fills in `given`; what it raises is the framework's refusal of the file, RefusedFile and NeedsTrust
excepted. Unless the user trusts the file, the child forbids itself, before `answer` is called, to
run programs, to connect, and to write anywhere but into its own folder.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from rnninspect.cells import Role
from rnninspect.model import Piece
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol, Self

    class Agreeing(Protocol):
        """A comparison, whose text says what was compared and how far apart it is."""

        @property
        def agrees(self) -> bool:
            """Whether the difference is within the tolerance."""


class Filling(Record):
    """One tensor of a layer: its direction, the roles it fills, its name, whether it is stored."""

    direction: int
    roles: tuple[str, ...]
    tensor: str
    stored: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One recurrent layer as rnninspect describes it; sizes in units, `taps` one for each axis.

    `pieces` are what each gate of a recovered layer reads.
    """

    name: str
    path: str
    kind: str
    cell: str
    convention: str
    input_size: int
    hidden_size: int
    projection_size: int | None
    taps: tuple[int, ...]
    directions: int
    biases: int
    peepholes: bool
    stack: str | None
    level: int
    root: str | None
    fillings: tuple[Filling, ...]
    recovered: bool = False
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A file, what is said of it, and the bounds of the child.

    Attributes:
        path: of the file, resolved.
        format: as the report names it.
        trusted: whether the framework may run code from the file.
        address_space: bytes of addresses that the child may reserve.
        largest_file: bytes of a file that the child may write.
        expansion: bytes to which compressed data may grow.
        parts: the recurrent layers.
    """

    path: str
    format: str
    trusted: bool
    address_space: int
    largest_file: int
    expansion: int
    parts: tuple[Part, ...]

    def as_text(self) -> str:
        """The question as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """A question as `as_text` writes it."""
        known = json.loads(text)
        parts = (_part(made) for made in known["parts"])
        return cls(**known | {"parts": tuple(parts)})


def _part(made: dict[str, Any]) -> Part:
    """A layer as JSON has it, with its tuples again."""
    fillings = (
        Filling(direction, tuple(roles), tensor, stored)
        for direction, roles, tensor, stored in made["fillings"]
    )
    pieces = (
        Piece(gate, Role(role), tuple(names), tuple((start, size) for start, size in part), *rest)
        for gate, role, names, part, *rest in made["pieces"]
    )
    given = {"taps": tuple(made["taps"]), "fillings": tuple(fillings), "pieces": tuple(pieces)}
    return Part(**made | given)


@dataclass(slots=True)
class Answer:
    """What a framework said.

    Attributes:
        version: of the framework, `2.13.0`; empty if it was not loaded.
        counts: its count of each layer that it could build, by name.
        refusals: why it does not take a layer as it is described.
        silences: why it has no opinion on a layer.
        steps: what became of one step of each recovered layer: the sentences, and whether the
            framework and the cell's equations agree; None if that could not be found out.
        total: its count of the whole file; None if it has none.
        everything: whether `total` counts all stored arrays, not the model's parameters alone.
        purposes: what `total` counts besides parameters, by the words of a report:
            `quantisation`.
        refusal: why it does not load the file at all.
        untrusted: what of the file it would run, and did not.
        unfinished: which bound ended the child, or what is not installed that the file names.
    """

    version: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    silences: dict[str, str] = field(default_factory=dict)
    steps: dict[str, list[tuple[bool | None, str]]] = field(default_factory=dict)
    total: int | None = None
    everything: bool = False
    purposes: list[str] = field(default_factory=list)
    refusal: str = ""
    untrusted: str = ""
    unfinished: str = ""

    def book(self, name: str, count: Callable[[], int]) -> None:
        """Note the count of a layer, or why there is none: it raises RefusedLayer or NoOpinion."""
        try:
            self.counts[name] = count()
        except RefusedLayer as error:
            self.refusals[name] = str(error)
        except NoOpinion as error:
            self.silences[name] = str(error)

    def note_step(self, part: Part, compare: Callable[[int], Agreeing]) -> None:
        """Note what `compare` says of the step of each direction of a recovered layer.

        Its text is a sentence; where it raises NoOpinion, the reason is one.
        """
        notes = self.steps.setdefault(part.name, [])
        for direction in sorted({piece.direction for piece in part.pieces}) or [0]:
            try:
                found = compare(direction)
                notes.append((found.agrees, str(found)))
            except NoOpinion as error:
                notes.append((None, f"its step was not compared: {error}"))


class RefusedLayer(Exception):  # noqa: N818 - a result, not a mistake
    """The framework does not take the layer as it is described; the text is its reason."""


class NoOpinion(Exception):  # noqa: N818 - as above
    """The framework has no opinion on the layer; the text says why."""


class NeedsTrust(Exception):  # noqa: N818 - as above
    """The framework would run code of the file; the text says which."""
