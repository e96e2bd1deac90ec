"""The command over a model whose cells bring sizes of their own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from making.mamba import MAMBA
from making.torch.pickles import saved
from rnninspect.render.widths import width_of


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("modern") / "blocks.pt"
    shapes = {
        f"layers.{at}.mixer.{name}": shape for at in range(6) for name, shape in MAMBA.items()
    }
    path.write_bytes(saved(shapes))
    return str(path)


def run(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "rnninspect", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_equal_blocks_are_one_row_until_they_are_unfolded(model: str) -> None:
    code, text = run(model)
    assert code == 0
    assert "layers.0…5.mixer × 6" in text
    assert "d=24 E=48 N=7 k=4 R=3" in text
    assert "d width, E inner width, N state, k taps, R rank of Δ" in text
    _, text = run("inspect", model, "--unfold")
    assert all(f"layers.{at}.mixer " in text for at in range(6))


def test_each_block_is_in_json(model: str) -> None:
    (report,) = json.loads(run(model, "--format", "json")[1])["reports"]
    assert len(report["layers"]) == 6
    layer = report["layers"][0]
    assert (layer["input_size"], layer["hidden_size"]) == (None, None)
    assert layer["own_sizes"] == {"d": 24, "E": 48, "N": 7, "k": 4, "R": 3}
    assert layer["state_size"] == {"elements": 480, "bytes": 1920}


def test_explain_shows_the_sum_of_an_axis_and_the_state(model: str) -> None:
    _, text = run("explain", model, "layers.0.mixer")
    assert "(R + 2·N)·E = (3 + 2·7)·48" in text
    assert "state       480 elements for one sequence" in text
    assert "3dE + Ek + E(R + 2N) + ER + EN + 3E" in text


def test_policies_see_such_a_cell(model: str) -> None:
    code, text = run("check", model, "--allowed-cells", "GRU", "--max-hidden-size", "1")
    assert code == 1
    assert "R502" in text or "hidden size" in text
    assert "Mamba" in text
    assert run("check", model, "--allowed-cells", "mamba", "--max-hidden-size", "24")[0] == 0


def test_cells_lists_them_within_80_columns() -> None:
    _, text = run("cells")
    assert "Gated DeltaNet" in text
    assert "d(2E + 2GN + H) + k(E + 2GN) + d·E + 3H + 2E + 2GN" in text
    assert max(map(width_of, text.splitlines())) <= 80
