"""Other ways to write the kernels and biases of a cell, for `explain`."""

from __future__ import annotations

from rnninspect.cells import BIASES, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from rnninspect.cells import Cell, Role, Sizes


def groupings(cell: Cell, roles: Collection[Role], sizes: Sizes) -> tuple[str, str]:
    """Two other ways to write one direction's kernels and biases.

    By gate, `g × [n(n + m) + n]`, and as one matrix W of g·n rows over input and state.
    """
    gates, hidden, inputs, state = (
        len(cell.gates),
        sizes.hidden_size,
        sizes.input_size,
        sizes.fed_back,
    )
    vectors = len(BIASES & set(roles))
    taps = sizes.value(Symbol.TAPS, gates)
    bias, bias_number = {
        0: ("", ""),
        1: (" + n", f" + {hidden}"),
        2: (" + 2n", f" + 2·{hidden}"),
    }[vectors]
    tap, tap_number = ("k·", f"{taps}·") if sizes.kernel_size else ("", "")
    letter = "n" if sizes.projection_size is None else "p"
    kernels = gates * taps * hidden * (state + inputs)
    by_gate = (
        f"{gates} × [{tap}n({letter} + m){bias}]"
        f" = {gates} × [{tap_number}{hidden}({state} + {inputs}){bias_number}]"
        f" = {kernels + gates * vectors * hidden:,}"
    )
    joined = (
        f"W of {tap}{gates}n × (m + {letter})"
        f" = {tap_number}{gates * hidden} × {inputs + state} = {kernels:,}"
    )
    return by_gate, joined
