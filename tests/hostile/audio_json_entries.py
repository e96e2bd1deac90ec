"""JSON of audio programs: cut, nested, ragged, with sizes that lie, with doubled keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hostile.entry import CANARY, Hostile, written

_LSTM: dict[str, Any] = {
    "in_shape": [None, None, 1],
    "layers": [
        {
            "type": "lstm",
            "activation": "",
            "shape": [None, None, 2],
            "weights": [[[0.5] * 8], [[0.5] * 8] * 2, [0.5] * 8],
        }
    ],
}
_UNIT: dict[str, Any] = {
    "model_data": {
        "model": "SimpleRNN",
        "input_size": 1,
        "skip": 1,
        "output_size": 1,
        "unit_type": "GRU",
        "num_layers": 1,
        "hidden_size": 1,
        "bias_fl": True,
    },
    "state_dict": {
        "rec.weight_ih_l0": [[1.0]] * 3,
        "rec.weight_hh_l0": [[1.0]] * 3,
        "rec.bias_ih_l0": [1.0] * 3,
        "rec.bias_hh_l0": [1.0] * 3,
    },
}
_NAM: dict[str, Any] = {
    "version": "0.5.4",
    "architecture": "LSTM",
    "config": {"input_size": 1, "hidden_size": 1, "num_layers": 1},
    "weights": [0.5] * 16,
}


def _text(document: object) -> bytes:
    return json.dumps(document).encode()


def _changed(document: dict[str, Any], *path: str | int, to: object) -> bytes:
    """The document with another value at a path."""
    changed = json.loads(_text(document))
    holder: Any = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = to
    return _text(changed)


def _raw(document: dict[str, Any], value: str) -> Callable[[], bytes]:
    """The document with a text as its weights, made when it is asked for."""
    return lambda: _changed(document, "weights", to="HERE").replace(b'"HERE"', value.encode())


_FIRST = ("layers", 0, "weights", 0)
ENTRIES: dict[str, Hostile] = {
    "sound_rtneural.json": written(_text(_LSTM), 0),
    "sound_guitarml.json": written(_text(_UNIT), 0),
    "sound.nam": written(_text(_NAM), 0),
    "cut.nam": written(_text(_NAM)[:-30], 2),
    "cut_in_a_key.json": written(_text(_LSTM)[:40], 2),
    "doubled_key.nam": written(_text(_NAM).replace(b'"version"', b'"config"'), 2),
    "words.nam": written(_raw(_NAM, '[0.5, "x", 0.5]'), 2),
    "text.nam": written(_raw(_NAM, '"0.5"'), 2),
    "nested.nam": written(_raw(_NAM, "[" * 100_000), 2),
    "nested_keys.nam": written(_raw(_NAM, '{"a":' * 100_000), 2),
    "bad_numbers.nam": written(_raw(_NAM, "[0.5, 00.5, .5]"), 2),
    "long_number.nam": written(_raw(_NAM, f"[{'9' * 1_000_000}]"), 2),
    "infinite.nam": written(_raw(_NAM, f"[{', '.join(['NaN', '-Infinity'] * 8)}]"), 0),
    "many.nam": written(_raw(_NAM, f"[{'1, ' * 8_000_000}1]"), 1),
    "many_rows.json": written(lambda: _changed(_LSTM, *_FIRST, to=[[0.5]] * 1_000_000), 1),
    "many_objects.nam": written(_raw(_NAM, f"[{'{}, ' * 4_000_000}1]"), 2),
    "many_ragged_rows.json": written(
        lambda: _changed(_LSTM, *_FIRST, to=[[0.5], [0.5, 1]] * 1_000_000), 2
    ),
    "long_text.nam": written(lambda: _changed(_NAM, "metadata", to=CANARY * 1_000_000), 0),
    "long_name.json": written(
        _changed(_UNIT, "state_dict", f"{'x' * 60_000}.weight_ih_l0", to=[[1.0]]), 0
    ),
    "control_characters.json": written(
        _changed(_UNIT, "state_dict", "\u202e\x1b[31m|=1,2\r.weight", to=[1.0]), 0
    ),
    "no_utf8.json": written(_text(_UNIT).replace(b"rec.bias", b"rec\xffbias"), 2),
    "huge_sizes.nam": written(_changed(_NAM, "config", "hidden_size", to=2**31 - 1), 1),
    "huge_levels.nam": written(_changed(_NAM, "config", "num_layers", to=2**31 - 1), 2),
    "negative_size.nam": written(_changed(_NAM, "config", "hidden_size", to=-1), 2),
    "zero_size.json": written(_changed(_UNIT, "model_data", "hidden_size", to=0), 2),
    "fraction_as_size.json": written(_changed(_UNIT, "model_data", "hidden_size", to=1.5), 2),
    "size_as_list.json": written(_changed(_UNIT, "model_data", "hidden_size", to=[1]), 2),
    "no_unit.json": written(_changed(_UNIT, "model_data", "unit_type", to="Transformer"), 2),
    "weights_as_object.json": written(_changed(_LSTM, "layers", 0, "weights", to={}), 2),
    "layers_as_numbers.json": written(_changed(_LSTM, "layers", to=[1, 2]), 2),
    "type_as_number.json": written(_changed(_LSTM, "layers", 0, "type", to=7), 2),
    "ragged.json": written(_changed(_LSTM, *_FIRST, to=[[0.5], [0.5, 1]]), 1),
    "deep_array.json": written(lambda: _text(_LSTM).replace(b"[[0.5", b"[" * 90 + b"[[0.5", 1), 2),
    "many_states.json": written(
        lambda: _changed(
            _UNIT, "state_dict", to={f"{at}.weight_ih_l0": [[1]] for at in range(100_000)}
        ),
        2,
    ),
    "submodels_in_submodels.nam": written(
        lambda: (
            b'{"architecture": "x", "config": {"submodels": [{"model": ' * 30
            + _text(_NAM)
            + b"}]}}" * 30
        ),
        2,
    ),
}
