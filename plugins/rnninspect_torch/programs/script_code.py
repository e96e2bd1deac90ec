"""The layers that the code of a TorchScript archive declares; it is never compiled or run."""

from __future__ import annotations

from rnninspect_torch.programs.records import ClassCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rnninspect_torch.programs.records import LayerCall
    from rnninspect_torch.programs.unrolled import UnrolledCell
    from rnninspect_torch.script.classes import Class

# A class with none of these words calls no recurrent operator, and is not parsed.
_CALLS = ("lstm(", "gru(", "rnn_tanh(", "rnn_relu(", "_cell(", "_dynamic(")
_CONSTANT = "CONSTANTS.c"
_DECLARED_BY_CALLS = {"mode", "num_layers", "bias", "bidirectional"}


def declared_by(found: Class) -> ClassCode:
    """What a class declares."""
    finals: dict[str, object] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for line in found.lines:
        name, separator, rest = line.partition(" : Final[")
        if separator:
            finals.update(_final(name, rest.partition("] = ")[2]))
        elif line.startswith("__") and " = [" in line:
            name, _, rest = line.partition(" = ")
            lists[name.strip("_")] = tuple(rest.split('"')[1::2])
    return ClassCode(
        finals,
        lists.get("parameters", ()),
        lists.get("buffers", ()),
        "training : bool" in found.lines,
        () if _says_all(finals, found.text) else tuple(_layer_calls(found.text)),
        _cells(found.text),
        bool(lists),
    )


def _final(name: str, text: str) -> Iterator[tuple[str, object]]:
    """The name and the value of a constant, if that is a single one."""
    if text in _WORDS:
        yield name, _WORDS[text]
        return
    value = _number_or_word(text)
    if value is None:
        from rnninspect_torch.script.expressions import literal  # noqa: PLC0415 - most are plain

        found = literal(text)
        if found is None:
            return
        value = found.value
    yield name, value


_WORDS = {"True": True, "False": False, "None": None}
_LONGEST = 20  # characters


def _number_or_word(text: str) -> object:
    """The value of `3`, `0.5` or `"LSTM"`; None for what must be parsed."""
    if len(text) >= _LONGEST or not text.isascii():
        return None
    if text.isdigit():
        return int(text)
    whole, _, fraction = text.partition(".")
    if whole.isdigit() and (fraction.isdigit() or not fraction):
        return float(text)
    inner = text[1:-1]
    is_word = text == f'"{inner}"' and inner.replace("_", "").isalnum()
    return inner if is_word else None


def _says_all(finals: Mapping[str, object], text: str) -> bool:
    """Whether the constants of a class say all that the calls in its code could say."""
    return _CONSTANT not in text and finals.keys() >= _DECLARED_BY_CALLS


def _layer_calls(text: str) -> Iterator[LayerCall]:
    if any(word in text for word in _CALLS):
        from rnninspect_torch.programs.layer_calls import layer_calls  # noqa: PLC0415 - few classes need it

        yield from layer_calls(text)


def _cells(text: str) -> tuple[UnrolledCell, ...]:
    if _CONSTANT not in text:
        return ()
    from rnninspect_torch.programs.unrolled import find_cells  # noqa: PLC0415 - few classes need it

    return find_cells(text)
