"""ncnn as judge of the places of weights: it takes all bytes of a file, and not one less."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from makers.ncnn_files import (
    BFLOAT,
    HALF,
    INT8,
    RAW,
    Net,
    binary,
    dense,
    gru,
    lstm,
    raw,
    rnn,
    tagged,
)
from rnninspect import inspect_file

pytestmark = pytest.mark.frameworks  # the program below imports ncnn
DEPTHWISE = """
    ConvolutionDepthWise1D ConvolutionDepthWise3D DeconvolutionDepthWise DeconvolutionDepthWise1D
    DeconvolutionDepthWise3D
"""
BLOCKS = {400: (4, 32), 611: (6, 64), 802: (8, 128)}


def convolution(kind: str, values: str, scales: int = 0) -> Net:
    data = tagged(24, INT8 if scales else RAW) + raw(4) + raw(scales)
    return Net().add(kind, "conv", data, values=f"0=4 1=1 5=1 6=24 {values}")


def gemm(term: int) -> Net:
    bits, block = BLOCKS[term]
    packed = bytes(-(-(6 * -(-32 * bits // 8)) // 4) * 4)
    inputs = raw(32) if term // 10 % 10 else b""
    data = packed + tagged(6) + raw(6 * -(-32 // block)) + inputs
    return Net().add("Gemm", "gemm", data, values=f"3=1 5=1 6=1 8=6 9=32 10=4 18={term}")


def attention(width: int, *, int8: bool) -> Net:
    tag = INT8 if int8 else HALF
    data = b"".join(tagged(width * width, tag) + raw(width) for _ in range(4))
    data += raw(3 * width + 1) if int8 else b""
    values = f"0={width} 1=1 2={width * width}{' 18=2' if int8 else ''}"
    return Net().add("MultiHeadAttention", "mha", data, values=values)


NETS = {
    **{f"lstm {tag}": lstm(Net(), 3, 2, tag=tag) for tag in (RAW, HALF, INT8, BFLOAT)},
    "lstm both ways": lstm(Net(), 3, 2, ways=2),
    "lstm projected": lstm(Net(), 3, 4, outputs=2, ways=2),
    "lstm projected int8": lstm(Net(), 3, 4, outputs=2, tag=INT8),
    "gru": gru(Net(), 3, 2),
    "gru both ways": gru(Net(), 3, 2, ways=2),
    "rnn": rnn(Net(), 3, 2),
    "dense": dense(Net(), 3, 5, tag=HALF),
    "dense int8": Net().add(
        "InnerProduct", "fc", tagged(6, INT8) + raw(2) + raw(3), values="0=2 1=1 2=6 8=1"
    ),
    "embed": Net().add("Embed", "e", tagged(12) + raw(3), values="0=3 1=4 2=1 3=12"),
    "embed int8": Net().add("Embed", "e", tagged(12, INT8) + raw(1), values="0=3 1=4 3=12 18=2"),
    "a table": Net().add("Embed", "e", tagged(12, 0x01020304), values="0=3 1=4 3=12"),
    "batch norm": Net().add("BatchNorm", "bn", raw(12), values="0=3"),
    "scale": Net().add("Scale", "s", raw(6), values="0=3 1=1"),
    "bias": Net().add("Bias", "b", raw(3), values="0=3"),
    "prelu": Net().add("PReLU", "p", raw(3), values="0=3"),
    "normalize": Net().add("Normalize", "n", raw(3), values="3=3"),
    "padding": Net().add("Padding", "p", raw(3), values="6=3"),
    "memory": Net().add("MemoryData", "m", raw(6), values="0=3 1=2", inputs=0),
    "memory tagged": Net().add(
        "MemoryData", "m", tagged(24), values="0=3 1=2 2=2 11=2 21=0", inputs=0
    ),
    "group norm": Net().add("GroupNorm", "g", raw(8), values="0=2 1=4"),
    "instance norm": Net().add("InstanceNorm", "i", raw(8), values="0=4"),
    "layer norm": Net().add("LayerNorm", "l", raw(8), values="0=4"),
    "rms norm": Net().add("RMSNorm", "r", raw(4), values="0=4"),
    "quantize": Net().add("Quantize", "q", raw(3), values="0=3"),
    "dequantize": Net().add("Dequantize", "d", raw(5), values="0=3 1=2"),
    "requantize": Net().add("Requantize", "r", raw(8), values="0=3 1=3 2=2"),
    "convolution": convolution("Convolution", ""),
    "convolution int8": convolution("Convolution", "8=2", 5),
    "convolution int8 to int8": convolution("Convolution", "8=102", 6),
    "depthwise": convolution("ConvolutionDepthWise", "7=2"),
    "depthwise int8": convolution("ConvolutionDepthWise", "7=2 8=1", 3),
    "depthwise int8 once": convolution("ConvolutionDepthWise", "7=2 8=102", 3),
    **{kind: convolution(kind, "") for kind in ("Convolution1D", "Convolution3D", "Deconvolution")},
    **{kind: convolution(kind, "") for kind in ("Deconvolution1D", "Deconvolution3D")},
    **{kind: convolution(kind, "7=2") for kind in DEPTHWISE.split()},
    "deformable": convolution("DeformableConv2D", ""),
    "gemm": Net().add(
        "Gemm", "gemm", tagged(12) + tagged(20) + tagged(15), values="4=1 5=1 6=1 7=3 8=5 9=4 10=3"
    ),
    "gemm int8": Net().add(
        "Gemm",
        "gemm",
        tagged(12, INT8) + tagged(20, INT8) + raw(4),
        values="4=1 5=1 7=3 8=5 9=4 18=2",
    ),
    **{f"gemm {term}": gemm(term) for term in BLOCKS},
    "attention": attention(4, int8=False),
    "attention int8": attention(4, int8=True),
}


# ncnn does not survive each file that is cut: each is loaded in a process of its own. Of some
# arrays it only says on standard error that they could not be read.
PROGRAM = """
import os, sys, ncnn
for path in sys.argv[1:]:
    child = os.fork()
    if not child:
        os.dup2(os.open(path + ".log", os.O_CREAT | os.O_WRONLY), 2)
        net = ncnn.Net()
        binary = path.endswith(".param.bin")
        read = (net.load_param_bin if binary else net.load_param)(path)
        weights = path.partition(".param")[0] + ".bin"
        os._exit(0 if (read, net.load_model(weights)) == (0, 0) else 1)
    ended = os.waitpid(child, 0)[1]
    print(int(not ended and not os.path.getsize(path + ".log")))
