"""Words that several messages share."""

from __future__ import annotations


def plural(number: int, noun: str, nouns: str = "") -> str:
    """A number with its noun, `1 tensor` or `2,000 tensors`; `nouns` where an s will not do."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def no_formula(what: str = "this cell") -> str:
    """Why a layer is not counted."""
    return f"no formula is known for {what}"


def has_recurrent_name(name: str) -> bool:
    """Whether an operator or a class is called after a cell: `QuantLSTM`, `aten::gru`, `MyRNN`.

    `RNNTLoss` is not: it is the loss of a transducer.
    """
    operator = name.rpartition("::")[2]
    if "lstm" in operator.lower():
        return True
    words = operator.replace("RNNT", "").split("_")
    return any(word in ("gru", "rnn") or "GRU" in word or "RNN" in word for word in words)


_OURS = "rnninspect"


def installing(extra: str, distribution: str = _OURS) -> str:
    """The command that installs an extra; of our own distribution also from a checkout."""
    if distribution != _OURS:
        return f"pip install '{distribution}[{extra}]'"
    return f"pip install 'rnninspect[{extra}]', in a checkout pip install '.[{extra}]'"
