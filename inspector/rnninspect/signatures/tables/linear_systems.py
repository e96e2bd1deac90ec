"""The names of linear systems' weights in s4, s5-pytorch, minimal-LRU, H3 and pytorch-lmu."""

from __future__ import annotations

from rnninspect.signatures.signature import Signature

_S5 = """
    Lambda    A
    B         B
    C         C
    D         D
    log_step  log_dt
"""

LINEAR_SYSTEMS = (
    Signature(
        "S4D",
        "s4d",
        ("kernel.log_A_real",),
        """
    D                       D
    kernel.C                C
    kernel.log_dt           log_dt
    kernel.log_A_real       log_A_real
    kernel.A_imag           A_imag
    output_linear.0.weight  out_proj    2*h, h, 1
    output_linear.0.bias    out_bias
""",
    ),
    Signature(
        "S4",
        "s4",
        ("layer.kernel.inv_dt",),
        """
    layer.D                 D
    layer.kernel.inv_dt     dt        h, 1
    layer.kernel.C          C
    layer.kernel.B          B
    layer.kernel.A_real     A_real
    layer.kernel.A_imag     A_imag
    layer.kernel.P          P         1, h, N, 2
    output_linear.0.weight  out_proj
    output_linear.0.bias    out_bias
    layer.kernel.l_kernel   -
""",
    ),
    Signature("S5", "s5", ("Lambda",), _S5),
    Signature("S5, two directions", "s5", ("Lambda",), _S5),
    Signature(
        "S5, real numbers",
        "lindermanlab",
        ("Lambda_re",),
        """
    Lambda_re  A       P
    Lambda_im  A       P
    B          B
    C          C
    D          D
    log_step   log_dt  P, 1
""",
    ),
    Signature(
        "LRU",
        "minimal-lru",
        ("theta_log",),
        """
    theta_log  theta
    nu_log     nu
    gamma_log  gamma
    B_re       B_real
    B_im       B_imag
    C_re       C_real
    C_im       C_imag
    D          D
""",
    ),
    Signature(
        "H3",
        "h3",
        ("ssm_k_D",),
        """
    q_proj.weight               q
    k_proj.weight               k
    v_proj.weight               v
    q_proj.bias                 q_bias
    k_proj.bias                 k_bias
    v_proj.bias                 v_bias
    output_linear.weight        out_proj
    output_linear.bias          out_bias
    ssm_k_D                     first_D
    ssm_k_kernel.kernel.B       first_B
    ssm_k_kernel.kernel.C       first_C  1, d, N
    D                           D
    kernel.kernel.C             C        1, h, M, 2
    kernel.kernel.B             B
    kernel.kernel.log_dt        log_dt
    kernel.kernel.inv_A_real    A_real
    kernel.kernel.A_imag        A_imag
""",
    ),
    Signature(
        "LMU",
        "pytorch-lmu",
        ("e_m",),
        """
    e_x  e_x  1, m
    e_h  e_h  1, n
    e_m  e_m  1, q
    W_x  W_x
    W_h  W_h
    W_m  W_m
    A    -
    B    -
""",
    ),
)
