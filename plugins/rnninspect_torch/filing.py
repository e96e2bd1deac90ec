"""How PyTorch's models are filed: a file each, shards with an index, distributed checkpoints."""

from __future__ import annotations

from rnninspect.plugin import Filing

_SHARD = r"-\d+-of-\d+\.(?P<ending>safetensors|bin)"

FILING = Filing(
    sure_suffixes=(
        *(".pt", ".pth", ".th", ".ckpt", ".jit", ".ptl", ".pte", ".ptd", ".pt2"),
        *(".safetensors", ".distcp"),
    ),
    starts=(
        rb"PK\x03\x04.*",
        rb".{4}\0{4}\{.*",  # safetensors: the length of a header, and the header
        rb"\x80[\x02-\x05].*",  # a pickle
        rb".{4}(?:PTMF|ET12|FT01).*",
    ),
    parts=(
        (r"(?P<stem>.+)" + _SHARD, "{stem}.{ending}.index.json"),
        # a variant of Diffusers: model.fp16-00001-of-00002.safetensors
        (r"(?P<stem>.+)\.(?P<variant>\w+)" + _SHARD, "{stem}.{ending}.index.{variant}.json"),
        (r".+\.distcp", ".metadata"),
    ),
    folders=(".metadata",),
)
