"""The slots of the tables of ONNX Runtime's format that are read (ort.fbs of ONNX Runtime 1.32).

Versions 5 and 6 of the format, and those before, differ in tables that are not read: kernels and
the optimisations that are left to do at run time.
"""

from __future__ import annotations

from rnninspect.lean import IntEnum

IDENTIFIER = b"ORTM"


class Session(IntEnum):
    """InferenceSession, the root."""

    MODEL = 1


class Model(IntEnum):
    """Model."""

    PRODUCER_NAME = 2
    PRODUCER_VERSION = 3
    GRAPH = 7


class Graph(IntEnum):
    """Graph; the slots between are edges and indices, which follow from names."""

    INITIALIZERS = 0
    VALUES = 1
    NODES = 2
    INPUTS = 5
    OUTPUTS = 6
    SPARSE_INITIALIZERS = 7


class Node(IntEnum):
    """Node."""

    NAME = 0
    DOMAIN = 2
    OPERATOR = 5
    INPUTS = 8
    OUTPUTS = 9
    ATTRIBUTES = 10


class Tensor(IntEnum):
    """Tensor."""

    NAME = 0
    DIMS = 2
    TYPE = 3
    RAW_DATA = 4
    STRING_DATA = 5
    EXTERNAL_OFFSET = 6  # int64, -1 where the data are here


class SparseTensor(IntEnum):
    """SparseTensor."""

    VALUES = 0
    INDICES = 1
    DIMS = 2


class Attribute(IntEnum):
    """Attribute; its type says which of the values is meant."""

    NAME = 0
    TYPE = 2
    FLOAT = 3
    INT = 4
    STRING = 5
    TENSOR = 6
    GRAPH = 7
    FLOATS = 8
    INTS = 9
    STRINGS = 10
    TENSORS = 11
    GRAPHS = 12


class AttributeType(IntEnum):
    """AttributeType, the numbers of AttributeProto."""

    FLOAT = 1
    INT = 2
    STRING = 3
    TENSOR = 4
    GRAPH = 5
    FLOATS = 6
    INTS = 7
    STRINGS = 8
    TENSORS = 9
    GRAPHS = 10


class ValueInfo(IntEnum):
    """ValueInfo."""

    NAME = 0
    TYPE = 2


class TypeInfo(IntEnum):
    """TypeInfo, a union: its kind and its value."""

    KIND = 1
    VALUE = 2


TENSOR_KIND = 1  # of a TypeInfo
ELEMENT_OF_TENSOR_TYPE, SHAPE_OF_TENSOR_TYPE, DIMS_OF_SHAPE, VALUE_OF_DIM = 0, 1, 0, 0


class DimValue(IntEnum):
    """DimensionValue: its kind, and its number or its name."""

    KIND = 0
    NUMBER = 1


NUMBER_KIND = 1  # of a DimensionValue; 0: unknown, 2: a name
