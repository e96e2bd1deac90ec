"""The front matter of a Hugging Face card: its fields are filled, the others keep their looks."""

from __future__ import annotations

import pytest
from huggingface_hub import ModelCard

from making.networks import FORMS, inspected
from rnninspect.card.described import described
from rnninspect.card.front_matter import MetadataError, fill

KERAS, ONNX = described(inspected(FORMS["keras"])), described(inspected(FORMS["onnx"]))


def read(document: bytes) -> ModelCard:
    return ModelCard(document.decode())


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "tags",
    [
        "tags: [speech, lstm]",
        "tags:\n- speech\n- lstm",
        "tags:\n  - speech  # loud\n  - lstm",
        'tags: [\n"speech",\n"lstm"\n]',  # its lines are not indented: written anew as a whole
    ],
)
def test_tags_are_added_and_every_other_field_stays(tags: str, ending: str) -> None:
    old = f"---\nlicense: mit\n{tags}\nlanguage: 'no'\n---\n\n# Card\n".replace("\n", ending)
    new = fill(old.encode(), [ONNX])
    data = read(new).data.to_dict()
    assert data["tags"] == ["speech", "lstm", "onnx"]
    assert (data["license"], data["language"]) == ("mit", "no")
    assert list(data) == [*read(old.encode()).data.to_dict(), "rnninspect"]
    assert new.endswith(f"---{ending}{ending}# Card{ending}".encode())
    assert new.count(b"\r\n") == (new.count(b"\n") if ending == "\r\n" else 0)
    assert fill(new, [ONNX]) == new


def test_unchanged_fields_keep_their_formatting() -> None:
    old = b"---\nlicense:   mit # ours\n# a word on tags\ntags: [a]\n\nlanguage: no\n---\ntext"
    new = fill(old, [KERAS])
    assert new.startswith(
        b"---\nlicense:   mit # ours\n# a word on tags\ntags:\n- a\n- keras\n- lstm\n"
    )
    assert b"\n\nlanguage: no\n" in new
    assert new.endswith(b"\n---\ntext")


def test_front_matter_is_made_where_there_is_none() -> None:
    for bom in ("", "\ufeff"):
        new = fill(f"{bom}# Card\n".encode(), [KERAS, ONNX]).decode()
        assert new.startswith(f"{bom}---\n")
        assert new.endswith("\n---\n# Card\n")
        data = read(new.removeprefix(bom).encode()).data.to_dict()
        assert data["tags"] == ["keras", "onnx", "lstm"]
        assert "library_name" not in data
        assert [figures["recurrent_parameters"] for figures in data["rnninspect"]] == [5360, 5536]
        assert fill(new.encode(), [KERAS, ONNX]) == new.encode()


def test_a_library_that_is_named_is_kept() -> None:
    new = fill(b"---\nlibrary_name: transformers\n---\n", [KERAS])
    assert read(new).data.library_name == "transformers"
    assert read(fill(b"---\nlicense: mit\n---\n", [KERAS])).data.library_name == "keras"


@pytest.mark.parametrize(
    "old",
    [b"---\n: : [\n---\n", b"---\n- a\n- b\n---\n", b"---\ntags: &a [*a\n---\n", b"# caf\xe9\n"],
)
def test_an_unreadable_side_is_one_line(old: bytes) -> None:
    with pytest.raises(MetadataError, match=r"^(front matter: |not UTF-8: )[^\n]+$"):
        fill(old, [KERAS])


def test_a_hostile_name_is_only_a_value() -> None:
    name = "a: b\n---\n[x]\x1b"
    new = fill(b"---\nlicense: mit\n---\n", [KERAS._replace(path=name)])
    assert read(new).data["rnninspect"][0]["file"] == name
    assert read(new).text == ""
