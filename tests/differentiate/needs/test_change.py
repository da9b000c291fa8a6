"""A need that shifted is noticed, and one that did not is left alone."""

from __future__ import annotations

import numpy as np

from rapport.core.time import day_date
from rapport.differentiate.needs.score import FALSE_ALARM
from rapport.differentiate.readings import readings_of
from tests.differentiate.needs.shops import TODAY, drawn, part, shop, taste_needs, workspace

TASTES = taste_needs()


def changed(shift: int, seed: int = 3) -> float:
    shown, _ = drawn(seed, 600, 40, 8, 2.0, shift=shift, span=80)
    one, readings = part(**TASTES), readings_of(workspace(**TASTES))
    frame = shop(one, shown, readings=readings)
    return float(np.nanmean(one.score(one.fit(frame), frame)["needs_changed"]))


def test_customers_who_did_not_change_are_hardly_ever_said_to_have() -> None:
    assert np.mean([changed(0, seed) for seed in (1, 2, 3)]) <= FALSE_ALARM


def test_most_customers_who_changed_are_noticed() -> None:
    assert changed(30) > 0.5


def test_it_says_what_shifted_from_what_to_what_and_since_when() -> None:
    shown, _ = drawn(4, 300, 12, 5, 2.0)
    moved = {"what.0": {"v0": {TODAY - 10 * n: 1 for n in range(8, 30)}, "v4": {TODAY - 5 * n: 1 for n in range(12)}}}
    one, readings = part(**TASTES), readings_of(workspace(**TASTES))
    model = one.fit(shop(one, shown | {"moved": moved}, readings=readings))
    told = one.told(model, shop(one, {"moved": moved}, readings=readings))
    (shift,) = told["changed"]
    assert shift["facet"] == "what"
    assert (shift["from"], shift["to"]) == ("v0", "v4")
    assert shift["since"] == day_date(TODAY - 55).isoformat()
    assert shift["bayes_factor"] > 100


def test_without_an_earlier_and_a_recent_day_there_is_nothing_to_compare() -> None:
    one, readings = part(**TASTES), readings_of(workspace(**TASTES))
    customers = {
        "new": {"what.0": {"tea": {TODAY: 3}}},
        "gone": {"what.0": {"tea": {TODAY - 200: 3, TODAY - 300: 1}}},
        "silent": {},
    }
    frame = shop(one, customers, readings=readings)
    assert np.isnan(one.score(one.fit(frame), frame)["needs_changed"]).all()


def test_the_bar_rises_where_visits_are_more_uneven_than_the_model_says() -> None:
    rng = np.random.default_rng(5)
    shown = {}
    for n in range(400):
        held: dict[str, dict[int, int]] = {}
        for day in rng.choice(np.arange(TODAY - 120, TODAY), 8, replace=False).tolist():
            for value in rng.choice(8, 5, replace=False).tolist() if rng.random() < 0.5 else range(8, 13):
                held.setdefault(f"v{value}", {})[day] = 3
        shown[f"c{n}"] = {"what.0": held}
    one, readings = part(**TASTES), readings_of(workspace(**TASTES))
    frame = shop(one, shown, readings=readings)
    model = one.fit(frame)
    assert model.bar >= np.log(20)
    assert np.nanmean(one.score(model, frame)["needs_changed"]) <= 2 * FALSE_ALARM
