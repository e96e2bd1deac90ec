"""One limit compared with one value."""

from __future__ import annotations

from rnninspect.lean import StrEnum
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fractions import Fraction

    Quantity = int | Fraction | str  # a count, a share of one, or words


class Outcome(StrEnum):
    """The outcome; ignored where the policy ignores the rule that a failure breaks."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    IGNORED = "ignored"


class Measure(Record):
    """One limit compared with one value.

    Attributes:
        path: the model.
        layer: the layer that was measured; None for the whole model.
        key: the policy's key, `max-parameters`.
        about: what was measured, in words: `parameters`, `growth of bytes`.
        rule: the code of the rule that a failure breaks.
        allowed: the most; with `at_least` the least; as words what may be.
        value: what it is.
        outcome: pass, fail or ignored.
        at_least: whether the value may not be lower, rather than not higher.
        note: more for the message, such as the figures of a growth.
    """

    path: str
    layer: str | None
    key: str
    about: str
    rule: str
    allowed: Quantity
    value: Quantity
    outcome: Outcome
    at_least: bool = False
    note: str = ""

    @property
    def message(self) -> str:
        """The message of a failure."""
        word = "at least" if self.at_least else "at most"
        word = "allowed" if isinstance(self.allowed, str) else word
        text = f"{self.about} {self.value_text}, {word} {self.allowed_text}"
        return f"{text} ({self.note})" if self.note else text

    @property
    def share(self) -> float | None:
        """The share of the limit that is used: 1 is all; None where that has no meaning."""
        if isinstance(self.value, str) or isinstance(self.allowed, str) or self.at_least:
            return None
        return max(float(self.value / self.allowed), 0.0) if self.allowed else None

    @property
    def allowed_text(self) -> str:
        """The limit as text."""
        return spell(self.allowed)

    @property
    def value_text(self) -> str:
        """The value as text."""
        return spell(self.value, down=self.at_least)

    @property
    def share_text(self) -> str:
        """The share as text, `62 %`; empty where it has no meaning.

        Only a value that equals the limit reads 100 %; one above it reads more.
        """
        if self.share is None or isinstance(self.value, str) or isinstance(self.allowed, str):
            return ""
        hundredfold = 100 * max(self.value, 0)
        is_above = self.value > self.allowed
        percents = -(-hundredfold // self.allowed) if is_above else hundredfold // self.allowed
        return f"{percents:,} %"


def spell(quantity: Quantity, *, down: bool = False) -> str:
    """A quantity as text; a share is rounded to a tenth of a percent, up or down."""
    match quantity:
        case str():
            return quantity
        case int():
            return f"{quantity:,}"
        case share:
            tenths = share * 1000 // 1 if down else -(-share * 1000 // 1)
            return f"{tenths / 10:,.1f}".removesuffix(".0") + " %"
