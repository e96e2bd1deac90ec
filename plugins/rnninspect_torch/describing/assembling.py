"""From one pickled value to the model in it."""

from __future__ import annotations

from rnninspect_torch.describing.model import describe_model
from rnninspect_torch.networks.roots import find_roots
from rnninspect_torch.networks.walking import Walk
from rnninspect_torch.pickles.values import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel
    from rnninspect_torch.describing.contents import Contents


def assemble(saved: Contents) -> SavedModel:
    """The model in a value; UnreadableFile if it holds no tensors."""
    roots = find_roots(saved.value, Walk(saved.calls.source))
    return describe_model(saved, roots, _producer(saved.value))


def _producer(value: object) -> str:
    """Lightning signs its checkpoints; torch itself leaves no version."""
    if isinstance(value, Mapping):
        version = value.named.get("pytorch-lightning_version")
        if isinstance(version, str):
            return f"pytorch-lightning {version[:20]}"
    return ""
