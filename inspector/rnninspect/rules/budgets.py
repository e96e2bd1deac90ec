"""R5: budgets and growth; `rnninspect.audit` finds these, since they need a policy."""

from __future__ import annotations

from rnninspect.rules.finding import Level, Rule

RULES = (
    Rule(
        "R501",
        "over-budget",
        Level.ERROR,
        "A model has more parameters or bytes than the policy allows.",
        "It may not fit on the target device, or load too slowly.",
        "Shrink the largest layers, store fewer bits per weight, or raise the limit deliberately.",
    ),
    Rule(
        "R502",
        "layer-over-budget",
        Level.ERROR,
        "A layer has more parameters, hidden units or levels than the policy allows.",
        "One layer dominates memory and time: both grow with the square of its hidden size.",
        "Make the layer narrower, project its state, or raise the limit deliberately.",
    ),
    Rule(
        "R503",
        "not-allowed",
        Level.ERROR,
        "The policy does not allow a cell, an element type or a format.",
        "The target runtime may not support it.",
        "Convert the model, or add the word to the policy's list.",
    ),
    Rule(
        "R504",
        "not-declared",
        Level.ERROR,
        "The policy requires declared sizes, and the file does not declare those of a layer.",
        "Sizes inferred from tensors always agree with them, even if both are wrong.",
        "Save the configuration with the weights.",
    ),
    Rule(
        "R505",
        "low-coverage",
        Level.ERROR,
        "Less of the file was understood than the policy requires.",
        "Tensors that were not understood were not checked.",
        "See which layers were skipped; lower min-coverage only if you know that they are right.",
    ),
    Rule(
        "R506",
        "model-grown",
        Level.ERROR,
        "A model grew beyond its baseline by more than the policy allows.",
        "Small growth in each release adds up unnoticed.",
        "Undo the growth, or accept it with `rnninspect check --update-baseline`.",
    ),
    Rule(
        "R507",
        "model-appeared",
        Level.ERROR,
        "A checked model is not in the baseline.",
        "Its growth cannot be measured.",
        "Accept it with `rnninspect check --update-baseline`.",
    ),
    Rule(
        "R508",
        "model-vanished",
        Level.ERROR,
        "A model of the baseline no longer exists.",
        "It was removed or renamed; its successor is not compared with its figures.",
        "Remove it with `rnninspect check --update-baseline`.",
    ),
    Rule(
        "R509",
        "model-unchecked",
        Level.NOTE,
        "A model of the baseline exists but was not checked in this run.",
        "Its growth goes unnoticed unless another run checks it.",
        "Check all models of the baseline in one run, at least in CI.",
    ),
)
