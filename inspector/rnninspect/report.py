"""The report on one file: frozen values, no reading and no writing."""

from __future__ import annotations

from rnninspect.counter import never_trained
from rnninspect.lean import cached_property
from rnninspect.model import Fact, Fate, Purpose, Search, Searched
from rnninspect.record import Record
from rnninspect.rules import Finding, Level
from rnninspect.stored.tensor import plain_sums, single

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.counter import LayerCount
    from rnninspect.model import Observation, SavedModel, SkippedLayer, StoredTensor
    from rnninspect.source.hashing import FileHash
    from rnninspect.source.totals import DeclaredTotals
    from rnninspect.source.traffic import Traffic

# A field of the JSON report that changes its name or its meaning raises it; a new field does not.
SCHEMA_VERSION = 1
NOT_PARAMETERS = (Purpose.OPTIMIZER, Purpose.STATE, Purpose.CONSTANT, Purpose.QUANTISATION)


class Totals(Record):
    """Sums over the stored tensors of a file, each counted once.

    Attributes:
        parameters: elements of the model's tensors.
        recurrent: those that belong to a recurrent layer of the report.
        bytes: stored bytes of the parameters.
        not_parameters: elements that are kept for something else, by purpose.
        copies: elements of a second copy of the network (EMA, SWA).
        tensors: the number of tensors that are parameters.
        skipped: how many of them belong to skipped layers.
        possible: how many of the others belong to possible recurrent cells.
        buffers: of the parameters those that are never trained.
        declared: what the file says that it has in all.
        state: elements that one sequence keeps between steps in all layers, each row of the report
            once; None where that of a layer is not known.
        state_bytes: bytes of that state in the types of the layers' weights.
    """

    parameters: int
    recurrent: int
    bytes: int
    not_parameters: dict[str, int]
    copies: int
    tensors: int
    skipped: int
    possible: int
    buffers: int = 0
    declared: DeclaredTotals | None = None
    state: int | None = 0
    state_bytes: int | None = 0

    @property
    def trained(self) -> int:
        """Parameters without buffers."""
        return self.parameters - self.buffers

    @property
    def other(self) -> int:
        """Parameters outside the recurrent layers."""
        return self.parameters - self.recurrent

    @property
    def attributed(self) -> int:
        """How many of the tensors are understood: the field's name in JSON."""
        return self.tensors - self.skipped - self.possible


class Findings(tuple["Finding", ...]):  # noqa: SLOT001 - the index is kept in its dict
    """Findings in the order in which they are shown, and again by layer."""

    @cached_property
    def by_layer(self) -> dict[str | None, list[Finding]]:
        """The findings on each layer; under None those on the file."""
        known: dict[str | None, list[Finding]] = {}
        for finding in self:
            known.setdefault(finding.layer, []).append(finding)
        return known

    @cached_property
    def by_level(self) -> dict[Level, dict[str | None, tuple[Finding, ...]]]:
        """The findings on each layer again, those of each level or worse."""
        found: dict[Level, dict[str | None, tuple[Finding, ...]]] = {level: {} for level in Level}
        for layer, findings in self.by_layer.items():
            for level, reaching in found.items():
                if those := tuple([each for each in findings if each.level.reaches(level)]):
                    reaching[layer] = those
        return found


class Verdict(Record):
    """The result of the rules for one layer.

    Attributes:
        rules: the codes of the rules that it breaks, each once; only those that are errors.
        fate: COMPUTED or INPUT where its weights are not stored as they are used, else STORED.
    """

    rules: tuple[str, ...] = ()
    fate: Fate = Fate.STORED

    @property
    def sound(self) -> bool:
        """Whether the file stores its weights, and it breaks no rule."""
        return not self.rules and self.fate is not Fate.INPUT

    @property
    def text(self) -> str:
        """The word or the codes for it in JSON and every other format: `ok`, `R101 R102`."""
        return " ".join(self.rules) or ("ok" if self.fate is Fate.STORED else self.fate.value)

    def __str__(self) -> str:
        return self.text


