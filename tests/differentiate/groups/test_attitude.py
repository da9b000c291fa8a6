"""Attitudes to customization: planted behaviour is recognised, little of it says nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rapport.differentiate.groups.attitude import HEARD_LEAST, Attitude, AttitudeModel
from rapport.differentiate.readings import ATTITUDES, readings_of
from rapport.workspace.groups import Attitudes, AttitudeSignal, Groups
from tests.differentiate.declared import workspace
from tests.differentiate.frames import frame

DAY = 20_000
READINGS = readings_of(workspace(groups=Groups()))
DESIGN, ADVICE, QUOTE = "likes to design.0", "wants advice.0", "negotiates.0"


def shown(reading: str, *days: int, times: int = 1) -> dict[str, Any]:
    return {reading: {"": dict.fromkeys(days, times)}}


def crowd(**more: Any) -> Any:
    """Thirty designers, thirty who ask for advice, forty who just buy; and whom a test adds."""
    bought: dict[str, Any] = {}
    tallied: dict[str, Any] = {}
    for place in range(30):
        bought[f"d{place}"] = [(DAY - place, 10.0)]
        tallied[f"d{place}"] = shown(DESIGN, *(DAY - place - back for back in range(1, 5)))
        tallied[f"a{place}"] = shown(ADVICE, *(DAY - place - back for back in range(3)))
        bought[f"a{place}"] = []
    bought |= {f"s{place}": [(DAY - place, 5.0), (DAY - place - 40, 5.0)] for place in range(40)}
    bought |= {name: days for name, (days, _) in more.items()}
    tallied |= {name: signals for name, (_, signals) in more.items()}
    return frame(bought, day=DAY, readings=READINGS, tallied=tallied)


def reader(**said: Any) -> Attitude:
    return Attitude(Attitudes(**said), READINGS)


def attitudes(found: Any, model: AttitudeModel | None = None) -> dict[str, str | None]:
    attitude = reader()
    column = attitude.score(model or attitude.fit(found), found)
    return dict(zip(found.customer_ids, column, strict=True))


def test_behaviour_tells_the_attitude() -> None:
    found = attitudes(crowd(lee=([], shown(QUOTE, *range(DAY - 6, DAY)))))
    assert {found[f"d{place}"] for place in range(30)} == {"likes to design"}
    assert {found[f"a{place}"] for place in range(30)} == {"wants advice"}
    assert {found[f"s{place}"] for place in range(40)} == {"wants the standard"}
    assert found["lee"] == "negotiates"


def test_a_purchase_after_advice_does_not_speak_for_the_standard() -> None:
    seen = crowd(ann=([(DAY - 1, 9.0)], shown(ADVICE, DAY - 4)), bob=([(DAY - 1, 9.0)], shown(ADVICE, DAY - 40)))
    evidence = dict(zip(seen.customer_ids, reader().evidence(seen), strict=True))
    assert evidence["ann"][3] == 0
    assert evidence["bob"][3] > 0.99


def test_a_day_counts_once_and_fades() -> None:
    seen = crowd(once=([], shown(ADVICE, DAY)), often=([], shown(ADVICE, DAY, times=50)),
                 long_ago=([], shown(ADVICE, DAY - 365)))  # fmt: skip
    evidence = dict(zip(seen.customer_ids, reader().evidence(seen)[:, 1], strict=True))
    assert (evidence["once"], evidence["often"]) == (1.0, 1.0)
    assert evidence["long_ago"] == pytest.approx(0.5)


def test_little_says_nothing() -> None:
    found = attitudes(crowd(none=([], {}), one=([], shown(ADVICE, DAY)), bought=([(DAY, 5.0)], {})))
    assert (found["none"], found["one"], found["bought"]) == (None, None, None)


def test_contrary_evidence_is_never_outvoted_by_the_shop() -> None:
    most = {f"x{place}": ([(DAY - back, 1.0) for back in range(0, 300, 30)], {}) for place in range(2_000)}
    found = attitudes(crowd(**most, ann=([], shown(ADVICE, DAY, DAY - 1))))
    assert found["ann"] is None


def test_where_nobody_shows_anything_else_nothing_is_told() -> None:
    seen = frame({f"c{place}": [(DAY, 5.0)] * 9 for place in range(100)}, day=DAY, readings=READINGS)
    model = reader().fit(seen)
    assert model.shares == []
    assert f"{HEARD_LEAST} are needed" in model.reason
    assert set(reader().score(model, seen)) == {None}
    assert reader().told(model, seen)["reason"] == model.reason


def test_who_is_not_to_be_profiled_is_neither_counted_nor_told() -> None:
    seen = crowd()
    full = reader().fit(seen)
    seen.personal[:60] = False
    assert reader().fit(seen).heard < full.heard
    assert set(reader().score(full, seen)[:60]) == {None}


def test_one_customer_gets_what_he_gets_in_a_crowd() -> None:
    everybody, attitude = crowd(), reader()
    model, evidence = attitude.fit(everybody), attitude.evidence(everybody)
    for place, name in enumerate(everybody.customer_ids):
        bought = [(DAY - 1, 9.0), (DAY - 33, 9.0)] if name[0] == "s" else []
        alone = frame({name: bought}, day=DAY, readings=READINGS, tallied={name: tallied_of(name)})
        if name[0] == "a":
            assert np.array_equal(attitude.evidence(alone)[0], evidence[place])
            assert attitude.score(model, alone)[0] == attitude.score(model, everybody)[place]


def tallied_of(name: str) -> dict[str, Any]:
    number = int(name[1:])
    return shown(ADVICE, *(DAY - number - back for back in range(3))) if name[0] == "a" else {}


def test_it_tells_shares_with_intervals() -> None:
    seen, attitude = crowd(), reader()
    model = attitude.fit(seen)
    alone = frame({"ann": []}, day=DAY, readings=READINGS, tallied={"ann": shown(DESIGN, DAY, DAY - 1, DAY - 2)})
    told = attitude.told(model, alone)
    assert told["attitude"] == "likes to design"
    assert [one["attitude"] for one in told["shares"]] == list(ATTITUDES)
    assert sum(one["share"] for one in told["shares"]) == pytest.approx(1, abs=1e-3)
    assert all(one["low"] <= one["share"] <= one["high"] for one in told["shares"] if one["everybody"] > 0)
    unknown = attitude.told(model, frame({"bob": []}, day=DAY, readings=READINGS))
    assert unknown["reason"] == "0.0 days of behaviour so far; 1.5 are needed"


def test_signals_can_be_declared() -> None:
    said = Attitudes(signals={"wants the standard": [AttitudeSignal(event="Buy Now", weight=2.0)]})
    readings = readings_of(workspace(groups=Groups(attitudes=said)))
    seen = frame({"ann": []}, day=DAY, readings=readings, tallied={"ann": shown("wants the standard.0", DAY)})
    assert Attitude(said, readings).evidence(seen)[0, 3] == 2.0
    assert readings_of(workspace()) == []
