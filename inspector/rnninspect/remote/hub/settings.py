"""What the environment says of the Hugging Face Hub, by the variables of its own library."""

from __future__ import annotations

import os
from pathlib import Path

from rnninspect.errors import UnreadableFile
from rnninspect.record import Record

TRUE = frozenset({"1", "on", "yes", "true"})
ENDPOINT = "https://huggingface.co"
TIMEOUT = 10.0


class HubSettings(Record):
    """The settings of one run.

    Attributes:
        endpoint: the URL of the Hub, without a slash at its end.
        token: what opens private and gated repositories; empty for none. It is never printed.
        cache: the folder of downloaded snapshots.
        offline: whether only the cache may be read.
        timeout: seconds without a byte.
    """

    endpoint: str
    token: str
    cache: Path
    offline: bool
    timeout: float


def read_settings() -> HubSettings:
    """The settings in the environment; UnreadableFile if one cannot be used."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    home = Path(os.environ.get("HF_HOME") or caches / "huggingface").expanduser()
    cache = _first("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") or str(home / "hub")
    return HubSettings(
        (os.environ.get("HF_ENDPOINT") or ENDPOINT).rstrip("/"),
        "" if _is_set("HF_HUB_DISABLE_IMPLICIT_TOKEN") else _token(home),
        Path(cache).expanduser(),
        _is_set("HF_HUB_OFFLINE") or _is_set("TRANSFORMERS_OFFLINE"),
        _seconds("HF_HUB_DOWNLOAD_TIMEOUT", "HF_HUB_ETAG_TIMEOUT"),
    )


def _token(home: Path) -> str:
    token = _first("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
    if not token:
        path = Path(os.environ.get("HF_TOKEN_PATH") or home / "token").expanduser()
        try:
            with path.open(encoding="utf-8") as file:
                token = file.read(10_000)
        except (OSError, UnicodeError):
            return ""
    token = token.strip()
    if not token.isascii() or not token.isprintable():
        raise UnreadableFile("the token of the Hugging Face Hub has a character that none has")
    return token


def _first(*names: str) -> str:
    return next(filter(None, map(os.environ.get, names)), "")


def _is_set(name: str) -> bool:
    return os.environ.get(name, "").lower() in TRUE


def _seconds(*names: str) -> float:
    text = _first(*names)
    try:
        return min(max(float(text), 0.1), 600.0) if text else TIMEOUT
    except ValueError:
        raise UnreadableFile(f"{names[0]} or {names[1]} is not a number of seconds") from None
