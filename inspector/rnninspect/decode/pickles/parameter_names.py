"""Pickles that keep a parameter's own name beside its array, which only one framework writes.

Its plain ndarrays look like anybody's: these names tell such a file from other pickles of arrays.
"""

from __future__ import annotations

from rnninspect.errors import UnreadableFile
from rnninspect.lean import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.source.source import Source

NAME_TABLE = "StructuredToParameterName@@"  # from the names of a state dict to those of parameters
PARTS_TABLE = "UnpackBigParamInfor@@"  # arrays that protocols 2 and 3 cannot hold whole
_ENDS = 64 * 2**10  # bytes at either end that are searched; the tables come last
# A table's key; a name such as `lstm_cell_0.w_0`, or that of a tensor which is no parameter; or a
# call of `tuple` with a name and an array.
_SIGNS = re.compile(
    rb"%s|%s|[a-z]_\d{1,6}\.[bw]_\d|(?:eager_tmp|generated_tensor)_\d"
    rb"|builtin(?:__|s)(?:\n|\x94?\x8c\x05)tuple(?=.{1,200}_reconstruct)"
    % (NAME_TABLE.encode(), PARTS_TABLE.encode()),
    re.DOTALL,
)


def names_parameters(source: Source) -> bool:
    """Whether a pickle has such names near its start or its end; False if it cannot be read."""
    length = min(source.size, _ENDS)
    try:
        ends = (source.head(length), source.read(source.size - length, length))
    except UnreadableFile:
        return False
    return any(_SIGNS.search(end) is not None for end in ends)
