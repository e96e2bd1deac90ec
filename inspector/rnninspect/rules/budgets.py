"""R5: budgets and growth; `rnninspect.audit` finds these, since they need a policy."""

from __future__ import annotations

from rnninspect.rules.finding import Level, Rule

RULES = (
    Rule(
        "R501",
        "over-budget",
        Level.ERROR,
        "A model has more parameters or bytes than the policy allows.",
        "It may not fit where it is to run, or load too slowly there.",
        "Cut the largest layers, store fewer bits a weight, or raise the limit on purpose.",
    ),
    Rule(
        "R502",
        "layer-over-budget",
        Level.ERROR,
        "A layer has more parameters, hidden units or levels than the policy allows.",
        "One layer dominates memory and time: both grow with the square of its hidden size.",
        "Make the layer narrower, project its state, or raise the limit on purpose.",
    ),
    Rule(
        "R503",
        "not-allowed",
        Level.ERROR,
        "A cell, a type or a format is not among those that the policy allows.",
        "The runtime that it is meant for may not know it.",
        "Convert the model, or add the word to the policy's list.",
    ),
    Rule(
        "R504",
        "not-declared",
        Level.ERROR,
        "The policy wants declared sizes, and the file does not declare a layer's.",
        "Sizes read off the tensors agree with them even where both are wrong.",
        "Save the configuration with the weights.",
    ),
    Rule(
        "R505",
        "low-coverage",
        Level.ERROR,
        "Less of the file was understood than the policy asks for.",
        "What was not understood was not checked either.",
        "See which layers were skipped; lower min-coverage only if they are known to be right.",
    ),
    Rule(
        "R506",
        "model-grown",
        Level.ERROR,
        "A model grew more over its baseline than the policy allows.",
        "Small growth in each release adds up, and nobody decided on it.",
        "Undo the growth, or accept it with `rnninspect check --update-baseline`.",
    ),
    Rule(
        "R507",
        "model-appeared",
        Level.ERROR,
        "A model is checked that the baseline does not know.",
        "Its growth cannot be measured.",
        "Accept it with `rnninspect check --update-baseline`.",
    ),
    Rule(
        "R508",
        "model-vanished",
        Level.ERROR,
        "The baseline knows a model that is no longer there.",
        "It was removed or renamed, and its successor is not held to its figures.",
        "Take it out with `rnninspect check --update-baseline`.",
    ),
    Rule(
        "R509",
        "model-unchecked",
        Level.NOTE,
        "The baseline knows a model that is there and was not checked this time.",
        "Its growth goes unnoticed if no other run checks it.",
        "Name all models of the baseline in one run, at least in CI.",
    ),
)
