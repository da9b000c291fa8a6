"""One customer, one slot: who may see what, what would please, what it is worth, and a record of all of it."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future
from typing import Any, Final

import msgspec

from rapport.core.decision import Chosen, Decision, DecisionRow, Exclusion, action_of, encode_decision
from rapport.core.errors import InvalidInput, NotFound, did_you_mean
from rapport.customize.arbitration import Ranking, Terms
from rapport.customize.because import ASKED_NOT_TO as ASKED_NOT_TO  # noqa: PLC0414 - whoever asks for decisions needs it
from rapport.customize.because import because
from rapport.loop.deciding import budgets, lean, recommend, stock, treatment, trials, uplift
from rapport.loop.deciding.contest import Ask as Ask  # noqa: PLC0414 - whoever asks for decisions needs it
from rapport.loop.deciding.contest import Contest, Step, enter
from rapport.loop.refreshing.gates import why_withheld
from rapport.loop.runtime import Runtime

LIMIT_MAX = 50
STEPS: Final[tuple[Step, ...]] = (
    trials.assign, treatment.limit, stock.take_out, recommend.expand, budgets.price, lean.lean, uplift.discount,
)  # fmt: skip
"""What changes who is in the running and on what terms, in this order."""


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
    contest = enter(rt, ask, withheld)
    for step in STEPS:
        step(rt, contest)
    seed = rt.chance.seed()
    terms = terms_of(rt, contest)
    ranking = rt.arbiter.rank(
        rt.learner.posterior, contest.eligible, contest.row, contest.context, seed=seed, limit=ask.limit,
        personalized=not contest.impersonal, terms=terms,
    )  # fmt: skip
    decision = _record(rt, contest, ranking, seed, rt.learner.named(terms.second))
    row = DecisionRow(decision.id, decision.customer_id, ask.slot, decision.made_at, encode_decision(decision))
    saved = rt.store.record(row)
    treatment.remember(rt, decision, saved)
    budgets.remember(rt, decision, saved)
    return Decided(decision, saved)


def terms_of(rt: Runtime, contest: Contest) -> Terms:
    """On what terms the candidates of a contest compete, once every step has spoken."""
    return Terms(
        items=contest.items, prices=contest.prices, factors=contest.factors,
        lists=rt.workspace.policy.lists.get(contest.ask.slot),
        second=None if contest.impersonal else rt.learner.second,
    )  # fmt: skip


def _record(rt: Runtime, contest: Contest, ranking: Ranking, seed: int, model: str) -> Decision:
    return Decision(
        id=rt.chance.new_id("d_"),
        customer_id=contest.customer_id,
        subject=str(contest.subject),
        slot=contest.ask.slot,
        made_at=contest.now_us,
        personalized=not contest.impersonal,
        impersonal=contest.impersonal,
        gates=contest.shut.gates,
        candidates=ranking.candidates,
        mean=ranking.mean,
        spread=ranking.spread,
        weight=ranking.weight,
        choice_probability=ranking.choice_probability,
        chosen=ranking.chosen,
        excluded=contest.excluded,
        inputs=ranking.inputs,
        context=contest.context,
        seed=seed,
        model=model,
        definitions=rt.workspace.version,
        factors=ranking.factors,
        floor=ranking.floor,
        together=ranking.together,
        prices=contest.prices,
        experiments=contest.experiments,
        holdout=contest.holdout,
        treatment=contest.treatment,
    )


def answer(rt: Runtime, decided: Decided, *, explain: bool = False, private: bool = True) -> dict[str, Any]:
    """The JSON answer; ``private=False`` (a key that lives in browsers) tells the action and its content, not why."""
    decision = decided.decision
    if not private:
        items = [{"action": pick.action, "content": content(rt, pick)} for pick in decision.chosen]
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
    if decision.experiments:
        told["experiments"] = decision.experiments
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
        "content": content(rt, pick),
        "sentence": rt.sentences.of(decision, pick),
        "because": msgspec.to_builtins(reasons),
    }


def content(rt: Runtime, pick: Chosen) -> dict[str, Any]:
    """What a page needs to show a pick: the action's content, and what is known of the item that it offers."""
    action = rt.workspace.actions[action_of(pick.action)]
    told = {"title": action.title, **action.content}
    return told if pick.item is None else told | {"item": pick.item.id, **pick.item.attributes}


def _check(rt: Runtime, ask: Ask) -> None:
    if ask.slot not in rt.slots:
        raise NotFound(f"no slot '{ask.slot}'", where="actions/*.yaml", hint=did_you_mean(ask.slot, rt.slots))
    if not 1 <= ask.limit <= LIMIT_MAX:
        raise InvalidInput(f"limit {ask.limit}", where="limit", hint=f"ask for 1 to {LIMIT_MAX} items")
