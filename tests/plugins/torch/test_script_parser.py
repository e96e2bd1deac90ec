"""The parser of serialised TorchScript: forms, and text that nobody meant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnninspect_torch.script.classes import split_code
from rnninspect_torch.script.expressions import parse, tokens
from rnninspect_torch.script.statements import TooDeep, parse_body, parse_statement
from rnninspect_torch.script.syntax import (
    Assign,
    Attribute,
    Call,
    Evaluate,
    Expression,
    If,
    Index,
    Items,
    Literal,
    Loop,
    Name,
    Unknown,
)

X = Name("x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CONSTANTS.c0", Name("CONSTANTS.c0")),
        ("-1.5e-05", Literal(-1.5e-05)),
        ("9223372036854775807", Literal(2**63 - 1)),
        ("0.", Literal(0.0)),
        ("inf", Literal(float("inf"))),
        ("None", Literal(None)),
        ('"a \\"b\\", [\\303\\251\\n"', Literal('a "b", [Ã©\n')),
        ("(x)[0]", Index(X, Literal(0))),
        ("(x, )", Items("(", (X,))),
        ("[]", Items("[", ())),
        ("{x: 1}", Items("{", (X, Literal(1)))),
        ("(self).forward(x, )", Call(Attribute(Name("self"), "forward"), (X,), ("",))),
        ("torch.f(x, dtype=6)", Call(Name("torch.f"), (X, Literal(6)), ("", "dtype"))),
        ("annotate(List[Tensor], [])", None),
        ("x y", None),
        ("(x]", None),
        ("x +", None),
        ('"open', None),
        ("f(" * 100 + ")" * 100, None),
    ],
)
def test_expressions(text: str, expected: Expression | None) -> None:
    found = parse(tokens(text))
    if text.startswith("annotate"):
        assert found == Call(
            Name("annotate"),
            (Index(Name("List"), Name("Tensor")), Items("[", ())),
            ("", ""),
        )
    else:
        assert found == expected


def test_statements() -> None:
    assert parse_statement("a, b, = x") == Assign(("a", "b"), X, unpacks=True)
    assert parse_statement("self.h = x") == Assign(("self.h",), X, unpacks=False)
    assert parse_statement("a : Optional[Tuple[Tensor, Tensor]] = x") == Assign(
        ("a",), X, unpacks=False
    )
    assert parse_statement("return (x, )") == Evaluate(Items("(", (X,)), returns=True)
    assert parse_statement("a = x @ x") == Unknown(("a",))
    assert parse_statement("a == ") == Unknown(())


def test_blocks() -> None:
    body = parse_body(
        "    with x:\n"
        "      for t in range(3):\n"
        "        if x:\n"
        "          a = x\n"
        "        else:\n"
        "          pass\n"
        "    while x:\n"
        "      a = x\n"
    )
    (first, second) = body
    assert isinstance(first, Loop)
    assert (first.counter, first.over) == ("t", Literal(3))
    assert first.body == (
        If(X, (Assign(("a",), X, unpacks=False),), (Evaluate(None, returns=False),)),
    )
    assert second == Loop("", X, (Assign(("a",), X, unpacks=False),))


def test_deep_blocks_are_not_read() -> None:
    lines = [" " * at + "if x:" for at in range(100)]
    with pytest.raises(TooDeep):
        parse_body("\n".join(lines))


def test_functions_and_parameters() -> None:
    text = (
        "class A(Module):\n  w : Tensor\n  def f(self: __torch__.A,\n    x: Tensor,\n"
        "    s: Optional[Tensor]=None) -> Tuple[Tensor, Tensor]:\n    return x\n"
        "def g(x: Dict[str, Tensor]) -> Tensor:\n  return x\n"
    )
    classes, functions = split_code(text)
    method = classes["A"].methods["f"]
    assert [each.name for each in method.parameters] == ["self", "x", "s"]
    assert method.parameters[2].default == Literal(None)
    assert method.parameters[2].kind == Index(Name("Optional"), Name("Tensor"))
    assert method.body == (Evaluate(X, returns=True),)
    assert functions["g"].body == (Evaluate(X, returns=True),)
    assert classes["A"].fields == [("w", Name("Tensor"))]


PIECES = (
    *"()[]{},=: \n",
    *("x", "torch.f", "    ", '"', "\\", "0.", "-1", "if ", "else:", "for t in range(", "while "),
    *("with ", "return", "class A(B):", "def f(", ".g", "é"),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    parse(tokens(text))
    for line in text.splitlines():
        parse_statement(line)
    classes, functions = split_code(text)
    for found in (
        *(each for own in classes.values() for each in own.methods.values()),
        *functions.values(),
    ):
        assert isinstance(found.body, tuple)
        assert all(each.name is not None for each in found.parameters)
