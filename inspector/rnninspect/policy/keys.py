"""The keys of a policy, one record each: files, variables and options all read this one table."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from rnninspect.policy import amounts
from rnninspect.rules import Level

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


@dataclass(frozen=True, slots=True)
class Key:
    """One key.

    Attributes:
        name: as files have it; the option is `--name`, the variable RNNINSPECT_NAME.
        read: makes a value of what TOML or a string gives; ValueError if it cannot.
        help: what it bounds, for `--help`.
        example: a value, for `--help`.
        whole: it holds for the whole run, so that an override for some files cannot set it.
    """

    name: str
    read: Callable[[object], Any]
    help: str
    example: str
    whole: bool = False

    @property
    def field(self) -> str:
        """Its name as an attribute of Policy."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"RNNINSPECT_{self.field.upper()}"


@dataclass(frozen=True, slots=True)
class Policy:
    """What one model is held to; None means that nothing is asked. Each field is one key."""

    max_parameters: int | None = None
    max_recurrent_parameters: int | None = None
    max_bytes: int | None = None
    max_file_bytes: int | None = None
    max_layer_parameters: int | None = None
    max_hidden_size: int | None = None
    max_levels: int | None = None
    allowed_cells: tuple[str, ...] | None = None
    allowed_dtypes: tuple[str, ...] | None = None
    allowed_formats: tuple[str, ...] | None = None
    require_declared: bool = False
    min_coverage: Fraction | None = None
    max_growth: Fraction | None = Fraction(0)
    select: tuple[str, ...] = ("R",)
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    baseline: str | None = None
    fail_on: Level | None = Level.ERROR


KEYS = (
    Key("max-parameters", amounts.count, "Stored parameters of a model.", "5M"),
    Key("max-recurrent-parameters", amounts.count, "Those of its recurrent layers.", "500k"),
    Key("max-bytes", amounts.byte_count, "Bytes of its stored parameters.", "20MB"),
    Key("max-file-bytes", amounts.byte_count, "Bytes of its files.", "1.5GiB"),
    Key("max-layer-parameters", amounts.count, "Stored parameters of one layer.", "200k"),
    Key("max-hidden-size", amounts.count, "Hidden size of one layer.", "512"),
    Key("max-levels", amounts.count, "Levels of one stack.", "2"),
    Key("allowed-cells", amounts.cells, "Cells, by commas; a skipped layer has none.", "LSTM,GRU"),
    Key("allowed-dtypes", amounts.words, "Types of recurrent weights.", "float16,int8"),
    Key("allowed-formats", amounts.words, "Formats or frameworks.", "onnx,safetensors"),
    Key("require-declared", amounts.flag, "Sizes must stand in the file.", "true"),
    Key("min-coverage", amounts.coverage, "Share of tensors and layers understood.", "100%"),
    Key("max-growth", amounts.percentage, "Growth over the baseline; 0% by default.", "2%"),
    Key("select", amounts.codes, "Rules that count, by beginnings of codes.", "R1,R5"),
    Key("ignore", amounts.codes, "Rules that do not; the longer beginning wins.", "R402"),
    Key("per-file-ignores", amounts.ignores, "The same for some files.", "old/*:R4", whole=True),
    Key("baseline", amounts.text, "File of accepted figures.", "rnninspect.lock", whole=True),
    Key("fail-on", amounts.level, "Exit 1 from this level: error, warning, note, never.", "error",
        whole=True),
)  # fmt: skip
BY_NAME = {key.name: key for key in KEYS}
