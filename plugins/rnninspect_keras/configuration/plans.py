"""What a declared cell is: its family, its dialect, and the weights that it must have."""

from __future__ import annotations

from rnninspect.plugin import CELLS, Record, Role
from rnninspect_keras.layout import LAYOUT, Dialect, WeightName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.json import Json
    from rnninspect_keras.configuration.declared import Declared

# Class of a layer or of its cell -> family in the table of cells.
_FAMILIES = {
    "SimpleRNN": "RNN",
    "GRU": "GRU",
    "LSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "CuDNNLSTM": "LSTM",
    "ConvLSTM1D": "ConvLSTM1D",
    "ConvLSTM2D": "ConvLSTM2D",
    "ConvLSTM3D": "ConvLSTM3D",
}
# Cells of tensorflow-addons, whose names others take too: there the tensors decide.
_ADDONS = {
    "PeepholeLSTM": "LSTM",  # once in tf.keras.experimental
    "LayerNormLSTM": "LayerNormLSTM",
    "LayerNormSimpleRNN": "LayerNormRNN",
    "NAS": "NAS",
    "ESN": "ESN",
}
_UNITS = ("units", "filters", "output_dim", "nb_filter")  # the last two are Keras 1's
_PEEPHOLES = ("input_gate", "forget_gate", "output_gate")


class CellPlan(Record):
    """A cell as the configuration declares it, or as its tensors show it.

    Attributes:
        family: key of the table of cells.
        dialect: how its bias is kept; None while only the bias can show it.
        class_name: the class in the framework, a layer's or a cell's.
        with_bias: whether it has a bias; None while only the tensors can show it.
        peepholes: whether it has them.
        projection: width of what it feeds back, where that is projected.
        units: its hidden size; None if it is not declared.
        input_size: None if it is not declared.
        kernel_size: taps of a convolution; empty if they are not declared.
        exact: False for a class that only looks like a known one: its tensors decide.
    """

    family: str
    dialect: Dialect | None
    class_name: str
    with_bias: bool | None = True
    peepholes: bool = False
    projection: int | None = None
    units: int | None = None
    input_size: int | None = None
    kernel_size: tuple[int, ...] = ()
    exact: bool = True

    @property
    def convolution(self) -> bool:
        """Whether its kernels have taps."""
        return self.family.startswith("ConvLSTM")

    @property
    def roles(self) -> frozenset[Role]:
        """The weights that it must have, once its dialect is known."""
        bias = LAYOUT[self.dialect or Dialect.KERAS][WeightName.BIAS][0] if self.with_bias else ()
        options = {Role.PEEPHOLE: self.peepholes, Role.PROJECTION: self.projection is not None}
        return (
            CELLS[self.family].required()
            | {*bias}
            | {role for role, present in options.items() if present}
        )


def family_of(declared: Declared) -> str | None:
    """The family of a recurrent layer or cell by its class; None if it is unknown."""
    name = declared.class_name
    short = name.removesuffix("Cell")
    known = _FAMILIES.get(name) or _FAMILIES.get(short) or _ADDONS.get(short)
    return known or _convolution(declared)


def _convolution(declared: Declared) -> str | None:
    rank = declared.settings.get("rank")  # Keras 3 has one class of cells for all ranks
    if declared.class_name == "ConvLSTMCell" and rank in (1, 2, 3):
        return f"ConvLSTM{rank}D"
    return None


def likely_family(declared: Declared) -> str | None:
    """The family of an own class that kept the settings of the class that it was made from."""
    settings = declared.settings
    if declared.size(*_UNITS) is None or "recurrent_initializer" not in settings:
        return None
    if "unit_forget_bias" in settings:
        return None if "filters" in settings else "LSTM"
    return "GRU" if "reset_after" in settings or "recurrent_activation" in settings else "RNN"


def plan_of(declared: Declared, family: str, input_shape: tuple[Json, ...] | None) -> CellPlan:
    """What a recurrent layer or cell declares of itself; impossible sizes stay None."""
    name, convolution = declared.class_name, family.startswith("ConvLSTM")
    added = name.removesuffix("Cell") in _ADDONS
    taps = _taps(declared, int(family[-2])) if convolution else ()
    return CellPlan(
        family=family,
        dialect=_dialect(declared, family),
        class_name=name,
        with_bias=declared.flag("use_bias", default=family != "NAS"),
        peepholes=name.startswith("Peephole"),
        projection=declared.size("projection") if family == "NAS" else None,
        units=declared.size(*_UNITS),
        input_size=_input_size(declared, input_shape, convolution=convolution),
        kernel_size=taps,
        exact=family_of(declared) is not None and not (added and declared.foreign),
    )


def _dialect(declared: Declared, family: str) -> Dialect | None:
    if declared.class_name.startswith("CuDNN"):
        return Dialect.CUDNN
    if family != "GRU":
        return Dialect.KERAS
    if "reset_after" not in declared.settings:  # not before Keras 2.1.3, when it came to be
        return None
    reset_after = declared.flag("reset_after", default=False)
    return Dialect.RESET_AFTER if reset_after else Dialect.KERAS


def _taps(declared: Declared, axes: int) -> tuple[int, ...]:
    from rnninspect_keras.configuration.declared import as_sizes  # noqa: PLC0415 - few plans are declared

    taps = as_sizes(declared.settings.get("kernel_size"), axes)
    if taps is None:  # Keras 1
        rows, columns = declared.size("nb_row"), declared.size("nb_col")
        taps = (rows, columns) if rows and columns and axes == 2 else ()
    return taps


def _input_size(
    declared: Declared, shape: tuple[Json, ...] | None, *, convolution: bool
) -> int | None:
    if shape is None:
        return declared.size("input_dim")
    channels_first = convolution and declared.settings.get("data_format") == "channels_first"
    axis = 2 if channels_first else -1
    from rnninspect_keras.configuration.declared import as_size  # noqa: PLC0415 - as above

    return as_size(shape[axis]) if len(shape) > max(axis, 1) else None


def impossible_sizes(declared: Declared) -> tuple[str, ...]:
    """Declared sizes that are impossible: a clause for each."""
    named = (key for key in _UNITS if key in declared.settings)
    wrong = (key for key in named if declared.size(key) is None)
    return tuple(f"{key} is {_shown(declared.settings[key])}" for key in wrong)


def _shown(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
