"""What many models are together: a fold over their rows, whose size does not grow with them."""

from __future__ import annotations

from bisect import insort
from collections import Counter

from rnninspect.rows.schema import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    from rnninspect.rows.schema import Row, Value

    Entry = TypeVar("Entry", tuple[str, str], tuple[int, str])

MOST_NAMED = 10  # models with a fault, and those that cannot be read
MOST_LARGEST = 5
UNKNOWN = "(unreadable)"  # the format of a model that cannot be read
SUMS = ("file_bytes", "parameters", "recurrent", "layer_count")


class Part:
    """The models of one format: how many of each verdict, and the sums of some columns."""

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self.sums: Counter[str] = Counter()

    @property
    def models(self) -> int:
        """How many there are."""
        return self.verdicts.total()

    def add(self, model: Row) -> None:
        """Count one model."""
        self.verdicts[str(model["verdict"])] += 1
        for name in SUMS:
            self.sums[name] += _number(model[name])


class Summary:
    """What is said of all models of a scan, in whichever order their rows come.

    Attributes:
        total: all models.
        parts: those of each format.
        rules: in how many models each rule is broken, notes included.
        largest: parameters and path of the largest ones, the largest first.
        faults: path and finding of models whose verdict is `error`, the first by their paths.
        unreadable: path and reason of models that cannot be read, likewise.
    """

    def __init__(self, models: Iterable[Row] = ()) -> None:
        self.total = Part()
        self.parts: dict[str, Part] = {}
        self.rules: Counter[str] = Counter()
        self.faults: list[tuple[str, str]] = []
        self.unreadable: list[tuple[str, str]] = []
        self._largest: list[tuple[int, str]] = []  # the number is negative
        for model in models:
            self.add(model)

    @property
    def largest(self) -> list[tuple[int, str]]:
        """Parameters and path; equal ones by path."""
        return [(-size, path) for size, path in self._largest]

    def add(self, model: Row) -> None:
        """Take in the row of one more model."""
        self.total.add(model)
        self.parts.setdefault(str(model["format"] or UNKNOWN), Part()).add(model)
        rules = model["rules"]
        self.rules.update(map(str, rules) if isinstance(rules, list) else ())
        path, verdict = str(model["path"]), model["verdict"]
        if verdict == Verdict.UNREADABLE:
            _keep(self.unreadable, (path, str(model["reason"])), MOST_NAMED)
            return
        if verdict == Verdict.ERROR:
            _keep(self.faults, (path, str(model["fault"])), MOST_NAMED)
        _keep(self._largest, (-_number(model["parameters"]), path), MOST_LARGEST)


def _keep(kept: list[Entry], entry: Entry, most: int) -> None:
    """Put an entry into a sorted list that has no more than the smallest ones."""
    insort(kept, entry)
    del kept[most:]


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0
