"""Soft links of an HDF5 file, resolved inside it: further names of what is stored once."""

from __future__ import annotations

from rnninspect.plugin import Fact, Limit, Observation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnninspect.plugin import Limits
    from rnninspect_keras.containers.store import Store

_MOST_STEPS = 16  # links in a row, as many as HDF5 itself follows


def resolve_links(store: Store, links: Mapping[str, str], limits: Limits) -> None:
    """Give the target of a soft link the link's name too; `links` maps paths to targets.

    What is below a group that is linked is named once more, and no link in it again, so that
    cycles end. A link without a target stays a link.
    """
    tensors, groups = dict(store.tensors), dict(store.groups)
    for path in links:
        place = _followed(path, links)
        note = f"a soft link to {links[path]}"
        if place in tensors:
            store.tensors[path] = tensors[place]._replace(name=path)
        elif place in groups:
            start = f"{place}/" if place else ""
            for name in [name for name in groups if name == place or name.startswith(start)]:
                store.groups[_renamed(name, place, path)] = groups[name]
            for name in [name for name in tensors if name.startswith(start)]:
                limits.require(Limit.TENSORS, len(store.tensors) + 1)
                alias = _renamed(name, place, path)
                store.tensors[alias] = tensors[name]._replace(name=alias)
        else:
            store.links.add(path)
            note = f"{note}, which is not in the file"
        store.observations.append(Observation(Fact.UNUSUAL, note, tensor=path))


def _renamed(name: str, place: str, path: str) -> str:
    below = name[len(place) :].lstrip("/")
    return f"{path}/{below}" if below else path


def _followed(path: str, links: Mapping[str, str]) -> str | None:
    """The path that a link leads to by way of other links; None if they form a cycle."""
    for _ in range(_MOST_STEPS):
        parts = path.split("/")
        ends = range(1, len(parts) + 1)
        link = next((link for end in ends if (link := "/".join(parts[:end])) in links), None)
        if link is None:
            return path
        target = links[link]
        parent = "" if target.startswith("/") else link.rpartition("/")[0]
        steps = [*parent.split("/"), *target.split("/"), *path[len(link) :].split("/")]
        path = "/".join(step for step in steps if step not in ("", "."))
    return None
