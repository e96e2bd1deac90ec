"""The keys of a policy, a record each: files, variables and options are read by this table."""

from __future__ import annotations

from rnninspect.policy import amounts, globs
from rnninspect.record import Record
from rnninspect.rules import Level

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction
    from typing import Any


class Key(Record):
    """One key.

    Attributes:
        name: its name in files; the variable is RNNINSPECT_NAME.
        read: turns a value of TOML or a string into its setting; ValueError if it cannot.
        help: what it limits, for `--help`.
        example: a value, for `--help`.
        whole: whether it applies to the whole run, so that no override for some files can set it.
        option: whether it is also an option, `--name`.
    """

    name: str
    read: Callable[[object], Any]
    help: str
    example: str
    whole: bool = False
    option: bool = True

    @property
    def field(self) -> str:
        """Its name as an attribute of Policy."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"RNNINSPECT_{self.field.upper()}"


class Policy(Record):
    """The limits for one model, a field for each key; None means no limit."""

    models: tuple[str, ...] = ()
    max_parameters: int | None = None
    max_recurrent_parameters: int | None = None
    max_bytes: int | None = None
    max_file_bytes: int | None = None
    max_state_bytes: int | None = None
    max_layer_parameters: int | None = None
    max_hidden_size: int | None = None
    max_levels: int | None = None
    allowed_cells: tuple[str, ...] | None = None
    allowed_dtypes: tuple[str, ...] | None = None
    allowed_formats: tuple[str, ...] | None = None
    require_declared: bool = False
    min_coverage: Fraction | None = None
    max_growth: Fraction | int | None = 0
    select: tuple[str, ...] = ("R",)
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    baseline: str | None = None
    fail_on: Level | None = Level.ERROR


KEYS = (
    Key("models", globs.model_globs, "The models that are checked where none is named.",
        "models/**/*.onnx", whole=True, option=False),
    Key("max-parameters", amounts.count, "Limit the stored parameters of a model.", "5M"),
    Key("max-recurrent-parameters", amounts.count, "Limit those of its recurrent layers.", "500k"),
    Key("max-bytes", amounts.byte_count, "Limit the bytes of its parameters.", "20MB"),
    Key("max-file-bytes", amounts.byte_count, "Limit the bytes of its files.", "1.5GiB"),
    Key("max-state-bytes", amounts.byte_count, "Limit the state of one sequence.", "2MiB"),
    Key("max-layer-parameters", amounts.count, "Limit the stored parameters of a layer.", "200k"),
    Key("max-hidden-size", amounts.count, "Limit the hidden size of a layer.", "512"),
    Key("max-levels", amounts.count, "Limit the levels of a stack.", "2"),
    Key("allowed-cells", amounts.cells, "Only these cells; no skipped layer.", "LSTM,GRU"),
    Key("allowed-dtypes", amounts.words, "Only these types of recurrent weights.", "float16,int8"),
    Key("allowed-formats", amounts.words, "Only these formats or frameworks.", "onnx,safetensors"),
    Key("require-declared", amounts.flag, "Require that the file declares the sizes.", "true"),
    Key("min-coverage", amounts.coverage, "Require that this share is understood.", "100%"),
    Key("max-growth", amounts.percentage, "Limit growth since the baseline; 0% by default.", "2%"),
    Key("select", amounts.codes, "Apply rules by prefixes of their codes.", "R1,R5"),
    Key("ignore", amounts.codes, "Ignore rules; the longer prefix wins.", "R402"),
    Key("per-file-ignores", amounts.ignores, "Ignore rules for files.", "old/*:R4", whole=True),
    Key("baseline", amounts.text, "Compare with accepted figures.", "rnninspect.lock", whole=True),
    Key("fail-on", amounts.level, "Exit 1 from this level: error, warning, note, never.", "error",
        whole=True),
)  # fmt: skip
BY_NAME = {key.name: key for key in KEYS}
