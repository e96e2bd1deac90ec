"""Writes networks of OpenVINO by hand, after the documentation of its formats."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from pathlib import Path

Dims = tuple[int, ...]
SIZES = {"f32": 4, "f16": 2, "i64": 8, "i8": 1, "u8": 1}


class Graph:
    """A network, or the body of a loop, operator by operator.

    Attributes:
        data: the bytes of all constants, which bodies share with the network around them.
    """

    def __init__(self, around: Graph | None = None) -> None:
        self.data: bytearray = bytearray() if around is None else around.data
        self._layers: list[str] = []
        self._edges: list[str] = []
        self._dims: list[Dims] = []

    def add(
        self,
        kind: str,
        given: tuple[int, ...] = (),
        dims: Dims = (),
        *,
        name: str = "",
        inner: str = "",
        version: str = "opset5",
        **attributes: object,
    ) -> int:
        """Add an operator with one output; its inputs are operators by their numbers."""
        number = len(self._layers)
        data = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items())
        ports = "".join(_port(at, self._dims[one]) for at, one in enumerate(given))
        self._layers.append(
            f'<layer id="{number}" name={quoteattr(name or f"{kind}_{number}")} type="{kind}"'
            f' version="{version}">'
            + (f"<data{data}/>" if data else "")
            + (f"<input>{ports}</input>" if ports else "")
            + f"<output>{_port(len(given), dims)}</output>{inner}</layer>"
        )
        self._dims.append(dims)
        for at, one in enumerate(given):
            port = self._layers[one].partition('<output><port id="')[2].partition('"')[0]
            self._edges.append(
                f'<edge from-layer="{one}" from-port="{port}" to-layer="{number}" to-port="{at}"/>'
            )
        return number

    def const(self, dims: Dims, *, element: str = "f32", name: str = "", size: int = -1) -> int:
        """Add a constant of zeros with bytes of its own."""
        offset = len(self.data)
        size = math.prod(dims) * SIZES[element] if size < 0 else size
        self.data.extend(bytes(size))
        shape = ",".join(map(str, dims))
        return self.add(
            *("Const", (), dims),
            name=name,
            element_type=element,
            shape=shape,
            offset=offset,
            size=size,
        )

    def parameter(self, dims: Dims, name: str = "") -> int:
        """Add an input of the network."""
        shape = ",".join(map(str, dims))
        return self.add("Parameter", (), dims, name=name, shape=shape, element_type="f32")

    def text(
        self, tag: str = "net", more: str = "", name: str = "by hand", version: int = 11
    ) -> str:
        """The document, or the element of a body."""
        head = f'<net name="{name}" version="{version}">' if tag == "net" else f"<{tag}>"
        layers, edges = "".join(self._layers), "".join(self._edges)
        return f"{head}<layers>{layers}</layers><edges>{edges}</edges>{more}</{tag}>"

    def save(self, path: Path, more: str = "") -> Path:
        """Write the document and the constants beside it."""
        path.write_text(f'<?xml version="1.0"?>{self.text(more=more)}')
        path.with_suffix(".bin").write_bytes(self.data)
        return path


def _port(number: int, dims: Dims) -> str:
    sizes = "".join(f"<dim>{size}</dim>" for size in dims)
    return f'<port id="{number}" precision="FP32">{sizes}</port>'


def weights(  # noqa: PLR0913 - the sizes of a layer
    graph: Graph,
    gates: int,
    inputs: int,
    hidden: int,
    *,
    directions: int = 0,
    bias: int = 0,
    element: str = "f32",
) -> tuple[int, int, int]:
    """W, R and B; with no directions those of one step."""
    first = (directions,) if directions else ()
    rows = gates * hidden
    return (
        graph.const((*first, rows, inputs), name="W", element=element),
        graph.const((*first, rows, hidden), name="R", element=element),
        graph.const((*first, bias or rows), name="B", element=element),
    )


def lstm(inputs: int = 3, hidden: int = 2, *, directions: int = 1) -> Graph:
    """An LSTM over a sequence of four steps."""
    graph = Graph()
    x, length = graph.parameter((1, 4, inputs), "x"), graph.const((1,), element="i64")
    states = [graph.const((1, directions, hidden), name=name) for name in ("h", "c")]
    stored = weights(graph, 4, inputs, hidden, directions=directions)
    graph.add(
        "LSTMSequence",
        (x, *states, length, *stored),
        (1, directions, 4, hidden),
        name="lstm",
        hidden_size=hidden,
        direction="bidirectional" if directions == 2 else "forward",
    )
    return graph


def loop(body: Graph, given: dict[int, int], back: dict[int, int], maps: str = "") -> str:
    """The maps, the body and the back edges of a TensorIterator, whose inputs are given by port."""
    bound = "".join(
        f'<input external_port_id="{port}" internal_layer_id="{one}"/>'
        for port, one in given.items()
    )
    edges = "".join(f'<edge from-layer="{one}" to-layer="{to}"/>' for one, to in back.items())
    return f"<port_map>{bound}{maps}</port_map><back_edges>{edges}</back_edges>{body.text('body')}"


def old_lstm(inputs: int = 3, hidden: int = 2, version: int = 7) -> tuple[str, bytes]:
    """A cell as versions 2 to 7 have it: its weights in blobs of its own, W and R in one."""
    sizes = 4 * hidden * (inputs + hidden) * 2, 4 * hidden * 2
    widths = (inputs, hidden, hidden)
    blobs = (
        f'<weights offset="0" size="{sizes[0]}"/><biases offset="{sizes[0]}" size="{sizes[1]}"/>'
    )
    given = "".join(
        f'<layer id="{at}" name="in{at}" type="Input" precision="FP16"><output>'
        f"{_port(0, (1, width))}</output></layer>"
        for at, width in enumerate(widths)
    )
    ports = "".join(_port(at, (1, width)) for at, width in enumerate(widths))
    edges = "".join(
        f'<edge from-layer="{at}" from-port="0" to-layer="3" to-port="{at}"/>' for at in range(3)
    )
    text = (
        f'<?xml version="1.0" ?><net name="old" version="{version}" batch="1"><layers>{given}'
        f'<layer id="3" name="cell" type="LSTMCell" precision="FP16"><data hidden_size="{hidden}"/>'
        f"<input>{ports}</input><output>{_port(3, (1, hidden))}</output><blobs>{blobs}</blobs>"
        f"</layer></layers><edges>{edges}</edges>"
        '<meta_data><MO_version value="2020.1"/></meta_data></net>'
    )
    return text, bytes(sum(sizes))
