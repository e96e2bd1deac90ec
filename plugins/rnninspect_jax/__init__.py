"""The reader of JAX's files: parameters that Flax saves as MessagePack, checkpoints of Orbax."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Filing, Framework, Read, Source

_LONGEST_LINE = 1 << 16  # bytes of hyperparameters before arrays


class JaxReader:
    """Reads trees of arrays; implements `rnninspect.plugin.Reader`."""

    name = "jax"
    summary = "JAX: Flax's MessagePack (.msgpack), leaves of Equinox (.eqx), checkpoints of Orbax"
    suffixes: tuple[str, ...] = (".msgpack", ".flax", ".mpk", ".eqx")
    implied_suffixes: tuple[str, ...] = ()

    def recognise(self, source: Source) -> Read | None:
        """A function that reads the content as a tree of arrays; None if it is not."""
        if source.is_folder:
            return self._orbax(source)
        first = source.head(2)
        if first[:1] == b"{" or first == b"\x93N":
            return self._equinox(source)
        if not b"\x80" < first[:1] <= b"\xdf":
            return None
        from rnninspect_jax.recognition import has_arrays  # noqa: PLC0415 - only for such bytes

        if not has_arrays(source):
            return None
        from rnninspect_jax.describing import describe  # noqa: PLC0415 - only for its files

        return lambda: describe(source)

    def _equinox(self, source: Source) -> Read | None:
        line = source.head(_LONGEST_LINE) if source.head(1) == b"{" else b"\n"
        if source.name.endswith(".json") or b"\n\x93NUMPY" not in line + source.head(6):
            return None
        from rnninspect_jax.equinox import (  # noqa: PLC0415 - only for arrays
            describe,
            start_of_leaves,
        )

        start = start_of_leaves(source)
        return None if start is None else lambda: describe(source, start)

    def _orbax(self, source: Source) -> Read | None:
        from rnninspect_jax.orbax.metadata import is_checkpoint  # noqa: PLC0415 - only for folders

        if not is_checkpoint(source):
            return None
        from rnninspect_jax.orbax.describing import describe  # noqa: PLC0415 - only for its files

        return lambda: describe(source)

    def conventions(self) -> Sequence[Convention]:
        """How Flax counts each cell."""
        from rnninspect_jax.framework import CONVENTIONS  # noqa: PLC0415 - only for `count`

        return CONVENTIONS

    def frameworks(self) -> Sequence[Framework]:
        """The names of the framework."""
        from rnninspect_jax.framework import FRAMEWORKS  # noqa: PLC0415 - for few subcommands

        return FRAMEWORKS

    def filing(self) -> Filing:
        """How its files are named, for walks over folders."""
        from rnninspect_jax.framework import FILING  # noqa: PLC0415 - only for walks

        return FILING
