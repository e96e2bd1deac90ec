"""Names of arrays as the search for layers reads them: parts separated by dots.

Dicts and archives of arrays have no common style: `lstm/kernel:0`, `enc_w_ih`, `rnn.weight_ih_l0`.
"""

from __future__ import annotations

from rnninspect.lean import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_UNNAMED = re.compile(r"arr_(\d+)$")  # of an argument of numpy.savez
_OUTPUT = re.compile(r":\d{1,3}$")  # of a variable of TensorFlow
# The ends of names for hidden-to-hidden weights: what is before them is a module.
_WORDS = ("W", "w", "weight", "weights")
_OF_STATE = tuple(f"_{word}{mark}hh" for word in _WORDS for mark in ("", "_"))
_ENDINGS = (*_OF_STATE, "_recurrent_kernel", "_recurrent_weight", "_recurrent_weights", "_Wh")
_MOST_DIGITS = 3  # of the number of a level


def dotted_names(names: Collection[str]) -> dict[str, str]:
    """Each name with dots between its parts; unchanged where two would become equal."""
    plain = {name: _dotted(name) for name in names}
    modules = sorted(set(_modules(plain.values())))
    if modules:
        plain = {name: _apart(text, modules) for name, text in plain.items()}
    return plain if len(set(plain.values())) == len(plain) else {name: name for name in names}


def _dotted(name: str) -> str:
    found = _UNNAMED.match(name) if name.startswith("arr_") else None
    if found:
        return found[1]
    return (_OUTPUT.sub("", name) if ":" in name else name).replace("/", ".")


def _modules(names: Collection[str]) -> Iterator[str]:
    """What is before the names for hidden-to-hidden weights."""
    for name in names:
        whole, _, level = name.removesuffix("_reverse").rpartition("_l")
        has_level = level.isdecimal() and len(level) <= _MOST_DIGITS and whole.endswith(_OF_STATE)
        text = whole if has_level else name
        ending = next(filter(text.endswith, _ENDINGS), "")
        module = text.removesuffix(ending)
        if ending and module and module[-1] not in "_.":
            yield module


def _apart(text: str, modules: Sequence[str]) -> str:
    """A name with a dot after the module that comes first in it, if no other dot follows."""
    last = text.rfind(".") + 1
    ends = [
        (at, at + len(module))
        for module in modules
        if (at := text.find(f"{module}_", max(last - len(module), 0))) >= 0
        and at + len(module) + 1 < len(text)
    ]
    if not ends:
        return text
    end = min(ends, key=lambda place: (place[0], -place[1]))[1]
    return f"{text[:end]}.{text[end + 1 :]}"
