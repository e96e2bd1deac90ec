"""The table of names that only recurrent cells have, for those that have no formula here."""

from __future__ import annotations

from rnninspect.plugin import Record


class Family(Record):
    """Names of a kind of cell.

    Attributes:
        words: normalised names of tensors, or of the modules that hold them; the most telling
            first.
        needs: one of these must be there.
        least: how many of the words.
    """

    words: tuple[str, ...]
    needs: frozenset[str]
    least: int


def _family(needs: str, others: str, least: int) -> Family:
    return Family((*needs.split(), *others.split()), frozenset(needs.split()), least)


FAMILIES = (
    # selective state spaces, gated delta nets (Mamba, Mamba-2, Jamba, Qwen3-Next)
    _family("alog", "d xproj dtproj dtbias conv1d inproj outproj", 2),
    # spatiotemporal LSTMs with a second memory (PredRNN, MIM): no formula here
    _family("convx convh convxconcat convhconcat", "convm convo convlast convmconcat convc", 3),
    # ConvGRU with more than its three convolutions
    _family("convz convz1", "convr convq convr1 convq1 convz2 convr2 convq2", 3),
    _family("convgates", "convcan convcandidate convct convcand", 1),
    # gates by their whole names, where the cell is not plain
    _family(
        "forgetgate resetgate gateforget gatereset",
        "inputgate outputgate updategate ingate outgate cellgate candidategate gateinput"
        " gateoutput gateupdate remembergate candidate",
        2,
    ),
    # continuous-time cells (ncps) in other forms: pure, or with parts missing
    _family("timea wtau", "ff1 ff2 timeb", 2),
    _family("gleak", "vleak cm sensoryw sensorymu", 3),
)

# What a module is called, or its class, that convolves over its state.
CONVOLVING_CELL = r"conv_?(?:lstm|gru|rnn)|clstm|cgru|(?:lstm|gru|rnn)_?cell|cell_?list"

# Words for "hidden to …" and "input to …", and the fused ones of torch.nn that did not fit.
TELLING = (
    r"(?:^|[._])(h2h|x2h|h2o|i2h|h2g|recurrent_kernel|recurrent_weights?|[Ww](?:eight)?_?(?:hh|ih)"
    r"|state_linearity|hidden_to_hidden|_recurrent_kernel_)(?:$|[._])"
)
# Those of them that lead from the state to the state.
STATE_TO_STATE = (
    r"h2h|h2g|_?recurrent_kernel_?|recurrent_weights?|[Ww](?:eight)?_?hh|state_linearity"
    r"|hidden_to_hidden"
)
# Names in the same module that mean attention, or an octave convolution.
NOT_A_CELL = r"score|attn|attention|energy|align|query|key$|value$|alpha$|l2l|l2h|h2l"
# One weight for each gate: W_f beside U_f, Wxf beside Whf, W_if beside W_hf, wfx beside ufh, …
BY_GATE = (
    r"(?P<letter>[UVWwu]|[Ww]eight)_?(?P<side>[xhi]?)_?(?P<gate>ifoc|iou|[ifocgrzn])"
    r"(?:_?(?P<end>[xh]))?$"
)
