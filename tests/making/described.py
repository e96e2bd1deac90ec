"""What a reader says of an open source, without the pipeline around it."""

from __future__ import annotations

from rnninspect.errors import UnknownFormat
from rnninspect.model import SavedModel
from rnninspect.plugin import Inside, Reader
from rnninspect.source.source import Source


def described(reader: Reader, source: Source) -> SavedModel | Inside:
    """What the reader finds in a source; UnknownFormat if it does not recognise it."""
    read = reader.recognise(source)
    if read is None:
        raise UnknownFormat(f"{reader.name} does not recognise {source.name}")
    return read()


def model_of(reader: Reader, source: Source) -> SavedModel:
    """The model that the reader finds."""
    found = described(reader, source)
    assert isinstance(found, SavedModel)
    return found
