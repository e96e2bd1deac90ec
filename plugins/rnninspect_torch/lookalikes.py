"""What looks recurrent and has no entry in the table of signatures: named, never counted."""

from __future__ import annotations

import re
from collections import defaultdict

from rnninspect.plugin import Fact, Observation
from rnninspect_torch.naming import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect_torch.roots import Declared, Entry

_MOST = 50  # observations of one network
_SHOWN = 6  # names in one of them

# Words for "hidden to …" and "input to …", and the fused ones of torch.nn that did not fit.
_TELLING = re.compile(
    r"(?:^|[._])(h2h|x2h|h2o|i2h|h2g|recurrent_kernel|recurrent_weights?|[Ww](?:eight)?_?(?:hh|ih)"
    r"|state_linearity|hidden_to_hidden|_recurrent_kernel_)(?:$|[._])"
)
# One weight for each gate: W_f beside U_f, Wxf beside Whf, …
_BY_GATE = re.compile(r"^([WUVwu])_?([xh]?)_?(ifoc|[ifocgrzn])$")


def look_alikes(entries: Iterable[Entry], declared: dict[str, Declared]) -> Iterator[Observation]:
    """One observation for each module whose tensors, or whose class, have telling names."""
    modules: dict[str, list[str]] = defaultdict(list)
    gates: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for entry in entries:
        if match := _TELLING.search(entry.name):
            modules[entry.name[: match.start()]].append(entry.name)
        for path, leaf in _ends(entry.name):
            if found := _BY_GATE.match(leaf):
                gates[path][found[1].upper() + found[2]].add(found[3])
    for path, letters in gates.items():
        if len(letters) > 1 and len(set.intersection(*letters.values())) > 1:
            names = [f"{letter}_{gate}" for letter, found in letters.items() for gate in found]
            modules[path].extend(sorted(names))
    for path, names in list(modules.items())[:_MOST]:
        shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
        what = declared[path].path if path in declared else "a module"
        yield Observation(Fact.POSSIBLE, f"{clean(path) or 'the model'}: {what} with {shown}")


def _ends(name: str) -> Iterator[tuple[str, str]]:
    """The name split at its last dot, and for `W_f.weight` at the one before."""
    path, _, leaf = name.rpartition(".")
    yield path, leaf
    if leaf in ("weight", "bias"):
        before, _, module = path.rpartition(".")
        yield before, module
