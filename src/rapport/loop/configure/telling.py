"""The answer to a step: every group with its options, what is possible, what it costs, and what suits."""

from __future__ import annotations

from collections.abc import Sequence

from rapport.core.errors import InvalidInput, did_you_mean
from rapport.core.money import PLACES, from_units
from rapport.customize.configure.answering.reasoner import Prices
from rapport.customize.configure.complete import Because, Completion
from rapport.customize.configure.offering.variants import nearest
from rapport.customize.configure.product import core_literals
from rapport.loop.configure.asking import Step
from rapport.loop.configure.choosing import Standing, standing
from rapport.loop.configure.grouped import SHARE_DIGITS, Groups, View, visible_of
from rapport.loop.configure.naming import Told, changes, lists
from rapport.loop.configure.quoting import quoted, shop_of
from rapport.loop.configure.seat import STANDARD, Seat
from rapport.loop.configure.session import known
from rapport.loop.runtime import Runtime
from rapport.workspace.wording import worded


def tell(rt: Runtime, seat: Seat, step: Step) -> Told:
    """The whole answer."""
    session, published = seat.session, seat.published
    model, state = published.model, session.state
    view = look(seat, step)
    now, suggested = view.now, _completion(seat, view.suggested, view.now)
    told = {
        "product": published.name,
        "title": worded(published.product.titles, step.language, model.title, published.name),
        "version": model.version,
        "way": session.way,
        "session": session.id,
        "revision": session.revision,
        "finished": session.finished,
        "certain": published.reasoner.certain,
        "personalized": session.customer is not None,
        "remembers": session.owner is not None,
        "start": session.start,
        "rights": session.rights,
        "choices": model.choices(now.shown),
        "refused": lists(model, state.refused),
        "complete": now.complete,
        "can_undo": session.can_undo,
        "price": from_units(seat.price(now.priced)),
        "lead_days": seat.lead_days(now.shown),
        "currency": rt.workspace.settings.currency,
        "range": _range(model.price, view.prices),
        **_counted(seat, now),
        **Groups(view).told(),
        "completion": suggested,
        "standard": _whole(seat, STANDARD, published.standard, now),
        "variants": _variants(seat, now, step.language),
        "look": shop_of(rt, session.account, step.language),
        "owned": _owned(seat, now),
        "quote": quoted(rt, seat, now.whole, step) if now.complete and step.quantity else None,
    }
    return told | {"titles": _titles(seat, told, step.language)}


def look(seat: Seat, step: Step) -> View:
    """What the rules and what is known say of a session's state; raises ``Impossible``."""
    reasoner, state = seat.published.reasoner, seat.session.state
    for name in step.all:
        if name not in seat.published.model.by_group:
            hint = did_you_mean(name, seat.published.model.by_group)
            raise InvalidInput(f"'{seat.published.name}' has no group '{name}'", where="all", hint=hint)
    literals = seat.literals(state)
    visible = None if reasoner.certain else visible_of(seat, step)
    validity, prices = reasoner.valid(literals, visible), reasoner.prices(literals)
    now = standing(seat.published, state, seat.locked, validity.forced)
    return View(seat, step, now, validity, prices, seat.completed(literals))


def _counted(seat: Seat, now: Standing) -> Told:
    """How many configurations are left, the services around the product as they stand; of very many the digits."""
    published = seat.published
    literals = seat.literals(seat.session.state)
    core = core_literals(published.model, now.whole)
    known = frozenset(abs(one) for one in literals)
    literals += [one for one in core if abs(one) not in known]
    count, about = published.counted(literals)
    return {"count": count, "count_about": about}


def _owned(seat: Seat, now: Standing) -> Told | None:
    """What is owned already, what changing it to this costs more, and what is taken out and put in."""
    owned, model = seat.session.owned, seat.published.model
    if owned is None:
        return None
    had = known(model, owned["choices"])
    return {
        "session": owned["session"], "choices": owned["choices"], "paid": owned["price"],
        "difference": round(from_units(seat.price(now.priced)) - owned["price"], PLACES),
        "changes": changes(model, had, now.shown),
    }  # fmt: skip


def _completion(seat: Seat, suggested: Completion, now: Standing) -> Told:
    """The nearest whole configuration to where the session goes on from, or else what suits this customer best."""
    model = seat.published.model
    based = seat.session.state.base is not None
    chosen = now.whole if based else suggested.chosen
    picked = frozenset(now.shown)
    because = [
        {"group": model.group_of[one.option].name, "option": model.option(one.option).name, "source": one.source,
         **_chance(one, observed=suggested.observed)}
        for one in suggested.because if not based and one.option in model.group_of and one.option not in picked
    ]  # fmt: skip
    return {
        "choices": model.choices(chosen), "price": from_units(seat.price(chosen)), "lead_days": seat.lead_days(chosen),
        "because": because,
    }  # fmt: skip


def _chance(one: Because, *, observed: bool) -> Told:
    """How probable an option is; nothing where no past configuration speaks for that."""
    speaks = one.size > 0 or (observed and one.source == "needs")
    return {"share": round(one.chance, SHARE_DIGITS) if speaks else None, "of": round(one.size, 1) or None}


def _whole(seat: Seat, name: str, chosen: Sequence[int], now: Standing) -> Told:
    model = seat.published.model
    return {
        "variant": name, "choices": model.choices(chosen), "price": from_units(seat.price(chosen)),
        "lead_days": seat.lead_days(chosen), "changes": changes(model, now.shown, chosen),
    }  # fmt: skip


def _variants(seat: Seat, now: Standing, language: str) -> list[Told]:
    """The ready variants nearest to what is chosen; the standard product is told apart."""
    ready = seat.ready if seat.session.rights != "none" else {}
    names = {one.chosen: name for name, one in ready.items()}
    told = []
    for near in nearest(seat.published.model, list(ready.values()), now.shown):
        name = names[near.variant.chosen]
        declared = seat.published.product.variants.get(near.variant.name)
        title = worded(declared.titles, language, declared.title, name) if declared else ""
        told.append(_whole(seat, name, near.variant.chosen, now) | {"title": title, "origin": near.variant.origin})
    return told


def _range(base: int, prices: Prices) -> Told:
    low, high = (from_units(base + int(bound[0])) for bound in (prices.low, prices.high))
    return {"low": low, "high": high}


def _titles(seat: Seat, told: Told, language: str) -> Told:
    """What people read of every group and option that the answer names anywhere but among its groups."""
    model = seat.published.model
    named = [told["choices"], told["completion"]["choices"], told["standard"]["choices"]]
    named += [one["choices"] for one in told["variants"]]
    found: dict[str, Told] = {}
    for choices in named:
        for number in known(model, choices):
            group, option = model.group_of[number], model.option(number)
            said = found.setdefault(
                group.name, {"title": worded(group.titles, language, group.title, group.name), "options": {}}
            )
            said["options"][option.name] = worded(option.titles, language, option.title, option.name)
    return found
