"""The names of weights in keras-hub, keras-lmu and ncps: of variables, and by number.

Keras' own format keeps no names of variables: a layer's are numbered in the order in which it
creates them, below `vars`.
"""

from __future__ import annotations

from rnninspect.signatures.signature import Signature

_RWKV_7 = """
    x_r    mix d
    x_w    mix d
    x_k    mix d
    x_v    mix d
    x_a    mix d
    x_g    mix d
    w0     decay
    w1     decay_down
    w2     decay_up
    a0     rate
    a1     rate_down
    a2     rate_up
    v0     blend
    v1     blend_down
    v2     blend_up
    g1     gate_down
    g2     gate_up
    k_k    key_scale
    k_a    key_rate
    r_k    bonus
    receptance/kernel           receptance
    key/kernel                  key
    value/kernel                value
    output_layer/kernel         out_proj
    group_normalization#/gamma  norm
    group_normalization#/beta   norm_bias
"""
_BELOW = """
    receptance/vars/0             receptance
    key/vars/0                    key
    value/vars/0                  value
    output_layer/vars/0           out_proj
    group_normalization#/vars#/0  norm
    group_normalization#/vars#/1  norm_bias
"""
_FIRST_RWKV_7 = """
    vars/0   mix d
    vars/1   mix d
    vars/2   mix d
    vars/3   mix d
    vars/4   mix d
    vars/5   mix d
    vars/6   decay
    vars/7   decay_down
    vars/8   decay_up
    vars/9   rate
    vars/10  rate_down
    vars/11  rate_up
    vars/12  gate_down
    vars/13  gate_up
    vars/14  key_scale
    vars/15  key_rate
    vars/16  bonus
"""
_NUMBERED_RWKV_7 = """
    vars/0   mix d
    vars/1   mix d
    vars/2   mix d
    vars/3   mix d
    vars/4   mix d
    vars/5   mix d
    vars/6   decay
    vars/7   decay_down
    vars/8   decay_up
    vars/9   rate
    vars/10  rate_down
    vars/11  rate_up
    vars/12  blend
    vars/13  blend_down
    vars/14  blend_up
    vars/15  gate_down
    vars/16  gate_up
    vars/17  key_scale
    vars/18  key_rate
    vars/19  bonus
"""
_LMU = """
    kernel            kernel
    recurrent_kernel  recurrent_kernel
    bias              bias
    theta_inv         theta_inv         ~1
"""
_CFC = """
    ff1_weight                    head       B, n
    ff2_weight                    head       B, n
    time_a/kernel                 head       B, n
    time_b/kernel                 head       B, n
    ff1_bias                      head_bias  n
    ff2_bias                      head_bias  n
    time_a/bias                   head_bias  n
    time_b/bias                   head_bias  n
    sequential#/backbone0#/kernel  kernel+recurrent_kernel  m+n, B
    sequential#/backbone0#/bias    bias       B
"""
_NUMBERED_CFC = """
    vars/0         head       B, n
    vars/1         head_bias  n
    vars/2         head       B, n
    vars/3         head_bias  n
    time_a/vars/0  head       B, n
    time_a/vars/1  head_bias  n
    time_b/vars/0  head       B, n
    time_b/vars/1  head_bias  n
    sequential#/backbone0#/vars#/0  kernel+recurrent_kernel  m+n, B
    sequential#/backbone0#/vars#/1  bias                     B
"""
_LTC = """
    gleak membrane n
    vleak membrane n
    cm membrane n
    sigma recurrent_kernel n, n
    mu recurrent_kernel n, n
    w recurrent_kernel n, n
    erev recurrent_kernel n, n
    sensory_sigma kernel m, n
    sensory_mu kernel m, n
    sensory_w kernel m, n
    sensory_erev kernel m, n
    input_w input_scale m
    input_b input_shift m
    output_w output_scale o
    output_b output_shift o
"""
_NUMBERED_LTC = """
    vars/0 membrane n
    vars/1 membrane n
    vars/2 membrane n
    vars/3 recurrent_kernel n, n
    vars/4 recurrent_kernel n, n
    vars/5 recurrent_kernel n, n
    vars/6 recurrent_kernel n, n
    vars/7 kernel m, n
    vars/8 kernel m, n
    vars/9 kernel m, n
    vars/10 kernel m, n
    vars/11 input_scale m
    vars/12 input_shift m
    vars/13 output_scale o
    vars/14 output_shift o
"""

KERAS_LAYERS = (
    Signature("RWKV-7", "keras_hub", ("r_k",), _RWKV_7),
    Signature("RWKV-7", "keras_hub", ("receptance/vars/0",), _NUMBERED_RWKV_7 + _BELOW),
    Signature("RWKV-7", "keras_hub", ("receptance/vars/0",), _FIRST_RWKV_7 + _BELOW),
    Signature(
        "RWKV-7 channel mix",
        "keras_hub",
        ("dense_k/kernel",),
        """
    time_mix_k      mix_k  d
    dense_k/kernel  key    d, f
    dense_v/kernel  value  f, d
""",
    ),
    Signature(
        "RWKV-7 channel mix",
        "keras_hub",
        ("dense_k/vars/0",),
        """
    vars/0          mix_k  d
    dense_k/vars/0  key    d, f
    dense_v/vars/0  value  f, d
""",
    ),
    Signature("LMUMemory", "keras-lmu", ("kernel",), _LMU, within="lmu_cell"),
    *(
        Signature("LMUMemory", "keras-lmu", ("vars/0",), lines, within="lmu_cell", strict=True)
        for lines in (
            "vars/0 kernel",
            "vars/0 kernel\nvars/1 recurrent_kernel",
            "vars/0 kernel\nvars/1 bias",
            "vars/0 kernel\nvars/1 theta_inv ~1",  # a scalar
            "vars/0 kernel\nvars/1 theta_inv ~1\nvars/2 recurrent_kernel",
        )
    ),
    Signature("CfC", "ncps", ("ff1_weight",), _CFC),
    Signature("CfC", "ncps", ("time_a/vars/0",), _NUMBERED_CFC),
    Signature("LTC", "ncps", ("gleak",), _LTC),
    Signature("LTC", "ncps", ("vars/0",), _NUMBERED_LTC, within="ltc_cell"),
)
