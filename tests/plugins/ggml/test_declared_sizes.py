"""What key-values declare of recurrent layers, beside the shapes that are stored."""

from __future__ import annotations

from pathlib import Path

import gguf
import pytest

from making.gguf_models import ARCHITECTURES, Sizes, made, write
from plugins.ggml.test_container import rules
from rnninspect.inspection import inspect_file
from rnninspect.model import Origin
from rnninspect.report import Report

# Sizes that no key declares: PLaMo's rank of Δ, the keys' width of RWKV-6 in Qwen2, no gate's rank.
INFERRED = {"plamo2", "rwkv6qwen2", "arwkv7, gated"}
EACH = [(name, variable) for name, known in ARCHITECTURES.items() for variable in known.keys]


def report_on(
    tmp_path: Path, name: str, declared: Sizes | None = None, more: object = None
) -> Report:
    model = made(ARCHITECTURES[name])
    path = tmp_path / "model.gguf"
    return inspect_file(write(path, model, declared=declared, more=more))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_layers_of_a_sound_file_are_declared(name: str, tmp_path: Path) -> None:
    report = report_on(tmp_path, name)
    origins = {each.layer.origin for each in report.layers}
    assert origins == {Origin.INFERRED if name in INFERRED else Origin.DECLARED}
    assert rules(report) == []


@pytest.mark.parametrize(("name", "variable"), EACH)
def test_another_size_than_stored_is_a_contradiction(
    name: str, variable: str, tmp_path: Path
) -> None:
    """With both numbers and the key."""
    known = ARCHITECTURES[name]
    right, key = known.sizes[variable], f"{known.name}.{known.keys[variable]}"
    wrong = 2 * right
    report = report_on(tmp_path, name, {variable: wrong})
    if variable == "lora_gate" and known.name == "arwkv7":
        assert rules(report) == []  # its files may have any, and no gate
        return
    assert "R104" in rules(report)
    texts = [each.message for each in report.findings if each.rule == "R104"]
    assert any(key in text and (f"as {wrong}," in text or "×" in text) for text in texts), texts


@pytest.mark.parametrize("name", ["mamba", "mamba2", "rwkv7", "qwen35", "kimi-linear"])
def test_another_width_than_stored_is_a_contradiction(name: str, tmp_path: Path) -> None:
    report = report_on(tmp_path, name, {"n_embd": ARCHITECTURES[name].sizes["n_embd"] + 1})
    key = f"{ARCHITECTURES[name].name}.embedding_length"
    texts = [each.message for each in report.findings if each.rule == "R104"]
    assert any(key in text for text in texts)


def test_the_message_has_the_key_and_both_numbers(tmp_path: Path) -> None:
    report = report_on(tmp_path, "mamba", {"d_inner": 64})
    (message,) = {each.message for each in report.findings if each.rule == "R104"}
    assert message == (
        "key-values: mamba.ssm.inner_size is declared as 64, stored 48 (inner width)"
    )


def test_a_head_size_that_divides_no_width_is_a_contradiction(tmp_path: Path) -> None:
    report = report_on(tmp_path, "rwkv7", {"head_size": 7})
    assert [each.layer.cell for each in report.layers] == ["RWKV-7 channel mix"] * 2
    assert rules(report) == ["R104"]
    assert rules(report, "warning") == ["R401"]
    assert any("is declared as 7, of 48 stored" in each.message for each in report.findings)


@pytest.mark.parametrize("name", ["mamba", "mamba2", "falcon-h1", "rwkv6", "rwkv7", "arwkv7"])
@pytest.mark.parametrize("blocks", [1, 3])
def test_a_number_of_blocks_that_is_not_stored(name: str, blocks: int, tmp_path: Path) -> None:
    report = report_on(tmp_path, name, {"blocks": blocks})
    assert rules(report) == ["R104"]
    assert any("block_count" in each.message for each in report.findings)


HYBRIDS = ("jamba", "granitehybrid", "plamo2", "kimi-linear")


@pytest.mark.parametrize("name", HYBRIDS)
def test_which_blocks_a_hybrid_declares_as_recurrent(name: str, tmp_path: Path) -> None:
    def heads(*numbers: int) -> Report:
        def add(writer: gguf.GGUFWriter) -> None:
            writer.add_head_count_kv(numbers)

        return report_on(tmp_path, name, more=add)

    assert rules(heads(0, 0, 2)) == []
    for wrong in ((0, 2, 2), (0, 0, 0), (2, 0, 2)):
        report = heads(*wrong)
        assert rules(report) == ["R104"]
        assert any("head_count_kv declares" in each.message for each in report.findings)


def test_what_an_interval_declares(tmp_path: Path) -> None:
    def every(interval: int, **others: int) -> Report:
        def add(writer: gguf.GGUFWriter) -> None:
            writer.add_full_attention_interval(interval)
            for key, value in others.items():
                writer.add_uint32(f"qwen35.{key}", value)

        return report_on(tmp_path, "qwen35", more=add)

    assert rules(every(3)) == []
    assert rules(every(2)) == ["R104"]
    assert rules(every(2, nextn_predict_layers=1)) == []  # its blocks are counted with the others


def test_a_missing_part_of_a_model_is_no_missing_block(tmp_path: Path) -> None:
    model = made(ARCHITECTURES["mamba"], blocks=3)
    write(tmp_path / "m.gguf", model, split_max_tensors=10)
    first, *others = sorted(tmp_path.glob("*.gguf"))
    for path in others[-2:]:
        path.unlink()
    assert "R104" not in rules(inspect_file(first))


@pytest.mark.parametrize("value", [0, 2**32 - 1])
def test_sizes_that_no_layer_has(value: int, tmp_path: Path) -> None:
    report = report_on(tmp_path, "mamba", {"d_state": value})
    assert rules(report) == ["R104"]
