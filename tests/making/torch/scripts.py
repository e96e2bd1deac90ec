"""TorchScript archives around given code: no torch needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from making.torch.pickles import STOP, archive, instance, records_of, tensor

EMPTY_TUPLE = b"\x80\x02)" + STOP
CLASS = "class Net(Module):\n  __parameters__ = [{}]\n  __buffers__ = []\n{}  training : bool\n"


def scripted(body: str, shapes: Mapping[str, Sequence[int]], *, functions: str = "") -> bytes:
    """An archive of a module with these tensors; `body` are its methods, functions come after."""
    names = "".join(f'"{label}", ' for label in shapes)
    attributes = "".join(f"  {label} : Tensor\n" for label in shapes)
    code = CLASS.format(names, attributes) + body + functions
    pairs = {label: tensor(str(key), shape) for key, (label, shape) in enumerate(shapes.items())}
    pickle = b"\x80\x02" + instance("__torch__", "Net", {**pairs, "training": b"\x89"}) + STOP
    records = {
        **records_of(shapes),
        "constants.pkl": EMPTY_TUPLE,
        "code/__torch__.py": code.encode(),
    }
    return archive(pickle, records)


def method(*lines: str, header: str = "x: Tensor, h: Tensor") -> str:
    """The method `forward` with these statements."""
    text = "".join(f"    {line}\n" for line in lines)
    return f"  def forward(self: __torch__.Net,\n    {header}) -> Tensor:\n{text}"


WEIGHTS = {"w": (12, 3), "u": (12, 3)}
READ = ("w = self.w", "u = self.u")
STEP = (
    "_g{at} = torch.add(torch.linear(x, w), torch.linear(h{at}, u))",
    "_i{at}, _f{at}, _o{at}, _c{at}, = torch.chunk(_g{at}, 4, 1)",
    "_a{at} = torch.mul(torch.sigmoid(_f{at}), c{at})",
    "_b{at} = torch.mul(torch.sigmoid(_i{at}), torch.tanh(_c{at}))",
    "c{next} = torch.add(_a{at}, _b{at})",
    "h{next} = torch.mul(torch.sigmoid(_o{at}), torch.tanh(c{next}))",
)


def unrolled(steps: int) -> bytes:
    """An LSTM that is unrolled over some steps."""
    lines = [*READ, "h0 = torch.zeros([2, 3])", "c0 = torch.zeros([2, 3])"]
    for at in range(steps):
        lines += [line.format(at=at, next=at + 1) for line in STEP]
    return scripted(method(*lines, f"return h{steps}", header="x: Tensor"), WEIGHTS)
