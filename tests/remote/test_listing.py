"""Listings of servers, page by page: in order, in full, and within limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from making.wayward import Handler, Wayward
from rnninspect.errors import UnreadableFile
from rnninspect.remote.buckets.listing import pages_of
from rnninspect.remote.listing import folder_at
from rnninspect.source.limits import Limits

KEYS = [f"m/{number:04}.pt" for number in range(25)]
PAGE = 10


class S3:
    """The one call of s3fs that lists, as S3 answers it; `asked` are its arguments."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.req_kw = {"RequestPayer": "requester"}

    def call_s3(self, method: str, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - as s3fs has it
        assert method == "list_objects_v2"
        self.asked.append(asked)
        start = int(asked.get("ContinuationToken", 0))
        answer: dict[str, Any] = {"Contents": [{"Key": key} for key in KEYS[start : start + PAGE]]}
        if asked["Delimiter"] and not start:
            answer["CommonPrefixes"] = [{"Prefix": "m/sub/"}]
        if start + PAGE < len(KEYS):
            answer |= {"IsTruncated": True, "NextContinuationToken": str(start + PAGE)}
        return answer


class Google:
    """The same for gcsfs and Google's server."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def call(self, method: str, path: str, *parts: str, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - as gcsfs has it
        assert (method, path, parts) == ("GET", "b/{}/o", ("bucket",))
        self.asked.append(asked)
        start = int(asked.get("pageToken", 0))
        answer: dict[str, Any] = {"items": [{"name": key} for key in KEYS[start : start + PAGE]]}
        if asked["delimiter"] and not start:
            answer["prefixes"] = ["m/sub/"]
        return answer | ({"nextPageToken": str(start + PAGE)} if start + PAGE < len(KEYS) else {})


class Local:
    """Folders with a link in a circle, as sftp lists them."""

    def ls(self, path: str, *, detail: bool) -> list[dict[str, Any]]:
        assert detail
        names = {"/m": ["a.pt", "sub/", "loop@"], "/m/sub": ["b.pt", "pipe?"]}[path]
        kinds = {"/": "directory", "@": "link", "?": "other"}
        return [
            {"name": f"{path}/{name.rstrip('/@?')}", "type": kinds.get(name[-1], "file")}
            for name in names
        ]


@pytest.mark.parametrize(("scheme", "kind"), [("s3", S3), ("gs", Google)])
def test_each_page_is_asked_for_once_and_follows_the_one_before(
    scheme: str, kind: type[S3 | Google]
) -> None:
    system = kind()
    pages = pages_of(scheme, system, "bucket/m", deep=True)
    assert [entry["name"] for entry in next(pages)] == [f"bucket/{key}" for key in KEYS[:PAGE]]
    assert len(system.asked) == 1  # no page ahead of the one that is read
    rest = [entry["name"] for page in pages for entry in page]
    assert rest == [f"bucket/{key}" for key in KEYS[PAGE:]]
    assert len(system.asked) == 3
    shallow = [entry for page in pages_of(scheme, kind(), "bucket/m", deep=False) for entry in page]
    assert shallow[0] == {"name": "bucket/m/sub/", "type": "directory"}
    assert len(shallow) == 1 + len(KEYS)


def test_where_there_are_no_pages_folders_are_listed_one_by_one_without_links() -> None:
    found = [entry["name"] for page in pages_of("sftp", Local(), "/m", deep=True) for entry in page]
    assert found == ["/m/a.pt", "/m/sub/b.pt"]


@pytest.fixture
def hub(server: Wayward, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Wayward:
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    return server


def listed(url: str = "hf://org/name", limits: Limits | None = None) -> Iterator[str]:
    folder = folder_at(url, limits or Limits(), repositories=True)
    assert folder is not None
    return folder.keys()


def page_of(paths: list[str]) -> bytes:
    return json.dumps(
        [{"type": "file", "path": path, "size": 5 * 10**12} for path in paths]
    ).encode()


def test_a_hundred_pages_are_followed_by_their_links(hub: Wayward) -> None:
    def page(handler: Handler) -> None:
        number = int(handler.path.rpartition("=")[2]) if "cursor" in handler.path else 0
        link = f'<{hub.url}{handler.path.partition("?")[0]}?cursor={number + 1}>; rel="next"'
        headers = {"Link": link} if number < 99 else {}
        handler.answer(200, headers, page_of([f"{number:02}/{at}.pt" for at in range(20)]))

    hub.behave = page
    keys = listed()
    assert next(keys) == "00/0.pt"
    assert len(hub.seen) == 1
    assert sum(1 for _ in keys) == 100 * 20 - 1
    assert len(hub.seen) == 100


@pytest.mark.parametrize("circle", [1, 2])
def test_pages_in_a_circle_and_empty_ones_end(circle: int, hub: Wayward) -> None:
    def page(handler: Handler) -> None:
        place = f"{hub.url}/api/models/org/name/tree/main?cursor={len(hub.seen) % circle}"
        handler.answer(200, {"Link": f'<{place}>; rel="next"'}, b"[]")

    hub.behave = page
    with pytest.raises(UnreadableFile, match=r"in a circle|limit requests=30"):
        list(listed(limits=Limits(requests=20, listed=1000)))
    assert len(hub.seen) <= 30


def test_a_list_of_another_folder_gives_no_key(hub: Wayward) -> None:
    hub.behave = lambda handler: handler.answer(200, {}, page_of(["x.pt", "../y.pt", "sub/z.pt"]))
    assert list(listed("hf://org/name/sub/")) == ["z.pt"]
    assert unquote(hub.seen[0][0]) == "/api/models/org/name/tree/main/sub?recursive=true"


def test_a_listing_that_breaks_off_is_an_error(hub: Wayward) -> None:
    def page(handler: Handler) -> None:
        if len(hub.seen) > 1:
            handler.answer(500, {})
            return
        place = f"{hub.url}/api/models/org/name/tree/main?cursor=1"
        handler.answer(200, {"Link": f'<{place}>; rel="next"'}, page_of(["a.pt"]))

    hub.behave = page
    keys = listed()
    assert next(keys) == "a.pt"
    with pytest.raises(UnreadableFile, match="500"):
        next(keys)
