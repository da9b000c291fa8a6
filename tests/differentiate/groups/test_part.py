"""Discovered groups: planted ones are found and described, where there are none it says so."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from rapport.differentiate.groups import GroupsModel, build
from rapport.rules import parse
from rapport.workspace.columns import SYSTEM_COLUMNS
from rapport.workspace.definitions import Feature
from rapport.workspace.groups import Groups
from tests.differentiate.declared import workspace
from tests.differentiate.frames import frame

DAY = 20_000
NAMES = ("spend", "orders", "visits")
COLUMNS = {name: type_ for name, (type_, _) in SYSTEM_COLUMNS.items()} | dict.fromkeys(NAMES, "number")


def part(**said: Any) -> Any:
    features = {name: Feature(event="page", measure="count") for name in NAMES}
    declared = Groups(**({"columns": list(NAMES), "groups_max": 4} | said))
    return build(workspace(features=features, groups=declared), COLUMNS)


def planted(count: int = 600) -> dict[str, list[float]]:
    """Three kinds of customers: many small baskets, few large ones, and lookers."""
    rng = np.random.default_rng(7)
    kinds = np.arange(count) % 3
    centres = np.array([[20.0, 12.0, 4.0], [200.0, 2.0, 10.0], [1.0, 0.5, 40.0]])
    drawn = centres[kinds] * rng.lognormal(0, 0.15, (count, 3))
    return {name: [float(value) for value in column] for name, column in zip(NAMES, drawn.T, strict=True)}


def crowd(columns: dict[str, list[Any]], **changed: Any) -> Any:
    size = len(next(iter(columns.values())))
    return frame({f"c{place}": [] for place in range(size)}, day=DAY, columns=columns, **changed)


@pytest.mark.parametrize("method", ["k_means", "mixture"])
def test_planted_groups_are_found_and_described(method: str) -> None:
    columns = planted()
    groups, seen = part(method=method), crowd(columns)
    model = groups.fit(seen)
    assert (model.reason, len(model.groups)) == ("", 3)
    assert model.chosen.stability > 0.95
    similar = groups.score(model, seen)["similar_group"]
    assert len({(place % 3, name) for place, name in enumerate(similar)}) == 3
    for group in model.groups:
        assert group.box.agreement > 0.95
        rule = parse(group.box.rule, COLUMNS)
        rows = [dict(zip(NAMES, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        held = [rule.holds(row) is True for row in rows]
        assert np.mean([one == (name == group.name) for one, name in zip(held, similar, strict=True)]) > 0.95


def test_one_customer_gets_what_he_gets_in_a_crowd() -> None:
    columns, groups = planted(), part()
    seen = crowd(columns)
    model = msgspec.json.decode(msgspec.json.encode(groups.fit(seen)), type=GroupsModel)
    similar = groups.score(model, seen)["similar_group"]
    for place in range(60):
        alone = crowd({name: [values[place]] for name, values in columns.items()})
        assert groups.score(model, alone)["similar_group"][0] == similar[place]


def test_it_is_the_same_every_time() -> None:
    assert part().fit(crowd(planted())) == part().fit(crowd(planted()))


def test_noise_has_no_groups() -> None:
    rng = np.random.default_rng(3)
    columns = {name: [float(value) for value in rng.uniform(size=600)] for name in NAMES}
    model = part().fit(crowd(columns))
    assert model.groups == []
    assert model.reason.startswith("no ")
    assert [one.groups for one in model.clusters.tried] == [2, 3, 4]


def test_everybody_alike_has_no_groups() -> None:
    model = part().fit(crowd({name: [5.0] * 300 for name in NAMES}))
    assert model.reason == "the columns do not tell customers apart"
    nothing = part().fit(crowd({name: [None] * 300 for name in NAMES}))
    assert nothing.reason == "the columns do not tell customers apart"


@pytest.mark.parametrize("size", [0, 1, 199])
def test_few_are_not_grouped(size: int) -> None:
    groups, seen = part(), crowd({name: [float(place) for place in range(size)] for name in NAMES})
    model = groups.fit(seen)
    assert model.reason == f"{size} customers; 200 are needed"
    assert set(groups.score(model, seen)["similar_group"]) <= {None}


def test_who_is_not_to_be_profiled_has_no_group() -> None:
    columns = planted()
    seen = crowd(columns, impersonal=["c0", "c1", "c2"])
    model = part().fit(seen)
    assert model.customers == 597
    assert list(part().score(model, seen)["similar_group"][:3]) == [None, None, None]


def test_texts_and_gaps_can_part_customers() -> None:
    kinds = [place % 2 for place in range(400)]
    rng = np.random.default_rng(1)
    columns: dict[str, list[Any]] = {
        "need_what": ["tea" if kind else "books" for kind in kinds],
        "spend": [float(rng.normal(10 + 30 * kind)) for kind in kinds],
        "orders": [None if kind and place % 3 == 0 else 3.0 + kind for place, kind in enumerate(kinds)],
    }
    groups, seen = part(columns=["need_what", "spend", "orders"]), crowd(columns)
    model = groups.fit(seen)
    assert len(model.groups) == 2
    assert {group.box.agreement for group in model.groups} == {1.0}


def test_it_tells_what_sets_the_group_apart_and_where_the_customer_stands() -> None:
    groups, columns = part(), planted()
    model = groups.fit(crowd(columns))
    alone = crowd({name: [values[0]] for name, values in columns.items()})
    alone.scores.update(groups.score(model, alone))
    told = groups.told(model, alone)
    assert told["group"] in {group.name for group in model.groups}
    assert all(0 <= mark["customer"] <= 1 for mark in told["marks"])
    assert told["box"]["rule"]
    assert told["customization"]["attitude"] is None


def test_without_the_file_there_is_no_part() -> None:
    assert build(workspace(), COLUMNS) is None
