"""Listings of buckets and remote folders, a page at a time.

`ls` and `find` of fsspec return all entries at once: a million keys take a gigabyte. Object stores
are asked for one page after another, by the file system's own way to call its server.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    Page = list[dict[str, Any]]
    Pages = Callable[[Any, str, str], Iterator[Page]]


def pages_of(scheme: str, system: Any, path: str, *, deep: bool) -> Iterator[Page]:  # noqa: ANN401 - fsspec has no types
    """The entries of a folder in pages: `name` is a path as the file system has it, and `type`.

    Args:
        scheme: of the URL.
        system: the file system of fsspec.
        path: the folder, without a scheme and without a slash at its end.
        deep: whether it is all files below the folder, else what is directly in it.

    Raises:
        OSError: the server does not list it; other exceptions are the file system's own.
    """
    paged = _PAGED.get(scheme)
    if paged is not None:
        return paged(system, path, "" if deep else "/")
    return _below(system, path) if deep else iter([system.ls(path, detail=True)])


def _of_s3(system: Any, path: str, delimiter: str) -> Iterator[Page]:  # noqa: ANN401 - as above
    bucket, _, folder = path.partition("/")
    asked = {"Bucket": bucket, "Prefix": f"{folder}/" if folder else "", "Delimiter": delimiter}
    while True:
        answer = system.call_s3("list_objects_v2", **asked, **system.req_kw)
        folders = [one["Prefix"] for one in answer.get("CommonPrefixes", ())]
        yield _page(bucket, folders, (one["Key"] for one in answer.get("Contents", ())))
        if not answer.get("IsTruncated"):
            return
        asked["ContinuationToken"] = answer["NextContinuationToken"]


def _of_google(system: Any, path: str, delimiter: str) -> Iterator[Page]:  # noqa: ANN401 - as above
    bucket, _, folder = path.partition("/")
    asked = {"prefix": f"{folder}/" if folder else "", "delimiter": delimiter}
    while True:
        answer = system.call("GET", "b/{}/o", bucket, json_out=True, **asked)
        names = (one["name"] for one in answer.get("items", ()))
        yield _page(bucket, answer.get("prefixes", ()), names)
        if not answer.get("nextPageToken"):
            return
        asked["pageToken"] = answer["nextPageToken"]


def _page(bucket: str, folders: Iterable[str], files: Iterable[str]) -> Page:
    found = [{"name": f"{bucket}/{name}", "type": "directory"} for name in folders]
    return [*found, *({"name": f"{bucket}/{name}", "type": "file"} for name in files)]


def _below(system: Any, path: str) -> Iterator[Page]:  # noqa: ANN401 - as above
    """Folder by folder; links are not followed, as on this machine."""
    waiting = [path]
    while waiting:
        page = system.ls(waiting.pop(), detail=True)
        waiting += (one["name"] for one in page if one.get("type") == "directory")
        yield [one for one in page if one.get("type") == "file"]


_PAGED: dict[str, Pages] = {"s3": _of_s3, "s3a": _of_s3, "gs": _of_google, "gcs": _of_google}
