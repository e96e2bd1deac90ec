"""The layers of a report on a page: where the parameters are, and the arithmetic of each."""

from __future__ import annotations

from itertools import groupby

from rnninspect.cells import BIASES, Role
from rnninspect.model import Fate
from rnninspect.record import Record
from rnninspect.render.escape import shorten
from rnninspect.render.knowledge.arithmetic import (
    HEADS,
    TENSOR,
    description,
    results,
    step,
    weights,
)
from rnninspect.render.names import shared_beginning
from rnninspect.render.page.bars import Bar, Segment, joined
from rnninspect.render.page.markup import element, join, linked
from rnninspect.render.page.table import Line, table
from rnninspect.render.report.columns import verdict_in_words
from rnninspect.render.report.folding import LEAST, name_of_all
from rnninspect.wording.order import without_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.counter import LayerCount, OperandCount
    from rnninspect.render.knowledge.arithmetic import Labelled
    from rnninspect.render.page.markup import Markup
    from rnninspect.report import Report

LONGEST_NAME, MOST_BARS, MOST_DETAILS = 120, 60, 200
_NUMBERS, _DIRECTION = ("D", "Expected", "Stored"), HEADS.index("D")


class Group(Record):
    """Layers that differ only in the numbers in their names; mostly it is one.

    Attributes:
        anchor: where its arithmetic is on the page; empty where nothing links to it.
        members: its layers, in order.
    """

    anchor: str
    members: tuple[LayerCount, ...]

    @property
    def name(self) -> str:
        """The layer's name, or that of all."""
        names = [counted.layer.name for counted in self.members]
        return names[0] if len(names) == 1 else name_of_all(names)

    @property
    def first(self) -> LayerCount:
        """The layer that is shown for all."""
        return self.members[0]


def groups_of(report: Report, prefix: str) -> list[Group]:
    """The layers, equal ones together where the table folds them.

    `prefix` begins each anchor; without it there are none.
    """
    alike: dict[object, list[LayerCount]] = {}
    for counted in report.layers:
        alike.setdefault(_key(report, counted), []).append(counted)
    parts: list[tuple[LayerCount, ...]] = []
    for members in alike.values():
        folded = len(members) >= LEAST
        parts.extend([tuple(members)] if folded else [(member,) for member in members])
    place = {counted.layer.name: at for at, counted in enumerate(report.layers)}
    parts.sort(key=lambda part: place[part[0].layer.name])
    anchors = (f"{prefix}-{number}" if prefix else "" for number in range(1, len(parts) + 1))
    return [Group(anchor, part) for anchor, part in zip(anchors, parts, strict=True)]


def _key(report: Report, counted: LayerCount) -> object:
    layer = counted.layer
    if layer.stack is not None:
        return layer.name
    sizes = (layer.sizes, layer.roles, counted.stored, counted.bytes, counted.expected)
    verdict = verdict_in_words(report, counted)
    return without_numbers(layer.name), layer.kind, layer.convention, sizes, verdict


def picture_of(report: Report, groups: Sequence[Group]) -> Markup:
    """A bar for each group of layers, the rest of the layers if there are many, and all else."""
    heaviest = sorted(groups, key=lambda group: -_stored(group))[:MOST_BARS]
    kept = set(map(id, heaviest))
    bars = [_bar(report, group) for group in groups if id(group) in kept]
    others = [group for group in groups if id(group) not in kept]
    if others:
        name = f"{sum(len(group.members) for group in others):,} smaller layers"
        bars.append(_plain(name, "other", sum(map(_stored, others))))
    if report.totals.other:
        bars.append(_plain("everything else", "rest", report.totals.other))
    return joined(bars, "Parameters of each layer, by weight; all bars have one scale.")


def class_of(verdict: str) -> str:
    """The class by which a page colours a verdict in words; the state `computed` is sound."""
    word = verdict.partition(" ")[0]
    return {"ok": "ok", "computed": "ok", "warn": "noted"}.get(word, "failed")


def _stored(group: Group) -> int:
    return sum(counted.stored for counted in group.members)


def _plain(name: str, kind: str, amount: int) -> Bar:
    return Bar(join((name,)), (Segment(name, kind, amount),), f"{amount:,}")


