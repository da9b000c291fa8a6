"""Named segments over all columns, and who entered or left one."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from rapport.differentiate.segments import SegmentsModel, build, changes, turnover
from rapport.workspace.columns import SYSTEM_COLUMNS
from rapport.workspace.segments import Segment
from tests.differentiate.declared import workspace
from tests.differentiate.frames import frame

DAY = 20_000
COLUMNS = {name: type_ for name, (type_, _) in SYSTEM_COLUMNS.items()} | {"spend": "number"}
SEGMENTS = {
    "regulars": Segment(rule="frequency >= 2"),
    "lapsing": Segment(rule="regulars AND recency_days > 90"),
    "spenders": Segment(rule="spend > 50"),
    "lapsing_spenders": Segment(rule="lapsing AND spenders", title="Call them"),
}


def part(segments: dict[str, Segment] = SEGMENTS) -> Any:
    return build(workspace(segments=segments), COLUMNS | dict.fromkeys(segments, "boolean"))


def asking(shown: Any) -> Any:
    """The frame, whose rules read segments as booleans, as the loop's do."""
    ask = shown.ask
    shown.ask = lambda rules, scores: ask(rules, {name: [bool(one == 1.0) for one in scores[name]] for name in scores})
    return shown


def crowd(**changed: Any) -> Any:
    bought = {"ann": [], "bob": [], "cat": [], "dan": []}
    columns = {"frequency": [5, 1, 3, None], "recency_days": [100, 3, 200, None], "spend": [70.0, 60.0, None, None]}
    return asking(frame(bought, day=DAY, columns=columns, **changed))


def test_segments_may_name_those_above_them() -> None:
    found = part().score(SegmentsModel(), crowd())
    assert {name: list(column) for name, column in found.items()} == {
        "regulars": [1, 0, 1, 0],
        "lapsing": [1, 0, 1, 0],
        "spenders": [1, 1, 0, 0],
        "lapsing_spenders": [1, 0, 0, 0],
    }
    assert list(found) == list(SEGMENTS)


def test_who_switched_personalisation_off_belongs_to_none_and_counts_for_nothing() -> None:
    shown = crowd(impersonal=["ann"])
    found = part().score(SegmentsModel(), shown)
    assert all(np.isnan(column[0]) for column in found.values())
    assert part().fit(shown).shares["regulars"] == pytest.approx(1 / 3)


def test_one_customer_gets_what_he_gets_in_a_crowd() -> None:
    everybody = part().score(SegmentsModel(), crowd())
    rows = [(5, 100, 70.0), (1, 3, 60.0), (3, 200, None), (None, None, None)]
    for place, (frequency, recency_days, spend) in enumerate(rows):
        columns = {"frequency": [frequency], "recency_days": [recency_days], "spend": [spend]}
        alone = part().score(SegmentsModel(), asking(frame({"one": []}, day=DAY, columns=columns)))
        assert {name: column[0] for name, column in alone.items()} == {
            name: column[place] for name, column in everybody.items()
        }


def test_it_tells_why() -> None:
    columns = {"frequency": [5], "recency_days": [100], "spend": [70.0]}
    alone = asking(frame({"ann": []}, day=DAY, columns=columns))
    model = part().fit(alone)
    alone.scores.update(part().score(model, alone))
    told = part().told(model, alone)
    assert told["lapsing_spenders"] == {
        "inside": True, "title": "Call them", "rule": "lapsing AND spenders", "share": 1.0,
        "because": {"lapsing": 1.0, "spenders": 1.0},
    }  # fmt: skip
    assert told["regulars"]["because"] == {"frequency": 5.0}
    assert msgspec.json.decode(msgspec.json.encode(model), type=SegmentsModel) == model


def test_without_segments_there_is_no_part_and_without_customers_no_share() -> None:
    assert build(workspace(), COLUMNS) is None
    columns: dict[str, list[Any]] = {"frequency": [], "recency_days": [], "spend": []}
    assert part().fit(frame({}, day=DAY, columns=columns)).shares["regulars"] == 0.0


def test_changes_alternate_however_often_they_are_computed() -> None:
    segments = {"gold": Segment(rule="spend > 9"), "new": Segment(rule="frequency = 1")}
    held: dict[str, int] = {}
    seen = []
    for inside in ({"gold": True, "new": True}, {"gold": True}, {}, {"gold": True}):
        found, held = changes(held, inside, segments)
        assert changes(held, inside, segments) == ([], held)
        seen += [(one.segment, one.entered, one.number) for one in found]
    assert seen == [("gold", True, 1), ("new", True, 1), ("new", False, 2), ("gold", False, 2), ("gold", True, 3)]
    assert held == {"gold": 3, "new": 2}
    assert changes(held, {}, {}) == ([], {})
    assert turnover(changes(held, {}, segments)[0]) == {"gold": [0, 1]}
