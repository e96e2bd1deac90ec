"""TFLite models made by hand, from the schema's own builders: tensors, operators, subgraphs."""

from __future__ import annotations

import math
from typing import Any

from making.tensorflow.tflite_schema import packed, schema

FLOAT32, FLOAT16, INT32, UINT8, INT16, INT8, BOOL, INT4 = 0, 1, 2, 3, 7, 9, 6, 17
_BITS = {FLOAT32: 32, FLOAT16: 16, INT32: 32, UINT8: 8, INT16: 16, INT8: 8, BOOL: 8, INT4: 4}
ABSENT = -1


class Graph:
    """A subgraph that is being made; its methods return indices of tensors."""

    def __init__(self, model: Model, name: str) -> None:
        self.model = model
        self.made = schema().SubGraphT(tensors=[], inputs=[], outputs=[], operators=[], name=name)

    def value(self, name: str, *shape: int, kind: int = FLOAT32, variable: bool = False) -> int:
        """A tensor without data."""
        self.made.tensors.append(
            schema().TensorT(shape=list(shape), type=kind, buffer=0, name=name, isVariable=variable)
        )
        return len(self.made.tensors) - 1

    def fed(self, name: str, *shape: int, kind: int = FLOAT32) -> int:
        """An input of the subgraph."""
        index = self.value(name, *shape, kind=kind)
        self.made.inputs.append(index)
        return index

    def weight(self, name: str, *shape: int, kind: int = FLOAT32, data: bytes | None = None) -> int:
        """A stored tensor, whose bytes are all different from those of others."""
        size = (math.prod(shape) * _BITS[kind] + 7) // 8
        buffer = self.model.buffer(bytes(size) if data is None else data)
        return self.stored(name, buffer, *shape, kind=kind)

    def stored(self, name: str, buffer: int, *shape: int, kind: int = FLOAT32) -> int:
        """A tensor over a buffer that may have others."""
        index = self.value(name, *shape, kind=kind)
        tensor = self.made.tensors[index]
        tensor.buffer = buffer
        if kind in (INT8, INT16, UINT8, INT4):
            tensor.quantization = schema().QuantizationParametersT(scale=[0.5], zeroPoint=[0])
        return index

    def integers(self, name: str, *numbers: int) -> int:
        """A stored list of whole numbers."""
        data = b"".join(number.to_bytes(4, "little", signed=True) for number in numbers)
        return self.weight(name, len(numbers), kind=INT32, data=data)

    def run(
        self,
        operator: str,
        inputs: list[int],
        outputs: list[int],
        options: Any = None,  # noqa: ANN401 - a generated class
    ) -> int:
        """An operator, built in or custom; its first output."""
        made = schema().OperatorT(
            opcodeIndex=self.model.code(operator), inputs=inputs, outputs=outputs
        )
        if options is not None:
            name = type(options).__name__.removesuffix("T")
            made.builtinOptionsType = getattr(schema().BuiltinOptions, name)
            made.builtinOptions = options
        self.made.operators.append(made)
        return outputs[0] if outputs else ABSENT

    def give(self, *indices: int) -> None:
        """Outputs of the subgraph."""
        self.made.outputs.extend(indices)


class Model:
    """A model that is being made."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self.made = schema().ModelT(
            version=3, operatorCodes=[], subgraphs=[], description="made", buffers=[]
        )
        self.made.buffers.append(schema().BufferT())

    def graph(self, name: str = "main") -> Graph:
        """A further subgraph; the first one is the main one."""
        graph = Graph(self, name)
        self.made.subgraphs.append(graph.made)
        return graph

    def buffer(self, data: bytes) -> int:
        """A further buffer."""
        self.made.buffers.append(schema().BufferT(data=list(data)))
        return len(self.made.buffers) - 1

    def code(self, operator: str) -> int:
        """The place of an operator among the codes."""
        if operator not in self._codes:
            number = getattr(schema().BuiltinOperator, operator, None)
            custom = number is None
            number = schema().BuiltinOperator.CUSTOM if number is None else number
            self.made.operatorCodes.append(
                schema().OperatorCodeT(
                    deprecatedBuiltinCode=min(number, 127),
                    customCode=operator if custom else None,
                    version=1,
                    builtinCode=number,
                )
            )
            self._codes[operator] = len(self._codes)
        return self._codes[operator]

    def file(self) -> bytes:
        """The bytes of the file."""
        return packed(self.made)
