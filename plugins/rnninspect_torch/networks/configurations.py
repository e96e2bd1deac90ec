"""The configurations that checkpoints contain: hyperparameters, arguments, objects of classes."""

from __future__ import annotations

from rnninspect.declared import Document
from rnninspect.decode.pickles.values import Instance, Mapping
from rnninspect.plugin import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source

# Keys of checkpoints, and attributes of modules, whose value is a configuration: Lightning's, those
# of training scripts, those of transformers' models.
_KEYS = (
    *("hyper_parameters", "hparams", "config", "model_config", "model_args", "args", "cfg"),
    *("model_kwargs", "opt", "params"),
)
# Where a configuration of a training run has the one of its model.
_INSIDE = ("model", "model_config", "model_args", "config", "args", "net", "backbone")
_DEEPEST = 6
_MOST_VALUES = 20_000
_MOST_KEYS = 2_000  # of a dict: one of more has weights, not sizes
_STEPS_OF_A_VALUE = 2


def configurations_in(value: object, source: Source) -> Iterator[Document]:
    """The configurations in a pickled value, each followed by the ones in it."""
    named = _named(value)
    for key in _KEYS:
        if key in named:
            values = _Plain(source).plain(named[key])
            if isinstance(values, dict):
                yield Document(key, values)
                yield from _inside(key, values)


def _inside(place: str, values: dict[str, object]) -> Iterator[Document]:
    for key in _INSIDE:
        inner = values.get(key)
        if isinstance(inner, dict):
            yield Document(f"{place}.{key}", inner)


def _named(value: object) -> dict[str, object]:
    """The values of a dict or an object by key or attribute."""
    match value:
        case Mapping():
            return value.apart.named  # tensors are no configurations
        case Instance():
            items = Mapping(value.pairs).named if value.pairs is not None else {}
            return {**(value.attributes if value.has_attributes else {}), **items}
    return {}


class _Plain:
    """Makes plain values of pickled ones, as many as a configuration may have."""

    def __init__(self, source: Source) -> None:
        self.source, self.number = source, 0

    def plain(self, value: object, depth: int = 0) -> object:
        """Dicts, lists, strings and numbers; anything else is itself, and no size."""
        self.number += 1
        self.source.spend(Limit.STEPS, _STEPS_OF_A_VALUE)
        if self.number > _MOST_VALUES or depth > _DEEPEST:
            return value
        if isinstance(value, list | tuple):
            few = len(value) <= _MOST_VALUES
            return [self.plain(item, depth + 1) for item in value] if few else value
        return self._of_object(value, depth) if isinstance(value, Mapping | Instance) else value

    def _of_object(self, value: object, depth: int) -> object:
        named = _named(value)
        if "_content" in named:  # OmegaConf's dicts and lists
            return self.plain(named["_content"], depth)
        if "_val" in named:  # its values
            return named["_val"]
        if len(named) > _MOST_KEYS:
            return {}
        return {key: self.plain(inner, depth + 1) for key, inner in named.items()}
