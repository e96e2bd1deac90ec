"""`check_reader` names the rule that a reader breaks; a malformed model is a plugin error."""

from __future__ import annotations

import importlib.util
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from making.by_hand import layer, model
from rnninspect import inspect_file, readers
from rnninspect.cells import Role
from rnninspect.contract import fault_in
from rnninspect.errors import PluginError
from rnninspect.model import SavedModel
from rnninspect.plugin import Inside
from rnninspect.source.source import Source
from rnninspect.testing import check_reader

WHOLE = model(layer())
READER = """
class Toy:
    name, summary, suffixes, implied_suffixes = "toy", "files of a toy", (".toy",), ()

    def recognise(self, source):
        from functools import partial
        return partial(self.read, source) if source.size > 2 and source.head(3) == b"TOY" else None

    def read(self, source):
        from making.by_hand import layer, model
        return model(layer())

    def conventions(self):
        return []

    def frameworks(self):
        from rnninspect.plugin import Framework
        return [Framework("none", "None")]
"""


def reader_of(code: str, folder: Path) -> Any:  # noqa: ANN401 - a class written by the test
    path = folder / "toy_of_a_test.py"
    path.write_text(code)
    spec = importlib.util.spec_from_file_location("toy_of_a_test", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(__import__("sys").modules, "toy_of_a_test", module)
        spec.loader.exec_module(module)
        good = folder / "good.toy"
        good.write_bytes(b"TOY" * 20)
        return check_reader(module.Toy(), good)


def test_a_whole_reader_passes(tmp_path: Path) -> None:
    assert reader_of(READER, tmp_path) == WHOLE


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"toy", "files', '"My Toy", "files', "members: the name 'My Toy' is not one word"),
        ('".toy"', '"toy"', "members: the suffix 'toy' is not in lower case with a dot"),
        (",), ()", ",), ('.x',)", "members: the implied suffix .x is not among the suffixes"),
        ("def conventions", "def convention", "members: the reader has no method conventions"),
        ("\nclass", "\nimport pytest\nclass", "light: its module imports pytest"),
        ("source.size > 2 and ", "source.read(0, 3) and ", "recognise: UnreadableFile at an empty"),
        ("else None", "else False", "recognise: False at an empty folder is not None"),
        ('b"TOY"', 'b"COW"', "recognise: the good file is not recognised"),
        ("return model(layer())", "return 1 / 0", "read: ZeroDivisionError in place of Unread"),
        ("return model(layer())", "return None", "model: None is not a SavedModel or an Inside"),
        ("return []", "return [1]", "conventions: 1 is not a Convention"),
        ('"none", "N', '"other", "N', "frameworks: none, of the good file, is not among"),
        (
            "return model(layer())",
            "return model(layer(name=__import__('os').urandom(4).hex()))",
            "repeatable: ",
        ),
    ],
)
def test_the_rule_that_is_broken_is_named(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in READER
    with pytest.raises(AssertionError) as caught:
        reader_of(READER.replace(old, new), tmp_path)
    assert str(caught.value).startswith(message)


FIRST = WHOLE.layers[0]
MALFORMED: dict[str, object] = {
    "producer is None, not a str": WHOLE._replace(producer=None),  # type: ignore[arg-type]
    "layers is a list, not a tuple": WHOLE._replace(layers=[]),  # type: ignore[arg-type]
    "layers[0].name is 3, not a str": WHOLE._replace(layers=(FIRST._replace(name=3),)),  # type: ignore[arg-type]
    "layers[0]: 'Toy' is not a cell": WHOLE._replace(layers=(FIRST._replace(cell="Toy"),)),
    "layers[0]: GRU has no peephole": WHOLE._replace(
        layers=(FIRST._replace(cell="GRU", roles=frozenset({Role.PEEPHOLE})),)
    ),
    "layers[0]: the tensor ": WHOLE._replace(tensors=()),
    "framework is empty": WHOLE._replace(framework=""),
    "source is not ": Inside(b"bytes", "pickle"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("fault", MALFORMED)
def test_a_malformed_model_of_an_installed_reader_is_one_line(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Toy:
        name, summary, suffixes, implied_suffixes = "toy", "files of a toy", (".toy",), ()

        def recognise(self, _: Source) -> object:
            return partial(MALFORMED.__getitem__, fault)

    monkeypatch.setattr(readers, "installed_readers", lambda: iter([Toy()]))
    path = tmp_path / "a.toy"
    path.write_bytes(b"nobody knows this")
    with pytest.raises(PluginError) as caught:
        inspect_file(path)
    assert str(caught.value).startswith(f"reader toy: read returned a malformed model: {fault}")
    assert "\n" not in str(caught.value)


def test_a_model_that_is_right_has_no_fault() -> None:
    assert isinstance(WHOLE, SavedModel)
    assert fault_in(WHOLE) is None