class Report(Record):
    """All that is known of one model; sizes in bytes, counts in elements.

    `file_bytes` are those of the file and of the others that it names: shards, external data.
    `possible` are the modules that look like a recurrent cell without a known formula.
    `files` are the paths of the file and of those others.
    `container` is the file around the model, `pickle`, as `format` says too; mostly there is none.
    `search` is what was looked through for layers.
    `traffic` is what a remote model has cost on the network.
    `hashes` are those of its local files, if they were asked for.
    """

    path: str
    format: str
    framework: str
    producer: str
    file_bytes: int
    layers: tuple[LayerCount, ...]
    skipped: tuple[SkippedLayer, ...]
    possible: tuple[Observation, ...]
    totals: Totals
    findings: Findings
    files: tuple[str, ...] = ()
    container: str = ""
    search: Search = Search(Searched.TENSORS, 0)
    traffic: Traffic | None = None
    hashes: tuple[FileHash, ...] = ()

    def findings_of(self, layer: str, level: Level = Level.ERROR) -> tuple[Finding, ...]:
        """Findings on one layer, of this level or worse."""
        return self.findings.by_level[level].get(layer, ())

    def verdict(self, counted: LayerCount) -> Verdict:
        """The rules that a layer breaks, and whether its weights are stored as they are used."""
        errors = self.findings_of(counted.layer.name)
        rules = tuple(dict.fromkeys([finding.rule for finding in errors]))
        fates = counted.in_common.fates
        if fates == {Fate.INPUT}:
            return Verdict(rules, Fate.INPUT)
        return Verdict(rules, Fate.COMPUTED if Fate.COMPUTED in fates else Fate.STORED)

    def fails(self, level: Level | None) -> bool:
        """Whether there is a finding of this level or worse; never if it is None."""
        return any(finding.level.reaches(level) for finding in self.findings)

    def worst(self) -> Level | None:
        """The level of the worst finding; None if there is none."""
        levels = (finding.level for finding in self.findings)
        return max(levels, key=lambda level: level.weight, default=None)


class Unreadable(Record):
    """A file without a report, and the reason."""

    path: str
    reason: str


def readable(results: Iterable[Report | Unreadable]) -> Iterator[Report]:
    """The reports among the results, as they come."""
    return (result for result in results if not isinstance(result, Unreadable))


def add_up(model: SavedModel, counts: tuple[LayerCount, ...]) -> Totals:
    """The totals of a file; a tensor with several names or purposes counts once, as parameter."""
    by_purpose: dict[Purpose, dict[str, StoredTensor]] = {purpose: {} for purpose in Purpose}
    for tensor in single(model.tensors):
        by_purpose[tensor.purpose].setdefault(tensor.identity, tensor)
    plain = {purpose: plain_sums(model.tensors, purpose) for purpose in Purpose}
    stored, rest = by_purpose[Purpose.PARAMETER], plain[Purpose.PARAMETER]
    recurrent = {
        tensor.identity for counted in counts for tensor in counted.tensors
    } & stored.keys()
    skipped = (_identities(model.skipped) & stored.keys()) - recurrent
    possible = (_identities(possible_in(model)) & stored.keys()) - recurrent - skipped
    untrained = never_trained(stored.values(), counts) & stored.keys()
    states = [counted for counted in counts if not _is_copy(counted)]
    return Totals(
        parameters=_elements(stored) + rest.elements,
        recurrent=sum(stored[identity].parameters for identity in recurrent),
        bytes=sum(tensor.bytes for tensor in stored.values()) + rest.bytes,
        not_parameters={
            purpose.value: _elements(by_purpose[purpose], without=stored) + plain[purpose].elements
            for purpose in NOT_PARAMETERS
        },
        copies=_elements(by_purpose[Purpose.COPY], without=stored) + plain[Purpose.COPY].elements,
        tensors=len(stored) + rest.tensors,
        skipped=len(skipped),
        possible=len(possible),
        buffers=sum(stored[identity].parameters for identity in untrained) + rest.buffer_elements,
        declared=model.declared_totals,
        state=_known_sum(counted.state_elements for counted in states),
        state_bytes=_known_sum(counted.state_bytes for counted in states),
    )


def _is_copy(counted: LayerCount) -> bool:
    """Whether a layer is one of a copy of the network, which no total counts."""
    return Purpose.COPY in [tensor.purpose for tensor in counted.tensors]


def _known_sum(numbers: Iterable[int | None]) -> int | None:
    """The sum of numbers; None if one is not known."""
    listed = list(numbers)
    known = [number for number in listed if number is not None]
    return sum(known) if len(known) == len(listed) else None


def possible_in(model: SavedModel) -> tuple[Observation, ...]:
    """What looks like a recurrent cell to the reader, and has no known formula."""
    return tuple(
        observation for observation in model.observations if observation.fact is Fact.POSSIBLE
    )


def _identities(unclear: Iterable[SkippedLayer | Observation]) -> set[str]:
    return {tensor.identity for one in unclear for tensor in one.tensors}


def _elements(
    tensors: dict[str, StoredTensor], without: dict[str, StoredTensor] | None = None
) -> int:
    known = without or {}
    return sum(tensor.parameters for key, tensor in tensors.items() if key not in known)
