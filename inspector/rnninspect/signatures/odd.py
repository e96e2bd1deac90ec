"""A quick look at names: whether any may be one of a signature, before a table is loaded."""

from __future__ import annotations

from itertools import islice

from rnninspect.stored.kinds import chosen, kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_ENDINGS = frozenset({"weight", "kernel", "w", "W", "vars"})
_AT_ONCE = 10_000  # names, which may be made one by one
_NUMBERED = ("lmu_cell", "ltc_cell")  # by Keras: `lmu_cell_1`
# The last word of each odd name and of each mark, without the endings; a test compares them.
_WORDS = """
    _recurrent_kernel_ A_b_log A_log A_logs a_param b_proj bhn bonus channel_mix_key
    channel_mix_value conv_m dense_h dense_k dt_bias dt_proj e_m ff1_weight g_norm_swish_gate
    gamma_h gk_proj gleak h hg hh hn hz i_proj if if_ igate igate_preact inv_dt Lambda Lambda_re
    linear_1 lmu_cell log_A_real ltc_cell mu output_gate q_conv1d r_k receptance recurrent_bias
    recurrent_param recurrent_scale ssm_a ssm_conv1d ssm_conv1d_q ssm_f_a ssm_in ssm_k_D
    ssm_norm temp_decay_h theta_log time_a time_decay time_faaaa time_first time_maa_r
    time_mix_output time_mix_r time_mix_receptance time_mix_value to_hidden_and_f_i_gate
    to_hidden_and_gate w_h W_iou weight_c weight_hh weight_hh_l0_raw weight_proj x_k
"""
WORDS = frozenset(_WORDS.split())
# Words of generic names, and what a part of the module's name must contain.
WITHIN = {"linear": ("lstm", "qrnn"), "g_proj": ("retention",)}
_OF_KINDS = frozenset(map(kind_of, WORDS))


def may_be_known(names: Iterable[str]) -> bool:
    """Whether one of these names may be an odd name of a signature."""
    rest = iter(names)
    while some := list(islice(rest, _AT_ONCE)):
        places = chosen(some, lambda kind: _is_odd(kind, _OF_KINDS))
        if any(_is_odd(some[place], WORDS) for place in places):
            return True
    return False


def _is_odd(name: str, words: frozenset[str]) -> bool:
    word = odd_word(name)
    if word in WITHIN:
        lowered = name.lower()
        return any(part in lowered for part in WITHIN[word])
    return word in words


def odd_word(name: str) -> str:
    """The last word of a name that is neither an ending nor a number."""
    for word in reversed(name.replace("/", ".").split(".")):
        if word not in _ENDINGS and not word.isdigit():
            return word.rstrip("_0123456789") if word.startswith(_NUMBERED) else word
    return ""
