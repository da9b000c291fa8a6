"""What is told about a fit, in words; the console has the same codes in both languages."""

from __future__ import annotations

from typing import Final

from rapport.differentiate.lifetime.model import Note

WORDS: Final[dict[str, str]] = {
    "sparse": "only {repeaters} customers have bought again, and {least} are needed: nothing is said",
    "sparse_contracts": "only {ended} contracts have ended, and {least} are needed: nothing is said",
    "no_dropout": "that customers leave does not show in the data (likelihood ratio {ratio}, {least} is needed): all "
    "count as alive, and the probability of being alive is left out",
    "no_spend": "fewer than {least} customers have repeat purchases of known worth: purchases are told, value is not",
    "not_converged": "the fit of {group} did not settle: take its numbers with care",
    "alike": "all purchases are worth the same: {mean}",
    "heavy": "what purchases are worth is carried by few customers: the mean of the sample, {mean}, stands for all",
    "correlated": "frequent customers spend differently at a time (correlation {correlation}), which the model of "
    "spend does not know: values at both ends are less certain",
    "foreign": "{orders} orders and refunds are in a currency without a rate: they count as purchases, not as spend",
    "refunds": "{customers} customers got back more than their repeat purchases were worth: their spend counts as 0",
    "no_holdout": "the history is too short to be tested: values are unproven",
    "no_contracts_then": "at the start of the test {ran} contracts ran and {ended} had ended, where one and {least} "
    "are needed: values are unproven",
    "season_short": "no season: {months} whole months are seen, and 24 are needed to show one",
    "season_none": "no season: it would not have foretold the last twelve months (deviance {deviance_with} with it, "
    "{deviance} without)",
    "season_applied": "a season is applied: it foretold the last twelve months (deviance {deviance_with} with it, "
    "{deviance} without)",
    "small": "{groups} groups are too small for a fit of their own ({least} customers who bought again): they share "
    "everybody's",
    "worse": "in the test the past going on told purchases better (error {mae_before} against {mae})",
    "worse_spend": "in the test the past going on told spend better (error {mae_before} against {mae})",
}
"""Code → sentence."""


def text(note: Note) -> str:
    """A note as a sentence.

    >>> text(Note("alike", {"mean": 9.5}))
    'all purchases are worth the same: 9.5'
    """
    return WORDS[note.code].format(**note.facts)
