"""A configuration that a file has, and which dialect it is in for a cell."""

from __future__ import annotations

from rnninspect.declared.expressions import ABSENT, look_up
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rnninspect.declared.dialect import Dialect

# Where a configuration of several models has the one of its language model.
_NESTED = ("text_config", "language_config", "llm_config", "thinker_config")
_DEEPEST = 3


class Document(Record):
    """Keys and values that declare sizes, and where they are.

    Attributes:
        place: for people: `config.json`.
        values: a JSON object or the like; what is not a size is ignored.
        dialect: the name of its dialect where the reader knows it; else that is found by the
            value of `model_type`, or by the keys.
        prefix: what the keys begin with in the file, for people: `mamba.` in GGUF.
        is_whole: whether all layers that it is about are in the file at hand.
    """

    place: str
    values: Mapping[str, object]
    dialect: str = ""
    prefix: str = ""
    is_whole: bool = True

    def parts(self) -> Iterator[Document]:
        """The configurations of language models in it, the innermost first, and itself."""
        nested: list[Document] = [self]
        while len(nested) <= _DEEPEST:
            inner = nested[-1]
            name = next((name for name in _NESTED if _is_object(inner.values.get(name))), None)
            if name is None:
                break
            values = inner.values[name]
            kind = {"model_type": inner.values.get("model_type")}
            merged = {**kind, **values} if isinstance(values, dict) else kind
            nested.append(inner._replace(values=merged, prefix=f"{inner.prefix}{name}."))
        yield from reversed(nested)

    def dialect_of(self, cell: str) -> Dialect | None:
        """The dialect that it is in for a cell; None where that is not known."""
        from rnninspect.declared.tables import DIALECTS, by_name  # noqa: PLC0415 - few files need them

        kind = self.dialect or self.values.get("model_type")
        if isinstance(kind, str):
            if kind not in by_name():  # other code defines it, and may use the keys as it likes
                return None
            fitting = (dialect for dialect in by_name()[kind] if dialect.cell == cell)
            if (found := next(fitting, None)) is not None or self.dialect:
                return found
        return next(
            (dialect for dialect in DIALECTS if dialect.cell == cell and self._has_marks(dialect)),
            None,
        )

    def _has_marks(self, dialect: Dialect) -> bool:
        """Whether it has the keys by which a dialect is known without a `model_type`."""
        marks = dialect.marks
        return bool(marks) and all(look_up(self.values, key) is not ABSENT for key in marks)


def _is_object(value: object) -> bool:
    return isinstance(value, dict) and bool(value)
