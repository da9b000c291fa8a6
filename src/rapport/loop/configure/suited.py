"""What is known of the customer who sits at the configurator, as completion reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rapport.core.event import Event
from rapport.core.time import DAY_US
from rapport.customize.configure.complete import Customer, Past, recency
from rapport.loop.columns import customer_row
from rapport.loop.configure.people import People
from rapport.loop.configure.published import Published
from rapport.loop.configure.remember import Party
from rapport.loop.configure.similar import similar
from rapport.loop.runtime import Runtime

HALF_LIFE_DAYS: Final = 180.0
"""Of a customer's own past configurations."""


def customer_of(rt: Runtime, who: Party, published: Published, own: Sequence[Event], people: People) -> Customer | None:
    """What may be known of a customer, as completion reads it; None of who may not be known."""

    if not who.known:
        return None
    now_us = rt.clock.now_us()
    ages = [max(0, now_us - event.time) / DAY_US for event in own]
    past = Past.of(published.model, [event.properties.get("choices", {}) for event in own],
                   recency(ages, HALF_LIFE_DAYS))  # fmt: skip
    if who.found is None:
        return Customer(past)
    row = customer_row(rt, who.customer_id, who.profile, who.found.scores, now_us)
    return Customer(past, similar(rt, people, row, now_us), _needs(rt, row))


def _needs(rt: Runtime, row: Mapping[str, Any]) -> Mapping[str, Mapping[str, float]]:
    """Attribute → value → how sure it is, of the needs that were told or inferred at the last refresh."""
    if rt.workspace.needs is None:
        return {}
    return {
        name.removeprefix("need_"): {str(value): float(row.get(f"{name}_confidence") or 0.0)}
        for name, value in row.items() if name.startswith("need_") and f"{name}_confidence" in row and value is not None
    }  # fmt: skip
