"""What looks recurrent and has no entry in the table of signatures: named, never counted."""

from __future__ import annotations

import re
from collections import defaultdict

from rnninspect.plugin import Fact, Observation
from rnninspect_torch.naming import clean, words_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.roots import Declared, Entry

_MOST = 50  # observations of one network
_SHOWN = 6  # names in one of them

# Words for "hidden to …" and "input to …", and the fused ones of torch.nn that did not fit.
_TELLING = (
    r"(?:^|[._])(h2h|x2h|h2o|i2h|h2g|recurrent_kernel|recurrent_weights?|[Ww](?:eight)?_?(?:hh|ih)"
    r"|state_linearity|hidden_to_hidden|_recurrent_kernel_)(?:$|[._])"
)
_HINTS = ("2h", "h2", "recurrent_", "hh", "ih", "state_", "hidden_")  # one is in each of the words
# One weight for each gate: W_f beside U_f, Wxf beside Whf, …
_BY_GATE = r"^([WUVwu])_?([xh]?)_?(ifoc|[ifocgrzn])$"
_GATES = tuple("ifocgrzn")
_LONGEST = len("W_x_ifoc")


def look_alikes(entries: list[Entry], declared: dict[str, Declared]) -> Iterator[Observation]:
    """One observation for each module whose tensors, or whose class, have telling names."""
    modules: dict[str, list[str]] = defaultdict(list)
    gates: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    names = [entry.name for entry in entries]
    hints = words_in(names, _HINTS)
    for name in names if hints else ():
        if any(hint in name for hint in hints) and (match := re.search(_TELLING, name)):
            modules[name[: match.start()]].append(name)
    for name in names:
        for path, leaf in _ends(name):
            short = leaf[-1:] in _GATES and len(leaf) <= _LONGEST
            if short and (found := re.match(_BY_GATE, leaf)):
                gates[path][found[1].upper() + found[2]].add(found[3])
    for path, letters in gates.items():
        if len(letters) > 1 and len(set.intersection(*letters.values())) > 1:
            made = [f"{letter}_{gate}" for letter, found in letters.items() for gate in found]
            modules[path].extend(sorted(made))
    for path, found_in in list(modules.items())[:_MOST]:
        shown = ", ".join(found_in[:_SHOWN]) + (", …" if len(found_in) > _SHOWN else "")
        what = declared[path].path if path in declared else "a module"
        yield Observation(Fact.POSSIBLE, f"{clean(path) or 'the model'}: {what} with {shown}")


def _ends(name: str) -> Iterator[tuple[str, str]]:
    """The name split at its last dot, and for `W_f.weight` at the one before."""
    path, _, leaf = name.rpartition(".")
    yield path, leaf
    if leaf in ("weight", "bias"):
        before, _, module = path.rpartition(".")
        yield before, module
