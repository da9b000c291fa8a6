"""Actions that offer items, expanded: each of the best items competes with all that is eligible, under one record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

import numpy as np

from rapport.core.customer import CustomerRow, decode_profile
from rapport.core.decision import ITEM_MARK, Item
from rapport.core.errors import Conflict, InvalidInput, did_you_mean
from rapport.core.time import iso, local_day
from rapport.customize.recommend import NOBODY, Asked, Recommender, Taste, recommend
from rapport.differentiate.history import read_history
from rapport.identify.profile import personalized
from rapport.loop.deciding.catalogue import mark_of
from rapport.loop.deciding.contest import Contest
from rapport.loop.runtime import Runtime
from rapport.loop.who import whom
from rapport.workspace.catalogue import Recommended, declared

NOT_LEARNT: Final = "which items go with whom is learnt at the next refresh"
MOST_MAX: Final = 200
"""So many items are previewed at most."""
NO_ITEM: Final = "no item of the catalogue fits this moment"


def expand(rt: Runtime, contest: Contest) -> None:
    """Puts the best items of each eligible action that offers items into its place, ``action/item`` each.

    Whoever is not personalised gets what everybody takes, or what is like the item being looked at. Prices and factors
    of the action hold for each of its items.
    """
    offering = rt.shelves.items
    if not offering or offering.keys().isdisjoint(contest.eligible):
        return
    model = rt.shelves.model(rt.store, contest.now_us)
    wanted = [name for name in contest.eligible if name in offering]
    if model is None:
        contest.exclude(dict.fromkeys(wanted, NOT_LEARNT))
        return
    found = None if contest.impersonal else contest.found
    asked = Asked(local_day(contest.now_us, rt.zone), taste(rt, model, found), contest.context)
    items = {name: recommend(model, offering[name].kind, asked, offering[name].most).items for name in wanted}
    contest.exclude({name: NO_ITEM for name in wanted if not items[name]})
    contest.eligible = [
        candidate for name in contest.eligible for candidate in _offered(contest, name, items.get(name, []))
    ]


def _offered(contest: Contest, name: str, items: list[Item]) -> list[str]:
    """The candidates that stand for an action; what was said of it is said of each."""
    if not items:
        return [name]
    named = {f"{name}{ITEM_MARK}{item.id}": item for item in items}
    contest.items.update(named)
    for said in (contest.prices, *contest.factors.values()):
        if (number := said.pop(name, None)) is not None:
            said.update(dict.fromkeys(named, number))
    return list(named)


def taste(rt: Runtime, model: Recommender, found: CustomerRow | None) -> Taste:
    """What a customer showed interest in, of what the catalogue holds; nothing for somebody we have not met."""
    shown = read_history(decode_profile(found.profile).history).shown if found is not None else []
    place = model.shelf.place
    rows = [(place[one.item], one.day, one.interest, one.count) for one in shown if one.item in place]
    if not rows:
        return NOBODY
    item, day, interest, count = np.array(rows, dtype=np.int32).T
    weights, owned = interest_weights(rt)
    return Taste(item, day, weights[interest] * count, owned[interest])


def interest_weights(rt: Runtime) -> tuple[Any, Any]:
    """Of each interest how much it says, of the strongest 1, and whether the customer has the item afterwards."""
    interests = declared(rt.workspace.catalogue)
    weights = np.array([one.weight for one in interests])
    return weights / weights.max(), np.array([one.owned for one in interests], dtype=np.bool_)


def preview(
    rt: Runtime, who: Mapping[str, str], kind: Recommended, context: Mapping[str, Any], most: int
) -> dict[str, Any]:
    """What would be recommended to one customer now, without offering or recording anything.

    Somebody we have not met gets what a new visitor does. Raises ``Conflict`` before anything was learnt,
    ``InvalidInput`` for a number of items that no list has.
    """
    if not 1 <= most <= MOST_MAX:
        raise InvalidInput(f"{most} items", where="limit", hint=f"ask for 1 to {MOST_MAX}")
    model = learnt(rt)
    _, customer_id, found = whom(rt, dict(who))
    personal = found is not None and not found.shared and personalized(decode_profile(found.profile))
    own = taste(rt, model, found) if personal else NOBODY
    listed = recommend(model, kind, Asked(local_day(rt.clock.now_us(), rt.zone), own, context), most)
    mark = mark_of(rt.store)
    return {
        "customer_id": customer_id,
        "known": found is not None,
        "personalized": personal,
        "interests": int(np.unique(own.item).size),
        "kind": kind,
        "came_from": listed.kind,
        "learnt_as_of": iso(mark.as_of) if mark else None,
        "items": [
            {"item": one.id, "affinity": round(one.affinity, 4), "price": one.price, "attributes": one.attributes}
            for one in listed.items
        ],
    }


def kind_of(text: str) -> Recommended:
    """The kind of recommendation that a word means; raises ``InvalidInput`` for any other word.

    >>> kind_of("similar")
    'similar'
    """
    kinds: tuple[Recommended, ...] = get_args(Recommended)
    found = next((one for one in kinds if one == text), None)
    if found is None:
        raise InvalidInput(f"no kind '{text}' of recommendation", where="kind", hint=did_you_mean(text, kinds))
    return found


def learnt(rt: Runtime) -> Recommender:
    """What recommends now; raises ``Conflict`` where nothing does."""
    if rt.workspace.catalogue is None:
        hint = "add catalogue.yaml (it may be empty), see docs/guides/recommendations.md"
        raise Conflict("there is no catalogue to recommend from", hint=hint)
    model = rt.shelves.model(rt.store, rt.clock.now_us())
    if model is None:
        raise Conflict("recommendations have not been learnt yet", hint="run `rapport refresh` first")
    return model
