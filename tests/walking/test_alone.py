"""Folders that are seen at once to be one model: a walk finds no more in any of them."""

from __future__ import annotations

import shutil
from itertools import chain, combinations
from pathlib import Path

import pytest

from rnninspect.readers import built_in_readers, filing_of
from rnninspect.report import Unreadable
from rnninspect.source.limits import Limits
from rnninspect.walking.alone import FOREIGN, FOREIGN_PACKAGES, is_one_model, may_be_model
from rnninspect.walking.filing import filed
from rnninspect.walking.walk import Walk

SAMPLES = Path(__file__).parents[2] / "sample_models"
FOLDERS = [
    "keras/exported",
    "keras/tfjs_layers",
    "keras/tfjs_quantised",
    "jax/orbax_rnn",
    "coreml/program.mlpackage",
]
# A file with a part, for each pattern of a part that a built-in reader has.
WHOLE = {
    "m.onnx.data": "m.onnx",
    "m.data": "m.onnx",
    "m-00001-of-00002.bin": "m.bin.index.json",
    "m.fp16-00001-of-00002.safetensors": "m.safetensors.index.fp16.json",
    "__0_0.distcp": ".metadata",
    "v.data-00000-of-00001": "v.index",
    "v.meta": "v.index",
    "variables/": "saved_model.pb",
    "model.weights.h5": "config.json",
    "model_00001.weights.h5": "model.weights.json",
    "group1-shard1of1.bin": "model.json",
    "d/": "_METADATA",
    "commit_success.txt": "_METADATA",
    "m-00002-of-00002.gguf": "m-00001-of-00002.gguf",
    "m.bin": "m.xml",
    "net.bin": "net.param",
    "dump.bin": "dump.param.bin",
    "m.pdiparams": "m.pdmodel",
    "x.pdiparams": "x.json",
    "m.pdiparams.info": "m.pdiparams",
    "fc_0.w_0": "__model__",
}
# What is put into a folder beside a model.
OTHERS = ["a.onnx", "b/c.pt", "saved_model.pb", "model.json", "old.mlpackage/x", "x.mnn"]
OTHERS += ["notes.txt", "net.param", "net.bin", "variables/v.index", ".hidden/m.keras", "_METADATA"]


def claims(folder: Path) -> int:
    """How many models a walk finds that were surely meant to be some."""
    found = Walk(limits=Limits()).over(str(folder))
    return sum(isinstance(one, Unreadable) or one.claims for one in found)


@pytest.mark.parametrize("sample", FOLDERS)
def test_a_folder_that_is_one_model_is_seen_to_be_one(sample: str) -> None:
    assert is_one_model(str(SAMPLES / sample), Limits())


@pytest.mark.parametrize("sample", FOLDERS)
def test_a_walk_finds_no_more_in_it_whatever_is_beside_the_model(
    sample: str, tmp_path: Path
) -> None:
    decided = set()
    several = chain(combinations(OTHERS, 1), combinations(OTHERS, 2))
    for number, added in enumerate(several):
        folder = tmp_path / f"{number}{Path(sample).suffix}"
        shutil.copytree(SAMPLES / sample, folder)
        for name in added:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(b"")
        one = is_one_model(str(folder), Limits())
        decided.add(one)
        assert not one or filed().is_package(folder.name) or claims(folder) < 2
    assert decided == ({True} if sample.endswith(".mlpackage") else {True, False})


def test_a_folder_without_a_model_or_with_two_is_walked_over(tmp_path: Path) -> None:
    assert not is_one_model(str(tmp_path), Limits())
    shutil.copytree(SAMPLES / "keras/tfjs_layers", tmp_path / "one")
    assert not is_one_model(str(tmp_path), Limits())
    shutil.copy(SAMPLES / "keras/lstm.h5", tmp_path / "one")
    assert not is_one_model(str(tmp_path / "one"), Limits())


def test_a_folder_with_more_names_than_may_be_listed_is_walked_over() -> None:
    assert not is_one_model(str(SAMPLES / "keras/exported"), Limits(listed=999))


@pytest.mark.parametrize(("part", "whole"), WHOLE.items())
def test_whatever_has_parts_may_be_a_model(part: str, whole: str) -> None:
    assert filed().whole_of(part, {part, whole}) == whole
    assert may_be_model(whole)


def test_each_pattern_of_a_part_has_its_example_here() -> None:
    parts = [part for reader in built_in_readers() for part in filing_of(reader).parts]
    assert len(parts) == len(WHOLE)


def test_whatever_claims_to_be_a_model_by_its_name_may_be_one() -> None:
    filings = [filing_of(reader) for reader in built_in_readers()]
    names = [name for filing in filings for name in filing.folders]
    endings = [end for filing in filings for end in (*filing.sure_suffixes, *filing.packages)]
    names += [f"m{ending}" for ending in (*endings, *FOREIGN, *FOREIGN_PACKAGES)]
    assert all(map(may_be_model, names))
    assert not may_be_model("group1-shard1of1.bin")
