"""One customer, one slot: who may see what, what would please, what it is worth, and a record of all of it."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future
from typing import Any

import msgspec

from rapport.core.customer import CustomerRow, Profile, decode_profile
from rapport.core.decision import Chosen, Decision, DecisionRow, Exclusion, encode_decision
from rapport.core.errors import InvalidInput, NotFound, did_you_mean
from rapport.customize.because import SWITCHED_OFF, because
from rapport.customize.treatment import Treatments
from rapport.identify.consent import PERSONALIZATION
from rapport.identify.profile import opted_out, personalized
from rapport.loop.columns import customer_row
from rapport.loop.gatekeeper import Shut
from rapport.loop.gates import why_withheld
from rapport.loop.runtime import Runtime
from rapport.loop.treatment import allow, remember
from rapport.loop.who import whom

LIMIT_MAX = 50
ASKED_NOT_TO = "the browser asks for no personalisation (Sec-GPC)"
SHARED = "several people share this identifier"


class Ask(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A request for a decision, as DESIGN's outer contract names it."""

    customer: dict[str, str]
    slot: str
    context: dict[str, Any] = {}
    limit: int = 1
    explain: bool = False


class Decided(msgspec.Struct, frozen=True):
    """A decision, and the promise that it is on disk."""

    decision: Decision
    saved: Future[None]


def decide(rt: Runtime, ask: Ask, *, withheld: Collection[str] = ()) -> Decided:
    """Decides and records; wait for ``saved`` before showing anything.

    ``withheld`` are purposes that the request itself refuses, whatever was stated before. Raises ``NotFound`` for an
    unknown slot, ``InvalidInput`` for an unknown identifier namespace or limit. A customer never seen before is served
    as an anonymous one with no history.
    """
    _check(rt, ask)
    subject, customer_id, found = whom(rt, ask.customer)
    now_us = rt.clock.now_us()
    shut = rt.gatekeeper.shut(rt.store, now_us)
    seen = _see(rt, ask, _Met(customer_id, found, now_us), withheld, shut)
    allowed, not_allowed, treated = allow(
        rt, found, seen.whole, seen.eligible, places=ask.limit, now_us=now_us, withheld=seen.mode_withheld
    )
    seed = rt.chance.seed()
    ranking = rt.arbiter.rank(
        rt.learner.posterior, allowed, seen.row, seen.context, seed=seed, limit=ask.limit,
        personalized=not seen.impersonal,
    )  # fmt: skip
    decision = Decision(
        id=rt.chance.new_id("d_"),
        customer_id=customer_id,
        subject=str(subject),
        slot=ask.slot,
        made_at=now_us,
        personalized=not seen.impersonal,
        impersonal=seen.impersonal,
        gates=shut.gates,
        candidates=ranking.candidates,
        mean=ranking.mean,
        spread=ranking.spread,
        weight=ranking.weight,
        choice_probability=ranking.choice_probability,
        chosen=ranking.chosen,
        excluded=[*seen.excluded, *not_allowed],
        inputs=ranking.inputs,
        context=seen.context,
        seed=seed,
        model=rt.learner.name,
        definitions=rt.workspace.version,
        treatment=treated,
    )
    saved = rt.store.record(DecisionRow(decision.id, customer_id, ask.slot, now_us, encode_decision(decision)))
    remember(rt, decision, saved)
    return Decided(decision, saved)


class _Met(msgspec.Struct, frozen=True):
    """Whom a decision is for, as of when (µs)."""

    customer_id: str
    found: CustomerRow | None
    now_us: int


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision may look at, and whom it may choose among."""

    impersonal: str
    """Why nothing about the customer is used; empty where it is."""
    row: dict[str, Any]
    """The customer's columns, those of closed stages NULL."""
    whole: dict[str, Any]
    """The columns with those of closed stages, for limits alone: what is not ready lifts none of them."""
    context: dict[str, Any]
    eligible: list[str]
    excluded: list[Exclusion]

    @property
    def mode_withheld(self) -> bool:
        """Whether the marketing mode is known, but not to be used."""
        return Treatments.mode(self.whole) != Treatments.mode(self.row)


