"""What the tests share that draw configurations, build them with a framework and inspect the file.

`RNNINSPECT_EXAMPLES=5000 pytest tests/frameworks -k drawn` draws thousands, other ones each time.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings

from rnninspect import inspect_file
from rnninspect.cells import Role
from rnninspect.counter import bias_vectors, unique_tensors
from rnninspect.model import RecurrentLayer
from rnninspect.plugin import Judge
from rnninspect.report import Report
from rnninspect.verification.asking import question_on
from rnninspect.verification.child import ask
from rnninspect.verification.opinion import Bounds, Opinion, Outcome, weigh

IN_CI = 300
EXAMPLES = int(os.environ.get("RNNINSPECT_EXAMPLES", IN_CI))
drawn = settings(
    max_examples=EXAMPLES,
    derandomize=EXAMPLES == IN_CI,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@dataclass(frozen=True, slots=True, order=True)
class Truth:
    """One recurrent layer as the live module has it; `count` by the framework's own count."""

    cell: str
    input_size: int
    hidden_size: int
    directions: int
    biases: int
    count: int
    projection: int = 0
    peepholes: bool = False
    taps: tuple[int, ...] = ()
    level: int = 0
    dtype: str = "float32"
    shapes: tuple[tuple[int, ...], ...] = ()  # of its weights, sorted


def told(report: Report) -> list[Truth]:
    """The layers of a report in the same words."""
    return sorted(_truth(counted.layer, counted.expected) for counted in report.layers)


def _truth(layer: RecurrentLayer, expected: int) -> Truth:
    tensors = unique_tensors(layer)
    return Truth(
        cell=layer.cell,
        input_size=layer.sizes.input_size,
        hidden_size=layer.sizes.hidden_size,
        directions=layer.sizes.directions,
        biases=bias_vectors(layer),
        count=expected,
        projection=layer.sizes.projection_size or 0,
        peepholes=Role.PEEPHOLE in layer.roles,
        taps=layer.sizes.kernel_size,
        level=layer.stack.level if layer.stack else 0,
        dtype=" ".join(sorted({tensor.dtype for tensor in tensors})),
        shapes=tuple(sorted(tensor.shape for tensor in tensors)),
    )


def hold(path: Path, truths: list[Truth], total: int, *, levels: bool = True) -> Report:
    """Inspect the file; all layers, all counts and the total are the framework's, no error.

    Without `levels`, the order of a stack's cells is not asked for.
    """
    report = inspect_file(path)
    kept, due = told(report), sorted(truths)
    if not levels:
        kept, due = ([replace(truth, level=0) for truth in side] for side in (kept, due))
    assert sorted(kept) == sorted(due)
    stored = sorted(sum(map(math.prod, truth.shapes)) for truth in truths)
    assert sorted(counted.stored for counted in report.layers) == stored
    assert report.totals.parameters == total
    assert report.totals.attributed == report.totals.tensors
    assert not report.skipped
    assert [finding for finding in report.findings if finding.level == "error"] == []
    return report


def agree(judge: Judge, report: Report) -> None:
    """Ask the framework as `rnninspect verify --trust-file` does; every count is the same."""
    opinion = opinion_of(judge, report)
    assert opinion.verdict is Outcome.AGREE, opinion
    assert {row.verdict for row in opinion.rows} <= {Outcome.AGREE}, opinion


def opinion_of(judge: Judge, report: Report) -> Opinion:
    """The opinion of a framework that is loaded once for many files, here and not in a child."""
    given = ask(judge.module, question_on(report, Bounds(), trusted=True))
    return weigh(judge.name, report, given)
