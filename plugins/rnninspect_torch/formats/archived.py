"""Archives with one PyTorch file among others, as libraries save a model with its settings.

AllenNLP's `model.tar.gz`, NeMo's `.nemo`, stable-baselines3's `.zip`; only the weights are read.
"""

from __future__ import annotations

from rnninspect.decode.zip_directory import open_member, read_directory
from rnninspect.plugin import Fact, Observation, Record, UnknownFormat, UnreadableFile, plural
from rnninspect_torch.archives.tar_members import read_tar
from rnninspect_torch.recognition import ARCHIVED, container_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.plugin import Source
    from rnninspect_torch.recognition import Container

# The model if there are several files: of AllenNLP, of stable-baselines3.
_WEIGHTS = ("weights.th", "model.th", "best.th", "policy.pth")
_MOST = 100  # members that are recognised
_SHOWN = 5


class ArchivedModel(Record):
    """The PyTorch file in an archive, and notes on the others."""

    inner: Source
    container: Container | None
    notes: tuple[Observation, ...] = ()


def in_tar(source: Source) -> ArchivedModel:
    """The PyTorch file in a tar archive; UnreadableFile without exactly one."""
    members = read_tar(source)
    return _choose("tar", list(members), members.__getitem__)


def in_zip(source: Source) -> ArchivedModel:
    """The PyTorch file in a zip archive; UnreadableFile without exactly one."""
    members = {member.name: member for member in read_directory(source)}
    names = [name for name in members if name.lower().endswith(ARCHIVED)]
    return _choose("zip", names, lambda name: open_member(source, members[name]))


def _choose(kind: str, names: list[str], opened: Callable[[str], Source]) -> ArchivedModel:
    named = [name for name in names if name.rpartition("/")[2] in _WEIGHTS]
    tried = {name: opened(name) for name in named or names[:_MOST]}
    containers = {name: container_of(part) for name, part in tried.items()}
    known = named or [name for name, container in containers.items() if container is not None]
    if len(known) != 1:
        files = plural(len(known), "PyTorch file") if known else "no PyTorch file"
        error = UnreadableFile if known else UnknownFormat
        raise error(f"{kind} archive with {files}; extract it and inspect one model")
    chosen = known[0]
    others = [name for name in names if name.lower().endswith(ARCHIVED) and name != chosen]
    if not others:
        return ArchivedModel(tried[chosen], containers[chosen])
    listed = ", ".join(name[:60] for name in others[:_SHOWN])
    detail = f"only {chosen[:60]} of the {kind} archive is read, not {listed}"
    return ArchivedModel(tried[chosen], containers[chosen], (Observation(Fact.UNUSUAL, detail),))
