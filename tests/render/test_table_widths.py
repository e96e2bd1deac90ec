"""Tables at every width: kinds are shown, labels are not cut, hidden columns are named."""

from __future__ import annotations

import pytest

from making.audits import held
from making.by_hand import TWO_BIASES, layer, model, report, reshaped
from making.reports import drawn, text_of
from rnninspect.cells import Role, Sizes
from rnninspect.comparison import compare, outline
from rnninspect.model import Fact, Observation, RecurrentLayer
from rnninspect.render import AUDIT, DIFF, EXPLANATION
from rnninspect.render.knowledge.explanation import Explanation
from rnninspect.render.report.columns import BY_NAME
from rnninspect.render.report.sentences import not_shown
from rnninspect.render.view import View
from rnninspect.render.widths import start_of, width_of
from rnninspect.report import Report

WIDTHS = (60, 80, 100, 120)
WIDE = ("編碼器", "디코더.순환층", "cafe\u0301", "🚀.rnn", "ｆｕｌｌ.ｗｉｄｔｈ", "한" * 60)
ALIKE = tuple(f"encoder.en_convs.{number}.intra_rnn.attention.gru" for number in (2, 3, 4))


def two_ways(kind: str = "LSTM", name: str = "rnn") -> RecurrentLayer:
    made = layer(kind, Sizes(257, 128, directions=2), name=name)
    return made._replace(kind=f"Bidirectional({kind})")


def tied() -> Report:
    first, second = layer(name="a"), layer(name="b")
    shared = second.operands[0]._replace(tensors=first.operands[0].tensors)
    return report(model(first, second._replace(operands=(shared, *second.operands[1:]))))


def projected() -> RecurrentLayer:
    roles = TWO_BIASES | {Role.PROJECTION, Role.PEEPHOLE}
    made = layer("LSTM", Sizes(1024, 2048, 512, directions=2), roles, "decoder.attention.lstm")
    return made._replace(kind="Bidirectional(LSTMP)")


def faulty() -> RecurrentLayer:
    made = layer(name="broken")
    for role, shape in ((Role.KERNEL, (7, 3)), (Role.RECURRENT_KERNEL, (2, 2, 2)), (Role.BIAS, ())):
        made = reshaped(made, role, shape)
    return made


REPORTS = {
    "bidirectional": report(model(two_ways(), two_ways("GRU", "other"))),
    "projected": report(model(projected())),
    "wide characters": report(model(*(layer(name=name) for name in WIDE))),
    "alike": report(model(*(layer(name=name) for name in ALIKE))),
    "tied": tied(),
    "faulty": report(model(faulty())),
}


def table_of(made: Report, view: View) -> list[str]:
    return text_of("table", [made], view).split("\n\n")[1].splitlines()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", REPORTS)
def test_a_table_fits_and_its_columns_are_straight(case: str, width: int) -> None:
    head, rule, *lines = table_of(REPORTS[case], View(width))
    assert max(map(width_of, (head, rule, *lines))) <= width
    stored = head.index("Stored") + len("Stored")  # the numbers of this column end here
    for line in lines:
        start = start_of(line, stored)
        if width_of(start) == stored:  # not a further line of a wrapped verdict
            assert start[-1].isdigit() or not start.strip()
            assert line[len(start) : len(start) + 2].strip() == ""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("kind", "short"),
    [
        ("Bidirectional(LSTM)", "BiLSTM"),
        ("Bidirectional(GRU)", "BiGRU"),
        ("Bidirectional(ConvLSTM2D)", "BiConvLSTM2D"),
        ("CuDNNLSTM", "CuDNNLSTM"),
    ],
)
def test_the_kind_is_shown_at_every_width(kind: str, short: str, width: int) -> None:
    made = layer(sizes=Sizes(2570, 1280, directions=2), name="encoder.recurrent.layer")
    head, _, first, *_ = table_of(report(model(made._replace(kind=kind))), View(width))
    assert "Kind" in head
    assert short in first.split()
    assert kind in text_of("json", [report(model(made._replace(kind=kind)))], View(width))


@pytest.mark.parametrize(
    ("kind", "short"),
    [
        ("LSTM (unrolled, 7 steps)", "LSTM (7 steps)"),
        ("LSTM (one step)", "LSTM (one step)"),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", "LSTM"),
        ("BIDIRECTIONAL_SEQUENCE_RNN", "BiRNN"),
        ("CIFG-LSTM (one step)", "CIFG-LSTM (step)"),
        ("LSTM with layer norm (loop)", "LSTM+norm (loop)"),
        ("LSTM with layer norm (one step)", "LSTM+norm (step)"),
    ],
)
def test_a_long_kind_keeps_its_cell_and_how_it_was_found(kind: str, short: str) -> None:
    made = report(model(layer(name="functional_1/while_loop")._replace(kind=kind)))
    _, _, narrow, *_ = table_of(made, View(80))
    assert f"  {short}  " in narrow
    _, _, wide, *_ = table_of(made, View(160))
    assert f"  {kind}  " in wide
    assert kind in text_of("markdown", [made], View(80))


