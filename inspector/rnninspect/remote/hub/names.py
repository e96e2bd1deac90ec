"""The parts of `hf://org/name@revision/path`, and which file of a repository is its model."""

from __future__ import annotations

from urllib.parse import quote, unquote

from rnninspect.errors import UnreadableFile
from rnninspect.lean import re
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = r"[A-Za-z0-9][\w.-]{0,95}"
_FORM = re.compile(
    rf"hf://(?P<name>{_NAME}(?:/{_NAME})?)(?:@(?P<revision>refs/(?:pr|convert)/[\w.-]+|[^/]+))?"
    r"(?:/(?P<path>.*))?",
    re.ASCII | re.DOTALL,
)
OTHER_KINDS = ("buckets", "datasets", "spaces", "kernels")
# Whole models come before their parts, and what most libraries load before what few do.
FIRST = (
    "model.safetensors.index.json",
    "pytorch_model.bin.index.json",
    "diffusion_pytorch_model.safetensors.index.json",
    "model.safetensors",
    "pytorch_model.bin",
)
ENDINGS = (
    *(".gguf", ".safetensors", ".onnx", ".pt", ".pth", ".ckpt", ".bin", ".keras", ".h5"),
    *(".tflite", ".task", ".pt2", ".pte", ".pb"),
)


class Repository(Record):
    """What an `hf://` location names; `path` is empty for the whole repository."""

    name: str
    revision: str = "main"
    path: str = ""

    @property
    def quoted(self) -> str:
        """The revision as a part of a URL."""
        return quote(self.revision, safe="")

    def location_of(self, path: str) -> str:
        """The location of a file by its path, or of the repository if that is empty."""
        at = "" if self.revision == "main" else f"@{self.quoted}"
        return f"hf://{self.name}{at}{f'/{path}' if path else ''}"


def parse(location: str) -> Repository:
    """The parts of a location.

    Raises:
        UnreadableFile: it is malformed, or names something else than a repository of models.
    """
    match = _FORM.fullmatch(location)
    if location.removeprefix("hf://").partition("/")[0] in OTHER_KINDS:
        raise UnreadableFile("only repositories of models are read: hf://org/name")
    if match is None or any(part in (".", "..") for part in (match["path"] or "").split("/")):
        raise UnreadableFile("expected hf://org/name, hf://org/name@revision or …/path after it")
    revision = unquote(match["revision"] or "main")
    return Repository(match["name"], revision, (match["path"] or "").strip("/"))


def main_file(paths: Iterable[str]) -> str | None:
    """The path of the model among those of a repository, or None; the outermost comes first."""
    return min(filter(_is_model, paths), key=_order, default=None)


def _is_model(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name in FIRST or name.lower().endswith(ENDINGS)


def _order(path: str) -> tuple[int, int, int, str]:
    name = path.rpartition("/")[2]
    depth, whole = path.count("/"), FIRST.index(name) if name in FIRST else len(FIRST)
    ending = next((at for at, end in enumerate(ENDINGS) if name.lower().endswith(end)), 0)
    return depth, whole, ending, path
