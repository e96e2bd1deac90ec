"""Sizes that a configuration declares for layers that are found by signatures.

A reader makes a `Document` of the keys and values that a file has, and `declare` gives the layers
back with what the keys declare:

    document = Document("config.json", values)  # the dialect is found by model_type, or by keys
    document = Document("key-values", values, dialect="gguf", prefix="mamba.")
    found = declare(layers, document)

`found.layers` have declared sizes where keys of the file declare them (a default is not declared),
with the keys in `declared_by`, also sizes that no shape determines, such as the state of Mamba-2.
Where all sizes of a layer are declared, its origin is; else `inferred` lists those that are not.
`found.observations` are contradictions, each with both numbers and the key, and which layers are
missing; `found.applies` is whether the configuration says anything of these layers at all.

`declare_first(layers, documents)` takes the first configuration that is about the layers, and reads
no other. A configuration that the file at hand contains goes first: it was saved with these
weights, and what is beside them may be of others.

Which key declares what is data in `tables`: a `Dialect` for each cell and implementation.
"""

from __future__ import annotations

from rnninspect.declared.declaring import Declared, declare, declare_first
from rnninspect.declared.document import Document

__all__ = ["Declared", "Document", "declare", "declare_first"]
