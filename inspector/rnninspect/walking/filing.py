"""How models are filed, over all readers: which names may be models, and what belongs to which."""

from __future__ import annotations

from rnninspect.lean import IntEnum, cache, cached_property, re
from rnninspect.readers import every_reader, filing_of
from rnninspect.walking.alone import FOREIGN, FOREIGN_PACKAGES
from rnninspect.walking.others import SUFFIXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

START = 16  # bytes of a file by which it may be a model under any name


class Likelihood(IntEnum):
    """What a name says of a file."""

    REFUSED = -1  # a model that a server lists under a key that is not read
    NONE = 0  # not a model
    BY_START = 1  # any file: its first bytes decide whether it is opened by a reader
    POSSIBLE = 2  # a reader looks; what it does not recognise is another kind of file
    SURE = 3  # it claims to be a model: what cannot be read is an error


class Filed:
    """The filings of all readers, the installed ones included."""

    def __init__(self) -> None:
        readers = [(reader, filing_of(reader)) for reader in every_reader()]
        self._known = dict.fromkeys(SUFFIXES, Likelihood.NONE)
        for reader, _ in readers:
            self._known |= dict.fromkeys(reader.suffixes, Likelihood.POSSIBLE)
        for _, filing in readers:
            self._known |= dict.fromkeys(filing.sure_suffixes, Likelihood.SURE)
        self._known |= dict.fromkeys(FOREIGN, Likelihood.SURE)
        filings = [filing for _, filing in readers]
        starts = [pattern for filing in filings for pattern in filing.starts]
        self._start = re.compile(b"|".join(b"(?:%s)" % one for one in starts) or b"(?!)", re.DOTALL)
        self._parts = [
            (pattern, re.compile(pattern, re.DOTALL), whole)
            for filing in filings
            for pattern, whole in filing.parts
        ]
        self.folders = frozenset(name for filing in filings for name in filing.folders)
        packages = (ending for filing in filings for ending in filing.packages)
        self._packages = (*packages, *FOREIGN_PACKAGES)

    @cached_property
    def _any_part(self) -> re.Pattern[str]:
        """One pattern for all parts: most names are none."""
        unnamed = (re.sub(r"\(\?P<\w+>", "(?:", pattern) for pattern, *_ in self._parts)
        return re.compile("|".join(unnamed) or "(?!)", re.DOTALL)

    def likelihood(self, name: str) -> Likelihood:
        """What a name says of a file, by its ending."""
        _, dot, ending = name.rpartition(".")
        return self._known.get(f"{dot}{ending}".lower() if dot else "", Likelihood.BY_START)

    def is_package(self, name: str) -> bool:
        """Whether a folder of this name is one model, with all in it."""
        return name.lower().endswith(self._packages)

    def may_start(self, start: bytes) -> bool:
        """Whether a model may start with these bytes, of which there are up to START."""
        return self._start.fullmatch(start) is not None

    def whole_of(self, name: str, names: Container[str]) -> str | None:
        """The one of the names that a name belongs to; None if it is whole itself."""
        if not self._any_part.fullmatch(name):
            return None
        for _, pattern, template in self._parts:
            found = pattern.fullmatch(name)
            whole = template.format_map(found.groupdict("")) if found else name
            if whole != name and whole in names:
                return whole
        return None


@cache
def filed() -> Filed:
    """The filings of all readers, asked for once."""
    return Filed()
