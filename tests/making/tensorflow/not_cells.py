"""Functions with gates, shared weights or loops that are not recurrent layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tensorflow as tf

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH, TIMES = 12, 5


def _matrix(rows: int = WIDTH, columns: int = WIDTH) -> Any:  # noqa: ANN401 - untyped
    return tf.Variable(tf.random.stateless_uniform((rows, columns), (1, rows)))


def attention() -> Callable[[Any], Any]:
    """One head over itself."""
    query, key, value = _matrix(), _matrix(), _matrix()

    def apply(x: Any) -> Any:  # noqa: ANN401
        scores = tf.nn.softmax(tf.matmul(x @ query, x @ key, transpose_b=True))
        return tf.matmul(scores, x @ value)

    return apply


def highway() -> Callable[[Any], Any]:
    """Gated layers, each with weights of its own and twice with the same ones."""
    gates, plain = [_matrix() for _ in range(2)], [_matrix() for _ in range(2)]

    def apply(x: Any) -> Any:  # noqa: ANN401
        h = x[:, 0]
        for gate, matrix in zip(gates, plain, strict=True):
            t = tf.sigmoid(h @ gate)
            h = t * tf.nn.relu(h @ matrix) + (1 - t) * h
        return h

    return apply


def excitation() -> Callable[[Any], Any]:
    """Squeeze and excitation."""
    narrow, wide = _matrix(WIDTH, 3), _matrix(3, WIDTH)

    def apply(x: Any) -> Any:  # noqa: ANN401
        scale = tf.sigmoid(tf.nn.relu(tf.reduce_mean(x, 1) @ narrow) @ wide)
        return x * scale[:, None]

    return apply


def gated_network() -> Callable[[Any], Any]:
    """Dense layers with gates, one after the other."""
    matrices = [_matrix() for _ in range(4)]

    def apply(x: Any) -> Any:  # noqa: ANN401
        h = x[:, 0]
        for matrix in matrices:
            h = tf.tanh(h @ matrix) * tf.sigmoid(h)
        return h

    return apply


def counter() -> Callable[[Any], Any]:
    """A loop that counts, beside a dense layer."""
    matrix = _matrix()

    def apply(x: Any) -> Any:  # noqa: ANN401
        steps = tf.while_loop(lambda at: at < TIMES, lambda at: (at + 1,), (0,))[0]
        return tf.tanh(x @ matrix) * tf.cast(steps, tf.float32)

    return apply


def siblings() -> Callable[[Any], Any]:
    """One matrix over several inputs, whose results are added."""
    matrix = _matrix()

    def apply(x: Any) -> Any:  # noqa: ANN401
        return tf.add_n([tf.sigmoid(x[:, at] @ matrix) for at in range(TIMES)])

    return apply


def search() -> Callable[[Any], Any]:
    """A search for the best sequence: a loop that carries choices and their scores."""
    table, matrix = _matrix(), _matrix()

    def turn(at: Any, chosen: Any, score: Any) -> Any:  # noqa: ANN401
        logits = tf.nn.log_softmax(tf.tanh(tf.gather(table, chosen) @ matrix))
        best = tf.argmax(logits, -1)
        return at + 1, best, score + tf.reduce_max(logits, -1)

    def apply(x: Any) -> Any:  # noqa: ANN401
        begun = (0, tf.argmax(x[:, 0], -1), tf.reduce_sum(x[:, 0], -1))
        return tf.while_loop(lambda at, *_: at < TIMES, turn, begun)[2]

    return apply


NETS = {
    work.__name__: work
    for work in (attention, highway, excitation, gated_network, counter, siblings, search)
}
