"""Which standard variants to stock: those that serve most with fewest changes, and the best sellers beside them.

Of the product itself: services around it are chosen with the order. They are chosen on what was sold before the last
part of the time and measured on that last part, which had no say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from rapport.core.money import from_units
from rapport.customize.configure.complete.past import Past
from rapport.customize.configure.complete.places import Places
from rapport.customize.configure.model import Model
from rapport.customize.configure.offering.stocking import Stock, best_sellers, coverage, stock
from rapport.learn.demand.modules import Modules, Parts
from rapport.learn.demand.sessions import Sold
from rapport.loop.demand.modules import choices_of

SIZES: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
WITHIN: Final = (0, 1, 2)
HELD_OUT: Final = 0.25
"""The last quarter of what was sold."""
MODULE_WORTH: Final = 0.02
"""Where production is to stay simple, an option more must save a change in one of fifty orders."""
SOLD_LEAST: Final = 60
"""So many configurations are needed."""


def variants_to_stock(model: Model, modules: Modules, sold: Sequence[Sold], seed: int) -> dict[str, Any]:
    """Coverage for 1 to 10 variants by each choice, and what they are; ``refused`` where too few were sold."""
    if len(sold) < SOLD_LEAST:
        return {
            "refused": f"{len(sold)} configurations were completed; {SOLD_LEAST} are needed",
            "ways": [],
            "tested_on": 0,
        }
    cut = len(sold) - max(1, round(len(sold) * HELD_OUT))
    made = [modules.made_of(one.parts) for one in sold]
    before, after = _past(model, made[:cut]), _past(model, made[cut:])
    places = Places.of(model)
    chosen = {
        "fewest_changes": stock(places, before, SIZES[-1]),
        "best_sellers": best_sellers(before, SIZES[-1]),
        "fewest_modules": stock(places, before, SIZES[-1], module_worth=MODULE_WORTH),
    }
    share = Counter(made)
    return {
        "refused": None,
        "chosen_on": cut,
        "tested_on": len(sold) - cut,
        "ways": [
            {
                "way": way,
                "curve": [_measured(places, held, after, size, seed) for size in SIZES if size <= len(held.rows)],
                "variants": [_variant(model, row.tolist(), share, len(sold)) for row in held.rows],
            }
            for way, held in chosen.items()
        ],
    }


def _past(model: Model, made: Sequence[Parts]) -> Past:
    return Past.of(model, [choices_of(model, parts) for parts in made])


def _measured(places: Places, held: Stock, asked: Past, size: int, seed: int) -> dict[str, Any]:
    found = coverage(places, held, asked, count=size, within=WITHIN, seed=seed)
    mean, low, high = found.changes
    return {
        "variants": size,
        "modules": held.modules[size - 1],
        "within": [
            {"changes": changes, "share": round(share, 4), "low": round(least, 4), "high": round(most, 4)}
            for changes, (share, least, most) in found.within.items()
        ],
        "changes": {"n": found.size, "mean": round(mean, 4), "low": round(low, 4), "high": round(high, 4)},
    }


def _variant(model: Model, row: Sequence[bool], share: Counter[Any], total: int) -> dict[str, Any]:
    chosen = [number for number, taken in enumerate(row) if taken]
    parts = frozenset((model.group_of[one].name, model.option(one).name) for one in chosen if one in model.group_of)
    return {
        "choices": model.choices(chosen),
        "price": from_units(model.price_of(chosen)),
        "sold": share[parts],
        "of": total,
    }
