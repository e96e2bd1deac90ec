"""Describes dicts, lists and archives of numpy arrays, which no framework marks as its own."""

from __future__ import annotations

from rnninspect.decode.pickles.values import Instance, Mapping
from rnninspect.plugin import Fact, Observation
from rnninspect_torch.arrays.names import dotted_names
from rnninspect_torch.arrays.trees import joined_tree
from rnninspect_torch.describing.model import describe_model, describe_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel
    from rnninspect_torch.describing.contents import Contents
    from rnninspect_torch.networks.records import Root


def describe_arrays(contents: Contents, root: Root | None = None) -> SavedModel:
    """The model of some arrays; its framework is numpy, unless its names are those of torch.

    Args:
        contents: the arrays, unless a root has them.
        root: very many of them, in columns.

    Raises:
        UnknownFormat: there are no arrays.
        RefusedFile: a limit would be exceeded.
    """
    if root is None:
        model = describe_value(_with_dotted_names(contents))
    else:
        model = describe_model(contents, [root])
    if not model.layers and (joined := joined_tree(contents)) is not None:
        of_tree = describe_value(_with_dotted_names(joined))
        model = of_tree if of_tree.layers else model
    if any(layer.convention == "pytorch" for layer in model.layers):  # known by their names
        return model
    model = model._replace(framework="numpy")
    if model.layers:
        return model
    attributes = contents.value.attributes if isinstance(contents.value, Instance) else {}
    version = attributes.get("_sklearn_version")
    note = Observation(Fact.UNUSUAL, "the file does not mark parameters: all arrays are counted")
    return model._replace(
        producer=f"scikit-learn {version[:20]}" if isinstance(version, str) else "",
        observations=(*model.observations, note),
    )


def _with_dotted_names(contents: Contents) -> Contents:
    """The same with names in which layers can be found; the file's own are reported."""
    if not isinstance(contents.value, Mapping):
        return contents
    dotted = dotted_names(contents.value.named)
    pairs = [
        part
        for key, value in contents.value.items()
        for part in (dotted[key] if isinstance(key, str) else key, value)
    ]
    names = {text: name for name, text in dotted.items() if text != name}
    return contents._replace(value=Mapping(pairs), names=names)
