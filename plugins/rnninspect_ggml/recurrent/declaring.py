"""What the key-values declare: sizes of layers, and which blocks have one."""

from __future__ import annotations

from rnninspect.declared import Document, declare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnninspect.declared import Declared
    from rnninspect.plugin import RecurrentLayer
    from rnninspect_ggml.container.values import Value

_ZERO, _INTERVAL, _COUNT = "attention.head_count_kv", "full_attention_interval", "block_count"
# The keys by which llama.cpp's loader knows which blocks are recurrent, where they alone say it.
_ALL = (_COUNT,)
_BETWEEN = (_INTERVAL, _COUNT)
_PLACES = {
    **dict.fromkeys(("mamba", "mamba2", "falcon-h1"), _ALL),
    **dict.fromkeys(("rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7"), _ALL),
    **dict.fromkeys(("jamba", "granitehybrid", "plamo2", "kimi-linear"), (_ZERO,)),
    **dict.fromkeys(("qwen3next", "qwen35", "qwen35moe"), _BETWEEN),
}
# Keys that say otherwise: which blocks are recurrent, and blocks after the others.
_OTHERWISE = ("attention.recurrent_layers", "nextn_predict_layers")


def declare_by_values(
    layers: Sequence[RecurrentLayer],
    sizes: Mapping[str, Value],
    architecture: str,
    *,
    is_whole: bool,
) -> Declared:
    """The layers with the sizes that key-values declare, and contradictions.

    Args:
        layers: of the model.
        sizes: its key-values, without the architecture's name in front.
        architecture: its name.
        is_whole: whether all files of the model are there.
    """
    values: dict[str, object] = {
        key: value for key, value in sizes.items() if not isinstance(value, tuple)
    }
    kept = _PLACES.get(architecture, ()) if is_whole else ()
    if any(sizes.get(key) for key in _OTHERWISE) or (kept == _BETWEEN and _INTERVAL not in values):
        kept = ()
    for key in (_ZERO, _INTERVAL, _COUNT):
        values.pop(key, None)
        value = sizes.get(key)
        if key in kept and value is not None:
            values[key] = list(value) if isinstance(value, tuple) else value
    document = Document("key-values", values, dialect="gguf", prefix=f"{architecture}.")
    return declare(layers, document)
