"""One customer as a row: the columns that rules and models read, the same online as in the warehouse."""

from __future__ import annotations

from typing import Any

import msgspec

from rapport.core.columns import fit
from rapport.core.customer import Profile
from rapport.core.time import from_us
from rapport.identify import profile as traits
from rapport.loop.runtime import Runtime

_decode_scores = msgspec.json.Decoder(dict[str, Any]).decode


def customer_row(rt: Runtime, customer_id: str, profile: Profile, scores: bytes, now_us: int) -> dict[str, Any]:
    """Every column of ``rt.columns`` for one customer as of a moment; None where nothing is known."""
    row = base_row(rt, customer_id, profile, now_us)
    known = _decode_scores(scores)
    row.update((name, value) for name, value in known.items() if name in rt.score_columns)
    if row["visit_intent"] is not None and now_us - known.get("refreshed_at", 0) > rt.visit_us:
        # A visit ends by nothing happening, which no event tells.
        row["visit_intent"] = None
    return row


def base_row(rt: Runtime, customer_id: str, profile: Profile, now_us: int) -> dict[str, Any]:
    """The columns that nobody scored: traits, features, and what every customer has; the scores are None."""
    row = dict.fromkeys(rt.columns)
    row.update(rt.features.values(profile.features, now_us))
    for name, held in rt.survivors.shown(profile.traits, now_us).items():
        row[name] = fit(held.value, rt.columns[name])
    row["customer_id"] = customer_id
    row["events_total"] = profile.events
    row["first_seen"] = from_us(profile.first_seen) if profile.events else None
    row["last_seen"] = from_us(profile.last_seen) if profile.events else None
    row["anonymous"] = not profile.known
    row["personalized"] = traits.personalized(profile)
    row["opted_out"] = traits.opted_out(profile)
    return row
