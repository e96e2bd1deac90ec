"""Cells of Sonnet and Lingvo by their names, and cells that a checkpoint lists by number."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.tensorflow.bundles import VALUE, Shapes, write_by_name, write_with_graph
from rnninspect import inspect_file
from rnninspect.errors import RefusedFile
from rnninspect.report import Report
from rnninspect.source.limits import Limits

M, N, P = 3, 4, 2
GATED: Shapes = {
    f"{kind}{gate}": shape
    for gate in "zrh"
    for kind, shape in (("w", (M, N)), ("u", (N, N)), ("b", (N,)))
}
PEEPHOLES: Shapes = dict.fromkeys(("w_f_diag", "w_i_diag", "w_o_diag"), (N,))
# Names under a scope of any name -> class, cell, parameters by Sonnet's and Lingvo's own shapes.
LIBRARIES: dict[str, tuple[Shapes, str, str, int]] = {
    "Sonnet 1 LSTM": ({"w_gates": (M + N, 4 * N), "b_gates": (4 * N,)}, "snt.LSTM", "LSTM", 128),
    "Sonnet 1 LSTM with all": (
        {
            "w_gates": (M + P, 4 * N),
            "b_gates": (4 * N,),
            **PEEPHOLES,
            "w_h_projection": (N, P),
        },
        "snt.LSTM",
        "LSTM",
        4 * N * (M + P + 1) + 3 * N + N * P,
    ),
    "Sonnet 1 GRU": (GATED, "snt.GRU", "GRU", 96),
    "Sonnet 1 VanillaRNN": (
        {
            "in_to_hidden/w": (M, N),
            "in_to_hidden/b": (N,),
            "hidden_to_hidden/w": (N, N),
            "hidden_to_hidden/b": (N,),
        },
        "snt.VanillaRNN",
        "RNN",
        36,
    ),
    "Sonnet 2 LSTM": (
        {"w_i": (M, 4 * N), "w_h": (N, 4 * N), "b": (4 * N,)},
        "snt.LSTM",
        "LSTM",
        128,
    ),
    "Sonnet 2 LSTM with projection": (
        {"w_i": (M, 4 * N), "w_h": (P, 4 * N), "b": (4 * N,), "projection": (N, P)},
        "snt.LSTM",
        "LSTM",
        104,
    ),
    "Sonnet 2 GRU": ({"w_i": (M, 3 * N), "w_h": (N, 3 * N), "b": (3 * N,)}, "snt.GRU", "GRU", 96),
    "Sonnet 2 VanillaRNN": (
        {"input_to_hidden/w": (M, N), "hidden_to_hidden/w": (N, N), "b": (N,)},
        "snt.VanillaRNN",
        "RNN",
        32,
    ),
    "Sonnet 2 Conv2DLSTM": (
        {
            "input_to_hidden/w": (3, 3, M, 4 * N),
            "hidden_to_hidden/w": (3, 3, N, 4 * N),
            "b": (4 * N,),
        },
        "snt.Conv2DLSTM",
        "ConvLSTM2D",
        1024,
    ),
    "Lingvo": ({"wm/var": (M + N, 4 * N), "b/var": (4 * N,)}, "LSTMCellSimple", "LSTM", 128),
}
HEAD: Shapes = {"head/linear/w": (N, 16), "head/linear/b": (16,), "w_i": (5, 5)}


def errors(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings if finding.level == "error"]


def found(report: Report) -> list[tuple[str, str, str, int, int]]:
    return [
        (
            counted.layer.name,
            counted.layer.kind,
            counted.cell.name,
            counted.layer.sizes.input_size,
            counted.stored,
        )
        for counted in report.layers
    ]


@pytest.mark.parametrize("scope", ["lstm", "net/encoder", "gru/deep_rnn/lstm_1"])
@pytest.mark.parametrize("case", LIBRARIES)
def test_a_cell_of_a_library_by_its_names(tmp_path: Path, case: str, scope: str) -> None:
    names, kind, cell, stored = LIBRARIES[case]
    shapes = {f"{scope}/{name}": shape for name, shape in names.items()}
    report = inspect_file(write_by_name(tmp_path / "m.ckpt", shapes | HEAD))
    assert found(report) == [(scope, kind, cell, M, stored)]
    assert errors(report) == []


@pytest.mark.parametrize("case", [case for case in LIBRARIES if case.startswith("Sonnet 2")])
def test_a_cell_of_sonnet_2_by_its_attributes(tmp_path: Path, case: str) -> None:
    names, kind, cell, stored = LIBRARIES[case]
    shapes = {
        f"net/core/{'_' if name != 'b' else ''}{name}{VALUE}": shape
        for name, shape in names.items()
    }
    report = inspect_file(write_with_graph(tmp_path / "ck", shapes, []))
    assert found(report) == [("net/core", kind, cell, M, stored)]


@pytest.mark.parametrize(
    "shapes",
    [
        {"a/w_i": (3, 16), "a/w_h": (5, 16), "a/b": (16,)},  # 16 is not a multiple of 5
        {"a/w_i": (3, 16), "a/w_h": (4, 16)},
        {"a/in_to_hidden/w": (3, 4), "a/in_to_hidden/b": (4,)},
        {"a/wz": (3, 4), "a/uz": (4, 4), "a/bz": (4,)},
    ],
)
def test_names_without_the_shapes_or_the_others_are_not_a_cell(
    tmp_path: Path, shapes: Shapes
) -> None:
    assert found(inspect_file(write_by_name(tmp_path / "m.ckpt", shapes))) == []


def listed(folder: Path, *shapes: tuple[int, ...], place: str = "model/variables_") -> Path:
    keys = {f"{place}/{at}{VALUE}": shape for at, shape in enumerate(shapes)}
    return write_with_graph(folder / "ck", keys, [])


EMBEDDING, DENSE = (9, 4), ((5, 7), (7,))
LISTS: dict[str, tuple[tuple[tuple[int, ...], ...], list[tuple[str, int]]]] = {
    "GRU": (((4, 15), (5, 15), (2, 15)), [("GRU", 165)]),
    "GRU without reset_after": (((4, 15), (5, 15), (15,)), [("GRU", 150)]),
    "CuDNNGRU": (((4, 15), (5, 15), (30,)), [("CuDNNGRU", 165)]),
    "LSTM": (((4, 20), (5, 20), (20,)), [("LSTM", 200)]),
    "CuDNNLSTM": (((4, 20), (5, 20), (40,)), [("CuDNNLSTM", 220)]),
    "a stack": (
        ((4, 20), (5, 20), (20,), (5, 9), (3, 9), (9,)),
        [("LSTM", 200), ("GRU", 81)],
    ),
    "dense layers": (((4, 20), (20,), (20, 80), (80,)), []),
    "square matrices": (((5, 5), (5, 5), (5,)), []),
    "a bias of another width": (((4, 20), (6, 20), (20,)), []),
}


@pytest.mark.parametrize("shard", [True, False])
@pytest.mark.parametrize("case", LISTS)
def test_shapes_identify_a_cell_that_is_listed_by_number(
    tmp_path: Path, case: str, *, shard: bool
) -> None:
    shapes, cells = LISTS[case]
    index = listed(tmp_path, EMBEDDING, *shapes, *DENSE)
    if not shard:
        index.with_name("ck.data-00000-of-00001").unlink()
    report = inspect_file(index)
    assert [(kind, stored) for _, kind, _, _, stored in found(report)] == cells
    assert set(errors(report)) == (set() if shard else {"R204"})
    assert not any(finding.rule == "R405" for finding in report.findings)


@pytest.mark.parametrize("following", [DENSE, ()])
def test_two_matrices_of_a_cell_without_a_bias_are_noted(
    tmp_path: Path, following: tuple[tuple[int, ...], ...]
) -> None:
    report = inspect_file(listed(tmp_path, EMBEDDING, (4, 20), (5, 20), *following))
    assert found(report) == []
    (note,) = [finding.message for finding in report.findings if finding.rule == "R405"]
    assert "variables 1 and 2 have the shapes of an LSTM without a bias" in note
    assert report.totals.possible == 2


def test_gaps_between_numbers_part_a_cell(tmp_path: Path) -> None:
    shapes = {f"v/{at}{VALUE}": shape for at, shape in ((1, (4, 20)), (3, (5, 20)), (4, (20,)))}
    assert found(inspect_file(write_with_graph(tmp_path / "ck", shapes, []))) == []


def test_more_listed_cells_than_the_limit_are_refused(tmp_path: Path) -> None:
    index = listed(tmp_path, *[(4, 20), (5, 20)] * 7)
    assert inspect_file(index, Limits(recurrent=4)).totals.possible == 14
    with pytest.raises(RefusedFile, match="recurrent=3"):
        inspect_file(index, Limits(recurrent=3))
