"""What a proposal should be asked about before it is accepted: what the file lacks, and what would hurt. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rapport.sources.profile import ColumnProfile
from rapport.sources.propose import Proposal
from rapport.sources.vocabulary import currency, matches

REJECTED_SHARE: Final = 0.05
"""Share of rejected rows above which a proposal says so."""
_LOOKS_LIKE: Final = 0.6
"""Least score of a heading that may name a customer."""
_REASONS_SHOWN: Final = 3
_LIKELIEST: Final = 3
_NO_NAMES: Final = frozenset({"time", "updated", "quantity", "price", "amount", "discount", "shipping", "tax"})


def doubts(proposal: Proposal, refused: Mapping[str, int], disagreeing: float) -> list[str]:
    """Sentences about a proposal. ``refused``: reason → rows of the sample that it would reject; ``disagreeing``:
    share of the rows whose quantity times price is not their amount."""
    return [
        *_lacking(proposal),
        *_rejected(refused, proposal.rows),
        *_disagreeing(proposal, disagreeing),
        *_customers(proposal),
        *_currencies(proposal),
    ]


def likeliest(profiles: Sequence[ColumnProfile], given: Mapping[str, tuple[str, float, str]]) -> list[str]:
    """Columns that may name a customer though no heading says so: of many values that repeat, the most first."""
    open_to = [
        one
        for one in profiles
        if one.distinct > 1
        and one.kind in ("text", "integer", "phone")
        and (one.repeats > 1.0 or one.kind == "text")
        and given.get(one.name, ("", 0.0, ""))[0] not in _NO_NAMES
    ]
    ranked = sorted(open_to, key=lambda one: (one.name in given, one.repeats <= 1.0, -one.distinct))
    return [one.name for one in ranked[:_LIKELIEST]]


def _lacking(proposal: Proposal) -> Iterator[str]:
    source = proposal.source
    if source.type != "track" or source.event != "Order Completed":
        return
    if not source.group_by and "order_id" not in source.properties:
        yield "no order number was found: each row counts as an order of its own"
    if "revenue" not in source.properties and "revenue" not in source.totals:
        yield "no amount was found: spend, and segments that rest on it, stay empty"


def _rejected(refused: Mapping[str, int], rows: int) -> Iterator[str]:
    share = sum(refused.values()) / rows if rows else 0.0
    if share <= REJECTED_SHARE:
        return
    most = sorted(refused.items(), key=lambda item: -item[1])[:_REASONS_SHOWN]
    why = "; ".join(f"{reason} ({count:,} rows)" for reason, count in most)
    yield f"{share:.0%} of the rows would be rejected: {why}"


def _disagreeing(proposal: Proposal, share: float) -> Iterator[str]:
    by_role = {one.role: one.column for one in proposal.columns}
    if share > 0.5:
        yield (
            f"'{by_role['quantity']}' times '{by_role['price']}' is not '{by_role['amount']}' in {share:.0%} of the "
            f"rows: revenue is taken from '{by_role['amount']}'"
        )


def _customers(proposal: Proposal) -> Iterator[str]:
    for one in proposal.columns:
        match = matches(one.column).get("customer")
        if not one.role and match is not None and match.score >= _LOOKS_LIKE and one.profile.distinct:
            yield f"'{one.column}' looks like a customer too and was not taken for one"


def _currencies(proposal: Proposal) -> Iterator[str]:
    money = [one for one in proposal.columns if one.role in ("price", "amount") and one.target]
    found: dict[str, str] = {}
    for one in money:
        name = currency(one.column) or next(filter(None, map(currency, one.profile.examples)), "")
        if name:
            found.setdefault(name, one.column)
    for name, column in found.items():
        yield f"'{column}' is in {name}: amounts are not converted, so rapport.yaml should say currency: {name}"
