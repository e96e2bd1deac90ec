"""What looks recurrent and has no entry in the table of signatures: named, never counted."""

from __future__ import annotations

import re
from collections import defaultdict

from rnninspect.plugin import Fact, Observation, plural
from rnninspect_torch.naming import clean, words_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rnninspect.plugin import StoredTensor
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


def look_alikes(
    entries: list[Entry],
    declared: dict[str, Declared],
    stored: Callable[[Entry], StoredTensor],
) -> Iterator[Observation]:
    """One observation, with its tensors, for each module whose tensors have telling names."""
    modules: dict[str, list[str]] = defaultdict(list)
    gates: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(lambda: defaultdict(dict))
    known = {entry.name: entry for entry in entries}
    names = list(known)
    hints = words_in(names, _HINTS)
    for name in names if hints else ():
        if any(hint in name for hint in hints) and (match := re.search(_TELLING, name)):
            modules[name[: match.start()]].append(name)
    for name in names:
        for path, leaf in _ends(name):
            short = leaf[-1:] in _GATES and len(leaf) <= _LONGEST
            if short and (found := re.match(_BY_GATE, leaf)):
                letter = found[1].upper() + found[2]
                gates[path][letter].setdefault(found[3], []).append(name)
    for path, letters in gates.items():
        if len(letters) > 1 and len(set.intersection(*map(set, letters.values()))) > 1:
            by_gate = (found for gates_of in letters.values() for found in gates_of.values())
            modules[path].extend(name for found_in in by_gate for name in found_in)
    held = _with_neighbours(modules, names)
    for path, found_in in list(modules.items())[:_MOST]:
        shown = ", ".join(found_in[:_SHOWN]) + (", …" if len(found_in) > _SHOWN else "")
        what = declared[path].path if path in declared else "a module"
        detail = f"{clean(path) or 'the model'}: {what} with {shown}"
        tensors = tuple(stored(known[name]) for name in held[path])
        yield Observation(Fact.POSSIBLE, detail, tensors=tensors)
    rest = [name for path in list(modules)[_MOST:] for name in held[path]]
    if rest:
        detail = f"and {plural(len(modules) - _MOST, 'more module')} of this kind"
        yield Observation(Fact.POSSIBLE, detail, tensors=tuple(stored(known[n]) for n in rest))


def _with_neighbours(
    modules: dict[str, list[str]], names: Iterable[str]
) -> dict[str, dict[str, None]]:
    """The names found in each module, and those of the other tensors that are directly in it."""
    held = {path: dict.fromkeys(found_in) for path, found_in in modules.items()}
    for name in names if held else ():
        path = name.rpartition(".")[0]
        if path in held:
            held[path][name] = None
    return held


def _ends(name: str) -> Iterator[tuple[str, str]]:
    """The name split at its last dot, and for `W_f.weight` at the one before."""
    path, _, leaf = name.rpartition(".")
    yield path, leaf
    if leaf in ("weight", "bias"):
        before, _, module = path.rpartition(".")
        yield before, module
