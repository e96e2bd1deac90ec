"""The reader of JAX's files: parameters that Flax saves as MessagePack, checkpoints of Orbax."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Filing, Framework, Read, Source


class JaxReader:
    """Reads trees of arrays; implements `rnninspect.plugin.Reader`."""

    name = "jax"
    summary = "JAX: parameters that Flax saves as MessagePack (.msgpack); checkpoints of Orbax"
    suffixes: tuple[str, ...] = (".msgpack", ".flax", ".mpk")
    implied_suffixes: tuple[str, ...] = ()

    def recognise(self, source: Source) -> Read | None:
        """A function that reads the content as a tree of arrays; None if it is not."""
        if source.is_folder:
            return self._orbax(source)
        if not 0x80 < int.from_bytes(source.head(1)) <= 0xDF:
            return None
        from rnninspect_jax.recognition import has_arrays  # noqa: PLC0415 - only for such bytes

        if not has_arrays(source):
            return None
        from rnninspect_jax.describing import describe  # noqa: PLC0415 - only for its files

        return lambda: describe(source)

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
