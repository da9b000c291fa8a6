"""Online equals offline: every score of every customer, computed alone from the profile, is the warehouse's."""

from __future__ import annotations

from itertools import islice

from rapport.core.customer import decode_profile
from rapport.loop.refreshed import last_refresh
from rapport.loop.refreshing.differentiate import live_frame, models, score, score_row
from rapport.loop.runtime import Runtime


def assert_live_is_batch(rt: Runtime, *, most: int = 3_000, alone: int = 60) -> None:
    """Up to ``most`` customers in one frame, and ``alone`` of them each in a frame of its own."""
    as_of, learnt = last_refresh(rt).as_of, models(rt)
    assert learnt
    names = tuple(rt.score_columns)
    offline = {row[0]: _known(names, row[1:]) for row in islice(rt.warehouse.customer_rows(names), most)}
    stored = rt.store.customers(list(offline))
    found = [(name, decode_profile(stored[name].profile)) for name in offline]
    frame = live_frame(rt, found, as_of)
    columns = score(rt, learnt, frame)
    for place, name in enumerate(offline):
        assert score_row(rt, columns, place) == offline[name], name
    for name, profile in found[:: max(1, len(found) // alone)]:
        single = live_frame(rt, [(name, profile)], as_of)
        assert score_row(rt, score(rt, learnt, single), 0) == offline[name], name


def _known(names: tuple[str, ...], values: tuple[object, ...]) -> dict[str, object]:
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}
