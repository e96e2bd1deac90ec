"""Whether a folder that a call names is one model, by the names in it, without a walk.

A walk asks every reader how its models are filed, which takes longer than most inspections. What
is found here is what the walk would find; where the names do not say, it decides.
"""

from __future__ import annotations

from rnninspect.errors import RnnInspectError
from rnninspect.readers import BUILT_IN, filing_of, installed_readers, look_at
from rnninspect.source.local import Local
from rnninspect.source.source import open_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from rnninspect.source.limits import Limits

    Parts = Iterable[tuple[str, str]]

# Of other programs that save what is not supported; a file that ends so claims to be a model.
FOREIGN = (".caffemodel", ".mnn", ".mindir", ".tnnmodel")
FOREIGN_PACKAGES = (".mlmodelc",)

_MOST = 1_000  # names that are looked at
_ENDINGS = frozenset([*" ".join(BUILT_IN.values()).split(), *FOREIGN, *FOREIGN_PACKAGES])
# Names of files by which a folder is a model, and that have no ending.
_MARKS = ("_METADATA", ".metadata", "__model__")
# Such a file claims nothing, and only one that ends in the second way has parts.
_DATA, _NOT_DATA = ".bin", ".param.bin"


def is_one_model(folder: str, limits: Limits) -> bool:
    """Whether a folder is a model, and surely has no other models in it."""
    try:
        with open_source(folder, limits) as source:
            found = look_at(source)
        if found is None:
            return False
        filing = filing_of(found.reader)
        if folder.rstrip("/").lower().endswith(filing.packages):
            return True
        if limits.listed < _MOST or any(True for _ in installed_readers()):
            return False
        return _has_one_at_most(folder, filing.parts)
    except (RnnInspectError, OSError, ValueError):  # it is reported where the folder is walked over
        return False


def _has_one_at_most(root: str, parts: Parts) -> bool:
    """Whether at most one name below a folder may be that of a model."""
    folders, looked_at, models = [root], 0, 0
    while folders:
        folder = folders.pop()
        entries = [entry for entry in Local().list(folder) if not entry.is_symlink()]
        looked_at += len(entries)
        files = {entry.name for entry in entries if entry.is_file()}
        for entry in entries:
            slash = "/" if entry.is_dir() else ""
            if not _is_part(entry.name + slash, files, parts):
                models += may_be_model(entry.name)
                folders += [f"{folder.rstrip('/')}/{entry.name}"] if slash else []
        if looked_at > _MOST or models > 1:
            return False
    return True


def may_be_model(name: str) -> bool:
    """Whether a file or a folder of this name may claim to be a model, or have parts."""
    lower = name.lower()
    ending = f".{lower.rpartition('.')[2]}"
    if ending == _DATA and not lower.endswith(_NOT_DATA):
        return False
    return ending in _ENDINGS or name in _MARKS


def _is_part(name: str, files: Container[str], parts: Parts) -> bool:
    """Whether a name is surely that of a part of one of the files, by patterns that are names."""
    return any(whole in files and name != whole and name in _names(each) for each, whole in parts)


def _names(pattern: str) -> list[str]:
    """The names in a pattern that lists names, such as `variables/|assets/`."""
    every = pattern.replace("\\.", ".").split("|") if "(" not in pattern else ()
    return [name for name in every if name.replace(".", "").replace("/", "").isidentifier()]
