"""Trees of dicts, as JAX keeps parameters: one dict, whose keys are the paths of the arrays."""

from __future__ import annotations

from rnninspect.decode.pickles.values import Mapping
from rnninspect.plugin import Purpose
from rnninspect_torch.networks.purposes import purpose_of_key
from rnninspect_torch.networks.walking import Walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.describing.contents import Contents


def joined_tree(contents: Contents) -> Contents | None:
    """The contents with each tree of dicts as one dict; None if there is no tree.

    What has a purpose of its own by its key, such as the state of an optimizer, is a tree apart.

    Raises:
        RefusedFile: a limit would be exceeded.
    """
    value = contents.value
    if not isinstance(value, Mapping) or not any(
        isinstance(part, Mapping) for _, part in value.items()
    ):
        return None
    walk = Walk(contents.calls.source)
    if any(_stands_apart(key) for key in value.named):
        pairs = [
            part
            for key, inner in value.items()
            for part in (key, _joined(inner, walk) if isinstance(inner, Mapping) else inner)
        ]
        return contents._replace(value=Mapping(pairs))
    return contents._replace(value=_joined(value, walk))


def _stands_apart(key: str) -> bool:
    return purpose_of_key(key, Purpose.PARAMETER) is not Purpose.PARAMETER


def _joined(tree: Mapping, walk: Walk) -> Mapping:
    return Mapping([part for path, value in _leaves(tree, walk) for part in (path, value)])


def _leaves(tree: Mapping, walk: Walk) -> Iterator[tuple[str, object]]:
    """The values that are no dicts, in their order, by their keys joined with `/`."""
    waiting: list[tuple[str, object]] = [("", tree)]
    while waiting:
        path, value = waiting.pop()
        walk.step()
        if not isinstance(value, Mapping):
            yield path, value
        elif walk.first_visit(value):
            below = [(walk.join(path, str(key)[:200]), inner) for key, inner in value.items()]
            waiting.extend(reversed(below))
