"""Scores of a few customers who changed since the last refresh, as that refresh would have given them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from rapport.core.event import Event
from rapport.differentiate import rfm
from rapport.differentiate.windows import LocalDays
from rapport.loop.refreshed import last_refresh
from rapport.loop.runtime import Runtime


def rescore(rt: Runtime, events: Mapping[str, Sequence[tuple[int, Event]]]) -> Iterator[tuple[str, bytes]]:
    """Customer id and scores (JSON) of those whom the last refresh would have known; nobody before the first."""
    state = last_refresh(rt)
    if state is None:
        return
    days = LocalDays(rt.zone)
    for customer_id, placed in events.items():
        known = [event for seq, event in placed if seq <= state.last_seq]
        if known:
            recency_days, frequency, monetary = rfm.measured(known, state.as_of, days)
            scores = rfm.score(state.cutpoints, recency_days, frequency, monetary)
            row = {
                "rfm_segment": scores.rfm_segment,
                "recency_days": recency_days,
                "frequency": frequency,
                "monetary": monetary,
                "r_score": scores.r_score,
                "f_score": scores.f_score,
                "m_score": scores.m_score,
                "refreshed_at": state.as_of,
            }
            yield customer_id, msgspec.json.encode(row)
