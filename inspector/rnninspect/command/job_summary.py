"""Appends to the job summary of GitHub Actions."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST = 1_000_000  # GitHub takes 1 MiB from one step, and nothing of a larger summary


def append_summary(pieces: Iterable[str]) -> str | None:
    """Append Markdown to the summary, if there is one; what failed, or None."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    markdown = "".join(pieces) if path else ""
    if not path or not markdown:
        return None
    try:
        with open(path, "a", encoding="utf-8", opener=_without_waiting) as file:
            file.write(f"{summary_part(markdown)}\n\n")
    except OSError as error:
        return f"{path}: {error.strerror or error}"
    return None


def summary_part(markdown: str) -> str:
    """As much of a job summary as GitHub takes, cut between lines."""
    data = markdown.encode("utf-8", "backslashreplace")
    if len(data) <= LARGEST:
        return markdown
    kept = data[:LARGEST].decode("utf-8", "ignore").rpartition("\n")[0]
    return f"{kept}\n\n(cut here: GitHub takes no more)"


def _without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe that nobody reads is an OSError rather than an endless wait."""
    descriptor = os.open(path, flags | os.O_NONBLOCK, 0o666)
    os.set_blocking(descriptor, True)
    return descriptor
