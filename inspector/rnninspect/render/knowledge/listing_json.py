"""Rules, readers or cells as JSON; see SCHEMA_VERSION."""

from __future__ import annotations

from rnninspect.cells import OWN, Symbol
from rnninspect.cells.asking import asked_sizes
from rnninspect.cells.products import in_symbols, sum_in_symbols, term_of
from rnninspect.cells.spelling import equations
from rnninspect.render.knowledge.listings import usual_formula
from rnninspect.render.knowledge.rule_json import rule_json
from rnninspect.render.report.json import dump, heading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from rnninspect.cells import Cell
    from rnninspect.plugin import Convention, Framework, Reader
    from rnninspect.render.knowledge.listings import Catalogue
    from rnninspect.render.report.json import Json
    from rnninspect.render.view import View

# The sizes of gated cells, by their names in a layer of a report.
_GATED = {
    Symbol.INPUT: "input_size",
    Symbol.HIDDEN: "hidden_size",
    Symbol.PROJECTION: "projection_size",
    Symbol.TAPS: "kernel_size",
}


def render(catalogue: Catalogue, _: View) -> Iterator[str]:
    """One document; the things are in a list by the catalogue's name."""
    entry = _ENTRIES[catalogue.name]
    document = {**heading(), catalogue.name: [entry(thing) for thing in catalogue.things]}
    yield f"{dump(document)}\n"


def _reader(reader: Reader) -> Json:
    return {
        "name": reader.name,
        "summary": reader.summary,
        "suffixes": list(reader.suffixes),
        "implied_suffixes": list(reader.implied_suffixes),
        "frameworks": [_framework(each) for each in reader.frameworks()],
        "conventions": [_convention(each) for each in reader.conventions()],
    }


def _framework(framework: Framework) -> Json:
    judges = [{"name": judge.name, "extra": judge.extra} for judge in framework.judges]
    return {"name": framework.name, "label": framework.label, "judges": judges}


def _convention(convention: Convention) -> Json:
    return {
        "name": convention.name,
        "cell": convention.cell,
        "with_bias": sorted(role.value for role in convention.with_bias),
        "options": sorted(role.value for role in convention.options),
        "note": convention.note,
        "reset_after": convention.reset_after,
    }


def _cell(cell: Cell) -> Json:
    formula = in_symbols(cell, cell.usual()) if cell.symbols else usual_formula(cell)
    return {
        "name": cell.name,
        "family": cell.family,
        "summary": cell.summary,
        "known_as": list(cell.known_as),
        "gates": list(cell.gates),
        "sizes": list(_own_sizes(cell) if cell.symbols else _gated_sizes(cell)),
        "weights": [
            {
                "role": weight.role.value,
                "formula": term_of(weight.factors, str),
                "optional": weight.role not in cell.required(),
            }
            for weight in cell.weights
        ],
        "formula": formula,
        "state": sum_in_symbols(cell, cell.state) if cell.state else None,
        "equations": list(equations(cell)),
    }


def _own_sizes(cell: Cell) -> Iterator[Json]:
    for asked in asked_sizes(cell):
        names = [name.replace("-", "_") for name in asked.names]
        yield {"symbol": asked.symbol, "names": names, "meaning": asked.word}


def _gated_sizes(cell: Cell) -> Iterator[Json]:
    """The sizes in the formula of a gated cell; `r` is p where it is projected, else n."""
    factors = {factor for weight in cell.weights for factor in weight.factors}
    for symbol, name in _GATED.items():
        if symbol in factors or symbol is Symbol.INPUT:
            yield {"symbol": symbol.value, "names": [name], "meaning": name.replace("_", " ")}
    for own, meaning in OWN.items():
        if own in factors:
            yield {"symbol": own, "names": [own], "meaning": meaning}


_ENTRIES: dict[str, Callable[[Any], Json]] = {
    "rules": rule_json,
    "readers": _reader,
    "cells": _cell,
}
