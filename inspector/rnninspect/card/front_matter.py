"""Fills the front matter of a Hugging Face model card, by huggingface_hub's own ModelCard.

Fields: https://huggingface.co/docs/hub/model-cards; `rnninspect` is a field of this tool.
"""

from __future__ import annotations

from rnninspect.errors import RnnInspectError
from rnninspect.lean import re
from rnninspect.readers import framework_named
from rnninspect.wording import installing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from rnninspect.card.described import Described

    Fields = dict[str, Any]

BLOCK = re.compile(
    r"\A(\s*---(?:\r\n|\r|\n))(.*?)((?:\r\n|\r|\n)---[ \t]*(?:\r\n|\n|\Z))", re.DOTALL
)
BOM = "\ufeff"


class MetadataError(RnnInspectError):
    """The front matter cannot be read, or huggingface_hub is not installed."""


def fill(document: bytes, models: Sequence[Described]) -> bytes:
    """The document with tags, library and figures in its front matter; other fields are kept.

    Raises:
        MetadataError: huggingface_hub is not installed, or it rejects the front matter.
    """
    read = _reader()
    try:
        text = document.decode()
    except UnicodeDecodeError as error:
        raise MetadataError(f"not UTF-8: {error}") from error
    bom, text = text[: len(BOM) * text.startswith(BOM)], text.removeprefix(BOM)
    ending = "\r\n" if "\r\n" in text else "\n"
    if not BLOCK.match(text):
        text = ending.join(["---", "", "---", text])
    card = read(text)
    old = card.data.to_dict()
    wanted = old | _fields(old, models)
    if wanted == old:
        return document
    for key in wanted:
        card.data[key] = wanted[key]
    match = BLOCK.match(text)
    if match is None:
        raise MetadataError("the front matter is not closed")
    whole = card.data.to_yaml(line_break=ending, original_order=list(old))
    for inner in (_spliced(match[2], old, card.data, ending), whole):
        fresh = f"{match[1]}{inner}{match[3]}{text[match.end() :]}"
        if _has_fields(read, fresh, wanted):
            return f"{bom}{fresh}".encode()
    raise MetadataError("the front matter cannot be updated without changing other fields")


def _reader() -> Callable[[str], Any]:
    try:
        from huggingface_hub import ModelCard  # noqa: PLC0415 - an extra: only on request
    except ImportError as error:
        reason = f"--metadata needs huggingface_hub: {installing('card')}"
        raise MetadataError(reason) from error

    def read(text: str) -> Any:  # noqa: ANN401 - an object of the extra
        try:
            return ModelCard(text)
        except Exception as error:  # YAML's errors have no root in common with ModelCard's
            reason = " ".join(str(error).split())
            raise MetadataError(f"front matter: {reason}") from error

    return read


def _has_fields(read: Callable[[str], Any], text: str, wanted: Fields) -> bool:
    try:
        return bool(read(text).data.to_dict() == wanted)
    except MetadataError:
        return False


def _fields(old: Fields, models: Sequence[Described]) -> Fields:
    """The new fields; a library that is named already is kept."""
    frameworks = dict.fromkeys(model.framework for model in models)
    cells = dict.fromkeys(cell.lower() for model in models for cell in model.cells)
    known = old.get("tags") or []
    fresh: Fields = {
        "tags": [*known, *(tag for tag in (*frameworks, *cells) if tag not in known)],
        "rnninspect": [_figures(model) for model in models],
    }
    if len(frameworks) == 1 and (library := framework_named(*frameworks).library):
        fresh["library_name"] = old.get("library_name") or library
    return fresh


def _figures(model: Described) -> Fields:
    return {
        "file": model.path,
        "parameters": model.parameters,
        "recurrent_parameters": model.recurrent,
        "bytes": model.bytes,
    }


def _spliced(inner: str, old: Fields, data: Any, ending: str) -> str:  # noqa: ANN401 - of the extra
    """The YAML with only the changed fields replaced, so that the others keep their formatting.

    Works for YAML with a field on each unindented line; the caller reads the result again to check
    it.
    """
    lines = inner.split(ending) if inner else []
    for key, value in data.to_dict().items():
        if old.get(key) != value:
            first, last = _lines_of(lines, key)
            lines[first:last] = type(data)(**{key: value}).to_yaml(line_break=ending).split(ending)
    return ending.join(lines)


def _lines_of(lines: list[str], key: str) -> tuple[int, int]:
    """The first line of a field and of the next one; both at the end if it is missing."""
    starts = [place for place, line in enumerate(lines) if line.startswith(f"{key}:")]
    if not starts:
        return len(lines), len(lines)
    last = starts[0] + 1
    while last < len(lines) and lines[last].startswith((" ", "\t", "-")):
        last += 1
    return starts[0], last
