"""Names of arrays as the search for layers reads them: parts separated by dots.

Dicts and archives of arrays have no common style: `lstm/kernel:0`, `enc_w_ih`, `rnn.weight_ih_l0`.
"""

from __future__ import annotations

from rnninspect.lean import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_UNNAMED = re.compile(r"arr_(\d+)$")  # of an argument of numpy.savez
_OUTPUT = re.compile(r":\d{1,3}$")  # of a variable of TensorFlow
# A name for hidden-to-hidden weights after an underscore: what is before it is a module.
_STATE = re.compile(
    r"(?P<module>.*[^_.])_(?:(?:[Ww]|weights?)_?hh(?:_l\d{1,3}(?:_reverse)?)?"
    r"|recurrent_(?:kernel|weights?)|Wh)$"
)


def dotted_names(names: Collection[str]) -> dict[str, str]:
    """Each name with dots between its parts; unchanged where two would become equal."""
    plain = {name: _dotted(name) for name in names}
    modules = sorted(set(_modules(plain.values())), key=len, reverse=True)
    if modules:
        starts = re.compile(rf"({'|'.join(map(re.escape, modules))})_(?=[^.]+$)")
        plain = {name: starts.sub(_apart, text, count=1) for name, text in plain.items()}
    return plain if len(set(plain.values())) == len(plain) else {name: name for name in names}


def _dotted(name: str) -> str:
    found = _UNNAMED.match(name) if name.startswith("arr_") else None
    if found:
        return found[1]
    return (_OUTPUT.sub("", name) if ":" in name else name).replace("/", ".")


def _modules(names: Collection[str]) -> Iterator[str]:
    for name in names:
        found = _STATE.match(name)
        if found:
            yield found["module"]


def _apart(found: re.Match[str]) -> str:
    return f"{found[1]}."
