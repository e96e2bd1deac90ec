"""One network in four forms, made by hand: what differs is convention alone."""

from __future__ import annotations

from dataclasses import dataclass

from making.by_hand import ONE_BIAS, TWO_BIASES, layer, model, report, tensor
from rnninspect.cells import Role, Sizes
from rnninspect.comparison import Outline, outline
from rnninspect.model import Purpose, RecurrentLayer
from rnninspect.report import Report

WIDE, NARROW = Sizes(8, 16, directions=2), Sizes(32, 12)


@dataclass(frozen=True, slots=True)
class Form:
    """How a format writes a network down."""

    format: str
    framework: str
    convention: str
    roles: frozenset[Role]
    names: tuple[str, str]


FORMS = {
    "keras": Form("keras archive", "keras", "keras", ONE_BIAS, ("bidirectional", "lstm")),
    "saved_model": Form(
        "saved model", "keras", "keras", ONE_BIAS, ("model/bidirectional", "model/lstm")
    ),
    "onnx": Form("onnx", "onnx", "onnx", TWO_BIASES, ("/encoder/LSTM", "/decoder/LSTM")),
    "pytorch": Form("pytorch zip", "pytorch", "pytorch", TWO_BIASES, ("encoder", "decoder")),
}


def layers(form: Form) -> tuple[RecurrentLayer, RecurrentLayer]:
    """A bidirectional LSTM and a plain one above it."""
    wide, narrow = (
        layer("LSTM", sizes, form.roles, name)._replace(convention=form.convention)
        for sizes, name in zip((WIDE, NARROW), form.names, strict=True)
    )
    return wide._replace(kind="Bidirectional(LSTM)"), narrow


def inspected(form: Form, *made: RecurrentLayer, dense: int = 5) -> Report:
    """A report on the layers, between an embedding and a dense layer."""
    others = (tensor("embedding", (100, 8)), tensor("dense", (12, dense)), tensor("bias", (dense,)))
    saved = model(*(made or layers(form)), others=others)
    if form.framework == "onnx":
        states = tensor("initial_h", (2, 1, 16))._replace(purpose=Purpose.STATE)
        saved = saved._replace(tensors=(*saved.tensors, states))
    saved = saved._replace(format=form.format, framework=form.framework)
    return report(saved, f"model.{form.framework}")


def form_of(name: str) -> Outline:
    """The network in one of its forms."""
    return outline(inspected(FORMS[name]))
