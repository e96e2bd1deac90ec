"""The commands that are measured side by side, but for the path of the model."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from rnninspect.record import Record

from .netron_peer import netron_command

OURS, OURS_JSON = "rnninspect", "rnninspect --format json"
OURS_SMALL = "rnninspect, the small model"  # beside a large one, in the same rounds
PASS, LIBRARIES = "python -c pass", "import typer, tabulate"


class Peer(Record):
    """One command.

    Attributes:
        name: as the table calls it.
        command: the whole process but for the model's path.
        needs: the package that must be installed for it.
        sizes: names of the sizes it is measured on; empty for all.
    """

    name: str
    command: tuple[str, ...]
    needs: str
    sizes: tuple[str, ...] = ()


def _python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


def _ours(*options: str) -> tuple[str, ...]:
    called = f"sys.argv = ['rnninspect', *sys.argv[1:], *{list(options)}]; main()"
    return _python(f"import sys; from rnninspect.__main__ import main; {called}")


_PATH = "import sys; p = sys.argv[1]; "
BOTH = (
    Peer(OURS, _ours(), "rnninspect"),
    Peer(OURS_JSON, _ours("--format", "json"), "rnninspect"),
)
FLOORS = (
    Peer(PASS, _python("pass"), "sys", ("small",)),
    Peer(LIBRARIES, _python(LIBRARIES), "typer", ("small",)),
)
_KERAS_LOAD = _python(f"{_PATH}import keras; keras.models.load_model(p, compile=False)")
_KERAS = Peer("keras.models.load_model", _KERAS_LOAD, "keras")
_OF_MODELS = ("small", "200MB", "2GB")  # the HDF5 file of 10,000 tensors contains only weights
_H5PY = Peer(
    "h5py's walk",
    _python(f"{_PATH}import h5py; h5py.File(p).visititems(lambda n, o: 0)"),
    "h5py",
)
PEERS: dict[str, tuple[Peer, ...]] = {  # the first is the framework's load
    "onnx": (Peer("onnx.load", _python(f"{_PATH}import onnx; onnx.load(p)"), "onnx"),),
    "ort": (
        Peer(
            "onnxruntime.InferenceSession",
            _python(
                f"{_PATH}import onnxruntime; onnxruntime.set_default_logger_severity(4); "
                "onnxruntime.InferenceSession(p, providers=['CPUExecutionProvider'])"
            ),
            "onnxruntime",
        ),
    ),
    "torch": (
        Peer(
            "torch.load(mmap=True)",
            _python(f"{_PATH}import torch; torch.load(p, mmap=True, weights_only=True)"),
            "torch",
        ),
    ),
    "safetensors": (
        Peer(
            "safetensors.safe_open",
            _python(
                f"{_PATH}from safetensors import safe_open; f = safe_open(p, 'np'); "
                "[f.get_slice(k).get_shape() for k in f.keys()]"
            ),
            "safetensors",
        ),
    ),
    "keras": (_KERAS,),
    "hdf5": (_KERAS._replace(sizes=_OF_MODELS), _H5PY),
    "checkpoint": (
        Peer(
            "tf.train.list_variables",
            _python(
                f"{_PATH}import tensorflow as tf; tf.train.list_variables(p.removesuffix('.index'))"
            ),
            "tensorflow",
        ),
    ),
    "savedmodel": (
        Peer(
            "saved_model_cli show",
            _python(
                f"{_PATH}sys.argv = ['saved_model_cli', 'show', '--all', '--dir', p]; "
                "from tensorflow.python.tools.saved_model_cli import main; main()"
            ),
            "tensorflow",
        ),
    ),
    "graph": (
        Peer(
            "tf.compat.v1.GraphDef.FromString",
            _python(
                f"{_PATH}import tensorflow as tf; "
                "tf.compat.v1.GraphDef.FromString(open(p, 'rb').read())"
            ),
            "tensorflow",
        ),
    ),
    "tflite": (
        Peer(
            "tf.lite.Interpreter",
            _python(f"{_PATH}import tensorflow as tf; tf.lite.Interpreter(p).get_tensor_details()"),
            "tensorflow",
        ),
        Peer(
            "tf.lite.experimental.Analyzer",
            _python(f"{_PATH}import tensorflow as tf; tf.lite.experimental.Analyzer.analyze(p)"),
            "tensorflow",
        ),
    ),
}


def peers_of(family: str, size: str) -> tuple[Peer, ...]:
    """Ours, then the installed peers for a format, then the floors."""
    opened = netron_command()
    netron = (Peer("netron", opened, "sys"),) if opened else ()
    return tuple(
        peer
        for peer in (*BOTH, *PEERS[family], *netron, *FLOORS)
        if (not peer.sizes or size in peer.sizes) and find_spec(peer.needs) is not None
    )
