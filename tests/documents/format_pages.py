"""What is read and what is only named, as Markdown."""

from __future__ import annotations

from documents.tables import table
from rnninspect.foreign.names import BY_NAME
from rnninspect.foreign.signatures import SIGNATURES
from rnninspect.readers import built_in_readers


def readers() -> str:
    """Each reader, what it reads, and the endings that a folder is searched for."""
    rows = [
        (f"`{reader.name}`", reader.summary, " ".join(f"`{each}`" for each in reader.suffixes))
        for reader in built_in_readers()
    ]
    return table(("Reader", "Reads", "Endings"), rows)


def foreign() -> str:
    """What is said of formats that no reader takes, each text once."""
    texts = sorted({text for _, text in (*SIGNATURES, *BY_NAME)}, key=str.lower)
    return "\n".join(f"* {text}" for text in texts)
