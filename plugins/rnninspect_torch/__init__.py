"""The PyTorch reader: everything that torch saves, and safetensors."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Inside, SavedModel, Source


class TorchReader:
    """Reads PyTorch's file formats and safetensors; nothing of a file is unpickled or run."""

    name = "torch"
    summary = "PyTorch: state dicts, checkpoints, modules, TorchScript, torch.export; safetensors"
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
        *(".jit", ".ptl", ".pt2", ".safetensors", ".distcp", ".gz"),
    )
    implied_suffixes: tuple[str, ...] = ()

    def recognises(self, source: Source) -> bool:
        """Whether the first bytes, or the names in a zip directory, are those of torch."""
        from rnninspect_torch.recognition import sniff  # noqa: PLC0415 - only for files of torch

        return sniff(source) is not None

    def read(self, source: Source) -> SavedModel | Inside:
        """Describe the file; UnreadableFile or RefusedFile if that cannot be done."""
        from rnninspect_torch.reading import read_model  # noqa: PLC0415 - only for files of torch

        return read_model(source)

    def conventions(self) -> Sequence[Convention]:
        """PyTorch has two bias vectors or none, and can project an LSTM's output; others differ."""
        from rnninspect_torch.dialect import layout  # noqa: PLC0415 - only for `count`
        from rnninspect_torch.other_cells import libraries as library_cells  # noqa: PLC0415 - only for `count`

        return (*layout.CONVENTIONS, *library_cells.CONVENTIONS)
