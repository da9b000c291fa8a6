"""What is to be known about told chances, as codes with facts, and in words."""

from __future__ import annotations

from typing import Any, Final

import msgspec

WORDS: Final[dict[str, str]] = {
    "refit_off": "no boosted model is fitted: policy.yaml says learning.refit: false",
    "few_answers": "{answers:,} answers so far: a boosted model is fitted from {asked:,} on",
    "window_too_short": "{action}: {share:.0%} of all acceptances come in the last tenth of its window of {days:g} "
    "days, so more would come after it; a longer window would count them",
    "window_longer": "{action}: its window of {days:g} days is longer than the {span:.1f} days over which "
    "decisions were made, so nobody knows yet how chances come true; give it a shorter window, or wait",
    "leak": "{input} alone tells who accepts (AUC {auc:.3f} on {answers:,} answers), as only what is written after the "
    "answer can; the boosted model does not read it; make it a sensitive trait, or take it out of the request, so that "
    "the online model does not either",
    "leak_answering": "{input} counts the events by which offers are answered, and alone tells who accepts (AUC "
    "{auc:.3f} on {answers:,} answers); the boosted model does not read it; end its window before the decision",
    "meaning": "{action} is another offer since {since}: answers from before do not count for it; give a new offer a "
    "new name to keep both apart",
    "drifted": "the newest {answers:,} answers leave what was told: {accepted:.1%} accepted, {told:.1%} were expected "
    "(gap {gap:+.1%}, 99% interval {low:+.1%} to {high:+.1%})",
    "few_closed": "{answers:,} offers have closed: calibration is judged from {asked:,} on",
}


class Note(msgspec.Struct, frozen=True):
    """One thing to be known."""

    code: str
    facts: dict[str, Any] = {}


def text(note: Note) -> str:
    """The note in English.

    >>> text(Note("few_answers", {"answers": 1200, "asked": 5000}))
    '1,200 answers so far: a boosted model is fitted from 5,000 on'
    """
    return WORDS[note.code].format(**note.facts)
