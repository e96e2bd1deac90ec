"""Numbers and types of the fields by their names, for the forms that spell names: text and JSON.

Facts: `tensorflow/core/framework/*.proto`, `meta_graph.proto`, `saver.proto`. What is not listed is
passed over: nothing that is read needs it.
"""

from __future__ import annotations

from rnninspect.lean import StrEnum
from rnninspect.plugin import Record
from rnninspect_keras.graph.messages.types import TYPES


class Scalar(StrEnum):
    """How a single value is encoded."""

    INTEGER = "integer"
    FLOAT = "float"
    DOUBLE = "double"
    TEXT = "text"
    BYTES = "bytes"


class Field(Record):
    """A field: its number, and its scalar type or the name of its message.

    A map is a repeated message of keys, which are texts, and values: `attr { key: … value { … } }`.
    """

    number: int
    type: Scalar | str
    is_map: bool = False


_I, _T, _B = Scalar.INTEGER, Scalar.TEXT, Scalar.BYTES
_F, _D = Scalar.FLOAT, Scalar.DOUBLE


def _fields(**named: tuple[int, Scalar | str]) -> dict[str, Field]:
    return {name: Field(number, kind) for name, (number, kind) in named.items()}


MESSAGES: dict[str, dict[str, Field]] = {
    "SavedModel": _fields(saved_model_schema_version=(1, _I), meta_graphs=(2, "MetaGraphDef")),
    "MetaGraphDef": {
        **_fields(
            meta_info_def=(1, "MetaInfoDef"),
            graph_def=(2, "GraphDef"),
            saver_def=(3, "SaverDef"),
        ),
        "collection_def": Field(4, "CollectionDef", is_map=True),
        "signature_def": Field(5, "SignatureDef", is_map=True),
    },
    "MetaInfoDef": _fields(tensorflow_version=(5, _T), tags=(4, _T)),
    "SaverDef": _fields(filename_tensor_name=(1, _T), restore_op_name=(3, _T)),
    "CollectionDef": {},
    "SignatureDef": {},
    "GraphDef": _fields(
        node=(1, "NodeDef"), library=(2, "FunctionDefLibrary"), versions=(4, "VersionDef")
    ),
    "VersionDef": _fields(producer=(1, _I), min_consumer=(2, _I)),
    "NodeDef": {
        **_fields(name=(1, _T), op=(2, _T), input=(3, _T), device=(4, _T)),
        "attr": Field(5, "AttrValue", is_map=True),
    },
    "FunctionDefLibrary": _fields(function=(1, "FunctionDef")),
    "FunctionDef": {
        **_fields(signature=(1, "OpDef"), node_def=(3, "NodeDef")),
        "ret": Field(4, _T, is_map=True),
        "attr": Field(5, "AttrValue", is_map=True),
    },
    "OpDef": _fields(name=(1, _T), input_arg=(2, "ArgDef"), output_arg=(3, "ArgDef")),
    "ArgDef": _fields(name=(1, _T), type=(3, _I)),
    "AttrValue": _fields(
        list=(1, "ListValue"),
        s=(2, _B),
        i=(3, _I),
        f=(4, _F),
        b=(5, _I),
        type=(6, _I),
        shape=(7, "TensorShapeProto"),
        tensor=(8, "TensorProto"),
        placeholder=(9, _T),
        func=(10, "NameAttrList"),
    ),
    "ListValue": _fields(
        s=(2, _B),
        i=(3, _I),
        f=(4, _F),
        b=(5, _I),
        type=(6, _I),
        shape=(7, "TensorShapeProto"),
        tensor=(8, "TensorProto"),
        func=(9, "NameAttrList"),
    ),
    "NameAttrList": {**_fields(name=(1, _T)), "attr": Field(2, "AttrValue", is_map=True)},
    "TensorShapeProto": _fields(dim=(2, "Dim"), unknown_rank=(3, _I)),
    "Dim": _fields(size=(1, _I), name=(2, _T)),
    "TensorProto": _fields(
        dtype=(1, _I),
        tensor_shape=(2, "TensorShapeProto"),
        version_number=(3, _I),
        tensor_content=(4, _B),
        float_val=(5, _F),
        double_val=(6, _D),
        int_val=(7, _I),
        string_val=(8, _B),
        int64_val=(10, _I),
        bool_val=(11, _I),
        half_val=(13, _I),
        uint32_val=(16, _I),
        uint64_val=(17, _I),
    ),
}

_REFERENCE = 100
_NAMES = {name.upper(): number for number, name in TYPES.items()}
_NAMES |= {"FLOAT": 1, "DOUBLE": 2, "HALF": 19}
WORDS: dict[str, int] = {
    "true": 1,
    "True": 1,
    "t": 1,
    "false": 0,
    "False": 0,
    "f": 0,
    "DT_INVALID": 0,
    **{f"DT_{name}": number for name, number in _NAMES.items()},
    **{f"DT_{name}_REF": number + _REFERENCE for name, number in _NAMES.items()},
}
"""The numbers of truths and of the names of types."""


def fields_of(message: Field | str) -> dict[str, Field]:
    """The fields, by name, of a message or of a field's values; none of what is passed over."""
    if isinstance(message, str):
        return MESSAGES[message]
    if message.is_map:
        return {"key": Field(1, Scalar.TEXT), "value": Field(2, message.type)}
    return {} if isinstance(message.type, Scalar) else MESSAGES[message.type]