def _see(rt: Runtime, ask: Ask, met: _Met, withheld: Collection[str], shut: Shut) -> _Seen:
    """Looks at as much of a customer as the customer, the request and the gates allow."""
    profile = decode_profile(met.found.profile) if met.found else Profile()
    refused = _impersonal(profile, met.found, withheld)
    scores = met.found.scores if met.found else b"{}"
    whole = {} if refused else customer_row(rt, met.customer_id, profile, scores, met.now_us)
    if impersonal := refused or shut.impersonal:
        context = _general(rt, ask.context)
        choices = {"personalized": not refused, "opted_out": opted_out(profile)}
        eligible, excluded = rt.eligibility.split_unknown(
            ask.slot, choices, context, impersonal, forbidden=bool(refused)
        )
        return _Seen(impersonal=impersonal, row={}, whole=whole, context=context, eligible=eligible,
                     excluded=excluded)  # fmt: skip
    row = whole | dict.fromkeys(shut.columns) if shut.columns else whole
    eligible, excluded = rt.eligibility.split(ask.slot, row, ask.context)
    return _Seen(impersonal="", row=row, whole=whole, context=ask.context, eligible=eligible, excluded=excluded)


def answer(rt: Runtime, decided: Decided, *, explain: bool = False, private: bool = True) -> dict[str, Any]:
    """The JSON answer; ``private=False`` (a key that lives in browsers) tells the action and its content, not why."""
    decision = decided.decision
    if not private:
        items = [{"action": pick.action, "content": _content(rt, pick)} for pick in decision.chosen]
        return {"decision_id": decision.id, "items": items}
    told: dict[str, Any] = {
        "decision_id": decision.id,
        "customer_id": decision.customer_id,
        "personalized": decision.personalized,
        "items": [_item(rt, decision, pick) for pick in decision.chosen],
    }
    if explain:
        told["excluded"] = [{"action": one.action, "reason": _reason(rt, decision, one)} for one in decision.excluded]
    if decision.treatment is not None:
        told["treatment"] = msgspec.to_builtins(decision.treatment)
    if decision.gates:
        told["gates"] = [{"stage": gate.stage, "reason": gate.reason} for gate in decision.gates]
    return told


def _reason(rt: Runtime, decision: Decision, one: Exclusion) -> str:
    """Why an action was not in the running, and which gate withheld what its rule asks for."""
    because_of = why_withheld(rt, decision, one.action)
    return rt.eligibility.told(one, decision.inputs) + (f"; {because_of}" if because_of else "")


def _item(rt: Runtime, decision: Decision, pick: Chosen) -> dict[str, Any]:
    reasons = because(decision, pick, rt.workspace.actions, zone=rt.zone, currency=rt.workspace.settings.currency)
    return {
        "action": pick.action,
        "probability": pick.probability,
        "propensity": pick.propensity,
        "value": pick.value,
        "score": pick.score,
        "content": _content(rt, pick),
        "because": msgspec.to_builtins(reasons),
    }


def _content(rt: Runtime, pick: Chosen) -> dict[str, Any]:
    action = rt.workspace.actions[pick.action]
    return {"title": action.title, **action.content}


def _check(rt: Runtime, ask: Ask) -> None:
    if ask.slot not in rt.slots:
        raise NotFound(f"no slot '{ask.slot}'", where="actions/*.yaml", hint=did_you_mean(ask.slot, rt.slots))
    if not 1 <= ask.limit <= LIMIT_MAX:
        raise InvalidInput(f"limit {ask.limit}", where="limit", hint=f"ask for 1 to {LIMIT_MAX} items")


def _impersonal(profile: Profile, found: CustomerRow | None, withheld: Collection[str]) -> str:
    """Why nothing about the customer may be used; empty where it may."""
    if PERSONALIZATION in withheld:
        return ASKED_NOT_TO
    if not personalized(profile):
        return SWITCHED_OFF
    return SHARED if found is not None and found.shared else ""


def _general(rt: Runtime, context: dict[str, Any]) -> dict[str, Any]:
    """What a request says of the moment: the entries that the policy declares; others might be about the customer."""
    return {name: context[name] for name in rt.workspace.policy.context if name in context}
