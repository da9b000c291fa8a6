"""Who, what, where, when, why and how: a decision's six answers, told from its record alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from rapport.core.decision import Because, Chosen, Decision, action_of
from rapport.core.time import from_us
from rapport.customize.listing import standing
from rapport.workspace.definitions import Action

CONTEXT_SHOWN = 6
VALUE_SHOWN = 40
SWITCHED_OFF = "personalisation is switched off"
"""What a record that says no more is told by."""
ASKED_NOT_TO = "the browser asks for no personalisation (Sec-GPC)"
_UTC = ZoneInfo("UTC")


def because(
    decision: Decision, pick: Chosen, actions: Mapping[str, Action], *, zone: ZoneInfo = _UTC, currency: str = ""
) -> Because:
    """The six answers for one pick of a decision, as sentences.

    ``actions`` give the titles (an action that is gone is told by its name), ``zone`` the local time of the when,
    ``currency`` stands behind amounts.
    """
    return Because(
        who=_who(decision),
        what=_what(pick, actions, currency),
        where=_where(decision),
        when=f"On {from_us(decision.made_at).astimezone(zone):%Y-%m-%d at %H:%M %Z}.",
        why=_why(decision, pick, currency),
        how=_how(decision, pick),
    )


def _who(decision: Decision) -> str:
    if decision.personalized:
        return f"Customer {decision.customer_id}, recognised by {decision.subject}."
    reason = decision.impersonal or SWITCHED_OFF
    return f"Anybody: {reason}, so nothing about the customer was used."


def _what(pick: Chosen, actions: Mapping[str, Action], currency: str) -> str:
    action = actions.get(action_of(pick.action))
    title = action.title if action is not None and action.title else action_of(pick.action)
    if pick.item is not None:
        title = f"{title}: {pick.item.attributes.get('name', pick.item.id)}"
    return f"“{title}”, worth {_amount(pick.value, currency)} when accepted."


def _where(decision: Decision) -> str:
    said = [f"{name} = {shown(value)}" for name, value in list(decision.context.items())[:CONTEXT_SHOWN]]
    return f"In slot {decision.slot}{', where ' + ', '.join(said) if said else ''}."


def _why(decision: Decision, pick: Chosen, currency: str) -> str:
    place = _place(decision, pick)
    rank = "the best" if place == 1 else f"number {place}"
    count = len(decision.candidates)
    sentence = (
        f"{_percent(pick.propensity)} expected chance of acceptance gives {_amount(pick.score, currency)}, "
        f"{rank} of {count} {'offer' if count == 1 else 'offers'}"
    )
    told = f"{sentence}{'' if place == 1 else ', shown to learn how well it does'}."
    for verb, sign in (("Speaks for it", 1.0), ("Speaks against it", -1.0)):
        parts = [_part(decision, name, part) for name, part in pick.reasons.items() if part * sign > 0.0]
        told += f" {verb}: {', '.join(parts)}." if parts else ""
    return told


def _how(decision: Decision, pick: Chosen) -> str:
    total = len(decision.candidates) + len(decision.excluded)
    return (
        f"{len(decision.candidates)} of {total} offers were eligible; this one was drawn by Thompson sampling with "
        f"probability {_percent(pick.probability)} (seed {decision.seed}, model {decision.model}, "
        f"definitions {decision.definitions})."
    )


def _place(decision: Decision, pick: Chosen) -> int:
    """The pick's place by expectation among those still in the running when it was made, 1 for the best."""
    field = standing(decision, pick)
    means = zip(decision.candidates, decision.mean, strict=True)
    score = pick.propensity * field[pick.action] if pick.action in field else pick.score
    better = [n for n, mean in means if n in field and field[n] / (1.0 + math.exp(-mean)) > score + 1e-12]
    return 1 + len(set(better) - {pick.action})


def _part(decision: Decision, name: str, part: float) -> str:
    value = decision.context.get(name[1:]) if name.startswith("@") else decision.inputs.get(name)
    return f"{name.removeprefix('@')} = {shown(value)} ({part:+.2f})"


def shown(value: object) -> str:
    """A value in words: NULL is "not known", numbers without noise, long texts cut."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)[:VALUE_SHOWN]


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g}%"


def _amount(value: float, currency: str) -> str:
    return f"{value:,.2f} {currency}".rstrip()
