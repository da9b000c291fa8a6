"""What is told beside an experiment's numbers, in words; the console has the same codes in both languages."""

from __future__ import annotations

from typing import Any, Final

import msgspec

WORDS: Final[dict[str, str]] = {
    "not_started": "it has not been started: decisions do not follow it yet",
    "mixed": "it was changed after it was started: decisions follow it no longer, and numbers of both would be mixed; "
    "put it back as it was, or stop it and start it under another salt",
    "nobody": "nobody has met it up to {as_of}",
    "one_arm": "nobody has met {arms}: there is nothing to compare with",
    "never": "no event '{event}' was ever seen: nothing can be measured; look at the metric's name and conditions",
    "too_short": "{customers} customers have met it, and the first one's {within} are over on {day}: nothing counts "
    "yet",
    "shares": "the arms did not get their shares of the customers ({counts}, where {expected} were due; by chance once "
    "in {once}): something chooses who is counted, so no effect is told; look for arms that fail or are cached, for "
    "customers known under several ids, and for filters behind the draw",
    "no_metric": "no metric is declared: add metric: {{event: …}}",
    "early": "{counted} of the {planned} planned customers are counted, and the first look is at {first}",
    "few": "an arm has fewer than {least} counted customers: their spread cannot be told from so few",
    "alike": "all customers have the same value: there is no spread to measure a difference by",
    "nothing": "an arm counted nothing that the sum could be divided by",
    "waiting": "{customers} more customers have met it, and their {within} are not over",
    "crossed": "{customers} customers met several arms ({share} of all) and count for the first: known under several "
    "ids, they turned out to be one person",
    "withdrew": "{customers} customers switched personalisation off since and are left out",
    "always": "look whenever you like: these intervals hold for all looks together",
    "looks": "look {look} of {looks}: the numbers stand still until the next, at {next} customers",
    "looks_done": "all {looks} planned looks are taken",
    "under": "{counted} of the {planned} planned customers are counted: an open result does not mean no effect",
    "meaning": "{actions} offered something else, or counted other acceptances, when it was started",
    "stopped": "it was stopped on {day}: who was met before counts as of then",
    "since": "the draw as it is now holds since {day}; decisions before are left out",
    "unlike": "the rule is applied to customers as they are now; then other ones may have fulfilled it",
    "slow": "at the pace of the last weeks that is more than {years} years away: look for a larger effect, take more "
    "slots, or use a metric that more customers move",
    "of_events": "too few decisions were made in its slots: who was active stands for who would have been met",
    "better": "{metric}: {arm} does better than {control}, by {effect} ({low} to {high}; {customers} customers)",
    "worse": "{metric}: {arm} does worse than {control}, by {effect} ({low} to {high}; {customers} customers)",
    "open": "{metric}: no difference between {arm} and {control} shows yet: {effect} ({low} to {high}; {customers} "
    "customers)",
    "kept": "{metric}: {arm} keeps within {margin} of {control}: {effect} ({low} to {high})",
    "broken": "{metric}: {arm} is more than {margin} worse than {control}: {effect} ({low} to {high})",
    "guard_open": "{metric}: whether {arm} keeps within {margin} of {control} is open: {effect} ({low} to {high})",
}
"""Code → sentence."""


class Note(msgspec.Struct, frozen=True):
    """A sentence by its code, and what stands in it."""

    code: str
    facts: dict[str, Any] = {}

    @property
    def text(self) -> str:
        """The sentence.

        >>> Note("withdrew", {"customers": 3}).text
        '3 customers switched personalisation off since and are left out'
        """
        return WORDS[self.code].format(**self.facts)


def told(note: Note) -> dict[str, Any]:
    """As reports show it."""
    return {"code": note.code, "facts": note.facts, "text": note.text}
