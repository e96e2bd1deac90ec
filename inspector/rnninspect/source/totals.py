"""What a file says that its model has in all."""

from __future__ import annotations

from rnninspect.record import Record


class DeclaredTotals(Record):
    """What a file says that its model has in all; None where it says nothing.

    Attributes:
        parameters: the elements of its tensors, as `metadata.total_parameters` of an index.
        bytes: their bytes, as `metadata.total_size` of an index.
        file_bytes: of the files that the index names; some writers declare this as total_size.
        key: what the file calls the number of parameters.
    """

    parameters: int | None
    bytes: int | None
    file_bytes: int
    key: str = "metadata.total_parameters"
