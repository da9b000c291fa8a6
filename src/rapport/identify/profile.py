"""A customer's profile as a fold over events: traits, consents, first and last sight, how many.

The newest value by (time, seq) survives, sums are sums and bounds are bounds, so that the order of events does not
matter and ``merge(fold(A), fold(B))`` equals ``fold(A + B)``. The features within a profile are folded by
``differentiate.features``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rapport.core.customer import Profile, TraitValue
from rapport.core.event import Event
from rapport.core.identifier import ANONYMOUS_ID

PERSONALIZATION: Final = "personalization"
MARKETING: Final = "marketing"


def add(profile: Profile, event: Event, seq: int) -> None:
    """Folds one event into a profile, in place; ``seq`` is its position in the log."""
    time = event.time
    if profile.events == 0:
        profile.first_seen = profile.last_seen = time
    elif time < profile.first_seen:
        profile.first_seen = time
    elif time > profile.last_seen:
        profile.last_seen = time
    profile.events += 1
    if not profile.known:
        profile.known = event.identifiers.keys() != _ANONYMOUS_ONLY
    if event.traits:
        _put(profile.traits, event.traits, event, seq)
    consents = preferences(event.context)
    if consents:
        _put(profile.consents, consents, event, seq)


_ANONYMOUS_ONLY: Final = {ANONYMOUS_ID}


def merge(into: Profile, other: Profile) -> None:
    """Folds another profile into one, in place, all but its features."""
    if other.events == 0:
        return
    if into.events == 0:
        into.first_seen, into.last_seen = other.first_seen, other.last_seen
    else:
        into.first_seen = min(into.first_seen, other.first_seen)
        into.last_seen = max(into.last_seen, other.last_seen)
    into.events += other.events
    into.known = into.known or other.known
    _keep_newest(into.traits, other.traits)
    _keep_newest(into.consents, other.consents)


def preferences(context: Mapping[str, Any]) -> dict[str, bool]:
    """What an event says about consent: category → given or withheld; what is not a boolean says nothing.

    >>> preferences({"consent": {"categoryPreferences": {"marketing": False, "ads": "maybe"}}})
    {'marketing': False}
    """
    consent = context.get("consent")
    stated = consent.get("categoryPreferences") if isinstance(consent, dict) else None
    if not isinstance(stated, dict):
        return {}
    return {category: given for category, given in stated.items() if isinstance(given, bool)}


def personalized(profile: Profile) -> bool:
    """Whether what is known of the customer may shape what he is offered: true until he switches it off."""
    consent = profile.consents.get(PERSONALIZATION)
    return consent is None or bool(consent.value)


def opted_out(profile: Profile) -> bool:
    """Whether the customer withdrew consent to marketing: false until he does."""
    consent = profile.consents.get(MARKETING)
    return consent is not None and not consent.value


def _put(held: dict[str, TraitValue], stated: dict[str, Any], event: Event, seq: int) -> None:
    time = event.time
    for name, value in stated.items():
        current = held.get(name)
        if current is None or (current.time, current.seq) <= (time, seq):
            held[name] = TraitValue(value, time, seq, event.source)


def _keep_newest(held: dict[str, TraitValue], others: dict[str, TraitValue]) -> None:
    for name, other in others.items():
        current = held.get(name)
        if current is None or (current.time, current.seq) < (other.time, other.seq):
            held[name] = other
