"""Walks over folders and yields the models in them, each once, in the natural order of names."""

from __future__ import annotations

import os

from rnninspect.errors import UnreadableFile
from rnninspect.record import Record
from rnninspect.report import Unreadable
from rnninspect.source.limits import Limits
from rnninspect.source.locations import shown
from rnninspect.walking import ignoring
from rnninspect.walking.choice import Choice, is_ignored, start_of, takes
from rnninspect.walking.filing import START, Likelihood, filed
from rnninspect.walking.tree import Kind, LocalTree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.walking.ignoring import Rules
    from rnninspect.walking.names import Names
    from rnninspect.walking.tree import Entry, Tree

_REFUSED_KEY = "its key has a control character, or an empty part, `.` or `..` between slashes"
_SITES = ("site-packages/", "dist-packages/")
_PATH_FILE = ".pth"  # of Python's own in these folders: lines that it adds to its module path


class Met(Record):
    """A file or a folder that may be a model.

    Attributes:
        path: where it is.
        claims: whether it was named by a user or claims to be a model by its name: it is an error
            if no reader knows it.
    """

    path: str
    claims: bool = True


class _Folder(Record):
    """A folder that is walked over; `parts` are those of its path, from where rules count."""

    path: str
    parts: tuple[bytes, ...]
    chain: tuple[Rules, ...]


class Walk:
    """A walk over folders.

    Attributes:
        left_out: how many files and folders it has left out so far, by reason; a folder counts
            once with all that is in it.
    """

    def __init__(
        self,
        choice: Choice | None = None,
        limits: Limits | None = None,
        tree: Tree | None = None,
    ) -> None:
        self._choice, self._limits = choice or Choice(), limits or Limits()
        self._tree, self._filed = tree or LocalTree(), filed()
        self._root = 0  # how many parts of a path lead to the root
        self.left_out = dict.fromkeys(("ignored", "excluded", "links"), 0)

    def over(self, root: str) -> Iterator[Met | Unreadable]:
        """What may be a model under a folder, and each folder that cannot be read.

        It keeps the names in the folders on the way to the current one, and no others.
        """
        start = start_of(root, self._tree, self._choice)
        self._root = len(start.parts)
        stack = [self._inside(_Folder(root, start.parts, start.rules))]
        while stack:
            found = next(stack[-1], None)
            if found is None:
                stack.pop()
            elif isinstance(found, _Folder):
                stack.append(self._inside(found))
            else:
                yield found

    def _inside(self, folder: _Folder) -> Iterator[Met | Unreadable | _Folder]:
        """What is directly in a folder."""
        try:
            names = self._tree.names(folder.path, self._likelihood, self._limits)
        except UnreadableFile as error:
            yield Unreadable(shown(folder.path), str(error))
            return
        folder = self._with_rules(folder, names)
        owners = {whole for name in names if (whole := self._filed.whole_of(name, names))}
        for name, likelihood in names.in_order():
            if name == ignoring.NAME or self._filed.whole_of(name, names):
                continue
            if likelihood is Likelihood.REFUSED:
                yield Unreadable(shown(self._tree.join(folder.path, name)), _REFUSED_KEY)
                continue
            found = self._found(folder, name, likelihood, owns=name in owners)
            if found is not None:
                yield found

    def _likelihood(self, entry: Entry) -> Likelihood:
        name, kind = entry
        likelihood = self._filed.likelihood(name)
        if name == ignoring.NAME:
            return Likelihood.POSSIBLE
        if kind is Kind.LINK:
            self.left_out["links"] += likelihood >= Likelihood.POSSIBLE
            return Likelihood.NONE
        if name.startswith(".") and not self._choice.hidden and name not in self._filed.folders:
            return Likelihood.NONE
        if kind is Kind.FOLDER:
            return Likelihood.SURE if self._filed.is_package(name) else Likelihood.POSSIBLE
        if kind is Kind.OTHER and likelihood is not Likelihood.SURE:
            return Likelihood.NONE  # a pipe; one that ends like a model is an error
        return likelihood

    def _with_rules(self, folder: _Folder, names: Names) -> _Folder:
        """The folder with its own `.gitignore`."""
        if self._choice.ignored or ignoring.NAME not in names:
            return folder
        content = self._tree.start(self._tree.join(folder.path, ignoring.NAME), ignoring.LARGEST)
        rules = ignoring.rules_of(content, len(folder.parts))
        return folder._replace(chain=(*folder.chain, rules)) if rules.globs else folder

    def _found(
        self, folder: _Folder, name: str, likelihood: Likelihood, *, owns: bool
    ) -> Met | _Folder | None:
        """What a name in a folder leads to; None for what is no model or left out."""
        is_folder = name.endswith("/")
        path = self._tree.join(folder.path, name.removesuffix("/"))
        parts = (*folder.parts, os.fsencode(name.removesuffix("/")))
        if self._leaves_out(folder, parts, is_folder=is_folder):
            return None
        if is_folder and likelihood is not Likelihood.SURE:
            return _Folder(path, parts, folder.chain)
        if owns and name in self._filed.folders:
            return Met(folder.path)
        if name.endswith(_PATH_FILE) and f"{folder.path}/".endswith(_SITES):
            return None
        if likelihood is not Likelihood.BY_START:
            return Met(path, claims=owns or likelihood is Likelihood.SURE)
        start = self._tree.start(path, START) if self._tree.is_local else b""
        return Met(path, claims=False) if self._filed.may_start(start) else None

    def _leaves_out(self, folder: _Folder, parts: tuple[bytes, ...], *, is_folder: bool) -> bool:
        if not takes(self._choice, parts[self._root :], is_folder=is_folder):
            self.left_out["excluded"] += 1
        elif is_ignored(self._choice, folder.chain, parts, is_folder=is_folder):
            self.left_out["ignored"] += 1
        else:
            return False
        return True
