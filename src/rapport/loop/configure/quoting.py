"""A business buyer's shop and quotes: its look, its approved configurations, its prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from rapport.core.time import DAY_US, from_us
from rapport.customize.configure.selling.approved import account_named
from rapport.customize.configure.selling.quote import quote_data, quote_of
from rapport.customize.configure.selling.quote_text import quote_text
from rapport.loop.configure.asking import Step
from rapport.loop.configure.remember import Party
from rapport.loop.configure.seat import Seat
from rapport.loop.runtime import Runtime
from rapport.workspace.accounts import ACCOUNT_TRAIT
from rapport.workspace.wording import worded

VALID_DAYS: Final = 30
"""So long a quote stands."""


def account_of(rt: Runtime, who: Party, wanted: str) -> str:
    """Whose shop it is: the one that is asked for, or the customer's own; raises ``NotFound`` for an unknown one."""
    if wanted:
        account_named(rt.workspace.accounts, wanted)
        return wanted
    if not who.known or ACCOUNT_TRAIT not in rt.workspace.traits:
        return ""
    held = rt.survivors.shown(who.profile.traits, rt.clock.now_us()).get(ACCOUNT_TRAIT)
    return str(held.value) if held is not None and held.value in rt.workspace.accounts else ""


def only_approved(rt: Runtime, account: str) -> bool:
    """Whether its shop offers nothing but what was approved for it."""
    found = account_named(rt.workspace.accounts, account)
    return found is not None and found.only_approved


def shop_of(rt: Runtime, account: str, language: str) -> dict[str, Any] | None:
    """How a company's own shop looks; None in everybody's."""
    found = account_named(rt.workspace.accounts, account)
    if found is None:
        return None
    title = worded(found.titles, language, found.title, account)
    return {"account": account, "title": title, "accent": found.accent, "logo": found.logo,
            "only_approved": found.only_approved}  # fmt: skip


def quoted(rt: Runtime, seat: Seat, chosen: Sequence[int], step: Step) -> dict[str, Any]:
    """The quote for so many pieces of a whole configuration, with its text."""
    session, settings = seat.session, rt.workspace.settings
    until = from_us(rt.clock.now_us() + VALID_DAYS * DAY_US).astimezone(rt.zone).date()
    quote = quote_of(
        seat.published.model, seat.published.product, chosen, max(1, step.quantity),
        number=f"{session.id}-{session.revision}", valid_until=until.isoformat(), currency=settings.currency,
        seller=settings.name, account=account_named(rt.workspace.accounts, session.account), language=step.language,
    )  # fmt: skip
    return {**quote_data(quote), "text": quote_text(quote)}
