"""The words that completion offers for an argument or an option."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer  # noqa: TC002 - typer reads the annotation at run time

from rnninspect.cells import every_cell
from rnninspect.errors import RnnInspectError
from rnninspect.inspection import inspect_file
from rnninspect.policy import amounts
from rnninspect.policy.amounts import NEVER
from rnninspect.render.report.columns import BY_NAME
from rnninspect.rules import RULES, Level
from rnninspect.source.limits import Limits
from rnninspect.source.locations import is_remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rnninspect.counter import LayerCount
    from rnninspect.report import Report

LEVELS = (*(level.value for level in Level), NEVER)
MOST_LAYERS = 200  # that completion offers: more are no help
# A file is inspected while somebody waits for a key: about a tenth of what a call may do.
LIMITS = Limits(steps=300_000, opcodes=300_000, nodes=200_000, tensors=20_000)
# A shell puts the word on its command line as it is, so a file may name nothing but plain words.
PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./:@+=,\[\]-]{0,199}")


def levels() -> list[str]:
    """The levels from which a call fails."""
    return list(LEVELS)


def cells() -> list[str]:
    """The names of cells, those of several words with hyphens, which `cell_named` accepts."""
    return [re.sub(r"[\s,]+", "-", name) for name in every_cell()]


def rules() -> list[tuple[str, str]]:
    """Codes and names of rules, each with what the rule finds."""
    return [(word, rule.summary) for rule in RULES.values() for word in (rule.code, rule.name)]


def columns(incomplete: str) -> list[str]:
    """Lists of columns, each one column longer than what is written before the last comma."""
    return _continued(incomplete, BY_NAME)


def limits() -> list[str]:
    """The names of limits, ready for a value."""
    return [f"{name}=" for name in Limits._fields]


def of_key(read: Callable[[object], Any]) -> Callable[..., list[str]] | None:
    """What completes the value of a key of the policy that this function reads, if anything can."""
    known: dict[object, Callable[..., list[str]]] = {
        amounts.cells: _cell_lists,
        amounts.codes: _code_lists,
        amounts.level: levels,
    }
    return known.get(read)


def layers(ctx: typer.Context) -> list[str]:
    """The layers of the model that the command line names before; none if it cannot be read soon.

    Nothing is fetched for it: of a remote model no layer is offered.
    """
    path = str(ctx.params.get("model") or "-")
    if path == "-" or is_remote(path):
        return []
    try:
        names = every_name(inspect_file(Path(path).expanduser(), LIMITS))
    except (RnnInspectError, RuntimeError):  # a home that is not known is a RuntimeError
        return []
    return [name for name in names if PLAIN.fullmatch(name)][:MOST_LAYERS]


def every_name(report: Report) -> list[str]:
    """The names of layers and stacks by which `explain` finds them, each once."""
    names = (name for counted in report.layers for name in names_of(counted))
    return list(dict.fromkeys(names))


def names_of(counted: LayerCount) -> list[str]:
    """The names by which one layer is found: its own, that in the file, and its stack's."""
    layer = counted.layer
    names = (layer.name, layer.original_name, layer.stack.name if layer.stack else None)
    return [name for name in names if name]


def _cell_lists(incomplete: str) -> list[str]:
    return _continued(incomplete, cells())


def _code_lists(incomplete: str) -> list[str]:
    return _continued(incomplete, RULES)


def _continued(incomplete: str, known: Iterable[str]) -> list[str]:
    """A list with commas, continued by each known word that it does not have yet."""
    before, comma, _ = incomplete.rpartition(",")
    return [f"{before}{comma}{word}" for word in known if word not in before.split(",")]