def _bar(report: Report, group: Group) -> Bar:
    counted, number = group.first, len(group.members)
    whole = group.name if len(group.name) > LONGEST_NAME else None
    name = linked(group.anchor, shorten(group.name, LONGEST_NAME), whole)
    level = counted.layer.stack is not None and counted.layer.stack.level > 0
    amount = f"{_stored(group):,}"
    if not report.verdict(counted).sound:
        words = verdict_in_words(report, counted)
        amount = element("span", f"{amount} {words}", class_=class_of(words))
    return Bar(name, tuple(_segments(counted, number)), amount, level)


def _segments(counted: LayerCount, number: int) -> Iterator[Segment]:
    """What each role is stored in; a tensor that fills several slots is named by the first."""
    by_role = groupby(counted.operands, key=lambda each: each.operand.slots[0].role)
    for role, operands in by_role:
        parts = list(operands)
        amount = number * sum(operand.parameters for operand in parts)
        kind = "fault" if any(map(_differs, parts)) else _kind(role)
        yield Segment(role.replace("_", " "), kind, amount)


def _differs(counted: OperandCount) -> bool:
    """Whether a weight contradicts the formula by its shape or by its elements."""
    shapes = (counted.operand.shape, counted.expected_shape)
    return counted.parameters != counted.expected or (None not in shapes and shapes[0] != shapes[1])


def _kind(role: Role) -> str:
    if role in BIASES:
        return "bias"
    return {Role.KERNEL: "kernel", Role.RECURRENT_KERNEL: "recurrent"}.get(role, "other")


def details_of(report: Report, groups: Sequence[Group]) -> Iterator[Markup]:
    """A part that opens for each group, with the arithmetic of its first layer."""
    steps: dict[tuple[Labelled, ...], str] = {}
    for group in groups[:MOST_DETAILS]:
        yield _details(report, group, steps)
    more = len(groups) - MOST_DETAILS
    if more > 0:
        yield element("p", f"{more:,} more; `rnninspect explain MODEL` shows each of them.")


def _details(report: Report, group: Group, steps: dict[tuple[Labelled, ...], str]) -> Markup:
    counted = group.first
    verdict = verdict_in_words(report, counted)
    word = element("span", verdict, class_=class_of(verdict))
    name = element("strong", shorten(group.name, LONGEST_NAME))
    head = join((name, ": ", counted.layer.kind, ", ", _stored(group), " parameters, ", word))
    kind = tuple(step(counted))
    first = steps.setdefault(kind, group.name)
    about = [*description(counted), *(kind if first == group.name else _as_in(first))]
    body = (_facts(about), _weights(report, counted), _facts(results(report, counted)))
    return element(
        "details", element("summary", head), element("div", *body), id=group.anchor or None
    )


def _as_in(name: str) -> tuple[Labelled]:
    return (("step", f"as in {shorten(name, LONGEST_NAME)}"),)


def _facts(facts: Iterable[Labelled]) -> Markup:
    """A list of labels with their texts; a text without a label goes on below the last one."""
    parts: list[Markup] = []
    for label, words in facts:
        if label:
            parts.append(element("dt", label))
        parts.append(element("dd", words))
    return element("dl", *parts, class_="facts")


def _weights(report: Report, counted: LayerCount) -> Markup:
    grid = list(weights(counted))
    name = shorten(counted.layer.name, LONGEST_NAME)
    stored = [str(row[TENSOR]) for row in grid if row[TENSOR] != Fate.ABSENT.value]
    shared = shared_beginning(stored) if stored else ""
    for row in grid:
        row[TENSOR] = shorten(str(row[TENSOR]).removeprefix(shared), LONGEST_NAME)
    caption = f"Weights of {name} in {shorten(report.path, LONGEST_NAME)}"
    kept = [at for at in range(len(HEADS)) if at != _DIRECTION or _is_both_ways(counted)]
    drawn = table(
        [HEADS[at] for at in kept],
        [Line([row[at] for at in kept]) for row in grid],
        caption=caption,
        numbers=[place for place, at in enumerate(kept) if HEADS[at] in _NUMBERS],
    )
    return join((element("p", f"Tensors of {shared}") if shared else None, drawn))


def _is_both_ways(counted: LayerCount) -> bool:
    return counted.layer.sizes.directions > 1
