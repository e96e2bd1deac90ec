"""Makes small networks of transformers and diffusers from configurations, and saves them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from pathlib import Path


def transformer(name: str, sizes: dict[str, Any]) -> torch.nn.Module:
    """A network of transformers by the name of its class."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import transformers

        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        kind = getattr(transformers, name)
        return kind(kind.config_class(**sizes)).eval()


def diffuser(name: str, sizes: dict[str, Any]) -> torch.nn.Module:
    """A network of diffusers by the name of its class."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import diffusers

        return getattr(diffusers, name)(**sizes).eval()


def saved(model: Any, folder: Path) -> list[Path]:  # noqa: ANN401 - of either package
    """What `save_pretrained` and `torch.save` write of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save_pretrained(folder)
    torch.save(model.state_dict(), folder / "state.pt")
    return [next(folder.glob("*.safetensors")), folder / "state.pt"]