"""


def loaded(paths: list[Path]) -> list[bool]:
    """Whether ncnn takes each network with all its weights."""
    command = [sys.executable, "-c", PROGRAM, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return [word == "1" for word in done.stdout.split()]


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path, bool, bool]]:
    """Each network whole and cut, and whether ncnn takes them."""
    folder = tmp_path_factory.mktemp("nets")
    whole, cut = [], []
    for number, net in enumerate(NETS.values()):
        whole.append(net.save(folder / f"whole{number}.param"))
        cut.append(net.save(folder / f"cut{number}.param"))
        cut[-1].with_suffix(".bin").write_bytes(net.data[:-4])
    rows = zip(whole, cut, loaded(whole), loaded(cut), strict=True)
    return dict(zip(NETS, rows, strict=True))


@pytest.mark.parametrize("name", NETS)
def test_ncnn_takes_as_many_bytes_as_are_counted(
    name: str, taken: dict[str, tuple[Path, Path, bool, bool]]
) -> None:
    whole, cut, takes_whole, takes_cut = taken[name]
    assert takes_whole
    assert not takes_cut
    report = inspect_file(whole)
    assert not [found for found in report.findings if found.level == "error"]
    assert not report.skipped
    assert "R201" in {found.rule for found in inspect_file(cut).findings}


def test_ncnn_reads_the_binary_network(tmp_path: Path) -> None:
    path = tmp_path / "model.param.bin"
    path.write_bytes(binary())
    (tmp_path / "model.bin").write_bytes(rnn(Net(), 3, 2).data)
    assert loaded([path]) == [True]
    assert inspect_file(path).layers[0].stored == 12
