"""A stand-in of the Hugging Face Hub: files behind redirects to another port, lists, refusals."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import unquote

from making.wayward import Handler, Wayward

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PAGE = 2  # entries of a page of the list
Repositories = dict[str, dict[str, bytes]]


class HubStandIn:
    """Answers for the Hub at one server, and for its storage at another."""

    def __init__(self, hub: Wayward, storage: Wayward, repositories: Repositories) -> None:
        self.hub, self.storage, self.repositories = hub, storage, repositories
        hub.behave, storage.behave = self.answer, self.send
        hub.seen.clear()
        storage.seen.clear()

    def answer(self, handler: Handler) -> None:
        """A file by a redirect, a page of the list, or an error with its code."""
        path, _, query = handler.path.partition("?")
        parts = path.removeprefix("/api/models").strip("/").split("/")
        name, kind, revision, rest = "/".join(parts[:2]), parts[2], parts[3], "/".join(parts[4:])
        code = self._refusal(name, revision, handler)
        files = self.repositories.get(name, {})
        if code:
            status = {"RepoNotFound": 401, "GatedRepo": 403}.get(code, 404)
            handler.answer(status, {"X-Error-Code": code}, b"{}")
        elif kind == "tree":
            self._list(handler, files, unquote(rest), query)
        elif unquote(rest) not in files:
            handler.answer(404, {"X-Error-Code": "EntryNotFound"})
        else:
            place = f"{self.storage.url}/{name}/{rest}?signature=secret"
            etag = {"X-Linked-ETag": f'"{_hash(files[unquote(rest)])}"'}
            handler.answer(302, {"Location": place, "X-Repo-Commit": COMMIT, **etag})

    def _refusal(self, name: str, revision: str, handler: Handler) -> str:
        if name == "org/gated" and handler.headers["Authorization"] != "Bearer hf_right":
            return "GatedRepo"
        if name not in self.repositories:
            return "RepoNotFound"
        return "" if revision in ("main", COMMIT, "refs%2Fpr%2F1") else "RevisionNotFound"

    def _list(self, handler: Handler, files: dict[str, bytes], folder: str, query: str) -> None:
        """A page of what is in a folder, or below it."""
        start = f"{folder}/" if folder else ""
        inside = {path: data for path, data in sorted(files.items()) if path.startswith(start)}
        if folder and not inside:
            handler.answer(404, {"X-Error-Code": "EntryNotFound"}, b"{}")
            return
        entries = [_entry(path, data) for path, data in inside.items()]
        if "recursive=true" not in query:
            direct = (path[len(start) :].partition("/") for path in inside)
            folders = dict.fromkeys(name for name, slash, _ in direct if slash)
            entries = [entry for entry in entries if "/" not in entry["path"][len(start) :]]
            entries[:0] = [_entry(f"{start}{name}", None) for name in folders]
        self._page(handler, entries, query)

    def _page(self, handler: Handler, entries: list[dict[str, Any]], query: str) -> None:
        start = int(query.rpartition("cursor=")[2]) if "cursor=" in query else 0
        link = ""
        if start + PAGE < len(entries):
            place = f"{self.hub.url}{handler.path.partition('?')[0]}"
            kind = "recursive=true&" if "recursive=true" in query else ""
            link = f'<{place}?{kind}cursor={start + PAGE}>; rel="next"'
        handler.answer(200, {"Link": link}, json.dumps(entries[start : start + PAGE]).encode())

    def send(self, handler: Handler) -> None:
        """A range of a stored file, which no token may come with."""
        assert handler.headers["Authorization"] is None
        path = unquote(handler.path.partition("?")[0]).strip("/")
        owner, name, rest = path.split("/", 2)
        handler.serve(self.repositories[f"{owner}/{name}"][rest])


def _entry(path: str, data: bytes | None) -> dict[str, Any]:
    """A file as the Hub lists it, or a folder."""
    if data is None:
        return {"type": "directory", "path": path, "size": 0, "oid": "1" * 40}
    stored = {"oid": _hash(data), "size": len(data), "pointerSize": 130}
    return {"type": "file", "path": path, "size": len(data), "oid": "0" * 40, "lfs": stored}


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
