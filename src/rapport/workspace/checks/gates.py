"""What the ``gates`` of ``policy.yaml`` must say beside having the right types."""

from __future__ import annotations

from rapport.workspace.checks.asking import check_duration
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.gates import Gates

SHARES = ("identified", "known", "valid", "coverage")
COUNTS = ("customers", "purchasers")


def check(draft: Draft, gates: Gates, place: Place) -> None:
    """Adds to the draft every finding about it."""
    check_duration(draft, gates.fresh, place.below("fresh"))
    for key in SHARES:
        share = getattr(gates, key)
        if not 0 <= share <= 1:
            hint = f"write {share / 100:g} for {share:g}%" if 1 < share <= 100 else _default(key)
            draft.report(place.below(key), f"{share:g} is no share: it runs from 0 to 1", hint)
    for key in COUNTS:
        if getattr(gates, key) < 0:
            draft.report(place.below(key), f"{getattr(gates, key)} customers are not possible", _default(key))


def _default(key: str) -> str:
    return f"{getattr(Gates(), key):g} is the default"
