"""The configurations beside a model's weights, in the files that people keep them in.

`config.json` is that of Hugging Face and of mamba_ssm, `params.json` that of Mistral's releases.
`adapter_config.json`, `generation_config.json` and the like declare no size of the model.
"""

from __future__ import annotations

from rnninspect.declared import Document
from rnninspect.decode.json import most_values, parse_json, spend_steps
from rnninspect.lean import re
from rnninspect.plugin import (
    UNUSABLE,
    Fact,
    Observation,
    RefusedFile,
    UnreadableFile,
    Whereabouts,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source

_NAMES = ("config.json", "params.json")
_LARGEST = 1_000_000  # bytes; that of a model of 21,000 labels has about 900,000
_MOST_REPEATED = 5
_STANDARD_INPUT = "-"
# Names that a model's only weights have in its folder, in one file, in shards or as an index.
_USUAL = re.compile(
    r"(?:model|pytorch_model|diffusion_pytorch_model|consolidated|flax_model)"
    r"(?:\.(?!\d+\.)\w+|-\w+)*\.(?:safetensors|bin|pth?|ckpt|msgpack)(?:\.index\.json)?"
)
_PART = re.compile(r"-\d+-of-\d+\.")
_WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf", ".msgpack", ".npz", ".h5")


def beside(source: Source) -> Iterator[Document | Observation]:
    """The configurations beside a file, as they are asked for, and notes on those that are none.

    A file belongs to a configuration by its usual name, or as the only weights of the folder: of
    several models in one folder, none is known to be meant.
    """
    if source.location == _STANDARD_INPUT or not _belongs(source):
        return
    is_whole = not _PART.search(source.name)
    names = _NAMES if not source.name.startswith("consolidated") else _NAMES[::-1]
    for name in names:
        found = source.neighbour(name)
        if found.whereabouts is Whereabouts.MISSING:
            continue
        if found.path is None:
            _, reason = UNUSABLE[found.whereabouts]
            yield Observation(Fact.UNUSUAL, f"{name} was not read: it {reason}")
            continue
        try:
            yield from _read(source, name, is_whole=is_whole)
        except RefusedFile:
            raise
        except UnreadableFile as error:
            yield Observation(Fact.UNUSUAL, f"{name} was not read: {error}")


def _belongs(source: Source) -> bool:
    if source.is_folder or _USUAL.fullmatch(source.name):
        return True
    try:
        names = source.names_ending("")
    except UnreadableFile:  # not to be listed, or too many files
        return False
    others = (name for name in names if name != source.name and name.endswith(_WEIGHTS))
    return not any(others)


def _read(source: Source, name: str, *, is_whole: bool) -> Iterator[Document | Observation]:
    found = source.neighbour(name)
    if found.size > _LARGEST:
        raise UnreadableFile(f"too large: {found.size:,} bytes, at most {_LARGEST:,} are read")
    with source.open_neighbour(name) as opened:
        data = opened.read(0, opened.size)
    spend_steps(source, len(data), most_values(data))
    repeated: dict[str, None] = {}
    values = parse_json(data, "it", make_object=lambda pairs: _object(pairs, repeated))
    if not isinstance(values, dict):
        raise UnreadableFile("not a JSON object")
    for key in repeated:
        detail = f"{name}: the key {key[:80]} occurs twice; the last counts"
        yield Observation(Fact.DUPLICATE_NAME, detail)
    yield Document(name, values, is_whole=is_whole)


def _object(pairs: list[tuple[str, object]], repeated: dict[str, None]) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, value in pairs:
        if key in values and values[key] != value and len(repeated) < _MOST_REPEATED:
            repeated[key] = None
        values[key] = value
    return values
