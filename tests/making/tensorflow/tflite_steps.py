"""Steps of recurrent cells as plain TFLite operators: in loops, calls, variables and alone."""

from __future__ import annotations

from making.tensorflow.tflite_models import BOOL, INT32, Graph, Model
from making.tensorflow.tflite_schema import schema

INPUTS, HIDDEN, STEPS = 3, 4, 5


class Weights:
    """The stored tensors of Elman's cell in one subgraph."""

    def __init__(self, graph: Graph) -> None:
        self.kernel = graph.weight("kernel", HIDDEN, INPUTS)
        self.recurrent = graph.weight("recurrent", HIDDEN, HIDDEN)
        self.bias = graph.weight("bias", HIDDEN)


def elman_step(graph: Graph, weights: Weights, read: int, state: int) -> int:
    """tanh(W·x + R·h + b)."""
    of_input = graph.run(
        "FULLY_CONNECTED",
        [read, weights.kernel, weights.bias],
        [graph.value("of_input", 1, HIDDEN)],
        schema().FullyConnectedOptionsT(),
    )
    of_state = graph.run(
        "FULLY_CONNECTED",
        [state, weights.recurrent, -1],
        [graph.value("of_state", 1, HIDDEN)],
        schema().FullyConnectedOptionsT(),
    )
    both = graph.run("ADD", [of_input, of_state], [graph.value("sum", 1, HIDDEN)])
    return graph.run("TANH", [both], [graph.value("new", 1, HIDDEN)])


def one_step() -> Model:
    """States come in and go out."""
    model = Model()
    graph = model.graph()
    read, state = graph.fed("x", 1, INPUTS), graph.fed("h", 1, HIDDEN)
    graph.give(elman_step(graph, Weights(graph), read, state))
    return model


def body_of(model: Model, name: str, weights: bool = True) -> Graph:  # noqa: FBT002 - whether it stores them
    """A loop's body: a counter, the state, the sequence; weights of its own or given."""
    body = model.graph(name)
    count = body.fed("count", kind=INT32)
    state = body.fed("state", 1, HIDDEN)
    sequence = body.fed("sequence", STEPS, 1, INPUTS)
    if weights:
        own = Weights(body)
    else:
        own = Weights.__new__(Weights)
        own.kernel = body.fed("given_kernel", HIDDEN, INPUTS)
        own.recurrent = body.fed("given_recurrent", HIDDEN, HIDDEN)
        own.bias = body.fed("given_bias", HIDDEN)
    read = body.run(
        "GATHER", [sequence, count], [body.value("read", 1, INPUTS)], schema().GatherOptionsT()
    )
    new = elman_step(body, own, read, state)
    one = body.weight("one", kind=INT32, data=(1).to_bytes(4, "little"))
    body.give(body.run("ADD", [count, one], [body.value("next", kind=INT32)]), new, sequence)
    if not weights:
        body.give(own.kernel, own.recurrent, own.bias)
    return body


def loop(body_name: str = "net/plain/while_body", *, handed_in: bool = False) -> Model:
    """A WHILE whose body has the step; its weights may be handed in."""
    model = Model()
    main = model.graph()
    sequence = main.fed("x", STEPS, 1, INPUTS)
    zero = main.weight("zero", kind=INT32, data=bytes(4))
    state = main.weight("net/plain/zeros", 1, HIDDEN)
    inputs = [zero, state, sequence]
    if handed_in:
        weights = Weights(main)
        inputs += [weights.kernel, weights.recurrent, weights.bias]
    condition = model.graph("net/plain/while_cond")
    for index in inputs:
        tensor = main.made.tensors[index]
        condition.fed("c", *tensor.shape, kind=tensor.type)
    condition.give(condition.value("again", kind=BOOL))
    body_of(model, body_name, weights=not handed_in)
    outputs = [
        main.value(
            f"while{at}", *main.made.tensors[index].shape, kind=main.made.tensors[index].type
        )
        for at, index in enumerate(inputs)
    ]
    options = schema().WhileOptionsT(condSubgraphIndex=1, bodySubgraphIndex=2)
    main.run("WHILE", inputs, outputs, options)
    main.give(outputs[1])
    return model


def called() -> Model:
    """The step in a subgraph that the main one calls."""
    model = Model()
    main = model.graph()
    inputs = [main.fed("x", 1, INPUTS), main.fed("h", 1, HIDDEN)]
    step = model.graph("step")
    read, state = step.fed("x", 1, INPUTS), step.fed("h", 1, HIDDEN)
    step.give(elman_step(step, Weights(step), read, state))
    output = main.value("y", 1, HIDDEN)
    main.give(main.run("CALL", inputs, [output], schema().CallOptionsT(subgraph=1)))
    return model


def variables(*, weights: bool = False) -> Model:
    """The state is kept in a variable, which a subgraph fills once; the weights may be, too."""
    model = Model()
    main = model.graph()
    read = main.fed("x", 1, INPUTS)
    main.run("CALL_ONCE", [], [], schema().CallOnceOptionsT(initSubgraphIndex=1))
    handle = _handle(main, "state")
    state = main.run("READ_VARIABLE", [handle], [main.value("h", 1, HIDDEN)])
    own = Weights(main)
    first = model.graph("init")
    zeros = first.weight("first", 1, HIDDEN)
    first.run("ASSIGN_VARIABLE", [_handle(first, "state"), zeros], [])
    if weights:
        kept = first.weight("kept", HIDDEN, HIDDEN)
        first.run("ASSIGN_VARIABLE", [_handle(first, "recurrent"), kept], [])
        given = main.value("read_recurrent", HIDDEN, HIDDEN)
        own.recurrent = main.run("READ_VARIABLE", [_handle(main, "recurrent")], [given])
    new = elman_step(main, own, read, state)
    main.run("ASSIGN_VARIABLE", [handle, new], [])
    main.give(new)
    return model


def _handle(graph: Graph, name: str) -> int:
    options = schema().VarHandleOptionsT(container="", sharedName=name)
    return graph.run("VAR_HANDLE", [], [graph.value(f"{name} handle", kind=13)], options)


def chosen() -> Model:
    """An IF that keeps the state where its condition does not hold."""
    model = Model()
    main = model.graph()
    inputs = [main.fed("again", kind=BOOL), main.fed("x", 1, INPUTS), main.fed("h", 1, HIDDEN)]
    step, kept = model.graph("step"), model.graph("kept")
    read, state = step.fed("x", 1, INPUTS), step.fed("h", 1, HIDDEN)
    step.give(elman_step(step, Weights(step), read, state))
    kept.fed("x", 1, INPUTS)
    kept.give(kept.fed("h", 1, HIDDEN))
    options = schema().IfOptionsT(thenSubgraphIndex=1, elseSubgraphIndex=2)
    main.give(main.run("IF", inputs, [main.value("y", 1, HIDDEN)], options))
    return model
