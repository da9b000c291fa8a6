"""What the loop knows of a customer, arranged for a page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from rapport.core.customer import decode_profile
from rapport.core.decision import Decision, action_of
from rapport.core.errors import InvalidInput, NotFound
from rapport.customize.because import because
from rapport.loop import view
from rapport.loop.runtime import Runtime

RFM_COLUMNS = ("rfm_segment", "recency_days", "frequency", "monetary", "r_score", "f_score", "m_score")
PARTS_SHOWN = (
    "value", "lifetime", "potential", "timing", "needs", "stage", "fit", "selection", "mode", "segments", "groups",
)  # fmt: skip
"""How a customer differs, in the order of a page: what they are worth, what comes next, what they need, what we do."""
READABLE = ("email", "user_id", "card", "phone")
"""Namespaces by which people are called, best first."""
SHOWN_DETAILS = 160
"""Characters of an event's properties that fit a line."""
_SURNAME_FIRST = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3\U00020000-\U000323af々]+")
"""Names in Chinese characters or Hangul alone."""


def customer_page(rt: Runtime, customer_id: str, before: str) -> dict[str, Any]:
    """Everything the page of one customer shows; raises ``NotFound``."""
    who = {"id": customer_id}
    shown = view.show(rt, who)
    history = view.timeline(rt, who, before, 50)
    return {
        "customer": shown,
        "title": names(rt, [shown["id"]])[shown["id"]],
        "rfm": {name: shown["scores"][name] for name in RFM_COLUMNS if shown["scores"].get(name) is not None},
        "decisions": [_decision(rt, told) for told in shown["decisions"]],
        "parts": _parts(shown["differences"]),
        "games": [(name, table.game.title or name) for name, table in rt.games.tables.items()] if rt.games else [],
        "timeline": [_event(told) for told in history["data"]],
        "next_cursor": history["next_cursor"],
    }


def _parts(differences: Mapping[str, Any]) -> dict[str, Any]:
    """What the parts tell, in the order of the page; recency, frequency, monetary value have a sheet of their own."""
    ordered = {name: differences.get(name) for name in PARTS_SHOWN} | dict(differences)
    return {name: told for name, told in ordered.items() if told and name != "rfm"}


def find(rt: Runtime, text: str) -> str | None:
    """The customer who goes by this text in any namespace, or by this id."""
    for name in ("id", *rt.workspace.identity.namespaces):
        try:
            return view.find(rt, {name: text}).id
        except (NotFound, InvalidInput):
            continue
    return None


def names(rt: Runtime, customer_ids: Sequence[str]) -> dict[str, str]:
    """What to call each of these customers, in two statements."""
    identifiers: dict[str, dict[str, str]] = {}
    for row in rt.store.identifiers_of(customer_ids):
        identifiers.setdefault(row.customer_id, {})[row.identifier.namespace] = row.identifier.value
    called = {}
    now_us = rt.clock.now_us()
    for customer_id, stored in rt.store.customers(customer_ids).items():
        shown = rt.survivors.shown(decode_profile(stored.profile).traits, now_us)
        traits = {name: held.value for name, held in shown.items()}
        called[customer_id] = call(traits, identifiers.get(customer_id, {}), customer_id)
    return called


def call(traits: Mapping[str, Any], identifiers: Mapping[str, str], customer_id: str) -> str:
    """What to call somebody: their name, their strongest readable identifier, or the id.

    >>> call({"first_name": "Ann", "last_name": "Lee"}, {}, "c_1"), call({}, {"email": "a@x.com"}, "c_1")
    ('Ann Lee', 'a@x.com')
    >>> call({"first_name": "静", "last_name": "李"}, {}, "c_1")
    '李静'
    """
    parts = [str(traits[name]) for name in ("first_name", "last_name") if traits.get(name)]
    if traits.get("name") or parts:
        return str(traits.get("name") or _full(parts))
    return next((identifiers[one] for one in READABLE if one in identifiers), customer_id)


def _full(parts: Sequence[str]) -> str:
    """Given name and surname as their script writes them: in Chinese characters and Hangul the surname first."""
    if all(_SURNAME_FIRST.fullmatch(part) for part in parts):
        return "".join(reversed(parts))
    return " ".join(parts)


def moment(text: str, zone: ZoneInfo) -> str:
    """An ISO time as the business's clock shows it.

    >>> moment("2026-01-01T23:30:00Z", ZoneInfo("Asia/Shanghai"))
    '2026-01-02 07:30'
    """
    return datetime.fromisoformat(text).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def value(held: Any, words: Mapping[str, str]) -> str:
    """A value as people read it.

    >>> value(1234.5, {}), value(None, {}), value(True, {"yes": "yes"})
    ('1,234.5', '–', 'yes')
    """
    if held is None:
        return "–"
    if isinstance(held, bool):
        return words["yes" if held else "no"]
    if isinstance(held, int):
        return f"{held:,}"
    if isinstance(held, float):
        return f"{held:,.{2 if abs(held) >= 10 else 4}f}".rstrip("0").rstrip(".")
    return held if isinstance(held, str) else compact(held)


def money(amount: float | None, currency: str) -> str:
    """An amount as people read it, with its currency.

    >>> money(538_795.4351, "EUR"), money(-3.0, "EUR"), money(None, "EUR")
    ('538,795.44 EUR', '−3.00 EUR', '–')
    """
    return "–" if amount is None else f"{amount:,.2f} {currency}".replace("-", "−", 1)


def compact(held: Any) -> str:
    """Anything else as one short line of JSON."""
    text = msgspec.json.encode(held).decode() if held else ""
    return text if len(text) <= SHOWN_DETAILS else f"{text[:SHOWN_DETAILS]}…"


def _decision(rt: Runtime, told: dict[str, Any]) -> dict[str, Any]:
    row = rt.store.decision(told["decision_id"])
    reasons = _reasons(rt, row.decision) if row else {}
    items = [{**item, **reasons.get(item["action"], {})} for item in told["items"]]
    return {**told, "items": items}


def _reasons(rt: Runtime, decision: Decision) -> dict[str, dict[str, Any]]:
    """Action → title, propensity and the six answers; an action that the workspace no longer has keeps its name."""
    told: dict[str, dict[str, Any]] = {}
    for pick in decision.chosen:
        action = rt.workspace.actions.get(action_of(pick.action))
        if action is not None:
            answers = msgspec.to_builtins(because(decision, pick, rt.workspace.actions))
            sentence = rt.sentences.of(decision, pick)
            told[pick.action] = {
                "title": action.title, "propensity": pick.propensity, "sentence": sentence, "because": answers,
            }  # fmt: skip
    return told


def _event(told: dict[str, Any]) -> dict[str, Any]:
    details = told.get("properties") or told.get("traits") or {}
    return {
        "time": told["time"],
        "type": told["type"],
        "name": told.get("event") or told["type"],
        "source": told.get("source", ""),
        "details": told.get("summary") or compact(details),
    }
