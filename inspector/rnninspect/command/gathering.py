"""The models of a call with folders, lists or many files, and what comes of each."""

from __future__ import annotations

import sys
from itertools import chain, islice

from rnninspect.command import MANY
from rnninspect.command.ending import raise_if_stopped
from rnninspect.command.environment import is_folder
from rnninspect.command.progress import Progress
from rnninspect.errors import RnnInspectError, UnreadableFile
from rnninspect.lean import deque
from rnninspect.readers import look_at
from rnninspect.record import Record
from rnninspect.report import Unreadable
from rnninspect.source.locations import is_remote, shown
from rnninspect.source.source import open_source
from rnninspect.source.standard_input import NAME as STANDARD_INPUT
from rnninspect.source.traffic import Traffic
from rnninspect.walking.choice import left_out_in_words
from rnninspect.walking.filing import filed
from rnninspect.walking.lists import paths_in
from rnninspect.walking.tree import LocalTree
from rnninspect.walking.walk import Met, Walk
from rnninspect.workers.garbage import collect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from typing import Self, TypeVar

    from rnninspect.command.request import Request
    from rnninspect.walking.tree import Tree

    Found = Met | Unreadable
    Skip = Callable[[Found], bool]
    Result = TypeVar("Result")
    Outcomes = Generator[tuple[Found, Result | None]]

_AHEAD, _MOST_AHEAD = 20, 50_000  # found while results are waited for: at a time, and in all


class _Folder(Record):
    """A folder that was walked over, and how many had been found before it and after it.

    `reason` is what to say if none of these is a model.
    """

    path: str
    before: int
    after: int
    reason: str


class Gathered:
    """What a call names, in order: files and folders as they are, and what is in other folders.

    Attributes:
        number: how many have been found so far.
        skipped: how many others, for which `skip` holds.
        ended: whether these are all.
        traffic: what the listings of remote folders have cost.
    """

    def __init__(self, request: Request, skip: Skip = lambda _: False) -> None:
        self._request, self._skip = request, skip
        self.number, self.skipped, self.ended = 0, 0, False
        self.traffic = Traffic(0, 0)
        self._folders: deque[_Folder] = deque()

    def __iter__(self) -> Iterator[Found]:
        for found in chain.from_iterable(map(self._at, self._paths())):
            if self._skip(found):
                self.skipped += 1
            else:
                self.number += 1
                yield found
        self.ended = True

    def _paths(self) -> Iterator[str | Unreadable]:
        yield from self._request.paths
        for name in self._request.gathering.lists:
            try:
                if name == STANDARD_INPUT:
                    yield from map(_as_a_file, paths_in(sys.stdin.buffer))
                    continue
                with open(name, "rb") as stream:  # noqa: PTH123 - pathlib is large
                    yield from map(_as_a_file, paths_in(stream))
            except (OSError, UnreadableFile) as error:
                reason = getattr(error, "strerror", None) or str(error)
                yield Unreadable(name, reason)

    def _at(self, path: str | Unreadable) -> Iterable[Found]:
        if isinstance(path, Unreadable):
            return (path,)
        if is_remote(path):
            return self._at_url(path)
        if path == STANDARD_INPUT or not is_folder(path) or self._is_model(path):
            return (Met(path),)
        return self._in_folder(path, LocalTree())

    def _at_url(self, url: str) -> Iterator[Found]:
        """A remote file as it is, or what is in a remote folder, models of one folder included."""
        repositories = self._request.gathering.repositories
        if not is_folder(url, repositories=repositories):
            yield Met(url)
            return
        from rnninspect.remote.listing import folder_at  # noqa: PLC0415 - for URLs alone
        from rnninspect.walking.listed import ListedTree  # noqa: PLC0415 - as above

        try:
            folder = folder_at(url, self._request.limits, repositories=repositories)
        except RnnInspectError as error:
            yield Unreadable(shown(url), str(error))
            return
        if folder is None:
            yield Met(url)
            return
        tree = ListedTree(folder.location, folder.keys())
        try:
            yield from self._in_folder(folder.location, tree)
        finally:
            tree.close()
        self.traffic = self.traffic.plus(folder.traffic())

    def _is_model(self, folder: str) -> bool:
        """Whether a folder is a model, and has no other models in it."""
        request = self._request
        if filed().is_package(folder.rstrip("/")):
            return True
        try:
            with open_source(folder, request.limits) as source:
                if look_at(source) is None:
                    return False
        except RnnInspectError:  # it is reported where the folder is walked over
            return False
        found = Walk(request.gathering.choice, request.limits).over(folder)
        claims = (one for one in found if isinstance(one, Unreadable) or one.claims)
        return len(list(islice(claims, 2))) < 2

    def _in_folder(self, folder: str, tree: Tree) -> Iterator[Found]:
        walk = Walk(self._request.gathering.choice, self._request.limits, tree)
        start, skipped = self.number, self.skipped
        yield from walk.over(folder)
        if self.skipped == skipped:
            reason = _no_model(walk.left_out)
            self._folders.append(_Folder(shown(folder), start, self.number, reason))

    def with_empty_folders(
        self, results: Iterable[tuple[Found, Result | None]], lost: Callable[[str, str], Result]
    ) -> Iterator[Result]:
        """The results that are one, and an error for each folder in which there was no model."""
        last = -1  # the number of the last one that is a model
        for number, (_, result) in enumerate(results):
            yield from self._empty_ones(number, last, lost)
            if result is not None:
                last = number
                yield result
        yield from self._empty_ones(self.number, last, lost)

    def _empty_ones(
        self, done: int, last: int, lost: Callable[[str, str], Result]
    ) -> Iterator[Result]:
        while self._folders and self._folders[0].after <= done:
            folder = self._folders.popleft()
            if last < folder.before:
                yield lost(folder.path, folder.reason)


