"""What the ONNX reader and the command report for a file, in the parts that tests compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from making.described import model_of
from rnninspect import inspect_file
from rnninspect.report import Report
from rnninspect.rules import Level
from rnninspect.source.source import open_source
from rnninspect_onnx import OnnxReader

if TYPE_CHECKING:
    from pathlib import Path

    from rnninspect.model import RecurrentLayer, SavedModel
    from rnninspect.source.limits import Limits


def read(path: Path, limits: Limits | None = None) -> SavedModel:
    """The ONNX reader's description of a file."""
    with open_source(path, limits) as source:
        return model_of(OnnxReader(), source)


def only(read_model: SavedModel) -> RecurrentLayer:
    """The one layer of a model."""
    assert len(read_model.layers) == 1
    return read_model.layers[0]


def report(path: Path) -> Report:
    """The report that the command prints."""
    return inspect_file(path)


def errors(of: Report) -> set[str]:
    """The codes of the rules that are broken at level error."""
    return {finding.rule for finding in of.findings if finding.level is Level.ERROR}


def counts(of: Report) -> list[tuple[str, int, int]]:
    """Name, expected and stored parameters of each layer."""
    return [(layer.layer.name, layer.expected, layer.stored) for layer in of.layers]
