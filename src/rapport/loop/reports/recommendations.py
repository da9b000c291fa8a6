"""The report on recommendations: the catalogue, which technique was chosen, and how it fared beside others."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from rapport.core.time import day_date, iso
from rapport.customize.recommend import Choice, Recommender
from rapport.loop.deciding.catalogue import mark_of
from rapport.loop.deciding.recommend import learnt
from rapport.loop.runtime import Runtime

SHOWN: Final = 10
WHY_NOT: Final = {
    "short": "what customers did spans too few days to hold any of them out",
    "few": "too few customers took something in the days held out",
}


def report(rt: Runtime) -> dict[str, Any]:
    """The catalogue, the choice, and its test on the past; raises ``Conflict`` before anything was learnt."""
    model = learnt(rt)
    mark = mark_of(rt.store)
    choice = model.choice
    return {
        "as_of": iso(mark.as_of) if mark else None,
        "catalogue": _catalogue(model),
        "again": model.again,
        "actions": [{"action": name, "kind": items.kind, "most": items.most, "margin": items.margin}
                    for name, items in rt.shelves.items.items()],
        "technique": choice.technique,
        "setting": choice.setting,
        "mix": {"taste_days": choice.mix.taste_days, "popular": choice.mix.popular,
                "popular_days": choice.mix.popular_days, "again": choice.mix.again,
                "again_days": choice.mix.again_days},
        "refused": WHY_NOT.get(choice.reason),
        "tested": None if choice.reason else _tested(choice),
        "most_taken": _most_taken(model),
    }  # fmt: skip


def _catalogue(model: Recommender) -> dict[str, Any]:
    shelf = model.shelf
    categories = np.unique(shelf.category[shelf.category >= 0]).size
    return {
        "items": len(shelf),
        "new": int(shelf.cold.sum()),
        "categories": int(categories),
        "priced": int(np.isfinite(shelf.price).sum()),
    }


def _tested(choice: Choice) -> dict[str, Any]:
    return {
        "split": day_date(choice.split_day).isoformat(),
        "days": choice.days,
        "chosen_on": choice.chosen_on,
        "tested_on": choice.tested_on,
        "cold_customers": choice.cold_customers,
        "cold_items": choice.cold_items,
        "beats_popularity": choice.found["chosen"].ndcg.low > choice.found["popularity"].ndcg.mean,
        "tried": [{"technique": name, "setting": setting, "ndcg": worth} for name, setting, worth in choice.tried],
        "found": [
            {
                "way": name,
                **{f"{measure}{end}": getattr(getattr(one, measure), part) for measure in ("ndcg", "recall")
                   for end, part in (("", "mean"), ("_low", "low"), ("_high", "high"))},
                "coverage": one.coverage,
                "novelty": one.novelty,
            }
            for name, one in choice.found.items()
        ],
    }  # fmt: skip


def _most_taken(model: Recommender) -> list[dict[str, Any]]:
    """What everybody takes lately."""
    order = np.argsort(-model.popular, kind="stable")[:SHOWN]
    whole = float(model.popular.sum()) or 1.0
    return [
        {"item": model.shelf.ids[place], "name": _name(model, place), "customers": int(model.shelf.customers[place]),
         "share": float(model.popular[place]) / whole}
        for place in order.tolist()
    ]  # fmt: skip


def _name(model: Recommender, place: int) -> str | None:
    return next((texts[place] for name in ("name", "title") if (texts := model.shelf.attributes.get(name))), None)
