"""The table of names that only recurrent cells have, for cells without a formula."""

from __future__ import annotations

from rnninspect.record import Record


class Family(Record):
    """Names in a kind of cell.

    Attributes:
        words: normalised names of tensors or of their modules, the most specific first.
        needs: names of which one is required.
        least: number of names that are required.
    """

    words: tuple[str, ...]
    needs: frozenset[str]
    least: int


def _family(needs: str, others: str, least: int) -> Family:
    return Family((*needs.split(), *others.split()), frozenset(needs.split()), least)


FAMILIES = (
    # spatiotemporal LSTMs with a second memory (PredRNN, MIM): no formula
    _family("convx convh convxconcat convhconcat", "convm convo convlast convmconcat convc", 3),
    # ConvGRU with more than its three convolutions
    _family("convz convz1", "convr convq convr1 convq1 convz2 convr2 convq2", 3),
    _family("convgates", "convcan convcandidate convct convcand", 2),
    # gates by their full names, in cells that are not plain
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

# Labels of modules that convolve over their state.
CONVOLVING_CELL = r"conv_?(?:lstm|gru|rnn)|clstm|cgru|(?:lstm|gru|rnn)_?cell|cell_?list"

# Names for hidden-to-hidden and input-to-hidden weights, and those of torch.nn.
SPECIFIC = (
    r"(?:^|[._])(h2h|x2h|h2o|i2h|h2g|recurrent_kernel|recurrent_weights?|[Ww](?:eight)?_?(?:hh|ih)"
    r"|state_linearity|hidden_to_hidden|_recurrent_kernel_)(?:$|[._])"
)
# Those for hidden-to-hidden.
STATE_TO_STATE = (
    r"h2h|h2g|_?recurrent_kernel_?|recurrent_weights?|[Ww](?:eight)?_?hh|state_linearity"
    r"|hidden_to_hidden"
)
# Names in modules of attention or octave convolution.
NOT_A_CELL = r"score|attn|attention|energy|align|query|key$|value$|alpha$|l2l|l2h|h2l"
# One weight for each gate: W_f beside U_f, Wxf beside Whf, W_if beside W_hf, wfx beside ufh, …
BY_GATE = (
    r"(?P<letter>[UVWwu]|[Ww]eight)_?(?P<side>[xhi]?)_?(?P<gate>ifoc|iou|[ifocgrzn])"
    r"(?:_?(?P<end>[xh]))?$"
)
