"""The products in front of a recurrent operator: fluid's layers give it gates, not inputs."""

from __future__ import annotations

from rnninspect.plugin import Limit, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source
    from rnninspect_paddle.programs.messages import Operation, Program

_PRODUCTS = frozenset({"mul", "matmul", "matmul_v2"})
_SUMS = frozenset({"sum", "elementwise_add", "add", "add_n"})
# What hands on its first input in another form.
_PASSING = frozenset({
    *("reshape", "reshape2", "transpose", "transpose2", "lod_reset", "cast", "assign", "dropout"),
    *("squeeze", "squeeze2", "unsqueeze", "unsqueeze2", "flatten", "flatten2", "slice", "scale"),
    *("flatten_contiguous_range", "sequence_pad", "sequence_unpad", "sequence_reverse"),
    *("read_from_array", "shrink_rnn_memory", "lod_tensor_to_array", "array_read"),
})  # fmt: skip
_MOST = 64  # operators on one way back
_STEPS_OF_AN_OPERATOR = 2


class Fed(Record):
    """What a value is made of.

    Attributes:
        kernels: names of weights, and whether each is transposed.
        biases: names of what is added to the products.
        complete: whether all of it is a product with a weight, or a bias.
    """

    kernels: tuple[tuple[str, bool], ...] = ()
    biases: tuple[str, ...] = ()
    complete: bool = True


class Trace:
    """Goes back from a value to the weights of the products that it is a sum of."""

    def __init__(self, program: Program, source: Source) -> None:
        self.variables, self._source = program.variables, source
        self._makers: dict[str, Operation] = {}
        for operation in program.operations:
            for names in operation.outputs.values():
                for name in names:
                    self._makers.setdefault(name, operation)

    def maker(self, name: str) -> Operation | None:
        """The operator that has this result; None if there is none."""
        return self._makers.get(name)

    def back(self, name: str) -> Fed:
        """What a value is made of."""
        kernels: list[tuple[str, bool]] = []
        biases: list[str] = []
        complete, waiting = True, [name]
        for _ in range(_MOST):
            if not waiting:
                break
            value = waiting.pop()
            self._source.spend(Limit.STEPS, _STEPS_OF_AN_OPERATOR)
            maker = self._makers.get(value)
            if value in self.variables:
                biases.append(value)
            elif maker is None:
                complete = False
            elif maker.kind in _PRODUCTS and maker.first("Y") in self.variables:
                turned = any(map(maker.number, ("transpose_Y", "transpose_y", "trans_y")))
                kernels.append((maker.first("Y"), turned))
            elif maker.kind == "fc" and maker.first("W") in self.variables:
                kernels.append((maker.first("W"), False))
                biases.extend(maker.inputs.get("Bias", ())[:1])
            elif maker.kind in _SUMS:
                added = [*maker.inputs.get("X", ()), *maker.inputs.get("Y", ())]
                self._source.spend(Limit.STEPS, len(added))
                waiting.extend(reversed(added))
            elif maker.kind in _PASSING:
                waiting.append(maker.first("X"))
            else:
                complete = False
        return Fed(tuple(kernels), tuple(biases), complete and not waiting)
