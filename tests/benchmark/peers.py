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
_SEEN = "print(len(seen))"  # each says how many tensors it saw, or objects with them
_KERAS_LOAD = _python(
    f"{_PATH}import keras; seen = keras.models.load_model(p, compile=False).weights; {_SEEN}"
)
_KERAS = Peer("keras.models.load_model", _KERAS_LOAD, "keras")
_OF_MODELS = ("small", "200MB", "2GB")  # the HDF5 file of 10,000 tensors contains only weights
_H5PY = Peer(
    "h5py's walk",
    _python(
        f"{_PATH}import h5py; every = []; "
        "h5py.File(p).visititems(lambda _, each: every.append(getattr(each, 'shape', None))); "
        f"seen = [shape for shape in every if shape is not None]; {_SEEN}"
    ),
    "h5py",
)
_SAFE_OPEN = "from safetensors import safe_open; "
_OF_SHARDS = "import json, os; d = os.path.dirname(p); w = json.load(open(p))['weight_map']; "
_VARIABLES = "import tensorflow as tf; seen = tf.train.list_variables"
ONNX_STRUCTURE = Peer(
    "onnx.load(load_external_data=False)",
    _python(
        f"{_PATH}import onnx; "
        f"seen = onnx.load(p, load_external_data=False).graph.initializer; {_SEEN}"
    ),
    "onnx",
)
ONNX_CONSTANTS = Peer(
    "onnx.load, Constant nodes",
    _python(
        f"{_PATH}import onnx; "
        f"seen = [n for n in onnx.load(p).graph.node if n.op_type == 'Constant']; {_SEEN}"
    ),
    "onnx",
)
PEERS: dict[str, tuple[Peer, ...]] = {  # the first is the framework's load
    "onnx": (
        Peer(
            "onnx.load",
            _python(f"{_PATH}import onnx; seen = onnx.load(p).graph.initializer; {_SEEN}"),
            "onnx",
        ),
    ),
    "ort": (
        Peer(  # it lists no initializers: that it has them shows in what it runs, and its memory
            "onnxruntime.InferenceSession",
            _python(
                f"{_PATH}import onnxruntime; onnxruntime.set_default_logger_severity(4); "
                "s = onnxruntime.InferenceSession(p, providers=['CPUExecutionProvider']); "
                f"seen = s.get_inputs(); {_SEEN}"
            ),
            "onnxruntime",
        ),
    ),
    "torch": (
        Peer(
            "torch.load(mmap=True)",
            _python(
                f"{_PATH}import torch; seen = torch.load(p, mmap=True, weights_only=True); {_SEEN}"
            ),
            "torch",
        ),
    ),
    "safetensors": (
        Peer(
            "safetensors.safe_open",
            _python(
                f"{_PATH}{_SAFE_OPEN}f = safe_open(p, 'np'); "
                f"seen = [f.get_slice(k).get_shape() for k in f.keys()]; {_SEEN}"
            ),
            "safetensors",
        ),
    ),
    "sharded": (
        Peer(
            "safe_open of each shard",
            _python(
                f"{_PATH}{_SAFE_OPEN}{_OF_SHARDS}"
                "every = [safe_open(os.path.join(d, s), 'np') for s in sorted(set(w.values()))]; "
                f"seen = [f.get_slice(k).get_shape() for f in every for k in f.keys()]; {_SEEN}"
            ),
            "safetensors",
        ),
        Peer(
            "transformers, device_map='meta'",
            _python(
                f"{_PATH}import os, transformers; d = os.path.dirname(p); "
                "m, info = transformers.AutoModelForCausalLM.from_pretrained("
                "d, device_map='meta', dtype='auto', output_loading_info=True); "
                "assert not any(info.values()), info; "
                f"seen = m.state_dict(); {_SEEN}"
            ),
            "accelerate",
        ),
    ),
    "keras": (_KERAS,),
    "hdf5": (_KERAS._replace(sizes=_OF_MODELS), _H5PY),
    "checkpoint": (
        Peer(
            "tf.train.list_variables",
            _python(f"{_PATH}{_VARIABLES}(p.removesuffix('.index')); {_SEEN}"),
            "tensorflow",
        ),
    ),
    "savedmodel": (
        Peer(  # saved_model_cli shows signatures, and no variable
            "tf.train.list_variables",
            _python(f"{_PATH}{_VARIABLES}(p + '/variables/variables'); {_SEEN}"),
            "tensorflow",
        ),
    ),
    "graph": (
        Peer(
            "tf.compat.v1.GraphDef.FromString",
            _python(
                f"{_PATH}import tensorflow as tf; "
                "g = tf.compat.v1.GraphDef.FromString(open(p, 'rb').read()); "
                f"seen = [n for n in g.node if n.op == 'Const']; {_SEEN}"
            ),
            "tensorflow",
        ),
    ),
    "tflite": (
        Peer(
            "tf.lite.Interpreter",
            _python(
                f"{_PATH}import tensorflow as tf; "
                f"seen = tf.lite.Interpreter(p).get_tensor_details(); {_SEEN}"
            ),
            "tensorflow",
        ),
        Peer(
            "tf.lite.experimental.Analyzer",
            _python(
                f"{_PATH}import contextlib, io, tensorflow as tf; out = io.StringIO()\n"
                "with contextlib.redirect_stdout(out): tf.lite.experimental.Analyzer.analyze(p)\n"
                f"seen = [t for t in out.getvalue().splitlines() if 'shape:' in t]; {_SEEN}"
            ),
            "tensorflow",
        ),
    ),
    "gguf": (
        Peer(
            "gguf.GGUFReader",
            _python(f"{_PATH}import gguf; seen = gguf.GGUFReader(p).tensors; {_SEEN}"),
            "gguf",
        ),
        Peer(
            "gguf-dump",
            _python(
                f"{_PATH}import io; from contextlib import redirect_stdout; "
                "from gguf.scripts.gguf_dump import main; text = io.StringIO()\n"
                "sys.argv = ['gguf-dump', p]\n"
                "with redirect_stdout(text): main()\n"
                "seen = [line for line in text.getvalue().splitlines() if ' | ' in line]\n"
                f"{_SEEN}"
            ),
            "gguf",
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
