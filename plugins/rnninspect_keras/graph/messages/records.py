"""What is kept of a GraphDef: nodes, functions and constants without their payloads.

Facts: `tensorflow/core/framework/{graph,node_def,function,attr_value,tensor}.proto`.
"""

from __future__ import annotations

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

Dims = tuple[int | None, ...]
"""A shape; None for an axis of unknown size."""

MOST_AXES = 64  # of a shape that is looked at
KEPT_NUMBERS = 64  # of a constant whose values are kept


class Shape(Record):
    """A TensorShapeProto; `sizes` is None where not even the rank is known."""

    sizes: Dims | None


class FunctionName(Record):
    """A reference to a function of the library."""

    name: str


class Constant(Record):
    """A TensorProto, without its payload.

    Attributes:
        place: where it is in the encoded graph, its identity.
        type: number of its DataType.
        shape: its axes as the file gives them; an axis that is not known is -1.
        stored: bytes that its values take in the file.
        is_content: whether they are `tensor_content`, as long as type and shape require.
        numbers: its elements, if they are few integers, or one real number for all of them.
        texts: its elements, if they are texts.
    """

    place: int
    type: int
    shape: tuple[int, ...] | None
    stored: int = 0
    is_content: bool = False
    numbers: tuple[float, ...] | None = None
    texts: tuple[str, ...] = ()


Attribute = int | float | str | Shape | FunctionName | Constant | tuple["Attribute", ...]
"""A value of a node's attribute: a truth or a type is its number, a list a tuple."""


class Node(Record):
    """A NodeDef; of its attributes those of KEPT_ATTRIBUTES."""

    name: str
    operator: str
    inputs: tuple[str, ...]
    attributes: Mapping[str, Attribute]

    def number(self, name: str, default: int = 0) -> int:
        """An attribute that is a whole number, a truth or a type."""
        value = self.attributes.get(name)
        return value if isinstance(value, int) else default

    def text(self, name: str) -> str:
        """An attribute that is a text; empty if there is none."""
        value = self.attributes.get(name)
        return value if isinstance(value, str) else ""

    def shape(self, name: str) -> Dims | None:
        """An attribute that is a shape; None if nothing is known of it."""
        value = self.attributes.get(name)
        return value.sizes if isinstance(value, Shape) else None

    def constant(self, name: str) -> Constant | None:
        """An attribute that is a tensor."""
        value = self.attributes.get(name)
        return value if isinstance(value, Constant) else None

    def function(self, name: str) -> str:
        """The name of the function that an attribute refers to; empty if it refers to none."""
        value = self.attributes.get(name)
        return value.name if isinstance(value, FunctionName) else ""

    def several(self, name: str) -> tuple[Attribute, ...]:
        """An attribute that is a list."""
        value = self.attributes.get(name)
        return value if isinstance(value, tuple) and not isinstance(value, Record) else ()


class Function(Record):
    """A FunctionDef: `returns` maps each of its outputs to the node's output that gives it."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    nodes: tuple[Node, ...]
    returns: Mapping[str, str]


class GraphDef(Record):
    """A GraphDef; `producer` is the version of the graph format that wrote it."""

    nodes: tuple[Node, ...]
    functions: Mapping[str, Function]
    producer: int = 0


_CONTROL = "cond body then_branch else_branch f frame_name is_constant branches"
_SHAPES = "shape value element_shape _output_shapes output_shapes dtype T N num num_split axis"
_PARTS = """
    begin_mask end_mask ellipsis_mask new_axis_mask shrink_axis_mask squeeze_dims keep_dims
    batch_dims seq_dim batch_dim num_elements data_format
"""
_PRODUCTS = "transpose_a transpose_b adj_x adj_y equation fused_ops num_args Ta Tb"
_FUSED = (
    "rnn_mode direction num_proj input_mode use_peephole num_params num_params_weights num_layers"
)
_VARIABLES = "shared_name container element_dtype out_type DstT dst"
KEPT_ATTRIBUTES = frozenset(
    f"{_CONTROL} {_SHAPES} {_PARTS} {_PRODUCTS} {_FUSED} {_VARIABLES}".split()
)
