"""Why an evaluation is refused or to be read with care, in words; the console has the same codes in both languages."""

from __future__ import annotations

from typing import Any, Final

import msgspec


class Note(msgspec.Struct, frozen=True):
    """One thing to be known: a code of ``WORDS`` and the facts its sentence names."""

    code: str
    facts: dict[str, Any] = {}


WORDS: Final[dict[str, str]] = {
    "none_decided": "no decision offered anything in this period: ask for decisions first (`rapport decide`, "
    "`POST /v1/decide`)",
    "window_long": "the attribution window of '{action}' is {window}, longer than the {days} days of decisions: "
    "evaluate after {until}, when the first offers have had their whole window, or shorten it",
    "few_accepted": "only {accepted} offers were accepted, and {least} are needed: wait for more, or judge by "
    "acceptance instead of value",
    "few_customers": "only {customers} customers were decided for, and {least} are needed",
    "unsupported": "the policy would offer '{action}' where it had no chance, in {share} of the decisions: nobody "
    "knows what that earns; give it a chance first (make it eligible, raise exploration_floor), or try it as an "
    "experiment",
    "few_effective": "{effective} effective samples, and {least} are needed: the policy is too unlike the one that was "
    "in force; collect more decisions, raise exploration_floor, or evaluate a smaller step",
    "few_effective_accepted": "what it would earn rests on {effective} effective acceptances, and {least} are needed: "
    "collect more answers or evaluate a smaller step",
    "one_weight": "one decision carries {share} of all weight, and {most} is the limit: raise exploration_floor, or "
    "evaluate a smaller step",
    "list_rules": "the lists were picked under rules that a record does not hold ({share} of them cannot be drawn "
    "again): only first picks are evaluated",
    "rule_unrecorded": "the rule of '{action}' reads {columns}, which decisions do not record: who would have seen it "
    "is not known",
    "items_unrecorded": "'{action}' offers items whose worth decisions do not record: change its lever, not its value "
    "or cost",
    "trained": "the model {model} has learnt from these very decisions, and none were answered after it: evaluate an "
    "older version (`--policy model@N`), or wait",
    "still_open": "{open} later decisions are left out: their windows are not closed, and those answered so far would "
    "be the quick ones",
    "only_newest": "only the newest {kept} of {all} decisions are evaluated",
    "meaning_changed": "'{action}' has meant something else since {since}: only decisions since then are evaluated",
    "definitions_changed": "{share} of the decisions were made under other definitions than today's: changed levers "
    "and values start from today's",
    "several": "{count} policies are compared at once: each interval is widened so that all of them hold together with "
    "{level} confidence (Bonferroni)",
    "looks": "this is look {count} at growing data: the more often one looks, the more often an interval misses; "
    "decide beforehand when to look, or prove it in an experiment",
    "leaked": "'{column}' alone tells who accepts (AUC {auc} over {answers} answers): it is probably known only after "
    "the answer; it is left out of the reward model, and policies that follow the recorded propensities look better "
    "than they are",
    "disagree": "the estimators disagree: the weighted mean (SNIPS) is {snips}, outside the interval: read it "
    "with care",
    "no_holdout": "what Rapport brings beside what everybody gets cannot be said without a holdout: declare `holdout: "
    "{{share: 0.05}}` in policy.yaml before the next campaign",
    "holdout_empty": "of the {share} held out, or of the others, only {customers} customers had decided offers since "
    "they were drawn, and {least} are needed",
    "holdout_few_accepted": "those held out, or the others, accepted only {accepted} offers, and {least} are needed: "
    "wait for more",
}
"""Code → sentence."""


def text(note: Note) -> str:
    """A note as a sentence.

    >>> text(Note("few_customers", {"customers": 3, "least": 30}))
    'only 3 customers were decided for, and 30 are needed'
    """
    return WORDS[note.code].format(**note.facts)