def test_a_single_direction_is_shown_with_its_own_kind() -> None:
    """Keras' wrapper around two layers that differ: a row for each direction."""
    rows = [
        layer("LSTM", Sizes(3, 2), name="both/forward"),
        layer("GRU", Sizes(3, 4), name="both/backward"),
    ]
    made = report(model(*(row._replace(kind="Bidirectional(LSTM, GRU)") for row in rows)))
    _, _, forward, backward, *_ = table_of(made, View())
    assert (forward.split()[1], backward.split()[1]) == ("LSTM", "GRU")


def test_hidden_columns_are_named() -> None:
    made = REPORTS["bidirectional"]
    lines = text_of("table", [made], View(80)).splitlines()
    (said,) = [line for line in lines if line.startswith("not shown")]
    title = "Expected (= Stored)"
    assert said == f"not shown at 80 columns: {title}; COLUMNS=89 or --columns shows it"
    assert "not shown" not in text_of("table", [made], View(89))
    assert "not shown" in text_of("table", [made], View(88))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_names_of_hidden_columns_are_wrapped(width: int) -> None:
    said = not_shown(["Expected (= Stored)", *("Formula",) * 8], 200, width, "--columns")
    assert len(said) > 1
    assert max(map(width_of, said)) <= width
    assert " ".join(map(str.strip, said)).endswith("; COLUMNS=200 or --columns shows them")


@pytest.mark.parametrize("width", [30, *WIDTHS])
def test_sentences_below_a_table_are_wrapped(width: int) -> None:
    """At a width of 30 each of them is too long."""
    for made in (REPORTS["projected"], report(model())):
        _, _, *below = text_of("table", [made], View(width)).split("\n\n")
        said = [line for line in "\n".join(below).splitlines() if not line.startswith("note")]
        assert said
        assert max(map(width_of, said)) <= width
    assert "\n  " not in text_of("table", [report(model())], View(0))


def test_columns_chosen_by_name_are_never_hidden() -> None:
    view = View(20, (BY_NAME["layer"], BY_NAME["formula"], BY_NAME["bytes"]), chosen=True)
    text = text_of("table", [REPORTS["projected"]], view)
    assert "not shown" not in text
    assert table_of(REPORTS["projected"], view)[0].split() == ["Layer", "Formula", "Bytes"]


@pytest.mark.parametrize("width", WIDTHS)
def test_labels_are_not_cut(width: int) -> None:
    lines = table_of(REPORTS["tied"], View(width))
    for label in ("(shared, counted once)", "(everything else)", "(total)"):
        assert any(line.startswith(f"{label}  ") for line in lines)


def test_a_label_beside_a_number_widens_its_column() -> None:
    view = View(80, (BY_NAME["layer"], BY_NAME["stored"]), chosen=True)
    assert "(shared, counted once)     -24" in table_of(REPORTS["tied"], view)


@pytest.mark.parametrize("width", WIDTHS)
def test_names_stay_different(width: int) -> None:
    made = REPORTS["alike"]
    names = [line.split()[0] for line in table_of(made, View(width))[2:5]]
    assert len(set(names)) == 3
    assert all(f".{number}." in name for name, number in zip(names, (2, 3, 4), strict=True))


def test_many_rules_are_wrapped() -> None:
    lines = table_of(REPORTS["faulty"], View(60))
    assert max(map(len, lines)) <= 60
    assert any("R101" in line for line in lines)


@pytest.mark.parametrize("width", WIDTHS[1:])
@pytest.mark.parametrize("case", ["bidirectional", "wide characters", "alike", "tied"])
def test_other_tables_fit_too(case: str, width: int) -> None:
    made = REPORTS[case]
    comparison = compare(outline(made), outline(REPORTS["projected"]))
    texts = (
        drawn(EXPLANATION, "text", Explanation(made, made.layers), View(width)),
        drawn(DIFF, "table", comparison, View(width)),
        drawn(AUDIT, "table", held([made]), View(width, verbose=True)),
    )
    for text in texts:
        tables = [block for block in text.split("\n\n") if "\n---" in block]
        assert tables
        for table in tables:
            rule = next(line for line in table.splitlines() if line.startswith("---"))
            assert all(width_of(line) <= width_of(rule) <= width for line in table.splitlines())


def test_the_same_finding_in_many_places_is_shown_once() -> None:
    seen = Observation(Fact.CODE, "my_layers.Scale")
    placed = seen._replace(layer="one"), seen._replace(layer="two"), seen._replace(layer="two")
    for observations, said in (
        ((seen, seen), "warning R301 code-on-load: my_layers.Scale"),
        (placed, "warning R301 code-on-load: one, two: my_layers.Scale"),
        ((seen, *placed), "warning R301 code-on-load: one, two: my_layers.Scale"),
    ):
        lines = text_of("table", [report(model()._replace(observations=observations))], View())
        assert [line for line in lines.splitlines() if "R301" in line] == [said]
