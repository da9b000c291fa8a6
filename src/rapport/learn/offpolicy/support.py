"""Whether the log carries an estimate: was everything tried, and does the answer rest on more than a few decisions?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from rapport.learn.offpolicy.log import Floats, Sample
from rapport.learn.offpolicy.notes import Note

EFFECTIVE_MIN: Final = 100.0
"""Below so many effective samples an estimate is refused."""
EFFECTIVE_ACCEPTED_MIN: Final = 10.0
"""The same of the decisions that earned anything."""
LARGEST_MAX: Final = 0.05
"""One decision may carry this share of all weight."""
ACCEPTED_MIN: Final = 25
CUSTOMERS_MIN: Final = 30


class Support(msgspec.Struct, frozen=True, kw_only=True):
    """What an estimate rests on."""

    decisions: int
    customers: int
    accepted: int
    """Decisions that earned anything."""
    effective: float
    """(Σw)² / Σw² (Kong 1992): so many decisions drawn from the policy itself would tell as much."""
    effective_accepted: float
    """The same over the decisions that earned anything."""
    largest: float
    """Share of all weight on one decision."""
    untried: float
    """Share of decisions in which the policy would do what had no chance."""
    untried_action: int = -1
    """The action that it would do so most often; -1: none."""


def effective(weights: Floats) -> float:
    """(Σw)² / Σw².

    >>> effective(np.array([1.0, 1.0, 0.0])), effective(np.array([]))
    (2.0, 0.0)
    """
    squares = float(weights @ weights)
    return float(weights.sum()) ** 2 / squares if squares > 0.0 else 0.0


def support(sample: Sample) -> Support:
    """Measures what the log says of a policy."""
    log, weights = sample.log, sample.weights
    impossible = (sample.wanted > 0.0) & (log.chances <= 0.0)
    untried = np.zeros(log.decisions, dtype=bool)
    untried[log.owners[impossible]] = True
    total = float(weights.sum())
    return Support(
        decisions=log.decisions,
        customers=len(np.unique(log.customers)),
        accepted=int(np.count_nonzero(log.rewards)),
        effective=effective(weights),
        effective_accepted=effective(weights[log.rewards != 0.0]),
        largest=float(weights.max()) / total if total > 0.0 else 0.0,
        untried=float(untried.mean()) if log.decisions else 0.0,
        untried_action=int(np.bincount(log.actions[impossible]).argmax()) if impossible.any() else -1,
    )


def refusal(found: Support, actions: Sequence[str]) -> Note | None:
    """Why nothing can be said; None where something can. ``actions``: their names by number."""
    if found.untried > 0.0:
        facts = {"action": actions[found.untried_action], "share": f"{found.untried:.1%}"}
        return Note("unsupported", facts)
    if found.customers < CUSTOMERS_MIN:
        return Note("few_customers", {"customers": found.customers, "least": CUSTOMERS_MIN})
    if found.accepted < ACCEPTED_MIN:
        return Note("few_accepted", {"accepted": found.accepted, "least": ACCEPTED_MIN})
    return _too_thin(found)


def _too_thin(found: Support) -> Note | None:
    if found.effective < EFFECTIVE_MIN:
        return Note("few_effective", {"effective": f"{found.effective:.1f}", "least": f"{EFFECTIVE_MIN:g}"})
    if found.largest > LARGEST_MAX:
        return Note("one_weight", {"share": f"{found.largest:.1%}", "most": f"{LARGEST_MAX:.0%}"})
    if found.effective_accepted < EFFECTIVE_ACCEPTED_MIN:
        facts = {"effective": f"{found.effective_accepted:.1f}", "least": f"{EFFECTIVE_ACCEPTED_MIN:g}"}
        return Note("few_effective_accepted", facts)
    return None
