"""Ten models of true sizes, and what tools say of them: `python -m tests.benchmark.ten_models`.

Each is built by its class on torch's device `meta`, without weights. Its names, shapes and types
are written as safetensors with a true header and a hole for the data, its configuration beside it.
rnninspect, netron (its own parsers under node) and the Hub's client (its own classes over that
header) read the file; torchinfo is given the network, since it reads no file. The table
of docs/other-tools.md is printed, and a test compares rnninspect's column with the page.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from rnninspect import inspect_file
from rnninspect.record import Record

from .netron_peer import netron_command
from .shards import write_header


class Model(Record):
    """A model of the table.

    Attributes:
        name: as its authors call it.
        build: makes the network.
        recurrent: the classes of its recurrent modules.
    """

    name: str
    build: Callable[[], Any]
    recurrent: str


def _of(name: str, **sizes: object) -> Callable[[], Any]:
    """A network of transformers; sizes that are not given are those of its first release."""

    def build() -> Any:  # noqa: ANN401 - transformers' own
        import transformers

        kind = getattr(transformers, f"{name}ForCausalLM")
        return kind(kind.config_class(**sizes))

    return build


def _tagger() -> nn.Module:
    return nn.ModuleDict({
        "embedding": nn.Embedding(20_000, 300),
        "rnn": nn.LSTM(300, 512, num_layers=2, bidirectional=True),
        "head": nn.Linear(1_024, 17),
    })  # fmt: skip


_GRANITE = ["attention" if at % 10 == 5 else "mamba" for at in range(40)]
MODELS = (
    Model("tagger, bidirectional LSTM", _tagger, "LSTM"),
    Model(
        "mamba-130m",
        _of("Mamba", hidden_size=768, num_hidden_layers=24, vocab_size=50_280),
        "MambaMixer",
    ),
    Model(
        "mamba2-130m",
        _of("Mamba2", hidden_size=768, num_hidden_layers=24, num_heads=24, head_dim=64,
            state_size=128, n_groups=1, vocab_size=50_288, tie_word_embeddings=True),
        "Mamba2Mixer",
    ),
    Model(
        "rwkv-4-169m",
        _of("Rwkv", hidden_size=768, num_hidden_layers=12, vocab_size=50_277),
        "RwkvSelfAttention RwkvFeedForward",
    ),
    Model("RecurrentGemma, default sizes", _of("RecurrentGemma"), "RecurrentGemmaRecurrentBlock"),
    Model(
        "Granite 4 hybrid, 6.9 B",
        _of("GraniteMoeHybrid", hidden_size=1_536, num_hidden_layers=40, layer_types=_GRANITE,
            num_attention_heads=12, num_key_value_heads=4, mamba_n_heads=48, mamba_d_head=64,
            mamba_d_state=128, mamba_n_groups=1, intermediate_size=512, num_local_experts=64,
            shared_intermediate_size=1_024, vocab_size=100_352, tie_word_embeddings=True),
        "GraniteMoeHybridMambaLayer",
    ),
    Model("xlstm-7b", _of("xLSTM"), "xLSTMLayer"),
    Model(
        "falcon-mamba-7b",
        _of("FalconMamba", hidden_size=4_096, num_hidden_layers=64, vocab_size=65_024,
            time_step_rank=256, expand=2, tie_word_embeddings=False),
        "FalconMambaMixer",
    ),
    Model("Jamba, 52 B", _of("Jamba"), "JambaMambaMixer"),
    Model("Qwen3-Next, 80 B", _of("Qwen3Next"), "Qwen3NextGatedDeltaNet"),
)  # fmt: skip


def built(model: Model) -> Any:  # noqa: ANN401
    """The network on the device meta, in bfloat16."""
    from transformers.initialization import no_init_weights

    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        with warnings.catch_warnings(), torch.device("meta"), no_init_weights():
            warnings.simplefilter("ignore")
            network = model.build()
    finally:
        torch.set_default_dtype(before)
    if hasattr(network, "tie_weights"):
        network.tie_weights()
    return network


def write(network: Any, folder: Path) -> Path:  # noqa: ANN401
    """Its header, in which a tied weight is named once, and a hole; its configuration beside."""
    if hasattr(network, "config"):
        network.config.save_pretrained(folder)
    tied = getattr(network, "all_tied_weights_keys", {})
    state = {name: each for name, each in network.state_dict().items() if name not in tied}
    path = folder / "model.safetensors"
    write_header(path, {name: tuple(each.shape) for name, each in state.items()}, "BF16")
    return path


def ours(path: Path) -> str:
    """The layers, their parameters and their state, as our report has them."""
    report = inspect_file(path)
    cells = Counter(counted.layer.cell for counted in report.layers)
    layers = " + ".join(f"{count} {cell}" for cell, count in cells.items())
    kept = [counted.state_bytes for counted in report.layers]
    state = _bytes(sum(size for size in kept if size)) if None not in kept else "–"
    return f"{layers}: {report.totals.recurrent:,}; state {state}"


def _bytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.1f} kB"


def in_torchinfo(model: Model, network: Any) -> str:  # noqa: ANN401
    """The rows of its recurrent modules, and what it says of the first of each class."""
    import torchinfo

    rows = torchinfo.summary(network, depth=16, verbose=0).summary_list
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.class_name in model.recurrent.split():
            own = sum(each.numel() for each in row.module.parameters(recurse=False))
            found.setdefault(row.class_name, []).append(f"{own:,}" if own else "–")
    return " + ".join(f"{len(own)} {name}: {own[0]} each" for name, own in found.items())


def in_netron(path: Path) -> str:
    """Its nodes, and the words that it has for what they are."""
    said = subprocess.run(
        [*netron_command(), str(path)], check=True, capture_output=True, text=True
    ).stdout
    found = json.loads(said)
    return f"{found['nodes']} {', '.join(found['types'])}"


def in_hub(path: Path) -> str:
    """The sum that the Hub's client makes of a header."""
    from huggingface_hub.utils import SafetensorsFileMetadata, TensorInfo

    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    tensors = {
        name: TensorInfo(each["dtype"], each["shape"], tuple(each["data_offsets"]))
        for name, each in header.items()
    }
    known = SafetensorsFileMetadata(metadata={}, tensors=tensors)
    return f"{sum(known.parameter_count.values()):,}"


def main() -> None:
    """Print the table."""
    columns = ("model", "torchinfo", "netron", "Hub's client", "rnninspect")
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")  # noqa: T201
    for model in MODELS:
        with tempfile.TemporaryDirectory() as folder:
            network = built(model)
            path = write(network, Path(folder))
            cells = (in_torchinfo(model, network), in_netron(path), in_hub(path), ours(path))
        print(f"| {model.name} | {' | '.join(cells)} |")  # noqa: T201


if __name__ == "__main__":
    main()
