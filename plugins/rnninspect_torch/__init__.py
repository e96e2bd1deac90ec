"""The PyTorch reader: all formats of torch, safetensors, and arrays of NumPy."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Filing, Framework, Read, Source


class TorchReader:
    """Reads PyTorch's file formats and safetensors; nothing of a file is unpickled or run."""

    name = "torch"
    summary = (
        "PyTorch: state dicts, checkpoints, modules, TorchScript, torch.export; safetensors; "
        "arrays of NumPy: .npz, .npy, pickles"
    )
    suffixes: tuple[str, ...] = (
        *(
            ".pt",
            ".pth",
            ".th",
            ".ckpt",
            ".checkpoint",
            ".bin",
            ".pkl",
            ".pickle",
            ".joblib",
            ".tar",
        ),
        *(".jit", ".ptl", ".pte", ".ptd", ".pt2", ".safetensors", ".distcp", ".gz"),
        *(".npz", ".npy"),
    )
    implied_suffixes: tuple[str, ...] = ()

    def recognise(self, source: Source) -> Read | None:
        """A function that reads the file, if its first bytes or names are those of torch."""
        from rnninspect_torch.recognition import recognise  # noqa: PLC0415 - only for files of torch

        match = recognise(source)
        if match is None:
            return None
        from rnninspect_torch.reading import read  # noqa: PLC0415 - only for files of torch

        return lambda: read(source, match)

    def conventions(self) -> Sequence[Convention]:
        """The conventions of torch.nn, of hand-written cells and of library cells."""
        from rnninspect_torch.dialect.layout import CONVENTIONS  # noqa: PLC0415 - only for `count`

        return CONVENTIONS

    def frameworks(self) -> Sequence[Framework]:
        """The names of the framework, and who judges its files."""
        from rnninspect_torch.framework import FRAMEWORKS  # noqa: PLC0415 - for few subcommands

        return FRAMEWORKS

    def filing(self) -> Filing:
        """How its files are named, for walks over folders."""
        from rnninspect_torch.filing import FILING  # noqa: PLC0415 - only for walks

        return FILING
