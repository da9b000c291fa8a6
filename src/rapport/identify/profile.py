"""A customer's profile as a fold over events: traits, consents, first and last sight, how many.

Of each source the newest value by (time, seq) is kept, sums are sums and bounds are bounds, so that the order of events
does not matter and ``merge(fold(A), fold(B))`` equals ``fold(A + B)``. Which source's value is shown is not decided
here: that depends on the moment of the question (``identify.survivors``). The features within a profile are folded by
``differentiate.features``.
"""

from __future__ import annotations

from typing import Any, Final

from rapport.core.customer import Profile, TraitValue
from rapport.core.event import Event
from rapport.core.identifier import ANONYMOUS_ID
from rapport.identify.consent import MARKETING, PERSONALIZATION, allowed, preferences


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
        _put_by_source(profile.traits, event.traits, event, seq)
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
    _keep_newest_by_source(into.traits, other.traits)
    _keep_newest(into.consents, other.consents)


def personalized(profile: Profile) -> bool:
    """Whether what is known of the customer may shape what he is offered: true until he switches it off."""
    return allowed(profile.consents, PERSONALIZATION)


def opted_out(profile: Profile) -> bool:
    """Whether the customer withdrew consent to marketing: false until he does."""
    return not allowed(profile.consents, MARKETING)


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


def _put_by_source(held: dict[str, list[TraitValue]], stated: dict[str, Any], event: Event, seq: int) -> None:
    time, source = event.time, event.source
    for name, value in stated.items():
        values = held.get(name)
        if values is None:
            held[name] = [TraitValue(value, time, seq, source)]
            continue
        place = 0
        for current in values:
            if current.source >= source:
                break
            place += 1
        else:
            values.append(TraitValue(value, time, seq, source))
            continue
        if current.source != source:
            values.insert(place, TraitValue(value, time, seq, source))
        elif current.time < time or (current.time == time and current.seq <= seq):
            values[place] = TraitValue(value, time, seq, source)


def _keep_newest_by_source(held: dict[str, list[TraitValue]], others: dict[str, list[TraitValue]]) -> None:
    """Never shares a list with the other profile, which stays as it is."""
    for name, values in others.items():
        mine = {one.source: one for one in held.get(name, ())}
        for other in values:
            current = mine.get(other.source)
            if current is None or (current.time, current.seq) < (other.time, other.seq):
                mine[other.source] = other
        held[name] = [mine[source] for source in sorted(mine)]
