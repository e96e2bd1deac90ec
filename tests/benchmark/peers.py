"""The commands that are measured side by side, as programs for `python -c` that take a path."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from rnninspect.record import Record

OURS, OURS_JSON = "rnninspect", "rnninspect --format json"


class Peer(Record):
    """One command.

    Attributes:
        name: as the table calls it.
        needs: the package that must be installed for it.
        program: Python text; the model's path is its argument.
        sizes: names of the sizes it is measured on; empty for all.
    """

    name: str
    needs: str
    program: str
    sizes: tuple[str, ...] = ()


_PATH = "import sys; p = sys.argv[1]; "
_OWN = "import sys; from rnninspect.__main__ import main; "
BOTH = (
    Peer(OURS, "rnninspect", f"{_OWN}sys.argv = ['rnninspect', sys.argv[1]]; main()"),
    Peer(
        OURS_JSON,
        "rnninspect",
        f"{_OWN}sys.argv = ['rnninspect', sys.argv[1], '--format', 'json']; main()",
    ),
)
FLOORS = (
    Peer("python -c pass", "sys", "pass", ("small",)),
    Peer("import typer, tabulate", "typer", "import typer, tabulate", ("small",)),
)
_H5PY = Peer("h5py's walk", "h5py", f"{_PATH}import h5py; h5py.File(p).visititems(lambda n, o: 0)")
_KERAS = Peer(
    "keras.models.load_model",
    "keras",
    f"{_PATH}import keras; keras.models.load_model(p, compile=False)",
    ("small", "200MB", "2GB"),
)
PEERS: dict[str, tuple[Peer, ...]] = {
    "onnx": (Peer("onnx.load", "onnx", f"{_PATH}import onnx; onnx.load(p)"),),
    "torch": (
        Peer(
            "torch.load(mmap=True)",
            "torch",
            f"{_PATH}import torch; torch.load(p, mmap=True, weights_only=True)",
        ),
    ),
    "safetensors": (
        Peer(
            "safetensors.safe_open",
            "safetensors",
            f"{_PATH}from safetensors import safe_open; f = safe_open(p, 'np'); "
            "[f.get_slice(k).get_shape() for k in f.keys()]",
        ),
    ),
    "keras": (_KERAS,),
    "hdf5": (_KERAS, _H5PY),
    "checkpoint": (
        Peer(
            "tf.train.list_variables",
            "tensorflow",
            f"{_PATH}import tensorflow as tf; tf.train.list_variables(p.removesuffix('.index'))",
        ),
    ),
    "savedmodel": (
        Peer(
            "saved_model_cli show",
            "tensorflow",
            f"{_PATH}sys.argv = ['saved_model_cli', 'show', '--all', '--dir', p]; "
            "from tensorflow.python.tools.saved_model_cli import main; main()",
        ),
    ),
}


def peers_of(family: str, size: str) -> tuple[Peer, ...]:
    """Ours, then the installed peers for a format, then the floors."""
    return tuple(
        peer
        for peer in (*BOTH, *PEERS[family], *FLOORS)
        if (not peer.sizes or size in peer.sizes) and find_spec(peer.needs) is not None
    )


def command_of(peer: Peer, path: str) -> list[str]:
    """The whole process."""
    return [sys.executable, "-c", peer.program, path]
