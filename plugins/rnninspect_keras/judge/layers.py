"""Live layers of Keras, or TensorFlow 1's cells, that take the arrays of a file, in the child."""

from __future__ import annotations

import keras
import numpy as np

from rnninspect.verification.question import NoOpinion, RefusedLayer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from rnninspect.verification.question import Part

    Fetch = Callable[[str], Any]

LAYERS = {"RNN": "SimpleRNN", "GRU": "GRU", "LSTM": "LSTM"}
TENSORFLOW_1, CUDNN = "tensorflow 1", "cudnn"


def rebuild(part: Part, fetch: Fetch) -> int:
    """The count of live layers, one for each direction, that take the arrays of this one.

    `fetch` gives the array of a name, or raises NoOpinion. Raises RefusedLayer with Keras' reason
    if the arrays do not fit.
    """
    total = 0
    for direction in range(part.directions):
        layer = _layer(part)
        arrays = _arrays(part, direction, fetch)
        if part.convention == TENSORFLOW_1:
            values = _by_shape(layer, [array for same in arrays.values() for array in same])
        else:  # Keras 1's arrays of single gates are joined to one
            values = [np.concatenate(same, axis=-1) for same in arrays.values()]
        try:
            layer.set_weights(values)
        except ValueError as error:
            raise RefusedLayer(str(error)) from error
        total += int(layer.count_params())
    return total


def _arrays(part: Part, direction: int, fetch: Fetch) -> dict[tuple[str, ...], list[Any]]:
    """What is stored for each weight, in the order that Keras has: kernels first, biases last."""
    found: dict[tuple[str, ...], list[Any]] = {}
    for filling in part.fillings:
        if filling.direction == direction:
            found.setdefault(filling.roles, []).append(fetch(filling.tensor))
    return found


def _by_shape(layer: Any, arrays: list[Any]) -> list[Any]:  # noqa: ANN401 - Keras is untyped
    """The arrays in the order of the cell's variables, whose names have changed over the years."""
    ordered = []
    for variable in layer.weights:
        shape = tuple(variable.shape)
        fitting = [place for place, array in enumerate(arrays) if np.shape(array) == shape]
        if not fitting:
            shapes = ", ".join(str(np.shape(array)) for array in arrays)
            raise RefusedLayer(f"{variable.name} is {shape}, and none of {shapes}")
        ordered.append(arrays.pop(fitting[0]))
    return ordered + arrays


def _layer(part: Part) -> Any:  # noqa: ANN401 - as above
    """A live layer of one direction, built for its inputs."""
    biased = part.biases > 0
    if part.convention in (TENSORFLOW_1, CUDNN):
        return _of_keras_2(part)
    if not part.convention.startswith("keras") or part.peepholes or part.projection_size:
        raise NoOpinion(f"Keras 3 has no {part.kind} of {part.convention}")
    if part.taps:
        space = tuple(tap + 2 for tap in part.taps)
        made = getattr(keras.layers, part.cell)(part.hidden_size, part.taps, use_bias=biased)
        made.build((None, None, *space, part.input_size))
        return made
    options = {"reset_after": part.convention != "keras"} if part.cell == "GRU" else {}
    made = getattr(keras.layers, LAYERS[part.cell])(part.hidden_size, use_bias=biased, **options)
    made.build((None, None, part.input_size))
    return made


def _of_keras_2(part: Part) -> Any:  # noqa: ANN401 - as above
    """A layer or cell that Keras 3 has no more, and Keras 2 keeps for old programs."""
    try:
        made = _cudnn(part) if part.convention == CUDNN else _cell(part)
    except ImportError as error:
        raise NoOpinion(f"Keras 3 has no {part.kind} of {part.convention}") from error
    made.build(
        (None, None, part.input_size) if part.convention == CUDNN else (None, part.input_size)
    )
    return made


def _cudnn(part: Part) -> Any:  # noqa: ANN401 - as above
    return cudnn_layers()[f"CuDNN{part.cell}"](part.hidden_size)


def cudnn_layers() -> dict[str, Any]:
    """Keras 2's layers for GPUs, which can be built anywhere; ImportError without Keras 2."""
    from tf_keras.src.layers.rnn import cudnn_gru, cudnn_lstm  # noqa: PLC0415 - an optional package

    return {"CuDNNGRU": cudnn_gru.CuDNNGRU, "CuDNNLSTM": cudnn_lstm.CuDNNLSTM}


def _cell(part: Part) -> Any:  # noqa: ANN401 - as above
    from tf_keras.src.layers.rnn import legacy_cells  # noqa: PLC0415 - an optional package

    if part.cell == "LSTM":
        return legacy_cells.LSTMCell(
            part.hidden_size, use_peepholes=part.peepholes, num_proj=part.projection_size
        )
    made = {"GRU": legacy_cells.GRUCell, "RNN": legacy_cells.BasicRNNCell}
    return made[part.cell](part.hidden_size)
