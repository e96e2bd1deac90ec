"""Programs in JSON, as Paddle 3 writes them (paddle/fluid/pir/serialize_deserialize)."""

from __future__ import annotations

from rnninspect.decode.json import most_values, parse_json, spend_steps
from rnninspect.plugin import Limit, UnreadableFile
from rnninspect_paddle.programs.messages import Operation, Program, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source
    from rnninspect_paddle.programs.messages import Attribute

    Node = dict[str, object]

_STEPS_OF_AN_OPERATOR = 20
_PARAMETER, _LIST = "p", "combine"
# Inputs by their places (paddle/phi/ops/yaml); of all other operators the first two are X and Y.
_INPUTS = {
    "rnn": ("Input", "PreState", "WeightList", "SequenceLength", "DropoutState"),
    "lstm": ("Input", "H0", "C0", "Weight", "Bias"),
    "gru": ("Input", "H0", "Weight", "Bias"),
    "gru_unit": ("Input", "HiddenPrev", "Weight", "Bias"),
    **dict.fromkeys(("batch_norm", "batch_norm_"), ("X", "Mean", "Variance")),
}
_OPERANDS = ("X", "Y")
_TYPES = {"f": "float", "i": "int", "ui": "uint", "c": "complex", "bf": "bfloat"}


def read_program(source: Source) -> Program:
    """The program in a file.

    Raises:
        UnreadableFile: it is not JSON, or not such a program.
        RefusedFile: a limit would be exceeded.
    """
    source.limits.require(Limit.HEADER_BYTES, source.size, "the program")
    data = source.read(0, source.size)
    spend_steps(source, len(data), most_values(data))
    top = parse_json(data, "the program")
    program = top.get("program") if isinstance(top, dict) else None
    if not isinstance(program, dict):
        raise UnreadableFile("no program in the JSON")
    reader = _Reader(source)
    reader.walk(program)
    return Program(reader.variables, tuple(reader.operations), "")


class _Reader:
    """Collects the parameters and the operators of all regions."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.variables: dict[str, Variable] = {}
        self.operations: list[Operation] = []
        self._names: dict[int, tuple[str, ...]] = {}
        self._blocks = 0

    def walk(self, top: Node) -> None:
        """Add the operators of a program, those of a loop's body after the loop."""
        waiting = [(0, iter(_operators_in(top)))]
        while waiting:
            block, operators = waiting[-1]
            node = next(operators, None)
            if node is None:
                waiting.pop()
                continue
            self.source.spend(Limit.STEPS, _STEPS_OF_AN_OPERATOR)
            inner = 0
            if node.get("regions"):
                self._blocks += 1
                inner = self._blocks
                waiting.append((inner, iter(_operators_in(node))))
            self._add(node, block, inner)

    def _add(self, node: Node, block: int, inner: int) -> None:
        kind = str(node.get("#", "")).rpartition(".")[2][:100]
        results = _places(node.get("O"))
        if kind == _PARAMETER:
            self._parameter(node, results)
            return
        given = [self._of(place) for place in _places(node.get("I"))]
        if kind == _LIST:
            self.source.spend(Limit.STEPS, sum(map(len, given)))  # a list may be of lists
            names = tuple(name for names in given for name in names)
            self._names.update((place, names) for place in results)
            return
        words = _INPUTS.get(kind, _OPERANDS)
        attributes = dict(_attributes(node.get("A")))
        if inner:
            attributes["sub_block"] = inner
        self.operations.append(
            Operation(
                kind,
                dict(zip(words, given, strict=False)),
                {"Out": tuple(map(_value, results))},
                attributes,
                block,
            )
        )

    def _of(self, place: int) -> tuple[str, ...]:
        return self._names.get(place, (_value(place),))

    def _parameter(self, node: Node, results: list[int]) -> None:
        """Keep a parameter, if it is kept between runs."""
        about, kept, result = node.get("A"), node.get("OA"), node.get("O")
        name = about[-1] if isinstance(about, list) and about else None
        if not isinstance(name, str) or not isinstance(result, dict):
            raise UnreadableFile("a parameter of the program has no name")
        self._names.update((place, (name,)) for place in results)
        if isinstance(kept, list) and kept[:1] == [1]:
            self.variables.setdefault(name, Variable(name, *_tensor_type(result)))
            self.source.limits.require(Limit.TENSORS, len(self.variables))


def _operators_in(node: Node) -> list[Node]:
    """The operators of all blocks of all regions of a program or an operator."""
    blocks = [block for region in _nodes(node.get("regions")) for block in _nodes(region["blocks"])]
    return [operator for block in blocks for operator in _nodes(block["ops"])]


def _nodes(value: object) -> list[Node]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _places(value: object) -> list[int]:
    """The numbers of values: of one, or of a list."""
    found = [value] if isinstance(value, dict) else _nodes(value)
    return [place for each in found if isinstance(place := each.get("%"), int)]


def _value(place: int) -> str:
    return f"%{place}"


def _tensor_type(result: Node) -> tuple[tuple[int, ...], str]:
    """The shape and the element type of a value."""
    kind = result.get("TT")
    parts = kind.get("D") if isinstance(kind, dict) else None
    if not isinstance(parts, list) or len(parts) < 2 or not isinstance(parts[1], list):
        raise UnreadableFile("a parameter of the program has no shape")
    element = parts[0].get("#", "") if isinstance(parts[0], dict) else ""
    word = str(element).rpartition("t_")[2][:20]
    letters = word.rstrip("0123456789")
    dtype = f"{_TYPES[letters]}{word[len(letters) :]}" if letters in _TYPES else word
    return tuple(size for size in parts[1] if isinstance(size, int)), dtype


def _attributes(value: object) -> Iterator[tuple[str, Attribute]]:
    """Numbers and short strings, by name."""
    for each in _nodes(value):
        name, typed = each.get("N"), each.get("AT")
        content = typed.get("D") if isinstance(typed, dict) else None
        if isinstance(name, str) and isinstance(content, int | str):
            yield name, content[:100] if isinstance(content, str) else content
