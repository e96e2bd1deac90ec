"""Fused recurrent operators of TFLite with all their inputs, made by hand."""

from __future__ import annotations

from dataclasses import dataclass

from making.tensorflow.tflite_models import ABSENT, FLOAT32, Graph, Model
from making.tensorflow.tflite_schema import schema

TANH = 4


@dataclass(frozen=True)
class Lstm:
    """An LSTM operator: its sizes, and the inputs that it has."""

    inputs: int = 8
    hidden: int = 16
    projection: int = 0
    coupled: bool = False
    peepholes: bool = False
    projection_bias: bool = False
    norms: bool = False
    kind: int = FLOAT32

    @property
    def fed_back(self) -> int:
        return self.projection or self.hidden


def weights_of(graph: Graph, cell: Lstm, prefix: str = "", inputs: int | None = None) -> list[int]:
    """The seventeen inputs of one direction that contain weights."""
    n, gates = cell.hidden, ("i", "f", "g", "o")
    width = cell.inputs if inputs is None else inputs

    def each(role: str, *shape: int, among: tuple[str, ...] = gates, has: bool = True) -> list[int]:
        return [
            graph.weight(f"{prefix}{role}_{gate}", *shape, kind=cell.kind)
            if has and not (cell.coupled and gate == "i")
            else ABSENT
            for gate in among
        ]

    projection = (
        graph.weight(f"{prefix}projection", cell.projection, n) if cell.projection else ABSENT
    )
    bias = graph.weight(f"{prefix}projection_bias", cell.projection) if cell.projection_bias else -1
    return [
        *each("kernel", n, width),
        *each("recurrent", n, cell.fed_back),
        *each("peephole", n, among=("i", "f", "o"), has=cell.peepholes),
        *each("bias", n),
        projection,
        bias,
    ]


def unidirectional(cell: Lstm, operator: str = "UNIDIRECTIONAL_SEQUENCE_LSTM") -> Model:
    """A model of one operator over a sequence of five steps."""
    model = Model()
    graph = model.graph()
    shape = (1, cell.inputs) if operator == "LSTM" else (1, 5, cell.inputs)
    inputs = [graph.fed("x", *shape), *weights_of(graph, cell)]
    inputs.append(graph.value("lstm/zeros", 1, cell.fed_back, variable=True))
    inputs.append(graph.value("lstm/zeros1", 1, cell.hidden, variable=True))
    for gate in "ifgo":
        has = cell.norms and not (cell.coupled and gate == "i")
        inputs.append(graph.weight(f"norm_{gate}", cell.hidden) if has else ABSENT)
    options = {
        "LSTM": schema().LSTMOptionsT(fusedActivationFunction=TANH),
        "UNIDIRECTIONAL_SEQUENCE_LSTM": schema().UnidirectionalSequenceLSTMOptionsT(
            fusedActivationFunction=TANH
        ),
    }[operator]
    output = graph.value("y", *shape[:-1], cell.fed_back)
    graph.give(graph.run(operator, inputs, [output], options))
    return model


def bidirectional(cell: Lstm, auxiliary: int = 0) -> Model:
    """A model of one BIDIRECTIONAL_SEQUENCE_LSTM, which may read a second input."""
    model = Model()
    graph = model.graph()
    inputs = [graph.fed("x", 5, 1, cell.inputs)]
    inputs += weights_of(graph, cell, "fw_") + weights_of(graph, cell, "bw_")
    for name in ("fw", "bw"):
        inputs.append(graph.value(f"{name}_h", 1, cell.fed_back, variable=True))
        inputs.append(graph.value(f"{name}_c", 1, cell.hidden, variable=True))
    inputs.append(graph.fed("beside", 5, 1, auxiliary) if auxiliary else ABSENT)
    for name in ("fw_beside_", "bw_beside_"):
        kernels = weights_of(graph, cell, name, auxiliary)[:4] if auxiliary else [ABSENT] * 4
        inputs += kernels
    outputs = [graph.value(name, 5, 1, cell.fed_back) for name in ("fw_y", "bw_y")]
    options = schema().BidirectionalSequenceLSTMOptionsT(
        fusedActivationFunction=TANH, timeMajor=True
    )
    graph.run("BIDIRECTIONAL_SEQUENCE_LSTM", inputs, outputs, options)
    graph.give(*outputs)
    return model


