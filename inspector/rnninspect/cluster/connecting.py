"""Connects to a scheduler of Dask, and sees that its workers can do a scan; needs distributed."""

from __future__ import annotations

import logging
import warnings
from contextlib import ExitStack, contextmanager
from queue import Empty, SimpleQueue
from threading import Thread

import dask
from distributed import Client, LocalCluster
from distributed.versions import VersionMismatchWarning

from rnninspect.errors import ResultsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import NoReturn

    Packages = Mapping[str, str | None]  # version by name; None for what is not installed

CONNECT_SECONDS, PATIENCE = 10, 10
LOCAL = {
    "distributed.scheduler.allowed-failures": 1,  # what ends two workers is looked at more closely
    "distributed.deploy.lost-worker-timeout": "1 day",  # one that is restarting is not given up
}
US = "rnninspect"
SAME = ("dask", "distributed", US)  # the scheduler, too, unpickles what it passes on


@contextmanager
def connected(
    scheduler: str | None, workers: int, packages: Collection[str] = ()
) -> Iterator[Client]:
    """A client of a scheduler, or of one on this machine that is started with its workers.

    Args:
        scheduler: its address.
        workers: how many to start on this machine if there is no address.
        packages: what workers need besides rnninspect.

    Raises:
        ResultsError: no scheduler answers there, it or a worker has other versions, or a worker
            lacks a package.
    """
    with ExitStack() as stack:
        stack.callback(logging.disable, logging.root.manager.disable)
        logging.disable(logging.CRITICAL)  # of what is logged all that matters is raised too
        if scheduler is None:
            stack.enter_context(dask.config.set(LOCAL))
            local = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",  # the usual port may be taken
                silence_logs=logging.CRITICAL,  # on workers: a lost one is no news
            )
            scheduler = stack.enter_context(local).scheduler_address
        client = stack.enter_context(_client(scheduler))
        _require_fitting(scheduler, client, packages)
        yield client


class _Client(Client):  # type: ignore[misc]  # distributed has no types
    """A client that is closed at once if it cannot start.

    One left open closes itself when it is collected as garbage. If that is on the thread of the
    next client's or cluster's event loop, it waits for a lock that is held until that loop runs.
    """

    def start(self, **kwargs: object) -> None:
        try:
            super().start(**kwargs)
        except BaseException:
            self.close()
            raise


def _client(scheduler: str) -> Client:
    """A client; in another thread, since distributed waits for ever for some other servers."""
    warnings.simplefilter("ignore", VersionMismatchWarning)  # what matters is looked at below
    made: SimpleQueue[Client | Exception] = SimpleQueue()

    def connect() -> None:
        try:
            made.put(_Client(scheduler, timeout=CONNECT_SECONDS))
        except Exception as error:  # noqa: BLE001 - it depends on what answers there
            made.put(error)

    Thread(target=connect, daemon=True).start()
    try:
        found = made.get(timeout=CONNECT_SECONDS + PATIENCE)
    except Empty:
        raise ResultsError(f"{scheduler}: what answers there is no scheduler of Dask") from None
    if isinstance(found, Exception):
        said = str(found).partition("\n")[0][:200] or type(found).__name__
        raise ResultsError(f"{scheduler}: no scheduler answers: {said}") from found
    return found


def _require_fitting(scheduler: str, client: Client, packages: Collection[str]) -> None:
    """ResultsError unless the scheduler and the workers that there are so far have what it takes.

    A worker that joins later is seen by what its first batch raises.
    """
    versions = client.get_versions(packages=[US, *packages])
    own = versions["client"]["packages"]
    _require_same(f"{scheduler}: the scheduler", versions["scheduler"]["packages"], own)
    for address, found in versions["workers"].items():
        who, theirs = f"{scheduler}: worker {address}", found["packages"]
        _require_same(who, theirs, own)
        for package in packages:
            if theirs[package] is None:
                raise ResultsError(f"{who} lacks {package}")


def _require_same(who: str, theirs: Packages, own: Packages) -> None:
    if _python(theirs) != _python(own):
        _refuse(who, "Python", _python(theirs), _python(own))
    for package in SAME:
        if theirs[package] is None:
            raise ResultsError(f"{who} lacks {package}")
        if theirs[package] != own[package]:
            _refuse(who, package, theirs[package], own[package])


def _refuse(who: str, what: str, theirs: str | None, own: str | None) -> NoReturn:
    raise ResultsError(f"{who} has {what} {theirs}, and this process {own}: use the same version")


def _python(packages: Packages) -> str:
    """3.11 of 3.11.7.final.0."""
    return ".".join(str(packages["python"]).split(".")[:2])
