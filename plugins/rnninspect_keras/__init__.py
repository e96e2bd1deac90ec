"""The reader of Keras files: archives, folders and HDF5 files of every Keras; TensorFlow's too."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Filing, Framework, Read, Source


class KerasReader:
    """Reads what Keras and TensorFlow save."""

    name = "keras"
    summary = (
        "Keras archives, HDF5 models and weights, TensorFlow SavedModels, graphs and checkpoints,"
        " TensorFlow.js models"
    )
    suffixes: tuple[str, ...] = (
        ".keras",
        ".h5",
        ".hdf5",
        ".index",
        ".pb",
        ".pbtxt",
        ".json",
    )
    # TensorFlow names a checkpoint by what its files begin with.
    implied_suffixes: tuple[str, ...] = (".index",)

    def recognise(self, source: Source) -> Read | None:
        """What reads an HDF5 file, a Keras archive, a SavedModel or a checkpoint."""
        from rnninspect_keras.recognition import recognise  # noqa: PLC0415 - after the built-in ones

        kind = recognise(source)
        if kind is None:
            return None
        from rnninspect_keras.reading import read  # noqa: PLC0415 - only for files of Keras

        return lambda: read(source, kind)

    def conventions(self) -> Sequence[Convention]:
        """One bias vector, reset_after, CuDNN."""
        from rnninspect_keras.layout import conventions  # noqa: PLC0415 - only `count` needs it

        return conventions()

    def frameworks(self) -> Sequence[Framework]:
        """The names of the framework, and who judges its files."""
        from rnninspect_keras.framework import FRAMEWORKS  # noqa: PLC0415 - for few subcommands

        return FRAMEWORKS

    def filing(self) -> Filing:
        """How its files are named, for walks over folders."""
        from rnninspect_keras.filing import FILING  # noqa: PLC0415 - only for walks

        return FILING