def both_ends(cell: Lstm, *, turned: bool = True) -> Model:
    """Two operators over one sequence, of which one may read it reversed."""
    model = Model()
    graph = model.graph()
    shape = (1, 5, cell.inputs)
    read = graph.fed("x", *shape)
    other = read
    if turned:
        axis = graph.integers("axis", 1)
        other = graph.run("REVERSE_V2", [read, axis], [graph.value("turned", *shape)])
    for name, sequence in (("net/forward_lstm", read), ("net/backward_lstm", other)):
        states = [
            graph.value(f"{name}/zeros{at}", 1, size, variable=True)
            for at, size in enumerate((cell.fed_back, cell.hidden))
        ]
        weights = weights_of(graph, cell, f"{name}/")
        options = schema().UnidirectionalSequenceLSTMOptionsT(fusedActivationFunction=TANH)
        output = graph.value(f"{name}/y", 1, 5, cell.fed_back)
        given = [sequence, *weights, *states, *[ABSENT] * 4]
        graph.give(graph.run("UNIDIRECTIONAL_SEQUENCE_LSTM", given, [output], options))
    return model


def basic_lstm(inputs: int = 8, hidden: int = 16) -> Model:
    """A model of one LSTM of kernel_type BASIC."""
    model = Model()
    graph = model.graph()
    given = [
        graph.fed("x", 1, inputs),
        graph.fed("h", 1, hidden),
        graph.weight("joined", 4 * hidden, inputs + hidden),
        graph.weight("bias", 4 * hidden),
        graph.fed("c", 1, hidden),
    ]
    names = (("h_out", hidden), ("c_out", hidden), ("scratch", inputs + hidden))
    outputs = [graph.value(name, 1, size) for name, size in names]
    outputs.append(graph.value("activations", 1, 4 * hidden))
    options = schema().LSTMOptionsT(fusedActivationFunction=TANH, kernelType=1)
    graph.run("LSTM", given, outputs, options)
    graph.give(*outputs[:2])
    return model


def elman(operator: str, inputs: int = 8, hidden: int = 16) -> Model:
    """A model of one RNN operator, in one direction or in two."""
    model = Model()
    graph = model.graph()
    shape = (1, inputs) if operator == "RNN" else (5, 1, inputs)
    given = [graph.fed("x", *shape)]
    names = ("fw_", "bw_") if operator.startswith("BIDIRECTIONAL") else ("",)
    for name in names:
        given += [
            graph.weight(f"{name}kernel", hidden, inputs),
            graph.weight(f"{name}recurrent", hidden, hidden),
            graph.weight(f"{name}bias", hidden),
            graph.value(f"{name}h", 1, hidden, variable=True),
        ]
    given += [ABSENT] * 3 if len(names) > 1 else []
    options = {
        "RNN": schema().RNNOptionsT(fusedActivationFunction=TANH),
        "UNIDIRECTIONAL_SEQUENCE_RNN": schema().SequenceRNNOptionsT(
            fusedActivationFunction=TANH, timeMajor=True
        ),
        "BIDIRECTIONAL_SEQUENCE_RNN": schema().BidirectionalSequenceRNNOptionsT(
            fusedActivationFunction=TANH, timeMajor=True
        ),
    }[operator]
    outputs = [graph.value(f"{name}y", *shape[:-1], hidden) for name in names]
    graph.run(operator, given, outputs, options)
    graph.give(*outputs)
    return model


def gru(operator: str = "UNIDIRECTIONAL_SEQUENCE_GRU", inputs: int = 8, hidden: int = 16) -> Model:
    """A model of one custom GRU, as TensorFlow's experimental kernel reads it."""
    model = Model()
    graph = model.graph()
    given = [
        graph.fed("x", 5, 1, inputs),
        graph.fed("h", 1, hidden),
        graph.weight("gates", 2 * hidden, inputs + hidden),
        graph.weight("gates_bias", 2 * hidden),
        graph.weight("candidate", hidden, inputs + hidden),
        graph.weight("candidate_bias", hidden),
    ]
    outputs = [graph.value("y", 5, 1, hidden), graph.value("h_out", 1, hidden)]
    graph.run(operator, given, outputs)
    graph.give(*outputs)
    return model


def svdf(inputs: int = 40, units: int = 32, rank: int = 2, memory: int = 8) -> Model:
    """A model of one SVDF."""
    model = Model()
    graph = model.graph()
    given = [
        graph.fed("x", 1, inputs),
        graph.weight("features", units * rank, inputs),
        graph.weight("times", units * rank, memory),
        graph.weight("bias", units),
        graph.value("kept", 1, units * rank * memory, variable=True),
    ]
    graph.give(
        graph.run("SVDF", given, [graph.value("y", 1, units)], schema().SVDFOptionsT(rank=rank))
    )
    return model