def _as_a_file(path: str) -> str:
    """A path in a list, where `-` is a file of this name."""
    return f"./{path}" if path == STANDARD_INPUT else path


def _no_model(left_out: dict[str, int]) -> str:
    return f"a folder without a known model{left_out_in_words(left_out)}"


def results_of(
    gathered: Gathered,
    request: Request,
    function: Callable[[Found], Result | None],
    lost: Callable[[str, str], Result],
) -> Iterator[Result]:
    """What a function makes of each file and folder that a call names, in order, as it comes.

    Args:
        gathered: what the call names.
        request: the call.
        function: what is called, in another process if there are many; None for another kind of
            file than a model.
        lost: what there is instead, by path and reason, where a process ended too early, and for a
            folder without a model.

    Raises:
        PoolError: no other process starts.
    """
    progress = Progress(gathered)
    outcomes = _watched(_mapped(gathered, function, request, lost), progress)
    try:
        for result in gathered.with_empty_folders(outcomes, lost):
            progress.clear()
            yield result
    finally:
        outcomes.close()
    progress.clear()


def _watched(outcomes: Outcomes[Result], progress: Progress) -> Outcomes[Result]:
    try:
        for number, outcome in enumerate(outcomes, 1):
            raise_if_stopped()
            progress.show(number)
            yield outcome
    finally:
        outcomes.close()


def _mapped(
    gathered: Gathered,
    function: Callable[[Found], Result | None],
    request: Request,
    lost: Callable[[str, str], Result],
) -> Outcomes[Result]:
    """What comes of each, here or in other processes."""
    found = iter(gathered)
    first = list(islice(found, MANY))
    every, jobs = chain(first, found), request.gathering.jobs
    if len(first) <= 1 or jobs == 1 or not (jobs or len(first) == MANY):
        return _one_by_one(every, function)
    from rnninspect.workers.pool import processors  # noqa: PLC0415 - for many models alone

    jobs = jobs or processors()
    return (
        _shared(every, function, jobs, request, lost) if jobs > 1 else _one_by_one(every, function)
    )


def _one_by_one(
    found: Iterable[Found], function: Callable[[Found], Result | None]
) -> Outcomes[Result]:
    for number, one in enumerate(found):
        if number:
            collect(number)
        yield one, function(one)


def _shared(
    found: Iterator[Found],
    function: Callable[[Found], Result | None],
    jobs: int,
    request: Request,
    lost: Callable[[str, str], Result],
) -> Outcomes[Result]:
    from rnninspect.workers.pool import Lost, in_pool  # noqa: PLC0415 - as above

    ahead = _Ahead(found)
    outcomes = in_pool(function, ahead, jobs, request.gathering.seconds, ahead.advance)
    try:
        for one, result in outcomes:
            yield one, lost(one.path, result.reason) if isinstance(result, Lost) else result
    finally:
        outcomes.close()


class _Ahead:
    """An iterator that is advanced while there is time, so that the end is known early."""

    def __init__(self, items: Iterator[Found]) -> None:
        self._items = items
        self._waiting: deque[Found] = deque()

    def advance(self) -> None:
        if len(self._waiting) < _MOST_AHEAD:
            self._waiting.extend(islice(self._items, _AHEAD))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Found:
        return self._waiting.popleft() if self._waiting else next(self._items)
