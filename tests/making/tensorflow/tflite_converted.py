"""Networks of Keras 2 that TensorFlow's converter writes as TFLite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

STEPS, INPUTS = 5, 8


def converted(
    parts: Sequence[Any], change: Callable[[Any], None] | None = None
) -> tuple[bytes, int]:
    """The file of a network whose weights are all different, and its parameters."""
    import tensorflow as tf
    import tf_keras

    model = tf_keras.Sequential([tf_keras.layers.InputLayer((STEPS, INPUTS), batch_size=1), *parts])
    chance = np.random.default_rng(0)
    model.set_weights([chance.normal(0, 0.3, array.shape) for array in model.get_weights()])
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if change is not None:
        change(converter)
    return converter.convert(), model.count_params()


def in_float16(converter: Any) -> None:  # noqa: ANN401 - TensorFlow has no types
    import tensorflow as tf

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]


def in_dynamic_range(converter: Any) -> None:  # noqa: ANN401 - as above
    import tensorflow as tf

    converter.optimizations = [tf.lite.Optimize.DEFAULT]


def with_flex(converter: Any) -> None:  # noqa: ANN401 - as above
    """TensorFlow's own operators for lists, as a batch of unknown size needs them."""
    import tensorflow as tf

    builtins, select = tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS
    converter.target_spec.supported_ops = [builtins, select]
    converter._experimental_lower_tensor_list_ops = False
