"""The answer to a step: every group with its options, what is possible, what it costs, and what suits."""

from __future__ import annotations

from collections.abc import Sequence

from rapport.core.money import from_units
from rapport.customize.configure.complete import Completion
from rapport.customize.configure.reasoner import Prices
from rapport.customize.configure.variants import nearest
from rapport.loop.configure.asking import Step
from rapport.loop.configure.choosing import Standing, standing
from rapport.loop.configure.grouped import SHARE_DIGITS, Groups
from rapport.loop.configure.naming import Told, changes, lists, titled
from rapport.loop.configure.seat import STANDARD, TAKEN, Seat
from rapport.loop.configure.tastes import completed
from rapport.loop.runtime import Runtime


def tell(rt: Runtime, seat: Seat, step: Step) -> Told:
    """The whole answer."""
    session, published = seat.session, seat.published
    model, reasoner = published.model, published.reasoner
    literals = seat.literals(session.state)
    validity, prices = reasoner.valid(literals), reasoner.prices(literals)
    now = standing(published, session.state, seat.locked, validity.forced)
    suggested = completed(published, seat.learnt, literals, session.customer)
    count = reasoner.count(literals)
    return {
        "product": published.name,
        "title": titled(model.title or published.name, published.product.titles, step.language),
        "version": model.version,
        "way": session.way,
        "session": session.id,
        "revision": session.revision,
        "finished": session.finished,
        "certain": reasoner.certain,
        "personalized": session.customer is not None,
        "remembers": session.owner is not None,
        "start": session.start,
        "choices": model.choices(now.shown),
        "refused": lists(model, session.state.refused),
        "complete": now.complete,
        "can_undo": session.can_undo,
        "price": from_units(seat.price(now.priced)),
        "lead_days": seat.lead_days(now.shown),
        "currency": rt.workspace.settings.currency,
        "range": {
            "low": from_units(model.price + int(prices.low[0])),
            "high": from_units(model.price + int(prices.high[0])),
        },
        "count": None if count is None else str(count),
        **Groups(seat, step, now, validity, prices, suggested).told(),
        "completion": _completion(seat, suggested, now),
        "standard": _whole(seat, STANDARD, published.standard, now),
        "variants": _variants(seat, now, step.language),
    }


def _completion(seat: Seat, suggested: Completion, now: Standing) -> Told:
    """The nearest whole configuration to where the session goes on from, or else what suits this customer best."""
    model = seat.published.model
    based = seat.session.state.base is not None
    chosen = now.whole if based else suggested.chosen
    picked = frozenset(now.shown)
    because = [
        {"group": model.group_of[one.option].name, "option": model.option(one.option).name, "source": one.source,
         "share": round(one.chance, SHARE_DIGITS), "of": round(one.size, 1)}
        for one in suggested.because if not based and one.option in model.group_of and one.option not in picked
    ]  # fmt: skip
    return {
        "choices": model.choices(chosen), "price": from_units(seat.price(chosen)), "lead_days": seat.lead_days(chosen),
        "because": because,
    }  # fmt: skip


def _whole(seat: Seat, name: str, chosen: Sequence[int], now: Standing) -> Told:
    model = seat.published.model
    return {
        "variant": name, "choices": model.choices(chosen), "price": from_units(seat.price(chosen)),
        "lead_days": seat.lead_days(chosen), "changes": changes(model, now.shown, chosen),
    }  # fmt: skip


def _variants(seat: Seat, now: Standing, language: str) -> list[Told]:
    """The ready variants nearest to what is chosen; the standard product is told apart."""

    ready = [one for one in seat.learnt.ready if one.origin != STANDARD and seat.allows(one.chosen)]
    places = {one.chosen: number for number, one in enumerate(seat.learnt.ready)}
    told = []
    for near in nearest(seat.published.model, ready, now.shown):
        name = near.variant.name or f"{TAKEN}{places[near.variant.chosen]}"
        declared = seat.published.product.variants.get(near.variant.name)
        title = titled(declared.title or name, declared.titles, language) if declared else ""
        told.append(_whole(seat, name, near.variant.chosen, now) | {"title": title, "origin": near.variant.origin})
    return told


def _range(base: int, prices: Prices) -> Told:
    low, high = (from_units(base + int(bound[0])) for bound in (prices.low, prices.high))
    return {"low": low, "high": high}
