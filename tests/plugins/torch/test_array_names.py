"""Names of arrays with dots between their parts, compared with the patterns that describe them."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from rnninspect_torch.arrays.names import _modules, dotted_names

# A name for hidden-to-hidden weights after an underscore: what is before it is a module.
STATE = re.compile(
    r"(?P<module>.*[^_.])_(?:(?:[Ww]|weights?)_?hh(?:_l\d{1,3}(?:_reverse)?)?"
    r"|recurrent_(?:kernel|weights?)|Wh)$"
)
PARTS = (
    *("enc", "dec", "a", "ab", "_", ".", "/", "_l", "_l0", "_l1234", "_reverse", "w", "W"),
    *("weight", "weights", "_hh", "hh", "_ih", "_Wh", "_recurrent_kernel", "_recurrent_weights"),
)
NAMES = st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map("".join)


def by_patterns(names: list[str]) -> dict[str, str]:
    plain = {name: name.replace("/", ".") for name in names}
    found = [match["module"] for match in map(STATE.match, plain.values()) if match]
    modules = "|".join(map(re.escape, sorted(set(found), key=len, reverse=True)))
    if modules:
        starts = re.compile(rf"({modules})_(?=[^.]+$)")
        plain = {name: starts.sub(r"\1.", text, count=1) for name, text in plain.items()}
    return plain if len(set(plain.values())) == len(plain) else {name: name for name in names}


@given(st.lists(NAMES, min_size=1, max_size=6, unique=True))
@settings(max_examples=500)
def test_a_module_is_what_is_before_a_name_for_weights_of_the_state(names: list[str]) -> None:
    assert list(_modules(names)) == [m["module"] for m in map(STATE.match, names) if m]
    assert dotted_names(names) == by_patterns(names)


def test_unnamed_arrays_and_outputs_have_their_own_forms() -> None:
    assert dotted_names(["arr_0", "arr_x", "lstm/kernel:0", "a:1234"]) == {
        "arr_0": "0",
        "arr_x": "arr_x",
        "lstm/kernel:0": "lstm.kernel",
        "a:1234": "a:1234",
    }
