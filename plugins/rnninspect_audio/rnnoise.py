"""RNNoise's text files (rnnoise-nu, and the filter `arnndn` of FFmpeg): sizes and numbers.

A line with the version, then six layers in a fixed order. Each begins with its inputs, its neurons
and its activation; numbers follow, each the weight times 256.
"""

from __future__ import annotations

from rnninspect.plugin import (
    Fact,
    Limit,
    Observation,
    Operand,
    Origin,
    RecurrentLayer,
    Role,
    SavedModel,
    Sizes,
    Slot,
    StoredTensor,
    Symbol,
    UnreadableFile,
    parsing,
    plural,
)
from rnninspect_audio.framework import RNNOISE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Axis, Source

_LARGEST = 4 << 20  # bytes: three times the text of a model whose layers all have 128 neurons
_MOST_NEURONS = 128  # of a layer that RNNoise loads
_TOKENS_IN_A_STEP = 8
_LAYERS = (
    *(("input_dense", False), ("vad_gru", True), ("noise_gru", True), ("denoise_gru", True)),
    *(("denoise_output", False), ("vad_output", False)),
)
_ROWS: Axis = (Symbol.GATES, Symbol.HIDDEN)
_WEIGHTS: tuple[tuple[str, Role, tuple[Axis, ...]], ...] = (
    ("input_weights", Role.KERNEL, ((Symbol.INPUT,), _ROWS)),
    ("recurrent_weights", Role.RECURRENT_KERNEL, ((Symbol.HIDDEN,), _ROWS)),
    ("bias", Role.BIAS, (_ROWS,)),
)


def describe(source: Source) -> SavedModel:
    """Describe a file.

    Raises:
        UnreadableFile: it is truncated, has another version, or something that is no number.
        RefusedFile: a limit is exceeded.
    """
    with parsing("RNNoise model"):
        return _Text(source).model()


class _Text:
    """The numbers of a file, one after the other."""

    def __init__(self, source: Source) -> None:
        text = source.head(_LARGEST)
        line, _, rest = text.partition(b"\n")
        version = line.rpartition(b" ")[2].strip()
        if version != b"1":
            shown = version.decode("latin-1")[:20]
            raise UnreadableFile(f"unsupported version {shown} of RNNoise's text format")
        self.tokens = rest.split()
        source.spend(Limit.STEPS, len(self.tokens) // _TOKENS_IN_A_STEP)
        self.more = source.size > len(text)
        self.at = 0
        self.tensors: list[StoredTensor] = []

    def model(self) -> SavedModel:
        """All layers, each of which is stored in full."""
        layers = tuple(
            layer for name, recurrent in _LAYERS if (layer := self._layer(name, recurrent))
        )
        notes: tuple[Observation, ...] = ()
        trailing = len(self.tokens) - self.at
        if trailing or self.more:
            detail = "more numbers after the last layer"
            if not self.more:
                detail = f"{plural(trailing, 'number')} after the last layer"
            notes = (Observation(Fact.UNUSUAL, detail),)
        return SavedModel(
            format="rnnoise text",
            framework=RNNOISE,
            producer="",
            layers=layers,
            tensors=tuple(self.tensors),
            observations=notes,
        )

    def _layer(self, name: str, recurrent: bool) -> RecurrentLayer | None:  # noqa: FBT001 - of a table
        inputs, neurons = self._number(f"{name}: inputs", 1), self._number(f"{name}: neurons", 1)
        self._number(f"{name}: activation", 0)
        if not recurrent:
            self._array(f"{name}/input_weights", (inputs, neurons))
            self._array(f"{name}/bias", (neurons,))
            return None
        shapes = ((inputs, 3 * neurons), (neurons, 3 * neurons), (3 * neurons,))
        return RecurrentLayer(
            name=name,
            kind="GRU",
            cell="GRU",
            sizes=Sizes(inputs, neurons),
            origin=Origin.DECLARED,
            convention=RNNOISE,
            roles=frozenset(role for _, role, _ in _WEIGHTS),
            operands=tuple(
                Operand(
                    name=f"{name}/{word}",
                    slots=(Slot(0, role),),
                    axes=axes,
                    shape=shape,
                    tensors=(self._array(f"{name}/{word}", shape),),
                )
                for (word, role, axes), shape in zip(_WEIGHTS, shapes, strict=True)
            ),
            gate_order="zrg",
        )

    def _number(self, what: str, least: int) -> int:
        (token,) = self._take(1, what)
        value = int(token) if token.isdigit() and len(token) < 10 else -1
        if not least <= value <= _MOST_NEURONS:
            shown = token[:20].decode("latin-1")
            raise UnreadableFile(f"{what}: {shown!r} is not from {least} to {_MOST_NEURONS}")
        return value

    def _array(self, name: str, shape: tuple[int, ...]) -> StoredTensor:
        count = shape[0] * shape[-1] if len(shape) > 1 else shape[0]
        tokens = self._take(count, name)
        wrong = next((token for token in tokens if not token.lstrip(b"-").isdigit()), None)
        if wrong is not None:
            raise UnreadableFile(f"{name}: {wrong[:20].decode('latin-1')!r} is no number")
        size = sum(map(len, tokens)) + count
        tensor = StoredTensor(name, shape, "int8", size, name)
        self.tensors.append(tensor)
        return tensor

    def _take(self, count: int, what: str) -> list[bytes]:
        tokens = self.tokens[self.at : self.at + count]
        if len(tokens) < count:
            raise UnreadableFile(f"truncated: {what} needs {plural(count, 'number')}")
        self.at += count
        return tokens
