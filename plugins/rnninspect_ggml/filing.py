"""How GGUF files are filed: their endings, first bytes, and the parts of a split model."""

from __future__ import annotations

from rnninspect.plugin import Filing

FILING = Filing(
    sure_suffixes=(".gguf",),
    starts=(b"GGUF.*",),
    parts=((r"(?P<stem>.+)-\d{5}-of-(?P<count>\d{5})\.gguf", "{stem}-00001-of-{count}.gguf"),),
)
