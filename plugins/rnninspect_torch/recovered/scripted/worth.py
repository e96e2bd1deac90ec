"""Whether a script may contain a cell that was taken apart: a cheap look at its text.

A state returns in a loop, through a matrix that is applied twice, as an attribute that a module
sets, or from an output to an input. Where none of these is, no function is run.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect_torch.recovered.scripted.code import Code
    from rnninspect_torch.script.classes import Class

_PRODUCTS = ("linear(", "matmul(", "mm(", "bmm(", "einsum(", "mv(", "conv1d(", "conv2d(")
_ACTIVATIONS = (
    "sigmoid",
    "tanh(",
    "relu",
    "torch.elu",
    "torch.clamp",
    "torch.softplus",
    "softsign",
)
_LOOPS = ("\n    for ", "\n    while ", "\n      for ", "\n      while ")
_OWN_RECURRENT = "__torch__.torch.nn.modules.rnn"  # layers that are declared


def may_contain_cell(code: Code, main: str) -> bool:
    """Whether recognition may find a cell in the code; `main` is the class of its module."""
    own = [found for path, found in code.classes.items() if not path.startswith(_OWN_RECURRENT)]
    texts = [*(found.text for found in own), *(each.text for each in code.functions.values())]
    every = [found.text for found in code.classes.values()]
    every += [found.text for found in code.functions.values()]
    if not _any(every, _PRODUCTS) or not _any(every, _ACTIVATIONS):
        return False
    if _any(texts, _LOOPS) or _any(every, ("\n  def forward1(",)):
        return True
    found = code.classes.get(main)
    return (
        (found is not None and _returns(found))
        or any(_repeats(text) for text in every)
        or any(_sets(text) for text in texts)
    )


def _any(texts: Iterable[str], words: tuple[str, ...]) -> bool:
    return any(word in text for text in texts for word in words)


def _returns(main: Class) -> bool:
    """Whether the module is given several tensors and gives some: a state may be among them."""
    header = main.text.partition("\n  def forward(")[2].partition(":\n")[0]
    given, _, result = header.rpartition("->")
    return given.count("Tensor") > 1 and "Tensor" in result


def _repeats(text: str) -> bool:
    """Whether an attribute or a constant is multiplied by twice."""
    lines = [line for line in text.splitlines() if _any((line,), _PRODUCTS)]
    if len(lines) < 2:
        return False
    from rnninspect_torch.script.expressions import tokens  # noqa: PLC0415 - few texts need it

    own = set(_read(text))
    seen: set[str] = set()
    for line in lines:
        names = {word for kind, word in tokens(line) if kind == "name"} & own
        names |= {word for kind, word in tokens(line) if word.startswith("CONSTANTS.")}
        if names & seen:
            return True
        seen |= names
    return False


def _read(text: str) -> Iterator[str]:
    """The variables that are attributes, or matrices made of them alone."""
    for line in text.splitlines():
        target, _, value = line.strip().partition(" = ")
        if value.count(".") == 1 and "(" not in value and "CONSTANTS" not in value:
            yield target


def _sets(text: str) -> bool:
    """Whether a method sets an attribute of its module."""
    lines = (line.lstrip().partition(" = ") for line in text.splitlines() if line[:4] == "    ")
    return any(value and "." in target and "(" not in target for target, value, _ in lines)
