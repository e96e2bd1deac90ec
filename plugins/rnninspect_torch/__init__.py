"""The PyTorch reader: everything that torch saves, and safetensors."""

from __future__ import annotations

from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, Read, Source


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

    def recognise(self, source: Source) -> Read | None:
        """What reads the content, if its first bytes or the names in it are those of torch."""
        from rnninspect_torch.recognition import recognise  # noqa: PLC0415 - only for files of torch

        match = recognise(source)
        if match is None:
            return None
        from rnninspect_torch.reading import read  # noqa: PLC0415 - only for files of torch

        return partial(read, source, match)

    def conventions(self) -> Sequence[Convention]:
        """PyTorch has two bias vectors or none, and can project an LSTM's output; others differ."""
        from rnninspect_torch.dialect import layout  # noqa: PLC0415 - only for `count`
        from rnninspect_torch.other_cells import libraries as library_cells  # noqa: PLC0415 - only for `count`

        return (*layout.CONVENTIONS, *library_cells.CONVENTIONS)
