"""Cells as their authors name the arrays of them in numpy and JAX: shapes by name."""

from __future__ import annotations

M, N = 6, 5
Shapes = dict[str, tuple[int, ...]]

KERAS_LSTM: Shapes = {
    "lstm/kernel": (M, 4 * N),
    "lstm/recurrent_kernel": (N, 4 * N),
    "lstm/bias": (4 * N,),
}
KERAS_GRU: Shapes = {
    "gru/kernel:0": (M, 3 * N),
    "gru/recurrent_kernel:0": (N, 3 * N),
    "gru/bias:0": (2, 3 * N),
    "dense/kernel:0": (N, 2),
}
UNDERSCORES: Shapes = {
    "enc_emb": (29, M),
    "enc_w_ih": (3 * N, M),
    "enc_w_hh": (3 * N, N),
    "enc_b_ih": (3 * N,),
    "enc_b_hh": (3 * N,),
    "fc_w": (74, N),
}
MLX_LSTM: Shapes = {"lstm.Wx": (4 * N, M), "lstm.Wh": (4 * N, N), "lstm.bias": (4 * N,)}
MLX_GRU: Shapes = {
    "gru.Wx": (3 * N, M),
    "gru.Wh": (3 * N, N),
    "gru.b": (3 * N,),
    "gru.bhn": (N,),
}
TORCH: Shapes = {
    "rnn.weight_ih_l0": (4 * N, M),
    "rnn.weight_hh_l0": (4 * N, N),
    "rnn.bias_ih_l0": (4 * N,),
    "rnn.bias_hh_l0": (4 * N,),
}
FLAX: Shapes = {
    **{f"params/cell/i{gate}/kernel": (M, N) for gate in "ifgo"},
    **{f"params/cell/h{gate}/kernel": (N, N) for gate in "ifgo"},
    **{f"params/cell/h{gate}/bias": (N,) for gate in "ifgo"},
}
BY_GATE: Shapes = {
    **{f"W{gate}": (N, N + M) for gate in "fico"},
    **{f"b{gate}": (N, 1) for gate in "fico"},
    "Wy": (2, N),
    "by": (2, 1),
}
ELMAN: Shapes = {"Wxh": (N, M), "Whh": (N, N), "Why": (2, N), "bh": (N, 1), "by": (2, 1)}
CELLS = [
    (KERAS_LSTM, "lstm", "LSTM", 4 * (N * M + N * N + N)),
    (KERAS_GRU, "gru", "GRU", 3 * (N * M + N * N + 2 * N)),
    (UNDERSCORES, "enc", "GRU", 3 * (N * M + N * N + 2 * N)),
    (MLX_LSTM, "lstm", "LSTM", 4 * (N * M + N * N + N)),
    (MLX_GRU, "gru", "CudnnGRU", 3 * (N * M + N * N + N) + N),
    (TORCH, "rnn", "LSTM", 4 * (N * M + N * N + 2 * N)),
    (FLAX, "params.cell", "LSTM", 4 * (N * M + N * N + N)),
    (BY_GATE, "LSTM", "LSTM", 4 * (N * M + N * N + N)),
    (ELMAN, "RNN", "RNN", N * M + N * N + N),
]
NAMED: dict[str, Shapes] = {
    "Keras' LSTM": KERAS_LSTM,
    "Keras' GRU": KERAS_GRU,
    "a GRU with underscores": UNDERSCORES,
    "MLX' LSTM": MLX_LSTM,
    "MLX' GRU": MLX_GRU,
    "torch's LSTM": TORCH,
    "Flax's LSTM": FLAX,
    "an LSTM gate by gate": BY_GATE,
    "an Elman cell": ELMAN,
}
