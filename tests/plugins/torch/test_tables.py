"""Networks in tables of a pickle: the same reports and errors as of one tensor at a time."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hostile import container_entries, torch_entries
from making.described import model_of
from making.torch.pickled_dicts import Pairs, Pickled, Tensor, number, saved, sizes_of, text
from rnninspect.decode import zip_directory
from rnninspect.decode.pickles import groups, states
from rnninspect.errors import RnnInspectError
from rnninspect.inspection import inspect_file
from rnninspect.plugin import Limits
from rnninspect.render.report.json import dump, report_json
from rnninspect.report import Report
from rnninspect.source.source import open_source
from rnninspect.stored.columns import TensorColumns
from rnninspect_torch import TorchReader

SAMPLES = Path(__file__).parents[3] / "sample_models"
ENDINGS = (".pt", ".pth", ".bin", ".ckpt", ".th", ".pkl")
FILES = sorted(path for path in SAMPLES.rglob("*") if path.suffix in ENDINGS)
HOSTILE = {**container_entries.ENTRIES, **torch_entries.ENTRIES}
GROUP = 40
LSTM = {"weight_ih_l0": (8, 3), "weight_hh_l0": (8, 2), "bias_ih_l0": (8,), "bias_hh_l0": (8,)}


@pytest.fixture(autouse=True)
def _read_small_groups_as_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "LEAST", 0)
    monkeypatch.setattr(states, "LEAST", 0)


def reported(path: Path) -> tuple[object, str]:
    """A report and its JSON, or an error."""
    try:
        report = inspect_file(str(path))
    except RnnInspectError as error:
        return type(error), str(error)
    assert isinstance(report, Report)
    return report, dump(report_json(report))


def hold_equal(path: Path) -> None:
    quick = reported(path)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(groups, "read_table", lambda _: False)
        patched.setattr(states, "read_states", lambda _: None)
        patched.setattr(zip_directory, "_MANY", 10**9)
        assert quick == reported(path)


def network(first: int = 0, count: int = 160, start: str = "") -> Pairs:
    """An LSTM in a table, and other tensors around it."""
    shapes: list[tuple[str, tuple[int, ...]]]
    shapes = [(f"{start}layers.{n}.weight", (2, 3)) for n in range(count)]
    shapes[60:64] = [(f"{start}rnn.{name}", shape) for name, shape in LSTM.items()]
    return [(name, Tensor(str(first + n), shape)) for n, (name, shape) in enumerate(shapes)]


def written(path: Path, pickle: bytes, *pairs: Pairs, **sizes: int) -> Path:
    needed = sizes_of(value for some in pairs for _, value in some)
    path.write_bytes(saved(pickle, {**needed, **sizes}))
    return path


def whole(path: Path, pairs: Pairs, **sizes: int) -> Path:
    return written(path, Pickled().grouped(pairs, GROUP), pairs, **sizes)


def changed(changes: dict[int, tuple[str, Tensor | bytes]]) -> Pairs:
    return [changes.get(at, pair) for at, pair in enumerate(network())]


def test_few_tensors_are_made_of_very_many(tmp_path: Path) -> None:
    path = whole(tmp_path / "net.pt", network(count=1_000))
    with open_source(path, Limits()) as source:
        model = model_of(TorchReader(), source)
    assert isinstance(model.tensors, TensorColumns)
    assert len(model.tensors) == 1_000
    assert len(model.tensors.looked_at()) < GROUP + len(LSTM)
    assert [layer.name for layer in model.layers] == ["rnn"]


@pytest.mark.parametrize("every", [1, 2])
def test_parameters_are_described_like_tensors(every: int, tmp_path: Path) -> None:
    pairs = [
        (
            name,
            replace(tensor, trained=True)
            if isinstance(tensor, Tensor) and n % every == 0
            else tensor,
        )
        for n, (name, tensor) in enumerate(network())
    ]
    hold_equal(whole(tmp_path / "net.pt", pairs))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_sample_is_described_alike(path: Path) -> None:
    hold_equal(path)


@pytest.mark.parametrize("name", HOSTILE)
def test_each_hostile_file_is_described_alike(name: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile" / "model.pt"
    path.parent.mkdir()
    HOSTILE[name].make(path)
    hold_equal(path)


LATER = ("layers.150.weight", Tensor("50", (2, 3)))
UNUSUAL: dict[str, Pairs] = {
    "a tensor of two names": changed({150: LATER}),
    "a tensor of a layer with another name": changed({150: ("tied", Tensor("60", (8, 3)))}),
    "a part of another one": changed({150: ("part", Tensor("50", (2,), offset=3, count=6))}),
    "an expanded one": changed({150: ("expanded", Tensor("50", (9, 6), (0, 1), 6))}),
    "a storage declared twice": changed({150: ("clash", Tensor("50", (3,)))}),
    "a name twice": changed({150: ("layers.50.weight", Tensor("150"))}),
    "a name twice, of no tensor": changed({150: ("layers.50.weight", number(3))}),
    "other values": changed({3: ("epoch", number(3)), 4: ("arch", text("x"))}),
    "a dict": changed({3: ("more", b"}(" + text("a") + number(3) + b"u")}),
    "unused bytes": changed({3: ("unused", Tensor("3", (1,), count=5_000))}),
    "a layer with a wrong shape": changed({61: ("rnn.weight_hh_l0", Tensor("61", (8, 4)))}),
    "flattened": changed({150: ("x.flat_param", Tensor("150"))}),
    "scales": changed({n: (f"a.{n}_scale", Tensor(str(n), (1,))) for n in range(50, 120)}),
    "masks": changed(
        {n: (f"a.{n // 2}.w_{'mask' if n % 2 else 'orig'}", Tensor(str(n))) for n in range(64, 120)}
    ),
    "counters": changed({n: (f"a.{n}", Tensor(str(n), kind="LongStorage")) for n in range(64, 99)}),
    "copies": [*network(), *network(200, start="ema.")],
    "copies that are no copies": [*network(), *network(200, start="ema.x")],
    "numbers": [(str(n), Tensor(str(n))) for n in range(160)],
    "numbers from the second group on": [
        (f"a.{n}" if n < GROUP else str(n), Tensor(str(n))) for n in range(160)
    ],
    "keys of an optimizer": changed(
        {150: ("param_groups", Tensor("150")), 151: ("state", Tensor("151"))}
    ),
    "statistics": [(f"mean{n}", Tensor(str(n), (1,))) for n in range(160)],
    "surrogates": changed({n: (f"\udcff{n}\n", Tensor(str(n))) for n in range(80, 99)}),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_is_described_alike(name: str, tmp_path: Path) -> None:
    hold_equal(whole(tmp_path / "net.pt", UNUSUAL[name]))


@pytest.mark.parametrize("size", [0, 23, 25, 99])
def test_storages_of_other_lengths(size: int, tmp_path: Path) -> None:
    hold_equal(whole(tmp_path / "net.pt", network(), **{"61": size, "100": size, "159": size}))
    hold_equal(whole(tmp_path / "many.pt", network(count=1_200), **{"100": size, "1100": size}))


def nested(tmp_path: Path, start: str, *keys: str) -> Path:
    pickled, parts, every = Pickled(), {}, []
    for at, key in enumerate(keys):
        pairs = network(at * 1_000, 160 - 40 * at, start if at else "")
        parts[key] = pickled.grouped(pairs, GROUP)
        every.append(pairs)
    few = [(f"w{n}", Tensor(f"{9_000 + n}", (n,))) for n in range(1, 4)]
    parts["few"], parts["epoch"] = pickled.grouped(few, 10), number(7)
    return written(tmp_path / "net.pt", pickled.dict_of(parts), *every, few)


NESTED = [
    ("model", "model_ema"),
    ("model", "optimizer"),
    ("state_dict", "best", "discriminator"),
    ("teacher", "net"),
    ("rng_state", "loss"),
    ("scaler", "hparams"),
]


@pytest.mark.parametrize("keys", NESTED, ids="-".join)
@pytest.mark.parametrize("start", ["", "module."])
def test_several_networks(keys: tuple[str, ...], start: str, tmp_path: Path) -> None:
    hold_equal(nested(tmp_path, start, *keys))


def drawn_pairs(drawn: random.Random) -> Pairs:
    """A network with some values that are drawn, of any kind."""
    pairs = dict(enumerate(network(count=drawn.randrange(90, 200))))
    for at in (drawn.randrange(30, len(pairs)) for _ in range(drawn.randrange(6))):
        name, tensor = pairs[at]
        if not isinstance(tensor, Tensor):
            continue
        other = str(drawn.randrange(len(pairs)))
        shape = drawn.choice([(), (6,), (2, 3), (3, 2), (1, 6, 1), (0, 2), (8, 3)])
        strides = drawn.choice([None, (1,) * len(shape), (0,) * len(shape)])
        count, offset = drawn.choice([None, 6, 50]), drawn.choice([0, 0, 0, 2])
        kind = drawn.choice(["FloatStorage", "LongStorage", "HalfStorage", "NoStorage"])
        key, trained = drawn.choice([tensor.key, other]), drawn.choice([None, None, True, False])
        value = Tensor(key, shape, strides, count, offset, kind, trained)
        name = drawn.choice([name, name, f"x{at}", "rnn.weight_ih_l1", "a.running_mean", "é"])
        others: list[Tensor | bytes] = [value, value, value, number(3), b"N", b"]", b"}"]
        pairs[at] = (name, drawn.choice(others))
    return list(pairs.values())


@given(st.integers(0, 2**32))
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_drawn_networks_are_described_alike(tmp_path: Path, seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - files for a test
    pairs = drawn_pairs(drawn)
    sizes = {str(drawn.randrange(len(pairs))): drawn.randrange(60) for _ in range(2)}
    hold_equal(whole(tmp_path / "net.pt", pairs, **(sizes if drawn.random() < 0.3 else {})))


@given(st.integers(0, 2**32))
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mutated_files_are_described_alike(tmp_path: Path, seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - files for a test
    path = whole(tmp_path / "net.pt", network())
    data = bytearray(path.read_bytes())
    for _ in range(drawn.randrange(1, 4)):
        data[drawn.randrange(len(data))] = drawn.randrange(256)
    path.write_bytes(data)
    hold_equal(path)
