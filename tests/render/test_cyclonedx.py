"""The bill of materials: valid by the official schema, reproducible, with the hash of each file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from making.audits import BAD
from making.by_hand import layer, model, report
from making.reports import CASES, UNREADABLE, text_of
from rnninspect import UnreadableFile, inspect_file
from rnninspect.cells import Sizes
from rnninspect.command.request import Request
from rnninspect.command.running import inspected, run
from rnninspect.render.view import View
from rnninspect.report import Report, Unreadable, readable
from rnninspect.source import hashing
from rnninspect.source.hashing import FileHash
from rnninspect.source.source import Source

SAMPLES = Path(__file__).parents[2] / "sample_models"
ONE = SAMPLES / "torch" / "tagger.pt"
VALIDATOR = JsonStrictValidator(SchemaVersion.V1_7)
Json = dict[str, Any]


def document(results: Sequence[Report | Unreadable]) -> Json:
    """The document, which the official schema accepts."""
    text = text_of("cyclonedx", results, View())
    assert VALIDATOR.validate_str(text) is None
    made: Json = json.loads(text)
    return made


def component(made: Report) -> Json:
    (found,) = document([made])["components"]
    assert isinstance(found, dict)
    return found


def facts(found: Json) -> dict[str, str]:
    names = {
        each["name"].removeprefix("rnninspect:"): each["value"] for each in found["properties"]
    }
    assert all(each["name"].startswith("rnninspect:") for each in found["properties"])
    return names


def parameters(*layers: Any) -> Json:  # noqa: ANN401 - layers by hand
    made: Json = component(report(model(*layers)))["modelCard"]["modelParameters"]
    return made


@pytest.mark.parametrize("case", CASES)
def test_each_document_is_valid(case: str) -> None:
    made = document([*CASES[case], *UNREADABLE, *BAD])
    assert len(made["components"]) == len(CASES[case])
    assert made["compositions"] == [{"aggregate": "incomplete"}]
    names = [each["value"].partition(": ")[0] for each in made["metadata"]["properties"]]
    assert names == [file.path for file in (*UNREADABLE, *BAD)]


def test_the_validator_would_find_a_fault() -> None:
    made = document(CASES["faulty"])
    made["components"][0]["modelCard"]["modelParameters"]["layers"] = 3
    assert VALIDATOR.validate_str(json.dumps(made)) is not None


def test_all_samples_are_valid_and_hashed() -> None:
    paths = [
        path for path in sorted(SAMPLES.rglob("*")) if path.suffix in {".pt", ".onnx", ".keras"}
    ]
    results = inspected(Request(tuple(map(str, paths)), format="cyclonedx"))
    made = list(readable(results))
    assert len(made) > 100
    found = document(made)["components"]
    for each, one in zip(found, made, strict=True):
        for file in each.get("components", [each]):
            assert file["hashes"][0]["alg"] == "SHA-256"
        hashes = {file.location: file.sha256 for file in one.hashes}
        assert hashes == {name: digest(name) for name in one.files}


def digest(path: str | Path) -> str:
    return sha256(Path(path).read_bytes()).hexdigest()


def test_equal_files_give_equal_documents_without_a_time_or_a_serial_number() -> None:
    first, second = (text_of("cyclonedx", [inspect_file(ONE, hashes=True)], View()) for _ in "12")
    assert first == second
    assert "serialNumber" not in json.loads(first)
    assert "timestamp" not in first
    assert "compositions" not in json.loads(first)


def test_a_model_of_one_file_has_its_hash() -> None:
    found = component(inspect_file(ONE, hashes=True))
    assert found["type"] == "machine-learning-model"
    assert found["name"] == "tagger.pt"
    assert found["hashes"] == [{"alg": "SHA-256", "content": digest(ONE)}]
    assert "components" not in found
    said = facts(found)
    assert (said["parameters"], said["recurrent_parameters"]) == ("584", "500")
    assert (said["format"], said["file_bytes"]) == ("pytorch zip", str(ONE.stat().st_size))


def test_a_model_of_several_files_has_a_component_for_each(tmp_path: Path) -> None:
    names = ("external_lstm.onnx", "external_lstm.onnx.data")
    for name in names:
        shutil.copy(SAMPLES / "onnx" / name, tmp_path)
    found = component(inspect_file(tmp_path / names[0], hashes=True))
    assert "hashes" not in found
    files = {file["name"]: file["hashes"][0]["content"] for file in found["components"]}
    assert files == {name: digest(tmp_path / name) for name in names}


def test_the_same_model_twice_has_two_references() -> None:
    made = inspect_file(ONE)
    references = [each["bom-ref"] for each in document([made, made, made])["components"]]
    assert references == [f"model:{ONE}", f"model:{ONE} (2)", f"model:{ONE} (3)"]


def test_the_architecture_is_that_of_the_layers() -> None:
    five = [layer("GRU", Sizes(8, 4), name=f"gru{number}") for number in range(5)]
    assert parameters(layer(sizes=Sizes(3, 8)), *five) == {
        "architectureFamily": "LSTM, GRU neural network",
        "modelArchitecture": "LSTM (3 → 8), 5 × GRU (8 → 4)",
    }
    assert parameters() == {}
    many = [layer(sizes=Sizes(3, size), name=f"l{size}") for size in range(1, 31)]
    assert parameters(*many)["modelArchitecture"].endswith("LSTM (3 → 20), and 10 more")


def test_a_hash_is_computed_only_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert inspect_file(ONE).hashes == ()
    for name, expected in (("json", False), ("cyclonedx", True)):
        assert run(Request((str(ONE),), format=name)) == 0
        assert (digest(ONE) in capsys.readouterr().out) is expected


def test_a_file_that_changes_while_it_is_hashed_has_no_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(shutil.copy(ONE, tmp_path))
    hashed = hashing.file_hashes

    def changing(source: Source) -> tuple[FileHash, ...]:
        path.write_bytes(path.read_bytes() + b"x")
        return hashed(source)

    monkeypatch.setattr(hashing, "file_hashes", changing)
    with pytest.raises(UnreadableFile, match="changed while it was read"):
        inspect_file(path, hashes=True)
