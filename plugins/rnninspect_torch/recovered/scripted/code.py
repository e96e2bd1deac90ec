"""All code of an archive: its classes and functions by their full names."""

from __future__ import annotations

from rnninspect_torch.script.classes import Class, Function, split_code


class Code:
    """The code of an archive, split but not parsed.

    Attributes:
        classes, functions: by full name, `__torch__.net.Cell`.
        characters: how long all of it is.
        operators: about how many operators it calls.
    """

    __slots__ = ("characters", "classes", "functions", "operators")

    def __init__(self) -> None:
        self.classes: dict[str, Class] = {}
        self.functions: dict[str, Function] = {}
        self.characters = self.operators = 0

    def add(self, text: str, module: str) -> dict[str, Class]:
        """Add one file; `module` is `__torch__.…`, from its path. The classes in it."""
        self.characters += len(text)
        self.operators += text.count("torch.")
        classes, functions = split_code(text)
        added = {f"{module}.{name}": found for name, found in classes.items()}
        self.classes.update(added)
        self.functions.update({f"{module}.{name}": each for name, each in functions.items()})
        return added
