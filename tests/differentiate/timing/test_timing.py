"""Timing as a part: columns, reasons, categories, and what is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from rapport.differentiate.frame import Frame
from rapport.differentiate.readings import readings_of
from rapport.differentiate.timing import Timing, TimingModel, build
from rapport.differentiate.timing.holdout import MODEL, OWN_AVERAGE, POPULAR
from rapport.workspace.definitions import Workspace
from rapport.workspace.needs import Needs
from rapport.workspace.value import Value
from tests.differentiate.declared import workspace
from tests.differentiate.frames import frame
from tests.differentiate.histories import TODAY, shop

WORKSPACE = workspace(needs=Needs())
READINGS = readings_of(WORKSPACE)
COLUMNS = ["next_purchase_days", "p_purchase_30d", "next_category", "next_category_probability"]


def part(declared: Workspace = WORKSPACE) -> Timing:
    made = build(declared, {})
    assert made is not None
    return made


BOUGHT = shop(600)


def baskets(names: list[str]) -> dict[str, Any]:
    """Every second customer buys tea and once in a while cups, the others coffee; who bought cups buys filters next."""
    found: dict[str, Any] = {}
    for name in names:
        rng = np.random.default_rng(int(name[1:]))
        own = "tea" if int(name[1:]) % 2 else "coffee"
        values: dict[str, dict[int, int]] = {}
        previous = ""
        for day, _ in BOUGHT[name]:
            kind = "filters" if previous == "cups" else "cups" if rng.random() < 0.2 else own
            values.setdefault(kind, {})[day] = 1
            previous = kind
        found[name] = {"what.0": values}
    return found


def made(names: list[str], **more: Any) -> Frame:
    bought = {name: BOUGHT[name] for name in names}
    return frame(bought, day=TODAY, readings=READINGS, tallied=baskets(names), **more)


@pytest.fixture(scope="module")
def everybody() -> Frame:
    return made(list(BOUGHT))


@pytest.fixture(scope="module")
def learnt(everybody: Frame) -> TimingModel:
    return msgspec.json.decode(msgspec.json.encode(part().fit(everybody)), type=TimingModel)


def test_either_file_asks_for_it() -> None:
    bare = workspace()

    assert build(bare, {}) is None
    assert build(msgspec.structs.replace(bare, value=Value()), {}) is not None


def test_it_was_better_than_simple_forecasts_where_it_was_tried(learnt: TimingModel) -> None:
    assert learnt.checked is not None
    assert learnt.category_checked is not None
    for scores in (learnt.checked.brier, learnt.category_checked.log_score):
        assert scores.keys() == {MODEL, POPULAR, OWN_AVERAGE}
        assert all((scores[name].gain_low or 0.0) > 0.0 for name in (POPULAR, OWN_AVERAGE))


def test_tenths_are_as_reliable_as_foretold(learnt: TimingModel) -> None:
    assert learnt.checked is not None
    off = [bin.foretold - bin.bought for bin in learnt.checked.reliability]

    assert np.abs(off).mean() < 0.1


def test_what_follows_the_last_basket_is_learnt(learnt: TimingModel, everybody: Frame) -> None:
    scored = part().score(learnt, everybody)
    held = baskets(list(BOUGHT))
    last = [max(((day, kind) for kind, days in held[name]["what.0"].items() for day in days))[1] for name in BOUGHT]

    assert {scored["next_category"][place] for place, kind in enumerate(last) if kind == "cups"} == {"filters"}
    tea = [scored["next_category"][place] for place, kind in enumerate(last) if kind == "tea"]
    assert tea.count("tea") > 0.95 * len(tea)


def test_one_customer_alone_is_scored_as_among_all(learnt: TimingModel, everybody: Frame) -> None:
    together = part().score(learnt, everybody)
    for place, name in enumerate(list(BOUGHT)[:60]):
        alone = part().score(learnt, made([name]))
        for column in COLUMNS:
            assert repr(alone[column][0]) == repr(together[column][place])


def test_told_is_json_with_a_course_and_reasons(learnt: TimingModel) -> None:
    told = part().told(learnt, made(["c3"]))
    msgspec.json.encode(told)

    assert [row[1] for row in told["when"]["course"]] == sorted(row[1] for row in told["when"]["course"])
    assert told["when"]["purchase_days"] == len(BOUGHT["c3"])
    assert sum(one["probability"] for one in told["what"]["categories"]) <= 1.0


def test_who_wants_no_profile_has_none(learnt: TimingModel) -> None:
    scored = part().score(learnt, made(["c3", "c4"], impersonal=["c3"]))
    told = part().told(learnt, made(["c3"], impersonal=["c3"]))

    assert np.isnan(scored["p_purchase_30d"][0])
    assert scored["next_category"][0] is None
    assert scored["next_category"][1] is not None
    assert told["when"]["refused"]
    assert told["what"]["refused"]


def test_without_readings_the_date_is_told_and_the_category_is_not() -> None:
    timing = part(workspace(value=Value()))
    bare = frame(BOUGHT, day=TODAY)
    model = timing.fit(bare)
    scored = timing.score(model, bare)

    assert "category" in model.category_refused
    assert np.isfinite(scored["p_purchase_30d"]).sum() > 500
    assert all(value is None for value in scored["next_category"])


UNFIT: dict[str, Any] = {
    "nobody": {},
    "empty history": {"a": []},
    "one purchase each": {f"c{n}": [(TODAY - n % 90, 10.0)] for n in range(300)},
    "one customer only": {"a": [(TODAY - day, 10.0) for day in range(300, 0, -10)]},
    "refunds alone": {f"c{n}": [(TODAY - 30, -10.0), (TODAY - 3, -10.0)] for n in range(300)},
}


@pytest.mark.parametrize("bad", UNFIT)
def test_it_refuses_what_the_data_cannot_carry(bad: str) -> None:
    model = part().fit(frame(UNFIT[bad], day=TODAY, readings=READINGS))
    scored = part().score(model, made(["c3"]))

    assert model.refused
    assert model.category_refused
    assert np.isnan(scored["p_purchase_30d"]).all()
    assert part().told(model, made(["c3"]))["when"]["refused"] == model.refused


def test_somebody_new_is_told_nothing_of_when(learnt: TimingModel) -> None:
    told = part().told(learnt, frame({"x": []}, day=TODAY, readings=READINGS))

    assert told["when"] == {"refused": "has not bought yet"}


def test_a_purchase_further_off_than_the_past_goes_back_is_not_dated(learnt: TimingModel, everybody: Frame) -> None:
    days = part().score(learnt, everybody)["next_purchase_days"]

    assert np.nanmax(days) <= learnt.history_days
